//! The runs configuration by configuration.

use super::DEVIATION;
use super::range::{Range, percent};
use super::repeats::{Configuration, Deviation, Repeats};
use super::run::{self, Look, counted};
use crate::chart::estimate::Estimate;
use crate::chart::grammar::{
    Axis, Column, Datum, Facet, Key, Layer, Legend, Mark, Row, Table, Ticks, WHOLE,
};
use crate::chart::scale::Scale;
use crate::chart::scene::Stroke;
use crate::chart::symbol::Symbol;
use crate::chart::theme;
use crate::chart::unit::short;
use crate::chart::vocabulary::Quantity;

/// More rows are no longer looked at.
pub(super) const MOST_ROWS: usize = 40;
/// The height of a row, and half of that of an interval as a part of it.
const ROW: f64 = 18.0;
const HALF: f64 = 0.33;

/// Rows of configurations, with the intervals of their medians.
pub(super) struct Rows<'a>(Vec<(&'a Configuration, Option<Estimate>)>);

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
        let x = Axis::new(range.scale.clone(), DEVIATION).ticks(Ticks::Signed);
        let mut facet = Facet::new(x, Axis::new(Scale::band(self.0.len() as f64), ""), ROW);
        facet.table = Some(self.table());
        let key = Key::Interval(theme::MEASURED);
        facet.legend = vec![Legend {
            key,
            words: "median and how far it is known".to_owned(),
        }];
        let rows = || {
            self.0
                .iter()
                .enumerate()
                .map(|(index, row)| (index as f64, row))
        };
        let intervals = rows().filter_map(|(y, (_, estimate))| {
            let ends = estimate.as_ref()?;
            let ends = (range.place(ends.low), range.place(ends.high));
            Some(Datum::new(ends, (y - HALF, y + HALF)))
        });
        let medians = Layer::new(
            Mark::Point(Symbol::Tick, 7.0),
            theme::MEASURED,
            rows().map(|(y, _)| Datum::new(0.0, y)),
        );
        let runs = rows().flat_map(|(y, (row, _))| {
            let run =
                move |run: &Deviation| (Datum::new(range.place(run.percent), y), Look::of(run));
            row.deviations.iter().map(run)
        });
        let zero = Datum::new(0.0, WHOLE);
        facet.add(Layer::new(
            Mark::Rule(1.0, Stroke::Solid),
            theme::RULE,
            [zero],
        ));
        facet.add(Layer::new(Mark::Bar, theme::MEASURED, intervals).opacity(0.25));
        run::add(
            &mut facet,
            runs.collect(),
            [Symbol::Left, Symbol::Right],
            medians,
        );
        facet
    }

    fn table(&self) -> Table {
        let any_failed = self.0.iter().any(|(row, _)| row.failed.0 > 0);
        let column = |head: &str| Column {
            colour: theme::INK,
            ..Column::new(head)
        };
        let mut columns = vec![column("median"), column("range")];
        if any_failed {
            columns.insert(
                1,
                Column {
                    colour: theme::PUBLISHED_TEXT,
                    ..Column::new("failed")
                },
            );
        }
        let row = |(row, estimate): &(&Configuration, Option<Estimate>)| {
            let range = format!("{} %", short(row.range()));
            let mut values = vec![Quantity::Makespan.value(row.median_s), range];
            if any_failed {
                let failed = match row.failed {
                    (0, _) => String::new(),
                    (failed, runs) => format!("{failed} of {runs}"),
                };
                values.insert(1, failed);
            }
            let (name, tooltip) = (row.name.clone(), in_words(row, estimate.as_ref()));
            Row {
                name,
                values,
                tooltip,
                ..Row::default()
            }
        };
        let rows = self.0.iter().map(row).collect();
        Table {
            head: "configuration",
            em: theme::SMALL,
            rows,
            columns,
        }
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
