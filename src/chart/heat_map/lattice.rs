//! Where the cells of a panel stand.

use crate::chart::figure::Point;

/// A row and a column, from 0.
pub type At = (usize, usize);

/// Cells in rows and columns, from the upper left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lattice {
    /// The upper left corner, in logical pixels, as all of it.
    pub corner: Point,
    /// From a column to the next one.
    pub across: f64,
    /// From a row to the next one.
    pub down: f64,
    /// How many rows.
    pub rows: usize,
    /// How many columns.
    pub columns: usize,
}

/// Free space between two cells, in which the outline runs.
pub const GUTTER: f64 = 3.0;
/// The same between cells that are small.
const NARROW_GUTTER: f64 = 1.0;
const SMALL: f64 = 16.0;

impl Lattice {
    /// All cells, row by row.
    pub fn all(&self) -> impl Iterator<Item = At> + use<> {
        let columns = self.columns;
        (0..self.rows).flat_map(move |row| (0..columns).map(move |column| (row, column)))
    }

    /// The lower right corner.
    pub fn end(&self) -> Point {
        self.crossing((self.rows, self.columns))
    }

    /// Where the upper left corner of a cell meets its neighbours.
    pub fn crossing(&self, (row, column): At) -> Point {
        (
            self.corner.0 + column as f64 * self.across,
            self.corner.1 + row as f64 * self.down,
        )
    }

    /// The corners of what a cell fills.
    pub fn field(&self, at: At) -> (Point, Point) {
        let half = self.gutter() / 2.0;
        let (left, top) = self.crossing(at);
        (
            (left + half, top + half),
            (left + self.across - half, top + self.down - half),
        )
    }

    /// The free space between two cells.
    pub fn gutter(&self) -> f64 {
        match self.across.min(self.down) {
            side if side < SMALL => NARROW_GUTTER,
            _ => GUTTER,
        }
    }
}
