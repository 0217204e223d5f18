//! All batch latencies of traced runs, as shares of the batches.

use std::collections::BTreeMap;

use itertools::Itertools;

use crate::chart::Trace;
use crate::chart::choice;
use crate::chart::grammar::{Axis, Datum, EndLabel, Facet, Mark};
use crate::chart::palette::{Look, MOST_SERIES};
use crate::chart::scale::Scale;
use crate::chart::unit::Unit;
use crate::chart::vocabulary::{self, Quantity};
use crate::record::TraceRow;

const HEIGHT: f64 = 170.0;
/// Steps of a curve: more can't be told apart.
const MOST_STEPS: usize = 400;

/// A curve for each of the first traces with answered batches, with its mark at the median, and at the
/// ends of the middle eight tenths; and which traces are shown. `None` when no batch was answered.
pub(super) fn facet(traces: &[Trace]) -> Option<(Facet, Option<String>)> {
    let runs = traces
        .iter()
        .map(|trace| (&trace.name, latencies(&trace.rows)));
    let runs = runs
        .filter(|(_, latencies)| !latencies.is_empty())
        .collect_vec();
    let shown = &runs[..runs.len().min(MOST_SERIES)];
    let all = shown
        .iter()
        .flat_map(|(_, latencies)| latencies)
        .copied()
        .collect_vec();
    let unit = Quantity::Latency.unit(&all);
    let y = Axis::new(
        Scale::linear(0.0, 1.0, Unit::PERCENT),
        "% of the batches took no longer",
    );
    let x = Quantity::Latency.axis(Scale::log(all, unit));
    let mut facet = Facet::new(x, y, HEIGHT);
    facet.heading = "Every batch of a traced run".to_owned();
    for ((name, latencies), look) in shown.iter().zip(Look::plain(shown.len())).rev() {
        let batches = latencies.len();
        let step = |rank: usize| (latencies[rank], (rank + 1) as f64 / batches as f64);
        let steps = choice::evenly(batches, MOST_STEPS)
            .into_iter()
            .map(step)
            .collect_vec();
        let line = [(steps[0].0, 0.0)].into_iter().chain(steps.iter().copied());
        let line = line.map(|(seconds, share)| Datum::new(seconds, share));
        facet.add(Mark::Step(1.5), look.colour, line);
        let point = |share: f64| {
            let (seconds, _) = steps.iter().find(|(_, reached)| *reached >= share)?;
            let (percent, latency) = (share * 100.0, unit.with_name(*seconds));
            let words = format!(
                "{name}: {percent:.0} % of {batches} batches took no longer than {latency}"
            );
            Some(Datum::new(*seconds, share).tooltip(words))
        };
        let points = [0.1, 0.5, 0.9].into_iter().filter_map(point);
        facet.add(Mark::Point(look.symbol, 3.5), look.colour, points);
        facet.labels.insert(0, EndLabel::points(1.0, name, look));
    }
    let note = vocabulary::shown(shown.len(), runs.len(), "traces", "the first ones");
    (!runs.is_empty()).then_some((facet, note))
}

/// From when each batch was due to its result, ascending. Each batch counts once, however many
/// commands and retries it has; one that was never answered has no latency.
fn latencies(rows: &[TraceRow]) -> Vec<f64> {
    let answered = rows.iter().filter_map(|row| {
        let latency = row.received_s? - row.due_s;
        (latency.is_finite() && latency > 0.0).then_some((row.batch, latency))
    });
    let by_batch: BTreeMap<u64, f64> = answered.collect();
    by_batch
        .into_values()
        .sorted_unstable_by(f64::total_cmp)
        .collect()
}
