//! Lays the panels of a scaling picture out.

use super::view::Frame;
use super::{Scaling, words};
use crate::chart::figure::Figure;
use crate::chart::panel::{ABOVE, BESIDE, Bounds, EndLabel, label_room};
use crate::chart::{ChartError, sheet, theme};

const HEIGHT: f64 = 190.0;
/// Between two panels of a row.
const GAP: f64 = 20.0;
/// Above a panel, for its heading.
const HEADING: f64 = 20.0;
/// Right of a panel whose only labels are `ideal` and `USL`.
const SHORT_LABELS: f64 = 36.0;
/// Right of a panel whose lines have names, at most.
const LONG_LABELS: f64 = 190.0;

/// Two panels in a row, the last alone where there is an odd number; with several lines each panel
/// has a row of its own, so that there is room for their names.
pub(super) fn figure(scaling: &Scaling, source: &str) -> Result<Figure, ChartError> {
    let sentences = words::sentences(scaling);
    let (mut figure, mut y) = sheet::begin(&words::title(scaling), &sentences)?;
    let columns = if scaling.has_several() { 1 } else { 2 };
    let labels = labels(scaling)?;
    for row in scaling.views.chunks(columns) {
        let top = y + HEADING + ABOVE;
        let mut bottom = top;
        for (index, view) in row.iter().enumerate() {
            let frame = frame(index, row.len(), (top, labels));
            bottom = bottom.max(frame.draw(&mut figure, view)?);
        }
        y = bottom + 8.0;
    }
    sheet::end(figure, source, y)
}

/// Room right of each panel for labels.
fn labels(scaling: &Scaling) -> Result<f64, ChartError> {
    let names: Vec<EndLabel> = (scaling.lines())
        .map(|line| line.series.label_at(0.0))
        .collect();
    match scaling.has_several() {
        true => label_room(&names, LONG_LABELS),
        false => Ok(SHORT_LABELS),
    }
}

/// The place of a panel in its row.
fn frame(index: usize, panels: usize, (top, labels): (f64, f64)) -> Frame {
    let count = panels as f64;
    let column = (sheet::ROOM - GAP * (count - 1.0)) / count;
    let start = theme::MARGIN + index as f64 * (column + GAP);
    Frame {
        bounds: Bounds {
            left: start + BESIDE,
            right: start + column - labels - 8.0,
            top,
            bottom: top + HEIGHT,
        },
        labels,
        column: (start, start + column),
    }
}
