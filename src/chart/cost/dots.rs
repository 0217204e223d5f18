//! The figures of the configurations that have a dot: makespan and memory.

use super::configurations::{Configuration, Configurations};
use crate::chart::estimate::Estimate;
use crate::chart::unit::Unit;
use crate::record::Memory;

/// With more dots than that, only those on the front have their intervals.
pub const MOST_INTERVALS: usize = 100;
/// The most dots: more are a cloud and no dots.
pub const MOST_DOTS: usize = 2000;

/// What the dots show, before any drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Dots {
    /// The experiment's name.
    pub experiment: String,
    /// The work, in words.
    pub work: String,
    /// Which figure the memory is.
    pub memory: Memory,
    /// Those on the front, fastest first.
    pub front: Vec<Dot>,
    /// The others, fastest first.
    pub dominated: Vec<Dot>,
    /// Whether only those on the front have their intervals, for there are many.
    pub are_bare: bool,
    /// Which configurations have a dot, unless all have one.
    pub rule: Option<String>,
    /// What has to be said of runs that do not count, if any.
    pub not_ok: Option<String>,
}

/// One configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Dot {
    /// Its name.
    pub name: String,
    /// In seconds.
    pub makespan: Estimate,
    /// In KiB.
    pub memory: Estimate,
}

impl Dots {
    /// The dots of all configurations; `None` when fewer than two have a memory.
    pub fn prepare(all: &Configurations<'_>) -> Option<Dots> {
        let (mut front, mut dominated) = (Vec::new(), Vec::new());
        let are_bare = all.fastest_first.len() > MOST_INTERVALS;
        for one in all.at_most(MOST_DOTS) {
            let dots = if one.is_on_front {
                &mut front
            } else {
                &mut dominated
            };
            dots.extend(match are_bare && !one.is_on_front {
                true => Dot::bare(one),
                false => Dot::of(one, all.memory),
            });
        }
        (front.len() + dominated.len() > 1).then(|| Dots {
            experiment: all.experiment.to_owned(),
            work: all.work.clone(),
            memory: all.memory,
            front,
            dominated,
            are_bare,
            rule: all.rule(MOST_DOTS),
            not_ok: all.not_ok(),
        })
    }

    /// All of them, those on the front first.
    pub fn all(&self) -> impl Iterator<Item = &Dot> {
        self.front.iter().chain(&self.dominated)
    }
}

impl Dot {
    fn of(one: &Configuration<'_>, memory: Memory) -> Option<Dot> {
        let makespans = one
            .runs
            .iter()
            .filter_map(|trial| trial.usable_makespan_s());
        let memories = one.runs.iter().filter_map(|trial| memory.kib(trial));
        Some(Dot {
            name: one.name.clone(),
            makespan: Estimate::of(makespans)?,
            memory: Estimate::of(memories)?,
        })
    }

    /// With the medians for ends: intervals take their time to be found.
    fn bare(one: &Configuration<'_>) -> Option<Dot> {
        let bare = |median: f64| Estimate {
            median,
            low: median,
            high: median,
            runs: one.runs.len(),
            is_interval: false,
        };
        Some(Dot {
            name: one.name.clone(),
            makespan: bare(one.makespan_s),
            memory: bare(one.memory_kib?),
        })
    }

    /// All of it in words; without the ends where it has none.
    pub fn in_words(&self, memory: Memory, is_bare: bool) -> String {
        let told = |estimate: &Estimate, unit: fn(f64) -> Unit| {
            let unit = unit(estimate.median);
            match is_bare {
                true => format!(
                    "{} in {} runs",
                    unit.with_name(estimate.median),
                    estimate.runs
                ),
                false => estimate.in_words(unit),
            }
        };
        format!(
            "{}: makespan {}; memory ({}) {}",
            self.name,
            told(&self.makespan, Unit::of_seconds),
            memory.as_str(),
            told(&self.memory, Unit::of_kibibytes)
        )
    }
}
