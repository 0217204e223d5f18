//! The figures of the configurations that have a row.

use super::configurations::{Configuration, Configurations};
use crate::chart::estimate::Estimate;
use crate::chart::unit::Unit;
use crate::record::{Memory, Trial};

/// Beyond this a reader looks for a row and not at the bars.
pub const MOST_ROWS: usize = 40;

/// What the rows show, before any drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// The experiment's name.
    pub experiment: String,
    /// The work, in words.
    pub work: String,
    /// Which figure the memory is.
    pub memory: Memory,
    /// Fastest first.
    pub rows: Vec<Row>,
    /// Which configurations have a row, unless all have one.
    pub rule: Option<String>,
    /// What has to be said of runs that do not count, if any.
    pub not_ok: Option<String>,
}

/// What a configuration cost. Figures that were not measured are `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Whether no other is both faster and smaller.
    pub is_on_front: bool,
    /// In seconds.
    pub makespan: Option<Estimate>,
    /// CPU time in user mode and in the kernel together, in seconds.
    pub cpu: Option<Estimate>,
    /// The median of the CPU time in user mode, in seconds.
    pub user_s: Option<f64>,
    /// The median of the CPU time in the kernel, in seconds.
    pub system_s: Option<f64>,
    /// Context switches because a thread waited.
    pub voluntary: Option<Estimate>,
    /// Context switches because a thread was pre-empted.
    pub involuntary: Option<Estimate>,
    /// In KiB.
    pub memory: Option<Estimate>,
}

/// A figure that has bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// CPU time, of which the part in user mode is told apart.
    Cpu,
    /// Voluntary context switches.
    Voluntary,
    /// Involuntary ones.
    Involuntary,
    /// Peak memory.
    Memory,
}

impl Rows {
    /// The rows of those on the Pareto front, and of the fastest while there is room.
    pub fn prepare(all: &Configurations<'_>) -> Rows {
        let shown = all.at_most(MOST_ROWS);
        Rows {
            experiment: all.experiment.to_owned(),
            work: all.work.clone(),
            memory: all.memory,
            rows: shown.iter().map(|one| Row::of(one, all.memory)).collect(),
            rule: all.rule(MOST_ROWS),
            not_ok: all.not_ok(),
        }
    }

    /// The figures that any row has.
    pub fn columns(&self) -> Vec<Quantity> {
        let all = [
            Quantity::Cpu,
            Quantity::Voluntary,
            Quantity::Involuntary,
            Quantity::Memory,
        ];
        let has = |quantity: &Quantity| self.rows.iter().any(|row| quantity.of(row).is_some());
        all.into_iter().filter(has).collect()
    }
}

impl Row {
    fn of(one: &Configuration<'_>, memory: Memory) -> Row {
        let over = |figure: &dyn Fn(&Trial) -> Option<f64>| {
            Estimate::of(one.runs.iter().filter_map(|trial| figure(trial)))
        };
        let median = |figure: fn(&Trial) -> Option<f64>| over(&figure).map(|e| e.median);
        let count = |count: Option<u64>| count.map(|count| count as f64);
        Row {
            name: one.name.clone(),
            is_on_front: one.is_on_front,
            makespan: over(&Trial::usable_makespan_s),
            cpu: over(&|trial| Some(trial.cpu_user_s? + trial.cpu_system_s?)),
            user_s: median(|trial| trial.cpu_user_s),
            system_s: median(|trial| trial.cpu_system_s),
            voluntary: over(&|trial| count(trial.voluntary_switches)),
            involuntary: over(&|trial| count(trial.involuntary_switches)),
            memory: over(&|trial| memory.kib(trial)),
        }
    }

    /// All of it in words.
    pub fn in_words(&self, memory: Memory) -> String {
        let told = |name: &str, estimate: Option<Estimate>, unit: fn(f64) -> Unit| {
            estimate.map(|e| format!("{name} {}", e.in_words(unit(e.median))))
        };
        let seconds = |value: f64| Unit::of_seconds(value).with_name(value);
        let parts = self.user_s.zip(self.system_s);
        let parts = parts.map(|(u, s)| format!("user {}, system {}", seconds(u), seconds(s)));
        let front = "no other is both faster and smaller".to_owned();
        let words = [
            told("makespan", self.makespan, Unit::of_seconds),
            told("CPU time", self.cpu, Unit::of_seconds),
            parts,
            told("voluntary switches", self.voluntary, Unit::of_count),
            told("involuntary switches", self.involuntary, Unit::of_count),
            told(
                &format!("memory ({})", memory.as_str()),
                self.memory,
                Unit::of_kibibytes,
            ),
            self.is_on_front.then_some(front),
        ];
        let words: Vec<String> = words.into_iter().flatten().collect();
        format!("{}: {}", self.name, words.join("; "))
    }
}

impl Quantity {
    /// Of a row.
    pub fn of(self, row: &Row) -> Option<Estimate> {
        match self {
            Quantity::Cpu => row.cpu,
            Quantity::Voluntary => row.voluntary,
            Quantity::Involuntary => row.involuntary,
            Quantity::Memory => row.memory,
        }
    }

    /// The unit in which its values are read best.
    pub fn unit(self, values: &[f64]) -> Unit {
        match self {
            Quantity::Cpu => Unit::shortest(values, Unit::of_seconds),
            Quantity::Voluntary | Quantity::Involuntary => Unit::shortest(values, Unit::of_count),
            Quantity::Memory => Unit::shortest(values, Unit::of_kibibytes),
        }
    }
}
