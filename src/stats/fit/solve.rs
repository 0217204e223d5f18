//! The nonlinear fit: Gauss-Newton on log throughput, each step within the bounds.

use rustc_hash::FxHashMap;

use super::bounded::{Row, non_negative_least_squares};
use super::law::{Law, Scaling, parts};

/// One measured point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    /// Concurrency, 1 or more.
    pub n: f64,
    /// The natural logarithm of the throughput.
    pub log_throughput: f64,
}

/// All points of one concurrency.
///
/// A law says the same to each of them, so the sum of their squares is that of their mean, as
/// often as there are points, and what they scatter around it. The fit is the same as to the
/// points themselves, but for the last bits, and its cost does not grow with repetitions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cluster {
    /// Concurrency, 1 or more.
    pub n: f64,
    /// How many points there are.
    pub count: f64,
    /// The mean of the natural logarithm of the throughput.
    pub log_throughput: f64,
    /// The sum of the squares of what the points lie off their mean.
    pub scatter: f64,
}

impl Cluster {
    /// No point yet.
    pub(super) fn empty(n: f64) -> Cluster {
        Cluster {
            n,
            count: 0.0,
            log_throughput: 0.0,
            scatter: 0.0,
        }
    }

    /// Takes one more point in. Welford, "Note on a Method for Calculating Corrected Sums of
    /// Squares and Products", Technometrics 4 (1962).
    pub(super) fn add(&mut self, log_throughput: f64) {
        self.count += 1.0;
        let off = log_throughput - self.log_throughput;
        self.log_throughput += off / self.count;
        self.scatter += off * (log_throughput - self.log_throughput);
    }
}

/// The points by concurrency, in the order in which these first appear, and where each point is.
pub(super) fn clusters(points: &[Point]) -> (Vec<Cluster>, Vec<usize>) {
    let mut places: FxHashMap<u64, usize> = FxHashMap::default();
    let mut clusters = Vec::new();
    let place_of = |point: &Point| {
        let place = *places.entry(point.n.to_bits()).or_insert(clusters.len());
        if place == clusters.len() {
            clusters.push(Cluster::empty(point.n));
        }
        clusters[place].add(point.log_throughput);
        place
    };
    let place = points.iter().map(place_of).collect();
    (clusters, place)
}

/// Steps at most; a handful is usual.
const STEPS: usize = 60;
/// The relative gain below which it stops.
const GAIN: f64 = 1e-10;

/// Fits a law by least squares of log throughput, from a start.
///
/// Each Gauss-Newton step replaces the logarithm by its tangent, which leaves a linear problem
/// with the same bounds ([`non_negative_least_squares`]): Björck, "Numerical Methods for Least
/// Squares Problems" (1996), section 9.2. A step that gains nothing is halved.
pub(super) fn fit_from(law: Law, points: &[Cluster], start: [f64; 3]) -> Option<Scaling> {
    let mut best = start.map(|value| value.max(0.0));
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

/// A start: N / X is linear in the coefficients; weighing each equation by X / N makes errors relative,
/// which is near to what the logarithm does.
pub(super) fn linear_start(law: Law, points: &[Point]) -> Option<[f64; 3]> {
    let row = |point: &Point| {
        let weight = point.log_throughput.exp() / point.n;
        Row {
            factors: parts(point.n).map(|part| part * weight),
            target: 1.0,
            count: 1.0,
        }
    };
    let rows: Vec<Row> = points.iter().map(row).collect();
    non_negative_least_squares(&rows, law.parameters())
}

/// One step that lowers the squares; `None` when there is none.
fn step(law: Law, points: &[Cluster], from: &[f64; 3], squares_at: f64) -> Option<([f64; 3], f64)> {
    let rows: Vec<Row> = points.iter().map(|point| tangent(point, from)).collect();
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

/// The equation of one point with the logarithm replaced by its tangent at `from`.
fn tangent(point: &Cluster, from: &[f64; 3]) -> Row {
    let time = time(point.n, from);
    Row {
        factors: parts(point.n).map(|part| part / time),
        target: 1.0 - residual(point, from),
        count: point.count,
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

/// Log of the law's N / X less log of the measured one.
fn residual(point: &Cluster, coefficients: &[f64; 3]) -> f64 {
    time(point.n, coefficients).ln() - (point.n.ln() - point.log_throughput)
}

fn squares(points: &[Cluster], coefficients: &[f64; 3]) -> f64 {
    points
        .iter()
        .map(|point| point.count * residual(point, coefficients).powi(2) + point.scatter)
        .sum()
}
