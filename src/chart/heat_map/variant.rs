//! How a work is run, processes and threads aside: what makes several heat maps of it.

use std::collections::{BTreeMap, HashSet};

use crate::chart::order::Means;
use crate::model::ExecutorKind;
use crate::record::Trial;

/// All that a configuration is asked beside its processes and threads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Variant {
    /// Runtime, dispatch, executor and start.
    pub means: Means,
    /// Commands per batch.
    pub batch: u32,
}

/// Trials of one variant.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate<'a> {
    /// Which one.
    pub variant: Variant,
    /// In the order of the records, what it has from `sequential` last.
    pub trials: Vec<&'a Trial>,
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
    pub fn among(&self, others: &[&Variant]) -> String {
        let others: Vec<[String; 5]> = others.iter().map(|other| other.words()).collect();
        let differs =
            |index: usize, word: &String| others.iter().any(|other| other[index] != *word);
        let told = self
            .words()
            .into_iter()
            .enumerate()
            .filter(|(index, word)| differs(*index, word));
        told.map(|(_, word)| word)
            .collect::<Vec<String>>()
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
}

/// The trials of each variant, in the order of what the variants ask.
///
/// With one thread `sequential` is what every executor comes to, and the default. So such trials
/// stand beside those of each other executor that has none of its own; a candidate of which nothing
/// else is left is none.
pub fn candidates<'a>(trials: &[&'a Trial]) -> Vec<Candidate<'a>> {
    let mut found: BTreeMap<Variant, Vec<&Trial>> = BTreeMap::new();
    for trial in trials {
        found.entry(Variant::of(trial)).or_default().push(trial);
    }
    let all = found
        .into_iter()
        .map(|(variant, trials)| Candidate { variant, trials });
    let is_sequential =
        |one: &Candidate<'_>| one.variant.means.executor == ExecutorKind::Sequential;
    let (lending, mut others): (Vec<_>, Vec<_>) = all.partition(is_sequential);
    for lender in lending {
        let borrowers = others
            .iter_mut()
            .filter(|other| other.variant.is_like(&lender.variant));
        let lent = borrowers.map(|other| other.borrow(&lender.trials)).count();
        if lent == 0 || lender.trials.iter().any(|trial| trial.threads > 1) {
            others.push(lender);
        }
    }
    others
}

impl<'a> Candidate<'a> {
    /// Takes in what was run with one thread, for processes that it has not with one thread itself.
    fn borrow(&mut self, sequential: &[&'a Trial]) {
        let one_thread = |trial: &&&'a Trial| trial.threads == 1;
        let own: HashSet<u32> = self
            .trials
            .iter()
            .filter(one_thread)
            .map(|trial| trial.processes)
            .collect();
        let lent = sequential.iter().filter(one_thread);
        self.trials
            .extend(lent.filter(|trial| !own.contains(&trial.processes)));
    }

    /// Whether some of its trials are of another executor.
    pub fn has_borrowed(&self) -> bool {
        (self.trials.last()).is_some_and(|trial| trial.executor != self.variant.means.executor)
    }
}
