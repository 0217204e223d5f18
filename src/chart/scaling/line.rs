//! The throughput along one line: what was measured, what theory allows, and the law that fits.

use std::collections::{BTreeMap, BTreeSet};

use crate::chart::choice;
use crate::chart::estimate::Estimate;
use crate::chart::ideal::Ideal;
use crate::model::Runtime;
use crate::record::{Axis, Status, Trial};
use crate::stats::{Bootstrap, Doubt, Fit, Interval, Law, NoFit, fit_with_band};

/// Beyond so many pairs of processes and threads those of one product share a point.
pub const MOST_SPLITS: usize = 120;
/// Points along a line; of more, so many evenly by ratio are drawn. The law is fitted to all.
pub const MOST_POINTS: usize = 120;
/// Places along a curve: enough to look smooth.
const PLACES: usize = 49;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// What tells it from the others of its facet; empty where there are none.
    pub name: String,
    /// What its commands ran on.
    pub runtime: Runtime,
    /// Whether it goes through the fastest configuration.
    pub is_best: bool,
    /// By their concurrency.
    pub points: Vec<Point>,
    /// The throughput that the ideal makespan gives, over the concurrency; of several splits the
    /// largest. Empty when the work has no ideal.
    pub ideal: Ideal,
    /// Whether the ideal throughput may be out of reach.
    pub ideal_is_bound: bool,
    /// The Universal Scalability Law, or why it could not be fitted.
    pub curve: Result<Curve, NoFit>,
}

/// What was measured at one place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Point {
    /// Processes, threads or both.
    pub concurrency: f64,
    /// Commands per second.
    pub throughput: Estimate,
    /// Processes and threads; `None` where several pairs share it.
    pub split: Option<(u32, u32)>,
    /// Runs that failed, and all.
    pub failed: (usize, usize),
}

/// A fitted law as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Curve {
    /// Its parameters, and what speaks against it.
    pub fit: Fit,
    /// Concurrency and throughput, from the lowest concurrency measured to the highest.
    pub line: Vec<(f64, f64)>,
    /// The interval of the throughput at each of those places.
    pub band: Vec<(f64, f64, f64)>,
}

/// Whether a trial has a throughput that can be drawn.
pub(super) fn is_usable(trial: &Trial) -> bool {
    let throughput = trial.throughput_per_s.unwrap_or(0.0);
    trial.status == Status::Ok && throughput.is_finite() && throughput > 0.0
}

/// Whether splits share points.
pub(super) fn is_pooled(axis: Axis, trials: &[&Trial]) -> bool {
    let splits = trials.iter().map(|trial| (trial.processes, trial.threads));
    let splits: BTreeSet<(u32, u32)> = splits.collect();
    axis == Axis::Product && splits.len() > MOST_SPLITS
}

impl Line {
    /// Along an axis, from the trials on it, failed ones included.
    pub fn of(axis: Axis, name: String, trials: &[&Trial]) -> Line {
        let pooled = is_pooled(axis, trials);
        let usable: Vec<&Trial> = trials
            .iter()
            .copied()
            .filter(|trial| is_usable(trial))
            .collect();
        let mut places: BTreeMap<(u64, u32), Vec<&Trial>> = BTreeMap::new();
        for trial in trials {
            let split = if pooled { 0 } else { trial.processes };
            let place = (axis.concurrency(trial) as u64, split);
            places.entry(place).or_default().push(trial);
        }
        places.retain(|_, trials| trials.iter().any(|trial| is_usable(trial)));
        let mut line = Line {
            name,
            runtime: usable
                .first()
                .map_or(Runtime::Native, |trial| trial.runtime.clone()),
            is_best: false,
            points: Vec::new(),
            ideal: Ideal::default(),
            ideal_is_bound: usable.iter().any(|trial| trial.ideal_is_bound),
            curve: Curve::of(axis, &usable),
        };
        let places: Vec<_> = places.into_iter().collect();
        let concurrencies: Vec<f64> = places.iter().map(|((n, _), _)| *n as f64).collect();
        for index in choice::by_ratio(&concurrencies, MOST_POINTS) {
            let ((concurrency, _), trials) = &places[index];
            line.place(*concurrency as f64, trials, pooled);
        }
        line
    }

    /// Adds what was measured at one place.
    fn place(&mut self, concurrency: f64, trials: &[&Trial], pooled: bool) {
        let usable = || trials.iter().filter(|trial| is_usable(trial));
        let Some(throughput) = Estimate::of(usable().filter_map(|trial| trial.throughput_per_s))
        else {
            return;
        };
        let first = trials.first().filter(|_| !pooled);
        let failed = trials
            .iter()
            .filter(|trial| trial.status != Status::Ok)
            .count();
        self.points.push(Point {
            concurrency,
            throughput,
            split: first.map(|trial| (trial.processes, trial.threads)),
            failed: (failed, trials.len()),
        });
        let given = |trial: &&Trial| {
            let ideal = trial.ideal_s.filter(|&seconds| seconds > 0.0)?;
            Some(trial.commands as f64 / ideal)
        };
        let Some(ideal) = Estimate::median(usable().filter_map(given)) else {
            return;
        };
        match self.ideal.points.last_mut() {
            Some((last, best)) if *last == concurrency => *best = best.max(ideal),
            _ => self.ideal.points.push((concurrency, ideal)),
        }
    }

    /// The law, if the data supports it: no other is drawn.
    pub fn law(&self) -> Option<&Curve> {
        let curve = self.curve.as_ref().ok();
        curve.filter(|curve| curve.fit.is_supported())
    }
}

impl Curve {
    fn of(axis: Axis, trials: &[&Trial]) -> Result<Curve, NoFit> {
        let points: Vec<(f64, f64)> = trials.iter().filter_map(|t| axis.point(t)).collect();
        let places = places(points.iter().map(|(n, _)| *n));
        // The same records give the same picture.
        let bootstrap = Bootstrap::seeded(1);
        let (fit, band) = fit_with_band(Law::Usl, &points, &places, &bootstrap)?;
        let line = places.iter().map(|&n| (n, fit.scaling.throughput(n)));
        let band = places.iter().zip(&band);
        Ok(Curve {
            line: line.collect(),
            band: band.map(|(&n, at)| (n, at.low, at.high)).collect(),
            fit,
        })
    }

    /// The peak with its interval, when the data supports the law, and it lies no further than the
    /// fastest that was measured.
    pub fn peak(&self) -> Option<(f64, Interval)> {
        let peak = self.fit.measured_peak();
        peak.filter(|_| self.fit.is_supported())
    }

    /// Whether the law does not go through the points, so that nothing can be read from it.
    pub fn is_poor(&self) -> bool {
        let poor = |doubt: &Doubt| matches!(doubt, Doubt::PoorFit { .. });
        self.fit.doubts.iter().any(poor)
    }
}

/// Places from the lowest to the highest concurrency, at equal ratios.
fn places(concurrencies: impl Iterator<Item = f64>) -> Vec<f64> {
    let ends = concurrencies.fold((f64::INFINITY, 0.0), |(low, high), n| {
        (f64::min(low, n), f64::max(high, n))
    });
    let (low, high) = ends;
    if high <= low {
        return Vec::new();
    }
    let ratio = (high / low).ln();
    let last = (PLACES - 1) as f64;
    let share = |place: usize| place as f64 / last;
    (0..PLACES)
        .map(|place| (low * (ratio * share(place)).exp()).clamp(low, high))
        .collect()
}
