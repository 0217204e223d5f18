//! A sum that many threads add to, of more bits than what they add.

use std::sync::atomic::{AtomicI64, Ordering};

/// The exact sum of integers of 64 bits: its lowest 64 bits, and what those have lost by wrapping.
/// So a sum that is beyond 64 bits on its way alone is right in the end, and one that stays there is
/// known.
#[derive(Debug, Default)]
pub(super) struct Sum {
    low: AtomicI64,
    high: AtomicI64,
}

impl Sum {
    /// Adds a sum of up to 2^60 integers of 64 bits.
    pub(super) fn add(&self, sum: i128) {
        let low = sum as i64;
        let before = self.low.fetch_add(low, Ordering::Relaxed);
        let after = before.wrapping_add(low);
        let lost = (i128::from(before) + sum - i128::from(after)) >> 64;
        // Hardly ever, so that it costs nothing.
        if lost != 0 {
            self.high.fetch_add(lost as i64, Ordering::Relaxed);
        }
    }

    /// The sum, when nobody adds to it any more.
    pub(super) fn get(&self) -> i128 {
        let high = i128::from(self.high.load(Ordering::Relaxed)) << 64;
        high + i128::from(self.low.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::thread;

    fn part() -> impl Strategy<Value = i128> {
        let edge = prop_oneof![Just(i64::MAX), Just(i64::MIN), any::<i64>(), -3_i64..3];
        (edge, 1_i128..9).prop_map(|(part, times)| i128::from(part) * times)
    }

    proptest! {
        #[test]
        fn it_is_exact_whoever_adds_what(
            parts in prop::collection::vec(prop::collection::vec(part(), 0..20), 1..4),
        ) {
            let sum = Sum::default();
            thread::scope(|scope| {
                for parts in &parts {
                    scope.spawn(|| parts.iter().for_each(|&part| sum.add(part)));
                }
            });
            prop_assert_eq!(sum.get(), parts.iter().flatten().sum::<i128>());
        }
    }
}
