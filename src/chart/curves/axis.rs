//! What can vary along a curve.

use std::collections::BTreeSet;

use crate::model::ExecutorKind;
use crate::record::{Trial, runtime_in_words};

/// Settings that tell configurations apart.
pub(super) const OTHERS: usize = 14;

/// A setting with numbers for values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Along {
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
}

impl Along {
    /// All of them, in the order in which a reader wants them.
    pub const ALL: [Along; 7] = [
        Along::Batch,
        Along::Processes,
        Along::Threads,
        Along::Wait,
        Along::Loops,
        Along::Rate,
        Along::Commands,
    ];

    /// As it is part of a file's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Along::Batch => "batch",
            Along::Processes => "processes",
            Along::Threads => "threads",
            Along::Wait => "wait",
            Along::Loops => "loops",
            Along::Rate => "rate",
            Along::Commands => "commands",
        }
    }

    /// Its value in a trial, with the unit of [`Along::unit`]; `None` when it does not apply.
    pub fn value(self, trial: &Trial) -> Option<f64> {
        match self {
            Along::Batch => Some(f64::from(trial.batch)),
            Along::Processes => Some(f64::from(trial.processes)),
            Along::Threads => Some(f64::from(trial.threads)),
            Along::Wait => trial.wait_s.map(|seconds| 1e3 * seconds),
            Along::Loops => trial.loops.map(|loops| loops as f64),
            Along::Rate => trial.rate_per_s,
            Along::Commands => Some(trial.commands as f64),
        }
        .filter(|value| value.is_finite())
    }

    /// What it is called, with its unit.
    pub fn unit(self) -> &'static str {
        match self {
            Along::Batch => "commands per batch",
            Along::Processes => "processes",
            Along::Threads => "threads in each process",
            Along::Wait => "wait of a command, ms",
            Along::Loops => "loops of a command",
            Along::Rate => "batches due per second",
            Along::Commands => "commands in all",
        }
    }

    /// The same in a title.
    pub fn title(self) -> &'static str {
        match self {
            Along::Batch => "batch size",
            Along::Processes => "processes",
            Along::Threads => "threads",
            Along::Wait => "the wait of a command",
            Along::Loops => "the loops of a command",
            Along::Rate => "the rate of batches",
            Along::Commands => "the number of commands",
        }
    }

    /// Whether more of it makes more threads in all.
    pub fn is_concurrency(self) -> bool {
        matches!(self, Along::Processes | Along::Threads)
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
            (Some(Along::Processes), named(trial.processes, "processes")),
            (Some(Along::Threads), named(trial.threads, "threads")),
            (Some(Along::Batch), format!("batch {}", trial.batch)),
            (None, executor.to_string()),
            (None, trial.dispatch.to_string()),
            (
                None,
                runtime_in_words(&trial.runtime, trial.switch_interval_s),
            ),
            (None, format!("{} start", trial.spawn)),
            (Some(Along::Wait), or_none(trial.wait_s, "wait", " s")),
            (Some(Along::Loops), or_none(trial.loops, "loops", "")),
            (Some(Along::Rate), or_none(trial.rate_per_s, "rate", "/s")),
            (None, trial.own_work().unwrap_or_default().to_owned()),
            (Some(Along::Wait), or_none(time_scale, "time scale", "")),
            (
                Some(Along::Commands),
                format!("{} commands", trial.commands),
            ),
            (
                Some(Along::Commands),
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
pub(super) const NONE: &str = "no ";

fn named(number: u32, plural: &str) -> String {
    match (number, plural) {
        (1, "processes") => "1 process".to_owned(),
        (1, "threads") => "1 thread".to_owned(),
        _ => format!("{number} {plural}"),
    }
}

fn or_none(value: Option<impl ToString>, name: &str, unit: &str) -> String {
    match value {
        Some(value) => format!("{name} {}{unit}", value.to_string()),
        None => format!("{NONE}{name}"),
    }
}
