//! What was measured with each number of processes and threads.

use std::collections::{BTreeMap, BTreeSet};

use crate::chart::estimate::Estimate;
use crate::chart::vocabulary::Quantity;
use crate::record::{Memory, Status, Trial};

/// Worker processes, and threads in each.
pub type Place = (u32, u32);

/// By how much longer than the best may take what is as good as it, as a share.
const WITHIN: f64 = 0.05;
/// The most values of an axis: a cell is then ten pixels wide.
pub const MOST_VALUES: usize = 64;
/// The most cells: more are too many to go through one by one.
pub const MOST_CELLS: usize = 2000;
/// The fewest measured cells, and the least share of all, that say something about the whole.
const FEWEST_CELLS: usize = 4;

/// The processes and threads that some trials were run with.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// In ascending order.
    pub processes: Vec<u32>,
    /// In ascending order.
    pub threads: Vec<u32>,
    /// Pairs of these for which there is a trial.
    pub measured: usize,
    /// Whether any trial is good.
    pub has_good: bool,
}

/// Why a shape is not drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// One number of processes or of threads is a row and no grid.
    Thin,
    /// Most of its cells are not measured.
    Sparse,
    /// It has more cells than can be read.
    Large,
    /// Nothing was measured.
    Failed,
}

impl Shape {
    /// The shape of some trials.
    pub fn of(trials: &[&Trial]) -> Shape {
        let places: BTreeSet<Place> = trials.iter().map(|trial| place(trial)).collect();
        let processes: BTreeSet<u32> = places.iter().map(|place| place.0).collect();
        let threads: BTreeSet<u32> = places.iter().map(|place| place.1).collect();
        Shape {
            processes: processes.into_iter().collect(),
            threads: threads.into_iter().collect(),
            measured: places.len(),
            has_good: trials.iter().any(|t| t.usable_makespan_s().is_some()),
        }
    }

    /// All pairs of its processes and threads.
    pub fn cells(&self) -> usize {
        self.processes.len() * self.threads.len()
    }

    /// Why it can't be drawn, if so.
    pub fn unfit(&self) -> Option<Unfit> {
        let (rows, columns) = (self.processes.len(), self.threads.len());
        match self.cells() {
            _ if rows.min(columns) < 2 => Some(Unfit::Thin),
            cells if self.measured < FEWEST_CELLS.max(cells.div_ceil(2)) => Some(Unfit::Sparse),
            cells if rows.max(columns) > MOST_VALUES || cells > MOST_CELLS => Some(Unfit::Large),
            _ if !self.has_good => Some(Unfit::Failed),
            _ => None,
        }
    }
}

/// What was measured at one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// In seconds; `None` when no run is good.
    pub makespan: Option<Estimate>,
    /// The median of `ideal / makespan`; `None` where there is no ideal.
    pub efficiency: Option<f64>,
    /// The median, in KiB.
    pub memory: Option<f64>,
    /// All runs.
    pub runs: usize,
    /// Those that are not good.
    pub not_ok: usize,
    /// How the first run that is not ok ended, and why.
    pub failure: Option<(Status, String)>,
}

/// A grid of cells, some of which may be empty.
#[derive(Clone, Debug, PartialEq)]
pub struct CellGrid {
    /// Its rows.
    pub processes: Vec<u32>,
    /// Its columns.
    pub threads: Vec<u32>,
    /// Which figure the memory is.
    pub memory: Memory,
    /// Whether an ideal is only a lower bound.
    pub ideal_is_bound: bool,
    cells: BTreeMap<Place, Cell>,
}

impl CellGrid {
    /// Of trials that differ in nothing else.
    pub fn of(trials: &[&Trial]) -> CellGrid {
        let mut groups: BTreeMap<Place, Vec<&Trial>> = BTreeMap::new();
        for trial in trials {
            groups.entry(place(trial)).or_default().push(trial);
        }
        let memory = Memory::known_of(groups.values().map(Vec::as_slice));
        let cells = groups.iter();
        let Shape {
            processes, threads, ..
        } = Shape::of(trials);
        CellGrid {
            processes,
            threads,
            memory,
            ideal_is_bound: trials.iter().any(|trial| trial.ideal_is_bound),
            cells: cells
                .map(|(place, trials)| (*place, Cell::of(trials, memory)))
                .collect(),
        }
    }

    /// What was measured at a place, if anything was run there.
    pub fn cell(&self, place: Place) -> Option<&Cell> {
        self.cells.get(&place)
    }

    /// All cells that were run, by processes and then threads.
    pub fn cells(&self) -> impl Iterator<Item = (Place, &Cell)> {
        self.cells.iter().map(|(place, cell)| (*place, cell))
    }

    /// A figure of all cells that have it.
    pub fn values(&self, quantity: Quantity) -> Vec<f64> {
        let cells = self.cells.values();
        cells.filter_map(|cell| cell.value(quantity)).collect()
    }

    /// Whether all pairs of its processes and threads were run.
    pub fn is_full(&self) -> bool {
        self.cells.len() == self.processes.len() * self.threads.len()
    }

    /// Where the shortest makespan is: the median, in seconds. A cell of which every run is good
    /// comes before one with failures.
    pub fn best(&self) -> Option<(Place, f64)> {
        let medians = self.cells();
        let medians =
            medians.filter_map(|(place, cell)| Some((cell.not_ok > 0, place, cell.median_s()?)));
        let best = medians.min_by(|a, b| a.0.cmp(&b.0).then(a.2.total_cmp(&b.2)));
        best.map(|(_, place, seconds)| (place, seconds))
    }

    /// The places whose median is within 5 % of the best one, which is among them; with failures
    /// only where that has some, too.
    pub fn near_best(&self) -> BTreeSet<Place> {
        let Some((at, best)) = self.best() else {
            return BTreeSet::new();
        };
        let fails = self.cell(at).is_some_and(|cell| cell.not_ok > 0);
        let near = |cell: &Cell| {
            let is_near = cell.median_s().is_some_and(|s| s <= best * (1.0 + WITHIN));
            is_near && (fails || cell.not_ok == 0)
        };
        let near = self.cells().filter(|(_, cell)| near(cell));
        near.map(|(place, _)| place).collect()
    }
}

impl Cell {
    fn of(trials: &[&Trial], memory: Memory) -> Cell {
        let good: Vec<&Trial> = trials
            .iter()
            .copied()
            .filter(|t| t.usable_makespan_s().is_some())
            .collect();
        let bad = trials.iter().find(|trial| trial.status != Status::Ok);
        let over =
            |quantity: Quantity| Estimate::of(good.iter().filter_map(|trial| quantity.of(trial)));
        let median = |quantity: Quantity| over(quantity).map(|estimate| estimate.median);
        Cell {
            makespan: over(Quantity::Makespan),
            efficiency: median(Quantity::Efficiency).filter(|share| *share > 0.0),
            memory: median(Quantity::Memory(memory)),
            runs: trials.len(),
            not_ok: trials.len() - good.len(),
            failure: bad.map(|trial| (trial.status, trial.error.clone().unwrap_or_default())),
        }
    }

    /// One of its figures.
    pub fn value(&self, quantity: Quantity) -> Option<f64> {
        match quantity {
            Quantity::Makespan => self.median_s(),
            Quantity::Efficiency => self.efficiency,
            _ => self.memory,
        }
    }

    fn median_s(&self) -> Option<f64> {
        self.makespan.map(|makespan| makespan.median)
    }
}

fn place(trial: &Trial) -> Place {
    (trial.processes, trial.threads)
}
