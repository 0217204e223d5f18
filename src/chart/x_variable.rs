//! What can vary along a horizontal axis, and what it is called.

use std::collections::BTreeSet;

use super::vocabulary::counted;
use crate::model::ExecutorKind;
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

    /// As it is part of a file's name.
    pub fn as_str(self) -> &'static str {
        match self {
            XVariable::Batch => "batch",
            XVariable::Processes => "processes",
            XVariable::Threads => "threads",
            XVariable::Wait => "wait",
            XVariable::Loops => "loops",
            XVariable::Rate => "rate",
            XVariable::Commands => "commands",
            XVariable::Product => "product",
        }
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

    /// What it is called, with its unit.
    pub fn title(self) -> &'static str {
        match self {
            XVariable::Batch => "commands per batch",
            XVariable::Processes => "processes",
            XVariable::Threads => "threads in each process",
            XVariable::Wait => "wait of a command, ms",
            XVariable::Loops => "loops of a command",
            XVariable::Rate => "batches due per second",
            XVariable::Commands => "commands in all",
            XVariable::Product => "threads in all",
        }
    }

    /// The same in a title.
    pub fn noun(self) -> &'static str {
        match self {
            XVariable::Batch => "batch size",
            XVariable::Processes => "processes",
            XVariable::Threads => "threads",
            XVariable::Wait => "the wait of a command",
            XVariable::Loops => "the loops of a command",
            XVariable::Rate => "the rate of batches",
            XVariable::Commands => "the number of commands",
            XVariable::Product => "processes × threads",
        }
    }

    /// Whether more of it makes more threads in all.
    pub fn is_concurrency(self) -> bool {
        matches!(self, XVariable::Processes | XVariable::Threads)
    }

    /// Whether it is one side of a grid of processes and threads.
    pub fn is_grid(self, trials: &[&Trial]) -> bool {
        let count = |of: fn(&Trial) -> u32| {
            let values: BTreeSet<u32> = trials.iter().map(|trial| of(trial)).collect();
            values.len()
        };
        self.is_concurrency()
            && count(|trial| trial.processes) > 1
            && count(|trial| trial.threads) > 1
    }

    /// All settings but this one and what goes with it, as words that tell configurations apart
    /// wherever [`group_by`](crate::record::group_by) does. `executor` is that of the line, which a
    /// trial of one thread may not have itself.
    pub fn others(self, trial: &Trial, executor: ExecutorKind) -> [String; OTHERS] {
        let time_scale = Some(trial.time_scale).filter(|&scale| scale != 1.0);
        let all = [
            (
                Some(XVariable::Processes),
                counted(u64::from(trial.processes), "process"),
            ),
            (
                Some(XVariable::Threads),
                counted(u64::from(trial.threads), "thread"),
            ),
            (Some(XVariable::Batch), format!("batch {}", trial.batch)),
            (None, executor.to_string()),
            (None, trial.dispatch.to_string()),
            (
                None,
                runtime_in_words(&trial.runtime, trial.switch_interval_s),
            ),
            (None, format!("{} start", trial.spawn)),
            (Some(XVariable::Wait), or_none(trial.wait_s, "wait", " s")),
            (Some(XVariable::Loops), or_none(trial.loops, "loops", "")),
            (
                Some(XVariable::Rate),
                or_none(trial.rate_per_s, "rate", "/s"),
            ),
            (None, trial.own_work().unwrap_or_default().to_owned()),
            (Some(XVariable::Wait), or_none(time_scale, "time scale", "")),
            (
                Some(XVariable::Commands),
                format!("{} commands", trial.commands),
            ),
            (
                Some(XVariable::Commands),
                format!("total {}", trial.expected_sum),
            ),
        ];
        all.map(|(setting, words)| match setting {
            Some(setting) if setting == self => String::new(),
            _ => words,
        })
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
