//! What the machine itself adds to a figure, measured before anything else is.

use serde::{Deserialize, Serialize};
use std::sync::Barrier;
use std::thread;

use super::native::{BUDGET_S, COMMANDS, loop_times_s, routine, timed_s};
use crate::clock;
use crate::model::{Job, WorkloadKind};
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
    /// ([`super::measure_batch_cost`]). `cores` threads are used.
    pub fn measure(cores: u32) -> Calibration {
        let job = Job::new(WorkloadKind::Cpu);
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
    let routine = routine(Job::new(WorkloadKind::Io));
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
}
