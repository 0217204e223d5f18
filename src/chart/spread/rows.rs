//! The runs configuration by configuration.

use itertools::Itertools;

use super::repeats::{Repeated, Repeats, off};
use super::{DEVIATION, add_runs, counted, percent};
use crate::chart::grammar::{
    Axis, Column, Datum, Facet, Key, Layer, Legend, Mark, Row, Table, Ticks, WHOLE,
};
use crate::chart::scale::Scale;
use crate::chart::scene::Stroke;
use crate::chart::symbol::Symbol;
use crate::chart::theme;
use crate::chart::unit::short;
use crate::chart::vocabulary::{Quantity, of_total};
use crate::record::Trial;
use crate::stats::Estimate;

/// More rows are no longer looked at.
pub(super) const MOST_ROWS: usize = 40;
/// The height of a row, and half of that of an interval as a part of it.
const ROW: f64 = 18.0;
const HALF: f64 = 0.33;

/// A configuration, and how far its median is known, in percent of it.
pub(super) type Known<'a> = (&'a Repeated<'a>, Option<Estimate>);

/// The configurations that have a row.
pub(super) fn shown<'a>(repeats: &'a Repeats<'a>) -> Vec<Known<'a>> {
    let known = |row: &'a Repeated<'a>| {
        let percent = |trial: &Trial| Some(off(trial.usable_makespan_s()?, row.median_s));
        (row, row.group.estimate(percent))
    };
    repeats.rows.iter().take(MOST_ROWS).map(known).collect()
}

/// The rows on one axis.
pub(super) fn facet(shown: &[Known<'_>], scale: &Scale) -> Facet {
    let x = Axis::with(scale.clone(), DEVIATION, Ticks::Signed);
    let mut facet = Facet::new(x, Axis::rows(shown.len()), ROW);
    facet.table = Some(table(shown));
    let key = Key::Interval(theme::MEASURED);
    facet.legend = vec![Legend::new(key, "median and how far it is known")];
    let rows = (0..).map(f64::from).zip(shown).collect_vec();
    let intervals = rows.iter().filter_map(|(y, (_, estimate))| {
        let ends = estimate.as_ref()?;
        let ends = (scale.within(ends.low), scale.within(ends.high));
        Some(Datum::new(ends, (y - HALF, y + HALF)))
    });
    let medians = rows.iter().map(|(y, _)| Datum::new(0.0, *y));
    let medians = Layer::new(Mark::Point(Symbol::Tick, 7.0), theme::MEASURED, medians);
    let runs = rows.iter().flat_map(|(y, (row, _))| {
        let datum = |(off, look): &(f64, _)| (Datum::new(scale.within(*off), *y), *look);
        row.deviations.iter().map(datum)
    });
    let runs = runs.collect();
    facet.add(
        Mark::Rule(1.0, Stroke::Solid),
        theme::RULE,
        [Datum::new(0.0, WHOLE)],
    );
    facet.add_layer(Layer::new(Mark::Bar, theme::MEASURED, intervals).opacity(0.25));
    add_runs(&mut facet, runs, [Symbol::Left, Symbol::Right], medians);
    facet
}

fn table(shown: &[Known<'_>]) -> Table {
    let head = |head| Column::new(head, theme::INK);
    let columns = [head("median"), Column::failed(), head("range")];
    let values = |(row, _): &Known<'_>| {
        let median = Quantity::Makespan.value(row.median_s);
        [
            median,
            of_total(row.group.failed()),
            format!("{} %", short(row.range())),
        ]
    };
    let row = |known: &Known<'_>| Row::new(known.0.group.name.as_str(), in_words(known));
    Table::new(theme::SMALL, shown, row, columns, values)
}

fn in_words((row, estimate): &Known<'_>) -> String {
    let (low, high) = row.ends();
    let median = Quantity::Makespan.value(row.median_s);
    let (name, runs) = (&row.group.name, row.deviations.len());
    let mut words = format!(
        "{name}: median {median} of {runs} runs, from {} to {}",
        percent(low),
        percent(high)
    );
    if let Some(estimate) = estimate.filter(|estimate| estimate.is_interval) {
        let (low, high) = (percent(estimate.low), percent(estimate.high));
        words.push_str(&format!(
            "; 95 % interval of the median from {low} to {high}"
        ));
    }
    words + &counted(row.deviations.iter().map(|(_, look)| *look))
}
