//! The figures of an answer that a reader looks for first.

use serde::Serialize;

use super::asked::CandidateView;
use crate::model::counted;
use crate::record::Trial;
use crate::report::Cell;

/// A figure with its name.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Fact {
    pub(super) term: &'static str,
    pub(super) figure: String,
    /// What the figure is held against, or how sure it is.
    pub(super) note: String,
}

/// The figures of the answer: its time, how much that is less than others, and what it takes.
pub(super) fn facts(row: &CandidateView<'_>) -> Vec<Fact> {
    let fact = |term, figure: Cell, note: String| {
        (figure != Cell::Empty).then(|| Fact {
            term,
            figure: figure.to_string(),
            note,
        })
    };
    let candidate = row.candidate();
    let interval = match row.interval_in_words() {
        Some(interval) => format!("95 % interval {interval}"),
        None => format!(
            "{}, no interval",
            counted(candidate.failed().good(), "good run")
        ),
    };
    let ideal = Cell::maybe(row.group().ideal_s(), Cell::Seconds);
    let memory = row.asked.question.memory.as_str();
    let facts = [
        fact(
            "median makespan",
            Cell::maybe(row.median_s(), Cell::Seconds),
            candidate.beside_failed(interval),
        ),
        against_the_slowest(row),
        fact(
            "speed against published",
            Cell::maybe(row.times_faster(), Cell::Times),
            format!(
                "published {}",
                Cell::maybe(row.published_s(), Cell::Seconds)
            ),
        ),
        fact(
            "efficiency",
            Cell::maybe(row.group().median(Trial::efficiency), Cell::Share),
            format!("ideal {ideal}"),
        ),
        fact(
            "peak memory",
            row.memory(),
            format!("{memory}, all processes"),
        ),
    ];
    facts.into_iter().flatten().collect()
}

/// How much faster it is than the slowest, if it is not that itself.
pub(super) fn against_the_slowest(row: &CandidateView<'_>) -> Option<Fact> {
    let rows = row.asked.by_median();
    let slowest = rows.last().filter(|slowest| slowest.index != row.index)?;
    let times = slowest.median_s()? / row.median_s()?;
    Some(Fact {
        term: "speed against slowest",
        figure: Cell::Times(times).to_string(),
        note: format!("{} takes {}", slowest.name(), slowest.median_in_words()),
    })
}
