//! Scaling laws fitted to (concurrency, throughput) points.
//!
//! * `law`: Amdahl's law and the Universal Scalability Law, as one formula;
//! * `bounded`: least squares with coefficients that can't be negative;
//! * `solve`: the nonlinear fit, on the throughput;
//! * `doubt`: what the data does not support, in words.
//!
//! Fitted is the throughput itself, as in the literature (Gunther; the R package `usl`): how far it
//! rises and where it turns is what a law is asked, and there the points are high. Noise in a run
//! time is a share of it, so the residuals that are dealt out are those of the logarithm.
//!
//! Intervals come from a residual bootstrap: Efron & Tibshirani, "An Introduction to the
//! Bootstrap" (1993), section 9.4. The residuals are centred, and stretched by sqrt(n / (n - k))
//! because k fitted parameters have shrunk them, and by Student's t over the normal, because few
//! points estimate the noise badly (the idea of the expanded percentile interval of Hesterberg,
//! "What Teachers Should Know About the Bootstrap", The American Statistician 69 (2015)). Without
//! the second stretch nominal 95 % intervals from seven points covered 85 to 89 %.

mod bounded;
mod doubt;
mod law;
mod solve;

pub use doubt::{Doubt, NoFit};
pub use law::{Law, Scaling};

use super::normal::student_over_normal;
use super::{Bootstrap, Interval};
use solve::{Point, fit_from};

/// A law fitted to points.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Which law.
    pub law: Law,
    /// The fitted parameters.
    pub scaling: Scaling,
    /// The interval of lambda.
    pub lambda: Interval,
    /// The interval of sigma.
    pub sigma: Interval,
    /// The interval of kappa; for Amdahl's law it is 0 to 0.
    pub kappa: Interval,
    /// The concurrency of the largest throughput, with its interval; the upper end is infinite
    /// when the data allows that there is no peak. `None` when the fitted law has none.
    pub peak: Option<(f64, Interval)>,
    /// The concurrency of the largest throughput that was measured: of repeats, their mean.
    pub fastest: f64,
    /// The share of the variance of the throughput that the law explains. Little of nothing is
    /// still little: a flat throughput has a low R² however well it is met.
    pub r_squared: f64,
    /// The residual standard error of log throughput: 0.05 is about 5 % of the throughput.
    pub residual_error: f64,
    /// What the data does not support; empty when the fit may be used as it stands.
    pub doubts: Vec<Doubt>,
}

impl Fit {
    /// The peak, unless it lies beyond the fastest concurrency that was measured: there it is the
    /// law's word alone.
    pub fn measured_peak(&self) -> Option<(f64, Interval)> {
        self.peak.filter(|(peak, _)| *peak <= self.fastest)
    }

    /// Whether the data supports the fit without reserve.
    pub fn is_supported(&self) -> bool {
        self.doubts.is_empty()
    }
}

/// Fits a law to `(concurrency, throughput)` points. Repeated concurrencies are welcome: give
/// every trial, not their mean. The level, resamples and seed of the intervals are the
/// bootstrap's.
///
/// # Errors
/// When the points can't carry the law; the reason says what to measure.
pub fn fit(law: Law, points: &[(f64, f64)], bootstrap: &Bootstrap) -> Result<Fit, NoFit> {
    fit_with_band(law, points, &[], bootstrap).map(|(fit, _)| fit)
}

/// [`fit`], and the intervals of the fitted throughput at some concurrencies of 1 or more, from the
/// same resamples. Each interval is for its own concurrency: that the whole curve lies within all
/// of them at once is less sure than the level.
///
/// # Errors
/// When the points can't carry the law; the reason says what to measure.
pub fn fit_with_band(
    law: Law,
    points: &[(f64, f64)],
    at: &[f64],
    bootstrap: &Bootstrap,
) -> Result<(Fit, Vec<Interval>), NoFit> {
    let points = doubt::checked(law, points)?;
    let scaling = fit_from(law, &points, None).ok_or(NoFit::NotSolved { law })?;
    let residuals = residuals(&points, &scaling);
    let squares: f64 = residuals.iter().map(|residual| residual * residual).sum();
    let free = points.len().saturating_sub(law.parameters()).max(1) as f64;
    let stretch = student_over_normal(bootstrap.level, free) / free.sqrt();
    let dealt = stretched(&residuals, stretch);
    let groups = Groups::of(&points);
    let draws = resampled(law, &groups, &scaling, &dealt, bootstrap);
    let interval = |of: &dyn Fn(&Scaling) -> f64| {
        let mut values: Vec<f64> = draws.iter().map(of).collect();
        bootstrap.percentile_interval(&mut values)
    };
    let mut fit = Fit {
        law,
        scaling,
        lambda: interval(&|scaling| scaling.lambda),
        sigma: interval(&|scaling| scaling.sigma),
        kappa: interval(&|scaling| scaling.kappa),
        peak: scaling.peak().map(|peak| {
            let of = |scaling: &Scaling| scaling.peak().unwrap_or(f64::INFINITY);
            (peak, interval(&of))
        }),
        fastest: groups.fastest(),
        r_squared: r_squared(&points, &scaling),
        residual_error: (squares / free).sqrt(),
        doubts: Vec::new(),
    };
    fit.doubts = doubt::doubts(&fit, &points);
    let band = at
        .iter()
        .map(|&n| interval(&|scaling| scaling.throughput(n)));
    Ok((fit, band.collect()))
}

/// The points of each concurrency as one, so that a resample of thousands of trials is fitted as
/// quickly as one of a few.
struct Groups {
    /// One for each concurrency, in ascending order.
    means: Vec<Point>,
    /// The concurrency of each point, as an index into the means.
    of_point: Vec<usize>,
}

impl Groups {
    fn of(points: &[Point]) -> Groups {
        let mut concurrencies: Vec<f64> = points.iter().map(|point| point.n).collect();
        concurrencies.sort_unstable_by(f64::total_cmp);
        concurrencies.dedup();
        let place = |point: &Point| concurrencies.partition_point(|&n| n < point.n);
        let of_point: Vec<usize> = points.iter().map(place).collect();
        let mut means: Vec<Point> = (concurrencies.iter())
            .map(|&n| Point {
                n,
                throughput: 0.0,
                weight: 0.0,
            })
            .collect();
        for (point, &group) in points.iter().zip(&of_point) {
            means[group].throughput += point.throughput;
            means[group].weight += 1.0;
        }
        for mean in &mut means {
            mean.throughput /= mean.weight;
        }
        Groups { means, of_point }
    }

    /// The concurrency of the largest throughput.
    fn fastest(&self) -> f64 {
        let largest = (self.means.iter()).max_by(|a, b| a.throughput.total_cmp(&b.throughput));
        largest.map_or(1.0, |mean| mean.n)
    }
}

/// Of the logarithm: shares of the throughput.
fn residuals(points: &[Point], scaling: &Scaling) -> Vec<f64> {
    points
        .iter()
        .map(|point| (point.throughput / scaling.throughput(point.n)).ln())
        .collect()
}

/// 1 - residual squares / squares around the mean; 1 when there is nothing to explain.
fn r_squared(points: &[Point], scaling: &Scaling) -> f64 {
    let mean = points.iter().map(|point| point.throughput).sum::<f64>() / points.len() as f64;
    let around = |of: &dyn Fn(&Point) -> f64| {
        let squares = points
            .iter()
            .map(|point| (point.throughput - of(point)).powi(2));
        squares.sum::<f64>()
    };
    let total = around(&|_| mean);
    let squares = around(&|point| scaling.throughput(point.n));
    if total > 0.0 {
        1.0 - squares / total
    } else {
        1.0
    }
}

/// Centred, and made larger by `stretch` and the root of their number.
fn stretched(residuals: &[f64], stretch: f64) -> Vec<f64> {
    let count = residuals.len() as f64;
    let mean = residuals.iter().sum::<f64>() / count;
    let centred = residuals.iter().map(|residual| residual - mean);
    centred
        .map(|residual| residual * stretch * count.sqrt())
        .collect()
}

/// The law fitted again and again to its own curve with residuals dealt out at random, one to each
/// point.
fn resampled(
    law: Law,
    groups: &Groups,
    scaling: &Scaling,
    residuals: &[f64],
    bootstrap: &Bootstrap,
) -> Vec<Scaling> {
    let mut rng = fastrand::Rng::with_seed(bootstrap.seed);
    let curve: Vec<f64> = (groups.means.iter())
        .map(|mean| scaling.throughput(mean.n))
        .collect();
    let mut resample = groups.means.clone();
    let mut sums = vec![0.0; curve.len()];
    (0..bootstrap.resamples.max(1))
        .map(|_| {
            sums.fill(0.0);
            for &group in &groups.of_point {
                sums[group] += residuals[rng.usize(..residuals.len())].exp();
            }
            for ((mean, throughput), sum) in resample.iter_mut().zip(&curve).zip(&sums) {
                mean.throughput = throughput * sum / mean.weight;
            }
            fit_from(law, &resample, Some(scaling)).unwrap_or(*scaling)
        })
        .collect()
}

#[cfg(test)]
mod tests;
