//! Faults on purpose.

use std::str::FromStr;

use rustc_hash::FxHashSet;

use crate::model::WorkerNo;

/// Faults that a server injects into itself, to show that nothing is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Chaos {
    /// The probability with which a batch's worker is killed over it, 0 to 1.
    pub kill_worker: f64,
    /// What the injected faults are drawn from.
    pub seed: u64,
}

/// Why a text does not say which faults to inject.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a fault to inject; use kill-worker=P with P from 0 to 1, like kill-worker=0.05"
)]
pub struct ChaosError(String);

impl FromStr for Chaos {
    type Err = ChaosError;

    fn from_str(text: &str) -> Result<Self, ChaosError> {
        let probability = text
            .strip_prefix("kill-worker=")
            .and_then(|p| p.parse().ok());
        let kill_worker = probability
            .filter(|p| (0.0..=1.0).contains(p))
            .ok_or(ChaosError(text.to_owned()))?;
        Ok(Chaos {
            kill_worker,
            seed: 0,
        })
    }
}

/// Draws faults, and knows which workers are to die of them, and when.
#[derive(Debug)]
pub(super) struct FaultInjector {
    chaos: Chaos,
    random: fastrand::Rng,
    /// Who dies as soon as its batch is on its way.
    while_running: Vec<WorkerNo>,
    /// Who dies when it has told of progress: the result is sent, and not acknowledged.
    after_progress: FxHashSet<WorkerNo>,
}

impl FaultInjector {
    pub(super) fn new(chaos: Chaos) -> Self {
        FaultInjector {
            chaos,
            random: fastrand::Rng::with_seed(chaos.seed),
            while_running: Vec::new(),
            after_progress: FxHashSet::default(),
        }
    }

    /// Whether a worker dies before the batch that it is given is on its way. It may die later.
    pub(super) fn kills_before_batch(&mut self, worker: WorkerNo) -> bool {
        if self.chaos.kill_worker == 0.0 || self.random.f64() >= self.chaos.kill_worker {
            return false;
        }
        match self.random.u8(0..3) {
            0 => return true,
            1 => self.while_running.push(worker),
            _ => drop(self.after_progress.insert(worker)),
        }
        false
    }

    /// Who dies now that all batches are on their way.
    pub(super) fn take_running(&mut self) -> Vec<WorkerNo> {
        std::mem::take(&mut self.while_running)
    }

    /// Whether a worker does not survive the progress that it has told of.
    pub(super) fn kills_after_progress(&mut self, worker: WorkerNo) -> bool {
        self.after_progress.remove(&worker)
    }

    /// A worker has ended.
    pub(super) fn forget(&mut self, worker: WorkerNo) {
        self.after_progress.remove(&worker);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_is_between_0_and_1() {
        assert_eq!(
            "kill-worker=0.05".parse::<Chaos>().unwrap().kill_worker,
            0.05
        );
        for text in [
            "kill-worker=1.5",
            "kill-worker=-1",
            "kill-worker=nan",
            "kill-worker",
            "x=1",
        ] {
            assert!(text.parse::<Chaos>().is_err(), "{text}");
        }
    }
}
