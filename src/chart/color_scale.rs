//! Color scales: from a value to a colour.

use plotters::style::RGBColor;

use super::scale::{ends, is_positive};
use super::theme;

/// A scale of colours on which what is better is brighter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColorScale {
    /// Its least value.
    pub low: f64,
    /// Its largest value.
    pub high: f64,
    /// Whether equal ratios, not differences, are equal steps of colour.
    pub is_log: bool,
    /// Whether less is better.
    pub less_is_better: bool,
}

/// Where the largest value is more than so many times the least one, equal steps of colour are
/// equal ratios: else all but the largest would look the same.
const WIDE: f64 = 8.0;

impl ColorScale {
    /// Of values of which less is better, over as much as they take: logarithmic when asked, or
    /// when they lie far apart.
    pub fn falling(values: &[f64], log: bool) -> ColorScale {
        let (low, high) = ends(values.iter().copied()).unwrap_or((0.0, 1.0));
        let is_log = is_positive(low) && (log || high > WIDE * low);
        let less_is_better = true;
        ColorScale {
            low,
            high,
            is_log,
            less_is_better,
        }
    }

    /// Of shares of which more is better: from 0 to 1, or beyond where one is.
    pub fn of_shares(values: &[f64]) -> ColorScale {
        let high = values.iter().copied().fold(1.0, f64::max);
        let (low, is_log, less_is_better) = (0.0, false, false);
        ColorScale {
            low,
            high,
            is_log,
            less_is_better,
        }
    }

    /// The colour of a value.
    pub fn colour(&self, value: f64) -> RGBColor {
        let share = self.share(value);
        theme::shade(if self.less_is_better {
            1.0 - share
        } else {
            share
        })
    }

    /// How far from the least value to the largest: 0 to 1.
    fn share(&self, value: f64) -> f64 {
        let ends = [self.low, self.high, value];
        let [from, to, at] = if self.is_log { ends.map(f64::ln) } else { ends };
        let share = ((at - from) / (to - from)).clamp(0.0, 1.0);
        if to > from { share } else { 0.0 }
    }

    /// The value that is so far from the least to the largest.
    pub fn at(&self, share: f64) -> f64 {
        if self.is_log {
            self.low * (self.high / self.low).powf(share)
        } else {
            self.low + share * (self.high - self.low)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_better_is_brighter() {
        let makespan = ColorScale::falling(&[1.0, 100.0], true);
        assert_eq!(makespan.colour(1.0), theme::shade(1.0));
        assert_eq!(makespan.colour(10.0), theme::shade(0.5));
        assert_eq!(makespan.colour(100.0), theme::shade(0.0));
        let efficiency = ColorScale::of_shares(&[0.25, 0.5]);
        assert_eq!(efficiency.colour(0.5), theme::shade(0.5));
    }

    #[test]
    fn values_that_lie_close_together_are_linear_unless_asked() {
        assert!(!ColorScale::falling(&[10.0, 30.0], false).is_log);
        assert!(ColorScale::falling(&[10.0, 300.0], false).is_log);
        assert!(ColorScale::falling(&[10.0, 30.0], true).is_log);
        assert!(!ColorScale::falling(&[0.0, 300.0], true).is_log);
    }

    #[test]
    fn one_value_is_the_best_and_none_has_a_scale_too() {
        assert_eq!(
            ColorScale::falling(&[3.0], true).colour(3.0),
            theme::shade(1.0)
        );
        assert_eq!(ColorScale::falling(&[], true).high, 1.0);
    }

    proptest! {
        #[test]
        fn a_share_leads_to_the_value_that_is_so_far(
            values in proptest::collection::vec(1e-6..1e6f64, 2..9),
            share in 0.0..1.0f64,
            log in any::<bool>(),
        ) {
            let scale = ColorScale::falling(&values, log);
            prop_assume!(scale.high > scale.low * 1.001);
            prop_assert!((scale.share(scale.at(share)) - share).abs() < 1e-6);
        }
    }
}
