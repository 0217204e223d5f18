use crate::clock;
use crate::model::Job;
use crate::workload::Work;

/// How long one command's loops take on one thread, in seconds: the median of many commands, run
/// by the very code that the executors run. 0 when the job does not compute.
pub fn measure_loop(job: &Job) -> f64 {
    if !job.computes() {
        return 0.0;
    }
    const COMMANDS: usize = 101;
    const BUDGET_S: f64 = 0.5;
    let work = Work::new(&Job {
        workload: crate::model::WorkloadKind::Cpu,
        ..job.clone()
    });
    let instruction = crate::model::Instruction {
        response: 0,
        wait_ns: 0,
    };
    let mut times = Vec::with_capacity(COMMANDS);
    let start = clock::now();
    while times.len() < COMMANDS && (times.is_empty() || start.elapsed().as_secs_f64() < BUDGET_S) {
        let before = clock::now();
        work.run(&instruction);
        times.push(before.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
