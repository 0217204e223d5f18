//! How much room the texts of marks take.

use crate::chart::grammar::{Datum, Facet, Mark};
use crate::chart::{font, theme};

/// Free space between two cells, in which an outline runs; between small ones.
pub const GUTTER: (f64, f64) = (3.0, 1.0);
/// Free space beside a value in a cell, on both sides together.
const CELL_AIR: f64 = 6.0;

/// The width that the values in a facet's cells need; `None` when it has no cells. What stands below
/// a value is as much of it as there is room for.
pub fn cell_room(facet: &Facet) -> Option<f64> {
    let value = |datum: &Datum| {
        let value = datum.text.lines().next().unwrap_or_default();
        font::width(value, theme::SMALL, true) + GUTTER.0 + CELL_AIR
    };
    cells(facet).map(value).reduce(f64::max)
}

/// Whether a cell has a second line.
pub fn has_two_lines(facet: &Facet) -> bool {
    cells(facet).any(|datum| datum.text.contains('\n'))
}

fn cells(facet: &Facet) -> impl Iterator<Item = &Datum> {
    let layers = facet.layers.iter();
    layers
        .filter(|layer| matches!(layer.mark, Mark::Cell(_)))
        .flat_map(|layer| &layer.data)
}

/// The room that texts behind bars need.
pub fn bar_text_room(facet: &Facet) -> f64 {
    let bars = facet.layers.iter().filter(|layer| layer.mark == Mark::Bar);
    let texts = bars
        .flat_map(|layer| &layer.data)
        .filter(|datum| !datum.text.is_empty());
    let widths = texts.map(|datum| font::width(&datum.text, theme::SMALL, false) + 6.0);
    widths.fold(0.0, f64::max)
}
