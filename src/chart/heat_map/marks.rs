//! What marks cells: a star, an outline, a cross.

use std::collections::BTreeSet;

use plotters::style::RGBColor;

use super::grid::{Grid, Place};
use super::lattice::{At, Lattice};
use crate::chart::figure::{Figure, Point};
use crate::chart::theme;

/// The cells that are marked.
#[derive(Clone, Debug, PartialEq)]
pub struct Marks {
    /// The one with the star.
    pub best: Option<At>,
    /// Those within the outline.
    pub near: BTreeSet<At>,
}

/// The radius of a star on the corner of its cell.
const STAR: f64 = 5.5;

impl Marks {
    /// The shortest makespan, and what is as good.
    pub fn of(grid: &Grid) -> Marks {
        let at = |(processes, threads): Place| {
            let row = grid.processes.binary_search(&processes).ok()?;
            Some((row, grid.threads.binary_search(&threads).ok()?))
        };
        Marks {
            best: grid.best().and_then(|(place, _)| at(place)),
            near: grid.near_best().into_iter().filter_map(at).collect(),
        }
    }

    /// Draws outline and star over cells that are drawn already. The star stands on a corner, so
    /// that it leaves values alone, but in the midst of a cell that has none.
    pub fn draw(&self, figure: &mut Figure, lattice: &Lattice, over_values: bool) {
        let thick = if lattice.gutter() < 2.0 { 1.5 } else { 2.0 };
        // What is behind the line keeps it apart from dark cells.
        for (thick, colour) in [(thick + 2.0, theme::PAPER), (thick, theme::INK)] {
            for &at in &self.near {
                self.edges(figure, lattice, at, thick, colour);
            }
        }
        let Some((row, column)) = self.best else {
            return;
        };
        let (from, to) = lattice.field((row, column));
        if over_values {
            let corner = lattice.crossing((row, column + 1));
            figure.disc(corner, STAR + 1.5, theme::PAPER);
            star(figure, corner, STAR, theme::INK);
        } else {
            let middle = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
            let room = (to.0 - from.0).min(to.1 - from.1);
            figure.disc(middle, room / 2.0, theme::PAPER);
            star(figure, middle, room / 2.0, theme::INK);
        }
    }

    /// The edges of a cell beyond which the outline's area ends.
    fn edges(&self, figure: &mut Figure, lattice: &Lattice, at: At, thick: f64, colour: RGBColor) {
        let (row, column) = at;
        let (left, top) = lattice.crossing(at);
        let (right, bottom) = lattice.crossing((row + 1, column + 1));
        let is_near = |row: Option<usize>, column: Option<usize>| {
            row.zip(column).is_some_and(|at| self.near.contains(&at))
        };
        let half = thick / 2.0;
        let (wide, high) = ((left - half, right + half), (top - half, bottom + half));
        if !is_near(row.checked_sub(1), Some(column)) {
            figure.horizontal(wide, top, thick, colour);
        }
        if !is_near(Some(row + 1), Some(column)) {
            figure.horizontal(wide, bottom, thick, colour);
        }
        if !is_near(Some(row), column.checked_sub(1)) {
            figure.vertical(left, high, thick, colour);
        }
        if !is_near(Some(row), Some(column + 1)) {
            figure.vertical(right, high, thick, colour);
        }
    }
}

/// A field with a thin edge and nothing in it: what was not measured.
pub fn empty(figure: &mut Figure, (from, to): (Point, Point)) {
    hollow(figure, (from, to), theme::PAPER);
}

/// A field with two strokes through its middle: what failed.
pub fn crossed(figure: &mut Figure, (from, to): (Point, Point)) {
    hollow(figure, (from, to), theme::BAND);
    let (x, y) = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
    let reach = ((to.0 - from.0).min(to.1 - from.1) / 2.0 - 2.0).clamp(1.0, 5.0);
    let (left, right, top, bottom) = (x - reach, x + reach, y - reach, y + reach);
    figure.line(vec![(left, top), (right, bottom)], 1.5, theme::QUIET);
    figure.line(vec![(left, bottom), (right, top)], 1.5, theme::QUIET);
}

fn hollow(figure: &mut Figure, (from, to): (Point, Point), colour: RGBColor) {
    figure.rectangle(from, to, theme::GRID);
    let inner = ((from.0 + 1.0, from.1 + 1.0), (to.0 - 1.0, to.1 - 1.0));
    figure.rectangle(inner.0, inner.1, colour);
}

/// A star of five points.
fn star(figure: &mut Figure, (x, y): Point, radius: f64, colour: RGBColor) {
    let corner = |index: u32| {
        let is_point = index.is_multiple_of(2);
        let reach = if is_point { radius } else { radius * 0.42 };
        let angle = std::f64::consts::PI * (f64::from(index) / 5.0 - 0.5);
        (x + reach * angle.cos(), y + reach * angle.sin())
    };
    figure.area((0..10).map(corner).collect(), colour, 1.0);
}
