//! One command as a thread runs it: the work, and the lock that it may run under.

use std::sync::Arc;

use super::lock::InterpreterLock;
use crate::model::{Command, Instruction, Job, Runtime};
use crate::workload::{Fastest, Free, Launch, Work};

/// A job's work as its runtime lets threads do it: all at once, or one at a time under an interpreter
/// lock. Clones share the lock.
#[derive(Clone, Debug)]
pub struct Routine {
    work: Work,
    lock: Option<Arc<InterpreterLock>>,
}

impl Routine {
    /// The work of a job, with a lock of its own if the runtime has one.
    /// `launch` is what runs programs.
    pub fn new(job: &Job, launch: Launch) -> Self {
        let lock = match job.runtime {
            Runtime::Gil => Some(Arc::new(InterpreterLock::new(job.switch_interval))),
            // An interpreter does its work, and locks, by itself.
            Runtime::Native | Runtime::Python(_) => None,
        };
        let work = Work::new(job, launch);
        Routine { work, lock }
    }

    /// Does the work of one instruction, on this thread, and returns its response.
    ///
    /// # Errors
    /// When the work fails, as a person's own may, with the reason.
    pub fn run(
        &self,
        instruction: &Instruction,
        command: Option<Command>,
    ) -> Result<i64, Box<str>> {
        match &self.lock {
            None => self.work.run(instruction, command, &Free),
            Some(lock) => self.work.run(instruction, command, &lock.hold()),
        }
    }

    /// The least CPU time that the loops of a command took.
    pub fn fastest(&self) -> &Fastest {
        self.work.fastest()
    }

    /// How often the lock went from one thread to another; 0 when there is none.
    pub fn lock_switches(&self) -> u64 {
        self.lock.as_ref().map_or(0, |lock| lock.switches())
    }
}
