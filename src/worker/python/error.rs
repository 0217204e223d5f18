//! What can go wrong with an interpreter, in words that help.

use std::io;
use std::time::Duration;

use crate::model::Interpreter;
use crate::process::SpawnError;

/// Why an interpreter can't be used, or not any more: which one, what happened, what to try.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// It can't be started.
    #[error(
        "the interpreter of the python runtime: {0}; name one that is there, like \
         --runtime python:/usr/bin/python3"
    )]
    Start(#[from] SpawnError),
    /// It ended, although nobody had told it to.
    #[error(
        "the interpreter {interpreter} ended by itself ({how}){words}; see what \
             '{interpreter} -I -c pass' says"
    )]
    Ended {
        /// Which.
        interpreter: Interpreter,
        /// Its exit code or signal.
        how: String,
        /// The last lines of its standard error.
        words: String,
    },
    /// Its agent can't go on.
    #[error("the interpreter {interpreter} can't go on: {reason}")]
    Fault {
        /// Which.
        interpreter: Interpreter,
        /// The last line of the exception, and its traceback.
        reason: String,
    },
    /// It can't load its task.
    #[error("the task can't be loaded: {reason}")]
    Task {
        /// What the interpreter says of it, with the place, and its traceback.
        reason: String,
    },
    /// It said something that the agent does not say.
    #[error(
        "the interpreter {interpreter} said {what} where its agent's answer should be{words}; \
             is it a Python, of version 3.8 or later?"
    )]
    ProtocolError {
        /// Which.
        interpreter: Interpreter,
        /// What it said, in words.
        what: String,
        /// The last lines of its standard error.
        words: String,
    },
    /// It said nothing.
    #[error(
        "the interpreter {interpreter} said nothing for {patience:?}{words}; see whether \
             '{interpreter} -I -c pass' comes to its end"
    )]
    Silent {
        /// Which.
        interpreter: Interpreter,
        /// How long it was waited for.
        patience: Duration,
        /// The last lines of its standard error.
        words: String,
    },
    /// The system refused a thread or a descriptor.
    #[error("the interpreter can't be driven: {0}")]
    System(#[from] io::Error),
}

impl AgentError {
    /// Whether there is no such program, or no such task, which is for a person to mend.
    pub fn is_for_a_person(&self) -> bool {
        matches!(self, AgentError::Start(_) | AgentError::Task { .. })
    }
}
