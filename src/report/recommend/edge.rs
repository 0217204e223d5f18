//! Where the pick stands among what was measured, along processes and along threads. Knows no words.

use super::candidate::Candidate;
use crate::model::Dispatch;
use crate::record::Trial;

/// One of the two numbers that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum Along {
    /// Worker processes.
    Processes,
    /// Threads of each.
    Threads,
}

/// What the records say of more than the pick has along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum Beyond {
    /// More were measured, and gain nothing.
    GainsNothing,
    /// The pick is the last that was measured, and time still fell up to it.
    StillFell {
        /// That no more threads can run in a batch under a barrier: only larger batches, or none,
        /// would let them.
        barrier: bool,
    },
    /// Nothing that helps: only one value was measured, the last step gained nothing, or what gains is
    /// not allowed.
    NotKnown,
}

impl Along {
    pub(super) const BOTH: [Along; 2] = [Along::Processes, Along::Threads];

    pub(super) fn of(self, trial: &Trial) -> u32 {
        match self {
            Along::Processes => trial.processes,
            Along::Threads => trial.threads,
        }
    }

    /// What has to be the same for a difference along this axis to be one of it alone.
    fn others(self, trial: &Trial) -> impl PartialEq + use<> {
        let other = match self {
            Along::Processes => trial.threads,
            Along::Threads => trial.processes,
        };
        (other, trial.batch, trial.dispatch, trial.spawn)
    }

    /// What is known beyond a pick when `within` is no gain.
    pub(super) fn beyond(
        self,
        candidates: &[Candidate<'_>],
        pick: &Candidate<'_>,
        within: f64,
    ) -> Beyond {
        let trial = pick.trial();
        let at = self.of(trial);
        let line = candidates.iter().filter(|one| {
            self.others(one.trial()) == self.others(trial) && !one.has_idle_threads()
        });
        let medians = line.filter_map(|one| Some((self.of(one.trial()), one.median_s()?)));
        let medians: Vec<(u32, f64)> = medians.collect();
        let own = pick.median_s();
        let above = medians.iter().filter(|(value, _)| *value > at);
        if let Some(fastest) = above.map(|(_, seconds)| *seconds).reduce(f64::min) {
            // What is not allowed may well gain something.
            let gains = own.is_some_and(|own| own > fastest * (1.0 + within));
            return if gains {
                Beyond::NotKnown
            } else {
                Beyond::GainsNothing
            };
        }
        let below = medians.iter().filter(|(value, _)| *value < at);
        let last_step = below.max_by_key(|(value, _)| *value);
        let fell = last_step
            .zip(own)
            .is_some_and(|((_, before), now)| *before > now * (1.0 + within));
        if !fell || self.is_exhausted(trial) {
            return Beyond::NotKnown;
        }
        Beyond::StillFell {
            barrier: self == Along::Threads
                && trial.dispatch == Dispatch::Barrier
                && trial.threads >= trial.batch,
        }
    }

    /// Whether there is nothing to do for more of them.
    fn is_exhausted(self, trial: &Trial) -> bool {
        let batches = trial.commands.div_ceil(u64::from(trial.batch.max(1)));
        match self {
            Along::Processes => u64::from(trial.processes) >= batches,
            Along::Threads => u64::from(trial.threads) >= trial.commands,
        }
    }
}
