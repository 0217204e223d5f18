//! Rows of bars: facets side by side over the same rows, each with a scale of its own.

use itertools::Itertools;

use super::{Configuration, Configurations};
use crate::chart::grammar::{
    Axis, Chart, Column, Datum, Facet, Key, Layer, Legend, Mark, Row, Table,
};
use crate::chart::palette::Look;
use crate::chart::scale::Scale;
use crate::chart::theme;
use crate::chart::vocabulary::{self, Quantity};
use crate::model::Runtime;
use crate::stats::Estimate;

/// Beyond this a reader looks for a row and not at the bars.
pub const MOST_ROWS: usize = 40;
/// The height of a row.
const ROW: f64 = 20.0;
/// Half the height of a bar, as a part of the row.
const HALF: f64 = 0.25;

/// A configuration with what was measured of it.
struct Costs<'a>(&'a Configuration<'a>, Vec<(Quantity, Estimate)>);

/// The rows of those on the Pareto front, and of the fastest while there is room; `None` when nothing
/// but makespans was measured.
pub fn chart(all: &Configurations<'_>) -> Option<Chart> {
    let memory = Quantity::Memory(all.memory);
    let rows = all
        .at_most(MOST_ROWS)
        .map(|one| Costs::of(one, memory))
        .collect_vec();
    let any = |of: &Quantity| rows.iter().any(|row| row.get(*of).is_some());
    let shown = [
        Quantity::Cpu,
        Quantity::Voluntary,
        Quantity::Involuntary,
        memory,
    ];
    let shown = shown.into_iter().filter(any).collect_vec();
    let table = table(&rows, memory);
    let facet = |quantity: &Quantity| facet(&rows, *quantity, table.clone());
    let facets = shown.iter().map(facet).collect_vec();
    let estimates = rows
        .iter()
        .flat_map(|row| shown.iter().filter_map(|of| row.get(*of)));
    let has_front = rows.iter().any(|row| row.0.is_on_front);
    let notes = [
        Some(format!("For {}, the fastest first.", all.work)),
        Some(
            "CPU time, context switches and peak memory of the server and all its workers together; \
             less is better."
                .to_owned(),
        ),
        vocabulary::explained(estimates),
        has_front.then(|| format!("Bold: the Pareto front, of which {}.", vocabulary::FRONT)),
        all.rule(MOST_ROWS),
        all.failures.clone(),
    ];
    let by = "by configuration: CPU time, context switches and memory";
    (!facets.is_empty())
        .then(|| Chart::new(vocabulary::title("cost", all.experiment, by), notes, facets))
}

fn facet(rows: &[Costs<'_>], quantity: Quantity, table: Table) -> Facet {
    let estimates = rows
        .iter()
        .filter_map(|row| row.get(quantity))
        .collect_vec();
    let unit = quantity.short_unit(&estimates.iter().map(|of| of.median).collect_vec());
    let axis = quantity.axis(Scale::from_zero(estimates.iter().map(|of| of.high), unit));
    let heading = axis
        .title
        .replacen(&quantity.name(), &quantity.heading(), 1);
    let mut facet = Facet::new(Axis::new(axis.scale, ""), Axis::rows(rows.len()), ROW);
    (facet.heading, facet.beside, facet.table) = (heading, true, Some(table));
    let colour = |row: &Costs<'_>| Look::of_runtime(row.runtime()).colour;
    let user = |row: &Costs<'_>| {
        let user = row
            .get(Quantity::User)
            .filter(|_| quantity == Quantity::Cpu);
        user.map(|of| of.median)
    };
    if rows.iter().any(|row| user(row).is_some()) {
        let runtimes = rows
            .iter()
            .sorted_by_key(|row| row.runtime())
            .dedup_by(|a, b| a.runtime() == b.runtime());
        let system = Key::Fields(vec![theme::RULE]);
        facet.legend = vec![
            Legend::new(Key::Fields(runtimes.map(colour).collect()), "user"),
            Legend::new(system, "system"),
        ];
    }
    let [mut bars, mut systems, mut intervals, mut values] = [const { Vec::new() }; 4];
    for (index, row) in (0..).map(f64::from).zip(rows) {
        let y = (index - HALF, index + HALF);
        let Some(estimate) = row.get(quantity) else {
            values.push(Datum::new((0.0, 0.0), y).text("–"));
            continue;
        };
        let end = estimate.median;
        // Medians of parts do not add up to the median of the sum: the second takes what is left.
        let middle = user(row).map_or(end, |user| user.min(end));
        bars.push(Datum::new((0.0, middle), y).coloured(colour(row)));
        systems.extend(user(row).map(|_| Datum::new((middle, end), y)));
        intervals.push(Datum::new(estimate, index));
        values.push(Datum::new((0.0, estimate.high.max(end)), y).text(unit.written(end)));
    }
    facet.add(Mark::Bar, theme::MEASURED, bars);
    facet.add(Mark::Bar, theme::RULE, systems);
    facet.add(Mark::Interval, theme::INK, intervals);
    facet.add_layer(Layer::new(Mark::Bar, theme::PAPER, values).opacity(0.0));
    facet
}

fn table(rows: &[Costs<'_>], memory: Quantity) -> Table {
    let makespan = |row: &Costs<'_>| row.get(Quantity::Makespan).map(|of| of.median);
    let unit = Quantity::Makespan.short_unit(&rows.iter().filter_map(makespan).collect_vec());
    let row = |row: &Costs<'_>| Row {
        bold: row.0.is_on_front,
        ..Row::new(row.0.group.name.as_str(), row.in_words(memory))
    };
    let head = format!("makespan, {}", unit.name);
    let columns = [
        Column::new(head, theme::INK).left(),
        Column::failed().left(),
    ];
    let values = |row: &Costs<'_>| {
        let makespan = makespan(row).map_or(String::new(), |seconds| unit.written(seconds));
        [makespan, vocabulary::of_total(row.0.group.failed())]
    };
    Table::new(theme::SMALL, rows, row, columns, values)
}

impl<'a> Costs<'a> {
    fn of(one: &'a Configuration<'a>, memory: Quantity) -> Self {
        let all = [
            Quantity::Makespan,
            Quantity::Cpu,
            Quantity::User,
            Quantity::System,
            Quantity::Voluntary,
            Quantity::Involuntary,
            memory,
        ];
        let known = |of: Quantity| Some((of, of.estimate(&one.group)?));
        Costs(one, all.into_iter().filter_map(known).collect())
    }

    fn get(&self, quantity: Quantity) -> Option<&Estimate> {
        let found = self.1.iter().find(|(of, _)| *of == quantity);
        found.map(|(_, estimate)| estimate)
    }

    fn runtime(&self) -> &'a Runtime {
        &self.0.group.trial().runtime
    }

    /// All of it in words.
    fn in_words(&self, memory: Quantity) -> String {
        let named = |of: Quantity| self.get(of).map(|estimate| of.named(estimate));
        let median = |of: Quantity| self.get(of).map(|estimate| of.value(estimate.median));
        let parts = median(Quantity::User).zip(median(Quantity::System));
        let known = [
            named(Quantity::Makespan),
            named(Quantity::Cpu),
            parts.map(|(user, system)| format!("user {user}, system {system}")),
            named(Quantity::Voluntary),
            named(Quantity::Involuntary),
            named(memory),
            vocabulary::failed(self.0.group.failed()),
            self.0.is_on_front.then(|| vocabulary::FRONT.to_owned()),
        ];
        vocabulary::about(&self.0.group.name, known)
    }
}
