//! Heat maps: makespan, efficiency and memory over processes and threads.
//!
//! * `way`: which trials make one grid; `grid`: what was measured in its cells;
//! * `measure`: the figures of a cell; `ramp`: their colours;
//! * `panel`: one figure of all cells, which stand in a `lattice` and are told apart by `marks`;
//! * `layout`: the whole picture; `words`: what is said with it.

mod grid;
mod lattice;
mod layout;
mod marks;
mod measure;
mod panel;
mod ramp;
#[cfg(test)]
mod tests;
mod way;
mod words;

use super::{ChartError, Drawings, Kind, Records};
use crate::record::{Work, slug};
use grid::{Grid, Shape, Unfit};
use way::{Family, Way, families};

/// Pictures of one work: beyond this a reader looks for one and not at them.
const MOST_PICTURES: usize = 8;

/// One picture for each work and each way to run it that makes a grid.
pub(super) fn draw(records: &Records<'_>, drawings: &mut Drawings) -> Result<(), ChartError> {
    for (work, of) in &drawings.works(Kind::HeatMap, records.trials) {
        let Prepared { maps, left_out } = HeatMap::prepare(work);
        for map in maps {
            let of = slug(&format!("{of} {}", map.among));
            drawings.push(Kind::HeatMap, &of, layout::figure(&map, records.source)?);
        }
        if let Some(reason) = left_out {
            drawings.leave_out(Kind::HeatMap, reason);
        }
    }
    Ok(())
}

/// What a picture shows, before any drawing.
#[derive(Clone, Debug, PartialEq)]
struct HeatMap {
    /// The experiment's name.
    experiment: String,
    /// The work, in words.
    work: String,
    /// How it is run.
    way: Way,
    /// Whether the cells of one thread are of the sequential executor, and not of the way's.
    one_thread_is_sequential: bool,
    /// What tells this way from the others of the same work; empty when there are none.
    among: String,
    /// What came of it.
    grid: Grid,
}

/// The pictures of one work.
#[derive(Clone, Debug, PartialEq)]
struct Prepared {
    /// In the order of the records.
    maps: Vec<HeatMap>,
    /// What is missing, and why.
    left_out: Option<String>,
}

impl HeatMap {
    /// Finds the grids among the trials of a work.
    fn prepare(work: &Work<'_>) -> Prepared {
        let families = families(&work.trials);
        let shapes: Vec<Shape> = families.iter().map(|f| Shape::of(&f.trials)).collect();
        let ways: Vec<&Way> = families.iter().map(|family| &family.way).collect();
        let mut fit: Vec<&Family<'_>> = (families.iter().zip(&shapes))
            .filter(|(_, shape)| shape.unfit().is_none())
            .map(|(family, _)| family)
            .collect();
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
        let map = |family: &Family<'_>| HeatMap {
            experiment: work.experiment.to_owned(),
            work: work.name.clone(),
            way: family.way.clone(),
            one_thread_is_sequential: family.has_borrowed(),
            among: family.way.among(&ways),
            grid: Grid::of(&family.trials),
        };
        Prepared {
            maps: fit.into_iter().map(map).collect(),
            left_out,
        }
    }
}

/// Keeps as many as are drawn, in their order.
fn keep_fastest(families: &mut Vec<&Family<'_>>) {
    let fastest = |family: &Family<'_>| {
        let makespans = (family.trials.iter()).filter_map(|trial| trial.usable_makespan_s());
        makespans.fold(f64::INFINITY, f64::min)
    };
    let mut runs: Vec<f64> = families.iter().map(|family| fastest(family)).collect();
    runs.sort_by(f64::total_cmp);
    if let Some(&last) = runs.get(MOST_PICTURES - 1) {
        families.retain(|family| fastest(family) <= last);
        families.truncate(MOST_PICTURES);
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
