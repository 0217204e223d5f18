//! Lays a chart out: facets to shapes, for any width. All that depends on pixels is here.
//!
//! * `frame`: how much room a facet's words take around its plot area, and which facets stand side
//!   by side; `plot`: the plot area, where values stand, axes and ticks;
//! * `marks`: the layers; `room`: what their texts take; `table`: names and values beside bands;
//!   `legend`: what marks mean; `labels`: where names have room.

mod frame;
mod labels;
mod legend;
mod marks;
mod plot;
mod room;
mod table;
#[cfg(test)]
mod tests;

use super::grammar::Chart;
use super::scene::{Scene, Text};
use super::{font, theme};
use frame::{Frame, rows};

const LINE: f64 = 15.0;

/// A chart in a picture of some width, with a line about its source.
pub fn compose(chart: &Chart, width: f64, source: &str) -> Scene {
    let title = chart.title.clone();
    let mut scene = Scene {
        title,
        width,
        ..Scene::default()
    };
    let room = width - 2.0 * theme::MARGIN;
    let mut y = theme::MARGIN;
    for line in font::wrap(&chart.title, room, theme::TITLE, true) {
        y += theme::TITLE + 3.0;
        let at = (theme::MARGIN, y - 3.0);
        scene.text(Text::new(line, at, theme::TITLE, theme::INK).bold(true));
    }
    let notes = chart.notes.join(" ");
    y = paragraph(&mut scene, &notes, (theme::MARGIN, room), y + 1.0) + 10.0;
    for row in rows(chart, room) {
        y = draw_row(&mut scene, &row, (theme::MARGIN, room), y);
    }
    for line in font::wrap(source, room, theme::TINY, false) {
        y += 13.0;
        scene.text(Text::new(
            line,
            (theme::MARGIN, y),
            theme::TINY,
            theme::QUIET,
        ));
    }
    scene.height = (y + theme::MARGIN).ceil();
    scene
}

/// Quiet lines below `y`; tells where they end.
fn paragraph(scene: &mut Scene, words: &str, (left, room): (f64, f64), mut y: f64) -> f64 {
    for line in font::wrap(words, room, theme::SMALL, false) {
        y += LINE;
        scene.text(Text::quiet(line, (left, y)));
    }
    y
}

/// Draws facets side by side below `top`, their plot areas of the same width; tells where they end.
fn draw_row(scene: &mut Scene, row: &[Frame<'_>], (left, room): (f64, f64), top: f64) -> f64 {
    let plot = frame::plot_width(row, room);
    let heads = row
        .iter()
        .map(|frame| frame.head_height(frame.left + plot + frame.right));
    let head = heads.fold(0.0, f64::max);
    let (mut start, mut bottom) = (left, top);
    for frame in row {
        let whole = frame.left + plot + frame.right;
        let end = frame.draw(scene, (start, whole), (top, top + head));
        bottom = bottom.max(end);
        start += whole + frame::GAP;
    }
    bottom + frame::BELOW
}
