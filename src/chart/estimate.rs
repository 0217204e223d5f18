//! One figure over repeated runs, as charts show it.

use super::unit::Unit;
use crate::stats::{Bootstrap, Sample};

/// The median of some runs, and how far it may be believed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The middle value.
    pub median: f64,
    /// The lower end of the interval of the median, or the smallest value.
    pub low: f64,
    /// The upper end of the interval of the median, or the largest value.
    pub high: f64,
    /// Runs behind it.
    pub runs: usize,
    /// Whether low and high are a 95 % interval: fewer than six runs have none.
    pub is_interval: bool,
}

impl Estimate {
    /// Of some values; values that are not finite do not count. `None` when none is left.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let finite = values.into_iter().filter(|value| value.is_finite());
        let sample = Sample::new(finite.collect()).ok()?;
        // The same records give the same picture.
        let interval = Bootstrap::seeded(1).median_interval(&sample);
        Some(Estimate {
            median: sample.median(),
            low: interval.map_or(sample.min(), |interval| interval.low),
            high: interval.map_or(sample.max(), |interval| interval.high),
            runs: sample.len(),
            is_interval: interval.is_some(),
        })
    }

    /// The median alone; values that are not finite do not count.
    pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
        let finite = values.into_iter().filter(|value| value.is_finite());
        Some(Sample::new(finite.collect()).ok()?.median())
    }

    /// In words, in a unit: `1.05 s, 95 % interval 1.04 to 1.07 in 6 runs`. Ends that are written
    /// alike are left out.
    pub fn in_words(&self, unit: Unit) -> String {
        let median = unit.with_name(self.median);
        let (low, high) = (unit.written(self.low), unit.written(self.high));
        match self.runs {
            1 => format!("{median} in one run"),
            runs if low == high => format!("{median} in {runs} runs"),
            runs if self.is_interval => {
                format!("{median}, 95 % interval {low} to {high} in {runs} runs")
            }
            runs => format!("{median}, from {low} to {high} in {runs} runs"),
        }
    }

    /// All that a scale has to hold of it.
    pub fn values(&self) -> [f64; 3] {
        [self.low, self.median, self.high]
    }

    /// Half the interval as a share of the median, where there are several runs.
    pub fn half_width(&self) -> Option<f64> {
        (self.runs > 1).then_some((self.high - self.low) / 2.0 / self.median)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_runs_have_an_interval_and_fewer_have_their_ends() {
        let few = Estimate::of([3.0, 1.0, f64::NAN, 2.0]).unwrap();
        assert_eq!((few.low, few.median, few.high), (1.0, 2.0, 3.0));
        assert_eq!((few.runs, few.is_interval), (3, false));
        let many = Estimate::of((1..=9).map(f64::from)).unwrap();
        assert!(many.is_interval && many.low > 1.0 && many.high < 9.0);
        assert_eq!(many.median, 5.0);
        assert_eq!(Estimate::of([]), None);
    }

    #[test]
    fn an_estimate_tells_what_its_ends_are() {
        let told = |values: &[f64]| {
            let estimate = Estimate::of(values.iter().copied()).unwrap();
            estimate.in_words(Unit::of_seconds(1.0))
        };
        assert_eq!(told(&[1.0]), "1.00 s in one run");
        assert_eq!(told(&[1.0, 3.0]), "2.00 s, from 1.00 to 3.00 in 2 runs");
        let six = "2.00 s, 95 % interval 1.00 to 3.00 in 6 runs";
        assert_eq!(told(&[1.0, 1.0, 2.0, 2.0, 3.0, 3.0]), six);
        assert_eq!(told(&[1.0; 6]), "1.00 s in 6 runs");
    }
}
