//! Which trials make a map over processes and threads.

use std::collections::HashMap;

use super::HeatMap;
use super::heat_map::Spot;
use crate::record::{Axis, ComparisonGroup, RunGroup, Trial, line_executor};

/// A map with more empty cells would not be one: shares of all cells.
const MEASURED: f64 = 0.75;

impl HeatMap {
    /// The makespans of a work over processes and threads, all else as in the fastest
    /// configuration; `None` when these are no grid. What takes at most `within` (a share) longer
    /// than the fastest is as good.
    pub(in crate::report) fn through_fastest(
        work: &ComparisonGroup<'_>,
        within: f64,
    ) -> Option<HeatMap> {
        let (fastest, _) = work.fastest()?;
        let fastest = &Trial {
            executor: line_executor(fastest, work.trials.iter().copied()),
            ..fastest.clone()
        };
        let mut cells: HashMap<(u32, u32), Vec<&Trial>> = HashMap::new();
        for trial in &work.trials {
            if Axis::Product.holds(trial, fastest) {
                let cell = (trial.processes, trial.threads);
                cells.entry(cell).or_default().push(trial);
            }
        }
        let numbers = |of: fn(&(u32, u32)) -> u32| {
            let mut numbers: Vec<u32> = cells.keys().map(of).collect();
            numbers.sort_unstable();
            numbers.dedup();
            numbers
        };
        let (processes, threads) = (numbers(|cell| cell.0), numbers(|cell| cell.1));
        let all = processes.len() * threads.len();
        let is_grid =
            processes.len() > 1 && threads.len() > 1 && cells.len() as f64 >= MEASURED * all as f64;
        let spot = |processes, threads| {
            let trials = cells.get(&(processes, threads)).cloned();
            let cell = RunGroup::of(String::new(), trials.unwrap_or_default());
            match cell.map(|cell| (cell.makespan_s(), cell.failed().any())) {
                None => Spot::NotMeasured,
                Some((None, _)) => Spot::Failed,
                Some((Some(seconds), false)) => Spot::Seconds(seconds),
                Some((Some(seconds), true)) => Spot::SomeFailed(seconds),
            }
        };
        let row = |processes: &u32| threads.iter().map(|m| spot(*processes, *m)).collect();
        let spots = processes.iter().map(row).collect();
        is_grid.then(|| HeatMap {
            name: work.name.clone(),
            fixed: fixed(fastest),
            spots,
            processes,
            threads,
            within,
        })
    }
}

/// What all of the map have in common.
fn fixed(fastest: &Trial) -> String {
    format!(
        "{}, {}, {}, batches of {}",
        fastest.runtime, fastest.executor, fastest.dispatch, fastest.batch
    )
}
