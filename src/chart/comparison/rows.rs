//! The rows of a comparison.

use super::{Comparison, marks};
use crate::chart::axis::{LogAxis, is_drawable};
use crate::chart::figure::{Anchor, Figure, Text};
use crate::chart::{ChartError, font, theme};
use crate::record::{PublishedFigure, Status, Summary};

const ROW: f64 = 30.0;
const GAP: f64 = 12.0;
/// The right ends of the value columns, from the right: measured, ideal, published. Each is as
/// wide as its heading, such as "● measured", and the gap that keeps it from its neighbour.
const COLUMNS: [f64; 3] = [0.0, 90.0, 154.0];
/// Room for the left-most column.
const LAST_COLUMN: f64 = 84.0;
const LONGEST_LABEL: f64 = 190.0;
/// Where no published figures take room.
const LONGEST_LABEL_ALONE: f64 = 240.0;
/// The least distance of two labels of the axis.
const TICK_ROOM: f64 = 28.0;

/// The rows of a comparison: where everything in them stands.
pub struct Rows {
    axis: LogAxis,
    rows: usize,
    top: f64,
    left: f64,
    right: f64,
    labels: f64,
    /// Decimals of the ideal and measured values.
    decimals: usize,
    published: bool,
}

impl Rows {
    /// Finds room for labels, marks and values below `top`.
    pub fn new(comparison: &Comparison, top: f64) -> Result<Self, ChartError> {
        let mut labels: f64 = 0.0;
        for row in &comparison.rows {
            labels = labels.max(font::width(&row.name, theme::BODY, false)?);
        }
        let published = comparison.has_published();
        let labels = labels.min(match published {
            true => LONGEST_LABEL,
            false => LONGEST_LABEL_ALONE,
        });
        let columns = COLUMNS[if published { 2 } else { 1 }] + LAST_COLUMN;
        let values: Vec<f64> = comparison.rows.iter().flat_map(values).collect();
        Ok(Rows {
            decimals: decimals(&values),
            axis: LogAxis::over(values),
            rows: comparison.rows.len(),
            top,
            left: theme::MARGIN + 6.0 + labels + GAP,
            right: theme::WIDTH - theme::MARGIN - columns - 4.0,
            labels,
            published,
        })
    }

    /// Draws the rows and what they are read by.
    pub fn draw(&self, figure: &mut Figure, comparison: &Comparison) -> Result<(), ChartError> {
        self.grid(figure);
        self.column_heads(figure)?;
        for (index, row) in comparison.rows.iter().enumerate() {
            self.row(figure, index, row)?;
        }
        Ok(())
    }

    /// Where the last row ends.
    pub fn bottom(&self) -> f64 {
        self.top + self.rows as f64 * ROW
    }

    fn x(&self, seconds: f64) -> f64 {
        self.left + self.axis.position(seconds) * (self.right - self.left)
    }

    /// The right end of a column of values, as they are numbered in [`COLUMNS`].
    fn column(&self, from_right: usize) -> f64 {
        theme::WIDTH - theme::MARGIN - 6.0 - COLUMNS[from_right]
    }

    fn grid(&self, figure: &mut Figure) {
        let (left, right) = (theme::MARGIN, theme::WIDTH - theme::MARGIN);
        for index in (0..self.rows).step_by(2) {
            let top = self.top + index as f64 * ROW;
            figure.rectangle((left, top), (right, top + ROW), theme::BAND);
        }
        let least = TICK_ROOM / (self.right - self.left);
        for tick in self.axis.ticks(least) {
            let x = self.x(tick);
            figure.vertical(x, (self.top, self.bottom() + 4.0), 1.0, theme::GRID);
            let at = (x, self.bottom() + 17.0);
            let label = Text::new(tick.to_string(), at, theme::SMALL, theme::QUIET);
            figure.text(label.anchored(Anchor::Middle));
        }
        let ends = (self.left, self.right);
        figure.horizontal(ends, self.bottom(), 1.0, theme::RULE);
        let at = ((self.left + self.right) / 2.0, self.bottom() + 33.0);
        let name = Text::new("seconds, logarithmic scale", at, theme::SMALL, theme::QUIET);
        figure.text(name.anchored(Anchor::Middle));
    }

    /// The heads of the value columns, which are the legend of the marks as well.
    fn column_heads(&self, figure: &mut Figure) -> Result<(), ChartError> {
        let y = self.top - 9.0;
        let unit = Text::new(
            "configuration",
            (theme::MARGIN + 6.0, y),
            theme::SMALL,
            theme::QUIET,
        );
        figure.text(unit);
        let mut head = |from_right, word, colour, mark: fn(&mut Figure, (f64, f64))| {
            let text = Text::new(word, (self.column(from_right), y), theme::SMALL, colour);
            let text = text.anchored(Anchor::End);
            let (left, _) = text.extent()?;
            mark(figure, (left - 11.0, y - 4.0));
            figure.text(text);
            Ok::<(), ChartError>(())
        };
        head(0, "measured", theme::MEASURED, marks::measured)?;
        head(1, "ideal", theme::IDEAL, marks::short_ideal)?;
        if self.published {
            head(2, "published", theme::PUBLISHED_TEXT, marks::published)?;
        }
        Ok(())
    }

    fn row(&self, figure: &mut Figure, index: usize, row: &Summary) -> Result<(), ChartError> {
        let y = self.top + (index as f64 + 0.5) * ROW;
        let name = font::fit(&row.name, self.labels, theme::BODY, false)?;
        let at = (theme::MARGIN + 6.0, y + 4.0);
        figure.text(Text::new(name, at, theme::BODY, theme::INK));
        match row.measured {
            Some(_) => self.marks(figure, y, row),
            None => self.failure(figure, y, row)?,
        }
        let (top, bottom) = (y - ROW / 2.0, y + ROW / 2.0);
        let ends = (theme::MARGIN, theme::WIDTH - theme::MARGIN);
        figure.tip((ends.0, top), (ends.1, bottom), in_words(row));
        self.values(figure, y, row)
    }

    /// Back to front: what joins the marks, then the marks, the measured one last.
    fn marks(&self, figure: &mut Figure, y: f64, row: &Summary) {
        let published = published_s(row)
            .filter(|&s| is_drawable(s))
            .map(|s| self.x(s));
        let measured = row.measured.filter(|spread| is_drawable(spread.min));
        let median = measured.map(|spread| self.x(spread.median));
        if let (Some(a), Some(b)) = (published, median) {
            figure.horizontal((a.min(b), a.max(b)), y, 2.0, theme::RULE);
        }
        if let Some(x) = published {
            marks::published(figure, (x, y));
        }
        if let Some(ideal) = row.ideal_s.filter(|&s| is_drawable(s)) {
            marks::ideal(figure, (self.x(ideal), y));
        }
        if let (Some(x), Some(spread)) = (median, measured) {
            let (left, right) = (self.x(spread.min), self.x(spread.max));
            // A shorter one would only make the dot look ragged.
            if right - left > 2.0 * marks::DOT + 2.0 {
                marks::whisker(figure, (left, right), y);
            }
            marks::measured(figure, (x, y));
        }
    }

    /// A configuration without a good run has no marks, and says why.
    fn failure(&self, figure: &mut Figure, y: f64, row: &Summary) -> Result<(), ChartError> {
        let reason = row.error.as_deref().unwrap_or("no reason recorded");
        let reason: Vec<&str> = reason.split_whitespace().collect();
        let words = format!("{}: {}", row.status, reason.join(" "));
        let room = self.right - self.left - 12.0;
        let words = font::cut(&words, room, theme::SMALL)?;
        let at = (self.left + 6.0, y + 4.0);
        let text = Text::new(words, at, theme::SMALL, theme::PUBLISHED_TEXT);
        let (left, right) = text.extent()?;
        figure.rectangle((left - 3.0, y - 9.0), (right + 3.0, y + 9.0), theme::PAPER);
        figure.text(text);
        Ok(())
    }

    fn values(&self, figure: &mut Figure, y: f64, row: &Summary) -> Result<(), ChartError> {
        let mut value = |from_right, words: String, lead: f64, colour| {
            let at = (self.column(from_right) - lead, y + 4.0);
            let text = Text::new(words, at, theme::BODY, colour).anchored(Anchor::End);
            figure.text(if from_right == 0 { text.bold() } else { text });
        };
        let measured = match row.measured {
            Some(spread) => self.fixed(spread.median),
            None if row.status == Status::Timeout => "timeout".to_owned(),
            None => "failed".to_owned(),
        };
        value(0, measured, 0.0, theme::MEASURED);
        if let Some(ideal) = row.ideal_s {
            let bound = if row.ideal_is_bound { "≥ " } else { "" };
            value(
                1,
                format!("{bound}{}", self.fixed(ideal)),
                0.0,
                theme::IDEAL,
            );
        }
        if let Some(published) = published_s(row).filter(|_| self.published) {
            // As it was published, but with its point under the points of the others.
            let words = published.to_string();
            let full = font::width(&self.fixed(published), theme::BODY, false)?;
            let lead = (full - font::width(&words, theme::BODY, false)?).max(0.0);
            value(2, words, lead, theme::PUBLISHED_TEXT);
        }
        Ok(())
    }

    fn fixed(&self, seconds: f64) -> String {
        format!("{seconds:.*}", self.decimals)
    }
}

/// The whole row in words.
fn in_words(row: &Summary) -> String {
    let mut words = vec![match row.measured {
        Some(spread) if spread.runs > 1 => format!(
            "measured {:.4} s, from {:.4} to {:.4} in {} runs",
            spread.median, spread.min, spread.max, spread.runs
        ),
        Some(spread) => format!("measured {:.4} s", spread.median),
        None => row.status.to_string(),
    }];
    if let Some(ideal) = row.ideal_s {
        let bound = if row.ideal_is_bound { "at least " } else { "" };
        words.push(format!("ideal {bound}{ideal:.4} s"));
    }
    if let Some(efficiency) = row.efficiency {
        words.push(format!("efficiency {:.1} %", 100.0 * efficiency));
    }
    words.extend(published_s(row).map(|seconds| format!("published {seconds} s")));
    let again = row.run_again_s.filter(|_| !row.runtime.is_native());
    words.extend(again.map(|seconds| format!("the first system run again {seconds} s")));
    words.extend(row.error.clone());
    format!("{}: {}", row.name, words.join("; "))
}

fn published_s(row: &Summary) -> Option<f64> {
    match row.published {
        PublishedFigure::Seconds(seconds) => Some(seconds),
        _ => None,
    }
}

/// Everything that has a mark in a row.
fn values(row: &Summary) -> Vec<f64> {
    let Some(measured) = row.measured else {
        return Vec::new();
    };
    let others = [published_s(row), row.ideal_s];
    let ends = [measured.min, measured.max];
    ends.into_iter()
        .chain(others.into_iter().flatten())
        .collect()
}

/// Decimals that leave two digits of the smallest value, and hundredths at least.
fn decimals(values: &[f64]) -> usize {
    let smallest = values.iter().copied().filter(|&value| is_drawable(value));
    let smallest = smallest.fold(1.0, f64::min);
    (1.0 - smallest.log10().floor()).clamp(2.0, 6.0) as usize
}
