//! Scales: where a value stands along an axis, and which ticks are written beside it.

use super::unit::Unit;

/// From a value to a place: 0 at the low end of the scale, 1 at its high end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scale {
    kind: Kind,
    /// The ends, in the unit.
    low: f64,
    high: f64,
    /// In which its values are read; values are given as the records have them.
    pub unit: Unit,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    /// Equal differences are equal distances.
    #[default]
    Linear,
    /// Equal ratios are equal distances.
    Log,
    /// Places of the same size for things that have a number, from 0.
    Band,
}

/// Values of which the largest is this many times the smallest are told apart better by ratios.
const WIDE: f64 = 5.0;
/// Free space before the smallest and after the largest value of a logarithmic scale, as a ratio.
const AIR: f64 = 1.12;
/// The least and the greatest power of ten of a logarithmic scale.
const DECADES: std::ops::RangeInclusive<i32> = -12..=15;

impl Scale {
    const fn new(kind: Kind, (low, high): (f64, f64), unit: Unit) -> Self {
        Scale {
            kind,
            low,
            high,
            unit,
        }
    }

    /// From one end to another, as they are.
    pub fn linear(low: f64, high: f64, unit: Unit) -> Self {
        let (low, high) = (low * unit.factor, high * unit.factor);
        let high = if high > low { high } else { low + 1.0 };
        Scale::new(Kind::Linear, (low, high), unit)
    }

    /// From 0 to a round number that is not below any value: lengths can then be compared. Values
    /// that are not finite or below 0 do not count.
    pub fn from_zero(values: impl IntoIterator<Item = f64>, unit: Unit) -> Self {
        let finite = values.into_iter().filter(|value| value.is_finite());
        let high = match finite.fold(0.0, f64::max) * unit.factor {
            0.0 => 1.0,
            high => (high / step(high / 8.0) - 1e-9).ceil() * step(high / 8.0),
        };
        Scale::new(Kind::Linear, (0.0, high), unit)
    }

    /// Around all the values with some air, the ends on round numbers. Values that are not finite do
    /// not count.
    pub fn around(values: impl IntoIterator<Item = f64>, unit: Unit) -> Self {
        let finite = values.into_iter().filter(|value| value.is_finite());
        let (low, high) = ends(finite.map(|value| value * unit.factor)).unwrap_or((0.0, 1.0));
        let air = match high - low {
            0.0 => high.abs().max(1.0) * 0.05,
            width => width * 0.05,
        };
        let step = step((high - low + 2.0 * air) / 8.0);
        let low = ((low - air) / step).floor() * step;
        let high = ((high + air) / step).ceil() * step;
        Scale::new(Kind::Linear, (low, high), unit)
    }

    /// A logarithmic scale from one tick of the 1-2-5 series to another. Values that have no
    /// logarithm do not count.
    pub fn log(values: impl IntoIterator<Item = f64>, unit: Unit) -> Self {
        let (low, high) = positive(values, unit);
        let (low, high) = (low / AIR, high * AIR);
        let below = series(&[1, 2, 5]).rfind(|&tick| tick <= low);
        let above = series(&[1, 2, 5]).find(|&tick| tick >= high);
        let ends = (below.unwrap_or(low), above.unwrap_or(high));
        Scale::new(Kind::Log, ends, unit)
    }

    /// A logarithmic scale that ends just before the smallest value and just after the largest: for
    /// ticks at the values themselves. Values that have no logarithm do not count.
    pub fn log_around(values: impl IntoIterator<Item = f64>, unit: Unit) -> Self {
        let (low, high) = positive(values, unit);
        // Of a single value it is as wide as of two that are twice apart.
        let high = if high > low { high } else { 2.0 * low };
        let air = (high / low).powf(0.04);
        Scale::new(Kind::Log, (low / air, high * air), unit)
    }

    /// The scale on which values are read best: by ratios where they are far apart and all above
    /// zero, else linear from zero.
    pub fn suited(values: &[f64], unit: Unit) -> Self {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(0.0, f64::max);
        let is_wide = is_positive(low) && high > WIDE * low;
        let of = if is_wide {
            Scale::log
        } else {
            Scale::from_zero
        };
        of(values.to_vec(), unit)
    }

    /// Seconds from 0 on.
    pub fn time(longest_s: f64) -> Self {
        Scale::linear(0.0, longest_s, Unit::of_seconds(longest_s))
    }

    /// So many bands of the same size.
    pub fn band(count: f64) -> Self {
        Scale::new(Kind::Band, (0.0, count.max(1.0)), Unit::named(""))
    }

    /// How many bands; `None` when it has none.
    pub fn bands(&self) -> Option<f64> {
        (self.kind == Kind::Band).then_some(self.high)
    }

    /// Whether equal ratios are equal distances.
    pub fn is_log(&self) -> bool {
        self.kind == Kind::Log
    }

    /// Where a value stands; the number of a band in its middle. The ends of the world are those of
    /// the scale.
    pub fn position(&self, value: f64) -> f64 {
        match value {
            f64::INFINITY => 1.0,
            f64::NEG_INFINITY => 0.0,
            value => self.of(value * self.unit.factor),
        }
    }

    /// The value, or that end of the world beyond which it lies.
    pub fn within(&self, value: f64) -> f64 {
        match self.position(value) {
            low if low < 0.0 => f64::NEG_INFINITY,
            high if high > 1.0 => f64::INFINITY,
            _ => value,
        }
    }

    /// Where a value in the unit stands.
    fn of(&self, value: f64) -> f64 {
        match self.kind {
            Kind::Linear => (value - self.low) / (self.high - self.low),
            Kind::Log => (value / self.low).ln() / (self.high / self.low).ln(),
            Kind::Band => (value + 0.5) / self.high,
        }
    }

    /// Whether a value has a place.
    pub fn holds(&self, value: f64) -> bool {
        match self.kind {
            Kind::Log => value == f64::NEG_INFINITY || is_positive(value) || value == f64::INFINITY,
            _ => !value.is_nan(),
        }
    }

    /// The ticks with their places, of which two neighbours stay `least` of the length apart:
    /// multiples of 1, 2 or 5 times a power of ten.
    pub fn ticks(&self, least: f64) -> Vec<(f64, f64)> {
        let ticks = match self.kind {
            Kind::Band => Vec::new(),
            Kind::Log => self.log_ticks(least),
            Kind::Linear => self.linear_ticks(least),
        };
        let placed = ticks.into_iter().map(|tick| (self.of(tick), tick));
        let within = placed.filter(|(place, _)| (-1e-9..=1.0 + 1e-9).contains(place));
        let mut last = f64::NEG_INFINITY;
        let apart = within.filter(|(place, _)| {
            let fits = place - last >= least * 0.999;
            last = if fits { *place } else { last };
            fits
        });
        apart.collect()
    }

    fn linear_ticks(&self, least: f64) -> Vec<f64> {
        let step = step((self.high - self.low) * least.clamp(1e-3, 1.0));
        let first = (self.low / step - 1e-9).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last).map(|index| tidy(index, step)).collect()
    }

    /// 1-2-5 in each decade, or 1-3, or whole decades, or some of those. Between ends that are close
    /// together round numbers are closer.
    fn log_ticks(&self, least: f64) -> Vec<f64> {
        let decades = (self.high / self.low).log10();
        // The narrowest ratios are those of 1 and 2, and of 1 and 3.
        let fits = |digits: &&[u8]| f64::from(digits[1]).log10() / decades >= least;
        let finest = [[1, 2, 5].as_slice(), &[1, 3]].into_iter().find(fits);
        let every = finest.map_or((least * decades).ceil() as usize, |_| 1);
        let within = |tick: &f64| *tick >= self.low * 0.999 && *tick <= self.high * 1.001;
        let ticks = series(finest.unwrap_or(&[1])).filter(within);
        let ticks: Vec<f64> = ticks.step_by(every.max(1)).collect();
        if ticks.len() < 3 && decades < 1.0 {
            self.linear_ticks(least)
        } else {
            ticks
        }
    }
}

/// Whether a value has a logarithm.
pub fn is_positive(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

/// The smallest and the largest of some values.
pub fn ends(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let both = values.into_iter().map(|value| (value, value));
    both.reduce(|(low, high), (value, _)| (low.min(value), high.max(value)))
}

/// The ends of those that have a logarithm, in a unit; 1 when there are none.
fn positive(values: impl IntoIterator<Item = f64>, unit: Unit) -> (f64, f64) {
    let values = values.into_iter().map(|value| value * unit.factor);
    ends(values.filter(|value| is_positive(*value))).unwrap_or((1.0, 1.0))
}

/// The least 1, 2 or 5 times a power of ten that is not below `least`.
fn step(least: f64) -> f64 {
    let decade = 10f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * decade);
    let enough = |step: &&f64| **step >= least * (1.0 - 1e-9);
    steps.iter().find(enough).copied().unwrap_or(10.0 * decade)
}

/// A multiple of a step as the double nearest to its decimal text.
fn tidy(index: i64, step: f64) -> f64 {
    let decade = step.log10().floor() as i32;
    let digit = (step / 10f64.powi(decade)).round() as i64;
    let text = format!("{}e{decade}", index * digit);
    text.parse().unwrap_or(f64::NAN)
}

/// These digits times every power of ten, each the double nearest to its decimal text.
fn series(digits: &[u8]) -> impl DoubleEndedIterator<Item = f64> {
    DECADES.flat_map(move |decade| {
        let value = move |digit| format!("{digit}e{decade}").parse().unwrap_or(f64::NAN);
        digits.iter().map(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLAIN: Unit = Unit::named("");

    fn ticks(scale: &Scale, least: f64) -> Vec<f64> {
        scale
            .ticks(least)
            .into_iter()
            .map(|(_, tick)| tick)
            .collect()
    }

    #[test]
    fn linear_ticks_are_round_numbers_within_the_ends() {
        let scale = Scale::from_zero([0.37, 2.81], PLAIN);
        assert_eq!(ticks(&scale, 0.15), [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]);
        assert_eq!(ticks(&scale, 0.3), [0.0, 1.0, 2.0, 3.0]);
        let places = [0.0, 1.5, 3.0].map(|value| scale.position(value));
        assert_eq!(places, [0.0, 0.5, 1.0]);
    }

    #[test]
    fn nothing_and_one_value_have_a_scale_too() {
        assert_eq!(Scale::from_zero([], PLAIN), Scale::linear(0.0, 1.0, PLAIN));
        let scale = Scale::around([5.0], PLAIN);
        assert!(scale.position(5.0) > 0.0 && scale.position(5.0) < 1.0);
        assert!(!ticks(&scale, 0.2).is_empty());
    }

    #[test]
    fn a_logarithmic_scale_ends_on_ticks_around_the_values() {
        let scale = Scale::log([0.12, 32.2, 1.0], PLAIN);
        let all = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0];
        assert_eq!(ticks(&scale, 0.1), all);
        assert_eq!((scale.position(0.1), scale.position(50.0)), (0.0, 1.0));
    }

    #[test]
    fn ticks_get_fewer_where_there_is_less_room() {
        let scale = Scale::log([0.12, 32.2], PLAIN);
        assert_eq!(ticks(&scale, 0.15), [0.1, 0.3, 1.0, 3.0, 10.0, 30.0]);
        assert_eq!(ticks(&scale, 0.3), [0.1, 1.0, 10.0]);
        assert_eq!(ticks(&scale, 0.5), [0.1, 10.0]);
    }

    #[test]
    fn a_logarithmic_scale_around_values_ends_just_outside_of_them() {
        let scale = Scale::log_around([1.0, 4.0, 32.0], PLAIN);
        let (first, last) = (scale.position(1.0), scale.position(32.0));
        assert!(first > 0.03 && first < 0.05 && (1.0 - last - first).abs() < 1e-9);
        let of_one = Scale::log_around([5.0], PLAIN);
        assert!(of_one.position(5.0) > 0.0 && of_one.position(5.0) < 0.1);
    }

    #[test]
    fn values_without_a_logarithm_do_not_count() {
        let of_one = Scale::log([1.0], PLAIN);
        assert_eq!(Scale::log([0.0, 1.0, -3.0, f64::NAN], PLAIN), of_one);
        assert_eq!(Scale::log([], PLAIN), of_one);
        assert!(of_one.position(1.0) > 0.0 && of_one.position(1.0) < 1.0);
    }

    #[test]
    fn ratios_matter_where_values_are_far_apart() {
        let is_log = |values: &[f64]| Scale::suited(values, PLAIN).is_log();
        assert!(is_log(&[0.1, 32.0]) && !is_log(&[1.0, 1.3]));
        assert!(!is_log(&[0.0, 32.0]) && !is_log(&[]));
    }

    #[test]
    fn a_band_holds_the_number_in_its_middle_and_time_has_a_unit() {
        let bands = Scale::band(4.0);
        assert_eq!((bands.position(0.0), bands.position(3.0)), (0.125, 0.875));
        let time = Scale::time(0.05);
        assert_eq!((time.unit.name, time.position(0.025)), ("ms", 0.5));
        assert_eq!(ticks(&time, 0.2), [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]);
    }

    proptest! {
        #[test]
        fn every_value_has_a_place_and_ticks_keep_their_distance_within_the_ends(
            values in proptest::collection::vec(1e-6..1e9f64, 1..20),
            least in 0.05..0.5f64,
            factor in prop_oneof![Just(1.0), Just(1e3), Just(1.0 / 1024.0)],
        ) {
            let unit = Unit { factor, name: "" };
            let scales = [
                Scale::from_zero(values.clone(), unit),
                Scale::around(values.clone(), unit),
                Scale::log(values.clone(), unit),
                Scale::log_around(values.clone(), unit),
                Scale::suited(&values, unit),
            ];
            for scale in scales {
                for &value in values.iter().filter(|value| **value * factor > 1e-8) {
                    prop_assert!((-1e-9..=1.0 + 1e-9).contains(&scale.position(value)), "{scale:?}");
                }
                let ticks = scale.ticks(least);
                for (place, _) in &ticks {
                    prop_assert!((-1e-9..=1.0 + 1e-9).contains(place));
                }
                for pair in ticks.windows(2) {
                    prop_assert!(pair[1].0 - pair[0].0 >= least * 0.999);
                }
            }
        }
    }
}
