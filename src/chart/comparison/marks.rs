//! The marks of a comparison: a ring, a tick and a dot.

use crate::chart::figure::{Figure, Point};
use crate::chart::theme;

const RING: f64 = 6.0;
/// The radius of a measured dot, in logical pixels.
pub const DOT: f64 = 4.0;

/// A ring: what was published. A measured dot on it leaves it visible.
pub fn published(figure: &mut Figure, centre: Point) {
    figure.disc(centre, RING, theme::PUBLISHED);
    figure.disc(centre, RING - 2.0, theme::PAPER);
}

/// A tick: the ideal.
pub fn ideal(figure: &mut Figure, (x, y): Point) {
    figure.vertical(x, (y - 10.0, y + 10.0), 2.0, theme::IDEAL);
}

/// The same beside a word.
pub fn short_ideal(figure: &mut Figure, (x, y): Point) {
    figure.vertical(x, (y - 6.0, y + 6.0), 2.0, theme::IDEAL);
}

/// A dot: what was measured.
pub fn measured(figure: &mut Figure, centre: Point) {
    figure.disc(centre, DOT, theme::MEASURED);
}

/// A line from the fastest to the slowest run.
pub fn whisker(figure: &mut Figure, (left, right): (f64, f64), y: f64) {
    figure.horizontal((left, right), y, 1.5, theme::MEASURED);
    for x in [left, right] {
        figure.vertical(x, (y - 4.0, y + 4.0), 1.5, theme::MEASURED);
    }
}
