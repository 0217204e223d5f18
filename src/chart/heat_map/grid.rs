//! What was measured with each number of processes and threads.

use std::collections::{BTreeMap, BTreeSet};

use itertools::Itertools;

use crate::chart::vocabulary::{self, Quantity};
use crate::record::{Memory, RunGroup, Trial};

/// Worker processes, and threads in each.
pub type Place = (u32, u32);

/// By how much longer than the best may take what is as good as it, as a share.
const WITHIN: f64 = 0.05;
/// The most values of an axis: a cell is then ten pixels wide.
const MOST_VALUES: usize = 64;
/// The most cells: more are too many to go through one by one.
const MOST_CELLS: usize = 2000;
/// The fewest measured cells that say something about the whole; they are half of it, too.
const FEWEST_CELLS: usize = 4;

/// A grid of cells, some of which may be empty.
pub struct Grid<'a> {
    /// Its rows, ascending.
    pub processes: Vec<u32>,
    /// Its columns, ascending.
    pub threads: Vec<u32>,
    /// Which figure the memory is.
    pub memory: Memory,
    /// The runs of each place that was measured, by processes and then threads.
    pub cells: BTreeMap<Place, RunGroup<'a>>,
}

impl<'a> Grid<'a> {
    /// Of trials that differ in nothing else.
    pub fn of(trials: &[&'a Trial]) -> Self {
        let place = |trial: &&Trial| (trial.processes, trial.threads);
        let places = trials.iter().copied().into_group_map_by(place);
        let cell = |(place, runs)| Some((place, RunGroup::of(vocabulary::shape(place), runs)?));
        let cells: BTreeMap<Place, RunGroup<'a>> = places.into_iter().filter_map(cell).collect();
        Grid {
            processes: cells.keys().map(|place| place.0).sorted().dedup().collect(),
            threads: cells.keys().map(|place| place.1).sorted().dedup().collect(),
            memory: Memory::known_of(cells.values().map(|group| group.good())),
            cells,
        }
    }

    /// Whether all pairs of its processes and threads were run.
    pub fn is_full(&self) -> bool {
        self.cells.len() == self.processes.len() * self.threads.len()
    }

    /// Why it can't be drawn, if so, as the rest of a sentence.
    pub fn unfit(&self) -> Option<String> {
        let (rows, columns, measured) =
            (self.processes.len(), self.threads.len(), self.cells.len());
        let cells = rows * columns;
        if rows.min(columns) < 2 {
            // A row is no grid.
            Some(format!(
                "is no grid: for one executor, dispatch, batch, start and runtime it has {rows} × \
                 {columns} numbers of processes and threads, and a heat map needs 2 × 2 (-p 1,4 -t 1,4)"
            ))
        } else if measured < FEWEST_CELLS.max(cells.div_ceil(2)) {
            Some(format!(
                "has {measured} of the {cells} pairs of its processes and threads, and a heat map \
                 needs half of them and at least four"
            ))
        } else if rows.max(columns) > MOST_VALUES || cells > MOST_CELLS {
            Some(format!(
                "has a grid of {rows} × {columns} processes and threads, and more than {MOST_VALUES} \
                 of one or {MOST_CELLS} cells can't be read (--only takes some of them)"
            ))
        } else if self.cells.values().all(|group| group.good().is_empty()) {
            Some("has no good run, only failures (see the column error)".to_owned())
        } else {
            None
        }
    }

    /// A figure of all cells that have it.
    pub fn values(&self, quantity: Quantity) -> Vec<f64> {
        self.cells
            .values()
            .filter_map(|group| value(group, quantity))
            .collect()
    }

    /// Where the shortest makespan is: the median, in seconds. A cell of which every run is good
    /// comes before one with failures.
    pub fn best(&self) -> Option<(Place, f64)> {
        let medians = self
            .cells
            .iter()
            .filter_map(|(place, group)| Some((group.failed().any(), *place, group.makespan_s()?)));
        let best = medians.min_by(|a, b| a.0.cmp(&b.0).then(a.2.total_cmp(&b.2)));
        best.map(|(_, place, seconds)| (place, seconds))
    }

    /// The places whose median is within 5 % of the best one, which is among them; with failures
    /// only where that has some, too.
    pub fn near_best(&self) -> BTreeSet<Place> {
        let Some((at, best)) = self.best() else {
            return BTreeSet::new();
        };
        let fails = self.cells[&at].failed().any();
        let near = self.cells.iter().filter(|(_, group)| {
            let is_near = group
                .makespan_s()
                .is_some_and(|s| s <= best * (1.0 + WITHIN));
            is_near && (fails || !group.failed().any())
        });
        near.map(|(place, _)| *place).collect()
    }
}

/// A figure of a cell, if it was measured there.
pub fn value(group: &RunGroup<'_>, quantity: Quantity) -> Option<f64> {
    let value = quantity.median(group);
    value.filter(|value| quantity != Quantity::Efficiency || *value > 0.0)
}
