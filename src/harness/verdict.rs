//! Whether what came out of a trial is right, and if not, why.

use super::server::Ended;
use crate::client::Outcome;
use crate::model::WorkloadKind;
use crate::process::Census;
use crate::record::{Status, Trial};

pub(super) fn failed<T>(reason: impl ToString) -> Result<T, (Status, Option<String>)> {
    Err((Status::Failed, Some(reason.to_string())))
}

/// Notes what came out, and says whether it is right.
pub(super) fn judge(trial: &mut Trial, outcome: &Outcome) -> Result<(), (Status, Option<String>)> {
    let makespan_s = outcome.makespan.as_secs_f64();
    trial.makespan_s = Some(makespan_s);
    trial.first_result_s = outcome.first_result.map(|first| first.as_secs_f64());
    trial.throughput_per_s = (makespan_s > 0.0).then(|| trial.commands as f64 / makespan_s);
    if let Some(latency) = outcome.latency {
        trial.latency_p50_s = Some(latency.p50_s);
        trial.latency_p90_s = Some(latency.p90_s);
        trial.latency_p99_s = Some(latency.p99_s);
        trial.latency_p999_s = Some(latency.p999_s);
        trial.latency_max_s = Some(latency.max_s);
    }
    trial.responses_sum = Some(outcome.sum);
    trial.results = Some(outcome.results);
    trial.duplicates = Some(outcome.duplicates);
    trial.lost = Some(outcome.batches - outcome.results);
    trial.retried = outcome.account.map(|account| account.retried);
    trial.unknown_commands = outcome.account.map(|account| account.unknown_commands);
    if let Some(failure) = outcome.failures.first() {
        return failed(match outcome.failures.len() {
            1 => format!("a batch failed: {}", failure.reason),
            count => format!("{count} batches failed; the first: {}", failure.reason),
        });
    }
    // What a task returns is for its author to know.
    if outcome.sum != trial.expected_sum && trial.workload != WorkloadKind::Task {
        let expected = trial.expected_sum;
        return failed(format!(
            "the total is {} and should be {expected}",
            outcome.sum
        ));
    }
    Ok(())
}

/// Notes what the server and all its workers used, from the kernel's own accounting.
pub(super) fn note_cost(trial: &mut Trial, ended: &Ended, census: &Census) {
    let usage = &ended.exit.usage;
    trial.cpu_user_s = Some(usage.user_s);
    trial.cpu_system_s = Some(usage.system_s);
    trial.voluntary_switches = Some(usage.voluntary_switches);
    trial.involuntary_switches = Some(usage.involuntary_switches);
    trial.peak_rss_kib = ended.report.map(|report| report.peak_rss_kib);
    let switches = ended.report.map(|report| report.lock_switches);
    // An interpreter does not tell. Native threads have no lock, and so no switches.
    trial.lock_switches = switches.filter(|_| trial.runtime.interpreter().is_none());
    trial.peak_pss_kib = (census.pss_kib > 0).then_some(census.pss_kib);
    trial.peak_threads = (census.threads > 0).then_some(census.threads);
}
