//! The lines through the fastest configuration of a work: what was measured along each, what theory
//! allows, and the law that fits.

use std::collections::{BTreeMap, BTreeSet};

use itertools::Itertools;

use super::{FEWEST_VALUES, MOST_LINES};
use crate::chart::choice;
use crate::chart::ideal::Ideal;
use crate::chart::order::Means;
use crate::chart::scale::{ends, is_positive};
use crate::chart::vocabulary::Quantity;
use crate::model::{ExecutorKind, Runtime};
use crate::record::{Axis, ComparisonGroup, RunGroup, Trial, line_executor};
use crate::stats::{Bootstrap, Doubt, Estimate, Fit, Interval, Law, NoFit, fit_with_band};

/// Beyond so many pairs of processes and threads those of one product share a point.
const MOST_SPLITS: usize = 120;
/// Points along a line; of more, so many evenly by ratio are drawn. The law is fitted to all.
const MOST_POINTS: usize = 120;
/// Places along a curve: enough to look smooth.
const PLACES: usize = 49;

/// All lines of a work.
pub(super) struct Lines<'a> {
    /// The configuration through which they go, and its name.
    pub through: (&'a Trial, String),
    /// At least one, by their axes and how their work is done.
    pub lines: Vec<Line<'a>>,
    /// What is not shown.
    pub notes: Vec<Option<String>>,
}

/// The trials along one line, failed ones included.
pub(super) struct Along<'a> {
    pub axis: Axis,
    means: Means,
    trials: Vec<&'a Trial>,
}

/// One line.
pub(super) struct Line<'a> {
    pub along: Along<'a>,
    /// What tells it from the others of its axis; empty where there are none.
    pub name: String,
    /// Whether it goes through the fastest configuration.
    pub is_best: bool,
    /// By their concurrency.
    pub points: Vec<Point<'a>>,
    /// The throughput that the ideal makespan gives, over the concurrency; of several splits the
    /// largest.
    pub ideal: Ideal,
    /// The Universal Scalability Law, or why it could not be fitted.
    pub curve: Result<Curve, NoFit>,
}

/// What was measured at one place.
pub(super) struct Point<'a> {
    /// Processes, threads or both.
    pub concurrency: f64,
    pub group: RunGroup<'a>,
    /// Commands per second.
    pub throughput: Estimate,
    /// Processes and threads; `None` where several pairs share it.
    pub split: Option<(u32, u32)>,
}

/// A fitted law as it is drawn.
pub(super) struct Curve {
    /// Its parameters, and what speaks against it.
    pub fit: Fit,
    /// Concurrency and throughput, from the lowest concurrency measured to the highest.
    pub line: Vec<(f64, f64)>,
    /// The interval of the throughput at each of those places.
    pub band: Vec<(f64, f64, f64)>,
}

/// The throughput of a trial, if it can be drawn.
fn throughput(trial: &Trial) -> Option<f64> {
    let throughput = trial
        .throughput_per_s
        .filter(|throughput| is_positive(*throughput));
    throughput.filter(|_| trial.usable_makespan_s().is_some())
}

impl<'a> Lines<'a> {
    /// Chooses the lines and fits them; else why there is none.
    pub fn of(work: &ComparisonGroup<'a>) -> Result<Self, String> {
        let through = work.fastest();
        let through = through.ok_or(format!("{} has no good run: see its errors", work.slug))?;
        let executor = line_executor(through.0, work.trials.iter().copied());
        let own = Means {
            executor,
            ..Means::of(through.0)
        };
        let mut found = along(through.0, &own, &work.trials);
        let means = |of: &[Along<'_>]| {
            of.iter()
                .map(|one| one.means.clone())
                .collect::<BTreeSet<_>>()
        };
        let all = means(&found);
        if all.len() > MOST_LINES {
            found.retain(|one| one.means == own);
        }
        let shown = means(&found);
        let is_thinned = found.iter().any(|one| one.values() > MOST_POINTS);
        let is_pooled = found.iter().any(Along::is_pooled);
        let line = |one: Along<'a>| Line::of(one, &own, &shown);
        let lines = found.into_iter().map(line).collect_vec();
        let notes = vec![
            (all.len() > MOST_LINES).then(|| {
                format!(
                    "Of {} combinations of runtime, executor and dispatch only that of the fastest \
                     configuration is shown (--only takes others).",
                    all.len()
                )
            }),
            is_pooled.then(|| {
                format!("With more than {MOST_SPLITS} splits all of one product share a point.")
            }),
            is_thinned.then(|| {
                format!(
                    "Of more than {MOST_POINTS} values at most so many have a point, evenly by ratio; \
                     the law is of all."
                )
            }),
        ];
        if lines.is_empty() {
            return Err(format!(
                "{} has fewer than {FEWEST_VALUES} numbers of processes or threads, all else as in \
                 its fastest configuration: sweep them, as by -p 1..8:x2 -t 1..8:x2",
                work.slug
            ));
        }
        Ok(Lines {
            through,
            lines,
            notes,
        })
    }

    /// Each axis that has lines, with these.
    pub fn by_axis(&self) -> Vec<&[Line<'a>]> {
        self.lines
            .chunk_by(|a, b| a.along.axis == b.along.axis)
            .collect()
    }
}

/// Those with enough values, by their axes and how their work is done. `sequential` has none of its own beside
/// others: it is what they all are at one thread.
fn along<'a>(best: &Trial, own: &Means, trials: &[&'a Trial]) -> Vec<Along<'a>> {
    let through = |executor: ExecutorKind, trial: &Trial| Trial {
        runtime: trial.runtime.clone(),
        switch_interval_s: trial.switch_interval_s,
        executor,
        dispatch: trial.dispatch,
        ..best.clone()
    };
    let mut means = BTreeMap::from([(own.clone(), through(own.executor, best))]);
    let alone = own.executor == ExecutorKind::Sequential;
    for trial in trials {
        if alone || trial.executor != ExecutorKind::Sequential {
            let key = Means {
                spawn: best.spawn,
                ..Means::of(trial)
            };
            means
                .entry(key)
                .or_insert_with(|| through(trial.executor, trial));
        }
    }
    let along = |(axis, (means, through)): (Axis, (&Means, &Trial))| Along {
        axis,
        means: means.clone(),
        trials: trials
            .iter()
            .copied()
            .filter(|trial| axis.holds(trial, through))
            .collect(),
    };
    let all = Axis::ALL.into_iter().cartesian_product(&means).map(along);
    all.filter(|one| one.values() >= FEWEST_VALUES && !one.repeats_another())
        .collect()
}

impl<'a> Along<'a> {
    fn usable(&self) -> impl Iterator<Item = &'a Trial> {
        self.trials
            .iter()
            .copied()
            .filter(|trial| throughput(trial).is_some())
    }

    fn values(&self) -> usize {
        self.usable()
            .map(|trial| self.axis.concurrency(trial) as u64)
            .unique()
            .count()
    }

    /// Over the product there is nothing new where processes or threads alone vary.
    fn repeats_another(&self) -> bool {
        let one_process = self.usable().map(|trial| trial.processes).all_equal();
        let one_thread = self.usable().map(|trial| trial.threads).all_equal();
        self.axis == Axis::Product && (one_process || one_thread)
    }

    /// Whether splits share points.
    fn is_pooled(&self) -> bool {
        let splits = self
            .trials
            .iter()
            .map(|trial| (trial.processes, trial.threads));
        self.axis == Axis::Product && splits.unique().count() > MOST_SPLITS
    }

    /// What its commands ran on.
    pub fn runtime(&self) -> &'a Runtime {
        &self.trials[0].runtime
    }

    /// Whether the ideal throughput may be out of reach.
    pub fn ideal_is_bound(&self) -> bool {
        self.usable().any(|trial| trial.ideal_is_bound)
    }
}

impl<'a> Line<'a> {
    /// Finds its points and ideals, and fits the law.
    fn of(along: Along<'a>, best: &Means, shown: &BTreeSet<Means>) -> Self {
        let (axis, pooled) = (along.axis, along.is_pooled());
        let place = |trial: &Trial| {
            let split = if pooled { 0 } else { trial.processes };
            (axis.concurrency(trial) as u64, split)
        };
        let places = along
            .trials
            .iter()
            .map(|trial| (place(trial), *trial))
            .into_group_map();
        let places = places.into_iter().sorted_by_key(|(place, _)| *place);
        let points = places.filter_map(|((concurrency, _), trials)| {
            let group = RunGroup::of(String::new(), trials)?;
            let throughput = group.estimate(throughput)?;
            let split = (group.trial().processes, group.trial().threads);
            let split = (!pooled).then_some(split);
            Some(Point {
                concurrency: concurrency as f64,
                group,
                throughput,
                split,
            })
        });
        let points = points.collect_vec();
        let concurrencies = points.iter().map(|point| point.concurrency).collect_vec();
        let kept = choice::by_ratio(&concurrencies, MOST_POINTS);
        let points = points
            .into_iter()
            .enumerate()
            .filter(|(rank, _)| kept.contains(rank));
        let points = points.map(|(_, point)| point).collect_vec();
        let ideals = points.iter().filter_map(
            |Point {
                 concurrency, group, ..
             }| {
                Some((
                    *concurrency,
                    group.median(|trial| Quantity::Throughput.ideal(trial))?,
                ))
            },
        );
        let largest = |a: (f64, f64), b: (f64, f64)| {
            if a.0 == b.0 {
                Ok((a.0, a.1.max(b.1)))
            } else {
                Err((a, b))
            }
        };
        Line {
            name: along.means.name_among(shown),
            is_best: along.means == *best,
            ideal: Ideal(ideals.coalesce(largest).collect()),
            points,
            curve: Curve::of(axis, along.usable()),
            along,
        }
    }

    /// The law, if the data supports it: no other is drawn.
    pub fn law(&self) -> Option<&Curve> {
        let curve = self.curve.as_ref().ok();
        curve.filter(|curve| curve.fit.is_supported())
    }
}

impl Curve {
    fn of<'a>(axis: Axis, trials: impl Iterator<Item = &'a Trial>) -> Result<Curve, NoFit> {
        let points = trials.filter_map(|trial| axis.point(trial)).collect_vec();
        let places = places(points.iter().map(|(n, _)| *n));
        // The same records give the same picture.
        let bootstrap = Bootstrap::seeded(1);
        let (fit, band) = fit_with_band(Law::Usl, &points, &places, &bootstrap)?;
        let line = places
            .iter()
            .map(|&n| (n, fit.scaling.throughput(n)))
            .collect();
        let band = places
            .iter()
            .zip(&band)
            .map(|(&n, at)| (n, at.low, at.high))
            .collect();
        Ok(Curve { fit, line, band })
    }

    /// The peak with its interval, when the data supports the law, and it lies no further than the
    /// fastest that was measured.
    pub fn peak(&self) -> Option<(f64, Interval)> {
        self.fit.measured_peak().filter(|_| self.fit.is_supported())
    }

    /// Whether the law does not go through the points, so that nothing can be read from it.
    pub fn is_poor(&self) -> bool {
        let poor = |doubt: &Doubt| matches!(doubt, Doubt::PoorFit { .. });
        self.fit.doubts.iter().any(poor)
    }
}

/// Places from the lowest to the highest concurrency, at equal ratios.
fn places(concurrencies: impl Iterator<Item = f64>) -> Vec<f64> {
    let Some((low, high)) = ends(concurrencies).filter(|(low, high)| high > low) else {
        return Vec::new();
    };
    let (ratio, last) = ((high / low).ln(), (PLACES - 1) as f64);
    let place = |place: usize| low * (ratio * (place as f64 / last)).exp();
    (0..PLACES)
        .map(|number| place(number).clamp(low, high))
        .collect()
}
