//! How a work is run, processes and threads aside: what makes several heat maps of it.

use std::collections::{BTreeMap, HashSet};

use itertools::Itertools;

use super::grid::Grid;
use crate::chart::order::Means;
use crate::model::ExecutorKind;
use crate::record::{RunGroup, Trial};

/// All that a configuration is asked beside its processes and threads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Variant {
    /// Runtime, dispatch, executor and start.
    pub means: Means,
    /// Commands per batch.
    pub batch: u32,
}

impl Variant {
    fn of(trial: &Trial) -> Variant {
        Variant {
            means: Means::of(trial),
            batch: trial.batch,
        }
    }

    /// Whether nothing but the executor differs.
    fn is_like(&self, other: &Variant) -> bool {
        let mut same = self.clone();
        same.means.executor = other.means.executor;
        same == *other
    }

    fn words(&self) -> [String; 5] {
        [
            format!("{} runtime", self.means.in_words),
            self.means.executor.to_string(),
            self.means.dispatch.to_string(),
            self.means.spawn.to_string(),
            format!("batches of {}", self.batch),
        ]
    }

    /// What tells it from others, in words; empty when nothing does.
    pub fn among(&self, others: &[Variant]) -> String {
        let others = others.iter().map(Variant::words).collect_vec();
        let differs = |index: usize, word: &str| others.iter().any(|other| other[index] != word);
        let words = self.words().into_iter().enumerate();
        words
            .filter(|(index, word)| differs(*index, word))
            .map(|(_, word)| word)
            .join(", ")
    }

    /// All of it in words; with one thread it may be the sequential executor's.
    pub fn in_words(&self, one_thread_is_sequential: bool) -> String {
        let [runtime, executor, dispatch, spawn, batch] = self.words();
        let sequential = if one_thread_is_sequential {
            " (one thread: sequential)"
        } else {
            ""
        };
        format!(
            "executor {executor}{sequential}, {dispatch} dispatch, {batch}, {spawn} start, {runtime}"
        )
    }

    /// Whether some cells of its grid are of another executor.
    pub fn has_borrowed(&self, grid: &Grid<'_>) -> bool {
        let mut runs = grid.cells.values().flat_map(RunGroup::runs);
        runs.any(|trial| trial.executor != self.means.executor)
    }
}

/// The trials of each variant, in the order of what the variants ask.
///
/// With one thread `sequential` is what every executor comes to, and the default. So such trials
/// stand beside those of each other executor that has none of its own, for the same processes; a
/// variant of which nothing else is left is none.
pub fn variants<'a>(trials: &[&'a Trial]) -> Vec<(Variant, Vec<&'a Trial>)> {
    let mut found: BTreeMap<Variant, Vec<&Trial>> = BTreeMap::new();
    for trial in trials {
        found.entry(Variant::of(trial)).or_default().push(trial);
    }
    let is_sequential =
        |(variant, _): &(Variant, _)| variant.means.executor == ExecutorKind::Sequential;
    let (lending, mut others): (Vec<_>, Vec<_>) = found.into_iter().partition(is_sequential);
    for (lender, trials) in lending {
        let mut has_lent = false;
        for (_, borrower) in others
            .iter_mut()
            .filter(|(other, _)| other.is_like(&lender))
        {
            let own = borrower.iter().filter(|trial| trial.threads == 1);
            let own: HashSet<u32> = own.map(|trial| trial.processes).collect();
            let lent = trials.iter().filter(|trial| trial.threads == 1);
            borrower.extend(lent.filter(|trial| !own.contains(&trial.processes)));
            has_lent = true;
        }
        if !has_lent || trials.iter().any(|trial| trial.threads > 1) {
            others.push((lender, trials));
        }
    }
    others
}
