//! All configurations of a work by their medians.

use crate::chart::estimate::Estimate;
use crate::chart::vocabulary::{self, Quantity};
use crate::model::Runtime;
use crate::record::{ComparisonGroup, Memory, Trial, group_by, median_makespan_s};
use crate::stats::pareto_front;

/// The configurations of a work that have a good run.
#[derive(Clone, Debug, PartialEq)]
pub struct Configurations<'a> {
    /// The experiment's name.
    pub experiment: &'a str,
    /// The work, in words.
    pub work: String,
    /// Which figure of memory all of them have.
    pub memory: Memory,
    /// In ascending order of their median makespan.
    pub fastest_first: Vec<Configuration<'a>>,
    /// Those with failed runs: their names, how many failed, of how many.
    pub failed: Vec<(String, usize, usize)>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Configuration<'a> {
    /// Its label, and what tells it from others of the same label.
    pub name: String,
    /// Its good runs.
    pub runs: Vec<&'a Trial>,
    /// Runs that failed, and all.
    pub failed: (usize, usize),
    /// The median, in seconds.
    pub makespan_s: f64,
    /// The median, in KiB.
    pub memory_kib: Option<f64>,
    /// Whether no other is faster without taking more memory, or smaller without taking longer.
    pub is_on_front: bool,
}

impl<'a> Configurations<'a> {
    /// Those of a work.
    pub fn of(work: &ComparisonGroup<'a>) -> Self {
        let groups = group_by(work.trials.iter().copied(), |trial| trial);
        let memory = Memory::known_of(groups.iter().map(|(_, trials)| trials.as_slice()));
        let (mut fastest_first, mut failed) = (Vec::new(), Vec::new());
        for (name, trials) in groups {
            let good = trials
                .iter()
                .filter(|trial| trial.usable_makespan_s().is_some())
                .count();
            if good < trials.len() {
                failed.push((name.clone(), trials.len() - good, trials.len()));
            }
            fastest_first.extend(Configuration::of(&name, &trials, memory));
        }
        fastest_first.sort_by(|a, b| a.makespan_s.total_cmp(&b.makespan_s));
        let objectives = |one: &Configuration<'_>| {
            let memory = one.memory_kib.unwrap_or(f64::NAN);
            [one.makespan_s, memory]
        };
        let points: Vec<[f64; 2]> = fastest_first.iter().map(objectives).collect();
        for index in pareto_front(&points) {
            fastest_first[index].is_on_front = true;
        }
        Configurations {
            experiment: work.experiment,
            work: vocabulary::work(&work.name, work.experiment).to_owned(),
            memory,
            fastest_first,
            failed,
        }
    }

    /// At most so many of them, fastest first: those on the front come before others.
    pub fn at_most(&self, most: usize) -> Vec<&Configuration<'a>> {
        let front = self.fastest_first.iter().filter(|one| one.is_on_front);
        let (mut on, mut off) = (most, most.saturating_sub(front.count()));
        let mut take = |one: &&Configuration<'_>| {
            let left = if one.is_on_front { &mut on } else { &mut off };
            let takes = *left > 0;
            *left = left.saturating_sub(1);
            takes
        };
        self.fastest_first.iter().filter(|one| take(one)).collect()
    }

    /// Which of them [`Self::at_most`] takes, unless it takes all.
    pub fn rule(&self, most: usize) -> Option<String> {
        let front = self.fastest_first.iter().filter(|one| one.is_on_front);
        let rule = match front.count() {
            front if front > most => "the fastest of those on the Pareto front",
            _ => "those on the Pareto front, and the fastest",
        };
        vocabulary::shown(most, self.fastest_first.len(), "configurations", rule)
    }

    /// What has to be said of runs that failed, if any.
    pub fn failures(&self) -> Option<String> {
        vocabulary::failures(&self.failed, MOST_NAMES)
    }
}

/// Failed configurations that are named.
const MOST_NAMES: usize = 4;

impl<'a> Configuration<'a> {
    fn of(name: &str, trials: &[&'a Trial], memory: Memory) -> Option<Self> {
        let is_good = |trial: &&&Trial| trial.usable_makespan_s().is_some();
        let runs: Vec<&Trial> = trials.iter().filter(is_good).copied().collect();
        let memories = runs.iter().filter_map(|trial| memory.kib(trial));
        Some(Configuration {
            name: name.to_owned(),
            makespan_s: median_makespan_s(&runs)?,
            memory_kib: Estimate::median(memories),
            failed: (trials.len() - runs.len(), trials.len()),
            is_on_front: false,
            runs,
        })
    }

    /// One of its figures over its good runs.
    pub fn estimate(&self, quantity: Quantity) -> Option<Estimate> {
        Estimate::of(self.runs.iter().filter_map(|trial| quantity.of(trial)))
    }

    /// What its commands ran on.
    pub fn runtime(&self) -> &'a Runtime {
        &self.runs[0].runtime
    }
}
