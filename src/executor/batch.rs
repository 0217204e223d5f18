//! A batch as threads get it.

use std::ops::Range;
use std::sync::Arc;

use crate::model::{Command, Instruction};

/// A batch to run: some of a shared row of instructions, and the sequence number that comes back with its sum.
#[derive(Clone, Debug)]
pub struct Batch {
    /// What comes back in the [`super::Completion`].
    pub sequence: u64,
    /// Instructions of this batch and its neighbours.
    pub instructions: Arc<[Instruction]>,
    /// The commands that they are of, one for each, where the job is told them; else none.
    pub commands: Arc<[Command]>,
    /// Which of them are its own.
    pub own: Range<usize>,
}
