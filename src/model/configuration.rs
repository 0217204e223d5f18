//! What is asked of a trial: a job with its processes.

use std::time::Duration;

use super::{Dispatch, ExecutorKind, Job, Runtime, SpawnMode, WorkloadKind};

/// One configuration of the whole system: all that a trial is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Configuration {
    /// A name for people, such as `io-mpmt-32x16`.
    pub label: String,
    /// Worker processes.
    pub processes: u32,
    /// Commands per batch.
    pub batch: u32,
    /// What each worker runs.
    pub job: Job,
    /// When workers are started.
    pub spawn: SpawnMode,
    /// Batches that are due per second; each is sent as soon as there is room without it.
    pub rate_per_s: Option<f64>,
    /// How often the commands file is gone through.
    pub repeat: u64,
    /// Replaces every wait of the table, when given.
    pub wait: Option<Duration>,
    /// Multiplies every wait.
    pub time_scale: f64,
}

/// How work is run when nobody says.
///
/// The kinds of work that come with the program have the model of the first system, so that it can be
/// compared with. Work of a person's own runs as web servers and task queues run it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// Commands per batch.
    pub batch: u32,
    /// When a worker takes its next batch.
    pub dispatch: Dispatch,
    /// When workers are started.
    pub spawn: SpawnMode,
    /// What runs several threads; one needs no other than `sequential`.
    threads: ExecutorKind,
}

impl Defaults {
    /// Of a kind of work.
    pub const fn of(workload: WorkloadKind) -> Defaults {
        match workload {
            WorkloadKind::Io | WorkloadKind::Cpu | WorkloadKind::Mixed | WorkloadKind::Noop => {
                Defaults {
                    batch: 16,
                    dispatch: Dispatch::Barrier,
                    spawn: SpawnMode::Lazy,
                    threads: ExecutorKind::Spawn,
                }
            }
            WorkloadKind::Task | WorkloadKind::Exec => Defaults {
                batch: 1,
                dispatch: Dispatch::Pipelined,
                spawn: SpawnMode::Eager,
                threads: ExecutorKind::Crossbeam,
            },
        }
    }

    /// How so many threads run a batch.
    pub const fn executor(&self, threads: u32) -> ExecutorKind {
        match threads {
            0 | 1 => ExecutorKind::Sequential,
            _ => self.threads,
        }
    }
}

impl Configuration {
    /// `<workload>-<mp|mpmt|mt>-<processes>x<threads>`: the naming of the published table. A task
    /// has the name of its file in the workload's place.
    pub fn default_label(job: &Job, processes: u32) -> String {
        let (stem, threads) = (job.stem(), job.threads);
        let kind = match (processes, threads) {
            (1, 2..) => "mt",
            (_, 1) => "mp",
            _ => "mpmt",
        };
        format!("{stem}-{kind}-{processes}x{threads}")
    }

    /// The label, and the runtime when it is not the native one: what people are told.
    pub fn name(&self) -> String {
        match &self.job.runtime {
            Runtime::Native => self.label.clone(),
            other => format!("{} ({other})", self.label),
        }
    }

    /// Whether it has threads that can never run.
    pub fn has_idle_threads(&self) -> bool {
        let Job {
            dispatch, threads, ..
        } = self.job;
        dispatch.has_idle_threads(threads, self.batch)
    }

    /// The wait of an instruction in this configuration, in nanoseconds.
    pub fn effective_wait_ns(&self, table_wait_ns: u64) -> u64 {
        let wait_ns = self
            .wait
            .map_or(table_wait_ns as f64, |wait| wait.as_nanos() as f64);
        (wait_ns * self.time_scale).round() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{OwnWork, WorkloadKind};

    fn job(own: Option<OwnWork>, threads: u32) -> Job {
        let workload = own.as_ref().map_or(WorkloadKind::Io, OwnWork::workload);
        Job {
            threads,
            own,
            ..Job::new(workload)
        }
    }

    #[test]
    fn labels_follow_the_published_table() {
        let label = |p, threads| Configuration::default_label(&job(None, threads), p);
        assert_eq!(label(32, 1), "io-mp-32x1");
        assert_eq!(label(32, 16), "io-mpmt-32x16");
        assert_eq!(label(1, 16), "io-mt-1x16");
        assert_eq!(label(1, 1), "io-mp-1x1");
    }

    #[test]
    fn a_task_is_called_by_its_file() {
        let task = OwnWork::Task("examples/json_work.py:work".parse().unwrap());
        let label = Configuration::default_label(&job(Some(task), 1), 2);
        assert_eq!(label, "json_work-mp-2x1");
    }
}
