//! One figure over repeated runs.

use super::{Bootstrap, Sample};

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
    /// Whether low and high are an interval of the median: fewer than six runs have no 95 % one.
    pub is_interval: bool,
}

impl Estimate {
    /// Of a sample, with the interval that the bootstrap gives it.
    pub fn of(sample: &Sample, bootstrap: &Bootstrap) -> Estimate {
        let interval = bootstrap.median_interval(sample);
        Estimate {
            median: sample.median(),
            low: interval.map_or(sample.min(), |interval| interval.low),
            high: interval.map_or(sample.max(), |interval| interval.high),
            runs: sample.len(),
            is_interval: interval.is_some(),
        }
    }

    /// All three figures, ascending.
    pub fn values(&self) -> [f64; 3] {
        [self.low, self.median, self.high]
    }

    /// Half of low to high as a share of the median, where there are several runs.
    pub fn half_width(&self) -> Option<f64> {
        (self.runs > 1).then_some((self.high - self.low) / 2.0 / self.median)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_runs_have_an_interval_and_fewer_have_their_ends() {
        let of = |values: &[f64]| {
            Estimate::of(
                &Sample::new(values.to_vec()).unwrap(),
                &Bootstrap::seeded(1),
            )
        };
        let few = of(&[3.0, 1.0, 2.0]);
        assert_eq!(few.values(), [1.0, 2.0, 3.0]);
        assert_eq!((few.runs, few.is_interval), (3, false));
        let many = of(&(1..=9).map(f64::from).collect::<Vec<f64>>());
        assert!(many.is_interval && many.low > 1.0 && many.high < 9.0);
        assert_eq!(many.median, 5.0);
    }
}
