//! What can vary along a horizontal axis, and what it is called.

use itertools::Itertools;

use crate::model::{ExecutorKind, counted};
use crate::record::{Trial, runtime_in_words};

/// Settings that tell configurations apart.
pub const OTHERS: usize = 14;

/// A setting with numbers for values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum XVariable {
    /// Commands per batch.
    Batch,
    /// Worker processes.
    Processes,
    /// Threads in each.
    Threads,
    /// The wait of a command.
    Wait,
    /// The loops of a command.
    Loops,
    /// Batches that are due per second.
    Rate,
    /// Commands in all.
    Commands,
    /// Processes times threads, which no curve is over.
    Product,
}

impl XVariable {
    /// Those of curves, in the order in which a reader wants them.
    pub const ALL: [XVariable; 7] = [
        XVariable::Batch,
        XVariable::Processes,
        XVariable::Threads,
        XVariable::Wait,
        XVariable::Loops,
        XVariable::Rate,
        XVariable::Commands,
    ];

    /// As it is part of a file's name; what it is called in a title; and on an axis, with its unit.
    fn names(self) -> [&'static str; 3] {
        match self {
            XVariable::Batch => ["batch", "batch size", "commands per batch"],
            XVariable::Processes => ["processes", "processes", "processes"],
            XVariable::Threads => ["threads", "threads", "threads in each process"],
            XVariable::Wait => ["wait", "the wait of a command", "wait of a command, ms"],
            XVariable::Loops => ["loops", "the loops of a command", "loops of a command"],
            XVariable::Rate => ["rate", "the rate of batches", "batches due per second"],
            XVariable::Commands => ["commands", "the number of commands", "commands in all"],
            XVariable::Product => ["product", "processes × threads", "threads in all"],
        }
    }

    /// As it is part of a file's name.
    pub fn as_str(self) -> &'static str {
        self.names()[0]
    }

    /// What it is called in a title.
    pub fn noun(self) -> &'static str {
        self.names()[1]
    }

    /// What it is called on an axis, with its unit.
    pub fn title(self) -> &'static str {
        self.names()[2]
    }

    /// Its value in a trial, with the unit of [`XVariable::title`]; `None` when it does not apply.
    pub fn value(self, trial: &Trial) -> Option<f64> {
        match self {
            XVariable::Batch => Some(f64::from(trial.batch)),
            XVariable::Processes => Some(f64::from(trial.processes)),
            XVariable::Threads => Some(f64::from(trial.threads)),
            XVariable::Wait => trial.wait_s.map(|seconds| 1e3 * seconds),
            XVariable::Loops => trial.loops.map(|loops| loops as f64),
            XVariable::Rate => trial.rate_per_s,
            XVariable::Commands => Some(trial.commands as f64),
            XVariable::Product => Some(f64::from(trial.processes) * f64::from(trial.threads)),
        }
        .filter(|value| value.is_finite())
    }

    /// Whether more of it makes more threads in all.
    pub fn is_concurrency(self) -> bool {
        matches!(self, XVariable::Processes | XVariable::Threads)
    }

    /// Whether it is one side of a grid of processes and threads.
    pub fn is_grid(self, trials: &[&Trial]) -> bool {
        let one_process = trials.iter().map(|trial| trial.processes).all_equal();
        let one_thread = trials.iter().map(|trial| trial.threads).all_equal();
        self.is_concurrency() && !one_process && !one_thread
    }

    /// All settings but this one and what goes with it, as words that tell configurations apart
    /// wherever [`group_by`](crate::record::group_by) does. `executor` is that of the line, which a
    /// trial of one thread may not have itself.
    pub fn others(self, trial: &Trial, executor: ExecutorKind) -> [String; OTHERS] {
        let of = |setting: XVariable, words: String| {
            if setting == self {
                String::new()
            } else {
                words
            }
        };
        let time_scale = Some(trial.time_scale).filter(|&scale| scale != 1.0);
        let processes = counted(trial.processes as usize, "process");
        let threads = counted(trial.threads as usize, "thread");
        [
            of(XVariable::Processes, processes),
            of(XVariable::Threads, threads),
            of(XVariable::Batch, format!("batch {}", trial.batch)),
            executor.to_string(),
            trial.dispatch.to_string(),
            runtime_in_words(&trial.runtime, trial.switch_interval_s),
            format!("{} start", trial.spawn),
            of(XVariable::Wait, or_none(trial.wait_s, "wait", " s")),
            of(XVariable::Loops, or_none(trial.loops, "loops", "")),
            of(XVariable::Rate, or_none(trial.rate_per_s, "rate", "/s")),
            trial.own_work().unwrap_or_default().to_owned(),
            of(XVariable::Wait, or_none(time_scale, "time scale", "")),
            of(XVariable::Commands, format!("{} commands", trial.commands)),
            of(XVariable::Commands, format!("total {}", trial.expected_sum)),
        ]
    }
}

/// Before what does not apply.
pub const NONE: &str = "no ";

fn or_none(value: Option<impl ToString>, name: &str, unit: &str) -> String {
    match value {
        Some(value) => format!("{name} {}{unit}", value.to_string()),
        None => format!("{NONE}{name}"),
    }
}
