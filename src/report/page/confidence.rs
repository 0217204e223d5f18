//! How far an answer may be trusted.

use super::asked::QuestionView;
use crate::model::counted;
use crate::report::recommend::Candidate;

/// What speaks for the answer and against it, one sentence each.
pub(super) fn confidence(asked: &QuestionView<'_>) -> Vec<String> {
    let candidates = &asked.question.candidates;
    let unstable = candidates.iter().filter(|c| c.warning().is_some()).count();
    let failed = || candidates.iter().map(Candidate::failed);
    let not_ok: usize = failed().map(|failed| failed.failed).sum();
    let all: usize = failed().map(|failed| failed.of).sum();
    let said = asked.pick().or_else(|| asked.best());
    [
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
