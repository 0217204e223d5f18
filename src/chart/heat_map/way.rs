//! How work is run, processes and threads aside: what makes several heat maps of one work.

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::model::{Dispatch, ExecutorKind, SpawnMode};
use crate::record::{Trial, runtime_in_words};

/// All that a configuration is asked beside its processes and threads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Way {
    /// What the instructions run on, in words.
    pub runtime: String,
    /// How a worker's threads run a batch.
    pub executor: ExecutorKind,
    /// When a worker takes its next batch.
    pub dispatch: Dispatch,
    /// When workers are started.
    pub spawn: SpawnMode,
    /// Commands per batch.
    pub batch: u32,
}

/// Trials that are run in one way.
#[derive(Clone, Debug, PartialEq)]
pub struct Family<'a> {
    /// Which one.
    pub way: Way,
    /// In the order of the records, what it has from `sequential` last.
    pub trials: Vec<&'a Trial>,
}

impl Way {
    fn of(trial: &Trial) -> Way {
        Way {
            runtime: runtime_in_words(&trial.runtime, trial.switch_interval_s),
            executor: trial.executor,
            dispatch: trial.dispatch,
            spawn: trial.spawn,
            batch: trial.batch,
        }
    }

    /// Whether nothing but the executor differs.
    fn is_like(&self, other: &Way) -> bool {
        let executor = other.executor;
        let with_its_executor = Way {
            executor,
            ..self.clone()
        };
        with_its_executor == *other
    }

    fn words(&self) -> [String; 5] {
        [
            format!("{} runtime", self.runtime),
            self.executor.to_string(),
            self.dispatch.to_string(),
            self.spawn.to_string(),
            format!("batches of {}", self.batch),
        ]
    }

    /// What tells it from others, in words; empty when nothing does.
    pub fn among(&self, others: &[&Way]) -> String {
        let others: Vec<[String; 5]> = others.iter().map(|other| other.words()).collect();
        let told: Vec<String> = (self.words().into_iter().enumerate())
            .filter(|(index, word)| others.iter().any(|other| other[*index] != *word))
            .map(|(_, word)| word)
            .collect();
        told.join(", ")
    }

    /// All of it in words; with one thread it may be the sequential executor's.
    pub fn in_words(&self, one_thread_is_sequential: bool) -> String {
        let [runtime, executor, dispatch, spawn, batch] = self.words();
        let executor = match one_thread_is_sequential {
            true => format!("executor {executor} (one thread: sequential)"),
            false => format!("executor {executor}"),
        };
        format!("{executor}, {dispatch} dispatch, {batch}, {spawn} start, {runtime}")
    }
}

/// The trials of each way, in the order in which the ways first appear.
///
/// With one thread `sequential` is what every executor comes to, and the default. So such trials
/// stand in the family of each other executor, where that has none of its own; a family of which
/// nothing else is left is no family.
pub fn families<'a>(trials: &[&'a Trial]) -> Vec<Family<'a>> {
    let mut families: IndexMap<Way, Vec<&Trial>> = IndexMap::new();
    for trial in trials {
        families.entry(Way::of(trial)).or_default().push(trial);
    }
    let families = families.into_iter();
    let families = families.map(|(way, trials)| Family { way, trials });
    let (lending, mut others): (Vec<_>, Vec<_>) =
        families.partition(|family| family.way.executor == ExecutorKind::Sequential);
    for lender in lending {
        let lent = others
            .iter_mut()
            .filter(|other| other.way.is_like(&lender.way));
        let borrowers = lent.map(|other| other.borrow(&lender.trials)).count();
        if borrowers == 0 || lender.trials.iter().any(|trial| trial.threads > 1) {
            others.push(lender);
        }
    }
    others
}

impl<'a> Family<'a> {
    /// Takes in what was run with one thread, for processes that it has not with one thread itself.
    fn borrow(&mut self, sequential: &[&'a Trial]) {
        let one_thread = |trial: &&&'a Trial| trial.threads == 1;
        let own: HashSet<u32> = (self.trials.iter().filter(one_thread))
            .map(|trial| trial.processes)
            .collect();
        let lent = sequential.iter().filter(one_thread);
        self.trials
            .extend(lent.filter(|trial| !own.contains(&trial.processes)));
    }

    /// Whether some of its trials are of another executor.
    pub fn has_borrowed(&self) -> bool {
        (self.trials.last()).is_some_and(|trial| trial.executor != self.way.executor)
    }
}
