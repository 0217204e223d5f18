//! Lines: configurations that differ in one setting alone.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::FEWEST_VALUES;
use crate::chart::choice;
use crate::chart::estimate::Estimate;
use crate::chart::ideal::Ideal;
use crate::chart::order::AxisOrder;
use crate::chart::palette::MOST_SERIES;
use crate::chart::vocabulary::Quantity;
use crate::chart::x_variable::{self, OTHERS, XVariable};
use crate::model::{ExecutorKind, Runtime};
use crate::record::Trial;

/// All settings but the one that varies, in words.
type Key = [String; OTHERS];
/// Trials with their values of the one that varies.
type Placed<'a> = Vec<(f64, &'a Trial)>;

/// The trials of a line, before anything is computed.
#[derive(Clone, Debug)]
pub(super) struct Group<'a> {
    variable: XVariable,
    /// What tells it from the others.
    name: String,
    /// What it has in common with them all.
    pub common: String,
    /// By the value of the setting, ascending.
    places: Vec<(f64, Vec<&'a Trial>)>,
}

/// One line in all facets.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Curve {
    /// What tells it from the others.
    pub name: String,
    /// What its commands ran on.
    pub runtime: Runtime,
    /// What is shown, with its medians at the values that have it: makespan or throughput first.
    pub series: Vec<(Quantity, Vec<(f64, Estimate)>)>,
    /// The first quantity as theory allows it, over the setting.
    pub ideal: Ideal,
    /// Whether the ideal may be out of reach.
    pub ideal_is_bound: bool,
    /// Values at which runs failed: how many, of how many.
    pub failed: Vec<(f64, usize, usize)>,
}

/// The lines along a setting that took enough values on them.
pub(super) fn groups<'a>(variable: XVariable, trials: &[&'a Trial]) -> Vec<Group<'a>> {
    let executors = executors(trials);
    let mut found: IndexMap<Key, Placed<'a>> = IndexMap::new();
    for &trial in trials {
        let Some(value) = variable.value(trial) else {
            continue;
        };
        for executor in lines_of(variable, trial, &executors) {
            let key = variable.others(trial, executor);
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
        variable,
        name: words(key, |i| differs[i]),
        common: words(key, |i| {
            !differs[i] && !key[i].starts_with(x_variable::NONE)
        }),
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
fn lines_of(variable: XVariable, trial: &Trial, executors: &[ExecutorKind]) -> Vec<ExecutorKind> {
    let begins = trial.executor == ExecutorKind::Sequential && trial.threads == 1;
    match variable {
        XVariable::Threads if begins && !executors.is_empty() => executors.to_vec(),
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

/// As many as can be told apart, in the order of what they ask: all, or the one with the highest
/// throughput at its best value, the one with the lowest, and evenly by rank between.
pub(super) fn shown(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    let mut ranked: Vec<(f64, Group<'_>)> = groups
        .into_iter()
        .map(|group| (group.best(), group))
        .collect();
    ranked.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let ranks = choice::evenly(ranked.len(), MOST_SERIES).into_iter();
    let mut shown: Vec<Group<'_>> = ranks.map(|rank| ranked[rank].1.clone()).collect();
    shown.sort_by_cached_key(|group| {
        let last = group
            .places
            .iter()
            .rev()
            .find_map(|(_, trials)| trials.first());
        last.map(|trial| AxisOrder::of(trial))
    });
    shown
}

impl Group<'_> {
    /// The largest of its median throughputs.
    fn best(&self) -> f64 {
        let median = |(_, trials): &(f64, Vec<&Trial>)| {
            let good = trials.iter().filter(|trial| is_good(trial));
            let median = Estimate::median(good.filter_map(|trial| Quantity::Throughput.of(trial)));
            median.unwrap_or(0.0)
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
            "" => format!("{value} {}", self.variable.title()),
            name => format!("{value} {} ({name})", self.variable.title()),
        })
    }
}

impl Curve {
    /// Takes the medians of a line.
    pub fn of<'a>(group: &Group<'a>, quantities: &[Quantity]) -> Curve {
        let good = |trials: &[&'a Trial]| -> Vec<&'a Trial> {
            trials
                .iter()
                .copied()
                .filter(|trial| is_good(trial))
                .collect()
        };
        let places: Vec<(f64, Vec<&Trial>)> = group
            .places
            .iter()
            .map(|(value, trials)| (*value, good(trials)))
            .collect();
        let ideals = places.iter().filter_map(|(value, trials)| {
            let median = Estimate::median(
                trials
                    .iter()
                    .filter_map(|trial| ideal(trial, quantities[0])),
            );
            Some((*value, median?))
        });
        let point = |(value, trials): &(f64, Vec<&Trial>), quantity: Quantity| {
            let estimate = Estimate::of(trials.iter().filter_map(|trial| quantity.of(trial)))?;
            Some((*value, estimate))
        };
        let series = quantities.iter().map(|&quantity| {
            (
                quantity,
                places
                    .iter()
                    .filter_map(|place| point(place, quantity))
                    .collect(),
            )
        });
        let trials = || group.places.iter().flat_map(|(_, trials)| trials);
        let failed = group
            .places
            .iter()
            .zip(&places)
            .map(|((value, all), (_, good))| (*value, all.len() - good.len(), all.len()));
        Curve {
            name: group.name.clone(),
            runtime: trials()
                .next()
                .map_or(Runtime::Native, |trial| trial.runtime.clone()),
            series: series.collect(),
            ideal: Ideal {
                points: ideals.collect(),
            },
            ideal_is_bound: trials().any(|trial| trial.ideal_is_bound),
            failed: failed.filter(|(_, failed, _)| *failed > 0).collect(),
        }
    }

    /// The medians of a quantity.
    pub fn points(&self, quantity: Quantity) -> &[(f64, Estimate)] {
        let found = self.series.iter().find(|(of, _)| *of == quantity);
        found.map_or(&[], |(_, points)| points)
    }

    /// The medians of makespan or throughput.
    pub fn main(&self) -> &[(f64, Estimate)] {
        self.series.first().map_or(&[], |(_, points)| points)
    }
}

/// What theory allows, where there is an ideal: work that is nothing has none.
fn ideal(trial: &Trial, quantity: Quantity) -> Option<f64> {
    let seconds = trial
        .ideal_s
        .filter(|seconds| seconds.is_finite() && *seconds > 0.0)?;
    Some(match quantity {
        Quantity::Throughput => trial.commands as f64 / seconds,
        _ => seconds,
    })
}
