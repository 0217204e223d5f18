//! All batch latencies of traced runs, as shares of the batches.

use std::collections::BTreeMap;

use crate::chart::Trace;
use crate::chart::choice;
use crate::chart::palette::MOST_SERIES;
use crate::record::TraceRow;

/// Steps of a curve: more can't be told apart.
const MOST_STEPS: usize = 400;

/// The latencies of the batches of some traced runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Distribution {
    /// One for each run that is shown.
    pub runs: Vec<Traced>,
    /// Traces with answered batches.
    pub traces: usize,
}

/// The latencies of one traced run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Traced {
    /// The configuration.
    pub name: String,
    /// Batches that were answered.
    pub batches: usize,
    /// Latency in seconds, and the share of the batches that took no longer: ascending, to 1.
    pub steps: Vec<(f64, f64)>,
}

impl Distribution {
    /// Of the first traces that have answered batches; `None` when none has.
    pub fn prepare(traces: &[Trace]) -> Option<Distribution> {
        let traced = traces.iter().filter_map(Traced::of);
        let mut runs: Vec<Traced> = traced.collect();
        let traces = runs.len();
        runs.truncate(MOST_SERIES);
        (traces > 0).then_some(Distribution { runs, traces })
    }
}

impl Traced {
    fn of(trace: &Trace) -> Option<Traced> {
        let latencies = latencies(&trace.rows);
        let count = latencies.len();
        let step = |index: usize| (latencies[index], (index + 1) as f64 / count as f64);
        let shown = choice::evenly(count, MOST_STEPS);
        (count > 0).then(|| Traced {
            name: trace.name.clone(),
            batches: count,
            steps: shown.into_iter().map(step).collect(),
        })
    }

    /// The latency that a share of the batches did not exceed.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let reached = self.steps.iter().find(|(_, reached)| *reached >= share);
        reached.map(|(seconds, _)| *seconds)
    }
}

/// From when each batch was due to its result, ascending. Each batch counts once, however many
/// commands and retries it has; one that was never answered has no latency.
fn latencies(rows: &[TraceRow]) -> Vec<f64> {
    let answered = rows.iter().filter_map(|row| {
        let latency = row.received_s? - row.due_s;
        (latency.is_finite() && latency > 0.0).then_some((row.batch, latency))
    });
    let by_batch: BTreeMap<u64, f64> = answered.collect();
    let mut latencies: Vec<f64> = by_batch.into_values().collect();
    latencies.sort_unstable_by(f64::total_cmp);
    latencies
}
