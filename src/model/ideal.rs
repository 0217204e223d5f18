//! The makespan that a configuration allows in theory: a lower bound of what can be measured.

use super::{Dispatch, Job};

/// What the ideal makespan depends on, beside the [`Job`].
#[derive(Clone, Debug)]
pub struct IdealInput<'a> {
    /// The waits of all commands that are run, in order, in seconds.
    pub waits_s: &'a [f64],
    /// How often that list is gone through.
    pub repeat: u64,
    /// What it needs to compute, and when it is sent.
    pub load: Load,
    /// Seconds of one command's loops on one thread: the fastest that was seen. 0 when it does not
    /// compute.
    pub loop_s: f64,
}

/// The commands, what there is to run them, and the schedule: all of the ideal that depends on no
/// waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// Commands that are sent.
    pub commands: u64,
    /// Those of them that are not run, since the table does not have them.
    pub unknown: u64,
    /// Commands per batch.
    pub batch: u32,
    /// Worker processes.
    pub processes: u32,
    /// Threads in each that run commands.
    pub threads: u32,
    /// Whether one thread of a process computes at a time: an interpreter lock.
    pub locked: bool,
    /// What the machine gives us of its cores: no whole number under a CPU quota.
    pub capacity: f64,
    /// Batches that are due per second; without it each is sent as soon as there is room.
    pub rate_per_s: Option<f64>,
}

impl Load {
    /// How long it takes to compute, in seconds, when the loops of a command take `loop_s`: all of
    /// them on all there is, and no less than the schedule and the last batch.
    pub fn computing_s(&self, loop_s: f64) -> f64 {
        let run = self.commands.saturating_sub(self.unknown);
        let all_s = run as f64 * loop_s / self.cores_for(self.processes);
        let last_s = self.last_batch() as f64 * loop_s / self.cores_for(1);
        all_s.max(self.schedule_s().map_or(0.0, |schedule| schedule + last_s))
    }

    /// What so many processes can have of the cores.
    fn cores_for(&self, processes: u32) -> f64 {
        let each = if self.locked { 1 } else { self.threads.max(1) };
        self.capacity.min(f64::from(processes) * f64::from(each))
    }

    fn batches(&self) -> u64 {
        self.commands.div_ceil(u64::from(self.batch.max(1)))
    }

    /// From the first batch until the last one is due, in seconds.
    fn schedule_s(&self) -> Option<f64> {
        let intervals = self.batches().saturating_sub(1);
        self.rate_per_s.map(|rate| intervals as f64 / rate)
    }

    /// Commands that the last batch is known to run: of one that may have unknown commands, none.
    fn last_batch(&self) -> u64 {
        let before = self.batches().saturating_sub(1);
        let before = before.saturating_mul(u64::from(self.batch));
        let last = self.commands.saturating_sub(before);
        if self.unknown > 0 { 0 } else { last }
    }

    fn slots(&self) -> u64 {
        u64::from(self.processes).saturating_mul(u64::from(self.threads))
    }
}

/// The makespan that a configuration allows in theory, in seconds, with a flag that says whether
/// nothing may reach it (unequal waits, two kinds of work, a schedule).
///
/// * I/O with a barrier and equal waits w: `ceil(batches / N) * ceil(batch / M) * w`.
/// * I/O pipelined, equal waits: `ceil(commands / (N * M)) * w`.
/// * I/O, unequal waits: `max(longest wait, total wait / (N * M))`, a bound.
/// * CPU: `total loop time / min(capacity, N * M)`, under an interpreter lock `min(capacity, N)`.
/// * mixed: the larger of the two parts, a bound: they can overlap.
/// * at a rate: at least `(batches - 1) / rate`, and the last batch on one worker, a bound.
pub fn ideal_makespan(job: &Job, input: &IdealInput<'_>) -> (f64, bool) {
    let commands = (input.waits_s.len() as u64).saturating_mul(input.repeat);
    let loop_s = if job.computes() { input.loop_s } else { 0.0 };
    let scheduled = input.load.rate_per_s.is_some();
    let cpu_s = input.load.computing_s(loop_s);
    if commands == 0 || !job.sleeps() {
        return (cpu_s, scheduled);
    }
    let (io_s, bound) = io_makespan(job, input, commands);
    let last_s = input.load.schedule_s().map(|s| s + last_wait_s(input));
    let ideal_s = io_s.max(cpu_s).max(last_s.unwrap_or(0.0));
    (ideal_s, bound || job.computes() || scheduled)
}

fn io_makespan(job: &Job, input: &IdealInput<'_>, commands: u64) -> (f64, bool) {
    let slots = input.load.slots();
    let longest = longest(input.waits_s.iter());
    let equal = input.waits_s.iter().all(|&wait| wait == longest);
    if !equal {
        let total: f64 = input.waits_s.iter().sum::<f64>() * input.repeat as f64;
        return (longest.max(total / slots as f64), true);
    }
    let waves = match job.dispatch {
        Dispatch::Pipelined => commands.div_ceil(slots),
        Dispatch::Barrier => barrier_waves(commands, &input.load),
    };
    (waves as f64 * longest, false)
}

/// The waits of the last batch on the threads of one worker.
fn last_wait_s(input: &IdealInput<'_>) -> f64 {
    let last = input.load.last_batch();
    let waits = || input.waits_s.iter().rev().cycle().take(last as usize);
    let longest = longest(waits());
    let threads = u64::from(input.load.threads);
    if waits().all(|&wait| wait == longest) {
        last.div_ceil(threads) as f64 * longest
    } else {
        longest.max(waits().sum::<f64>() / threads as f64)
    }
}

fn longest<'a>(waits: impl Iterator<Item = &'a f64>) -> f64 {
    waits.copied().fold(0.0, f64::max)
}

/// Waves of waits on the busiest worker when each takes a batch at a time. A last batch that is
/// not full counts for what it holds, unless it shares its round with full ones.
fn barrier_waves(commands: u64, load: &Load) -> u64 {
    let (batch, width) = (u64::from(load.batch), u64::from(load.threads));
    let batches = commands.div_ceil(batch);
    let rounds = batches.div_ceil(u64::from(load.processes));
    let full = batch.min(commands).div_ceil(width);
    let last = commands.saturating_sub(batches.saturating_sub(1).saturating_mul(batch));
    let full_rounds = rounds.saturating_sub(1);
    let in_full_rounds = full_rounds.saturating_mul(u64::from(load.processes));
    match batches.saturating_sub(in_full_rounds) {
        1 => (full_rounds.saturating_mul(full)).saturating_add(last.div_ceil(width)),
        _ => rounds.saturating_mul(full),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ExecutorKind, WorkloadKind};

    fn job(workload: WorkloadKind, threads: u32, dispatch: Dispatch) -> Job {
        let executor = if threads == 1 {
            ExecutorKind::Sequential
        } else {
            ExecutorKind::Spawn
        };
        Job {
            loops: 1,
            threads,
            executor,
            dispatch,
            ..Job::new(workload)
        }
    }

    fn ideal(job: &Job, waits_s: &[f64], processes: u32) -> (f64, bool) {
        ideal_with(job, waits_s, |load| load.processes = processes)
    }

    /// In batches of 16 on two cores, without a lock or a rate, unless that is changed.
    fn ideal_with(job: &Job, waits_s: &[f64], change: impl FnOnce(&mut Load)) -> (f64, bool) {
        let mut load = Load {
            commands: waits_s.len() as u64,
            unknown: 0,
            batch: 16,
            processes: 1,
            threads: job.width(),
            locked: false,
            capacity: 2.0,
            rate_per_s: None,
        };
        change(&mut load);
        let input = IdealInput {
            waits_s,
            repeat: 1,
            load,
            loop_s: 0.01,
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
        let under = |job: &Job, processes| {
            ideal_with(job, &waits, |load| {
                (load.locked, load.processes) = (true, processes);
            })
        };
        let cpu = job(WorkloadKind::Cpu, 16, Dispatch::Barrier);
        assert_eq!(under(&cpu, 1).0, 1.0);
        assert_eq!(under(&cpu, 2).0, 0.5);
        let io = job(WorkloadKind::Io, 16, Dispatch::Barrier);
        assert_eq!(under(&io, 1), ideal(&io, &waits, 1));
    }

    #[test]
    fn capacity_is_no_whole_number() {
        let waits = [1.0; 100];
        let cpu = job(WorkloadKind::Cpu, 1, Dispatch::Barrier);
        let on = |capacity, locked, processes| {
            let change = |load: &mut Load| {
                (load.capacity, load.locked, load.processes) = (capacity, locked, processes);
            };
            ideal_with(&cpu, &waits, change).0
        };
        assert_eq!(on(1.5, false, 8), 1.0 / 1.5);
        assert_eq!(on(0.5, false, 8), 2.0);
        assert_eq!(on(1.5, true, 2), 1.0 / 1.5);
        assert_eq!(on(1.5, true, 1), 1.0);
        assert_eq!(on(0.5, true, 1), 2.0);
    }

    #[test]
    fn at_a_rate_nothing_ends_before_the_last_batch_was_due_and_done() {
        let at = |job: &Job, waits: &[f64], rate| {
            let (ideal_s, is_bound) = ideal_with(job, waits, |load| {
                (load.processes, load.rate_per_s) = (8, Some(rate));
            });
            assert!(is_bound);
            ideal_s
        };
        let io = job(WorkloadKind::Io, 16, Dispatch::Barrier);
        assert_eq!(at(&io, &[1.0; 512], 10.0), 3.1 + 1.0);
        assert_eq!(at(&io, &[1.0; 512], 1e6), 4.0, "more than can be done");
        let cpu = job(WorkloadKind::Cpu, 16, Dispatch::Barrier);
        assert_eq!(at(&cpu, &[0.0; 512], 10.0), 3.1 + 16.0 * 0.01 / 2.0);
        assert_eq!(at(&cpu, &[0.0; 513], 10.0), 3.2 + 0.01 / 2.0);
        let noop = job(WorkloadKind::Noop, 16, Dispatch::Barrier);
        assert_eq!(at(&noop, &[0.0; 512], 10.0), 3.1);
        let mut unequal = [1.0; 512];
        unequal[511] = 5.0;
        let two = job(WorkloadKind::Io, 2, Dispatch::Barrier);
        assert_eq!(at(&two, &unequal, 1.0), 31.0 + 10.0);
    }

    #[test]
    fn a_short_last_batch_alone_in_its_round_counts_for_what_it_holds() {
        let job = job(WorkloadKind::Io, 1, Dispatch::Barrier);
        assert_eq!(ideal(&job, &[1.0; 18], 1).0, 18.0);
        assert_eq!(ideal(&job, &[1.0; 18], 2).0, 16.0);
    }
}
