//! Percentiles of the batch latency by configuration.

use std::cmp::Reverse;

use itertools::Itertools;

use crate::chart::choice;
use crate::chart::grammar::{Axis, Datum, EndLabel, Facet, Ticks};
use crate::chart::order::AxisOrder;
use crate::chart::palette::{Look, MOST_SERIES};
use crate::chart::scale::{Scale, is_positive};
use crate::chart::unit::Unit;
use crate::chart::vocabulary::{self, Quantity};
use crate::record::{ComparisonGroup, RunGroup, Trial, run_groups};
use crate::stats::Estimate;

const HEIGHT: f64 = 240.0;

/// Where a percentile stands, which is 1 / (1 - p); how many batches a run must have for it to be more
/// than another name for the longest; its name; and its figure in a row, in seconds.
type Percentile = (f64, u64, &'static str, fn(&Trial) -> Option<f64>);

const PERCENTILES: [Percentile; 4] = [
    (2.0, 2, "50 %", |trial| trial.latency_p50_s),
    (10.0, 10, "90 %", |trial| trial.latency_p90_s),
    (100.0, 100, "99 %", |trial| trial.latency_p99_s),
    (1000.0, 1000, "99.9 %", |trial| trial.latency_p999_s),
];

/// A line for each of some configurations, and what has to be known of them; else why there is none.
pub(super) fn facet(work: &ComparisonGroup<'_>) -> Result<(Facet, Vec<Option<String>>), String> {
    let groups = run_groups(work.trials.iter().copied()).into_iter();
    let has_latency = |group: &RunGroup<'_>| group.median(longest).is_some();
    let makespan = |group: &RunGroup<'_>| group.makespan_s().unwrap_or(f64::INFINITY);
    let ranked = groups.filter(has_latency);
    let ranked = ranked
        .sorted_by(|a, b| makespan(a).total_cmp(&makespan(b)))
        .collect_vec();
    if ranked.is_empty() {
        return Err(format!(
            "{} has no good run with batch latencies",
            work.slug
        ));
    }
    let mut runs = ranked.iter().flat_map(|group| group.good());
    let batches = |trial: &Trial| trial.results.unwrap_or(u64::MAX);
    let most = runs.clone().map(|trial| batches(trial)).max().unwrap_or(0);
    let (_, highest, ..) = PERCENTILES[PERCENTILES.len() - 1];
    let has_few = runs.clone().any(|trial| batches(trial) < highest);
    let has_rate = runs.any(|trial| trial.rate_per_s.is_some());
    let mut percentiles = PERCENTILES
        .into_iter()
        .filter(|(_, fewest, ..)| *fewest <= most)
        .collect_vec();
    // A decade beyond the last.
    let last = percentiles.last().map_or(2.0, |(place, ..)| 10.0 * place);
    percentiles.push((last, 0, "longest", longest));
    let shown = choice::evenly(ranked.len(), MOST_SERIES).into_iter();
    let lines = shown.map(|rank| (rank, &ranked[rank], points(&ranked[rank], &percentiles)));
    let lines = lines.collect_vec();
    let estimates = || {
        lines
            .iter()
            .flat_map(|(.., points)| points)
            .map(|(.., of)| of)
    };
    let rule =
        "the one with the shortest makespan, the one with the longest, and evenly by rank between";
    let due = "From when a batch was due to its result, both at the client; less is better.";
    let sent =
        "From the sending of a batch to its result, so with its wait for a worker; less is better.";
    let few = "Percentiles are of runs with enough batches for them: at least 100 for the 99th, 1,000 \
               for the 99.9th.";
    let notes = vec![
        Some(format!("For {}.", vocabulary::work(work))),
        Some(if has_rate { due } else { sent }.to_owned()),
        vocabulary::explained(estimates()),
        vocabulary::shown(lines.len(), ranked.len(), "configurations", rule),
        has_few.then(|| few.to_owned()),
    ];
    let values = estimates().flat_map(Estimate::values).collect_vec();
    let unit = Quantity::Latency.unit(&values);
    let y = Quantity::Latency.axis(Scale::log(values, unit));
    let x = Scale::log_around(percentiles.iter().map(|(at, ..)| *at), Unit::named(""));
    let ticks = percentiles
        .iter()
        .map(|&(at, _, name, _)| (at, name.to_owned()));
    let x = Axis::with(
        x,
        "percentile of a run's batches",
        Ticks::At(ticks.collect()),
    );
    let mut facet = Facet::new(x, y, HEIGHT);
    facet.heading = "Percentiles".to_owned();
    // Colours follow what configurations ask, and not how fast they are.
    let lines = lines
        .into_iter()
        .sorted_by_key(|(_, group, _)| AxisOrder::of(group.trial()));
    let lines = lines.collect_vec();
    let runtimes = lines
        .iter()
        .map(|(_, group, _)| &group.trial().runtime)
        .collect_vec();
    let lines = lines.iter().zip(Look::series(&runtimes)).collect_vec();
    for ((_, group, points), look) in &lines {
        let label =
            |end: &Estimate| EndLabel::points(end.median, &vocabulary::with_failed(group), *look);
        facet
            .labels
            .extend(points.last().map(|(.., end)| label(end)));
    }
    // The fastest lies above the others, and answers first.
    for ((_, group, points), look) in lines
        .into_iter()
        .sorted_by_key(|((rank, ..), _)| Reverse(*rank))
    {
        let point = |(place, name, seconds): &(f64, &str, Estimate)| {
            let words = format!(
                "{}, {name}: {}",
                group.name,
                Quantity::Latency.told(seconds)
            );
            Datum::new(*place, seconds).tooltip(words)
        };
        facet.add_series(look, points.iter().map(point).collect());
    }
    Ok((facet, notes))
}

fn longest(trial: &Trial) -> Option<f64> {
    trial.latency_max_s.filter(|seconds| is_positive(*seconds))
}

/// The percentiles of a configuration by their places and names, of runs with enough batches.
fn points(group: &RunGroup<'_>, percentiles: &[Percentile]) -> Vec<(f64, &'static str, Estimate)> {
    let point = |&(place, fewest, name, figure): &Percentile| {
        let enough = |trial: &Trial| trial.results.is_none_or(|batches| batches >= fewest);
        let figure = |trial: &Trial| longest(trial).filter(|_| enough(trial)).and(figure(trial));
        let estimate = group.estimate(figure)?;
        (estimate.median > 0.0).then_some((place, name, estimate))
    };
    percentiles.iter().filter_map(point).collect()
}
