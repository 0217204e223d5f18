//! Old against new: the ratio of medians, its interval, and whether a difference is seen at all.
//!
//! Two questions have two answers here, and a difference is announced only when both agree:
//!
//! * *Could this be chance?* The exact Mann-Whitney test, corrected by Holm for the number of
//!   comparisons that are judged together.
//! * *How large is it?* The ratio of medians with a bootstrap interval (see [`Bootstrap`]), of one
//!   comparison by itself. That it must exclude 1 keeps out a mere difference in spread, to which
//!   the rank test can answer.
//!
//! So "no difference seen" may stand beside an interval that excludes 1: alone that comparison
//! would have been believed, among so many it is not. On reporting ratios with intervals: Kalibera
//! & Jones, "Rigorous Benchmarking in Reasonable Time", ISMM 2013.

use std::fmt;

use super::bootstrap::resampled_median;
use super::mann_whitney::{mann_whitney, smallest_p};
use super::{Bootstrap, Failures, Interval, Sample, holm};

/// One comparison, not yet judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Median of new over median of old: 0.5 is half, 2 is double.
    pub ratio: f64,
    /// The interval of the ratio; `None` when either sample has fewer than [`FEWEST_RUNS`].
    pub interval: Option<Interval>,
    /// The probability of samples at least this far apart when nothing differs.
    pub p: f64,
    /// The smallest p-value that this many runs can give, whatever they measure.
    pub smallest_p: f64,
}

/// One comparison, judged together with its family.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// What was compared.
    pub difference: Difference,
    /// The p-value after Holm's correction.
    pub adjusted_p: f64,
    /// What to say about it.
    pub outcome: Outcome,
}

/// What the data says about new against old. Values are times: smaller is faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// New takes less than old.
    Faster,
    /// New takes more than old.
    Slower,
    /// The data shows no difference. Not a proof that there is none: the interval says how large
    /// one may still hide.
    NoDifferenceSeen,
    /// So few runs among so many comparisons that no difference, however large, could be seen.
    TooFewRuns,
}

/// Why two samples have no ratio.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum CompareError {
    /// A ratio needs values above zero.
    #[error("the {which} sample holds {value}; a ratio of medians needs values above zero")]
    NotPositive {
        /// "old" or "new".
        which: &'static str,
        /// Its smallest value.
        value: f64,
    },
}

/// Runs that each side needs for an interval of the ratio. Five can't give *one* median an interval
/// of 95 % (see [`Bootstrap::median_interval`]) but do give it to the ratio of two; with four the
/// simulation fell below 93 %.
pub const FEWEST_RUNS: usize = 5;

/// Compares two samples of times.
///
/// # Errors
/// When a time is not above 0: then there is no ratio.
pub fn compare(
    old: &Sample,
    new: &Sample,
    bootstrap: &Bootstrap,
) -> Result<Difference, CompareError> {
    for (which, sample) in [("old", old), ("new", new)] {
        let value = sample.min();
        if value <= 0.0 {
            return Err(CompareError::NotPositive { which, value });
        }
    }
    Ok(Difference {
        ratio: new.median() / old.median(),
        interval: ratio_interval(old, new, bootstrap),
        p: mann_whitney(old, new),
        smallest_p: smallest_p(old.len(), new.len()),
    })
}

fn ratio_interval(old: &Sample, new: &Sample, bootstrap: &Bootstrap) -> Option<Interval> {
    if old.len().min(new.len()) < FEWEST_RUNS {
        return None;
    }
    let mut old_uniforms = vec![0.0; old.len()];
    let mut new_uniforms = vec![0.0; new.len()];
    Some(bootstrap.interval_of(|rng| {
        let old_median = resampled_median(old, rng, &mut old_uniforms);
        resampled_median(new, rng, &mut new_uniforms) / old_median
    }))
}

/// A family of tests, judged together.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// One for each difference.
    pub differences: Vec<Judgement>,
    /// The p-values of the failures after Holm's correction.
    pub failures: Vec<f64>,
}

/// Judges differences and failures as one family: the chance of any false alarm among them is at
/// most `alpha`.
pub fn judge(differences: &[Difference], failures: &[Failures], alpha: f64) -> Judged {
    let of_differences = differences.iter().map(|difference| difference.p);
    let p_values: Vec<f64> = (of_differences.chain(failures.iter().map(Failures::p))).collect();
    let mut adjusted = holm(&p_values);
    let of_failures = adjusted.split_off(differences.len());
    let judged = differences.iter().zip(adjusted);
    Judged {
        differences: judged
            .map(|(&difference, adjusted_p)| Judgement {
                difference,
                adjusted_p,
                outcome: outcome(&difference, adjusted_p, p_values.len(), alpha),
            })
            .collect(),
        failures: of_failures,
    }
}

fn outcome(difference: &Difference, adjusted_p: f64, family: usize, alpha: f64) -> Outcome {
    let Some(interval) = difference.interval else {
        return Outcome::TooFewRuns;
    };
    if adjusted_p <= alpha && interval.high < 1.0 {
        Outcome::Faster
    } else if adjusted_p <= alpha && interval.low > 1.0 {
        Outcome::Slower
    } else if difference.smallest_p * family as f64 > alpha {
        Outcome::TooFewRuns
    } else {
        Outcome::NoDifferenceSeen
    }
}

/// How many runs each side needs so that a difference can be seen among `family` comparisons.
pub fn fewest_runs_to_compare(family: usize, alpha: f64) -> usize {
    let reachable = |runs: &usize| smallest_p(*runs, *runs) * family as f64 <= alpha;
    (FEWEST_RUNS..1_000).find(reachable).unwrap_or(1_000)
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Outcome::Faster => "faster",
            Outcome::Slower => "slower",
            Outcome::NoDifferenceSeen => "no difference seen",
            Outcome::TooFewRuns => "too few runs to see any",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn around(center: f64, runs: u32) -> Sample {
        let values = (0..runs).map(|i| center * (1.0 + 0.002 * f64::from(i)));
        Sample::new(values.collect()).unwrap()
    }

    fn alone(old: &Sample, new: &Sample) -> Judgement {
        let difference = compare(old, new, &Bootstrap::seeded(1)).unwrap();
        judge(&[difference], &[], 0.05).differences[0]
    }

    #[test]
    fn half_the_time_is_faster_and_double_is_slower() {
        let (one, two) = (around(1.0, 10), around(2.0, 10));
        let faster = alone(&two, &one);
        assert_eq!(faster.outcome, Outcome::Faster);
        assert!((faster.difference.ratio - 0.5).abs() < 1e-12);
        assert!(faster.difference.interval.unwrap().contains(0.5));
        assert_eq!(alone(&one, &two).outcome, Outcome::Slower);
    }

    #[test]
    fn a_sample_against_itself_shows_no_difference() {
        let one = around(1.0, 10);
        let judged = alone(&one, &one);
        assert_eq!(judged.outcome, Outcome::NoDifferenceSeen);
        assert_eq!(judged.difference.ratio, 1.0);
    }

    #[test]
    fn a_difference_in_spread_alone_is_not_called_faster() {
        let narrow = around(1.0, 20);
        let wide = Sample::new((0..20).map(|i| 0.5 + 0.055 * f64::from(i)).collect()).unwrap();
        assert_eq!(alone(&narrow, &wide).outcome, Outcome::NoDifferenceSeen);
    }

    #[test]
    fn five_runs_can_decide_one_comparison_but_not_twelve() {
        let difference = compare(&around(1.0, 5), &around(2.0, 5), &Bootstrap::seeded(1)).unwrap();
        assert_eq!(
            judge(&[difference], &[], 0.05).differences[0].outcome,
            Outcome::Slower
        );
        for judged in judge(&[difference; 12], &[], 0.05).differences {
            assert_eq!(judged.outcome, Outcome::TooFewRuns);
        }
        assert_eq!(fewest_runs_to_compare(1, 0.05), 5);
        assert_eq!(fewest_runs_to_compare(12, 0.05), 6);
    }

    #[test]
    fn four_runs_have_no_interval_and_decide_nothing() {
        let judged = alone(&around(1.0, 4), &around(2.0, 4));
        assert_eq!(judged.difference.interval, None);
        assert_eq!(judged.outcome, Outcome::TooFewRuns);
    }

    #[test]
    fn a_time_of_zero_is_refused_by_name() {
        let zero = Sample::new(vec![0.0, 1.0]).unwrap();
        let error = compare(&around(1.0, 5), &zero, &Bootstrap::seeded(1)).unwrap_err();
        assert!(error.to_string().contains("new sample holds 0"), "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_ratio_lies_in_its_interval_and_ignores_the_unit(
            old in prop::collection::vec(0.1..100.0, 5..15),
            new in prop::collection::vec(0.1..100.0, 5..15),
            seed: u64,
        ) {
            let bootstrap = Bootstrap { resamples: 200, ..Bootstrap::seeded(seed) };
            let sample = |values: &[f64], unit| {
                Sample::new(values.iter().map(|value| value * unit).collect()).unwrap()
            };
            let plain = compare(&sample(&old, 1.0), &sample(&new, 1.0), &bootstrap).unwrap();
            let scaled = compare(&sample(&old, 1024.0), &sample(&new, 1024.0), &bootstrap).unwrap();
            prop_assert_eq!(plain, scaled);
            prop_assert!(plain.interval.unwrap().contains(plain.ratio));
        }
    }
}
