//! What the marks mean.

use super::in_order::{mark, running_median};
use super::marks::{Mark, Way, beyond};
use super::range::Range;
use super::repeats::Repeats;
use crate::chart::figure::{Figure, Point, Text};
use crate::chart::{ChartError, theme};

/// The key of the upper part, in a line around `y`: only what there is.
///
/// # Errors
/// When the fonts are broken.
pub(super) fn draw(
    figure: &mut Figure,
    y: f64,
    repeats: &Repeats,
    range: &Range,
) -> Result<(), ChartError> {
    let mut x = theme::MARGIN;
    for what in [Mark::Plain, Mark::Mild, Mark::Severe, Mark::Bad] {
        if repeats.runs.iter().any(|run| mark(run) == what) {
            what.draw(figure, (x + 5.0, y));
            x = words(figure, (x + 14.0, y), what.words())?;
        }
    }
    if repeats.percents().any(|percent| range.is_beyond(percent)) {
        beyond(figure, (x + 5.0, y), Way::Up);
        x = words(figure, (x + 14.0, y), "beyond the axis")?;
    }
    let (line, width) = running_median(repeats);
    if !line.is_empty() {
        figure.horizontal((x, x + 18.0), y, 2.0, theme::MEASURED);
        words(
            figure,
            (x + 23.0, y),
            &format!("median of {width} neighbouring runs"),
        )?;
    }
    Ok(())
}

/// The key of a row, in a line around `y`: a median with what is around it.
///
/// # Errors
/// When the fonts are broken.
pub(super) fn of_rows(figure: &mut Figure, (x, y): Point) -> Result<(), ChartError> {
    interval(figure, (x, x + 22.0), y);
    median(figure, (x + 11.0, y));
    words(figure, (x + 28.0, y), "median and how far it is known")?;
    Ok(())
}

/// The interval of a median.
pub(super) fn interval(figure: &mut Figure, (left, right): (f64, f64), y: f64) {
    let (top, bottom) = (y - 6.0, y + 6.0);
    let corners = vec![(left, top), (right, top), (right, bottom), (left, bottom)];
    figure.area(corners, theme::MEASURED, 0.25);
}

/// A median.
pub(super) fn median(figure: &mut Figure, (x, y): Point) {
    figure.vertical(x, (y - 7.0, y + 7.0), 2.0, theme::MEASURED);
}

/// Words of a key around `y`; tells where the next mark can stand.
fn words(figure: &mut Figure, (x, y): Point, words: &str) -> Result<f64, ChartError> {
    let text = Text::new(words, (x, y + 4.0), theme::SMALL, theme::QUIET);
    let (_, right) = text.extent()?;
    figure.text(text);
    Ok(right + 14.0)
}
