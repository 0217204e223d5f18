//! Rows of bars: the columns share their rows, and each has a scale of its own.

use super::column::{Column, VALUE};
use super::rows::{Quantity, Row, Rows};
use crate::chart::estimate::{Estimate, explained};
use crate::chart::figure::{Anchor, Figure, Text};
use crate::chart::unit::Unit;
use crate::chart::{ChartError, font, sheet, theme};

const ROW: f64 = 20.0;
/// Room above the first row for the columns' names.
const ABOVE: f64 = 38.0;
/// Room below the last row for the marks of the scales.
const BELOW: f64 = 22.0;
const LONGEST_LABEL: f64 = 170.0;
/// Room for a makespan, its name and unit above it included.
const MAKESPAN: f64 = 76.0;
/// Free space between two columns.
const GAP: f64 = 14.0;

/// Draws the rows.
pub(super) fn figure(rows: &Rows, source: &str) -> Result<Figure, ChartError> {
    let (mut figure, top) = sheet::begin(&title(rows), &sentences(rows))?;
    let table = Table::new(rows, top + ABOVE)?;
    table.draw(&mut figure)?;
    sheet::end(figure, source, table.bottom() + BELOW)
}

fn title(rows: &Rows) -> String {
    format!("What each configuration costs: {}", rows.experiment)
}

fn sentences(rows: &Rows) -> Vec<String> {
    let mut sentences = vec![
        format!("For {}, the fastest first.", rows.work),
        "CPU time, context switches and peak memory of the server and all its workers together; less \
         is better.".to_owned(),
    ];
    let columns = rows.columns();
    let estimates: Vec<Estimate> = (rows.rows.iter())
        .flat_map(|row| columns.iter().filter_map(|column| column.of(row)))
        .collect();
    sentences.extend(explained(&estimates).map(str::to_owned));
    sentences.extend(rows.rule.clone());
    if rows.rows.iter().any(|row| row.is_on_front) {
        sentences.push(
            "Bold: the Pareto front, of which no other is both faster and smaller.".to_owned(),
        );
    }
    sentences.extend(rows.not_ok.clone());
    sentences
}

/// Where everything stands.
struct Table<'a> {
    rows: &'a Rows,
    top: f64,
    /// The width of the labels.
    labels: f64,
    /// The unit of the makespans.
    makespan: Unit,
    columns: Vec<Column>,
}

impl<'a> Table<'a> {
    fn new(rows: &'a Rows, top: f64) -> Result<Self, ChartError> {
        let mut labels: f64 = 0.0;
        for row in &rows.rows {
            labels = labels.max(font::width(&row.name, theme::SMALL, row.is_on_front)?);
        }
        let labels = labels.min(LONGEST_LABEL);
        let quantities = rows.columns();
        let left = theme::MARGIN + 6.0 + labels + MAKESPAN + GAP;
        let room = theme::WIDTH - theme::MARGIN - left + GAP;
        let width = room / quantities.len() as f64;
        let column = |(index, &quantity): (usize, &Quantity)| {
            let left = left + index as f64 * width;
            Column::new(rows, quantity, (left, left + width - GAP - VALUE))
        };
        let makespans = rows
            .rows
            .iter()
            .filter_map(|row| Some(row.makespan?.median));
        let makespans: Vec<f64> = makespans.collect();
        Ok(Table {
            rows,
            top,
            labels,
            makespan: Unit::shortest(&makespans, Unit::of_seconds),
            columns: quantities.iter().enumerate().map(column).collect(),
        })
    }

    fn bottom(&self) -> f64 {
        self.top + self.rows.rows.len() as f64 * ROW
    }

    fn draw(&self, figure: &mut Figure) -> Result<(), ChartError> {
        let (left, right) = (theme::MARGIN, theme::WIDTH - theme::MARGIN);
        for index in (0..self.rows.rows.len()).step_by(2) {
            let top = self.top + index as f64 * ROW;
            figure.rectangle((left, top), (right, top + ROW), theme::BAND);
        }
        self.heads(figure);
        for column in &self.columns {
            column.head(figure, self.rows, self.top)?;
            column.scale(figure, (self.top, self.bottom()))?;
        }
        for (index, row) in self.rows.rows.iter().enumerate() {
            let top = self.top + index as f64 * ROW;
            self.row(figure, top + ROW / 2.0, row)?;
            let words = row.in_words(self.rows.memory);
            figure.tip((left, top), (right, top + ROW), words);
        }
        Ok(())
    }

    fn makespan_end(&self) -> f64 {
        theme::MARGIN + 6.0 + self.labels + MAKESPAN
    }

    fn heads(&self, figure: &mut Figure) {
        let (left, right) = (theme::MARGIN + 6.0, self.makespan_end());
        let (upper, lower) = (self.top - 24.0, self.top - 9.0);
        let name = Text::new("configuration", (left, lower), theme::SMALL, theme::QUIET);
        figure.text(name);
        let name = Text::new("Makespan", (right, upper), theme::SMALL, theme::INK).bold();
        figure.text(name.anchored(Anchor::End));
        let unit = Text::new(
            self.makespan.name,
            (right, lower),
            theme::SMALL,
            theme::QUIET,
        );
        figure.text(unit.anchored(Anchor::End));
    }

    fn row(&self, figure: &mut Figure, y: f64, row: &Row) -> Result<(), ChartError> {
        let name = font::fit(&row.name, self.labels, theme::SMALL, row.is_on_front)?;
        let at = (theme::MARGIN + 6.0, y + 4.0);
        let mut name = Text::new(name, at, theme::SMALL, theme::INK);
        name.bold = row.is_on_front;
        figure.text(name);
        if let Some(makespan) = row.makespan {
            let at = (self.makespan_end(), y + 4.0);
            let value = self.makespan.written(makespan.median);
            let value = Text::new(value, at, theme::SMALL, theme::INK);
            figure.text(value.anchored(Anchor::End));
        }
        for column in &self.columns {
            column.bar(figure, y, row);
        }
        Ok(())
    }
}
