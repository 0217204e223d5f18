//! How a work is done, processes and threads left out.

use crate::model::{Dispatch, ExecutorKind, Runtime};
use crate::record::{Trial, line_executor, runtime_in_words};

/// How the same work is done by the same processes and threads: each way has lines of its own.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Way {
    runtime: Runtime,
    switch_interval_s: Option<f64>,
    executor: ExecutorKind,
    dispatch: Dispatch,
}

impl Way {
    fn of(trial: &Trial) -> Way {
        Way {
            runtime: trial.runtime.clone(),
            switch_interval_s: trial.switch_interval_s,
            executor: trial.executor,
            dispatch: trial.dispatch,
        }
    }

    /// That of the fastest configuration first. `sequential` is none of its own beside others: it
    /// is what they all are at one thread.
    pub fn all(best: &Trial, trials: &[&Trial]) -> Vec<Way> {
        let executor = line_executor(best, trials.iter().copied());
        let mut ways = vec![Way {
            executor,
            ..Way::of(best)
        }];
        let alone = executor == ExecutorKind::Sequential;
        for trial in trials {
            let way = Way::of(trial);
            let counts = alone || way.executor != ExecutorKind::Sequential;
            if counts && !ways.contains(&way) {
                ways.push(way);
            }
        }
        ways
    }

    /// The configuration that does it in this way.
    pub fn apply(&self, best: &Trial) -> Trial {
        Trial {
            runtime: self.runtime.clone(),
            switch_interval_s: self.switch_interval_s,
            executor: self.executor,
            dispatch: self.dispatch,
            ..best.clone()
        }
    }

    fn runtime_in_words(&self) -> String {
        runtime_in_words(&self.runtime, self.switch_interval_s)
    }

    /// What tells it from others, in words.
    pub fn name_among(&self, others: &[Way]) -> String {
        let differ = |of: fn(&Way) -> String| {
            let own = of(self);
            others.iter().any(|other| of(other) != own).then_some(own)
        };
        let parts = [
            differ(Way::runtime_in_words),
            differ(|way| way.executor.to_string()),
            differ(|way| way.dispatch.to_string()),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join(", ")
    }
}
