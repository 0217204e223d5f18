//! The nonlinear fit: Gauss-Newton on the throughput, each step within the bounds.

use super::bounded::{Row, non_negative_least_squares};
use super::law::{Law, Scaling, parts};

/// What was measured at one concurrency.
///
/// All points of one concurrency may count as one at their mean with their number as its weight: the
/// squares around a curve are those around the mean and a constant, so the fit is the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    /// Concurrency, 1 or more.
    pub n: f64,
    /// The throughput, or the mean of several.
    pub throughput: f64,
    /// How many trials it stands for.
    pub weight: f64,
}

/// Steps at most; a handful is usual.
const STEPS: usize = 60;
/// The relative gain below which it stops.
const GAIN: f64 = 1e-10;

/// Fits a law by least squares of the throughput, from a start or from the linear fit.
///
/// Each Gauss-Newton step replaces the throughput by its tangent, which leaves a linear problem
/// with the same bounds ([`non_negative_least_squares`]): Björck, "Numerical Methods for Least
/// Squares Problems" (1996), section 9.2. A step that gains nothing is halved.
pub(super) fn fit_from(law: Law, points: &[Point], start: Option<&Scaling>) -> Option<Scaling> {
    let mut best = match start {
        Some(scaling) => scaling.coefficients().map(|value| value.max(0.0)),
        None => linear_start(law, points)?,
    };
    let mut least = squares(points, &best);
    for _ in 0..STEPS {
        let Some((next, fewer)) = step(law, points, &best, least) else {
            break;
        };
        let gain = least - fewer;
        (best, least) = (next, fewer);
        if gain <= GAIN * least {
            break;
        }
    }
    Scaling::from_coefficients(best)
}

/// N / X is linear in the coefficients; weighing each equation by X / N makes errors relative, so
/// that every point has a say in where to start.
fn linear_start(law: Law, points: &[Point]) -> Option<[f64; 3]> {
    let row = |point: &Point| {
        let root = point.weight.sqrt();
        let relative = root * point.throughput / point.n;
        Row {
            factors: parts(point.n).map(|part| part * relative),
            target: root,
        }
    };
    let rows: Vec<Row> = points.iter().map(row).collect();
    non_negative_least_squares(&rows, law.parameters())
}

/// One step that lowers the squares; `None` when there is none.
fn step(law: Law, points: &[Point], from: &[f64; 3], squares_at: f64) -> Option<([f64; 3], f64)> {
    let unit = points
        .iter()
        .map(|point| point.throughput)
        .fold(0.0, f64::max);
    let rows: Vec<Row> = (points.iter())
        .map(|point| tangent(point, from, unit))
        .collect();
    let to = non_negative_least_squares(&rows, law.parameters())?;
    let halved = |halvings: i32| {
        let part = 0.5_f64.powi(halvings);
        std::array::from_fn(|i| from[i] + part * (to[i] - from[i]))
    };
    (0..12)
        .map(halved)
        .map(|next| (next, squares(points, &next)))
        .find(|(_, squares)| *squares < squares_at)
}

/// The equation of one point with the throughput replaced by its tangent at `from`, in such units.
fn tangent(point: &Point, from: &[f64; 3], unit: f64) -> Row {
    let time = time(point.n, from);
    let there = point.n / time / unit;
    let root = point.weight.sqrt();
    let share = root * there / time;
    Row {
        factors: parts(point.n).map(|part| part * share),
        target: root * (2.0 * there - point.throughput / unit),
    }
}

/// N / X(N) by the law.
fn time(n: f64, coefficients: &[f64; 3]) -> f64 {
    parts(n)
        .iter()
        .zip(coefficients)
        .map(|(part, coefficient)| part * coefficient)
        .sum()
}

/// The measured throughput less the law's.
fn residual(point: &Point, coefficients: &[f64; 3]) -> f64 {
    point.throughput - point.n / time(point.n, coefficients)
}

fn squares(points: &[Point], coefficients: &[f64; 3]) -> f64 {
    points
        .iter()
        .map(|point| point.weight * residual(point, coefficients).powi(2))
        .sum()
}
