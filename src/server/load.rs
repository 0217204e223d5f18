//! What comes of a batch at the gateway.

use crate::model::{Command, Instruction};

/// What a batch's commands are to do, and which commands they are, one for each instruction. A job
/// that is not told its commands has none of them.
#[derive(Clone, Copy, Debug)]
pub struct Load<'a> {
    /// What the table gives for each command.
    pub instructions: &'a [Instruction],
    /// The commands themselves.
    pub commands: &'a [Command],
}
