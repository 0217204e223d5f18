//! What comes of a batch at the gateway.

// What comes from people and peers is not to overflow.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::time::Duration;

use crate::model::{Command, Instruction, Job};

/// What a batch's commands are to do, and which commands they are, one for each instruction. A job
/// that is not told its commands has none of them.
#[derive(Clone, Copy, Debug)]
pub struct Load<'a> {
    /// What the table gives for each command.
    pub instructions: &'a [Instruction],
    /// The commands themselves.
    pub commands: &'a [Command],
}

/// How long a batch sleeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Waits {
    /// The whole of it, at the most.
    pub(super) batch: Duration,
    /// The longest wait of a command.
    pub(super) longest: Duration,
}

impl Waits {
    /// The waits of a batch of this job. M threads that take commands as they become free are done
    /// after an Mth of the sum and the longest command, in whatever order these come (R. L. Graham,
    /// "Bounds for certain multiprocessing anomalies", 1966).
    pub(super) fn of(instructions: &[Instruction], job: &Job) -> Waits {
        if !job.sleeps() {
            return Waits::default();
        }
        let waits = instructions.iter().map(|instruction| instruction.wait_ns);
        let longest = waits.clone().max().unwrap_or(0);
        let sum: u128 = waits.map(u128::from).sum();
        let width = u128::from(job.width().max(1));
        // With one thread there is no rest that the others are done with.
        let rest = if width == 1 { 0 } else { longest };
        let batch = (sum.checked_div(width).unwrap_or(sum).try_into())
            .unwrap_or(u64::MAX)
            .saturating_add(rest);
        Waits {
            batch: Duration::from_nanos(batch.max(longest)),
            longest: Duration::from_nanos(longest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ExecutorKind, WorkloadKind};
    use proptest::prelude::*;

    fn job(workload: WorkloadKind, threads: u32) -> Job {
        Job {
            loops: 1,
            threads,
            executor: ExecutorKind::Crossbeam,
            ..Job::new(workload)
        }
    }

    proptest! {
        #[test]
        fn threads_that_take_commands_in_turn_are_never_later(
            waits in prop::collection::vec(0_u64..1000, 0..40),
            threads in 1_usize..8,
        ) {
            let instructions: Vec<Instruction> =
                waits.iter().map(|&wait_ns| Instruction { response: 1, wait_ns }).collect();
            let bound = Waits::of(&instructions, &job(WorkloadKind::Io, threads as u32));
            let mut free_at = vec![0; threads];
            for wait in &waits {
                *free_at.iter_mut().min().unwrap() += wait;
            }
            let end = Duration::from_nanos(*free_at.iter().max().unwrap());
            prop_assert!(end <= bound.batch, "{end:?} {bound:?}");
            prop_assert!(bound.longest <= bound.batch);
            let noop = Waits::of(&instructions, &job(WorkloadKind::Noop, threads as u32));
            prop_assert_eq!(noop, Waits::default());
        }
    }
}
