use std::collections::BTreeSet;

use crate::record::{Published, PublishedFigure, Summary, Trial, summarise, waits_are_scaled};

/// Measured against ideal and published makespans: the figures that the chart shows, before any
/// drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// One row for each configuration, in the order in which they first appear.
    pub rows: Vec<Summary>,
    /// What a reader has to know so as not to be misled, one sentence each.
    pub notes: Vec<String>,
}

impl Comparison {
    /// Groups the trials by configuration and looks up what was published for the same work.
    pub fn prepare(trials: &[Trial], published: &[Published]) -> Self {
        let rows = summarise(trials, published);
        let notes = [
            scaled_waits(trials),
            other_work(&rows),
            lower_bounds(&rows),
            not_all_ok(&rows),
        ];
        let notes = notes.into_iter().flatten().collect();
        Comparison { rows, notes }
    }

    /// Whether any row has a published figure to be held against.
    pub fn has_published(&self) -> bool {
        let shown = |row: &Summary| matches!(row.published, PublishedFigure::Seconds(_));
        self.rows.iter().any(shown)
    }

    /// The largest number of good runs behind one measured figure.
    pub fn most_runs(&self) -> usize {
        let runs = |row: &Summary| row.measured.map_or(0, |measured| measured.runs);
        self.rows.iter().map(runs).max().unwrap_or(0)
    }
}

fn scaled_waits(trials: &[Trial]) -> Option<String> {
    let scales: BTreeSet<String> = (trials.iter())
        .filter(|trial| waits_are_scaled(trial))
        .map(|trial| trial.time_scale.to_string())
        .collect();
    let scales: Vec<String> = scales.into_iter().collect();
    (!scales.is_empty()).then(|| {
        format!(
            "Waits are multiplied by {}; published seconds are for whole waits and not shown with them.",
            scales.join(" or ")
        )
    })
}

fn other_work(rows: &[Summary]) -> Option<String> {
    let other = (rows.iter()).filter(|row| row.published == PublishedFigure::OtherWork);
    let names: Vec<&str> = other.map(|row| row.name.as_str()).collect();
    (!names.is_empty()).then(|| {
        format!(
            "Not the published work ({} commands, {} s or {} million loops each), so without its seconds: {}.",
            PublishedFigure::COMMANDS,
            PublishedFigure::WAIT_S,
            PublishedFigure::LOOPS / 1_000_000,
            names.join(", ")
        )
    })
}

fn lower_bounds(rows: &[Summary]) -> Option<String> {
    rows.iter()
        .any(|row| row.ideal_is_bound && row.ideal_s.is_some())
        .then(|| "≥ marks an ideal that is only a lower bound.".to_owned())
}

fn not_all_ok(rows: &[Summary]) -> Option<String> {
    let partly = rows.iter().filter(|row| row.not_ok > 0);
    let counts: Vec<String> = partly
        .map(|row| format!("{} ({} of {})", row.name, row.not_ok, row.runs))
        .collect();
    (!counts.is_empty()).then(|| format!("Runs that are not ok: {}.", counts.join(", ")))
}
