//! What every chart has around it: a title, what has to be said first, and where it comes from.

use super::figure::{Figure, Text};
use super::{ChartError, font, theme};

const LINE: f64 = 15.0;

/// The width between the margins, in logical pixels.
pub const ROOM: f64 = theme::WIDTH - 2.0 * theme::MARGIN;

/// Begins a figure with its title and the sentences below it; tells where the chart can begin.
///
/// # Errors
/// When the fonts are broken.
pub fn begin(title: &str, sentences: &[String]) -> Result<(Figure, f64), ChartError> {
    let mut figure = Figure {
        title: title.to_owned(),
        description: sentences.join(" "),
        width: theme::WIDTH,
        ..Figure::default()
    };
    let mut y = theme::MARGIN;
    for line in font::wrap_bold(title, ROOM, theme::TITLE)? {
        y += theme::TITLE + 3.0;
        let text = Text::new(line, (theme::MARGIN, y - 3.0), theme::TITLE, theme::INK);
        figure.text(text.bold());
    }
    y += 1.0;
    for line in font::wrap(&sentences.join(" "), ROOM, theme::SMALL)? {
        y += LINE;
        let at = (theme::MARGIN, y);
        figure.text(Text::new(line, at, theme::SMALL, theme::QUIET));
    }
    Ok((figure, y + 10.0))
}

/// Ends a figure with its source line below `bottom`.
///
/// # Errors
/// When the fonts are broken.
pub fn end(mut figure: Figure, source: &str, bottom: f64) -> Result<Figure, ChartError> {
    let mut y = bottom;
    for line in font::wrap(source, ROOM, theme::TINY)? {
        y += 13.0;
        let at = (theme::MARGIN, y);
        figure.text(Text::new(line, at, theme::TINY, theme::QUIET));
    }
    figure.height = (y + theme::MARGIN).ceil();
    Ok(figure)
}
