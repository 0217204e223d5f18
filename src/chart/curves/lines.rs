//! Lines: configurations that differ in one setting alone.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use itertools::Itertools;

use super::FEWEST_VALUES;
use crate::chart::choice;
use crate::chart::ideal::Ideal;
use crate::chart::order::AxisOrder;
use crate::chart::palette::MOST_SERIES;
use crate::chart::vocabulary::Quantity;
use crate::chart::x_variable::{self, OTHERS, XVariable};
use crate::model::ExecutorKind;
use crate::record::{Failed, RunGroup, Trial};
use crate::stats::Estimate;

/// All settings but the one that varies, in words.
type Key = [String; OTHERS];

/// One line in all facets.
#[derive(Clone)]
pub(super) struct Curve<'a> {
    /// What tells it from the others.
    pub name: String,
    /// What it has in common with them all.
    pub common: String,
    /// By the value of the setting, ascending; at least one.
    pub places: Vec<(f64, RunGroup<'a>)>,
}

/// A value of the setting, a median there, and how many runs failed.
pub(super) type Point = (f64, Estimate, Failed);

/// The lines along a setting that took enough values on them.
pub(super) fn curves<'a>(variable: XVariable, trials: &[&'a Trial]) -> Vec<Curve<'a>> {
    let executors = trials.iter().map(|trial| trial.executor).sorted().dedup();
    let executors = executors
        .filter(|kind| *kind != ExecutorKind::Sequential)
        .collect_vec();
    let mut found: IndexMap<Key, Vec<(f64, &'a Trial)>> = IndexMap::new();
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
    let differs: [bool; OTHERS] =
        std::array::from_fn(|i| !found.keys().map(|key| &key[i]).all_equal());
    let words = |key: &Key, is_told: &dyn Fn(usize, &str) -> bool| {
        let told = key
            .iter()
            .enumerate()
            .filter(|(i, word)| !word.is_empty() && is_told(*i, word));
        told.map(|(_, word)| word).join(", ")
    };
    let says = |i: usize, word: &str| !differs[i] && !word.starts_with(x_variable::NONE);
    let curve = |(key, trials): (&Key, &Vec<(f64, &'a Trial)>)| Curve {
        name: words(key, &|i, _| differs[i]),
        common: words(key, &says),
        places: places(trials),
    };
    found.iter().map(curve).collect()
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
    let good = trials
        .iter()
        .filter(|(_, trial)| trial.usable_makespan_s().is_some());
    good.map(|(value, _)| value.to_bits()).unique().count() >= FEWEST_VALUES
}

fn places<'a>(trials: &[(f64, &'a Trial)]) -> Vec<(f64, RunGroup<'a>)> {
    let ascending = trials.iter().sorted_by(|(a, _), (b, _)| a.total_cmp(b));
    let chunks = ascending.chunk_by(|(value, _)| *value);
    let places = chunks.into_iter().filter_map(|(value, runs)| {
        let runs = runs.map(|(_, trial)| *trial).collect();
        Some((value, RunGroup::of(String::new(), runs)?))
    });
    places.collect()
}

/// As many as can be told apart, in the order of what they ask: all, or the one with the highest
/// throughput at its best value, the one with the lowest, and evenly by rank between.
pub(super) fn shown(curves: Vec<Curve<'_>>) -> Vec<Curve<'_>> {
    let ranked = curves
        .into_iter()
        .sorted_by_cached_key(|curve| std::cmp::Reverse(curve.best()));
    let ranked = ranked.collect_vec();
    let shown = choice::evenly(ranked.len(), MOST_SERIES).into_iter();
    let shown = shown.map(|rank| ranked[rank].clone());
    let last = |curve: &Curve<'_>| {
        curve
            .places
            .last()
            .map(|(_, group)| AxisOrder::of(group.trial()))
    };
    shown.sorted_by_cached_key(last).collect()
}

impl<'a> Curve<'a> {
    /// The largest of its median throughputs, so that it can be ordered.
    fn best(&self) -> u64 {
        let medians = self
            .groups()
            .filter_map(|group| Quantity::Throughput.median(group));
        // The bits of numbers that are not below 0 ascend as they do.
        medians.fold(0.0, f64::max).to_bits()
    }

    fn groups(&self) -> impl Iterator<Item = &RunGroup<'a>> {
        self.places.iter().map(|(_, group)| group)
    }

    /// All of its runs.
    pub fn runs(&self) -> impl Iterator<Item = &'a Trial> {
        self.groups().flat_map(|group| group.runs().iter().copied())
    }

    /// Leaves out what was measured at other values than these.
    pub fn keep(&mut self, values: &[f64]) {
        let kept: BTreeSet<u64> = values.iter().map(|value| value.to_bits()).collect();
        self.places
            .retain(|(value, _)| kept.contains(&value.to_bits()));
    }

    /// The values without a good run.
    pub fn gaps(&self) -> impl Iterator<Item = f64> {
        let without = self
            .places
            .iter()
            .filter(|(_, group)| group.good().is_empty());
        without.map(|(value, _)| *value)
    }

    /// The medians of a quantity.
    pub fn points(&self, quantity: Quantity) -> Vec<Point> {
        let point = |(value, group): &(f64, RunGroup<'_>)| {
            Some((*value, quantity.estimate(group)?, group.failed()))
        };
        self.places.iter().filter_map(point).collect()
    }

    /// What theory allows of a quantity.
    pub fn ideal(&self, quantity: Quantity) -> Ideal {
        let ideal = |(value, group): &(f64, RunGroup<'_>)| {
            Some((*value, group.median(|trial| quantity.ideal(trial))?))
        };
        Ideal(self.places.iter().filter_map(ideal).collect())
    }
}
