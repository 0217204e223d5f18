//! What one instruction does: it sleeps, computes, does both, or nothing, or runs a program of a
//! person's own.
//!
//! Must not know: batches, threads, sockets, who runs it, or whether a lock makes it wait. A
//! workload is told an instruction and returns when it is done. On its way it calls a [`Preemption`]
//! where other threads may be let in.

mod fastest;
mod preemption;
mod program;

use std::hint::black_box;
use std::thread;

use crate::clock;
use crate::model::{Command, Instruction, Job};
use program::Program;

pub use fastest::Fastest;
pub use preemption::{Free, Preemption};
pub use program::Launch;

/// A job's work on one instruction, ready to be run from any thread.
#[derive(Clone, Debug)]
pub struct Work {
    sleeps: bool,
    loops: u64,
    witness: u64,
    program: Option<Program>,
    fastest: Fastest,
}

/// Fewer loops than this are not timed: that would be a part of what they cost.
const TIMED_LOOPS: u64 = 10_000;

impl Work {
    /// The work that a job asks for. `launch` is what runs programs, if it asks for these.
    pub fn new(job: &Job, launch: Launch) -> Self {
        let loops = if job.computes() { job.loops } else { 0 };
        Work {
            sleeps: job.sleeps(),
            loops,
            witness: expected_witness(loops),
            program: job.exec().map(|exec| Program::new(exec, launch)),
            fastest: Fastest::default(),
        }
    }

    /// The least CPU time that the loops of a command took, if they are many enough to be timed.
    pub fn fastest(&self) -> &Fastest {
        &self.fastest
    }

    /// Runs the loops; times them where that costs nothing in comparison.
    fn compute(&self, preemption: &impl Preemption) -> u64 {
        if self.loops < TIMED_LOOPS {
            return burn(self.loops, preemption);
        }
        let before = clock::thread_cpu();
        let witness = burn(self.loops, preemption);
        let took = clock::thread_cpu().saturating_sub(before);
        self.fastest.note(took.saturating_sub(preemption.waited()));
        witness
    }

    /// Does the work of one instruction and returns its response. A job that is told its commands
    /// needs the `command` that it is of.
    ///
    /// # Errors
    /// When a program of a person's own fails, or can't be run, with the reason.
    ///
    /// # Panics
    /// When the loops did not compute what they must: a machine or a compiler that gets this wrong
    /// measures nothing, so the process ends rather than answer.
    pub fn run(
        &self,
        instruction: &Instruction,
        command: Option<Command>,
        preemption: &impl Preemption,
    ) -> Result<i64, Box<str>> {
        if self.sleeps {
            preemption.blocking(|| thread::sleep(instruction.wait()));
        }
        if self.loops > 0 {
            assert_eq!(
                self.compute(preemption),
                self.witness,
                "the loops computed a wrong value"
            );
        }
        if let Some(program) = &self.program {
            let command = command.ok_or("its commands were not told to the program")?;
            preemption.blocking(|| program.run(command, instruction))?;
        }
        Ok(instruction.response)
    }
}

/// Runs `loops` loops that the optimiser can't remove and returns their witness, the sum of the
/// loop's counter. `black_box` makes every value pass through memory; nothing else slows it down.
/// Every [`Preemption::CADENCE`] loops there is a checkpoint. Native threads have none: for them this
/// is one plain loop.
#[inline(never)]
pub fn burn<T: Preemption>(loops: u64, preemption: &T) -> u64 {
    let (mut sum, mut done) = (0_u64, 0);
    loop {
        let end = loops.min(T::CADENCE.saturating_add(done));
        sum = (done..end).fold(sum, |sum, i| sum.wrapping_add(black_box(i)));
        if end == loops {
            return sum;
        }
        done = end;
        preemption.checkpoint();
    }
}

/// What [`burn`] must return: `loops * (loops - 1) / 2`, modulo 2^64.
pub fn expected_witness(loops: u64) -> u64 {
    let product = u128::from(loops) * u128::from(loops.saturating_sub(1));
    (product / 2) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::model::{OwnWork, WorkloadKind};
    use proptest::prelude::*;
    use std::cell::Cell;
    use std::time::Duration;

    fn work(workload: WorkloadKind, loops: u64) -> Work {
        Work::new(&job(workload, loops), |_| Ok(()))
    }

    fn job(workload: WorkloadKind, loops: u64) -> Job {
        Job {
            loops,
            ..Job::new(workload)
        }
    }

    const INSTRUCTION: Instruction = Instruction {
        response: 7,
        wait_ns: 5_000_000,
    };

    #[test]
    fn every_workload_returns_the_response() {
        for &kind in WorkloadKind::ALL {
            assert_eq!(work(kind, 1000).run(&INSTRUCTION, None, &Free), Ok(7));
        }
    }

    #[test]
    fn the_fastest_loops_are_no_slower_than_any_and_take_no_time_that_others_had() {
        let work = work(WorkloadKind::Cpu, 1_000_000);
        assert_eq!(work.fastest().get(), None);
        let cpu = || {
            let before = clock::thread_cpu();
            work.run(&INSTRUCTION, None, &Free).unwrap();
            clock::thread_cpu() - before
        };
        let least = (0..5).map(|_| cpu()).min().unwrap();
        let fastest = work.fastest().get().unwrap();
        assert!(
            fastest <= least && fastest * 2 > least,
            "{fastest:?} {least:?}"
        );
    }

    #[test]
    fn few_loops_are_not_timed() {
        let work = work(WorkloadKind::Cpu, TIMED_LOOPS - 1);
        work.run(&INSTRUCTION, None, &Free).unwrap();
        assert_eq!(work.fastest().get(), None);
    }

    #[test]
    fn io_and_mixed_sleep_at_least_the_wait() {
        for kind in [WorkloadKind::Io, WorkloadKind::Mixed] {
            let start = clock::now();
            work(kind, 10).run(&INSTRUCTION, None, &Free).unwrap();
            assert!(start.elapsed() >= Duration::from_millis(5), "{kind}");
        }
    }

    /// Counts what it is told.
    #[derive(Default)]
    struct Told {
        checkpoints: Cell<u64>,
        waits: Cell<u64>,
    }

    impl Preemption for Told {
        const CADENCE: u64 = 100;

        fn checkpoint(&self) {
            self.checkpoints.update(|count| count + 1);
        }

        fn blocking<R>(&self, wait: impl FnOnce() -> R) -> R {
            self.waits.update(|count| count + 1);
            wait()
        }
    }

    #[test]
    fn whoever_computes_can_be_interrupted_and_whoever_waits_says_so() {
        let told = Told::default();
        let mixed = work(WorkloadKind::Mixed, 1000);
        mixed.run(&INSTRUCTION, None, &told).unwrap();
        assert_eq!((told.waits.get(), told.checkpoints.get()), (1, 9));
    }

    #[test]
    fn a_program_is_waited_for_and_its_failure_names_the_command() {
        let line = "no-such-program {address}".parse().unwrap();
        let own = OwnWork::of(None, Some(line), None).unwrap();
        let job = Job {
            workload: WorkloadKind::Exec,
            own,
            ..job(WorkloadKind::Noop, 0)
        };
        let told = Told::default();
        let command = "10.0.0.1:foo".parse().ok();
        let good = Work::new(&job, |command| {
            assert_eq!(command.get_program(), "no-such-program");
            assert!(command.get_args().eq(["10.0.0.1"]));
            Ok(())
        });
        assert_eq!(good.run(&INSTRUCTION, command, &told), Ok(7));
        assert_eq!(told.waits.get(), 1);
        let bad = Work::new(&job, |_| Err("ended badly".to_owned()));
        assert_eq!(
            &*bad.run(&INSTRUCTION, command, &told).unwrap_err(),
            "the command 10.0.0.1:foo failed: no-such-program ended badly"
        );
        let told_none = good.run(&INSTRUCTION, None, &told);
        assert!(told_none.is_err(), "what was not run has no response");
    }

    proptest! {
        #[test]
        fn the_witness_counts_every_loop(loops in 0_u64..20_000) {
            prop_assert_eq!(burn(loops, &Free), expected_witness(loops));
            prop_assert_eq!(burn(loops, &Told::default()), expected_witness(loops));
        }
    }
}
