//! Percentiles of the batch latency by configuration.

use crate::chart::choice;
use crate::chart::estimate::Estimate;
use crate::chart::order::AxisOrder;
use crate::chart::palette::MOST_SERIES;
use crate::chart::vocabulary;
use crate::model::Runtime;
use crate::record::{ComparisonGroup, Status, Trial, group_by, median_makespan_s};

/// A percentile: 1 / (1 - p), at which it stands and which is also how many batches a run must have
/// for one of them to lie beyond; its name; and its figure in a row, in seconds.
type Percentile = (f64, &'static str, fn(&Trial) -> Option<f64>);

const PERCENTILES: [Percentile; 4] = [
    (2.0, "50 %", |trial| trial.latency_p50_s),
    (10.0, "90 %", |trial| trial.latency_p90_s),
    (100.0, "99 %", |trial| trial.latency_p99_s),
    (1000.0, "99.9 %", |trial| trial.latency_p999_s),
];

/// The percentiles of one work.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tails {
    /// The experiment's name.
    pub experiment: String,
    /// The work, in words.
    pub work: String,
    /// Where the percentiles that any run has stand, and where the longest does, which is none: a
    /// decade beyond the last. With their names.
    pub places: Vec<(f64, &'static str)>,
    /// One for each configuration that is shown, the fastest first.
    pub lines: Vec<Line>,
    /// Configurations that have latencies.
    pub configurations: usize,
    /// Whether a run had too few batches for a percentile.
    pub few_batches: bool,
    /// Whether batches were due at a rate, and latency counts from then.
    pub has_rate: bool,
}

/// The percentiles of one configuration.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// The configuration.
    pub name: String,
    /// What its commands ran on.
    pub runtime: Runtime,
    /// Where it stands among others by what it asks.
    pub order: AxisOrder,
    /// Seconds over the places.
    pub points: Vec<(f64, Estimate)>,
    /// Runs that failed, and all.
    pub failed: (usize, usize),
}

impl Tails {
    /// Chooses configurations and takes the medians of their runs; else why there is none.
    pub fn prepare(work: &ComparisonGroup<'_>) -> Result<Tails, String> {
        let ranked = ranked(work);
        if ranked.is_empty() {
            return Err(format!(
                "{} has no good run with batch latencies",
                work.slug
            ));
        }
        let all = || ranked.iter().flat_map(|one| one.trials.iter().copied());
        let percentiles: Vec<Percentile> = (PERCENTILES.into_iter())
            .filter(|&(place, ..)| all().any(|trial| has_enough(trial, place)))
            .collect();
        let longest = percentiles.last().map_or(2.0, |(place, ..)| 10.0 * place);
        let shown = choice::evenly(ranked.len(), MOST_SERIES).into_iter();
        let lines = shown.map(|rank| {
            let Ranked {
                name,
                trials,
                failed,
            } = &ranked[rank];
            let points = percentiles.iter().filter_map(|p| percentile(p, trials));
            Line {
                name: name.clone(),
                runtime: trials[0].runtime.clone(),
                order: AxisOrder::of(trials[0]),
                points: points.chain(longest_of(trials, longest)).collect(),
                failed: *failed,
            }
        });
        let places = percentiles.iter().map(|&(place, name, _)| (place, name));
        let lacks = |(place, ..): &Percentile| all().any(|trial| !has_enough(trial, *place));
        Ok(Tails {
            experiment: work.experiment.to_owned(),
            work: vocabulary::work(&work.name, work.experiment).to_owned(),
            lines: lines.collect(),
            places: places.chain([(longest, "longest")]).collect(),
            configurations: ranked.len(),
            few_batches: PERCENTILES.iter().any(lacks),
            has_rate: all().any(|trial| trial.rate_per_s.is_some()),
        })
    }
}

/// A configuration with latencies.
struct Ranked<'a> {
    name: String,
    trials: Vec<&'a Trial>,
    failed: (usize, usize),
}

/// The configurations with latencies, the shortest median makespan first.
fn ranked<'a>(work: &ComparisonGroup<'a>) -> Vec<Ranked<'a>> {
    let groups = group_by(work.trials.iter().copied(), |trial| trial);
    let with_latency = groups.into_iter().map(|(name, mut trials)| {
        let failed = trials
            .iter()
            .filter(|trial| trial.status != Status::Ok)
            .count();
        let failed = (failed, trials.len());
        trials.retain(|trial| has_latency(trial));
        Ranked {
            name,
            trials,
            failed,
        }
    });
    let mut ranked: Vec<Ranked<'a>> = with_latency.filter(|one| !one.trials.is_empty()).collect();
    let makespan = |one: &Ranked<'_>| median_makespan_s(&one.trials).unwrap_or(f64::INFINITY);
    ranked.sort_by(|a, b| makespan(a).total_cmp(&makespan(b)));
    ranked
}

fn has_latency(trial: &Trial) -> bool {
    let drawable = |seconds: f64| seconds.is_finite() && seconds > 0.0;
    trial.status == Status::Ok && trial.latency_max_s.is_some_and(drawable)
}

fn percentile(&(place, _, figure): &Percentile, trials: &[&Trial]) -> Option<(f64, Estimate)> {
    let enough = trials
        .iter()
        .copied()
        .filter(|trial| has_enough(trial, place));
    let estimate = Estimate::of(enough.filter_map(figure))?;
    (estimate.median > 0.0).then_some((place, estimate))
}

fn longest_of(trials: &[&Trial], place: f64) -> Option<(f64, Estimate)> {
    let estimate = Estimate::of(trials.iter().filter_map(|trial| trial.latency_max_s))?;
    Some((place, estimate))
}

/// Whether a run has so many batches that a percentile is more than another name for the longest.
fn has_enough(trial: &Trial, place: f64) -> bool {
    trial.results.is_none_or(|batches| batches as f64 >= place)
}
