//! One figure of all cells.

use super::grid::{Cell, Grid, Place};
use super::lattice::{At, GUTTER, Lattice};
use super::marks::{self, Marks};
use super::measure::{Map, Measure};
use super::words;
use crate::chart::figure::{Anchor, Figure, Point, Text};
use crate::chart::{ChartError, font, theme};

/// Room above the cells for the name of the figure, its colours, and the rows' name.
const ABOVE: f64 = 40.0;
/// Room below the cells for the columns' numbers and name.
const BELOW: f64 = 36.0;
/// Room left of the cells for the rows' numbers.
const BESIDE: f64 = 34.0;
/// Free space beside a value, on both sides together.
const AIR: f64 = 6.0;
/// Cells are not wider than that, even if there is room.
const WIDEST: f64 = 106.0;
/// The height of a row with values and their intervals, and of one with values alone.
const ROWS: (f64, f64) = (36.0, 27.0);
/// The least height of a row with values.
const LOWEST: f64 = 17.0;
/// The most height that all rows take together, if they can.
const TALLEST: f64 = 480.0;
/// The least size of a cell that a pointer finds.
const LEAST: f64 = 10.0;
/// The room that a number of a row or column takes, its neighbour's gap included.
const NUMBER: f64 = 13.0;

/// A panel and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel<'a> {
    grid: &'a Grid,
    map: &'a Map,
    lattice: Lattice,
    /// Whether cells have their values in them.
    has_values: bool,
    /// Whether there is room for the interval below the value.
    has_intervals: bool,
}

impl<'a> Panel<'a> {
    /// Finds room in a column of some width, whose upper left corner is given.
    ///
    /// # Errors
    /// When the fonts are broken.
    pub fn new(
        grid: &'a Grid,
        map: &'a Map,
        (left, top): Point,
        width: f64,
    ) -> Result<Self, ChartError> {
        let (rows, columns) = (grid.processes.len(), grid.threads.len());
        let is_first = map.measure == Measure::Makespan;
        let across = ((width - BESIDE) / columns as f64).min(WIDEST);
        let down = (TALLEST / rows as f64).min(if is_first { ROWS.0 } else { ROWS.1 });
        let room = across - GUTTER - AIR;
        let has_values = down >= LOWEST && widest_value(grid, map)? <= room;
        let has_room_below = down > ROWS.1 && widest_interval(grid)? <= room;
        Ok(Panel {
            grid,
            map,
            lattice: Lattice {
                corner: (left + BESIDE, top + ABOVE),
                across,
                down: if has_values {
                    down
                } else {
                    down.min(across.max(NUMBER))
                },
                rows,
                columns,
            },
            has_values,
            has_intervals: is_first && has_values && has_room_below,
        })
    }

    /// Whether it shows as much as another one of the same figure, which is wider.
    pub fn is_as_good_as(&self, wider: &Panel<'_>) -> bool {
        let across = self.lattice.across;
        self.has_values == wider.has_values && across >= LEAST.min(wider.lattice.across)
    }

    /// Where it ends.
    pub fn bottom(&self) -> f64 {
        self.lattice.end().1 + BELOW
    }

    /// Draws it.
    ///
    /// # Errors
    /// When the fonts are broken.
    pub fn draw(&self, figure: &mut Figure, marks: &Marks) -> Result<(), ChartError> {
        self.head(figure)?;
        self.rows(figure);
        self.columns(figure)?;
        for at in self.lattice.all() {
            let field = self.lattice.field(at);
            match self.grid.cell(self.place(at)) {
                None => marks::empty(figure, field),
                Some(cell) => match self.map.measure.of(cell) {
                    Some(value) => self.value(figure, field, cell, value, marks.best == Some(at)),
                    None => marks::crossed(figure, field),
                },
            }
        }
        marks.draw(figure, &self.lattice, self.has_values);
        Ok(())
    }

    /// Words for every cell that was run: all of them in the panel of makespans, else its value.
    pub fn tips(&self, figure: &mut Figure) {
        for at in self.lattice.all() {
            let place = self.place(at);
            let words = (self.grid.cell(place)).and_then(|cell| self.words(place, cell));
            if let Some(words) = words {
                let (from, to) = self.lattice.field(at);
                figure.tip(from, to, words);
            }
        }
    }

    fn words(&self, place: Place, cell: &Cell) -> Option<String> {
        if self.map.measure == Measure::Makespan {
            return Some(words::cell(self.grid, place, cell));
        }
        let value = self.map.unit.with_name(self.map.measure.of(cell)?);
        Some(format!(
            "{}: {} {value}",
            words::place(place),
            self.map.name
        ))
    }

    fn place(&self, (row, column): At) -> Place {
        (self.grid.processes[row], self.grid.threads[column])
    }

    /// The figure's name and the scale of its colours.
    fn head(&self, figure: &mut Figure) -> Result<(), ChartError> {
        const BAR: f64 = 72.0;
        const STEPS: u32 = 36;
        let Map { unit, ramp, .. } = self.map;
        let (left, y) = (
            self.lattice.corner.0 - BESIDE,
            self.lattice.corner.1 - ABOVE + 14.0,
        );
        let name = format!("{}, {}", self.map.name, unit.name);
        let name = Text::new(name, (left, y), theme::BODY, theme::INK).bold();
        let (_, end) = name.extent()?;
        let low = Text::new(
            unit.written(ramp.low),
            (end + 14.0, y),
            theme::SMALL,
            theme::QUIET,
        );
        let from = low.extent()?.1 + 5.0;
        let step = BAR / f64::from(STEPS);
        for index in 0..STEPS {
            let left = from + f64::from(index) * step;
            let middle = (f64::from(index) + 0.5) / f64::from(STEPS);
            figure.rectangle(
                // Each lies over the rest of the bar, so that no paper shows between two.
                (left, y - 9.0),
                (from + BAR, y),
                ramp.colour(ramp.at(middle)),
            );
        }
        let at = (from + BAR + 5.0, y);
        let high = Text::new(unit.written(ramp.high), at, theme::SMALL, theme::QUIET);
        for text in [name, low, high] {
            figure.text(text);
        }
        Ok(())
    }

    /// The rows' name and numbers; where they have no room, some are left out.
    fn rows(&self, figure: &mut Figure) {
        let Lattice { corner, down, .. } = self.lattice;
        let at = (corner.0 - BESIDE, corner.1 - 7.0);
        figure.text(Text::new("processes", at, theme::SMALL, theme::QUIET));
        let every = (NUMBER / down).ceil() as usize;
        for (row, number) in self.grid.processes.iter().enumerate().step_by(every) {
            let y = corner.1 + (row as f64 + 0.5) * down + 4.0;
            let at = (corner.0 - 6.0, y);
            let number = Text::new(number.to_string(), at, theme::SMALL, theme::QUIET);
            figure.text(number.anchored(Anchor::End));
        }
    }

    /// The columns' numbers and name.
    fn columns(&self, figure: &mut Figure) -> Result<(), ChartError> {
        let Lattice { corner, across, .. } = self.lattice;
        let (right, bottom) = self.lattice.end();
        let largest = self.grid.threads.last().copied().unwrap_or_default();
        let room = font::width(&largest.to_string(), theme::SMALL, false)? + 6.0;
        let every = (room / across).ceil() as usize;
        for (column, number) in self.grid.threads.iter().enumerate().step_by(every) {
            let at = (corner.0 + (column as f64 + 0.5) * across, bottom + 15.0);
            let number = Text::new(number.to_string(), at, theme::SMALL, theme::QUIET);
            figure.text(number.anchored(Anchor::Middle));
        }
        let at = (f64::midpoint(corner.0, right), bottom + 30.0);
        let name = Text::new("threads per process", at, theme::SMALL, theme::QUIET);
        figure.text(name.anchored(Anchor::Middle));
        Ok(())
    }

    /// A cell that was measured.
    fn value(
        &self,
        figure: &mut Figure,
        (from, to): (Point, Point),
        cell: &Cell,
        value: f64,
        is_best: bool,
    ) {
        let field = self.map.ramp.colour(value);
        let ink = theme::text_on(field);
        figure.rectangle(from, to, field);
        if !self.has_values {
            return;
        }
        let (x, y) = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
        let half = (cell.makespan.as_ref())
            .filter(|_| self.has_intervals)
            .and_then(words::half_width);
        let baseline = if half.is_some() { y - 2.0 } else { y + 4.0 };
        let mut number = Text::new(self.map.written(value), (x, baseline), theme::SMALL, ink);
        number.bold = is_best;
        figure.text(number.anchored(Anchor::Middle));
        if let Some(half) = half {
            let at = (x, baseline + 12.0);
            let half = Text::new(words::plus_minus(half), at, theme::TINY, ink);
            figure.text(half.anchored(Anchor::Middle));
        }
    }
}

fn widest_value(grid: &Grid, map: &Map) -> Result<f64, ChartError> {
    let values = grid.cells().filter_map(|(_, cell)| map.measure.of(cell));
    widest(values.map(|value| map.written(value)), theme::SMALL, true)
}

fn widest_interval(grid: &Grid) -> Result<f64, ChartError> {
    let estimates = grid.cells().filter_map(|(_, cell)| cell.makespan);
    let halves = estimates.filter_map(|estimate| words::half_width(&estimate));
    widest(halves.map(words::plus_minus), theme::TINY, false)
}

fn widest(texts: impl Iterator<Item = String>, em: f64, bold: bool) -> Result<f64, ChartError> {
    let mut widest: f64 = 0.0;
    for text in texts {
        widest = widest.max(font::width(&text, em, bold)?);
    }
    Ok(widest)
}
