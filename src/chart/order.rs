//! The order of trials by what they were asked, whenever they were run.

use std::collections::BTreeSet;

use itertools::Itertools;

use crate::model::{Dispatch, ExecutorKind, Runtime, SpawnMode, WorkloadKind};
use crate::record::{Trial, runtime_in_words};

/// What a trial was asked, the work first: a sweep of 1, 2, 4 and 8 ascends by it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AxisOrder {
    work: (WorkloadKind, u64, Option<u64>, Option<u64>, Option<u64>),
    shape: (u32, u32, u32),
    means: Means,
}

/// How the work is done, processes, threads and batch aside.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Means {
    /// What the commands run on.
    pub runtime: Runtime,
    /// The same in words, with its switch interval where that is not the usual one.
    pub in_words: String,
    /// When a worker takes its next batch.
    pub dispatch: Dispatch,
    /// How a worker's threads run one.
    pub executor: ExecutorKind,
    /// When workers are started.
    pub spawn: SpawnMode,
}

impl AxisOrder {
    /// That of a trial.
    pub fn of(trial: &Trial) -> Self {
        // The bits of numbers that are not below 0 ascend as they do.
        let bits = |value: Option<f64>| value.map(f64::to_bits);
        let (wait, rate) = (bits(trial.wait_s), bits(trial.rate_per_s));
        AxisOrder {
            work: (trial.workload, trial.commands, wait, trial.loops, rate),
            shape: (trial.processes, trial.threads, trial.batch),
            means: Means::of(trial),
        }
    }
}

impl Means {
    /// Those of a trial.
    pub fn of(trial: &Trial) -> Self {
        Means {
            runtime: trial.runtime.clone(),
            in_words: runtime_in_words(&trial.runtime, trial.switch_interval_s),
            dispatch: trial.dispatch,
            executor: trial.executor,
            spawn: trial.spawn,
        }
    }

    /// What tells them from others, in words; empty when nothing does.
    pub fn name_among(&self, others: &BTreeSet<Means>) -> String {
        let words: [fn(&Means) -> String; 3] = [
            |means| means.in_words.clone(),
            |means| means.executor.to_string(),
            |means| means.dispatch.to_string(),
        ];
        let differs = |of: &fn(&Means) -> String| others.iter().any(|other| of(other) != of(self));
        words
            .into_iter()
            .filter(differs)
            .map(|of| of(self))
            .join(", ")
    }
}

/// Trials in the order of what they were asked; those that were asked the same stay in theirs.
pub fn by_axes<'a>(trials: impl IntoIterator<Item = &'a Trial>) -> Vec<&'a Trial> {
    let mut trials: Vec<&Trial> = trials.into_iter().collect();
    trials.sort_by_cached_key(|trial| AxisOrder::of(trial));
    trials
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fixtures;

    #[test]
    fn a_sweep_ascends_however_it_was_run() {
        let shapes = [
            "io-mpmt-8x2",
            "cpu-mp-1x1",
            "io-mpmt-2x16",
            "io-mpmt-16x2",
            "io-mpmt-2x8",
        ];
        let trials = shapes.map(|label| fixtures::trial(label, (1.0, 1.0)));
        let ordered: Vec<&str> = by_axes(&trials)
            .iter()
            .map(|trial| trial.label.as_str())
            .collect();
        let expected = [
            "io-mpmt-2x8",
            "io-mpmt-2x16",
            "io-mpmt-8x2",
            "io-mpmt-16x2",
            "cpu-mp-1x1",
        ];
        assert_eq!(ordered, expected);
    }
}
