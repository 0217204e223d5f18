//! The row of a trial: every column of `trials.csv`.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use crate::model::{Dispatch, ExecutorKind, Runtime, Shape, SpawnMode, WorkloadKind};

/// How a trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Every batch was answered and the total is right.
    Ok,
    /// It ended otherwise; the row's `error` says how.
    Failed,
    /// It did not end within its time limit.
    Timeout,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Status::Ok => "ok",
            Status::Failed => "failed",
            Status::Timeout => "timeout",
        })
    }
}

/// One row of `trials.csv`: what one trial was asked, where it stood, what came out and what it
/// cost. Durations are in seconds; a figure that was not measured is empty, never zero.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    // What was asked.
    /// The experiment that the trial belongs to.
    pub experiment: String,
    /// The configuration's name.
    pub label: String,
    /// What one command does.
    pub workload: WorkloadKind,
    /// What the instructions ran on.
    pub runtime: Runtime,
    /// Worker processes.
    pub processes: u32,
    /// Threads in each.
    pub threads: u32,
    /// Commands per batch.
    pub batch: u32,
    /// How a worker's threads run a batch.
    pub executor: ExecutorKind,
    /// When a worker takes its next batch.
    pub dispatch: Dispatch,
    /// When workers are started.
    pub spawn: SpawnMode,
    /// Commands sent in all.
    pub commands: u64,
    /// The longest wait of a command, after all scaling; `None` when the work neither sleeps nor is
    /// told its waits, as a person's own is. In files that is 0: a column that begins with empty cells has no type for some readers.
    #[serde(serialize_with = "none_as_default")]
    pub wait_s: Option<f64>,
    /// Loops of a command; `None`, in files 0, when the work does not compute.
    #[serde(serialize_with = "none_as_default")]
    pub loops: Option<u64>,
    /// How long a thread waited for the interpreter lock before it asked for it; `None`, in files
    /// 0, when the runtime is not `gil`.
    #[serde(default, serialize_with = "none_as_default")]
    pub switch_interval_s: Option<f64>,
    /// What every wait was multiplied by.
    pub time_scale: f64,
    /// The sum that the responses of the table have, and those that come back must have. (A task
    /// may return others, so there it only tells the input.)
    pub expected_sum: i64,

    /// Batches that were due per second; empty when each was sent as soon as there was room.
    pub rate_per_s: Option<f64>,
    /// What tells this trial from all others of its experiment: a hash of all that was asked, and
    /// the repetition. 16 hexadecimal digits.
    pub key: String,

    // Where it stood.
    /// Whether it only warms up: it is no measurement.
    pub warmup: bool,
    /// The repetition, from 1.
    pub run: u32,
    /// The block of the experiment's order, from 1.
    pub block: u32,
    /// The position in the experiment's order, from 1.
    pub order: u32,
    /// When it started: ISO 8601, UTC.
    pub started_at: String,

    // What came out.
    /// How it ended.
    pub status: Status,
    /// Why it is not `ok`; empty otherwise.
    pub error: Option<String>,
    /// From the client's first send to its last result.
    pub makespan_s: Option<f64>,
    /// The makespan that the configuration allows in theory: a lower bound. Of work that computes it
    /// is for this trial's own `loop_s`; with the least of all in the file,
    /// [`super::with_fastest_loops`] makes it the same for all.
    pub ideal_s: Option<f64>,
    /// Whether nothing may reach `ideal_s`.
    pub ideal_is_bound: bool,
    /// The least CPU time that the loops of a command were seen to take: before and after the trial,
    /// and on the very threads that ran its commands. Empty when the work does not compute.
    #[serde(default)]
    pub loop_s: Option<f64>,
    /// What the machine gave of its cores: those allowed, or a CPU quota.
    #[serde(default)]
    pub capacity_cores: Option<f64>,
    /// From the start of the server process until it said that it is ready.
    pub startup_s: Option<f64>,
    /// From the client's first send to its first result.
    pub first_result_s: Option<f64>,
    /// Latency of a batch, from when it was due (or sent, without a rate) to its result: the
    /// median.
    pub latency_p50_s: Option<f64>,
    /// The 90th percentile of the latency.
    pub latency_p90_s: Option<f64>,
    /// The 99th percentile of the latency.
    pub latency_p99_s: Option<f64>,
    /// The 99.9th percentile of the latency.
    pub latency_p999_s: Option<f64>,
    /// The longest latency.
    pub latency_max_s: Option<f64>,
    /// Commands that were run, per second of the makespan; empty when the trial is not `ok`.
    pub throughput_per_s: Option<f64>,
    /// Batches that were got through per second, where a rate was asked for: less than that when
    /// they came to wait. Empty without a rate.
    #[serde(default)]
    pub achieved_rate_per_s: Option<f64>,
    /// The sum of the responses that came back.
    pub responses_sum: Option<i64>,
    /// Batches that were answered.
    pub results: Option<u64>,
    /// Batches that were given to a worker again.
    pub retried: Option<u64>,
    /// Results that came a second time.
    pub duplicates: Option<u64>,
    /// Batches that were never answered.
    pub lost: Option<u64>,
    /// Commands that the table did not have.
    pub unknown_commands: Option<u64>,

    // What it cost, over the server and all its workers.
    /// CPU time in user mode.
    pub cpu_user_s: Option<f64>,
    /// CPU time in the kernel.
    pub cpu_system_s: Option<f64>,
    /// Context switches because a thread waited.
    pub voluntary_switches: Option<u64>,
    /// Context switches because a thread was pre-empted.
    pub involuntary_switches: Option<u64>,
    /// Each process's peak resident set, added up.
    pub peak_rss_kib: Option<u64>,
    /// Proportional set size of all processes at once, where pages that are shared count once,
    /// when the last result had come.
    pub peak_pss_kib: Option<u64>,
    /// Threads of all processes at once, half of the ideal makespan after the start, or at the end.
    pub peak_threads: Option<u64>,
    /// How often the emulated interpreter lock went from one thread to another, over all workers; 0
    /// without one, and empty for a real interpreter, which does not tell.
    #[serde(default)]
    pub lock_switches: Option<u64>,

    // What it ran on.
    /// The interpreter and its version, such as `CPython 3.11.7`; empty without one.
    #[serde(default)]
    pub interpreter: Option<String>,
    /// Whether the interpreter's lock was on; empty when it does not say (before CPython 3.13).
    #[serde(default)]
    pub gil_enabled: Option<bool>,

    // What was run, where it was no work of this program.
    /// The function that each command called, as it was named: `FILE.py:function`; empty without
    /// one.
    #[serde(default)]
    pub task: Option<String>,
    /// The command line that each command ran, with its placeholders; empty without one.
    #[serde(default)]
    pub exec: Option<String>,
}

/// What two rows have in common when they are of the same trial.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TrialId {
    /// The key; where there is none, the names of experiment and configuration.
    asked: String,
    run: u32,
    started_at: String,
}

/// Writes 0 for what does not apply.
fn none_as_default<T: Copy + Default + Serialize, S: Serializer>(
    value: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    value.unwrap_or_default().serialize(serializer)
}

impl Trial {
    /// The row as it counts in all that is made of records: one that says that it is `ok` and has
    /// no time above zero is not.
    pub(super) fn counted(self) -> Trial {
        let mut trial = self.without_what_does_not_apply();
        if trial.status == Status::Ok && trial.usable_makespan_s().is_none() {
            trial.status = Status::Failed;
            trial.error = Some(match trial.makespan_s {
                Some(makespan_s) => format!("its makespan of {makespan_s} s is no time above 0"),
                None => "it has no makespan".to_owned(),
            });
        }
        if trial.status != Status::Ok {
            trial.throughput_per_s = None;
        }
        trial.makespan_s = trial.makespan_s.filter(|s| s.is_finite() && *s > 0.0);
        for figure in trial.figures_mut() {
            *figure = figure.filter(|value| value.is_finite() && *value >= 0.0);
        }
        trial
    }

    /// All measured figures but the makespan. None of them can be below zero.
    fn figures_mut(&mut self) -> [&mut Option<f64>; 11] {
        [
            &mut self.ideal_s,
            &mut self.startup_s,
            &mut self.first_result_s,
            &mut self.latency_p50_s,
            &mut self.latency_p90_s,
            &mut self.latency_p99_s,
            &mut self.latency_p999_s,
            &mut self.latency_max_s,
            &mut self.throughput_per_s,
            &mut self.cpu_user_s,
            &mut self.cpu_system_s,
        ]
    }

    /// The row without the zeros that files have for what does not apply.
    fn without_what_does_not_apply(mut self) -> Trial {
        let has_waits = match self.workload {
            WorkloadKind::Io | WorkloadKind::Mixed | WorkloadKind::Task | WorkloadKind::Exec => {
                true
            }
            WorkloadKind::Cpu | WorkloadKind::Noop => false,
        };
        self.wait_s = self.wait_s.filter(|_| has_waits);
        self.loops = self.loops.filter(|&loops| loops > 0);
        self.switch_interval_s = self.switch_interval_s.filter(|&interval| interval > 0.0);
        self
    }

    /// The makespan, if the trial is ok and took a time at all.
    pub fn usable_makespan_s(&self) -> Option<f64> {
        let makespan = self.makespan_s.filter(|_| self.status == Status::Ok);
        makespan.filter(|seconds| seconds.is_finite() && *seconds > 0.0)
    }

    /// What tells the trial from all others, of whatever file.
    pub fn id(&self) -> TrialId {
        TrialId {
            asked: match self.key.as_str() {
                "" => format!("{}, {}", self.experiment, self.name()),
                key => key.to_owned(),
            },
            run: self.run,
            started_at: self.started_at.clone(),
        }
    }

    /// The label, and the runtime when it is not the native one.
    pub fn name(&self) -> String {
        match &self.runtime {
            Runtime::Native => self.label.clone(),
            other => format!("{} ({other})", self.label),
        }
    }

    /// The work of a person's own, as it was named.
    pub fn own_work(&self) -> Option<&str> {
        self.task.as_deref().or(self.exec.as_deref())
    }

    /// Who achieves less than this share of the rate that was asked for is overloaded.
    pub const OVERLOADED_BELOW: f64 = 0.95;

    /// The share of the asked rate that was achieved, when that was so little that batches came to
    /// wait for each other.
    pub fn overload(&self) -> Option<f64> {
        let share = self.achieved_rate_per_s? / self.rate_per_s?;
        (self.status == Status::Ok && share < Self::OVERLOADED_BELOW).then_some(share)
    }

    /// Its processes and threads.
    pub fn shape(&self) -> Shape {
        Shape::new(self.processes, self.threads)
    }

    /// CPU time of all its processes, user and system together, in seconds.
    pub fn cpu_s(&self) -> Option<f64> {
        Some(self.cpu_user_s? + self.cpu_system_s?)
    }

    /// How many commands can run at the same time in one worker.
    pub(super) fn width(&self) -> u32 {
        self.executor.width(self.threads)
    }

    /// Whether one thread of a process computes at a time. An interpreter that does not say has a
    /// lock.
    pub fn is_locked(&self) -> bool {
        match self.runtime {
            Runtime::Native => false,
            Runtime::Gil => true,
            Runtime::Python(_) => self.gil_enabled != Some(false),
        }
    }

    /// Whether it had threads that could never run: under a barrier a worker has one batch at a
    /// time.
    pub fn has_idle_threads(&self) -> bool {
        self.dispatch.has_idle_threads(self.threads, self.batch)
    }

    /// `ideal / makespan`: 1 when the machinery costs nothing.
    pub fn efficiency(&self) -> Option<f64> {
        match (self.ideal_s, self.makespan_s) {
            (Some(ideal), Some(makespan)) if makespan > 0.0 => Some(ideal / makespan),
            _ => None,
        }
    }
}
