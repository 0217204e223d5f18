//! Measured against ideal and published makespans.

mod layout;
mod marks;
mod rows;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::{ChartError, Drawings, Kind, Records};
use crate::record::{
    Published, PublishedFigure, Summary, Trial, by_experiment, slug, summarise, waits_are_scaled,
};

/// Beyond this a reader looks for a row and not at the chart; a heat map shows more at a glance.
const MOST_ROWS: usize = 40;

/// One chart for each experiment.
pub(super) fn draw(records: &Records<'_>, drawings: &mut Drawings) -> Result<(), ChartError> {
    let experiments = by_experiment(records.trials);
    if experiments.is_empty() {
        drawings.leave_out(Kind::Comparison, "there is no trial to draw");
    }
    let several = experiments.len() > 1;
    for (experiment, trials) in experiments {
        let trials: Vec<Trial> = trials.into_iter().cloned().collect();
        let mut comparison = Comparison::prepare(&trials, records.published);
        if comparison.rows.len() > MOST_ROWS {
            drawings.leave_out(
                Kind::Comparison,
                format!(
                    "{experiment} has {} configurations, and more than {MOST_ROWS} rows can't be \
                     compared by eye (--only takes some of them)",
                    comparison.rows.len()
                ),
            );
            continue;
        }
        let mut of = String::new();
        if several {
            comparison.experiment = experiment.to_owned();
            of = slug(experiment);
        }
        let figure = layout::figure(&comparison, records.source)?;
        drawings.push(Kind::Comparison, &of, figure);
    }
    Ok(())
}

/// Measured against ideal and published makespans: the figures that the chart shows, before any
/// drawing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Comparison {
    /// The experiment's name, where the chart has to tell it from others; else empty.
    pub experiment: String,
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
        Comparison {
            experiment: String::new(),
            rows,
            notes,
        }
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
