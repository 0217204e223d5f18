//! What is known of one configuration, in words.

use super::candidate::Candidate;
use crate::model::counted;
use crate::report::Cell;
use crate::stats::Interval;

/// "8 processes of 16 threads".
pub(super) fn shape(candidate: &Candidate<'_>) -> String {
    let trial = candidate.trial();
    let processes = counted(trial.processes as usize, "process");
    match trial.threads {
        1 => format!("{processes} of one thread"),
        threads => format!("{processes} of {threads} threads"),
    }
}

/// The median makespan, with the runs beside it that failed.
pub(super) fn median(candidate: &Candidate<'_>) -> String {
    let seconds = Cell::maybe(candidate.median_s(), Cell::Seconds);
    candidate.beside_failed(seconds.to_string())
}

/// "on one run each".
pub(super) fn on_runs(runs: usize) -> String {
    match runs {
        1 => "on one run each".to_owned(),
        more => format!("on {more} runs each"),
    }
}

/// The median makespan and its interval, with the runs beside it that failed.
pub(super) fn time(candidate: &Candidate<'_>) -> String {
    let mut words = Cell::maybe(candidate.median_s(), Cell::Seconds).to_string();
    if let Some(interval) = candidate.interval_s() {
        words.push_str(&format!(", {}", interval_in_words(interval)));
    }
    candidate.beside_failed(words)
}

/// `1.02 s to 1.05 s`.
pub(in crate::report) fn interval_in_words(interval: Interval) -> String {
    format!(
        "{} to {}",
        Cell::Seconds(interval.low),
        Cell::Seconds(interval.high)
    )
}

/// The median peak memory.
pub(super) fn memory(candidate: &Candidate<'_>) -> Cell {
    Cell::maybe(candidate.memory_kib, |kib| {
        Cell::Kibibytes(kib.round() as u64)
    })
}
