//! The runs configuration by configuration.

use super::DEVIATION;
use super::range::{Range, percent};
use super::repeats::{Configuration, Repeats};
use super::run::{self, Look, counted};
use crate::chart::estimate::Estimate;
use crate::chart::grammar::{
    Axis, Column, Datum, Facet, Key, Layer, Legend, Mark, Row, Table, Ticks, Values, WHOLE,
};
use crate::chart::scene::Stroke;
use crate::chart::symbol::Symbol;
use crate::chart::theme;
use crate::chart::unit::short;
use crate::chart::vocabulary::{Quantity, of_total};

/// More rows are no longer looked at.
pub(super) const MOST_ROWS: usize = 40;
/// The height of a row, and half of that of an interval as a part of it.
const ROW: f64 = 18.0;
const HALF: f64 = 0.33;

/// Rows of configurations, with the intervals of their medians.
pub(super) struct Rows<'a>(Vec<Known<'a>>);

/// A configuration, and how far its median is known.
type Known<'a> = (&'a Configuration, Option<Estimate>);

impl<'a> Rows<'a> {
    /// The first configurations.
    pub fn of(repeats: &'a Repeats) -> Self {
        let shown = repeats.configurations.iter().take(MOST_ROWS);
        Rows(
            shown
                .map(|row| (row, Estimate::of(row.percents())))
                .collect(),
        )
    }

    /// The intervals of the medians.
    pub fn estimates(&self) -> impl Iterator<Item = &Estimate> {
        self.0.iter().filter_map(|(_, estimate)| estimate.as_ref())
    }

    /// The rows on one axis.
    pub fn facet(&self, range: &Range) -> Facet {
        let x = Axis::with(range.scale.clone(), DEVIATION, Ticks::Signed);
        let mut facet = Facet::new(x, Axis::rows(self.0.len()), ROW);
        facet.table = Some(self.table());
        let key = Key::Interval(theme::MEASURED);
        facet.legend = vec![Legend::new(key, "median and how far it is known")];
        let rows = || (0..).map(f64::from).zip(&self.0);
        let interval = |(y, (_, estimate)): (f64, &Known<'_>)| {
            let ends = estimate.as_ref()?;
            let ends = (range.place(ends.low), range.place(ends.high));
            Some(Datum::new(ends, (y - HALF, y + HALF)))
        };
        let intervals = rows().filter_map(interval);
        let medians = rows().map(|(y, _)| Datum::new(0.0, y));
        let medians = Layer::new(Mark::Point(Symbol::Tick, 7.0), theme::MEASURED, medians);
        let runs = rows().flat_map(|(y, (row, _))| row.deviations.iter().map(move |run| (y, run)));
        let runs = runs.map(|(y, run)| (Datum::new(range.place(run.percent), y), Look::of(run)));
        let zero = Datum::new(0.0, WHOLE);
        facet.add(Mark::Rule(1.0, Stroke::Solid), theme::RULE, [zero]);
        facet.add_layer(Layer::new(Mark::Bar, theme::MEASURED, intervals).opacity(0.25));
        run::add(
            &mut facet,
            runs.collect(),
            [Symbol::Left, Symbol::Right],
            medians,
        );
        facet
    }

    fn table(&self) -> Table {
        let columns: [Values<'_, Known<'_>>; 3] = [
            (Column::new("median", theme::INK), &|(row, _)| {
                Quantity::Makespan.value(row.median_s)
            }),
            (Column::new("failed", theme::PUBLISHED_TEXT), &|(row, _)| {
                of_total(row.failed)
            }),
            (Column::new("range", theme::INK), &|(row, _)| {
                format!("{} %", short(row.range()))
            }),
        ];
        let row = |(row, estimate): &Known<'_>| {
            let (name, tooltip) = (row.name.clone(), in_words(row, estimate.as_ref()));
            Row {
                name,
                tooltip,
                ..Row::default()
            }
        };
        Table::new(theme::SMALL, &self.0, row, &columns)
    }
}

fn in_words(row: &Configuration, estimate: Option<&Estimate>) -> String {
    let (low, high) = row.ends();
    let mut words = format!(
        "{}: median {} of {} runs, from {} to {}",
        row.name,
        Quantity::Makespan.value(row.median_s),
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
    words.push_str(&counted(row.deviations.iter().map(Look::of)));
    words
}
