use crate::model::{Configuration, Dispatch, ExecutorKind, Job, Runtime, SpawnMode, WorkloadKind};
use crate::record::{Published, published};

/// Which of the published configurations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Family {
    /// Those that sleep.
    Io,
    /// Those that compute.
    Cpu,
}

/// The nine published configurations, in the published order, or those of one family.
pub fn published_configurations(
    only: Option<Family>,
    spawn: SpawnMode,
    time_scale: f64,
) -> Vec<Configuration> {
    published()
        .iter()
        .filter(|row| row.kind == "published")
        .filter_map(|row| configuration(row, spawn, time_scale))
        .filter(|configuration| match only {
            None => true,
            Some(Family::Io) => configuration.job.workload == WorkloadKind::Io,
            Some(Family::Cpu) => configuration.job.workload == WorkloadKind::Cpu,
        })
        .collect()
}

fn configuration(row: &Published, spawn: SpawnMode, time_scale: f64) -> Option<Configuration> {
    use clap::ValueEnum as _;
    Some(Configuration {
        label: row.id.clone(),
        processes: row.processes,
        batch: row.batch,
        job: Job {
            workload: WorkloadKind::from_str(&row.workload, false).ok()?,
            loops: Job::DEFAULT_LOOPS,
            threads: row.threads,
            executor: ExecutorKind::from_str(&row.executor, false).ok()?,
            dispatch: Dispatch::Barrier,
        },
        runtime: Runtime::Native,
        spawn,
        rate_per_s: None,
        repeat: 1,
        wait: None,
        time_scale,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_nine_five_and_four() {
        let count = |only| published_configurations(only, SpawnMode::Lazy, 1.0).len();
        assert_eq!(
            [
                count(None),
                count(Some(Family::Io)),
                count(Some(Family::Cpu))
            ],
            [9, 5, 4]
        );
    }
}
