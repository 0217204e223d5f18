//! A sample: sorted, finite, never empty.

/// Measurements of one thing, in ascending order.
///
/// Invariants, held by [`Sample::new`] and relied on everywhere in this room:
///
/// * at least one value;
/// * every value is finite (no NaN, no infinity);
/// * values are sorted, smallest first. The order of the runs is lost; what needs it
///   ([`super::assess`]) takes the plain slice.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample(Vec<f64>);

/// Why numbers are not a [`Sample`].
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SampleError {
    /// There are no values.
    #[error("a sample needs at least one value; none was given")]
    Empty,
    /// A value is NaN or infinite.
    #[error("value {index} of the sample is {value}; only finite numbers can be summarised")]
    NotFinite {
        /// Its place in what was given, from 0.
        index: usize,
        /// The value.
        value: f64,
    },
}

/// Makes the median absolute deviation of normal data estimate its standard deviation:
/// 1 / (the third quartile of the standard normal). Rousseeuw & Croux, "Alternatives to the Median
/// Absolute Deviation", JASA 88 (1993).
const MAD_TO_SIGMA: f64 = 1.4826;

impl Sample {
    /// Sorts the values and checks the invariants.
    ///
    /// # Errors
    /// When there is no value, or one is infinite or NaN.
    pub fn new(mut values: Vec<f64>) -> Result<Sample, SampleError> {
        if let Some((index, &value)) = values.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(SampleError::NotFinite { index, value });
        }
        if values.is_empty() {
            return Err(SampleError::Empty);
        }
        values.sort_unstable_by(f64::total_cmp);
        Ok(Sample(values))
    }

    /// The values, smallest first.
    pub fn values(&self) -> &[f64] {
        &self.0
    }

    /// How many values there are; at least 1.
    #[allow(clippy::len_without_is_empty, reason = "a sample is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The smallest value.
    pub fn min(&self) -> f64 {
        self.0[0]
    }

    /// The largest value.
    pub fn max(&self) -> f64 {
        self.0[self.len() - 1]
    }

    /// The arithmetic mean. Each term is divided first, so that the sum can't overflow.
    pub fn mean(&self) -> f64 {
        let n = self.len() as f64;
        self.0.iter().map(|value| value / n).sum()
    }

    /// The middle value, or the mean of the two middle ones.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The quantile at probability `p` (clamped to 0..=1) by linear interpolation between the
    /// order statistics at positions 0, 1/(n-1), ..., 1: type 7 of Hyndman & Fan, "Sample
    /// Quantiles in Statistical Packages", The American Statistician 50 (1996); what R, numpy and
    /// pandas give unless told otherwise.
    pub fn quantile(&self, p: f64) -> f64 {
        self.at(p.clamp(0.0, 1.0) * (self.len() - 1) as f64)
    }

    /// The quantile at `p` with the k-th smallest value at k/(n+1), and the extremes beyond that:
    /// Hyndman & Fan's type 6, which leaves 1/(n+1) of the probability outside each end.
    pub(super) fn quantile_type6(&self, p: f64) -> f64 {
        self.at(p * (self.len() + 1) as f64 - 1.0)
    }

    /// The value at a fractional index, between its neighbours; the ends beyond the ends.
    fn at(&self, index: f64) -> f64 {
        let index = index.clamp(0.0, (self.len() - 1) as f64);
        let (below, above) = (
            self.0[index.floor() as usize],
            self.0[index.ceil() as usize],
        );
        let part = index.fract();
        // Two products, not `below + part * (above - below)`, whose difference can overflow; the
        // clamp takes off the last bit of rounding, so that order is never broken.
        (below * (1.0 - part) + above * part).clamp(below, above)
    }

    /// The median absolute deviation from the median, as it is.
    pub fn mad_raw(&self) -> f64 {
        let median = self.median();
        let mut deviations: Vec<f64> = self.0.iter().map(|value| (value - median).abs()).collect();
        deviations.sort_unstable_by(f64::total_cmp);
        Sample(deviations).median()
    }

    /// The median absolute deviation scaled to estimate the standard deviation of normal data.
    pub fn mad(&self) -> f64 {
        MAD_TO_SIGMA * self.mad_raw()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::new(values.to_vec()).unwrap()
    }

    #[test]
    fn quantiles_are_those_of_r_type_7() {
        // R: quantile(c(1, 2, 4, 8, 16), c(0, .1, .25, .5, .9, 1))
        let five = sample(&[16.0, 1.0, 4.0, 2.0, 8.0]);
        for (p, expected) in [
            (0.0, 1.0),
            (0.1, 1.4),
            (0.25, 2.0),
            (0.5, 4.0),
            (0.9, 12.8),
            (1.0, 16.0),
        ] {
            assert!((five.quantile(p) - expected).abs() < 1e-12, "at {p}");
        }
    }

    #[test]
    fn the_median_of_an_even_count_is_the_mean_of_the_middle_two() {
        assert_eq!(sample(&[4.0, 1.0, 3.0, 2.0]).median(), 2.5);
    }

    #[test]
    fn type_6_puts_a_value_at_k_over_n_plus_1_and_stays_between_the_extremes() {
        let three = sample(&[1.0, 2.0, 4.0]);
        assert_eq!(three.quantile_type6(0.25), 1.0);
        assert_eq!(three.quantile_type6(0.625), 3.0);
        assert_eq!(three.quantile_type6(0.0), 1.0);
        assert_eq!(three.quantile_type6(1.0), 4.0);
    }

    #[test]
    fn the_mad_ignores_one_wild_value() {
        let wild = sample(&[1.0, 2.0, 3.0, 4.0, 1e9]);
        assert_eq!(wild.mad_raw(), 1.0);
        assert_eq!(wild.mad(), 1.4826);
    }

    #[test]
    fn nothing_and_nan_are_refused_with_what_and_where() {
        assert_eq!(Sample::new(vec![]), Err(SampleError::Empty));
        let message = Sample::new(vec![1.0, f64::NAN]).unwrap_err().to_string();
        assert!(
            message.contains("value 1") && message.contains("NaN"),
            "{message}"
        );
    }

    proptest! {
        #[test]
        fn median_and_quantiles_lie_between_the_extremes_and_rise(
            values in prop::collection::vec(prop::num::f64::NORMAL, 1..50),
            (p, q) in (0.0..=1.0, 0.0..=1.0),
        ) {
            let sample = Sample::new(values).unwrap();
            prop_assert!(sample.min() <= sample.median() && sample.median() <= sample.max());
            let (low, high) = if p < q { (p, q) } else { (q, p) };
            prop_assert!(sample.quantile(low) <= sample.quantile(high));
        }

        #[test]
        fn every_summary_scales_with_the_unit(
            values in prop::collection::vec(-1e6..1e6, 1..50),
        ) {
            // A power of two scales without rounding, so the equalities are exact.
            let scaled = Sample::new(values.iter().map(|value| value * 1024.0).collect()).unwrap();
            let sample = Sample::new(values).unwrap();
            prop_assert_eq!(scaled.median(), 1024.0 * sample.median());
            prop_assert_eq!(scaled.quantile(0.9), 1024.0 * sample.quantile(0.9));
            prop_assert_eq!(scaled.mean(), 1024.0 * sample.mean());
            prop_assert_eq!(scaled.mad_raw(), 1024.0 * sample.mad_raw());
        }

        #[test]
        fn the_order_of_the_values_does_not_matter(values in prop::collection::vec(-1e6..1e6, 1..50)) {
            let mut reversed = values.clone();
            reversed.reverse();
            prop_assert_eq!(Sample::new(values).unwrap(), Sample::new(reversed).unwrap());
        }
    }
}
