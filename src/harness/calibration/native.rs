//! Commands of native jobs, timed one by one, by the very code that the executors run.

use crate::clock;
use crate::executor::Routine;
use crate::model::{Instruction, Job, WorkloadKind};

/// How many commands' loops are timed, if that takes no longer than the budget.
pub(super) const COMMANDS: usize = 51;
pub(super) const BUDGET_S: f64 = 0.25;

/// The least CPU time that one command's loops take on one thread, in seconds: of many commands,
/// run by the very code that the executors run. 0 when the job does not compute.
pub(super) fn measure_loop(job: &Job) -> f64 {
    /// Loops that take long enough for a reading of the clock to be nothing beside them.
    const LONG: u64 = 100_000;
    /// Loops that take so long that more of them would tell nothing else.
    const ENOUGH: u64 = 100_000_000;
    if !job.computes() {
        return 0.0;
    }
    let (part, times_longer) = a_part(job, ENOUGH);
    let routine = computing(&part);
    let at_once = LONG.div_ceil(part.loops.max(1)).min(1_000);
    let one = |_| {
        let before = clock::thread_cpu();
        (0..at_once).for_each(|_| run(&routine, 0));
        (clock::thread_cpu() - before).as_secs_f64() / at_once as f64
    };
    let start = clock::now();
    let in_time = |done: &usize| *done == 0 || start.elapsed().as_secs_f64() < BUDGET_S;
    let times = (0..COMMANDS).take_while(in_time).map(one);
    let least = times.fold(f64::INFINITY, f64::min);
    // Inside of a command fewer things are timed than around it.
    let inside = routine.fastest().get();
    times_longer * inside.map_or(least, |inside| inside.as_secs_f64().min(least))
}

/// The job with no more loops than these, and how many times as long its own take.
pub(super) fn a_part(job: &Job, most: u64) -> (Job, f64) {
    let loops = job.loops.min(most);
    let times_longer = job.loops as f64 / loops.max(1) as f64;
    (
        Job {
            loops,
            ..job.clone()
        },
        times_longer,
    )
}

/// The times of commands that only compute: at least one, and no more once the budget is spent.
pub(super) fn loop_times_s(job: &Job, commands: usize, budget_s: f64) -> Vec<f64> {
    let routine = computing(job);
    let mut times = Vec::with_capacity(commands);
    let start = clock::now();
    while times.len() < commands && (times.is_empty() || start.elapsed().as_secs_f64() < budget_s) {
        times.push(timed_s(&routine, 0));
    }
    times
}

/// What commands of a job run that only compute.
fn computing(job: &Job) -> Routine {
    routine(Job {
        workload: WorkloadKind::Cpu,
        own: None,
        ..job.clone()
    })
}

/// A routine of a job that runs no programs.
pub(super) fn routine(job: Job) -> Routine {
    Routine::new(&job, |_| Ok(()))
}

/// How long one command takes, in seconds.
pub(super) fn timed_s(routine: &Routine, wait_ns: u64) -> f64 {
    let before = clock::now();
    run(routine, wait_ns);
    before.elapsed().as_secs_f64()
}

fn run(routine: &Routine, wait_ns: u64) {
    let instruction = Instruction {
        response: 0,
        wait_ns,
    };
    // Only programs fail.
    let _ = routine.run(&instruction, None);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_does_not_compute_has_no_loop_time() {
        assert_eq!(measure_loop(&Job::new(WorkloadKind::Noop)), 0.0);
    }

    #[test]
    fn a_loop_time_is_in_proportion_to_the_loops_however_few_they_are() {
        let of = |loops| {
            measure_loop(&Job {
                loops,
                ..Job::new(WorkloadKind::Cpu)
            })
        };
        let (few, many) = (of(5_000), of(500_000));
        assert!(few > 0.0 && few < many / 50.0, "{few} {many}");
        assert!(of(1) < few, "{few}");
        // An hour of them is not waited for.
        let most = of(Job::MAX_LOOPS);
        assert!(most > 1e6 * many, "{many} {most}");
    }
}
