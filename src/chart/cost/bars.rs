//! Rows of bars: facets side by side over the same rows, each with a scale of its own.

use std::collections::BTreeSet;

use super::configurations::{Configuration, Configurations};
use crate::chart::estimate::Estimate;
use crate::chart::grammar::{
    Axis, Chart, Column, Datum, Facet, Key, Layer, Legend, Mark, Row as TableRow, Table, Values,
};
use crate::chart::palette::Look;
use crate::chart::scale::Scale;
use crate::chart::theme;
use crate::chart::vocabulary::{self, Quantity};
use crate::model::Runtime;
use crate::record::Memory;

/// Beyond this a reader looks for a row and not at the bars.
pub const MOST_ROWS: usize = 40;
/// The height of a row.
const ROW: f64 = 20.0;
/// Half the height of a bar, as a part of the row.
const HALF: f64 = 0.25;

/// What the rows show, before any chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// The experiment's name.
    pub experiment: String,
    /// The work, in words.
    pub work: String,
    /// Which figure the memory is.
    pub memory: Memory,
    /// Fastest first.
    pub rows: Vec<Row>,
    /// Which configurations have a row, unless all have one; and which runs failed.
    pub notes: Vec<String>,
}

/// What a configuration cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Whether no other is both faster and smaller.
    pub is_on_front: bool,
    /// Runs that failed, and all.
    pub failed: (usize, usize),
    runtime: Runtime,
    /// Of what was measured.
    estimates: Vec<(Quantity, Estimate)>,
}

impl Bars {
    /// The rows of those on the Pareto front, and of the fastest while there is room.
    pub fn prepare(all: &Configurations<'_>) -> Bars {
        let shown = all.at_most(MOST_ROWS);
        Bars {
            experiment: all.experiment.to_owned(),
            work: all.work.clone(),
            memory: all.memory,
            rows: shown.iter().map(|one| Row::of(one, all.memory)).collect(),
            notes: all
                .rule(MOST_ROWS)
                .into_iter()
                .chain(all.failures())
                .collect(),
        }
    }

    /// The figures that any row has, makespan and the parts of CPU time aside.
    pub fn quantities(&self) -> Vec<Quantity> {
        let has = |of: &Quantity| self.rows.iter().any(|row| row.estimate(*of).is_some());
        let memory = Quantity::Memory(self.memory);
        let all = [
            Quantity::Cpu,
            Quantity::Voluntary,
            Quantity::Involuntary,
            memory,
        ];
        all.into_iter().filter(has).collect()
    }

    /// The chart.
    pub fn chart(&self) -> Chart {
        let by = "by configuration: CPU time, context switches and memory";
        Chart {
            title: vocabulary::title("cost", &self.experiment, by),
            notes: self.notes(),
            facets: self
                .quantities()
                .into_iter()
                .map(|quantity| self.facet(quantity))
                .collect(),
        }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = vec![
            format!("For {}, the fastest first.", self.work),
            "CPU time, context switches and peak memory of the server and all its workers together; \
             less is better."
                .to_owned(),
        ];
        let quantities = self.quantities();
        let shown = |row| {
            quantities
                .iter()
                .filter_map(move |of| Row::estimate(row, *of))
        };
        notes.extend(vocabulary::explained(self.rows.iter().flat_map(shown)));
        if self.rows.iter().any(|row| row.is_on_front) {
            notes.push(format!(
                "Bold: the Pareto front, of which {}.",
                vocabulary::FRONT
            ));
        }
        notes.extend(self.notes.iter().cloned());
        notes
    }

    fn facet(&self, quantity: Quantity) -> Facet {
        let estimates: Vec<&Estimate> = self
            .rows
            .iter()
            .filter_map(|row| row.estimate(quantity))
            .collect();
        let medians: Vec<f64> = estimates.iter().map(|estimate| estimate.median).collect();
        let unit = quantity.short_unit(&medians);
        let highs = estimates.iter().map(|estimate| estimate.high);
        let axis = quantity.axis(Scale::from_zero(highs, unit));
        let heading = axis
            .title
            .replacen(&quantity.name(), &quantity.heading(), 1);
        let mut facet = Facet::new(Axis::new(axis.scale, ""), Axis::rows(self.rows.len()), ROW);
        (facet.heading, facet.beside) = (heading, true);
        facet.table = Some(self.table());
        let is_cpu = quantity == Quantity::Cpu;
        let user = |row: &Row| {
            row.estimate(Quantity::User)
                .filter(|_| is_cpu)
                .map(|of| of.median)
        };
        if self.rows.iter().any(|row| user(row).is_some()) {
            let runtimes: BTreeSet<&Runtime> = self.rows.iter().map(|row| &row.runtime).collect();
            let colours = runtimes
                .into_iter()
                .map(|one| Look::of_runtime(one).colour)
                .collect();
            let system = Key::Fields(vec![theme::RULE]);
            facet.legend = vec![
                Legend::new(Key::Fields(colours), "user"),
                Legend::new(system, "system"),
            ];
        }
        let [mut bars, mut systems, mut intervals, mut values] = [const { Vec::new() }; 4];
        for (index, row) in self.rows.iter().enumerate() {
            let y = (index as f64 - HALF, index as f64 + HALF);
            let Some(estimate) = row.estimate(quantity) else {
                values.push(Datum::new((0.0, 0.0), y).text("–"));
                continue;
            };
            let end = estimate.median;
            // Medians of parts do not add up to the median of the sum: the second takes what is left.
            let middle = user(row).map_or(end, |user| user.min(end));
            let colour = Look::of_runtime(&row.runtime).colour;
            bars.push(Datum::new((0.0, middle), y).coloured(colour));
            systems.extend(user(row).map(|_| Datum::new((middle, end), y)));
            intervals.push(Datum::new(estimate, index as f64));
            let end = estimate.high.max(end);
            values.push(Datum::new((0.0, end), y).text(unit.written(estimate.median)));
        }
        facet.add(Mark::Bar, theme::MEASURED, bars);
        facet.add(Mark::Bar, theme::RULE, systems);
        facet.add(Mark::Interval, theme::INK, intervals);
        facet.add_layer(Layer::new(Mark::Bar, theme::PAPER, values).opacity(0.0));
        facet
    }

    fn table(&self) -> Table {
        let makespan = |row: &Row| row.estimate(Quantity::Makespan).map(|of| of.median);
        let all: Vec<f64> = self.rows.iter().filter_map(makespan).collect();
        let unit = Quantity::Makespan.short_unit(&all);
        let left = |head: &str, colour| Column {
            is_left: true,
            ..Column::new(head, colour)
        };
        let row = |row: &Row| TableRow {
            name: row.name.clone(),
            bold: row.is_on_front,
            tooltip: row.in_words(self.memory),
            ..TableRow::default()
        };
        let head = format!("makespan, {}", unit.name);
        let written = |row: &Row| makespan(row).map_or(String::new(), |s| unit.written(s));
        let columns: [Values<'_, Row>; 2] = [
            (left(&head, theme::INK), &written),
            (left("failed", theme::PUBLISHED_TEXT), &|row| {
                vocabulary::of_total(row.failed)
            }),
        ];
        Table::new(theme::SMALL, &self.rows, row, &columns)
    }
}

impl Row {
    fn of(one: &Configuration<'_>, memory: Memory) -> Row {
        let all = [
            Quantity::Makespan,
            Quantity::Cpu,
            Quantity::User,
            Quantity::System,
            Quantity::Voluntary,
            Quantity::Involuntary,
            Quantity::Memory(memory),
        ];
        let estimates = all
            .into_iter()
            .filter_map(|of| Some((of, one.estimate(of)?)));
        Row {
            name: one.name.clone(),
            is_on_front: one.is_on_front,
            failed: one.failed,
            runtime: one.runtime().clone(),
            estimates: estimates.collect(),
        }
    }

    /// One of its figures; `None` when it was not measured.
    pub fn estimate(&self, quantity: Quantity) -> Option<&Estimate> {
        let found = self.estimates.iter().find(|(of, _)| *of == quantity);
        found.map(|(_, estimate)| estimate)
    }

    /// All of it in words.
    fn in_words(&self, memory: Memory) -> String {
        let told = |of: Quantity| self.estimate(of).map(|estimate| of.told(estimate));
        let median = |of: Quantity| self.estimate(of).map(|estimate| of.value(estimate.median));
        let parts = median(Quantity::User).zip(median(Quantity::System));
        let words = [
            told(Quantity::Makespan),
            told(Quantity::Cpu),
            parts.map(|(user, system)| format!("user {user}, system {system}")),
            told(Quantity::Voluntary),
            told(Quantity::Involuntary),
            told(Quantity::Memory(memory)),
            vocabulary::failed(self.failed.0, self.failed.1),
            self.is_on_front.then(|| vocabulary::FRONT.to_owned()),
        ];
        let words: Vec<String> = words.into_iter().flatten().collect();
        format!("{}: {}", self.name, words.join("; "))
    }
}
