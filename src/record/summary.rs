//! The runs of a configuration as one, and the names by which configurations are told apart.

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::{Published, Status, Trial};
use crate::model::{Job, Runtime, WorkloadKind};

/// The middle and the ends of one figure over repeated runs, in the figure's own unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MedianRange {
    /// The middle value; of an even number of values, halfway between the middle two.
    pub median: f64,
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
    /// How many values there are.
    pub runs: usize,
}

impl MedianRange {
    /// The spread of some values, or nothing when there are none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let runs = values.len();
        let (min, max) = (*values.first()?, *values.last()?);
        let median = f64::midpoint(values[(runs - 1) / 2], values[runs / 2]);
        Some(MedianRange {
            median,
            min,
            max,
            runs,
        })
    }

    /// Half the way from the smallest value to the largest.
    pub fn half_range(&self) -> f64 {
        (self.max - self.min) / 2.0
    }
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

/// One configuration over all its runs. Durations are in seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The label, and what tells it from another configuration with the same label.
    pub name: String,
    /// What one command does.
    pub workload: WorkloadKind,
    /// What the commands ran on.
    pub runtime: Runtime,
    /// What was published under this name.
    pub published: PublishedFigure,
    /// What the first system itself took for the same work when it was run again: on a two-core
    /// virtual machine, with CPython 3.11.
    pub run_again_s: Option<f64>,
    /// The median of the makespans that the configuration allows in theory.
    pub ideal_s: Option<f64>,
    /// Whether `ideal_s` is only a lower bound.
    pub ideal_is_bound: bool,
    /// The makespans of the runs that are `ok`.
    pub measured: Option<MedianRange>,
    /// The median of `ideal / makespan` over the runs that are `ok`.
    pub efficiency: Option<f64>,
    /// All runs.
    pub runs: usize,
    /// Those that are not `ok`.
    pub not_ok: usize,
    /// How the first run that is not `ok` ended, else `ok`.
    pub status: Status,
    /// Why.
    pub error: Option<String>,
}

impl Summary {
    /// How many times the published makespan is longer than the measured one.
    pub fn times_faster(&self) -> Option<f64> {
        match (self.published, self.measured) {
            (PublishedFigure::Seconds(published), Some(measured)) if measured.median > 0.0 => {
                Some(published / measured.median)
            }
            _ => None,
        }
    }

    fn of(name: String, trials: &[&Trial], published: &[Published]) -> Option<Self> {
        let first = trials.first()?;
        let ok = |trial: &&&Trial| trial.status == Status::Ok;
        let bad = trials.iter().find(|trial| trial.status != Status::Ok);
        let over_ok = |figure: fn(&Trial) -> Option<f64>| {
            MedianRange::of(trials.iter().filter(ok).filter_map(|trial| figure(trial)))
        };
        let any_ideal = || MedianRange::of(trials.iter().filter_map(|trial| trial.ideal_s));
        Some(Summary {
            name,
            workload: first.workload,
            runtime: first.runtime.clone(),
            published: PublishedFigure::find(first, published, "published"),
            run_again_s: match PublishedFigure::find(first, published, "measured") {
                PublishedFigure::Seconds(seconds) => Some(seconds),
                _ => None,
            },
            ideal_s: over_ok(|trial| trial.ideal_s)
                .or_else(any_ideal)
                .map(|ideal| ideal.median),
            ideal_is_bound: trials.iter().any(|trial| trial.ideal_is_bound),
            measured: over_ok(|trial| trial.makespan_s),
            efficiency: over_ok(Trial::efficiency).map(|efficiency| efficiency.median),
            runs: trials.len(),
            not_ok: trials.len() - trials.iter().filter(ok).count(),
            status: bad.map_or(Status::Ok, |trial| trial.status),
            error: bad.and_then(|trial| trial.error.clone()),
        })
    }
}

/// One summary for each configuration, in the order in which they first appear.
pub fn summarise(trials: &[Trial], published: &[Published]) -> Vec<Summary> {
    group(trials)
        .into_iter()
        .filter_map(|(name, trials)| Summary::of(name, &trials, published))
        .collect()
}

/// The trials of each configuration (warm-ups left out) under its name, in the order in which they
/// first appear. Where configurations share a label, their names add what they differ in, so that
/// different things are never averaged.
pub fn group(trials: &[Trial]) -> Vec<(String, Vec<&Trial>)> {
    group_by(trials.iter().filter(|trial| !trial.warmup), |trial| trial)
}

/// [`group`] of whatever holds a trial: a trial and the file that it comes from, for one.
pub fn group_by<T>(
    items: impl IntoIterator<Item = T>,
    trial_of: impl Fn(&T) -> &Trial,
) -> Vec<(String, Vec<T>)> {
    let mut groups: IndexMap<Asked, Vec<T>, FxBuildHasher> = IndexMap::default();
    for item in items {
        let asked = Asked::of(trial_of(&item));
        groups.entry(asked).or_default().push(item);
    }
    let names = names(groups.keys());
    names.into_iter().zip(groups.into_values()).collect()
}

/// A name for each: its label and runtime, and where these are the same, what tells them apart.
fn names<'a>(asked: impl Iterator<Item = &'a Asked> + Clone) -> Vec<String> {
    let mut labels: FxHashMap<_, (&Asked, [bool; WORDS])> = FxHashMap::default();
    for one in asked.clone() {
        let (first, differs) = labels.entry(one.label()).or_insert((one, [false; WORDS]));
        for (differs, (a, b)) in differs.iter_mut().zip(one.words.iter().zip(&first.words)) {
            *differs |= a != b;
        }
    }
    let name = |one: &Asked| one.name_by(&labels[&one.label()].1);
    asked.map(name).collect()
}

/// Things that a configuration is asked, beyond its label.
const WORDS: usize = 13;

/// What makes a configuration: its label, and everything that it was asked, in words.
#[derive(PartialEq, Eq, Hash)]
struct Asked {
    label: String,
    /// What stands in brackets behind the label whatever it is compared with: the runtime, when it
    /// is not the native one.
    runtime: Option<String>,
    words: [String; WORDS],
}

impl Asked {
    fn of(trial: &Trial) -> Self {
        Asked {
            label: trial.label.clone(),
            runtime: (!trial.runtime.is_native())
                .then(|| runtime_in_words(&trial.runtime, trial.switch_interval_s)),
            words: [
                trial.workload.to_string(),
                format!("{}x{}", trial.processes, trial.threads),
                format!("batch {}", trial.batch),
                trial.executor.to_string(),
                trial.dispatch.to_string(),
                trial.spawn.to_string(),
                format!("{} commands", trial.commands),
                format!("wait {} s", trial.wait_s.unwrap_or(0.0)),
                format!("{} loops", trial.loops.unwrap_or(0)),
                format!("time scale {}", trial.time_scale),
                format!("total {}", trial.expected_sum),
                format!("rate {}/s", trial.rate_per_s.unwrap_or(0.0)),
                trial.own_work().unwrap_or_default().to_owned(),
            ],
        }
    }

    /// What it is called before it is compared with others: namesakes have the same.
    fn label(&self) -> (&str, Option<&str>) {
        (&self.label, self.runtime.as_deref())
    }

    /// The label with the runtime, and with those words that differ among its namesakes.
    fn name_by(&self, differs: &[bool; WORDS]) -> String {
        let words = self.words.iter().zip(differs);
        let differing = words.filter_map(|(word, differs)| differs.then_some(word.as_str()));
        let runtime = self.runtime.as_deref().into_iter();
        let told: Vec<&str> = runtime.chain(differing).collect();
        if told.is_empty() {
            return self.label.clone();
        }
        format!("{} ({})", self.label, told.join(", "))
    }
}

/// The runtime, and its switch interval when it is not the usual one.
pub fn runtime_in_words(runtime: &Runtime, switch_interval_s: Option<f64>) -> String {
    let usual_s = Job::DEFAULT_SWITCH_INTERVAL.as_secs_f64();
    match switch_interval_s {
        Some(interval_s) if interval_s != usual_s => {
            format!("{runtime}, switch interval {interval_s} s")
        }
        _ => runtime.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ExecutorKind;
    use crate::record::{fixtures, published};

    fn only(trials: &[Trial]) -> Summary {
        let mut summaries = summarise(trials, &published());
        assert_eq!(summaries.len(), 1);
        summaries.remove(0)
    }

    #[test]
    fn the_middle_of_an_even_number_of_values_is_halfway() {
        let spread = MedianRange::of([4.0, 1.0, 2.0, 3.0]).unwrap();
        assert_eq!((spread.min, spread.median, spread.max), (1.0, 2.5, 4.0));
        assert_eq!(spread.half_range(), 1.5);
        assert_eq!(MedianRange::of([]), None);
    }

    #[test]
    fn runs_of_a_configuration_make_one_summary_in_order_of_appearance() {
        let summaries = summarise(&fixtures::repeated(&fixtures::nine(), 3), &published());
        let names: Vec<&str> = summaries.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names[..2], ["io-mp-32x1", "io-mpmt-32x16"]);
        assert_eq!(summaries.len(), 9);
        assert_eq!(summaries[0].published, PublishedFigure::Seconds(17.0));
        assert_eq!(summaries[0].measured.unwrap().median, 16.03 * 1.08);
        assert_eq!(summaries[0].efficiency, Some(16.0 / (16.03 * 1.08)));
    }

    #[test]
    fn the_first_system_run_again_is_known_of_all_nine() {
        let summaries = summarise(&fixtures::nine(), &published());
        assert_eq!(summaries[1].run_again_s, Some(1.40));
        let known = summaries.iter().filter(|s| s.run_again_s.is_some());
        assert_eq!(known.count(), 9);
    }

    #[test]
    fn scaled_waits_are_never_held_against_published_seconds() {
        let mut io = fixtures::trial("io-mp-32x1", (0.32, 0.32));
        (io.time_scale, io.wait_s) = (0.02, Some(0.02));
        assert_eq!(only(&[io]).published, PublishedFigure::ScaledWaits(0.02));
        let mut cpu = fixtures::trial("cpu-mp-2x1", (0.13, 0.12));
        cpu.time_scale = 0.02;
        assert_eq!(only(&[cpu]).published, PublishedFigure::Seconds(16.62));
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
            assert_eq!(only(&[trial]).published, PublishedFigure::OtherWork);
        }
        let unknown = fixtures::trial("io-mpmt-3x3", (1.0, 1.0));
        assert_eq!(only(&[unknown]).published, PublishedFigure::None);
    }

    #[test]
    fn failed_runs_count_but_do_not_measure() {
        let good = fixtures::trial("io-mp-32x1", (16.5, 16.0));
        let bad = fixtures::failed("io-mp-32x1", "worker 3 died");
        let both = only(&[good, bad.clone()]);
        assert_eq!((both.runs, both.not_ok), (2, 1));
        assert_eq!(both.measured.unwrap().runs, 1);
        assert_eq!(both.error.as_deref(), Some("worker 3 died"));
        let alone = only(&[bad]);
        assert_eq!((alone.measured, alone.ideal_s), (None, Some(1.0)));
    }

    #[test]
    fn the_runtime_stands_behind_every_label_but_the_native_ones() {
        let native = fixtures::trial("cpu-mt-1x2", (4.0, 4.0));
        let on = |runtime: &str, switch_interval_s| Trial {
            runtime: runtime.parse().unwrap(),
            switch_interval_s,
            ..native.clone()
        };
        let mut rayon = on("gil", Some(0.005));
        rayon.executor = ExecutorKind::Rayon;
        let all = [
            native.clone(),
            on("gil", Some(0.005)),
            rayon,
            on("gil", Some(0.001)),
            on("python:/opt/pypy3", None),
        ];
        let names: Vec<String> = group(&all).into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            [
                "cpu-mt-1x2",
                "cpu-mt-1x2 (gil, spawn)",
                "cpu-mt-1x2 (gil, rayon)",
                "cpu-mt-1x2 (gil, switch interval 0.001 s)",
                "cpu-mt-1x2 (python:/opt/pypy3)",
            ]
        );
        assert_eq!(group(&all[1..2])[0].0, "cpu-mt-1x2 (gil)");
    }

    #[test]
    fn configurations_that_share_a_label_are_told_apart() {
        let spawn = fixtures::trial("io-mpmt-8x16", (4.0, 4.0));
        let mut rayon = spawn.clone();
        rayon.executor = ExecutorKind::Rayon;
        let trials = [spawn.clone(), rayon, spawn];
        let groups: Vec<(String, usize)> = group(&trials)
            .into_iter()
            .map(|(name, trials)| (name, trials.len()))
            .collect();
        assert_eq!(
            groups,
            [
                ("io-mpmt-8x16 (spawn)".to_owned(), 2),
                ("io-mpmt-8x16 (rayon)".to_owned(), 1)
            ]
        );
    }
}
