//! What keeps a fit from being made, and what keeps it from being believed.

use std::fmt;

use super::solve::Point;
use super::{Fit, Interval, Law};

/// Why no fit was made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NoFit {
    /// A concurrency below 1, or a throughput that is not above zero, or not a number.
    #[error(
        "point {index} is ({n}, {throughput}); a scaling law needs a concurrency of at least 1 and a throughput above 0"
    )]
    NotAPoint {
        /// Its place, from 0.
        index: usize,
        /// Its concurrency.
        n: f64,
        /// Its throughput.
        throughput: f64,
    },
    /// Fewer different concurrencies than parameters plus two: with one to spare a curve goes
    /// through nearly anything.
    #[error("{law} needs {needed} different concurrencies and has {found}: measure more of them")]
    TooFewPoints {
        /// The law.
        law: Law,
        /// Different concurrencies that there are.
        found: usize,
        /// How many it takes.
        needed: usize,
    },
    /// All concurrencies lie close together.
    #[error(
        "concurrencies from {lowest} to {highest} are too close to show scaling: the highest should be at least {LEAST_SPREAD} times the lowest"
    )]
    NoSpread {
        /// The lowest concurrency.
        lowest: f64,
        /// The highest.
        highest: f64,
    },
    /// The equations have no usable solution.
    #[error("{law} can't be solved for these points")]
    NotSolved {
        /// The law.
        law: Law,
    },
}

/// Why a fit should not be taken as it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Doubt {
    /// The curve does not go through the points.
    PoorFit {
        /// R² of the throughput.
        r_squared: f64,
        /// The residual standard error, as a share of the throughput.
        residual_error: f64,
    },
    /// Too few concurrencies were measured more than once, so that noise can't be told from the law.
    NotRepeated {
        /// Concurrencies measured once.
        once: usize,
        /// Of so many.
        of: usize,
    },
    /// The data allows nearly any contention.
    SigmaUndetermined(Interval),
    /// The data allows nearly any single-worker throughput.
    LambdaUndetermined(Interval),
    /// The peak lies beyond what was measured, or may.
    PeakNotMeasured {
        /// The fitted peak.
        peak: f64,
        /// Its interval.
        interval: Interval,
        /// The highest concurrency measured.
        highest: f64,
    },
}

/// The highest concurrency over the lowest, at least.
const LEAST_SPREAD: f64 = 4.0;
/// R² below this is poor, unless the points lie within [`SMALL_ERROR`] of the curve anyway.
const GOOD_R_SQUARED: f64 = 0.9;
/// A residual error below this is good, even where a flat throughput leaves R² nothing to explain.
const SMALL_ERROR: f64 = 0.05;
/// A residual error above this is poor, even where a wide range of throughputs lifts R².
const LARGE_ERROR: f64 = 0.25;
/// An interval of sigma wider than this leaves open whether work is mostly parallel or serial.
const WIDE_SIGMA: f64 = 0.5;
/// So does one of lambda whose ends differ by more than this factor.
const WIDE_LAMBDA: f64 = 2.0;

/// The points with the logarithm taken, when a law can be fitted to them.
pub(super) fn checked(law: Law, points: &[(f64, f64)]) -> Result<Vec<Point>, NoFit> {
    let mut taken = Vec::with_capacity(points.len());
    for (index, &(n, throughput)) in points.iter().enumerate() {
        let usable = n.is_finite() && n >= 1.0 && throughput.is_finite() && throughput > 0.0;
        if !usable {
            return Err(NoFit::NotAPoint {
                index,
                n,
                throughput,
            });
        }
        taken.push(Point {
            n,
            throughput,
            weight: 1.0,
        });
    }
    let mut concurrencies: Vec<f64> = taken.iter().map(|point| point.n).collect();
    concurrencies.sort_unstable_by(f64::total_cmp);
    concurrencies.dedup();
    let (found, needed) = (concurrencies.len(), law.parameters() + 2);
    if found < needed {
        return Err(NoFit::TooFewPoints { law, found, needed });
    }
    let (lowest, highest) = (concurrencies[0], concurrencies[found - 1]);
    if highest < LEAST_SPREAD * lowest {
        return Err(NoFit::NoSpread { lowest, highest });
    }
    Ok(taken)
}

/// All that speaks against the fit.
pub(super) fn doubts(fit: &Fit, points: &[Point]) -> Vec<Doubt> {
    let highest = points.iter().map(|point| point.n).fold(1.0, f64::max);
    let unclear_curve = fit.r_squared < GOOD_R_SQUARED && fit.residual_error > SMALL_ERROR;
    let poor = (unclear_curve || fit.residual_error > LARGE_ERROR).then_some(Doubt::PoorFit {
        r_squared: fit.r_squared,
        residual_error: fit.residual_error,
    });
    let sigma = (fit.sigma.width() > WIDE_SIGMA).then_some(Doubt::SigmaUndetermined(fit.sigma));
    let wide_lambda = fit.lambda.high > WIDE_LAMBDA * fit.lambda.low;
    let lambda = wide_lambda.then_some(Doubt::LambdaUndetermined(fit.lambda));
    let peak = fit.peak.filter(|(_, interval)| interval.high > highest);
    let peak = peak.map(|(peak, interval)| Doubt::PeakNotMeasured {
        peak,
        interval,
        highest,
    });
    [poor, not_repeated(points), sigma, lambda, peak]
        .into_iter()
        .flatten()
        .collect()
}

/// That fewer than half of the concurrencies were measured more than once.
fn not_repeated(points: &[Point]) -> Option<Doubt> {
    let mut concurrencies: Vec<f64> = points.iter().map(|point| point.n).collect();
    concurrencies.sort_unstable_by(f64::total_cmp);
    let runs = concurrencies.chunk_by(|a, b| a == b);
    let (of, once) = (
        runs.clone().count(),
        runs.filter(|runs| runs.len() == 1).count(),
    );
    (2 * once > of).then_some(Doubt::NotRepeated { once, of })
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Doubt::PoorFit {
                r_squared,
                residual_error,
            } => write!(
                f,
                "the law does not describe the points (R² {r_squared:.2}, residual error {:.0} %): \
                 do not read its parameters",
                100.0 * residual_error
            ),
            Doubt::NotRepeated { once, of } => write!(
                f,
                "{once} of {of} concurrencies were measured once, so noise can't be told from the \
                 law: repeat the trials (--runs)"
            ),
            Doubt::SigmaUndetermined(Interval { low, high, .. }) => write!(
                f,
                "contention may be anything from {low:.2} to {high:.2}: repeat the trials or add \
                 higher concurrencies"
            ),
            Doubt::LambdaUndetermined(Interval { low, high, .. }) => write!(
                f,
                "the throughput of one may be anything from {low:.3} to {high:.3}: measure \
                 concurrency 1"
            ),
            Doubt::PeakNotMeasured {
                peak,
                interval,
                highest,
            } => write!(
                f,
                "the peak at {peak:.0} ({:.0} to {:.0}) may lie beyond the {highest:.0} that were \
                 measured: measure there before relying on it",
                interval.low, interval.high
            ),
        }
    }
}
