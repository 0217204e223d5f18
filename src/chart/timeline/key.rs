//! What the colours and lines of a timeline mean.

use plotters::style::RGBColor;

use super::bars::Bar;
use crate::chart::figure::{Figure, Point, Text};
use crate::chart::{ChartError, theme};

/// Batches of a worker by turns: in grey they differ too.
const SHADES: [f64; 3] = [0.2, 0.5, 0.8];

/// The colour of a bar.
pub(super) fn colour(bar: &Bar) -> RGBColor {
    match bar.mixed {
        true => theme::QUIET,
        false => theme::shade(SHADES[bar.first.turn % SHADES.len()]),
    }
}

/// What colours and lines mean, in a line on the baseline `y`.
///
/// # Errors
/// When the fonts are broken.
pub(super) fn draw(figure: &mut Figure, y: f64, mixed: bool) -> Result<(), ChartError> {
    let batches = SHADES.map(theme::shade);
    let mut items: Vec<(&[RGBColor], &str)> = vec![(&batches, "a worker's batches by turns")];
    if mixed {
        items.push((&[theme::QUIET], "several batches"));
    }
    items.push((&[theme::GRID], "idle"));
    let mut x = theme::MARGIN;
    for (colours, meaning) in items {
        for colour in colours {
            figure.rectangle((x, y - 8.0), (x + 11.0, y), *colour);
            x += 12.0;
        }
        x = words(figure, (x + 4.0, y), meaning)?;
    }
    figure.horizontal((x, x + 16.0), y - 4.0, 1.0, theme::RULE);
    x = words(figure, (x + 21.0, y), "worker not yet there")?;
    figure.vertical(x + 2.0, (y - 10.0, y + 2.0), 1.5, theme::INK);
    words(figure, (x + 8.0, y), "last result")?;
    Ok(())
}

/// Words of a key; tells where the next mark can stand.
fn words(figure: &mut Figure, at: Point, words: &str) -> Result<f64, ChartError> {
    let text = Text::new(words, at, theme::SMALL, theme::QUIET);
    let (_, right) = text.extent()?;
    figure.text(text);
    Ok(right + 16.0)
}
