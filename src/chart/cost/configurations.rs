//! All configurations of a work by their medians.

use crate::record::{Memory, Spread, Trial, Work, group_by, median_makespan_s};
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
    /// The names of those without a good run.
    pub failed: Vec<String>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Configuration<'a> {
    /// Its label, and what tells it from others of the same label.
    pub name: String,
    /// Its good runs.
    pub runs: Vec<&'a Trial>,
    /// Runs that are not good.
    pub not_ok: usize,
    /// The median, in seconds.
    pub makespan_s: f64,
    /// The median, in KiB.
    pub memory_kib: Option<f64>,
    /// Whether no other is faster without taking more memory, or smaller without taking longer.
    pub is_on_front: bool,
}

impl<'a> Configurations<'a> {
    /// Those of a work.
    pub fn of(work: &Work<'a>) -> Self {
        let groups = group_by(work.trials.iter().copied(), |trial| trial);
        let memory = Memory::known_of(groups.iter().map(|(_, trials)| trials.as_slice()));
        let (mut fastest_first, mut failed) = (Vec::new(), Vec::new());
        for (name, trials) in groups {
            match Configuration::of(&name, &trials, memory) {
                Some(configuration) => fastest_first.push(configuration),
                None => failed.push(name),
            }
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
        let name = format!("{}: ", work.experiment);
        Configurations {
            experiment: work.experiment,
            work: work
                .name
                .strip_prefix(&name)
                .unwrap_or(&work.name)
                .to_owned(),
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
        let all = self.fastest_first.len();
        let front = self.fastest_first.iter().filter(|one| one.is_on_front);
        let rule = match front.count() {
            front if front > most => "the fastest of those on the Pareto front",
            _ => "those on the Pareto front, and the fastest",
        };
        (all > most).then(|| format!("Shown are {most} of {all} configurations: {rule}."))
    }

    /// What has to be said of runs that do not count, if any.
    pub fn not_ok(&self) -> Option<String> {
        let partly = self
            .fastest_first
            .iter()
            .filter(|one| one.not_ok > 0)
            .count();
        let mut words = Vec::new();
        if !self.failed.is_empty() {
            let named = self.failed.iter().take(MOST_NAMES).cloned();
            let more = self.failed.len().saturating_sub(MOST_NAMES);
            let more = (more > 0).then(|| format!("{more} more"));
            let named: Vec<String> = named.chain(more).collect();
            words.push(format!("Without a good run: {}.", named.join(", ")));
        }
        match partly {
            0 => {}
            1 => {
                words.push("Of one configuration some runs are not ok and do not count.".to_owned())
            }
            many => words.push(format!(
                "Of {many} configurations some runs are not ok and do not count."
            )),
        }
        (!words.is_empty()).then(|| words.join(" "))
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
            memory_kib: Spread::of(memories).map(|spread| spread.median),
            not_ok: trials.len() - runs.len(),
            is_on_front: false,
            runs,
        })
    }
}
