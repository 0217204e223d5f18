//! The figures that a heat map has panels of.

use super::grid::{Cell, Grid};
use super::ramp::Ramp;
use crate::chart::unit::Unit;

/// One of a cell's figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The median makespan, in seconds.
    Makespan,
    /// The median of `ideal / makespan`.
    Efficiency,
    /// The median peak memory, in KiB.
    Memory,
}

/// A figure over all cells: what a panel shows, before any drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// Which figure.
    pub measure: Measure,
    /// What it is called.
    pub name: String,
    /// What its numbers are written in.
    pub unit: Unit,
    /// What they are coloured by.
    pub ramp: Ramp,
}

impl Measure {
    /// Of a cell, if it has it.
    pub fn of(self, cell: &Cell) -> Option<f64> {
        match self {
            Measure::Makespan => cell.makespan.map(|makespan| makespan.median),
            Measure::Efficiency => cell.efficiency,
            Measure::Memory => cell.memory,
        }
    }
}

/// The least share with a digit of its own.
const LEAST_SHARE: f64 = 0.001;

impl Map {
    /// A value as it is written into its cell.
    pub fn written(&self, value: f64) -> String {
        match self.measure {
            Measure::Efficiency if value < LEAST_SHARE => "<0.1".to_owned(),
            _ => self.unit.written(value),
        }
    }

    /// The figures that a grid has, the makespan first.
    pub fn all(grid: &Grid) -> Vec<Map> {
        let measures = [Measure::Makespan, Measure::Efficiency, Measure::Memory];
        let maps = measures
            .into_iter()
            .filter_map(|measure| Map::of(grid, measure));
        maps.collect()
    }

    fn of(grid: &Grid, measure: Measure) -> Option<Map> {
        let values: Vec<f64> = (grid.cells())
            .filter_map(|(_, cell)| measure.of(cell))
            .collect();
        if values.is_empty() {
            return None;
        }
        let (name, unit, ramp) = match measure {
            Measure::Makespan => (
                "Makespan".to_owned(),
                Unit::shortest(&values, Unit::of_seconds),
                Ramp::falling(&values, true),
            ),
            Measure::Efficiency => (
                "Efficiency".to_owned(),
                Unit::PERCENT,
                Ramp::of_shares(&values),
            ),
            Measure::Memory => (
                format!("Memory ({})", grid.memory.as_str()),
                Unit::shortest(&values, Unit::of_kibibytes),
                Ramp::falling(&values, false),
            ),
        };
        Some(Map {
            measure,
            name,
            unit,
            ramp,
        })
    }
}
