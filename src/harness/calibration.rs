//! What the machine itself adds to a figure, measured before anything else is.

use serde::{Deserialize, Serialize};
use std::sync::Barrier;
use std::thread;

use super::{Harness, HarnessError, Planned};
use crate::clock;
use crate::executor::Routine;
use crate::model::{Configuration, Instruction, Job, SpawnMode, WorkloadKind};
use crate::record::Trial;
use crate::stats::Sample;

/// What the machine, its clock and the harness itself add to a figure. Null is not measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// The smallest step that the monotonic clock was seen to make, in seconds.
    pub clock_resolution_s: Option<f64>,
    /// What one reading of it costs, in seconds.
    pub clock_read_s: Option<f64>,
    /// How much longer than asked a sleep of 1 ms takes: the median, in seconds.
    pub sleep_overshoot_p50_s: Option<f64>,
    /// The same: what nine of ten stay below.
    pub sleep_overshoot_p90_s: Option<f64>,
    /// The loops of one command that `loop_s` is about.
    pub loops: u64,
    /// How long they take on one thread: the median, in seconds.
    pub loop_s: Option<f64>,
    /// The interquartile range of that, as a share of the median.
    pub loop_spread: Option<f64>,
    /// How many times as long they take when every core runs them: more than 1 when cores share
    /// something, be it a physical core, a power limit, or the host with other guests. The ideal
    /// makespan takes it for 1.
    pub parallel_slowdown: Option<f64>,
    /// What a batch of commands that do nothing costs, in seconds: the harness's own share.
    pub batch_cost_s: Option<f64>,
}

impl Calibration {
    /// Measures all but the cost of a batch, for which processes have to be started
    /// ([`measure_batch_cost`]). `cores` threads are used.
    pub fn measure(cores: u32) -> Calibration {
        let job = Job {
            workload: WorkloadKind::Cpu,
            ..job()
        };
        let overshoots = Sample::new(sleep_overshoots_s(50)).ok();
        let alone = Sample::new(loop_times_s(&job, COMMANDS, BUDGET_S)).ok();
        Calibration {
            clock_resolution_s: clock_resolution_s(),
            clock_read_s: Some(clock_read_s()),
            sleep_overshoot_p50_s: overshoots.as_ref().map(Sample::median),
            sleep_overshoot_p90_s: overshoots.as_ref().map(|sample| sample.quantile(0.9)),
            loops: job.loops,
            loop_s: alone.as_ref().map(Sample::median),
            loop_spread: alone.as_ref().map(spread),
            parallel_slowdown: alone.map(|alone| together_s(&job, cores) / alone.mean()),
            batch_cost_s: None,
        }
    }
}

/// How many commands' loops are timed, if that takes no longer than the budget.
pub(super) const COMMANDS: usize = 51;
pub(super) const BUDGET_S: f64 = 0.25;

/// The least CPU time that one command's loops take on one thread, in seconds: of many commands,
/// run by the very code that the executors run. 0 when the job does not compute.
pub fn measure_loop(job: &Job) -> f64 {
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
fn loop_times_s(job: &Job, commands: usize, budget_s: f64) -> Vec<f64> {
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
fn routine(job: Job) -> Routine {
    Routine::new(&job, |_| Ok(()))
}

/// How long one command takes, in seconds.
fn timed_s(routine: &Routine, wait_ns: u64) -> f64 {
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

/// The mean time of a command when so many threads compute at once.
fn together_s(job: &Job, threads: u32) -> f64 {
    let start = Barrier::new(threads.max(1) as usize);
    let one = || {
        start.wait();
        loop_times_s(job, COMMANDS, BUDGET_S)
    };
    let times: Vec<f64> = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(one)).collect();
        let times = threads.into_iter().filter_map(|thread| thread.join().ok());
        times.flatten().collect()
    });
    times.iter().sum::<f64>() / times.len().max(1) as f64
}

fn spread(sample: &Sample) -> f64 {
    (sample.quantile(0.75) - sample.quantile(0.25)) / sample.median()
}

/// How much longer than 1 ms sleeps of 1 ms take, by the very code that the executors run.
fn sleep_overshoots_s(count: usize) -> Vec<f64> {
    const WAIT_NS: u64 = 1_000_000;
    let routine = routine(Job {
        workload: WorkloadKind::Io,
        ..job()
    });
    (0..count)
        .map(|_| timed_s(&routine, WAIT_NS) - WAIT_NS as f64 / 1e9)
        .collect()
}

/// The smallest difference between two readings of the clock that differ.
fn clock_resolution_s() -> Option<f64> {
    let steps = (0..1000).filter_map(|_| {
        let before = clock::now();
        // A clock that stands still for a thousand readings is coarser than anything measured.
        let mut steps = (0..1000).map(|_| before.elapsed().as_secs_f64());
        steps.find(|&step| step > 0.0)
    });
    steps.reduce(f64::min)
}

fn clock_read_s() -> f64 {
    const READINGS: u32 = 10_000;
    let start = clock::now();
    for _ in 0..READINGS {
        std::hint::black_box(clock::now());
    }
    start.elapsed().as_secs_f64() / f64::from(READINGS)
}

/// A plain job that does nothing, for one thread.
fn job() -> Job {
    Job::new(WorkloadKind::Noop)
}

/// Runs a short trial of commands that do nothing, on one worker that is there from the start.
/// What a batch costs is in [`batch_cost_s`].
///
/// # Errors
/// As [`Harness::run`].
pub fn measure_batch_cost(harness: &mut Harness) -> Result<Trial, HarnessError> {
    let configuration = Configuration {
        label: "noop".to_owned(),
        processes: 1,
        batch: 16,
        job: job(),
        spawn: SpawnMode::Eager,
        rate_per_s: None,
        repeat: 100,
        wait: None,
        time_scale: 1.0,
    };
    harness.run(&Planned {
        experiment: "doctor".to_owned(),
        configuration,
        key: String::new(),
        predicted_s: 0.0,
        warmup: false,
        run: 1,
        block: 1,
        order: 1,
    })
}

/// What each batch of a trial took, in seconds, if it came to its end.
pub fn batch_cost_s(trial: &Trial) -> Option<f64> {
    let batches = trial.results.filter(|&batches| batches > 0)?;
    trial.makespan_s.map(|makespan| makespan / batches as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_needs_no_processes_is_measured() {
        let calibration = Calibration::measure(2);
        assert!(calibration.clock_resolution_s.is_some_and(|s| s > 0.0));
        assert!(calibration.clock_read_s.is_some_and(|s| s > 0.0));
        let median = calibration.sleep_overshoot_p50_s.unwrap();
        assert!(median > 0.0 && median <= calibration.sleep_overshoot_p90_s.unwrap());
        assert!(calibration.loop_s.is_some_and(|s| s > 0.0));
        assert!(calibration.loop_spread.is_some_and(|spread| spread >= 0.0));
        assert!(calibration.parallel_slowdown.is_some_and(|s| s > 0.1));
        assert_eq!(calibration.batch_cost_s, None);
    }

    #[test]
    fn a_job_that_does_not_compute_has_no_loop_time() {
        assert_eq!(measure_loop(&job()), 0.0);
    }

    #[test]
    fn a_loop_time_is_in_proportion_to_the_loops_however_few_they_are() {
        let of = |loops| {
            let workload = WorkloadKind::Cpu;
            measure_loop(&Job {
                workload,
                loops,
                ..job()
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
