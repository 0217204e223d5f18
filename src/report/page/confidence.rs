//! How far an answer may be trusted.

use super::asked::{Asked, Row};
use crate::model::counted;
use crate::report::recommend::{Candidate, fewest_runs};

/// What speaks for the answer and against it, one sentence each.
pub(super) fn confidence(asked: &Asked<'_>) -> Vec<String> {
    let candidates = &asked.question.candidates;
    let unstable = candidates.iter().filter(|c| c.warning().is_some()).count();
    let failed = || candidates.iter().map(Candidate::failed);
    let not_ok: usize = failed().map(|failed| failed.failed).sum();
    let all: usize = failed().map(|failed| failed.of).sum();
    let said = asked.pick().or_else(|| asked.best());
    [
        said.map(|row| interval_sentence(&row)),
        asked.question.passed_over(),
        said.and_then(|row| row.candidate().warning())
            .map(|warning| format!("{warning}.")),
        said.and_then(|row| row.candidate().overload_warning())
            .map(|warning| format!("{warning}.")),
        (unstable > 0).then(|| {
            let all = counted(candidates.len(), "median");
            format!("{unstable} of {all} may be unstable; the reasons are under Warnings.")
        }),
        (not_ok > 0).then(|| {
            format!(
                "{not_ok} of {} did not end well and do not count.",
                counted(all, "run")
            )
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn interval_sentence(row: &Row<'_>) -> String {
    let candidate = row.candidate();
    let median = row.median_in_words();
    let runs = counted(candidate.failed().good(), "good run");
    match (candidate.interval_s(), row.median_s()) {
        (Some(interval), Some(middle)) => format!(
            "The median of {}’s {runs} is {median}; its 95 % interval reaches from {:.1} % below \
             to {:.1} % above.",
            row.name(),
            100.0 * (1.0 - interval.low / middle),
            100.0 * (interval.high / middle - 1.0)
        ),
        _ => format!(
            "{} has {runs} ({median}): no interval can be given, for that takes {}. Small \
             differences between such figures mean nothing.",
            row.name(),
            fewest_runs()
        ),
    }
}
