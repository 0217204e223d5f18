//! A program that is run for each command, and what is made of its end.

use std::process;
use std::sync::Arc;

use crate::model::{Command, CommandLine, Instruction};

/// What runs a program from its start to its end on the thread that calls it, and says in words
/// what went wrong. Starting processes is for a room above.
pub type Launch = fn(&mut process::Command) -> Result<(), String>;

/// A program of a person's own, to be run for each command.
#[derive(Clone, Debug)]
pub(super) struct Program {
    line: Arc<CommandLine>,
    launch: Launch,
}

impl Program {
    pub(super) fn new(line: &CommandLine, launch: Launch) -> Program {
        let line = Arc::new(line.clone());
        Program { line, launch }
    }

    /// Runs it, and waits for its end.
    pub(super) fn run(&self, command: Command, instruction: &Instruction) -> Result<(), Box<str>> {
        let program = self.line.program();
        let mut words = process::Command::new(program);
        words.args(self.line.arguments(command, instruction));
        (self.launch)(&mut words)
            .map_err(|reason| format!("the command {command} failed: {program} {reason}").into())
    }
}
