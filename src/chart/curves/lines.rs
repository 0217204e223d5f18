//! Lines: configurations that differ in one setting alone.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::FEWEST_VALUES;
use super::axis::{self, Along, OTHERS};
use crate::chart::choice;
use crate::chart::estimate::Estimate;
use crate::chart::ideal::Ideal;
use crate::chart::series::{MOST_LINES, Series};
use crate::model::ExecutorKind;
use crate::record::{Spread, Trial};

/// All settings but the one that varies, in words.
type Key = [String; OTHERS];
/// Trials with their values of the one that varies.
type Placed<'a> = Vec<(f64, &'a Trial)>;

/// The trials of a line, before anything is computed.
#[derive(Clone, Debug)]
pub(super) struct Group<'a> {
    along: Along,
    /// What tells it from the others.
    name: String,
    /// What it has in common with them all.
    pub common: String,
    /// By the value of the setting, ascending.
    places: Vec<(f64, Vec<&'a Trial>)>,
}

/// One line in all panels.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Curve {
    /// Makespan in seconds, or throughput in commands per second.
    pub main: Series,
    /// The same as theory allows, over the setting.
    pub ideal: Ideal,
    /// Whether the ideal may be out of reach.
    pub ideal_is_bound: bool,
    /// Ideal over makespan, in percent; empty without an ideal.
    pub efficiency: Series,
    /// Involuntary context switches.
    pub switches: Series,
    /// CPU time in the kernel, in seconds.
    pub system: Series,
}

/// The lines along a setting that took enough values on them.
pub(super) fn groups<'a>(along: Along, trials: &[&'a Trial]) -> Vec<Group<'a>> {
    let executors = executors(trials);
    let mut found: IndexMap<Key, Placed<'a>> = IndexMap::new();
    for &trial in trials {
        let Some(value) = along.value(trial) else {
            continue;
        };
        for executor in lines_of(along, trial, &executors) {
            let key = along.others(trial, executor);
            found.entry(key).or_default().push((value, trial));
        }
    }
    found.retain(|_, trials| has_enough(trials));
    let differs: [bool; OTHERS] = std::array::from_fn(|i| {
        let mut words = found.keys().map(|key| &key[i]);
        let first = words.next();
        words.any(|word| Some(word) != first)
    });
    let groups = found.iter().map(|(key, trials)| Group {
        along,
        name: words(key, |i| differs[i]),
        common: words(key, |i| !differs[i] && !key[i].starts_with(axis::NONE)),
        places: places(trials.clone()),
    });
    groups.collect()
}

/// All executors of more than one thread.
fn executors(trials: &[&Trial]) -> Vec<ExecutorKind> {
    let all = trials.iter().map(|trial| trial.executor);
    let others: BTreeSet<ExecutorKind> = all.filter(|e| *e != ExecutorKind::Sequential).collect();
    others.into_iter().collect()
}

/// The executors on whose lines a trial lies: its own; over threads one thread is sequential by
/// default, and is where the lines of all executors begin.
fn lines_of(along: Along, trial: &Trial, executors: &[ExecutorKind]) -> Vec<ExecutorKind> {
    let begins = trial.executor == ExecutorKind::Sequential && trial.threads == 1;
    match along {
        Along::Threads if begins && !executors.is_empty() => executors.to_vec(),
        _ => vec![trial.executor],
    }
}

fn has_enough(trials: &[(f64, &Trial)]) -> bool {
    let good = trials.iter().filter(|(_, trial)| is_good(trial));
    let values: BTreeSet<u64> = good.map(|(value, _)| value.to_bits()).collect();
    values.len() >= FEWEST_VALUES
}

fn is_good(trial: &Trial) -> bool {
    trial.usable_makespan_s().is_some()
}

/// Some of the words, without those that say nothing.
fn words(key: &Key, which: impl Fn(usize) -> bool) -> String {
    let chosen = (key.iter().enumerate()).filter(|(index, _)| which(*index));
    let words = chosen.map(|(_, word)| word.as_str());
    let words = words.filter(|word| !word.is_empty());
    words.collect::<Vec<&str>>().join(", ")
}

fn places<'a>(mut trials: Placed<'a>) -> Vec<(f64, Vec<&'a Trial>)> {
    trials.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let mut places: Vec<(f64, Vec<&'a Trial>)> = Vec::new();
    for (value, trial) in trials {
        match places.last_mut() {
            Some((last, members)) if *last == value => members.push(trial),
            _ => places.push((value, vec![trial])),
        }
    }
    places
}

/// Whether the lines do not all do the same number of commands everywhere.
pub(super) fn differ_in_commands(groups: &[Group<'_>]) -> bool {
    let trials = groups.iter().flat_map(|group| &group.places);
    let commands = trials.flat_map(|(_, trials)| trials.iter().map(|trial| trial.commands));
    commands.collect::<BTreeSet<u64>>().len() > 1
}

/// As many as can be told apart, the fastest first: all, or the one with the highest throughput at
/// its best value, the one with the lowest, and evenly by rank between.
pub(super) fn shown(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    let mut ranked: Vec<(f64, Group<'_>)> = (groups.into_iter())
        .map(|group| (group.best(), group))
        .collect();
    ranked.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let shown = choice::evenly(ranked.len(), MOST_LINES);
    shown
        .into_iter()
        .map(|rank| ranked[rank].1.clone())
        .collect()
}

impl Group<'_> {
    /// The largest of its median throughputs.
    fn best(&self) -> f64 {
        let median = |(_, trials): &(f64, Vec<&Trial>)| {
            let good = trials.iter().filter(|trial| is_good(trial));
            let spread = Spread::of(good.filter_map(|trial| throughput(trial)));
            spread.map_or(0.0, |spread| spread.median)
        };
        self.places.iter().map(median).fold(0.0, f64::max)
    }

    /// The values at which it was measured, ascending.
    pub fn values(&self) -> impl Iterator<Item = f64> {
        self.places.iter().map(|(value, _)| *value)
    }

    /// Leaves out what was measured at other values than these, which ascend.
    pub fn keep(&mut self, values: &[f64]) {
        let kept = |value: &f64| values.binary_search_by(|v| v.total_cmp(value)).is_ok();
        self.places.retain(|(value, _)| kept(value));
    }

    /// The values without a good run, in words.
    pub fn gaps(&self) -> impl Iterator<Item = String> {
        let without = (self.places.iter()).filter(|(_, trials)| !trials.iter().any(|t| is_good(t)));
        without.map(|(value, _)| match self.name.as_str() {
            "" => format!("{value} {}", self.along.unit()),
            name => format!("{value} {} ({name})", self.along.unit()),
        })
    }

    /// A figure's medians at the values that have it.
    fn series(&self, number: usize, figure: impl Fn(&Trial) -> Option<f64>) -> Series {
        let point = |(value, trials): &(f64, Vec<&Trial>)| {
            let good = trials.iter().copied().filter(|trial| is_good(trial));
            Some((*value, Estimate::over(good, &figure)?))
        };
        Series {
            name: self.name.clone(),
            number,
            points: self.places.iter().filter_map(point).collect(),
        }
    }
}

fn throughput(trial: &Trial) -> Option<f64> {
    trial
        .makespan_s
        .map(|seconds| trial.commands as f64 / seconds)
}

/// The ideal makespan, where there is one: work that is nothing has none.
fn ideal(trial: &Trial) -> Option<f64> {
    trial
        .ideal_s
        .filter(|seconds| seconds.is_finite() && *seconds > 0.0)
}

impl Curve {
    /// Takes the medians of a line.
    pub fn of(group: &Group<'_>, number: usize, show_throughput: bool) -> Curve {
        let main = |trial: &Trial| match show_throughput {
            true => throughput(trial),
            false => trial.makespan_s,
        };
        let ideal_of = |trial: &Trial| match show_throughput {
            true => ideal(trial).map(|seconds| trial.commands as f64 / seconds),
            false => ideal(trial),
        };
        let ideals = group.places.iter().filter_map(|(value, trials)| {
            let good = trials.iter().filter(|trial| is_good(trial));
            let spread = Spread::of(good.filter_map(|trial| ideal_of(trial)))?;
            Some((*value, spread.median))
        });
        let trials = || group.places.iter().flat_map(|(_, trials)| trials);
        Curve {
            main: group.series(number, main),
            ideal: Ideal {
                points: ideals.collect(),
            },
            ideal_is_bound: trials().any(|trial| trial.ideal_is_bound),
            efficiency: group.series(number, |trial| {
                ideal(trial)?;
                trial.efficiency().map(|share| 100.0 * share)
            }),
            switches: group.series(number, |trial| {
                trial.involuntary_switches.map(|count| count as f64)
            }),
            system: group.series(number, |trial| trial.cpu_system_s),
        }
    }
}
