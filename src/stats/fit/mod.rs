//! Scaling laws fitted to (concurrency, throughput) points.
//!
//! * `law`: Amdahl's law and the Universal Scalability Law, as one formula;
//! * `bounded`: least squares with coefficients that can't be negative;
//! * `solve`: the nonlinear fit, on the logarithm of the throughput;
//! * `doubt`: what the data does not support, in words.
//!
//! Fitted is the logarithm, because noise in a run time is a share of it: a point at 10,000
//! commands/s is then no more important than one at 100.
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
use solve::{Cluster, Point, clusters, fit_from, linear_start};

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
    /// The share of the variance of log throughput that the law explains. Little of nothing is
    /// still little: a flat throughput has a low R² however well it is met.
    pub r_squared: f64,
    /// The residual standard error of log throughput: 0.05 is about 5 % of the throughput.
    pub residual_error: f64,
    /// What the data does not support; empty when the fit may be used as it stands.
    pub doubts: Vec<Doubt>,
}

impl Fit {
    /// Whether the data supports the fit without reserve.
    pub fn is_supported(&self) -> bool {
        self.doubts.is_empty()
    }
}

/// Fits a law to `(concurrency, throughput)` points. Repeated concurrencies are welcome: give
/// every trial, not their mean. The level, resamples and seed of the intervals are the
/// bootstrap's.
pub fn fit(law: Law, points: &[(f64, f64)], bootstrap: &Bootstrap) -> Result<Fit, NoFit> {
    let points = doubt::checked(law, points)?;
    let start = linear_start(law, &points);
    let fitted = start.and_then(|start| fit_from(law, &clusters(&points).0, start));
    let scaling = fitted.ok_or(NoFit::NotSolved { law })?;
    let residuals = residuals(&points, &scaling);
    let squares: f64 = residuals.iter().map(|residual| residual * residual).sum();
    let free = points.len().saturating_sub(law.parameters()).max(1) as f64;
    let stretch = student_over_normal(bootstrap.level, free) / free.sqrt();
    let dealt = stretched(&residuals, stretch);
    let draws = resampled(law, &points, &scaling, &dealt, bootstrap);
    let interval = |of: fn(&Scaling) -> f64| {
        let mut values: Vec<f64> = draws.iter().map(of).collect();
        bootstrap.percentile_interval(&mut values)
    };
    let mut fit = Fit {
        law,
        scaling,
        lambda: interval(|scaling| scaling.lambda),
        sigma: interval(|scaling| scaling.sigma),
        kappa: interval(|scaling| scaling.kappa),
        peak: scaling.peak().map(|peak| {
            (
                peak,
                interval(|scaling| scaling.peak().unwrap_or(f64::INFINITY)),
            )
        }),
        r_squared: r_squared(&points, squares),
        residual_error: (squares / free).sqrt(),
        doubts: Vec::new(),
    };
    fit.doubts = doubt::doubts(&fit, &points);
    Ok(fit)
}

fn residuals(points: &[Point], scaling: &Scaling) -> Vec<f64> {
    points
        .iter()
        .map(|point| point.log_throughput - scaling.throughput(point.n).ln())
        .collect()
}

/// 1 - residual squares / squares around the mean; 1 when there is nothing to explain.
fn r_squared(points: &[Point], squares: f64) -> f64 {
    let mean = points.iter().map(|point| point.log_throughput).sum::<f64>() / points.len() as f64;
    let total: f64 = points
        .iter()
        .map(|point| (point.log_throughput - mean).powi(2))
        .sum();
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

/// The law fitted again and again to its own curve with residuals dealt out at random.
fn resampled(
    law: Law,
    points: &[Point],
    scaling: &Scaling,
    residuals: &[f64],
    bootstrap: &Bootstrap,
) -> Vec<Scaling> {
    let mut rng = fastrand::Rng::with_seed(bootstrap.seed);
    let (mut resample, places) = clusters(points);
    (0..bootstrap.resamples.max(1))
        .map(|_| {
            for cluster in &mut resample {
                *cluster = Cluster::empty(cluster.n);
            }
            for &place in &places {
                resample[place].add(residuals[rng.usize(..residuals.len())]);
            }
            for cluster in &mut resample {
                cluster.log_throughput += scaling.throughput(cluster.n).ln();
            }
            fit_from(law, &resample, scaling.coefficients()).unwrap_or(*scaling)
        })
        .collect()
}

#[cfg(test)]
mod tests;
