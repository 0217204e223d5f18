//! How much room the texts of marks take.

use crate::chart::grammar::{Datum, Facet, Mark};
use crate::chart::{ChartError, font, theme};

/// Free space between two cells, in which an outline runs; between small ones.
pub const GUTTER: (f64, f64) = (3.0, 1.0);
/// Free space beside a value in a cell, on both sides together.
const CELL_AIR: f64 = 6.0;

/// The width that the values in a facet's cells need; `None` when it has no cells. What stands below
/// a value is as much of it as there is room for.
pub fn cell_room(facet: &Facet) -> Result<Option<f64>, ChartError> {
    let mut widest = None;
    for datum in cells(facet) {
        let value = datum.text.lines().next().unwrap_or_default();
        let width = font::width(value, theme::SMALL, true)? + GUTTER.0 + CELL_AIR;
        widest = Some(f64::max(widest.unwrap_or(0.0), width));
    }
    Ok(widest)
}

/// Whether a cell has a second line.
pub fn has_two_lines(facet: &Facet) -> bool {
    cells(facet).any(|datum| datum.text.contains('\n'))
}

fn cells(facet: &Facet) -> impl Iterator<Item = &Datum> {
    let layers = facet
        .layers
        .iter()
        .filter(|layer| matches!(layer.mark, Mark::Cell(_)));
    layers.flat_map(|layer| &layer.data)
}

/// The room that texts behind bars need.
pub fn bar_text_room(facet: &Facet) -> Result<f64, ChartError> {
    let mut widest: f64 = 0.0;
    for layer in facet.layers.iter().filter(|layer| layer.mark == Mark::Bar) {
        for datum in layer.data.iter().filter(|datum| !datum.text.is_empty()) {
            widest = widest.max(font::width(&datum.text, theme::SMALL, false)? + 6.0);
        }
    }
    Ok(widest)
}
