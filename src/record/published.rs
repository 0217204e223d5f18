//! The timings of the first system, published and run again.

use serde::Deserialize;

use super::{RunGroup, Trial, run_groups};
use crate::model::{Job, WorkloadKind};

/// One published or earlier measured timing of the first system.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Published {
    /// The configuration's name, such as `io-mpmt-32x16`.
    pub id: String,
    /// `published` or `measured`.
    pub kind: String,
    /// `io` or `cpu`.
    pub workload: String,
    /// Worker processes.
    pub processes: u32,
    /// Threads in each.
    pub threads: u32,
    /// Commands per batch.
    pub batch: u32,
    /// How a worker's threads run a batch.
    pub executor: String,
    /// Makespan in seconds.
    pub seconds: f64,
    /// Where the figure comes from.
    pub source: String,
}

/// The text of `data/seed_timings.csv`.
pub const fn seed_timings_csv() -> &'static str {
    include_str!("../../data/seed_timings.csv")
}

/// The rows of `data/seed_timings.csv`: the nine published figures, and those of the same Python
/// system on another machine.
pub fn published() -> Vec<Published> {
    // The file is part of the binary and a test reads it, so a bad row is not an event at run time.
    csv::Reader::from_reader(seed_timings_csv().as_bytes())
        .deserialize()
        .flatten()
        .collect()
}

/// A configuration, and what is known of the first system for the same work.
#[derive(Clone, Debug, PartialEq)]
pub struct AgainstPublished<'a> {
    /// Its runs.
    pub group: RunGroup<'a>,
    /// What was published under its name.
    pub published: PublishedFigure,
    /// What the first system itself took when it was run again: on a two-core virtual machine, with
    /// CPython 3.11. In seconds.
    pub run_again_s: Option<f64>,
}

/// The configurations of some trials, in the order in which they first appear, each with what is known
/// of the first system.
pub fn against_published<'a>(
    trials: impl IntoIterator<Item = &'a Trial>,
    published: &[Published],
) -> Vec<AgainstPublished<'a>> {
    let row = |group: RunGroup<'a>| AgainstPublished {
        published: PublishedFigure::of(group.trial(), published),
        run_again_s: PublishedFigure::run_again_s(group.trial(), published),
        group,
    };
    run_groups(trials).into_iter().map(row).collect()
}

/// What was published for a configuration of this name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PublishedFigure {
    /// Nothing.
    None,
    /// So many seconds, for the same work.
    Seconds(f64),
    /// Something, but for whole waits, and here every wait was multiplied by this.
    ScaledWaits(f64),
    /// Something, but for other work: another number of commands, other waits or loops, or other
    /// processes, threads or batches under the same name.
    OtherWork,
}

impl PublishedFigure {
    /// Commands in each published run.
    pub const COMMANDS: u64 = 512;
    /// The wait of each command of the published I/O runs, in seconds.
    pub const WAIT_S: f64 = 1.0;
    /// The loops of each command of the published CPU runs.
    pub const LOOPS: u64 = Job::DEFAULT_LOOPS;

    /// What was published of the trial's configuration.
    pub fn of(trial: &Trial, published: &[Published]) -> Self {
        PublishedFigure::find(trial, published, "published")
    }

    /// The seconds, if they are of the same work.
    pub fn seconds(self) -> Option<f64> {
        match self {
            PublishedFigure::Seconds(seconds) => Some(seconds),
            _ => None,
        }
    }

    /// How many times it is as long as the median makespan.
    pub fn times_faster(self, group: &RunGroup<'_>) -> Option<f64> {
        Some(self.seconds()? / group.makespan_s()?)
    }

    /// What the first system itself took for the same work when it was run again, in seconds: on a
    /// two-core virtual machine, with CPython 3.11.
    pub fn run_again_s(trial: &Trial, published: &[Published]) -> Option<f64> {
        PublishedFigure::find(trial, published, "measured").seconds()
    }

    /// What is known of the trial's configuration, of rows of one kind.
    fn find(trial: &Trial, published: &[Published], kind: &str) -> Self {
        let named = |row: &&Published| row.id == trial.label && row.kind == kind;
        match published.iter().find(named) {
            None => PublishedFigure::None,
            Some(_) if waits_are_scaled(trial) => PublishedFigure::ScaledWaits(trial.time_scale),
            Some(row) if is_the_same_work(trial, row) => PublishedFigure::Seconds(row.seconds),
            Some(_) => PublishedFigure::OtherWork,
        }
    }
}

/// Whether the trial's commands slept another time than they were asked to.
pub fn waits_are_scaled(trial: &Trial) -> bool {
    let sleeps = matches!(trial.workload, WorkloadKind::Io | WorkloadKind::Mixed);
    sleeps && trial.time_scale != 1.0
}

/// How the work is run (executor, dispatch, runtime) may differ: that is what is compared.
fn is_the_same_work(trial: &Trial, row: &Published) -> bool {
    let same_load = match trial.workload {
        WorkloadKind::Io => trial
            .wait_s
            .is_some_and(|wait| (wait - PublishedFigure::WAIT_S).abs() < 1e-6),
        WorkloadKind::Cpu => trial.loops == Some(PublishedFigure::LOOPS),
        WorkloadKind::Mixed | WorkloadKind::Noop | WorkloadKind::Task | WorkloadKind::Exec => false,
    };
    same_load
        && trial.workload.as_str() == row.workload
        && trial.commands == PublishedFigure::COMMANDS
        && (trial.processes, trial.threads, trial.batch) == (row.processes, row.threads, row.batch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fixtures;

    fn known_of(trial: &Trial) -> PublishedFigure {
        PublishedFigure::of(trial, &published())
    }

    #[test]
    fn every_row_is_read_and_the_nine_published_ones_are_there() {
        let rows = published();
        assert_eq!(
            rows.len(),
            seed_timings_csv().trim_end().lines().count() - 1
        );
        assert_eq!(rows.iter().filter(|row| row.kind == "published").count(), 9);
    }

    #[test]
    fn runs_of_a_configuration_stand_once_in_order_of_appearance() {
        let trials = fixtures::repeated(&fixtures::nine(), 3);
        let rows = against_published(&trials, &published());
        let names: Vec<&str> = rows.iter().map(|row| row.group.name.as_str()).collect();
        assert_eq!(names[..2], ["io-mp-32x1", "io-mpmt-32x16"]);
        assert_eq!(rows.len(), 9);
        let first = &rows[0];
        assert_eq!(first.published, PublishedFigure::Seconds(17.0));
        assert_eq!(first.group.makespan_s(), Some(16.03 * 1.08));
        let efficiency = first.group.median(Trial::efficiency);
        assert_eq!(efficiency, Some(16.0 / (16.03 * 1.08)));
    }

    #[test]
    fn the_first_system_run_again_is_known_of_all_nine() {
        let again = |trial| PublishedFigure::run_again_s(trial, &published());
        let nine = fixtures::nine();
        assert_eq!(again(&nine[1]), Some(1.40));
        assert!(nine.iter().all(|trial| again(trial).is_some()));
    }

    #[test]
    fn scaled_waits_are_never_held_against_published_seconds() {
        let mut io = fixtures::trial("io-mp-32x1", (0.32, 0.32));
        (io.time_scale, io.wait_s) = (0.02, Some(0.02));
        assert_eq!(known_of(&io), PublishedFigure::ScaledWaits(0.02));
        let mut cpu = fixtures::trial("cpu-mp-2x1", (0.13, 0.12));
        cpu.time_scale = 0.02;
        assert_eq!(known_of(&cpu), PublishedFigure::Seconds(16.62));
    }

    #[test]
    fn other_work_under_a_published_name_is_not_compared() {
        let changes: [fn(&mut Trial); 4] = [
            |trial| trial.commands = 64,
            |trial| trial.wait_s = Some(0.5),
            |trial| trial.processes = 8,
            |trial| trial.workload = WorkloadKind::Noop,
        ];
        for change in changes {
            let mut trial = fixtures::trial("io-mp-32x1", (1.0, 1.0));
            change(&mut trial);
            assert_eq!(known_of(&trial), PublishedFigure::OtherWork);
        }
        let unknown = fixtures::trial("io-mpmt-3x3", (1.0, 1.0));
        assert_eq!(known_of(&unknown), PublishedFigure::None);
    }
}
