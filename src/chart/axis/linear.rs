//! A linear axis, from zero where the values allow it.

/// An axis on which equal differences are equal distances. Its ends are round numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearAxis {
    low: f64,
    high: f64,
}

impl LinearAxis {
    /// An axis from 0 that holds all the values: lengths can then be compared. Values that are
    /// not finite or below 0 do not count.
    pub fn from_zero(values: impl IntoIterator<Item = f64>) -> Self {
        let high = (values.into_iter())
            .filter(|value| value.is_finite())
            .fold(0.0, f64::max);
        LinearAxis {
            low: 0.0,
            high: if high > 0.0 { round_above(high) } else { 1.0 },
        }
    }

    /// An axis from one end to another, as they are.
    pub fn between(low: f64, high: f64) -> Self {
        LinearAxis {
            low,
            high: if high > low { high } else { low + 1.0 },
        }
    }

    /// An axis that holds all the values with some air around them, its ends on round numbers.
    /// Values that are not finite do not count.
    pub fn around(values: impl IntoIterator<Item = f64>) -> Self {
        let finite = values.into_iter().filter(|value| value.is_finite());
        let ends = finite.fold(None, |ends: Option<(f64, f64)>, value| {
            let (low, high) = ends.unwrap_or((value, value));
            Some((low.min(value), high.max(value)))
        });
        let (low, high) = ends.unwrap_or((0.0, 1.0));
        let air = match high - low {
            0.0 => high.abs().max(1.0) * 0.05,
            width => width * 0.05,
        };
        let step = step((high - low + 2.0 * air) / 8.0);
        LinearAxis {
            low: ((low - air) / step).floor() * step,
            high: ((high + air) / step).ceil() * step,
        }
    }

    /// Where a value stands: 0 at the axis' low end, 1 at its high end.
    pub fn position(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    /// The marks: multiples of 1, 2 or 5 times a power of ten, of which two neighbours stay
    /// `least` of the axis' length apart.
    pub fn ticks(&self, least: f64) -> Vec<f64> {
        let width = self.high - self.low;
        let step = step(width * least.clamp(1e-3, 1.0));
        let first = (self.low / step - 1e-9).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last).map(|index| tidy(index, step)).collect()
    }
}

/// The least 1, 2 or 5 times a power of ten that is not below `least`.
fn step(least: f64) -> f64 {
    let decade = 10f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * decade);
    let enough = |step: &&f64| **step >= least * (1.0 - 1e-9);
    steps.iter().find(enough).copied().unwrap_or(10.0 * decade)
}

fn round_above(value: f64) -> f64 {
    let step = step(value / 8.0);
    (value / step - 1e-9).ceil() * step
}

/// A multiple of a step as the double nearest to its decimal text.
fn tidy(index: i64, step: f64) -> f64 {
    let decade = step.log10().floor() as i32;
    let digit = (step / 10f64.powi(decade)).round() as i64;
    format!("{}e{decade}", index * digit)
        .parse()
        .unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn marks_are_round_numbers_within_the_ends() {
        let axis = LinearAxis::from_zero([0.37, 2.81]);
        assert_eq!(axis.ticks(0.15), [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]);
        assert_eq!(axis.ticks(0.3), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(
            (axis.position(0.0), axis.position(1.5), axis.position(3.0)),
            (0.0, 0.5, 1.0)
        );
    }

    #[test]
    fn nothing_and_one_value_have_an_axis_too() {
        assert_eq!(LinearAxis::from_zero([]), LinearAxis::between(0.0, 1.0));
        let axis = LinearAxis::around([5.0]);
        assert!(axis.position(5.0) > 0.0 && axis.position(5.0) < 1.0);
        assert!(!axis.ticks(0.2).is_empty());
    }

    proptest! {
        #[test]
        fn every_value_stands_on_its_axis_and_marks_keep_their_distance(
            values in proptest::collection::vec(1e-6..1e9f64, 1..20),
            least in 0.05..0.5f64,
        ) {
            for axis in [LinearAxis::from_zero(values.clone()), LinearAxis::around(values.clone())] {
                for &value in &values {
                    prop_assert!((-1e-9..=1.0 + 1e-9).contains(&axis.position(value)));
                }
                for pair in axis.ticks(least).windows(2) {
                    prop_assert!(axis.position(pair[1]) - axis.position(pair[0]) >= least * 0.999);
                }
            }
        }
    }
}
