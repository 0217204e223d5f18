//! The makespan that a configuration allows in theory.

use super::{Dispatch, Job};

/// What the ideal makespan depends on, beside the [`Job`].
#[derive(Clone, Debug)]
pub struct IdealInput<'a> {
    /// The waits of all commands, in order, in seconds.
    pub waits_s: &'a [f64],
    /// How often that list is gone through.
    pub repeat: u64,
    /// Worker processes.
    pub processes: u32,
    /// Commands per batch.
    pub batch: u32,
    /// Seconds of one command's loops, measured on one thread in the same run. 0 when it does
    /// not compute.
    pub loop_s: f64,
    /// Whether one thread of a process computes at a time: an interpreter lock.
    pub locked: bool,
    /// Cores that the machine gives us.
    pub cores: u32,
}

/// The makespan that a configuration allows in theory, in seconds, with a flag that says whether
/// it is only a lower bound (unequal waits).
///
/// * I/O with a barrier and equal waits w: `ceil(batches / N) * ceil(batch / M) * w`.
/// * I/O pipelined, equal waits: `ceil(commands / (N * M)) * w`.
/// * I/O, unequal waits: `max(longest wait, total wait / (N * M))`, a bound.
/// * CPU: `total loop time / min(cores, N * M)`, under an interpreter lock `min(cores, N)`.
/// * mixed: the larger of the two parts, a bound: they can overlap.
pub fn ideal_makespan(job: &Job, input: &IdealInput<'_>) -> (f64, bool) {
    let commands = (input.waits_s.len() as u64).saturating_mul(input.repeat);
    if commands == 0 {
        return (0.0, false);
    }
    let slots = u64::from(input.processes) * u64::from(job.width());
    let computing = match input.locked {
        true => u64::from(input.processes),
        false => slots,
    };
    let cpu_s = if job.computes() {
        commands as f64 * input.loop_s / u64::from(input.cores).min(computing).max(1) as f64
    } else {
        0.0
    };
    if !job.sleeps() {
        return (cpu_s, false);
    }
    let (io_s, bound) = io_makespan(job, input, commands, slots);
    (io_s.max(cpu_s), bound || job.computes())
}

fn io_makespan(job: &Job, input: &IdealInput<'_>, commands: u64, slots: u64) -> (f64, bool) {
    let longest = input.waits_s.iter().copied().fold(0.0, f64::max);
    let equal = input.waits_s.iter().all(|&wait| wait == longest);
    if !equal {
        let total: f64 = input.waits_s.iter().sum::<f64>() * input.repeat as f64;
        return (longest.max(total / slots as f64), true);
    }
    let waves = match job.dispatch {
        Dispatch::Pipelined => commands.div_ceil(slots),
        Dispatch::Barrier => barrier_waves(commands, input, u64::from(job.width())),
    };
    (waves as f64 * longest, false)
}

/// Waves of waits on the busiest worker when each takes a batch at a time. A last batch that is
/// not full counts for what it holds, unless it shares its round with full ones.
fn barrier_waves(commands: u64, input: &IdealInput<'_>, width: u64) -> u64 {
    let batch = u64::from(input.batch);
    let batches = commands.div_ceil(batch);
    let rounds = batches.div_ceil(u64::from(input.processes));
    let full = batch.min(commands).div_ceil(width);
    let last = commands - (batches - 1) * batch;
    let alone_in_last_round = batches - (rounds - 1) * u64::from(input.processes) == 1;
    if alone_in_last_round {
        (rounds - 1) * full + last.div_ceil(width)
    } else {
        rounds * full
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ExecutorKind, Runtime, WorkloadKind};

    fn job(workload: WorkloadKind, threads: u32, dispatch: Dispatch) -> Job {
        let executor = if threads == 1 {
            ExecutorKind::Sequential
        } else {
            ExecutorKind::Spawn
        };
        Job {
            workload,
            loops: 1,
            threads,
            executor,
            dispatch,
            runtime: Runtime::Native,
            switch_interval: Job::DEFAULT_SWITCH_INTERVAL,
            own: None,
        }
    }

    fn ideal(job: &Job, waits_s: &[f64], processes: u32) -> (f64, bool) {
        under(false, job, waits_s, processes)
    }

    fn under(locked: bool, job: &Job, waits_s: &[f64], processes: u32) -> (f64, bool) {
        let input = IdealInput {
            waits_s,
            repeat: 1,
            processes,
            batch: 16,
            loop_s: 0.01,
            locked,
            cores: 2,
        };
        ideal_makespan(job, &input)
    }

    #[test]
    fn the_published_io_configurations_have_these_ideals() {
        let waits = [1.0; 512];
        for (processes, threads, expected) in [
            (32, 1, 16.0),
            (32, 16, 1.0),
            (8, 16, 4.0),
            (2, 16, 16.0),
            (1, 16, 32.0),
        ] {
            let job = job(WorkloadKind::Io, threads, Dispatch::Barrier);
            assert_eq!(ideal(&job, &waits, processes), (expected, false));
        }
    }

    #[test]
    fn without_the_barrier_one_process_with_512_threads_needs_one_wait() {
        let job = job(WorkloadKind::Io, 512, Dispatch::Pipelined);
        assert_eq!(ideal(&job, &[1.0; 512], 1), (1.0, false));
    }

    #[test]
    fn unequal_waits_give_a_bound_and_say_so() {
        let job = job(WorkloadKind::Io, 2, Dispatch::Pipelined);
        assert_eq!(ideal(&job, &[5.0, 1.0, 1.0, 1.0], 1), (5.0, true));
        assert_eq!(ideal(&job, &[2.0, 1.0, 2.0, 3.0], 1), (4.0, true));
    }

    #[test]
    fn cpu_work_is_bounded_by_cores_and_by_slots() {
        let waits = [1.0; 100];
        let one = job(WorkloadKind::Cpu, 1, Dispatch::Barrier);
        assert_eq!(ideal(&one, &waits, 1).0, 1.0);
        let many = job(WorkloadKind::Cpu, 16, Dispatch::Barrier);
        assert_eq!(ideal(&many, &waits, 8).0, 0.5);
    }

    #[test]
    fn under_a_lock_threads_help_those_who_wait_and_processes_those_who_compute() {
        let waits = [1.0; 100];
        let cpu = job(WorkloadKind::Cpu, 16, Dispatch::Barrier);
        assert_eq!(under(true, &cpu, &waits, 1).0, 1.0);
        assert_eq!(under(true, &cpu, &waits, 2).0, 0.5);
        let io = job(WorkloadKind::Io, 16, Dispatch::Barrier);
        assert_eq!(under(true, &io, &waits, 1), ideal(&io, &waits, 1));
    }

    #[test]
    fn a_short_last_batch_alone_in_its_round_counts_for_what_it_holds() {
        let job = job(WorkloadKind::Io, 1, Dispatch::Barrier);
        assert_eq!(ideal(&job, &[1.0; 18], 1).0, 18.0);
        assert_eq!(ideal(&job, &[1.0; 18], 2).0, 16.0);
    }
}
