//! The configurations that an answer speaks of, side by side.

use serde::Serialize;

use super::asked::{CandidateView, QuestionView};
use crate::report::Cell;

/// One configuration of the comparison.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Compared {
    pub(super) name: String,
    pub(super) shape: String,
    pub(super) median: String,
    pub(super) interval: String,
    pub(super) failed: String,
    /// How many times as long as the fastest.
    pub(super) times: String,
    pub(super) memory: String,
    pub(super) published: String,
    pub(super) note: String,
    pub(super) is_pick: bool,
}

/// All configurations when they are few, else those that the answer speaks of; fastest first.
pub(super) fn compared(asked: &QuestionView<'_>) -> Vec<Compared> {
    const FEW: usize = 9;
    const OPEN: usize = 6;
    let rows = asked.by_median();
    let last = rows.len().saturating_sub(1);
    let open = asked.question.answer.unsettled();
    // Fastest first, so these are the nearest ones.
    let open: Vec<usize> = (rows.iter())
        .map(|row| row.index)
        .filter(|index| open.contains(index))
        .take(OPEN)
        .collect();
    let speaks_of = |place: usize, row: &CandidateView<'_>| {
        let trial = row.trial();
        let is_single = (trial.processes, trial.threads) == (1, 1);
        row.is_pick() || row.is_best() || place == last || open.contains(&row.index) || is_single
    };
    let fastest = rows.first().and_then(CandidateView::median_s);
    let kept = rows.iter().enumerate();
    kept.filter(|(place, row)| rows.len() <= FEW || speaks_of(*place, row))
        .map(|(place, row)| Compared {
            note: compared_note(row, place == last, open.contains(&row.index)),
            ..Compared::of(row, fastest)
        })
        .collect()
}

fn compared_note(row: &CandidateView<'_>, is_slowest: bool, is_open: bool) -> String {
    let notes = [
        (row.is_pick(), "recommended"),
        (row.is_best(), "fastest"),
        (is_open, "perhaps fast enough"),
        (is_slowest && !row.is_best(), "slowest"),
    ];
    let notes: Vec<&str> = (notes.iter())
        .filter_map(|(holds, words)| holds.then_some(*words))
        .collect();
    notes.join(", ")
}

impl Compared {
    fn of(row: &CandidateView<'_>, fastest: Option<f64>) -> Compared {
        let times = row.median_s().zip(fastest).map(|(mine, its)| mine / its);
        Compared {
            name: row.name().to_owned(),
            shape: row.shape(),
            median: Cell::maybe(row.median_s(), Cell::Seconds).to_string(),
            interval: row.interval_in_words().unwrap_or_default(),
            failed: row.candidate().failed().to_string(),
            times: Cell::maybe(times, Cell::Times).to_string(),
            memory: row.memory().to_string(),
            published: Cell::maybe(row.published_s(), Cell::Seconds).to_string(),
            note: String::new(),
            is_pick: row.is_pick(),
        }
    }
}
