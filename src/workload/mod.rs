//! What one instruction does: it sleeps, computes, does both, or nothing.
//!
//! Must not know: batches, threads, sockets, who runs it. A workload is told an instruction and
//! returns when it is done.

use std::hint::black_box;
use std::thread;

use crate::model::{Instruction, Job};

/// A job's work on one instruction, ready to be run from any thread.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    sleeps: bool,
    loops: u64,
    witness: u64,
}

impl Work {
    /// The work that a job asks for.
    pub fn new(job: &Job) -> Self {
        let loops = if job.computes() { job.loops } else { 0 };
        Work {
            sleeps: job.sleeps(),
            loops,
            witness: expected_witness(loops),
        }
    }

    /// Does the work of one instruction and returns its response.
    ///
    /// # Panics
    /// When the loops did not compute what they must: a machine or a compiler that gets this wrong
    /// measures nothing, so the process ends rather than answer.
    pub fn run(&self, instruction: &Instruction) -> i64 {
        if self.sleeps {
            thread::sleep(instruction.wait());
        }
        if self.loops > 0 {
            assert_eq!(
                burn(self.loops),
                self.witness,
                "the loops computed a wrong value"
            );
        }
        instruction.response
    }
}

/// Runs `loops` loops that the optimiser can't remove and returns their witness, the sum of the
/// loop's counter. `black_box` makes every value pass through memory; nothing else slows it down.
#[inline(never)]
pub fn burn(loops: u64) -> u64 {
    (0..loops).fold(0, |sum: u64, i| sum.wrapping_add(black_box(i)))
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
    use crate::model::{Dispatch, ExecutorKind, WorkloadKind};
    use proptest::prelude::*;
    use std::time::Duration;

    fn work(workload: WorkloadKind, loops: u64) -> Work {
        Work::new(&Job {
            workload,
            loops,
            threads: 1,
            executor: ExecutorKind::Sequential,
            dispatch: Dispatch::Barrier,
        })
    }

    const INSTRUCTION: Instruction = Instruction {
        response: 7,
        wait_ns: 5_000_000,
    };

    #[test]
    fn every_workload_returns_the_response() {
        for &kind in WorkloadKind::ALL {
            assert_eq!(work(kind, 1000).run(&INSTRUCTION), 7);
        }
    }

    #[test]
    fn io_and_mixed_sleep_at_least_the_wait() {
        for kind in [WorkloadKind::Io, WorkloadKind::Mixed] {
            let start = clock::now();
            work(kind, 10).run(&INSTRUCTION);
            assert!(start.elapsed() >= Duration::from_millis(5), "{kind}");
        }
    }

    proptest! {
        #[test]
        fn the_witness_counts_every_loop(loops in 0_u64..20_000) {
            prop_assert_eq!(burn(loops), expected_witness(loops));
        }
    }
}
