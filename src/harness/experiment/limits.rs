//! When an experiment ends early: the first trial that fails, and the budget of time.

use std::time::Duration;

use crate::clock::{self, Tick};
use crate::harness::{Planned, expected_s};

/// When an experiment ends early.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SweepLimits {
    pub(super) fail_fast: bool,
    budget: Option<Duration>,
    start: Tick,
}

impl SweepLimits {
    /// Never.
    pub fn none() -> SweepLimits {
        SweepLimits::new(false, None)
    }

    /// After the first trial that fails, when `fail_fast`; before a block that would not end within
    /// the budget, which counts from now.
    pub fn new(fail_fast: bool, budget: Option<Duration>) -> SweepLimits {
        SweepLimits {
            fail_fast,
            budget,
            start: clock::now(),
        }
    }

    /// Whether a block would end in time when trials take `ratio` times as long as expected.
    pub(super) fn has_room_for(&self, block: &[Planned], ratio: f64) -> bool {
        let expected_s = block.iter().map(expected_s).sum::<f64>() * ratio;
        self.budget.is_none_or(|budget| {
            self.start.elapsed().as_secs_f64() + expected_s <= budget.as_secs_f64()
        })
    }
}
