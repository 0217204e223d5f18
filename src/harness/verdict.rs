//! Whether what came out of a trial is right, and if not, why.

use super::server::Ended;
use crate::client::Outcome;
use crate::model::WorkloadKind;
use crate::process::ProcessTreeSnapshot;
use crate::record::{Status, Trial};

pub(super) fn failed<T>(reason: impl ToString) -> Result<T, (Status, Option<String>)> {
    Err((Status::Failed, Some(reason.to_string())))
}

/// Notes what came out, and says whether it is right. `unknown` is how many of the commands the
/// server must not have known.
pub(super) fn judge(
    trial: &mut Trial,
    outcome: &Outcome,
    unknown: u64,
) -> Result<(), (Status, Option<String>)> {
    let makespan_s = outcome.makespan.as_secs_f64();
    trial.makespan_s = Some(makespan_s);
    trial.first_result_s = outcome.first_result.map(|first| first.as_secs_f64());
    trial.achieved_rate_per_s = (trial.rate_per_s).and_then(|_| outcome.achieved_rate_per_s());
    if let Some(latency) = outcome.latency {
        trial.latency_p50_s = Some(latency.p50_s);
        trial.latency_p90_s = Some(latency.p90_s);
        trial.latency_p99_s = Some(latency.p99_s);
        trial.latency_p999_s = Some(latency.p999_s);
        trial.latency_max_s = Some(latency.max_s);
    }
    let sum = i64::try_from(outcome.sum).ok();
    trial.responses_sum = sum;
    trial.results = Some(outcome.results);
    trial.duplicates = Some(outcome.duplicates);
    trial.lost = Some(outcome.batches - outcome.results);
    trial.retried = outcome.stats.map(|account| account.retried);
    trial.unknown_commands = outcome.stats.map(|account| account.unknown_commands);
    if let Some(failure) = outcome.failures.first() {
        return failed(match outcome.failures.len() {
            1 => format!("a batch failed: {}", failure.reason),
            count => format!("{count} batches failed; the first: {}", failure.reason),
        });
    }
    if let Some(dropped) = trial.unknown_commands.filter(|&dropped| dropped != unknown) {
        return failed(format!(
            "the server did not run {dropped} of the commands, and did not know {unknown}"
        ));
    }
    let Some(sum) = sum else {
        return failed(beyond_64_bits(outcome.sum));
    };
    // What a task returns is for its author to know.
    if sum != trial.expected_sum && trial.workload != WorkloadKind::Task {
        let expected = trial.expected_sum;
        return failed(format!("the total is {sum} and should be {expected}"));
    }
    // Of a trial that failed it would tell of nothing.
    let run = trial.commands - unknown;
    trial.throughput_per_s = (makespan_s > 0.0).then(|| run as f64 / makespan_s);
    Ok(())
}

/// Why there is no total.
pub(super) fn beyond_64_bits(sum: i128) -> String {
    format!(
        "the responses add up to {sum}, beyond the 64 bits of a total; try smaller responses, or \
         fewer commands"
    )
}

/// Notes what the server and all its workers used, from the kernel's own accounting.
pub(super) fn note_cost(trial: &mut Trial, ended: &Ended, process_tree: &ProcessTreeSnapshot) {
    let (usage, report) = (&ended.exit.usage, ended.report.as_ref());
    trial.cpu_user_s = Some(usage.user_s);
    trial.cpu_system_s = Some(usage.system_s);
    trial.voluntary_switches = Some(usage.voluntary_switches);
    trial.involuntary_switches = Some(usage.involuntary_switches);
    trial.peak_rss_kib = report.map(|report| report.peak_rss_kib);
    let in_workers = report.and_then(|report| report.fastest_loop_ns);
    let in_workers = in_workers.map(|ns| ns as f64 / 1e9);
    trial.loop_s = trial.loop_s.into_iter().chain(in_workers).reduce(f64::min);
    let switches = report.map(|report| report.lock_switches);
    // An interpreter does not tell. Native threads have no lock, and so no switches.
    trial.lock_switches = switches.filter(|_| trial.runtime.interpreter().is_none());
    trial.peak_pss_kib = (process_tree.pss_kib > 0).then_some(process_tree.pss_kib);
    trial.peak_threads = (process_tree.threads > 0).then_some(process_tree.threads);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Ending;
    use crate::record::samples;
    use crate::wire::control::SessionStats;
    use std::time::Duration;

    /// What came of a client that had all 32 answers.
    fn outcome(sum: i128, unknown_commands: Option<u64>) -> Outcome {
        Outcome {
            ending: Ending::Complete,
            makespan: Duration::from_secs(2),
            first_result: None,
            latency: None,
            batch_spans: Vec::new(),
            sum,
            results: 32,
            batches: 32,
            duplicates: 0,
            strays: 0,
            failures: Vec::new(),
            grant: None,
            stats: unknown_commands.map(|unknown_commands| SessionStats {
                retried: 0,
                unknown_commands,
            }),
        }
    }

    /// The reason for which a trial of 512 commands fails, with its rate.
    fn verdict(outcome: &Outcome, unknown: u64) -> (Option<String>, Option<f64>) {
        let mut trial = samples::trial("io-mp-32x1", (1.0, 1.0));
        trial.throughput_per_s = None;
        let error = judge(&mut trial, outcome, unknown).err();
        let reason = error.map(|(_, reason)| reason.unwrap());
        (reason, trial.throughput_per_s)
    }

    #[test]
    fn what_the_server_did_not_run_must_be_what_it_could_not_know() {
        let full = Some(256.0);
        assert_eq!(verdict(&outcome(512, Some(0)), 0), (None, full));
        assert_eq!(verdict(&outcome(512, None), 0), (None, full));
        assert_eq!(verdict(&outcome(512, Some(12)), 12), (None, Some(250.0)));
        for (counted, unknown) in [(3, 0), (0, 3), (3, 6)] {
            let (reason, rate) = verdict(&outcome(512, Some(counted)), unknown);
            assert_eq!(rate, None);
            let told = format!("the server did not run {counted} of the commands");
            assert!(reason.unwrap().starts_with(&told));
        }
    }

    #[test]
    fn a_total_must_be_the_right_one_and_fit_into_64_bits() {
        let reason = |sum| match verdict(&outcome(sum, None), 0) {
            (reason, None) => reason,
            (_, rate) => panic!("{rate:?}"),
        };
        assert_eq!(reason(511).unwrap(), "the total is 511 and should be 512");
        let wrapped = 512 + (1 << 64);
        assert_eq!(reason(wrapped).unwrap(), beyond_64_bits(wrapped));
    }
}
