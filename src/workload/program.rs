//! A program that is run for each command, and what is made of its end.

use std::io;
use std::process::{self, Stdio};
use std::sync::Arc;

use crate::model::{Command, Exec, ExecOutput, Instruction};

/// What runs a program from its start to its end on the thread that calls it, and says in words
/// what went wrong. Starting processes is for a room above.
pub type Launch = fn(&mut process::Command) -> Result<(), String>;

/// A program of a person's own, to be run for each command.
#[derive(Clone, Debug)]
pub(super) struct Program {
    exec: Arc<Exec>,
    launch: Launch,
}

impl Program {
    pub(super) fn new(exec: &Exec, launch: Launch) -> Program {
        let exec = Arc::new(exec.clone());
        Program { exec, launch }
    }

    /// Runs it, and waits for its end.
    pub(super) fn run(&self, command: Command, instruction: &Instruction) -> Result<(), Box<str>> {
        let Exec { line, output } = &*self.exec;
        let program = line.program();
        let mut words = process::Command::new(program);
        words.args(line.arguments(command, instruction));
        words.stdout(match output {
            ExecOutput::Null => Stdio::null(),
            // A worker's own standard output is for its report.
            ExecOutput::Inherit => io::stderr().into(),
        });
        (self.launch)(&mut words)
            .map_err(|reason| format!("the command {command} failed: {program} {reason}").into())
    }
}
