//! Lays a comparison out.

use super::Comparison;
use super::rows::Rows;
use crate::chart::figure::Figure;
use crate::chart::{ChartError, sheet};

const TITLE: &str = "Makespan of each configuration";
/// Room above the first row for the columns' heads.
const ABOVE_ROWS: f64 = 20.0;
/// Room for the axis' labels and name.
const BELOW_ROWS: f64 = 42.0;

/// One row for each configuration, with its label, its marks on a common logarithmic axis, and the
/// marks' values in columns. Values stand apart from marks, because a good measurement lies on top
/// of its ideal.
pub(super) fn figure(comparison: &Comparison, source: &str) -> Result<Figure, ChartError> {
    let (mut figure, top) = sheet::begin(&title(comparison), &sentences(comparison))?;
    let rows = Rows::new(comparison, top + ABOVE_ROWS)?;
    rows.draw(&mut figure, comparison)?;
    sheet::end(figure, source, rows.bottom() + BELOW_ROWS)
}

fn title(comparison: &Comparison) -> String {
    let against = if comparison.has_published() {
        "measured against ideal and published"
    } else {
        "measured against ideal"
    };
    match comparison.experiment.as_str() {
        "" => format!("{TITLE}: {against}"),
        experiment => format!("{TITLE} of {experiment}: {against}"),
    }
}

fn sentences(comparison: &Comparison) -> Vec<String> {
    let mut sentences =
        vec!["Seconds from the client's first send to its last result; less is better.".to_owned()];
    if comparison.most_runs() > 1 {
        let most = comparison.most_runs();
        sentences.push(format!(
            "Measured: median of up to {most} runs, with a line from the fastest to the slowest where it is longer than the dot."
        ));
    }
    sentences.extend(comparison.notes.iter().cloned());
    sentences
}
