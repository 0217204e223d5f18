//! Which trials make a map over processes and threads.

use std::collections::HashMap;

use super::HeatMap;
use super::heat_map::Spot;
use crate::model::ExecutorKind;
use crate::record::{Spread, Status, Trial, Work};

/// A map with more empty cells would not be one: shares of all cells.
const MEASURED: f64 = 0.75;

impl HeatMap {
    /// The makespans of a work over processes and threads, all else as in the fastest
    /// configuration; `None` when these are no grid. What takes at most `within` (a share) longer
    /// than the fastest is as good.
    pub(in crate::report) fn through_fastest(work: &Work<'_>, within: f64) -> Option<HeatMap> {
        let fastest = fastest(&work.trials)?;
        let executor = executor(fastest, &work.trials);
        let mut cells: HashMap<(u32, u32), Vec<&Trial>> = HashMap::new();
        for trial in &work.trials {
            if is_alike(trial, fastest, executor) {
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
        let spot = |processes, threads| match cells.get(&(processes, threads)) {
            None => Spot::NotMeasured,
            Some(trials) => median_s(trials).map_or(Spot::Failed, Spot::Seconds),
        };
        let row = |processes: &u32| threads.iter().map(|m| spot(*processes, *m)).collect();
        let spots = processes.iter().map(row).collect();
        is_grid.then(|| HeatMap {
            name: work.name.clone(),
            fixed: fixed(fastest, executor),
            spots,
            processes,
            threads,
            within,
        })
    }
}

/// A trial of the configuration with the smallest median.
fn fastest<'a>(trials: &[&'a Trial]) -> Option<&'a Trial> {
    let mut configurations: HashMap<String, Vec<&Trial>> = HashMap::new();
    for trial in trials {
        let asked = format!(
            "{} {} {}",
            trial.processes,
            trial.threads,
            way(trial, trial.executor)
        );
        configurations.entry(asked).or_default().push(trial);
    }
    let medians = configurations.values();
    let medians = medians.filter_map(|trials| Some((median_s(trials)?, trials[0])));
    // In the order of the trials where two are equally fast.
    let place = |trial: &Trial| trials.iter().position(|other| std::ptr::eq(*other, trial));
    let order = |a: &(f64, &Trial), b: &(f64, &Trial)| {
        (a.0.total_cmp(&b.0)).then_with(|| place(a.1).cmp(&place(b.1)))
    };
    medians.min_by(order).map(|(_, trial)| trial)
}

fn median_s(trials: &[&Trial]) -> Option<f64> {
    let ok = trials.iter().filter(|trial| trial.status == Status::Ok);
    let seconds = ok.filter_map(|trial| trial.makespan_s);
    let usable = seconds.filter(|seconds| seconds.is_finite() && *seconds > 0.0);
    Spread::of(usable).map(|spread| spread.median)
}

/// The executor of the map: the fastest one's, but with one thread that says nothing, for there
/// `sequential` is the default, so then the first other that was measured.
fn executor(fastest: &Trial, trials: &[&Trial]) -> ExecutorKind {
    let sequential = ExecutorKind::Sequential;
    let mut others = trials.iter().map(|trial| trial.executor);
    match fastest.executor {
        found if found != sequential => found,
        _ => others.find(|e| *e != sequential).unwrap_or(sequential),
    }
}

/// Whether a trial differs from the fastest in processes and threads alone.
fn is_alike(trial: &Trial, fastest: &Trial, executor: ExecutorKind) -> bool {
    let same_executor = trial.executor == executor
        || (trial.threads == 1 && trial.executor == ExecutorKind::Sequential);
    same_executor && way(trial, executor) == way(fastest, executor)
}

/// How a trial does its work, processes and threads left out.
fn way(trial: &Trial, executor: ExecutorKind) -> String {
    let (batch, dispatch, spawn) = (trial.batch, trial.dispatch, trial.spawn);
    format!("{executor} {dispatch} {batch} {spawn} {}", trial.runtime)
}

/// What all of the map have in common.
fn fixed(fastest: &Trial, executor: ExecutorKind) -> String {
    let (runtime, dispatch) = (fastest.runtime, fastest.dispatch);
    format!(
        "{runtime}, {executor}, {dispatch}, batches of {}",
        fastest.batch
    )
}
