//! Heat maps: makespan, efficiency and memory over processes and threads.
//!
//! * `variant`: which trials make one grid; `grid`: what was measured in its cells; `notes`: what is
//!   said with it.

mod grid;
mod notes;
#[cfg(test)]
mod tests;
mod variant;

use super::color_scale::ColorScale;
use super::estimate::Estimate;
use super::grammar::{Axis, Chart, Datum, Facet, Fill, Key, Legend, Mark};
use super::symbol::Symbol;
use super::unit::Unit;
use super::vocabulary::Quantity;
use super::{Records, Sheet, theme, vocabulary};
use crate::record::{ComparisonGroup, slug};
use grid::{Cell, CellGrid, Place, Shape, Unfit};
use variant::{Candidate, Variant, candidates};

/// Pictures of one work: beyond this a reader looks for one and not at them.
const MOST_PICTURES: usize = 8;
/// The most places that answer the pointer; with more, only those of the first facet do.
const MOST_TOOLTIPS: usize = 2000;
/// The least share with a digit of its own.
const LEAST_SHARE: f64 = 0.001;

/// One picture for each work and each variant of it that makes a grid.
pub(super) fn draw(records: &Records<'_>, sheet: &mut Sheet<'_>) {
    for (work, of) in &sheet.comparison_groups(records.trials) {
        let Prepared { maps, left_out } = HeatMap::prepare(work);
        for map in maps {
            sheet.push(&slug(&format!("{of} {}", map.among)), map.chart());
        }
        if let Some(reason) = left_out {
            sheet.leave_out(reason);
        }
    }
}

/// What a picture shows, before any chart.
#[derive(Clone, Debug, PartialEq)]
struct HeatMap {
    /// The experiment's name.
    experiment: String,
    /// The work, in words.
    work: String,
    /// How it is run.
    variant: Variant,
    /// Whether the cells of one thread are of the sequential executor, and not of the variant's.
    one_thread_is_sequential: bool,
    /// What tells this variant from the others of the same work; empty when there are none.
    among: String,
    /// What came of it.
    grid: CellGrid,
}

/// The pictures of one work.
#[derive(Clone, Debug, PartialEq)]
struct Prepared {
    /// In the order of what they ask.
    maps: Vec<HeatMap>,
    /// What is missing, and why.
    left_out: Option<String>,
}

impl HeatMap {
    /// Finds the grids among the trials of a work.
    fn prepare(work: &ComparisonGroup<'_>) -> Prepared {
        let candidates = candidates(&work.trials);
        let shapes: Vec<Shape> = candidates
            .iter()
            .map(|one| Shape::of(&one.trials))
            .collect();
        let variants: Vec<&Variant> = candidates.iter().map(|one| &one.variant).collect();
        let fit = candidates
            .iter()
            .zip(&shapes)
            .filter(|(_, shape)| shape.unfit().is_none());
        let mut fit: Vec<&Candidate<'_>> = fit.map(|(one, _)| one).collect();
        let left_out = match fit.len() {
            0 => (shapes.iter().max_by_key(|shape| shape.measured))
                .and_then(|largest| why_not(&work.slug, largest)),
            grids if grids > MOST_PICTURES => Some(format!(
                "{} is run in {grids} ways that each make a grid; drawn are the {MOST_PICTURES} with \
                 the fastest run (--only takes others)",
                work.slug
            )),
            _ => None,
        };
        keep_fastest(&mut fit);
        let map = |one: &Candidate<'_>| HeatMap {
            experiment: work.experiment.to_owned(),
            work: vocabulary::work(&work.name, work.experiment).to_owned(),
            variant: one.variant.clone(),
            one_thread_is_sequential: one.has_borrowed(),
            among: one.variant.among(&variants),
            grid: CellGrid::of(&one.trials),
        };
        Prepared {
            maps: fit.into_iter().map(map).collect(),
            left_out,
        }
    }

    /// The figures that any cell has, the makespan first.
    fn quantities(&self) -> Vec<Quantity> {
        let memory = Quantity::Memory(self.grid.memory);
        let has = |quantity: &Quantity| {
            self.grid
                .cells()
                .any(|(_, cell)| cell.value(*quantity).is_some())
        };
        [Quantity::Makespan, Quantity::Efficiency, memory]
            .into_iter()
            .filter(has)
            .collect()
    }

    /// The makespan over the whole width, and below it efficiency and memory, side by side where
    /// they lose nothing by it.
    fn chart(&self) -> Chart {
        let quantities = self.quantities();
        let cells = self.grid.cells().count();
        let mut facets: Vec<Facet> = Vec::new();
        for (index, quantity) in quantities.iter().enumerate() {
            let answers = index == 0 || cells * quantities.len() <= MOST_TOOLTIPS;
            let facet = self.facet(*quantity, answers);
            facets.push(Facet {
                beside: index > 1,
                ..facet
            });
        }
        Chart {
            title: self.title(),
            notes: self.notes(),
            facets,
        }
    }

    fn facet(&self, quantity: Quantity, answers: bool) -> Facet {
        let (grid, values) = (&self.grid, self.grid.values(quantity));
        let (unit, scale) = (quantity.short_unit(&values), color_scale(quantity, &values));
        let x = Axis::bands(
            grid.threads.iter().map(u32::to_string),
            "threads per process",
        );
        let y = Axis::bands(grid.processes.iter().map(u32::to_string), "processes");
        let mut facet = Facet::new(x, y, 0.0);
        facet.heading = format!("{}, {}", quantity.heading(), unit.name);
        let [low, high] = [scale.low, scale.high].map(|end| unit.written(end));
        facet.legend = vec![Legend::new(Key::Colours(scale, low, high), "")];
        let best = grid.best().map(|(place, _)| place);
        let near = grid.near_best();
        let [mut empty, mut crossed, mut coloured] = [const { Vec::new() }; 3];
        for ((column, row), place) in self.places() {
            let datum = Datum::new(column, row);
            let Some(cell) = grid.cell(place) else {
                empty.push(datum);
                continue;
            };
            let value = cell.value(quantity);
            let words = match (quantity, value) {
                (Quantity::Makespan, _) => Some(self.told(place, cell)),
                (_, None) => None,
                (_, Some(value)) => {
                    let (place, value) = (notes::place(place), unit.with_name(value));
                    Some(format!("{place}: {} {value}", quantity.heading()))
                }
            };
            let datum = datum.tooltip(words.filter(|_| answers).unwrap_or_default());
            match value {
                None => crossed.push(datum),
                Some(value) => {
                    let datum = datum.text(written(quantity, unit, value, cell));
                    let bold = best == Some(place);
                    coloured.push(Datum {
                        bold,
                        ..datum.coloured(scale.colour(value))
                    });
                }
            }
        }
        let marked = |is_marked: &dyn Fn(&Place) -> bool| -> Vec<Datum> {
            let places = self.places().filter(|(_, place)| is_marked(place));
            places
                .map(|((column, row), _)| Datum::new(column, row))
                .collect()
        };
        facet.add(Mark::Cell(Fill::Empty), theme::GRID, empty);
        facet.add(Mark::Cell(Fill::Crossed), theme::QUIET, crossed);
        facet.add(Mark::Cell(Fill::Colour), theme::BAND, coloured);
        facet.add(
            Mark::Outline,
            theme::INK,
            marked(&|place| near.contains(place)),
        );
        let star = marked(&|place| best == Some(*place));
        facet.add(Mark::Point(Symbol::Star, 5.5), theme::INK, star);
        facet
    }

    /// Where each pair of processes and threads stands: column and row.
    fn places(&self) -> impl Iterator<Item = ((f64, f64), Place)> {
        let rows = self.grid.processes.iter().enumerate();
        rows.flat_map(|(row, &processes)| {
            let columns = self.grid.threads.iter().enumerate();
            columns
                .map(move |(column, &threads)| ((column as f64, row as f64), (processes, threads)))
        })
    }
}

/// A value as its cell has it: below the makespan is how far it is known, or how many runs failed.
fn written(quantity: Quantity, unit: Unit, value: f64, cell: &Cell) -> String {
    let value = match quantity {
        Quantity::Efficiency if value < LEAST_SHARE => "<0.1".to_owned(),
        _ => unit.written(value),
    };
    let half = || {
        cell.makespan
            .as_ref()
            .and_then(Estimate::half_width)
            .map(notes::plus_minus)
    };
    let failed = vocabulary::failed(cell.not_ok, cell.runs);
    match failed
        .or_else(half)
        .filter(|_| quantity == Quantity::Makespan)
    {
        Some(second) => format!("{value}\n{second}"),
        None => value,
    }
}

/// Brighter is better.
fn color_scale(quantity: Quantity, values: &[f64]) -> ColorScale {
    match quantity {
        Quantity::Efficiency => ColorScale::of_shares(values),
        _ => ColorScale::falling(values, quantity == Quantity::Makespan),
    }
}

/// Keeps as many as are drawn, in their order.
fn keep_fastest(candidates: &mut Vec<&Candidate<'_>>) {
    let fastest = |one: &Candidate<'_>| {
        let makespans = one
            .trials
            .iter()
            .filter_map(|trial| trial.usable_makespan_s());
        makespans.fold(f64::INFINITY, f64::min)
    };
    let mut runs: Vec<f64> = candidates.iter().map(|one| fastest(one)).collect();
    runs.sort_by(f64::total_cmp);
    if let Some(&last) = runs.get(MOST_PICTURES - 1) {
        candidates.retain(|one| fastest(one) <= last);
        candidates.truncate(MOST_PICTURES);
    }
}

/// Why the largest grid of a work, of this name, is not drawn.
fn why_not(name: &str, largest: &Shape) -> Option<String> {
    let (rows, columns) = (largest.processes.len(), largest.threads.len());
    let (measured, cells) = (largest.measured, largest.cells());
    Some(match largest.unfit()? {
        Unfit::Thin => format!(
            "{name} is no grid: for one executor, dispatch, batch, start and runtime it has {rows} × \
             {columns} numbers of processes and threads, and a heat map needs 2 × 2 (-p 1,4 -t 1,4)"
        ),
        Unfit::Sparse => format!(
            "{name} has {measured} of the {cells} pairs of its processes and threads, and a heat map \
             needs half of them and at least four"
        ),
        Unfit::Large => format!(
            "{name} has a grid of {rows} × {columns} processes and threads, and more than {} of one \
             or {} cells can't be read (--only takes some of them)",
            grid::MOST_VALUES,
            grid::MOST_CELLS
        ),
        Unfit::Failed => format!("{name} has no good run, only failures (see the column error)"),
    })
}
