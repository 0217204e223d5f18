//! Stable or not: whether a median may be believed, and if not, why and what to do.
//!
//! The idea of saying "may be unstable", with reasons, is pyperf's. Every reason names its remedy.
//! A verdict never changes a figure and never drops a run.

use std::fmt;

use super::trend::trend;
use super::two_modes::{TwoModes, two_modes};
use super::{Bootstrap, Interval, OutlierCounts, Sample, SampleError};

/// From where on something is called unstable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The widest acceptable interval, as a share of the median.
    pub relative_width: f64,
    /// The largest acceptable share of outliers.
    pub outlier_share: f64,
    /// A drift is believed below this p-value.
    pub drift_p: f64,
    /// A drift from first to last run matters from this share of the median on.
    pub drift_change: f64,
}

impl Default for Limits {
    /// Width 5 %, outliers 10 %, drift of 1 % at p = 0.01: of a grid with 36 steady configurations
    /// a drift is then reported by chance in one grid of four.
    fn default() -> Limits {
        Limits {
            relative_width: 0.05,
            outlier_share: 0.1,
            drift_p: 0.01,
            drift_change: 0.01,
        }
    }
}

/// What the repeated runs of one thing are worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The median of the runs.
    pub median: f64,
    /// Its interval; `None` when the runs are too few.
    pub interval: Option<Interval>,
    /// The outliers among them.
    pub outliers: OutlierCounts,
    /// Why the median may be unstable; empty when it is stable.
    pub reasons: Vec<Reason>,
}

/// One reason to doubt a median.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reason {
    /// No interval can be given.
    TooFewRuns {
        /// How many there were.
        runs: usize,
        /// How many it takes.
        needed: usize,
    },
    /// The interval of the median is wide.
    WideInterval {
        /// Its width as a share of the median; infinite at a median of zero.
        relative_width: f64,
        /// What was acceptable.
        limit: f64,
    },
    /// The runs got slower or faster one after the other.
    Drift {
        /// From the first to the last, as a share of the median; positive is slower.
        relative_change: f64,
        /// How likely that is by chance.
        p: f64,
    },
    /// Many runs lie far from the others.
    Outliers(OutlierCounts),
    /// The runs seem to fall into two groups.
    TwoModes(TwoModes),
}

/// Judges values given **in the order in which they were measured**.
///
/// # Errors
/// When there is no value, or one is infinite or NaN.
pub fn assess(
    in_order: &[f64],
    limits: &Limits,
    bootstrap: &Bootstrap,
) -> Result<Verdict, SampleError> {
    let sample = Sample::new(in_order.to_vec())?;
    let (median, outliers) = (sample.median(), OutlierCounts::of(&sample));
    let interval = bootstrap.median_interval(&sample);
    let reasons = [
        interval.map_or_else(
            || Some(too_few(&sample, bootstrap)),
            |interval| wide(interval, median, limits),
        ),
        drift(in_order, median, limits),
        (outliers.share() > limits.outlier_share).then_some(Reason::Outliers(outliers)),
        two_modes(&sample).map(Reason::TwoModes),
    ];
    Ok(Verdict {
        median,
        interval,
        outliers,
        reasons: reasons.into_iter().flatten().collect(),
    })
}

fn too_few(sample: &Sample, bootstrap: &Bootstrap) -> Reason {
    Reason::TooFewRuns {
        runs: sample.len(),
        needed: bootstrap.fewest_runs(),
    }
}

fn wide(interval: Interval, median: f64, limits: &Limits) -> Option<Reason> {
    let relative_width = relative(interval.width(), median);
    (relative_width > limits.relative_width).then_some(Reason::WideInterval {
        relative_width,
        limit: limits.relative_width,
    })
}

fn drift(in_order: &[f64], median: f64, limits: &Limits) -> Option<Reason> {
    let found = trend(in_order)?;
    let relative_change = relative(found.change, median);
    (found.p < limits.drift_p && relative_change.abs() > limits.drift_change).then_some(
        Reason::Drift {
            relative_change,
            p: found.p,
        },
    )
}

/// A share of the median. Nothing is no share of anything, zero included.
fn relative(amount: f64, median: f64) -> f64 {
    if amount == 0.0 {
        0.0
    } else {
        amount / median.abs()
    }
}

impl Verdict {
    /// Whether there is no reason for doubt.
    pub fn is_stable(&self) -> bool {
        self.reasons.is_empty()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_stable() {
            return f.write_str("stable");
        }
        let reasons: Vec<String> = self.reasons.iter().map(Reason::to_string).collect();
        write!(f, "unstable: {}", reasons.join("; "))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::TooFewRuns { runs, needed } => write!(
                f,
                "{runs} runs are too few for an interval of the median: repeat at least {needed} times"
            ),
            Reason::WideInterval {
                relative_width,
                limit,
            } => write!(
                f,
                "the interval of the median is {:.1} % wide, more than {:.1} %: \
                 run more often or make the machine quieter",
                100.0 * relative_width,
                100.0 * limit
            ),
            Reason::Drift { relative_change, p } => write!(
                f,
                "the runs became {:.1} % {} from first to last (p = {p:.4}): warm up longer, \
                 look for heat, leaks or filling disks, and shuffle the order",
                100.0 * relative_change.abs(),
                if *relative_change > 0.0 {
                    "slower"
                } else {
                    "faster"
                }
            ),
            Reason::Outliers(counts) => write!(
                f,
                "{counts}: look for what else ran on the machine, and run again when it is idle"
            ),
            Reason::TwoModes(modes) => write!(
                f,
                "{modes}: look for two states of the machine (clock speed, placement on cores, \
                 a cold cache), fix one of them, or report the two apart"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALM: [f64; 12] = [
        1.002, 0.998, 1.001, 0.999, 1.003, 1.000, 0.997, 1.001, 1.000, 0.999, 1.002, 0.998,
    ];

    fn verdict(in_order: &[f64]) -> Verdict {
        assess(in_order, &Limits::default(), &Bootstrap::seeded(1)).unwrap()
    }

    #[test]
    fn calm_runs_are_stable() {
        let calm = verdict(&CALM);
        assert!(calm.is_stable(), "{calm}");
        assert_eq!(calm.to_string(), "stable");
        assert!(calm.interval.unwrap().contains(calm.median));
    }

    #[test]
    fn three_runs_are_too_few_and_it_says_how_many_to_make() {
        let few = verdict(&CALM[..3]);
        assert_eq!(few.reasons, [Reason::TooFewRuns { runs: 3, needed: 6 }]);
        assert!(few.to_string().contains("repeat at least 6 times"));
    }

    #[test]
    fn scattered_runs_have_a_wide_interval() {
        let scattered: Vec<f64> = CALM
            .iter()
            .map(|value| 1.0 + 40.0 * (value - 1.0))
            .collect();
        let reasons = verdict(&scattered).reasons;
        assert!(
            matches!(reasons[..], [Reason::WideInterval { .. }]),
            "{reasons:?}"
        );
    }

    #[test]
    fn runs_that_slow_down_drift_and_a_tiny_drift_does_not_matter() {
        let drifting = |step: f64| {
            let values: Vec<f64> = (0..12).map(|i| 1.0 + step * f64::from(i)).collect();
            verdict(&values)
        };
        let text = drifting(0.002).to_string();
        assert!(
            text.contains("2.2 % slower") && text.contains("warm up"),
            "{text}"
        );
        assert!(drifting(-0.002).to_string().contains("faster"));
        assert!(drifting(0.0001).is_stable());
    }

    #[test]
    fn two_wild_runs_of_twelve_are_too_many() {
        let mut wild = CALM;
        (wild[3], wild[7]) = (1.05, 1.08);
        let text = verdict(&wild).to_string();
        assert!(text.contains("2 of 12 runs are outliers"), "{text}");
    }

    #[test]
    fn two_groups_of_runs_are_told() {
        let two: Vec<f64> = CALM
            .iter()
            .enumerate()
            .map(|(i, v)| if i % 3 == 0 { v + 0.04 } else { *v })
            .collect();
        let text = verdict(&two).to_string();
        assert!(
            text.contains("two groups") && text.contains("clock speed"),
            "{text}"
        );
    }

    #[test]
    fn zeros_are_stable_and_a_median_of_zero_is_no_division() {
        assert!(verdict(&[0.0; 8]).is_stable());
        let around_zero = verdict(&[-1.0, 1.0, -1.0, 1.0, 0.0, 0.0, 2.0, -2.0]);
        assert!(!around_zero.is_stable());
    }
}
