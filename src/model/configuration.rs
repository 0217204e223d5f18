//! What is asked of a trial: the words for it, and a job with its processes.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Exec, OwnWork, Runtime, Task};

/// A word list that is the same in code, on the command line and in records.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
        #[serde(rename_all = "lowercase")]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every value, in the order of their declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word for it.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words! {
    /// What one command does.
    WorkloadKind {
        /// Sleeps the instruction's wait.
        Io = "io",
        /// Runs a number of loops that the optimiser can't remove.
        Cpu = "cpu",
        /// Sleeps, then runs the loops.
        Mixed = "mixed",
        /// Does nothing: what is left is the cost of the machinery.
        Noop = "noop",
        /// Calls a Python function of a person's own.
        Task = "task",
        /// Runs a program of a person's own.
        Exec = "exec",
    }
}

words! {
    /// How a worker's threads run a batch.
    ExecutorKind {
        /// One command after another, on one thread.
        Sequential = "sequential",
        /// A new thread for each command.
        Spawn = "spawn",
        /// Persistent threads that take commands from one channel.
        Crossbeam = "crossbeam",
        /// A rayon pool: per-thread queues with work stealing.
        Rayon = "rayon",
    }
}

words! {
    /// When a worker takes its next batch.
    Dispatch {
        /// When the last one is wholly done.
        Barrier = "barrier",
        /// As soon as a thread is free.
        Pipelined = "pipelined",
    }
}

words! {
    /// When worker processes are started.
    SpawnMode {
        /// One for each received batch, up to the maximum, as the first system does.
        Lazy = "lazy",
        /// All of them before the first batch.
        Eager = "eager",
    }
}

words! {
    /// Where the standard output of a person's program goes.
    ExecOutput {
        /// Nowhere.
        Null = "null",
        /// To standard error: standard output is for rows.
        Inherit = "inherit",
    }
}

impl ExecutorKind {
    /// What is meant when nobody says: one thread runs commands one after another, more are
    /// started for each, as published.
    pub const fn default_for(threads: u32) -> Self {
        match threads {
            0 | 1 => ExecutorKind::Sequential,
            _ => ExecutorKind::Spawn,
        }
    }
}

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

    /// Whether a thread can wait for the interpreter lock so long. (CPython takes nothing below a
    /// microsecond either.)
    ///
    /// # Errors
    /// When it can't.
    pub fn check_switch_interval(interval: Duration) -> Result<Duration, BadSwitchInterval> {
        let possible = Duration::from_micros(1)..=Duration::from_secs(10);
        match possible.contains(&interval) {
            true => Ok(interval),
            false => Err(BadSwitchInterval(interval)),
        }
    }

    /// How many commands can run at the same time in one worker.
    pub fn width(&self) -> u32 {
        match self.executor {
            ExecutorKind::Sequential => 1,
            _ => self.threads,
        }
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

/// One configuration of the whole system: all that a trial is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Configuration {
    /// A name for people, such as `io-mpmt-32x16`.
    pub label: String,
    /// Worker processes.
    pub processes: u32,
    /// Commands per batch.
    pub batch: u32,
    /// What each worker runs.
    pub job: Job,
    /// When workers are started.
    pub spawn: SpawnMode,
    /// Batches that are due per second; each is sent as soon as there is room without it.
    pub rate_per_s: Option<f64>,
    /// How often the commands file is gone through.
    pub repeat: u64,
    /// Replaces every wait of the table, when given.
    pub wait: Option<Duration>,
    /// Multiplies every wait.
    pub time_scale: f64,
}

impl Configuration {
    /// `<workload>-<mp|mpmt|mt>-<processes>x<threads>`: the naming of the published table. A task
    /// has the name of its file in the workload's place.
    pub fn default_label(job: &Job, processes: u32) -> String {
        let (stem, threads) = (job.stem(), job.threads);
        let kind = match (processes, threads) {
            (1, 2..) => "mt",
            (_, 1) => "mp",
            _ => "mpmt",
        };
        format!("{stem}-{kind}-{processes}x{threads}")
    }

    /// The label, and the runtime when it is not the native one: what people are told.
    pub fn name(&self) -> String {
        match &self.job.runtime {
            Runtime::Native => self.label.clone(),
            other => format!("{} ({other})", self.label),
        }
    }

    /// Whether it has threads that can never run: under a barrier a worker has one batch at a time.
    pub fn has_idle_threads(&self) -> bool {
        self.job.dispatch == Dispatch::Barrier && self.job.threads > self.batch
    }

    /// The wait of an instruction in this configuration, in nanoseconds.
    pub fn effective_wait_ns(&self, table_wait_ns: u64) -> u64 {
        let wait_ns = self
            .wait
            .map_or(table_wait_ns as f64, |wait| wait.as_nanos() as f64);
        (wait_ns * self.time_scale).round() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(own: Option<OwnWork>, threads: u32) -> Job {
        Job {
            workload: own.as_ref().map_or(WorkloadKind::Io, OwnWork::workload),
            loops: 1,
            threads,
            executor: ExecutorKind::Spawn,
            dispatch: Dispatch::Barrier,
            runtime: Runtime::Native,
            switch_interval: Job::DEFAULT_SWITCH_INTERVAL,
            own,
        }
    }

    #[test]
    fn labels_follow_the_published_table() {
        let label = |p, threads| Configuration::default_label(&job(None, threads), p);
        assert_eq!(label(32, 1), "io-mp-32x1");
        assert_eq!(label(32, 16), "io-mpmt-32x16");
        assert_eq!(label(1, 16), "io-mt-1x16");
        assert_eq!(label(1, 1), "io-mp-1x1");
    }

    #[test]
    fn a_task_is_called_by_its_file() {
        let task = OwnWork::Task("examples/json_work.py:work".parse().unwrap());
        let label = Configuration::default_label(&job(Some(task), 1), 2);
        assert_eq!(label, "json_work-mp-2x1");
    }
}
