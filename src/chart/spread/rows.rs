//! The lower part: configuration by configuration.

use super::key;
use super::marks::{Mark, Way, beyond, counted};
use super::range::{Range, percent};
use super::repeats::{Configuration, Deviation};
use crate::chart::estimate::Estimate;
use crate::chart::figure::{Anchor, Figure, Text};
use crate::chart::unit::{Unit, short};
use crate::chart::{ChartError, font, theme};

/// More rows are no longer looked at.
pub(super) const MOST_ROWS: usize = 40;

const ROW: f64 = 18.0;
const LONGEST_LABEL: f64 = 190.0;
/// The right ends of the value columns, from the right: range, median.
const COLUMNS: [f64; 2] = [0.0, 62.0];
/// Room for both columns.
const VALUES: f64 = 130.0;
/// The least distance of two marks of the axis.
const TICK_ROOM: f64 = 46.0;

/// Rows of configurations on one axis.
pub(super) struct Rows<'a> {
    rows: Vec<(&'a Configuration, Option<Estimate>)>,
    range: &'a Range,
    top: f64,
    labels: f64,
    left: f64,
    right: f64,
}

impl<'a> Rows<'a> {
    /// The first of these configurations, with no place yet.
    ///
    /// # Errors
    /// When the fonts are broken.
    pub fn new(configurations: &'a [Configuration], range: &'a Range) -> Result<Self, ChartError> {
        let shown = configurations.iter().take(MOST_ROWS);
        let rows: Vec<_> = shown
            .map(|row| (row, Estimate::of(row.percents())))
            .collect();
        let mut labels: f64 = 80.0;
        for (row, _) in &rows {
            labels = labels.max(font::width(&row.name, theme::SMALL, false)?);
        }
        let labels = labels.min(LONGEST_LABEL);
        Ok(Rows {
            rows,
            range,
            top: 0.0,
            labels,
            left: theme::MARGIN + 6.0 + labels + 16.0,
            right: theme::WIDTH - theme::MARGIN - VALUES,
        })
    }

    /// The same below `top`.
    pub fn below(self, top: f64) -> Self {
        Rows { top, ..self }
    }

    /// The intervals of the medians.
    pub fn estimates(&self) -> impl Iterator<Item = &Estimate> {
        self.rows
            .iter()
            .filter_map(|(_, estimate)| estimate.as_ref())
    }

    /// Where the last row ends.
    pub fn bottom(&self) -> f64 {
        self.top + self.rows.len() as f64 * ROW
    }

    /// Draws the rows and what they are read by.
    ///
    /// # Errors
    /// When the fonts are broken.
    pub fn draw(&self, figure: &mut Figure) -> Result<(), ChartError> {
        self.grid(figure);
        self.heads(figure)?;
        for (index, (row, estimate)) in self.rows.iter().enumerate() {
            let y = self.top + (index as f64 + 0.5) * ROW;
            self.row(figure, y, row, estimate.as_ref())?;
        }
        Ok(())
    }

    fn x(&self, percent: f64) -> f64 {
        self.left + self.range.position(percent).0 * (self.right - self.left)
    }

    fn grid(&self, figure: &mut Figure) {
        let (left, right) = (theme::MARGIN, theme::WIDTH - theme::MARGIN);
        for index in (0..self.rows.len()).step_by(2) {
            let top = self.top + index as f64 * ROW;
            figure.rectangle((left, top), (right, top + ROW), theme::BAND);
        }
        let least = TICK_ROOM / (self.right - self.left);
        for (tick, words) in self.range.marks(least) {
            let x = self.x(tick);
            let colour = if tick == 0.0 {
                theme::RULE
            } else {
                theme::GRID
            };
            figure.vertical(x, (self.top, self.bottom() + 4.0), 1.0, colour);
            let label = Text::new(words, (x, self.bottom() + 17.0), theme::SMALL, theme::QUIET);
            figure.text(label.anchored(Anchor::Middle));
        }
        figure.horizontal((self.left, self.right), self.bottom(), 1.0, theme::RULE);
        let at = ((self.left + self.right) / 2.0, self.bottom() + 32.0);
        let words = "makespan against the median of its configuration";
        let name = Text::new(words, at, theme::SMALL, theme::QUIET);
        figure.text(name.anchored(Anchor::Middle));
    }

    fn heads(&self, figure: &mut Figure) -> Result<(), ChartError> {
        let y = self.top - 7.0;
        let at = (theme::MARGIN + 6.0, y);
        figure.text(Text::new("configuration", at, theme::SMALL, theme::QUIET));
        for (column, words) in ["range", "median"].into_iter().enumerate() {
            let text = Text::new(words, (self.column(column), y), theme::SMALL, theme::QUIET);
            figure.text(text.anchored(Anchor::End));
        }
        key::of_rows(figure, (self.left, y - 4.0))
    }

    /// The right end of a column of values, as they are numbered in [`COLUMNS`].
    fn column(&self, from_right: usize) -> f64 {
        theme::WIDTH - theme::MARGIN - 6.0 - COLUMNS[from_right]
    }

    fn row(
        &self,
        figure: &mut Figure,
        y: f64,
        row: &Configuration,
        estimate: Option<&Estimate>,
    ) -> Result<(), ChartError> {
        let name = font::fit(&row.name, self.labels, theme::SMALL, false)?;
        let at = (theme::MARGIN + 6.0, y + 4.0);
        figure.text(Text::new(name, at, theme::SMALL, theme::INK));
        if let Some(estimate) = estimate {
            let ends = (self.x(estimate.low), self.x(estimate.high));
            key::interval(figure, ends, y);
        }
        let (plain, marked): (Vec<&Deviation>, Vec<&Deviation>) =
            (row.deviations.iter()).partition(|deviation| Mark::of(deviation) == Mark::Plain);
        plain.into_iter().for_each(|run| self.run(figure, y, run));
        key::median(figure, (self.x(0.0), y));
        marked.into_iter().for_each(|run| self.run(figure, y, run));
        self.values(figure, y, row);
        let ends = (theme::MARGIN, theme::WIDTH - theme::MARGIN);
        let (from, to) = ((ends.0, y - ROW / 2.0), (ends.1, y + ROW / 2.0));
        figure.tip(from, to, in_words(row, estimate));
        Ok(())
    }

    fn run(&self, figure: &mut Figure, y: f64, deviation: &Deviation) {
        let at = (self.x(deviation.percent), y);
        match self.range.position(deviation.percent).1 {
            1 => beyond(figure, at, Way::Right),
            -1 => beyond(figure, at, Way::Left),
            _ => Mark::of(deviation).draw(figure, at),
        }
    }

    fn values(&self, figure: &mut Figure, y: f64, row: &Configuration) {
        let values = [format!("{} %", short(row.range())), median(row)];
        for (column, words) in values.into_iter().enumerate() {
            let at = (self.column(column), y + 4.0);
            figure.text(Text::new(words, at, theme::SMALL, theme::INK).anchored(Anchor::End));
        }
    }
}

fn median(row: &Configuration) -> String {
    Unit::of_seconds(row.median_s).with_name(row.median_s)
}

fn in_words(row: &Configuration, estimate: Option<&Estimate>) -> String {
    let (low, high) = row.ends();
    let mut words = format!(
        "{}: median {} of {} runs, from {} to {}",
        row.name,
        median(row),
        row.deviations.len(),
        percent(low),
        percent(high)
    );
    if let Some(estimate) = estimate.filter(|estimate| estimate.is_interval) {
        let (low, high) = (percent(estimate.low), percent(estimate.high));
        words.push_str(&format!(
            "; 95 % interval of the median from {low} to {high}"
        ));
    }
    words.push_str(&counted(row.deviations.iter().map(Mark::of)));
    words
}
