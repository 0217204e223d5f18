//! Faults on purpose.

use std::str::FromStr;

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

/// When a worker that is to be killed over a batch dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Before the batch is on its way to it.
    BeforeTaken,
    /// As soon as it is on its way.
    WhileRunning,
    /// When it has told of progress: the result is sent, and not acknowledged.
    AfterSent,
}

/// Draws faults.
#[derive(Debug)]
pub(super) struct FaultInjector {
    chaos: Chaos,
    random: fastrand::Rng,
}

impl FaultInjector {
    pub(super) fn new(chaos: Chaos) -> Self {
        FaultInjector {
            chaos,
            random: fastrand::Rng::with_seed(chaos.seed),
        }
    }

    /// Whether, and when, a worker dies over the batch that it is about to be given.
    pub(super) fn of_batch(&mut self) -> Option<Phase> {
        if self.chaos.kill_worker == 0.0 || self.random.f64() >= self.chaos.kill_worker {
            return None;
        }
        Some(match self.random.u8(0..3) {
            0 => Phase::BeforeTaken,
            1 => Phase::WhileRunning,
            _ => Phase::AfterSent,
        })
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
