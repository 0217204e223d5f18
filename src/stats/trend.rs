//! Whether values rise or fall over the order of the runs.
//!
//! The Mann-Kendall test: Mann, "Nonparametric Tests Against Trend", Econometrica 13 (1945). It
//! counts pairs in which the later run is larger, less those in which it is smaller; a warming
//! machine, a filling disk or a leaking process makes that sum large. No shape of the trend or of
//! the noise is assumed. How steep: the median of all slopes between two runs, of Sen, "Estimates
//! of the Regression Coefficient Based on Kendall's Tau", JASA 63 (1968), which one wild run
//! can't bend.

use super::Sample;
use super::normal::two_sided_p;

/// A trend over the order of the runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Trend {
    /// The probability of a trend at least this clear when the order says nothing.
    pub p: f64,
    /// The change from the first run to the last.
    pub change: f64,
}

/// The trend of values in the order in which they were measured; `None` below three.
pub(super) fn trend(in_order: &[f64]) -> Option<Trend> {
    if in_order.len() < 3 {
        return None;
    }
    let (mut rises, mut falls) = (0_u32, 0_u32);
    let mut slopes = Vec::with_capacity(in_order.len() * in_order.len() / 2);
    for (i, earlier) in in_order.iter().enumerate() {
        for (steps, later) in in_order[i..].iter().enumerate().skip(1) {
            rises += u32::from(later > earlier);
            falls += u32::from(later < earlier);
            slopes.push((later - earlier) / steps as f64);
        }
    }
    let slope = Sample::new(slopes).ok()?.median();
    let sum = f64::from(rises) - f64::from(falls);
    Some(Trend {
        p: two_sided_p(sum, 1.0, variance(in_order)),
        change: slope * (in_order.len() - 1) as f64,
    })
}

/// The variance of rises less falls when the order says nothing, less what ties take away.
/// (The normal approximation is cautious below ten runs: at four rising ones it gives 0.089
/// where a count of all orders gives 0.083.)
fn variance(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let spread = |n: usize| n as f64 * (n as f64 - 1.0) * (2.0 * n as f64 + 5.0);
    let ties: f64 = sorted
        .chunk_by(|a, b| a == b)
        .map(|tied| spread(tied.len()))
        .sum();
    (spread(values.len()) - ties) / 18.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_steady_rise_is_seen_with_its_size() {
        let values: Vec<f64> = (0..10).map(|i| 1.0 + 0.01 * f64::from(i)).collect();
        let trend = trend(&values).unwrap();
        assert!(trend.p < 0.001);
        assert!((trend.change - 0.09).abs() < 1e-12);
    }

    #[test]
    fn four_rising_values_have_the_p_of_the_approximation() {
        // S = 6, variance 156/18, z = 5/2.944
        let found = trend(&[1.0, 2.0, 3.0, 4.0]).unwrap().p;
        assert!((found - 0.0894).abs() < 0.0002, "{found}");
    }

    #[test]
    fn equal_values_and_too_few_have_no_trend() {
        assert_eq!(
            trend(&[1.0; 9]),
            Some(Trend {
                p: 1.0,
                change: 0.0
            })
        );
        assert_eq!(trend(&[1.0, 2.0]), None);
    }

    proptest! {
        #[test]
        fn backwards_the_trend_turns_around(values in prop::collection::vec(-1e3..1e3, 3..20)) {
            let forwards = trend(&values).unwrap();
            let mut values = values;
            values.reverse();
            let backwards = trend(&values).unwrap();
            prop_assert!((forwards.p - backwards.p).abs() < 1e-12);
            prop_assert!((forwards.change + backwards.change).abs() < 1e-9);
        }
    }
}
