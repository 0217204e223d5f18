//! One figure of all rows, as bars on a scale of its own.

use plotters::style::RGBColor;

use super::rows::{Quantity, Row, Rows};
use crate::chart::axis::LinearAxis;
use crate::chart::figure::{Anchor, Figure, Text};
use crate::chart::unit::{self, Unit};
use crate::chart::{ChartError, font, theme};

/// The height of a bar, in logical pixels, as all of these.
const BAR: f64 = 10.0;
/// Room right of a bar for its value.
pub const VALUE: f64 = 40.0;
/// The distances of two marks of a scale that are tried, the least one first.
const MARKS: [f64; 4] = [20.0, 27.0, 34.0, 41.0];
/// CPU time in the kernel; what is in user mode has the colour of all other bars.
const SYSTEM: RGBColor = theme::RULE;

/// One figure of all rows.
pub struct Column {
    quantity: Quantity,
    unit: Unit,
    axis: LinearAxis,
    /// Where bars begin.
    left: f64,
    /// Where the scale ends.
    right: f64,
}

impl Column {
    /// A column of bars between two ends, in the unit and on the scale that suit all rows.
    pub fn new(rows: &Rows, quantity: Quantity, (left, right): (f64, f64)) -> Self {
        let estimates = || rows.rows.iter().filter_map(|row| quantity.of(row));
        let medians: Vec<f64> = estimates().map(|estimate| estimate.median).collect();
        let unit = quantity.unit(&medians);
        Column {
            quantity,
            unit,
            axis: LinearAxis::from_zero(estimates().map(|e| e.high * unit.factor)),
            left,
            right,
        }
    }

    fn x(&self, value: f64) -> f64 {
        self.left + self.axis.position(value * self.unit.factor) * (self.right - self.left)
    }

    /// Its name and unit above the rows, which begin at `top`.
    ///
    /// # Errors
    /// When the fonts are broken.
    pub fn head(&self, figure: &mut Figure, rows: &Rows, top: f64) -> Result<(), ChartError> {
        let (upper, lower) = (top - 24.0, top - 9.0);
        let name = match self.quantity {
            Quantity::Cpu => format!("CPU time, {}", self.unit.name),
            Quantity::Voluntary => "Voluntary".to_owned(),
            Quantity::Involuntary => "Involuntary".to_owned(),
            Quantity::Memory => format!("Memory, {}", self.unit.name),
        };
        let at = (self.left, upper);
        figure.text(Text::new(name, at, theme::SMALL, theme::INK).bold());
        let words = match (self.quantity, self.unit.name) {
            (Quantity::Cpu, _) => return self.parts(figure, lower),
            (Quantity::Memory, _) => rows.memory.as_str().to_owned(),
            (_, "") => "switches".to_owned(),
            (_, "thousand") => "k switches".to_owned(),
            (_, _) => "M switches".to_owned(),
        };
        figure.text(Text::new(
            words,
            (self.left, lower),
            theme::SMALL,
            theme::QUIET,
        ));
        Ok(())
    }

    /// What the two parts of a CPU time are.
    fn parts(&self, figure: &mut Figure, y: f64) -> Result<(), ChartError> {
        let mut x = self.left;
        for (words, colour) in [("user", theme::MEASURED), ("system", SYSTEM)] {
            figure.rectangle((x, y - 8.0), (x + 8.0, y), colour);
            let text = Text::new(words, (x + 12.0, y), theme::SMALL, theme::QUIET);
            x = text.extent()?.1 + 8.0;
            figure.text(text);
        }
        Ok(())
    }

    /// Where its values begin, and marks below the rows. Lines through the rows would cross values.
    ///
    /// # Errors
    /// When the fonts are broken.
    pub fn scale(&self, figure: &mut Figure, (top, bottom): (f64, f64)) -> Result<(), ChartError> {
        for (x, mark) in self.marks()? {
            figure.vertical(x, (bottom, bottom + 4.0), 1.0, theme::RULE);
            let mark = Text::new(mark, (x, bottom + 15.0), theme::SMALL, theme::QUIET);
            figure.text(mark.anchored(Anchor::Middle));
        }
        figure.vertical(self.left, (top, bottom + 4.0), 1.0, theme::RULE);
        Ok(())
    }

    /// As many marks as have room.
    fn marks(&self) -> Result<Vec<(f64, String)>, ChartError> {
        let width = self.right - self.left;
        for least in MARKS {
            let ticks = self.axis.ticks(least / width).into_iter();
            let marks: Vec<(f64, String)> = ticks
                .map(|tick| {
                    (
                        self.left + self.axis.position(tick) * width,
                        unit::mark(tick),
                    )
                })
                .collect();
            let mut apart = true;
            for pair in marks.windows(2) {
                let widths =
                    [&pair[0].1, &pair[1].1].map(|mark| font::width(mark, theme::SMALL, false));
                let [first, second] = widths;
                apart &= pair[1].0 - pair[0].0 >= (first? + second?) / 2.0 + 5.0;
            }
            if apart {
                return Ok(marks);
            }
        }
        Ok(Vec::new())
    }

    /// A bar from zero to the median, its interval, and its value.
    pub fn bar(&self, figure: &mut Figure, y: f64, row: &Row) {
        let Some(estimate) = self.quantity.of(row) else {
            let none = Text::new("–", (self.left + 5.0, y + 4.0), theme::SMALL, theme::QUIET);
            figure.text(none);
            return;
        };
        let (top, bottom) = (y - BAR / 2.0, y + BAR / 2.0);
        let end = self.x(estimate.median);
        // Medians of parts do not add up to the median of the sum: the second takes what is left.
        let user = row.user_s.filter(|_| self.quantity == Quantity::Cpu);
        let middle = user.map_or(end, |user| self.x(user).min(end));
        figure.rectangle((self.left, top), (middle, bottom), theme::MEASURED);
        if user.is_some() {
            figure.rectangle((middle, top), (end, bottom), SYSTEM);
        }
        let (low, high) = (self.x(estimate.low), self.x(estimate.high));
        if estimate.has_width() && high - low > 3.0 {
            figure.horizontal((low, high), y, 1.0, theme::INK);
            for x in [low, high] {
                figure.vertical(x, (y - 3.0, y + 3.0), 1.0, theme::INK);
            }
        }
        let value = self.unit.written(estimate.median);
        let at = (high.max(end) + 5.0, y + 4.0);
        figure.text(Text::new(value, at, theme::SMALL, theme::QUIET));
    }
}
