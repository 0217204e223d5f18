//! Heat maps: makespan, efficiency and memory over processes and threads.
//!
//! * `variant`: which trials make one grid; `grid`: what was measured in its cells; `notes`: what is
//!   said with it.

mod grid;
mod notes;
#[cfg(test)]
mod tests;
mod variant;

use std::collections::BTreeMap;

use itertools::Itertools;

use super::color_scale::ColorScale;
use super::grammar::{Axis, Chart, Datum, Facet, Fill, Key, Legend, Mark};
use super::symbol::Symbol;
use super::unit::Unit;
use super::vocabulary::Quantity;
use super::{Records, Sheet, theme, vocabulary};
use crate::record::{ComparisonGroup, RunGroup, slug};
use crate::stats::Estimate;
use grid::{Grid, Place};
use variant::{Variant, variants};

/// Pictures of one work: beyond this a reader looks for one and not at them.
const MOST_PICTURES: usize = 8;
/// The most places that answer the pointer; with more, only those of the first facet do.
const MOST_TOOLTIPS: usize = 2000;
/// The least share with a digit of its own.
const LEAST_SHARE: f64 = 0.001;

/// One picture for each work and each variant of it that makes a grid.
pub(super) fn draw(records: &Records<'_>, sheet: &mut Sheet<'_>) {
    for (work, of) in &sheet.comparison_groups(records.trials) {
        let (maps, left_out) = maps(work);
        for map in maps {
            sheet.push(&slug(&format!("{of} {}", map.among)), map.chart());
        }
        if let Some(reason) = left_out {
            sheet.leave_out(format!("{} {reason}", work.slug));
        }
    }
}

/// What a picture shows.
struct HeatMap<'a> {
    work: &'a ComparisonGroup<'a>,
    /// How it is run.
    variant: Variant,
    /// What tells this variant from the others of the same work; empty when there are none.
    among: String,
    /// Whether the cells of one thread are of the sequential executor, and not of the variant's.
    one_thread_is_sequential: bool,
    grid: Grid<'a>,
    /// Of those cells that have a good run.
    makespans: BTreeMap<Place, Estimate>,
}

/// The pictures of a work, in the order of what they ask; and what is missing, and why.
fn maps<'a>(work: &'a ComparisonGroup<'a>) -> (Vec<HeatMap<'a>>, Option<String>) {
    let variants = variants(&work.trials);
    let all = variants
        .iter()
        .map(|(variant, _)| variant.clone())
        .collect_vec();
    let grids = variants
        .into_iter()
        .map(|(variant, trials)| (variant, Grid::of(&trials)));
    let (mut fit, unfit): (Vec<_>, Vec<_>) = grids.partition(|(_, grid)| grid.unfit().is_none());
    let left_out = match fit.len() {
        0 => (unfit.iter().max_by_key(|(_, grid)| grid.cells.len()))
            .and_then(|(_, largest)| largest.unfit()),
        grids if grids > MOST_PICTURES => Some(format!(
            "is run in {grids} ways that each make a grid; drawn are the {MOST_PICTURES} with the \
             fastest run (--only takes others)"
        )),
        _ => None,
    };
    let fastest = |grid: &Grid<'_>| {
        let makespans = grid.cells.values().flat_map(RunGroup::makespans_s);
        makespans.fold(f64::INFINITY, f64::min)
    };
    let runs = fit
        .iter()
        .map(|(_, grid)| fastest(grid))
        .sorted_by(f64::total_cmp);
    if let Some(last) = runs.into_iter().nth(MOST_PICTURES - 1) {
        fit.retain(|(_, grid)| fastest(grid) <= last);
        fit.truncate(MOST_PICTURES);
    }
    let makespan = |(place, group): (&Place, &RunGroup<'_>)| {
        Some((*place, Quantity::Makespan.estimate(group)?))
    };
    let map = |(variant, grid): (Variant, Grid<'a>)| HeatMap {
        work,
        among: variant.among(&all),
        one_thread_is_sequential: variant.has_borrowed(&grid),
        makespans: grid.cells.iter().filter_map(makespan).collect(),
        variant,
        grid,
    };
    (fit.into_iter().map(map).collect(), left_out)
}

impl HeatMap<'_> {
    /// The figures that any cell has, the makespan first.
    fn quantities(&self) -> Vec<Quantity> {
        let all = [
            Quantity::Makespan,
            Quantity::Efficiency,
            Quantity::Memory(self.grid.memory),
        ];
        all.into_iter()
            .filter(|of| !self.grid.values(*of).is_empty())
            .collect()
    }

    /// The makespan over the whole width, and below it efficiency and memory, side by side where
    /// they lose nothing by it.
    fn chart(&self) -> Chart {
        let quantities = self.quantities();
        let answers = self.grid.cells.len() * quantities.len() <= MOST_TOOLTIPS;
        let facet = |(index, of): (usize, &Quantity)| Facet {
            beside: index > 1,
            ..self.facet(*of, index == 0 || answers)
        };
        let facets = quantities.iter().enumerate().map(facet).collect();
        Chart::new(self.title(), self.notes(), facets)
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
        let [mut empty, mut crossed, mut coloured, mut outlined, mut star] =
            [const { Vec::new() }; 5];
        for (datum, place) in self.places() {
            outlined.extend(near.contains(&place).then(|| datum.clone()));
            star.extend((best == Some(place)).then(|| datum.clone()));
            let Some(group) = grid.cells.get(&place) else {
                empty.push(datum);
                continue;
            };
            let value = grid::value(group, quantity);
            let words = match (quantity, value) {
                (Quantity::Makespan, _) => Some(self.told(place, group)),
                (_, value) => value.map(|value| {
                    let (place, value) = (notes::place(place), unit.with_name(value));
                    format!("{place}: {} {value}", quantity.heading())
                }),
            };
            let datum = datum.tooltip(words.filter(|_| answers).unwrap_or_default());
            match value {
                None => crossed.push(datum),
                Some(value) => {
                    let text = self.written(quantity, unit, (place, group, value));
                    let datum = datum.text(text).coloured(scale.colour(value));
                    let is_best = best == Some(place);
                    coloured.push(if is_best { datum.bold() } else { datum });
                }
            }
        }
        facet.add(Mark::Cell(Fill::Empty), theme::GRID, empty);
        facet.add(Mark::Cell(Fill::Crossed), theme::QUIET, crossed);
        facet.add(Mark::Cell(Fill::Colour), theme::BAND, coloured);
        facet.add(Mark::Outline, theme::INK, outlined);
        facet.add(Mark::Point(Symbol::Star, 5.5), theme::INK, star);
        facet
    }

    /// Where each pair of processes and threads stands.
    fn places(&self) -> impl Iterator<Item = (Datum, Place)> {
        let rows = (0..)
            .map(f64::from)
            .zip(self.grid.processes.iter().copied());
        let columns = (0..).map(f64::from).zip(self.grid.threads.iter().copied());
        let pairs = rows.cartesian_product(columns.collect_vec());
        pairs.map(|((row, processes), (column, threads))| {
            (Datum::new(column, row), (processes, threads))
        })
    }

    /// A value as its cell has it: below the makespan is how far it is known, or how many runs failed.
    fn written(
        &self,
        quantity: Quantity,
        unit: Unit,
        (place, group, value): (Place, &RunGroup<'_>, f64),
    ) -> String {
        let written = match quantity {
            Quantity::Efficiency if value < LEAST_SHARE => "<0.1".to_owned(),
            _ => unit.written(value),
        };
        let half = self.makespans.get(&place).and_then(Estimate::half_width);
        let second = vocabulary::failed(group.failed()).or(half.map(notes::plus_minus));
        let second = second.filter(|_| quantity == Quantity::Makespan);
        [written].into_iter().chain(second).join("\n")
    }
}

/// Brighter is better.
fn color_scale(quantity: Quantity, values: &[f64]) -> ColorScale {
    match quantity {
        Quantity::Efficiency => ColorScale::of_shares(values),
        _ => ColorScale::falling(values, quantity == Quantity::Makespan),
    }
}
