//! From a value to a colour.

use plotters::style::RGBColor;

use crate::chart::axis::is_drawable;
use crate::chart::theme;

/// A scale of colours on which what is better is brighter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ramp {
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

impl Ramp {
    /// Of values of which less is better, over as much as they take: logarithmic when asked, or
    /// when they lie far apart.
    pub fn falling(values: &[f64], log: bool) -> Ramp {
        let (low, high) = ends(values);
        Ramp {
            low,
            high,
            is_log: is_drawable(low) && (log || high > WIDE * low),
            less_is_better: true,
        }
    }

    /// Of shares of which more is better: from 0 to 1, or beyond where one is.
    pub fn of_shares(values: &[f64]) -> Ramp {
        Ramp {
            low: 0.0,
            high: ends(values).1.max(1.0),
            is_log: false,
            less_is_better: false,
        }
    }

    /// The colour of a value.
    pub fn colour(&self, value: f64) -> RGBColor {
        let way = self.way(value);
        theme::shade(if self.less_is_better { 1.0 - way } else { way })
    }

    /// How far from the least value to the largest: 0 to 1.
    fn way(&self, value: f64) -> f64 {
        let (from, to, at) = match self.is_log {
            true => (self.low.ln(), self.high.ln(), value.ln()),
            false => (self.low, self.high, value),
        };
        match to > from {
            true => ((at - from) / (to - from)).clamp(0.0, 1.0),
            false => 0.0,
        }
    }

    /// The value that is so far from the least to the largest.
    pub fn at(&self, way: f64) -> f64 {
        match self.is_log {
            true => self.low * (self.high / self.low).powf(way),
            false => self.low + way * (self.high - self.low),
        }
    }
}

fn ends(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    match low <= high {
        true => (low, high),
        false => (0.0, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_better_is_brighter() {
        let makespan = Ramp::falling(&[1.0, 100.0], true);
        assert_eq!(makespan.colour(1.0), theme::shade(1.0));
        assert_eq!(makespan.colour(10.0), theme::shade(0.5));
        assert_eq!(makespan.colour(100.0), theme::shade(0.0));
        let efficiency = Ramp::of_shares(&[0.25, 0.5]);
        assert_eq!(efficiency.colour(0.5), theme::shade(0.5));
    }

    #[test]
    fn values_that_lie_close_together_are_linear_unless_asked() {
        assert!(!Ramp::falling(&[10.0, 30.0], false).is_log);
        assert!(Ramp::falling(&[10.0, 300.0], false).is_log);
        assert!(Ramp::falling(&[10.0, 30.0], true).is_log);
        assert!(!Ramp::falling(&[0.0, 300.0], true).is_log);
    }

    #[test]
    fn one_value_is_the_best_and_none_has_a_scale_too() {
        assert_eq!(Ramp::falling(&[3.0], true).colour(3.0), theme::shade(1.0));
        assert_eq!(Ramp::falling(&[], true).high, 1.0);
    }

    proptest! {
        #[test]
        fn a_way_leads_to_the_value_that_is_so_far(
            values in proptest::collection::vec(1e-6..1e6f64, 2..9),
            way in 0.0..1.0f64,
            log in any::<bool>(),
        ) {
            let ramp = Ramp::falling(&values, log);
            prop_assume!(ramp.high > ramp.low * 1.001);
            prop_assert!((ramp.way(ramp.at(way)) - way).abs() < 1e-6);
        }
    }
}
