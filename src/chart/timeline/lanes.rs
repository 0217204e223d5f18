//! Rows of a trace, as one lane for each thread.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use itertools::Itertools;

use crate::chart::Trace;
use crate::record::TraceRow;

/// What every thread did during a trial. Times are in seconds since the client's first send.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Timeline {
    /// The configuration, in a few words.
    pub name: String,
    /// Batches, and commands in all of them: what differs here is no comparison.
    pub size: (usize, usize),
    /// When the last result came to the client, or the last command ended.
    pub makespan_s: f64,
    /// Those that ran a command, by their numbers.
    pub workers: Vec<Worker>,
}

/// The threads of one worker.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Worker {
    pub number: u32,
    /// When it took its first batch: it was not there much earlier.
    pub up_s: f64,
    /// One for each thread that it had at a time.
    pub lanes: Vec<Lane>,
    /// Whether a lane holds one thread after another.
    pub spawns: bool,
}

/// What one thread ran, in the order of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Lane(pub Vec<Run>);

/// A command that a thread ran.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    /// When it began.
    pub from_s: f64,
    /// When it was done, its wait included.
    pub to_s: f64,
    /// Its batch.
    pub batch: u64,
    /// The number of the batch among those of the worker, from 0.
    pub turn: usize,
    /// Its place in the batch, from 0.
    pub index: u64,
}

impl Timeline {
    /// The timeline of a trace; `None` when no command ran. Rows with impossible times do not
    /// count.
    pub fn of(trace: &Trace) -> Option<Timeline> {
        let rows = trace
            .rows
            .iter()
            .filter(|row| is_possible(row))
            .collect_vec();
        let ends = rows
            .iter()
            .map(|row| row.received_s.unwrap_or(0.0).max(row.finished_s));
        let makespan_s = ends.fold(0.0, f64::max);
        let batches = rows.iter().map(|row| row.batch).unique().count();
        let commands = rows
            .iter()
            .map(|row| (row.batch, row.index))
            .unique()
            .count();
        let workers = rows
            .into_iter()
            .into_group_map_by(|row| row.worker)
            .into_iter();
        let workers = workers.sorted_by_key(|(number, _)| *number);
        let workers = workers
            .map(|(number, rows)| Worker::of(number, rows))
            .collect();
        let (name, size) = (trace.name.clone(), (batches, commands));
        let timeline = Timeline {
            name,
            size,
            makespan_s,
            workers,
        };
        (makespan_s > 0.0).then_some(timeline)
    }

    /// Lanes of all workers.
    pub fn lanes(&self) -> usize {
        self.workers.iter().map(|worker| worker.lanes.len()).sum()
    }

    /// The share of all threads' time, from the first send to the last result, in which they ran
    /// commands.
    pub fn busy(&self) -> f64 {
        let lanes = self.workers.iter().flat_map(|worker| &worker.lanes);
        lanes.map(Lane::busy_s).sum::<f64>() / (self.lanes() as f64 * self.makespan_s)
    }
}

fn is_possible(row: &TraceRow) -> bool {
    let times = [row.taken_s, row.started_s, row.finished_s];
    times.iter().all(|time| time.is_finite()) && row.finished_s >= row.started_s
}

impl Worker {
    /// A thread that runs several commands has its lane. Where every thread ran a single one, as
    /// those of the `spawn` executor do, each takes the first lane whose thread has ended.
    fn of(number: u32, mut rows: Vec<&TraceRow>) -> Worker {
        rows.sort_by(|a, b| a.started_s.total_cmp(&b.started_s));
        let mut turns: HashMap<u64, usize> = HashMap::new();
        let mut by_thread: BTreeMap<u32, Lane> = BTreeMap::new();
        for row in &rows {
            let next = turns.len();
            let run = Run {
                from_s: row.started_s,
                to_s: row.finished_s,
                batch: row.batch,
                turn: *turns.entry(row.batch).or_insert(next),
                index: row.index,
            };
            by_thread.entry(row.thread).or_default().0.push(run);
        }
        let up_s = rows
            .iter()
            .map(|row| row.taken_s)
            .fold(f64::INFINITY, f64::min);
        let spawns = by_thread.len() > 1 && by_thread.values().all(|lane| lane.0.len() == 1);
        let mut lanes = by_thread.into_values().collect_vec();
        if spawns {
            lanes = packed(lanes.into_iter().flat_map(|lane| lane.0).collect());
        }
        Worker {
            number,
            up_s,
            lanes,
            spawns,
        }
    }
}

/// The fewest lanes in which no two runs overlap: each takes the first one that is free.
fn packed(mut runs: Vec<Run>) -> Vec<Lane> {
    runs.sort_by(|a, b| a.from_s.total_cmp(&b.from_s));
    let nanos = |seconds: f64| (seconds * 1e9).round() as i64;
    let mut lanes: Vec<Lane> = Vec::new();
    let mut free: BinaryHeap<Reverse<usize>> = BinaryHeap::new();
    let mut taken: BinaryHeap<Reverse<(i64, usize)>> = BinaryHeap::new();
    for run in runs {
        while let Some(&Reverse((until, lane))) = taken.peek() {
            if until > nanos(run.from_s) {
                break;
            }
            taken.pop();
            free.push(Reverse(lane));
        }
        let lane = free.pop().map_or(lanes.len(), |Reverse(lane)| lane);
        lanes.resize(lanes.len().max(lane + 1), Lane::default());
        taken.push(Reverse((nanos(run.to_s), lane)));
        lanes[lane].0.push(run);
    }
    lanes
}

impl Lane {
    /// For how long it ran commands.
    pub fn busy_s(&self) -> f64 {
        self.0.iter().map(|run| run.to_s - run.from_s).sum()
    }
}
