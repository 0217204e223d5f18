//! Axes that multiply into configurations.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Axis, AxisValue};
use crate::model::{
    CommandLine, Configuration, Defaults, Dispatch, ExecOutput, ExecutorKind, Job, OwnWork,
    OwnWorkError, Runtime, Shape, SpawnMode, Task, WorkloadKind,
};

/// Configurations of one experiment, at the most. More is a slip, not a question.
const MOST_CONFIGURATIONS: usize = 10_000;

/// Why axes make no configurations.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {reason}")]
pub struct AxesError {
    /// Which axis.
    pub key: &'static str,
    /// What is wrong with its values, and what to try.
    pub reason: String,
}

fn refuse<T>(key: &'static str, reason: impl Into<String>) -> Result<T, AxesError> {
    let reason = reason.into();
    Err(AxesError { key, reason })
}

macro_rules! axes {
    ($($(#[$meta:meta])* $name:ident: $kind:ty),+ $(,)?) => {
        /// What a configuration is asked, each as one value or several. What is not given has the
        /// default of `mpmt run`.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Axes {
            /// The name of the configuration, which must then be a single one.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub label: Option<String>,
            /// The Python function that each command calls: the work of the task workload.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub task: Option<Task>,
            /// The program that each command runs: the work of the exec workload.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub exec: Option<CommandLine>,
            /// Where its standard output goes.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub exec_output: Option<ExecOutput>,
            $(
                $(#[$meta])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $name: Option<Axis<$kind>>,
            )+
        }

        impl Axes {
            /// These axes, where `over` says nothing else.
            pub fn overlaid(&self, over: &Axes) -> Axes {
                Axes {
                    label: over.label.clone().or_else(|| self.label.clone()),
                    task: over.task.clone().or_else(|| self.task.clone()),
                    exec: over.exec.clone().or_else(|| self.exec.clone()),
                    exec_output: over.exec_output.or(self.exec_output),
                    $($name: over.$name.clone().or_else(|| self.$name.clone()),)+
                }
            }
        }
    };
}

axes! {
    /// What one command does.
    workload: WorkloadKind,
    /// What the instructions run on.
    runtime: Runtime,
    /// Worker processes.
    processes: u64,
    /// Threads in each.
    threads: u64,
    /// Processes and threads together, instead of either: these shapes and no others.
    shape: Shape,
    /// Commands per batch.
    batch: u64,
    /// How a worker's threads run a batch; by default `sequential` for one thread, else `spawn`.
    executor: ExecutorKind,
    /// When a worker takes its next batch.
    dispatch: Dispatch,
    /// How long a thread waits for the interpreter lock before it asks for it.
    switch_interval: Duration,
    /// When workers are started.
    spawn: SpawnMode,
    /// Loops of one command of CPU work.
    loops: u64,
    /// The wait of every command, instead of the table's.
    wait: Duration,
    /// How often the commands are gone through.
    repeat: u64,
    /// Multiplies every wait.
    time_scale: f64,
}

impl Axes {
    /// Whether what these axes say would make a name such as `io-mpmt-8x16` a lie.
    pub fn changes_names(&self) -> bool {
        self.workload.is_some()
            || self.task.is_some()
            || self.exec.is_some()
            || self.processes.is_some()
            || self.threads.is_some()
            || self.shape.is_some()
    }

    /// Every combination of the values, the first axis outermost. What can't make a difference
    /// (loops of work that sleeps, waits of work that computes) makes no second configuration.
    ///
    /// # Errors
    /// When a value is out of its bounds, or a combination is impossible.
    pub fn configurations(&self) -> Result<Vec<Configuration>, AxesError> {
        self.check_size()?;
        let own = OwnWork::of(self.task.clone(), self.exec.clone(), self.exec_output)
            .or_else(|error| refuse("exec", error.to_string()))?;
        let mut all = vec![plain()];
        if let Some(own) = &own {
            all[0].job.workload = own.workload();
        }
        all = vary(all, &self.workload, |c, v| c.job.workload = v);
        all = vary(all, &self.runtime, |c, v| c.job.runtime = v);
        take_own_work(&mut all, own.as_ref())?;
        self.check_switch_interval()?;
        all = vary(all, &self.switch_interval, |c, v| c.job.switch_interval = v);
        let processes = &bounded("processes", &self.processes, 1..=4096)?;
        all = vary(all, processes, |c, v| c.processes = v as u32);
        let threads = &bounded("threads", &self.threads, 1..=65_536)?;
        all = vary(all, threads, |c, v| c.job.threads = v as u32);
        let shape = &self.shape_alone()?;
        all = vary(all, shape, |c, v| {
            (c.processes, c.job.threads) = (v.processes, v.threads)
        });
        all.iter_mut().for_each(run_as_usual);
        let batch = &bounded("batch", &self.batch, 1..=100_000)?;
        all = vary(all, batch, |c, v| c.batch = v as u32);
        all = vary(all, &self.executor, |c, v| c.job.executor = v);
        all = vary(all, &self.dispatch, |c, v| c.job.dispatch = v);
        all = vary(all, &self.spawn, |c, v| c.spawn = v);
        let loops = &bounded("loops", &self.loops, 1..=Job::MAX_LOOPS)?;
        all = vary(all, loops, |c, v| c.job.loops = v);
        all = vary(all, &self.wait, |c, v| c.wait = Some(v));
        let repeat = &bounded("repeat", &self.repeat, 1..=1_000_000_000)?;
        all = vary(all, repeat, |c, v| c.repeat = v);
        all = vary(all, &self.time_scale, |c, v| c.time_scale = v);
        self.finish(all)
    }

    /// Refused before anything is multiplied out.
    fn check_size(&self) -> Result<(), AxesError> {
        let integers = [
            &self.processes,
            &self.threads,
            &self.batch,
            &self.loops,
            &self.repeat,
        ];
        let product = integers
            .into_iter()
            .map(length)
            .fold(1_usize, usize::saturating_mul);
        let product = product
            .saturating_mul(length(&self.runtime))
            .saturating_mul(length(&self.shape))
            .saturating_mul(length(&self.switch_interval))
            .saturating_mul(length(&self.wait))
            .saturating_mul(length(&self.time_scale));
        if product > MOST_CONFIGURATIONS {
            let reason = format!(
                "{product} configurations are more than {MOST_CONFIGURATIONS}; try fewer values, or ranges with a step such as 1..32:x2"
            );
            return refuse("axes", reason);
        }
        Ok(())
    }

    /// The shapes, when nothing else says how many processes and threads.
    fn shape_alone(&self) -> Result<Option<Axis<Shape>>, AxesError> {
        if self.shape.is_some() && (self.processes.is_some() || self.threads.is_some()) {
            let reason =
                "shapes say how many processes and threads; leave 'processes' and 'threads' out";
            return refuse("shape", reason);
        }
        let mut shapes = self.shape.iter().flat_map(Axis::values);
        match shapes.find(|shape| shape.processes > 4096 || shape.threads > 65_536) {
            Some(shape) => refuse("shape", format!("{shape} is too much; at most 4096x65536")),
            None => Ok(self.shape.clone()),
        }
    }

    /// A switch interval that no runtime has a use for is a slip.
    fn check_switch_interval(&self) -> Result<(), AxesError> {
        let key = "switch_interval";
        let Some(intervals) = &self.switch_interval else {
            return Ok(());
        };
        for &interval in intervals.values() {
            Job::check_switch_interval(interval).or_else(|error| refuse(key, error.to_string()))?;
        }
        let runtimes = self.runtime.iter().flat_map(Axis::values);
        if runtimes.into_iter().any(|runtime| *runtime == Runtime::Gil) {
            Ok(())
        } else {
            refuse(key, NO_SWITCHES)
        }
    }

    fn finish(&self, all: Vec<Configuration>) -> Result<Vec<Configuration>, AxesError> {
        let mut kept: Vec<Configuration> = Vec::new();
        for mut configuration in all {
            check_executor(&configuration)?;
            leave_out_what_makes_no_difference(&mut configuration);
            configuration.label = match &self.label {
                Some(label) => label.clone(),
                None => default_label(&configuration),
            };
            if !kept.contains(&configuration) {
                kept.push(configuration);
            }
        }
        let namesakes = most_of_a_runtime(&kept);
        match &self.label {
            Some(label) if namesakes > 1 => refuse(
                "label",
                format!(
                    "'{label}' can name one configuration only, and these values make {namesakes}; leave the label out"
                ),
            ),
            _ => Ok(kept),
        }
    }
}

const NO_SWITCHES: &str = "only the gil runtime has a switch interval; add runtime = \"gil\" (--runtime gil), or leave it out";

/// How many configurations have the same runtime, at the most. Those of different runtimes can
/// share a label: people are told the runtime with it.
fn most_of_a_runtime(all: &[Configuration]) -> usize {
    let runtimes = all.iter().map(|configuration| &configuration.job.runtime);
    let count = |runtime| runtimes.clone().filter(|other| *other == runtime).count();
    runtimes.clone().map(count).max().unwrap_or(0)
}

/// What `mpmt run` asks when it is told nothing.
fn plain() -> Configuration {
    Configuration {
        label: String::new(),
        processes: 1,
        batch: 16,
        job: Job::new(WorkloadKind::Io),
        spawn: SpawnMode::Lazy,
        rate_per_s: None,
        repeat: 1,
        wait: None,
        time_scale: 1.0,
    }
}

fn length<T: AxisValue>(axis: &Option<Axis<T>>) -> usize {
    axis.as_ref().map_or(1, |axis| axis.values().len())
}

fn vary<T: AxisValue>(
    all: Vec<Configuration>,
    axis: &Option<Axis<T>>,
    set: impl Fn(&mut Configuration, T),
) -> Vec<Configuration> {
    let Some(axis) = axis else { return all };
    let one = |configuration: &Configuration, value: &T| {
        let mut configuration = configuration.clone();
        set(&mut configuration, value.clone());
        configuration
    };
    all.iter()
        .flat_map(|configuration| {
            axis.values()
                .iter()
                .map(move |value| (configuration, value))
        })
        .map(|(configuration, value)| one(configuration, value))
        .collect()
}

/// The axis, when all of it lies within the bounds.
fn bounded(
    key: &'static str,
    axis: &Option<Axis<u64>>,
    bounds: RangeInclusive<u64>,
) -> Result<Option<Axis<u64>>, AxesError> {
    let values = axis.iter().flat_map(Axis::values);
    match values.copied().find(|value| !bounds.contains(value)) {
        None => Ok(axis.clone()),
        Some(value) if value < *bounds.start() => refuse(
            key,
            format!("{value} is too few; at least {}", bounds.start()),
        ),
        Some(value) => refuse(
            key,
            format!("{value} is too many; at most {}", bounds.end()),
        ),
    }
}

/// Gives a person's own work to those whose workload it is, which must be some.
fn take_own_work(all: &mut [Configuration], own: Option<&OwnWork>) -> Result<(), AxesError> {
    let key = match own {
        Some(OwnWork::Exec(_)) => "exec",
        _ => "task",
    };
    for Configuration { job, .. } in &mut *all {
        job.own = own.filter(|own| own.workload() == job.workload).cloned();
        OwnWork::check(job.own.as_ref(), job.workload, &job.runtime)
            .or_else(|error| refuse(key, error.to_string()))?;
    }
    let is_lost = |_: &&OwnWork| all.iter().all(|one| one.job.own.is_none());
    match own.filter(is_lost) {
        None => Ok(()),
        Some(own) => refuse(key, OwnWorkError::OtherWorkload(own.workload()).to_string()),
    }
}

fn run_as_usual(configuration: &mut Configuration) {
    let Configuration { job, .. } = configuration;
    let usual = Defaults::of(job.workload);
    job.executor = usual.executor(job.threads);
    job.dispatch = usual.dispatch;
    (configuration.batch, configuration.spawn) = (usual.batch, usual.spawn);
}

fn check_executor(configuration: &Configuration) -> Result<(), AxesError> {
    let job = &configuration.job;
    if job.width() < job.threads {
        let reason = format!(
            "the sequential executor has one thread, and it is asked for {}; \
             leave 'sequential' out, or give it threads = 1 in a [[configuration]] of its own",
            job.threads
        );
        return refuse("executor", reason);
    }
    job.runtime.check_executor(job.executor).or_else(|error| {
        let reason = format!(
            "{error}; or give {} a [[configuration]] of its own",
            job.executor
        );
        refuse("executor", reason)
    })
}

fn leave_out_what_makes_no_difference(configuration: &mut Configuration) {
    if !configuration.job.computes() {
        configuration.job.loops = Job::DEFAULT_LOOPS;
    }
    if configuration.job.runtime != Runtime::Gil {
        configuration.job.switch_interval = Job::DEFAULT_SWITCH_INTERVAL;
    }
    if !configuration.job.has_waits() {
        configuration.wait = None;
        configuration.time_scale = 1.0;
    }
}

fn default_label(configuration: &Configuration) -> String {
    let job = &configuration.job;
    Configuration::default_label(job, configuration.processes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes(text: &str) -> Axes {
        toml::from_str(text).unwrap()
    }

    fn refusal(text: &str) -> AxesError {
        axes(text).configurations().unwrap_err()
    }

    #[test]
    fn nothing_asked_is_what_run_does() {
        assert_eq!(axes("").configurations().unwrap().len(), 1);
    }

    #[test]
    fn every_combination_is_there_the_first_axis_outermost() {
        let all = axes("processes = [1, 2]\nthreads = \"1,16\"")
            .configurations()
            .unwrap();
        let labels: Vec<&str> = all.iter().map(|c| c.label.as_str()).collect();
        assert_eq!(
            labels,
            ["io-mp-1x1", "io-mt-1x16", "io-mp-2x1", "io-mpmt-2x16"]
        );
        assert_eq!(all[0].job.executor, ExecutorKind::Sequential);
        assert_eq!(all[1].job.executor, ExecutorKind::Spawn);
    }

    #[test]
    fn what_makes_no_difference_makes_no_second_configuration() {
        let both = axes("workload = \"io,cpu\"\nwait = \"1ms,2ms\"\nloops = [1, 2, 3]");
        assert_eq!(both.configurations().unwrap().len(), 2 + 3);
        let runtimes = axes("runtime = \"native,gil\"\nswitch_interval = \"1ms,5ms\"");
        assert_eq!(runtimes.configurations().unwrap().len(), 1 + 2);
    }

    #[test]
    fn bounds_are_told_with_the_axis() {
        assert_eq!(
            refusal("processes = 0").to_string(),
            "processes: 0 is too few; at least 1"
        );
        assert_eq!(refusal("batch = 100001").key, "batch");
        assert_eq!(
            refusal("threads = \"1..4096\"\nbatch = \"1..4096\"").key,
            "axes"
        );
        assert_eq!(
            refusal("threads = 4\nexecutor = \"sequential\"").key,
            "executor"
        );
        assert_eq!(refusal("label = \"x\"\nthreads = \"1,2\"").key, "label");
        assert_eq!(
            refusal("runtime = \"gil\"\nswitch_interval = \"20s\"").to_string(),
            "switch_interval: a switch interval is from 1us to 10s, like 5ms; 20s is not"
        );
        assert_eq!(refusal("switch_interval = \"1ms\"").key, "switch_interval");
        let python = "runtime = \"python\"\nthreads = 2\nexecutor = \"rayon\"";
        assert_eq!(refusal(python).key, "executor");
    }

    #[test]
    fn a_task_makes_the_workload_and_needs_an_interpreter() {
        let task = "task = \"x/json_work.py:work\"\nruntime = \"python\"";
        let all = axes(&format!("{task}\nprocesses = \"1,2\"")).configurations();
        let all = all.unwrap();
        assert_eq!((all.len(), &*all[1].label), (2, "json_work-mp-2x1"));
        assert_eq!(all[0].job.workload, WorkloadKind::Task);
        let both = axes(&format!("{task}\nworkload = \"io,task\"")).configurations();
        let has_task: Vec<bool> = both.unwrap().iter().map(|c| c.job.own.is_some()).collect();
        assert_eq!(has_task, [false, true]);
        for wrong in [
            "task = \"x.py:work\"",
            "workload = \"task\"",
            &format!("{task}\nworkload = \"io\""),
        ] {
            assert_eq!(refusal(wrong).key, "task", "{wrong}");
        }
    }

    #[test]
    fn runtimes_share_a_label() {
        let all = axes("label = \"x\"\nruntime = \"all\"")
            .configurations()
            .unwrap();
        let names: Vec<String> = all.iter().map(Configuration::name).collect();
        assert_eq!(names, ["x", "x (gil)", "x (python)"]);
    }

    #[test]
    fn what_lies_over_wins() {
        let under = axes("processes = 1\nthreads = 2");
        let over = under.overlaid(&axes("threads = \"3,4\""));
        assert_eq!(over, axes("processes = 1\nthreads = [3, 4]"));
    }
}
