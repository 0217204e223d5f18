//! What a worker has to know to run a client's batches.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Dispatch, Exec, ExecutorKind, OwnWork, Runtime, Task, WorkloadKind};

/// What a worker has to know to run a client's batches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// What one command does.
    pub workload: WorkloadKind,
    /// Loops of one command of CPU work.
    pub loops: u64,
    /// Threads in each worker process.
    pub threads: u32,
    /// How they run a batch.
    pub executor: ExecutorKind,
    /// When the worker takes its next batch.
    pub dispatch: Dispatch,
    /// What the commands run on.
    pub runtime: Runtime,
    /// How long a thread waits for the interpreter lock before it asks for it. Only the `gil`
    /// runtime has one to ask for.
    pub switch_interval: Duration,
    /// The work of a person's own; that of this program without it.
    pub own: Option<OwnWork>,
}

/// A thread can't wait for the interpreter lock as long as that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a switch interval is from 1us to 10s, like 5ms; {0:?} is not")]
pub struct BadSwitchInterval(Duration);

impl Job {
    /// The loops of one command in the published comparison.
    pub const DEFAULT_LOOPS: u64 = 2_000_000;

    /// The most loops of one command: nearly an hour of them, which is more than anybody waits for,
    /// and few enough to be multiplied.
    pub const MAX_LOOPS: u64 = 10_000_000_000_000;

    /// CPython's own switch interval (`sys.getswitchinterval`).
    pub const DEFAULT_SWITCH_INTERVAL: Duration = Duration::from_millis(5);

    /// One thread that runs commands of this work one after another, on this machine's own threads,
    /// a batch after the other.
    pub const fn new(workload: WorkloadKind) -> Self {
        Job {
            workload,
            loops: Self::DEFAULT_LOOPS,
            threads: 1,
            executor: ExecutorKind::Sequential,
            dispatch: Dispatch::Barrier,
            runtime: Runtime::Native,
            switch_interval: Self::DEFAULT_SWITCH_INTERVAL,
            own: None,
        }
    }

    /// Whether a thread can wait for the interpreter lock so long. (CPython takes nothing below a
    /// microsecond either.)
    ///
    /// # Errors
    /// When it can't.
    pub fn check_switch_interval(interval: Duration) -> Result<Duration, BadSwitchInterval> {
        let possible = Duration::from_micros(1)..=Duration::from_secs(10);
        if possible.contains(&interval) {
            Ok(interval)
        } else {
            Err(BadSwitchInterval(interval))
        }
    }

    /// How many commands can run at the same time in one worker.
    pub fn width(&self) -> u32 {
        self.executor.width(self.threads)
    }

    /// How many unfinished units (batches under a barrier, commands when pipelined) a worker
    /// holds before anything is known about how long they take: just what its threads can run.
    pub fn initial_window(&self) -> u64 {
        match self.dispatch {
            Dispatch::Barrier => 1,
            Dispatch::Pipelined => u64::from(self.width()),
        }
    }

    /// How many units of the window a batch of so many commands takes.
    pub fn units(&self, commands: usize) -> u64 {
        match self.dispatch {
            Dispatch::Barrier => 1,
            Dispatch::Pipelined => commands.max(1) as u64,
        }
    }

    /// Whether commands of this job sleep their instruction's wait.
    pub fn sleeps(&self) -> bool {
        matches!(self.workload, WorkloadKind::Io | WorkloadKind::Mixed)
    }

    /// Whether a worker tells of commands that are done before their batch is. An interpreter
    /// under a barrier answers whole batches.
    pub fn tells_of_commands(&self) -> bool {
        self.runtime.interpreter().is_none() || self.dispatch == Dispatch::Pipelined
    }

    /// The function that the commands call, if they do.
    pub fn task(&self) -> Option<&Task> {
        self.own.as_ref().and_then(OwnWork::task)
    }

    /// The program that the commands run, if they do.
    pub fn exec(&self) -> Option<&Exec> {
        self.own.as_ref().and_then(OwnWork::exec)
    }

    /// Whether the work is told the commands themselves, and not only what the table says of them.
    pub fn is_told_commands(&self) -> bool {
        self.own.is_some()
    }

    /// What labels begin with: the workload, or the name of the file of a task.
    pub fn stem(&self) -> String {
        self.task().map_or(self.workload.to_string(), Task::stem)
    }

    /// Whether commands of this job have a use for their waits: they sleep them, or are told.
    pub fn has_waits(&self) -> bool {
        self.sleeps() || self.is_told_commands()
    }

    /// Whether commands of this job compute.
    pub fn computes(&self) -> bool {
        matches!(self.workload, WorkloadKind::Cpu | WorkloadKind::Mixed)
    }
}
