//! The columns that every table for programs has, so that the same thing has the same name in all.

use super::{Cell, Column, Table};
use crate::model::{Dispatch, ExecutorKind, Job, Runtime, SpawnMode, WorkloadKind};
use crate::record::{Failed, RunGroup, Trial};
use crate::stats::{Bootstrap, Interval, Sample};

/// What a configuration was asked, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// Its label, and what tells it from others of the same label.
    pub configuration: Option<String>,
    /// The experiment's name.
    pub experiment: Option<String>,
    /// Work, processes and threads in a word.
    pub label: Option<String>,
    /// What one command does.
    pub workload: Option<WorkloadKind>,
    /// What commands run on.
    pub runtime: Option<Runtime>,
    /// Worker processes.
    pub processes: Option<u32>,
    /// Threads in each.
    pub threads: Option<u32>,
    /// Commands per batch.
    pub batch: Option<u32>,
    /// How a worker's threads run a batch.
    pub executor: Option<ExecutorKind>,
    /// When a worker takes its next batch.
    pub dispatch: Option<Dispatch>,
    /// When workers are started.
    pub spawn: Option<SpawnMode>,
}

/// What its runs took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Timed {
    /// How many of all runs failed.
    pub failed: Failed,
    /// The median makespan of the others, in seconds.
    pub median_s: Option<f64>,
    /// Its interval.
    pub interval_s: Option<Interval>,
}

impl Asked {
    /// What a trial was asked; `configuration` is its name among others.
    pub fn of(configuration: &str, trial: &Trial) -> Asked {
        Asked {
            configuration: Some(configuration.to_owned()),
            experiment: Some(trial.experiment.clone()),
            label: Some(trial.label.clone()),
            workload: Some(trial.workload),
            runtime: Some(trial.runtime.clone()),
            processes: Some(trial.processes),
            threads: Some(trial.threads),
            batch: Some(trial.batch),
            executor: Some(trial.executor),
            dispatch: Some(trial.dispatch),
            spawn: Some(trial.spawn),
        }
    }

    /// What a job and its processes ask.
    pub fn of_job(job: &Job, processes: u32, label: String) -> Asked {
        Asked {
            configuration: Some(label.clone()),
            label: Some(label),
            workload: Some(job.workload),
            runtime: Some(job.runtime.clone()),
            processes: Some(processes),
            threads: Some(job.threads),
            executor: Some(job.executor),
            dispatch: Some(job.dispatch),
            ..Asked::default()
        }
    }
}

impl Timed {
    /// The runs of a configuration. Few runs have no interval.
    pub(super) fn of(group: &RunGroup<'_>, bootstrap: &Bootstrap) -> Timed {
        let sample = group.makespans();
        Timed {
            failed: group.failed(),
            median_s: sample.as_ref().map(Sample::median),
            interval_s: sample.and_then(|sample| bootstrap.median_interval(&sample)),
        }
    }
}

/// The columns of what was asked.
pub fn asked_columns(rows: &[Asked]) -> Table {
    fn word<T: ToString>(value: Option<&T>) -> Cell {
        Cell::maybe(value, |value| Cell::Text(value.to_string()))
    }
    fn count(value: Option<u32>) -> Cell {
        Cell::maybe(value, |value| Cell::Count(value.into()))
    }
    Table::of(
        rows,
        vec![
            (Column::left("configuration"), |r| {
                word(r.configuration.as_ref())
            }),
            (Column::left("experiment"), |r| word(r.experiment.as_ref())),
            (Column::left("label"), |r| word(r.label.as_ref())),
            (Column::left("workload"), |r| word(r.workload.as_ref())),
            (Column::left("runtime"), |r| word(r.runtime.as_ref())),
            (Column::right("processes"), |r| count(r.processes)),
            (Column::right("threads"), |r| count(r.threads)),
            (Column::right("batch"), |r| count(r.batch)),
            (Column::left("executor"), |r| word(r.executor.as_ref())),
            (Column::left("dispatch"), |r| word(r.dispatch.as_ref())),
            (Column::left("spawn"), |r| word(r.spawn.as_ref())),
        ],
    )
}

/// The columns of what the runs took. `of` stands before their names, where there are several: `old_`.
pub fn timed_columns(of: &str, rows: &[Timed]) -> Table {
    let mut table = Table::of(
        rows,
        vec![
            (Column::right("runs"), |r| Cell::Count(r.failed.of as u64)),
            (Column::right("failed"), |r| {
                Cell::Count(r.failed.failed as u64)
            }),
            (Column::right("makespan_median_s"), |r| {
                Cell::maybe(r.median_s, Cell::Seconds)
            }),
            (Column::right("makespan_low_s"), |r| {
                Cell::maybe(r.interval_s, |interval| Cell::Seconds(interval.low))
            }),
            (Column::right("makespan_high_s"), |r| {
                Cell::maybe(r.interval_s, |interval| Cell::Seconds(interval.high))
            }),
        ],
    );
    for column in &mut table.columns {
        column.title.insert_str(0, of);
    }
    table
}
