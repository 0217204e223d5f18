//! One trial from its fresh process tree to its row.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::input::expected_sum;
use super::server::{Server, Setup, StartError};
use super::thread_count::ThreadCount;
use super::verdict::{beyond_64_bits, failed, judge, note_cost};
use super::{Capacity, Input, LoopCost, Planned, trace};
use crate::client::{self, ClientError, Ending, Outcome, Source};
use crate::clock::{self, Tick};
use crate::model::{
    Command, Configuration, IdealInput, Instruction, Job, Load, Runtime, Table, WorkloadKind,
    ideal_makespan, split_reason,
};
use crate::net::Context;
use crate::process::{ProcessTreeSnapshot, Program, Scratch, Signals, StopCondition};
use crate::record::{Status, StoreError, Trial};
use crate::wire::control::JobRequest;

/// Runs trials, each as a fresh process tree.
#[derive(Debug)]
pub struct Harness {
    program: Program,
    input: Input,
    table: Table,
    capacity: Capacity,
    timeout: Option<Duration>,
    /// Whether commands that the table does not have are passed over.
    allow_unknown: bool,
    server_arguments: Vec<String>,
    /// The folder to leave the last trial's trace in, if there is to be one.
    trace: Option<PathBuf>,
    /// Of the last trial, when its work has failed with one.
    traceback: Option<String>,
    signals: Signals,
}

/// Why nothing more can be measured. (A trial that fails is a row, not an error.)
#[derive(Debug, thiserror::Error)]
pub enum HarnessError {
    /// Somebody wants us to stop.
    #[error("interrupted")]
    Interrupted,
    /// The system refused something.
    #[error("{action}: {source}")]
    System {
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A row can't be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn system(action: &'static str) -> impl FnOnce(io::Error) -> HarnessError {
    move |source| HarnessError::System { action, source }
}

impl Harness {
    /// A harness that starts `program` (an `mpmt`) as server, and stops when one of `signals`
    /// comes. `timeout` bounds each trial; without one it is bounded by five times its ideal
    /// makespan, and 60 s; one of a person's own work, which has no ideal, by 10 minutes.
    pub fn new(
        program: Program,
        input: Input,
        timeout: Option<Duration>,
        signals: Signals,
    ) -> Self {
        let numbered = input.entries.iter().copied().enumerate();
        let (table, _) = Table::from_entries(numbered);
        let capacity = Capacity::here();
        let server_arguments = Vec::new();
        Harness {
            program,
            input,
            table,
            capacity,
            timeout,
            allow_unknown: false,
            server_arguments,
            trace: None,
            traceback: None,
            signals,
        }
    }

    /// What the machine gives to its trials.
    pub fn capacity(&self) -> Capacity {
        self.capacity
    }

    /// Leaves, of every trial, a `trace.csv` and a `trace.json` in a folder: when each command was
    /// sent, run and answered. The next trial writes over them.
    pub fn with_trace(mut self, folder: Option<PathBuf>) -> Self {
        self.trace = folder;
        self
    }

    /// With `allow`, commands that the table does not have are passed over and counted. Otherwise a
    /// trial with such a command fails.
    pub fn with_unknown_commands(mut self, allow: bool) -> Self {
        self.allow_unknown = allow;
        self
    }

    /// Adds to the command line of every server.
    pub fn with_server_arguments(mut self, arguments: Vec<String>) -> Self {
        self.server_arguments = arguments;
        self
    }

    /// Runs the trials that follow with other commands and another table.
    pub fn use_input(&mut self, input: Input) {
        let numbered = input.entries.iter().copied().enumerate();
        (self.table, _) = Table::from_entries(numbered);
        self.input = input;
    }

    /// The makespan that a configuration allows in theory, in seconds, and whether that is only a
    /// bound. `loop_cost` is that of its job.
    pub fn ideal(&self, configuration: &Configuration, loop_cost: &LoopCost) -> (f64, bool) {
        let waits_s: Vec<f64> = self
            .waits_ns(configuration)
            .map(|ns| ns as f64 / 1e9)
            .collect();
        let input = IdealInput {
            waits_s: &waits_s,
            repeat: configuration.repeat,
            load: self.load(configuration, loop_cost.locked),
            loop_s: loop_cost.loop_s,
        };
        ideal_makespan(&configuration.job, &input)
    }

    fn load(&self, configuration: &Configuration, locked: bool) -> Load {
        Load {
            commands: self.source(configuration).commands(),
            unknown: self.unknown_commands(configuration),
            batch: configuration.batch,
            processes: configuration.processes,
            threads: configuration.job.width(),
            locked,
            capacity: self.capacity.cores,
            rate_per_s: configuration.rate_per_s,
        }
    }

    /// What a trial's client sends.
    fn source(&self, configuration: &Configuration) -> Source<'_> {
        let Configuration { repeat, batch, .. } = *configuration;
        Source::new(&self.input.commands, repeat, batch)
    }

    /// The waits of the commands that the table knows.
    fn waits_ns<'a>(&'a self, configuration: &'a Configuration) -> impl Iterator<Item = u64> + 'a {
        let known = self
            .input
            .commands
            .iter()
            .filter_map(|&command| self.table.get(command));
        known.map(|instruction| configuration.effective_wait_ns(instruction.wait_ns))
    }

    /// Runs one trial from the start of its server to the end of its last process. Whatever goes
    /// wrong in it becomes a row with its status and reason.
    ///
    /// # Errors
    /// When it was interrupted, or the system refuses what every trial needs.
    pub fn run(&mut self, planned: &Planned) -> Result<Trial, HarnessError> {
        let mut trial = self.run_to_its_row(planned)?;
        let reason = trial.error.unwrap_or_default();
        let (line, traceback) = split_reason(&reason);
        self.traceback = traceback.map(str::to_owned);
        trial.error = (!line.is_empty()).then(|| line.to_owned());
        Ok(trial)
    }

    /// The traceback with which the work of the last trial failed, if it did. Its row has the line.
    pub fn traceback(&self) -> Option<&str> {
        self.traceback.as_deref()
    }

    fn run_to_its_row(&mut self, planned: &Planned) -> Result<Trial, HarnessError> {
        let configuration = &planned.configuration;
        let unknown = self.unknown_commands(configuration);
        if let Err(reason) = self.check_input(configuration, unknown) {
            return Ok(Trial {
                error: Some(reason),
                unknown_commands: Some(unknown),
                ..self.blank(planned)
            });
        }
        let start = clock::now();
        let loop_cost = LoopCost::measure(&configuration.job, self.timeout);
        let mut trial = self.blank(planned);
        let loop_cost = match loop_cost {
            Ok(loop_cost) => loop_cost,
            Err(error) => {
                let is_late = |limit: &Duration| start.elapsed() >= *limit;
                (trial.status, trial.error) = match self.timeout.filter(is_late) {
                    Some(limit) => late(limit, &error),
                    None => (Status::Failed, Some(error.to_string())),
                };
                return Ok(trial);
            }
        };
        if let Some(identity) = &loop_cost.interpreter {
            trial.interpreter = Some(identity.to_string());
            trial.gil_enabled = identity.gil_enabled;
        }
        let ideal_s = self.note_ideal(configuration, &loop_cost, &mut trial);
        let timeout = self
            .timeout
            .unwrap_or_else(|| default_timeout(&configuration.job, ideal_s));
        let mut resolved = configuration.clone();
        resolved.job.runtime = loop_cost.resolved(&configuration.job.runtime);
        let limit = TimeLimit { start, timeout };
        let end = self.attempt(&resolved, &limit, &mut trial)?;
        self.note_faster_loops(&resolved, loop_cost, &mut trial);
        (trial.status, trial.error) = match end {
            Ok(()) => (Status::Ok, None),
            Err(reason) => reason,
        };
        Ok(trial)
    }

    /// Notes the ideal that follows from a loop_cost, and says it.
    fn note_ideal(
        &self,
        configuration: &Configuration,
        loop_cost: &LoopCost,
        trial: &mut Trial,
    ) -> f64 {
        let (ideal_s, is_bound) = self.ideal(configuration, loop_cost);
        trial.loop_s = (loop_cost.loop_s > 0.0).then_some(loop_cost.loop_s);
        trial.ideal_s = (ideal_s > 0.0).then_some(ideal_s);
        trial.ideal_is_bound = is_bound;
        ideal_s
    }

    /// Looks again how fast the loops are, when a trial is over, and corrects its ideal if they are
    /// faster than before, or were in its workers: what a core can do, it could do in the trial.
    fn note_faster_loops(
        &self,
        configuration: &Configuration,
        mut loop_cost: LoopCost,
        trial: &mut Trial,
    ) {
        if !configuration.job.computes() {
            return;
        }
        let in_workers = trial.loop_s;
        // That an interpreter can't be started any more is for the next trial to tell.
        let after =
            LoopCost::measure(&configuration.job, self.timeout).map(|loop_cost| loop_cost.loop_s);
        let seen = [Some(loop_cost.loop_s), in_workers, after.ok()];
        let seen = seen.into_iter().flatten().filter(|&loop_s| loop_s > 0.0);
        loop_cost.loop_s = seen.reduce(f64::min).unwrap_or(0.0);
        self.note_ideal(configuration, &loop_cost, trial);
    }

    /// Whether the input can come out right at all: what is known before is not measured.
    fn check_input(&self, configuration: &Configuration, unknown: u64) -> Result<(), String> {
        if unknown > 0 && !self.allow_unknown {
            return Err(format!(
                "the table does not have {unknown} of the {} commands; mend the one or the other, or \
                 pass them over with --allow-unknown",
                self.source(configuration).commands()
            ));
        }
        let sum = expected_sum(&self.input.commands, &self.table, configuration.repeat);
        match configuration.job.workload {
            WorkloadKind::Task => Ok(()),
            _ if i64::try_from(sum).is_ok() => Ok(()),
            _ => Err(beyond_64_bits(sum)),
        }
    }

    /// How many of a trial's commands the table does not have.
    fn unknown_commands(&self, configuration: &Configuration) -> u64 {
        let is_unknown = |&&command: &&Command| self.table.get(command).is_none();
        let once = self.input.commands.iter().filter(is_unknown).count() as u64;
        once.saturating_mul(configuration.repeat)
    }

    /// The part of a trial that can fail.
    fn attempt(
        &mut self,
        configuration: &Configuration,
        limit: &TimeLimit,
        trial: &mut Trial,
    ) -> Result<Result<(), (Status, Option<String>)>, HarnessError> {
        let scratch = Scratch::create().map_err(system("can't make a folder for the trial"))?;
        let table = scratch.file("table.txt");
        self.write_table(configuration, &table)
            .map_err(system("can't write the trial's table"))?;
        let setup = Setup {
            program: &self.program,
            table: &table,
            batches: scratch.endpoint("batches.ipc"),
            control: scratch.endpoint("control.ipc"),
            trace: self.trace.as_ref().map(|_| scratch.path()),
            extra: &self.server_arguments,
            patience: limit.left(),
        };
        let mut server = match Server::start(&setup, configuration, &self.signals) {
            Ok(server) => server,
            Err(StartError::Interrupted) => return Err(HarnessError::Interrupted),
            Err(error @ StartError::Slow(_)) => return Ok(Err(late(limit.timeout, &error))),
            Err(error) => return Ok(failed(error)),
        };
        trial.startup_s = Some(server.startup.as_secs_f64());
        let mut process_tree = ProcessTreeSnapshot::default();
        let driven = self.drive(
            configuration,
            trial,
            limit,
            &scratch,
            &mut server,
            &mut process_tree,
        );
        let ended = match &driven {
            Ok(outcome) if outcome.ending == Ending::Complete => server.stop(),
            Ok(_) | Err(_) => server.kill(),
        };
        let ended = ended.map_err(system("can't reap the server"))?;
        note_cost(trial, &ended, &process_tree);
        if let (Some(folder), Ok(outcome)) = (&self.trace, &driven) {
            trace::leave(folder, scratch.path(), &outcome.batch_spans)
                .map_err(system("can't write the trace"))?;
        }
        match driven {
            Ok(outcome) => Ok(judge(trial, &outcome, self.unknown_commands(configuration))),
            Err(Stopped::Interrupted) => Err(HarnessError::Interrupted),
            Err(Stopped::Timeout) => {
                let limit = limit.timeout;
                let losses = ended.losses();
                let reason = format!("not done within its time limit of {limit:?}{losses}");
                Ok(Err((Status::Timeout, Some(reason))))
            }
            Err(Stopped::ServerEnded) => Ok(failed(ended.in_words())),
            Err(Stopped::Client(error)) => Ok(failed(error)),
        }
    }

    /// Drives the client against the server.
    fn drive(
        &mut self,
        configuration: &Configuration,
        trial: &Trial,
        limit: &TimeLimit,
        scratch: &Scratch,
        server: &mut Server,
        process_tree: &mut ProcessTreeSnapshot,
    ) -> Result<Outcome, Stopped> {
        let options = client::Options {
            results: scratch.endpoint("results.ipc"),
            batches: None,
            control: Some(server.ready.control.clone()),
            token: server.ready.token,
            job_request: job_request(configuration),
            window: client::Options::DEFAULT_WINDOW,
            connect_timeout: None,
            rate_per_s: configuration.rate_per_s,
            trace: self.trace.is_some(),
            stop_server: false,
            until_failure: true,
        };
        let source = self.source(configuration);
        let stop = StopCondition::new(
            &[self.signals.as_fd(), server.child().as_fd()],
            limit.left(),
        )
        .map_err(|error| Stopped::Client(error.to_string()))?;
        let pid = server.child().pid();
        let threads = ThreadCount::start(pid, half_of(trial.ideal_s));
        let outcome = client::run(&Context::new(), &options, &source, &stop, &mut |_| {});
        let threads = threads.stop();
        // The memory is looked at when the last result has come: nothing has been given back yet,
        // and nothing is being timed any more.
        *process_tree = ProcessTreeSnapshot::take(pid);
        process_tree.threads = process_tree.threads.max(threads);
        match outcome {
            Ok(outcome) if outcome.ending != Ending::Interrupted => granted(configuration, outcome),
            Ok(_) if self.signals.take() > 0 => Err(Stopped::Interrupted),
            Ok(_) if stop.is_timed_out() => Err(Stopped::Timeout),
            Ok(_) => Err(Stopped::ServerEnded),
            Err(error @ ClientError::Rejected(_)) => Err(Stopped::Client(error.to_string())),
            Err(error) => Err(Stopped::Client(format!("the client failed: {error}"))),
        }
    }

    /// The table with the waits that the configuration asks for.
    fn write_table(&self, configuration: &Configuration, path: &Path) -> io::Result<()> {
        let mut text = String::new();
        for entry in &self.input.entries {
            let mut entry = *entry;
            let wait_ns = entry.instruction.wait_ns;
            entry.instruction.wait_ns = configuration.effective_wait_ns(wait_ns);
            // Writing to a String can't fail.
            let _ = writeln!(text, "{entry}");
        }
        fs::write(path, text)
    }

    /// A row that says what was asked, and nothing yet of what came out.
    fn blank(&self, planned: &Planned) -> Trial {
        let configuration = &planned.configuration;
        let job = &configuration.job;
        let longest = self.waits_ns(configuration).max().unwrap_or(0);
        let sum = expected_sum(&self.input.commands, &self.table, configuration.repeat);
        Trial {
            experiment: planned.experiment.clone(),
            label: configuration.label.clone(),
            workload: job.workload,
            runtime: job.runtime.clone(),
            processes: configuration.processes,
            threads: job.threads,
            batch: configuration.batch,
            executor: job.executor,
            dispatch: job.dispatch,
            spawn: configuration.spawn,
            commands: self.source(configuration).commands(),
            wait_s: job.has_waits().then_some(longest as f64 / 1e9),
            loops: job.computes().then_some(job.loops),
            switch_interval_s: (job.runtime == Runtime::Gil)
                .then_some(job.switch_interval.as_secs_f64()),
            time_scale: configuration.time_scale,
            expected_sum: sum.clamp(i64::MIN.into(), i64::MAX.into()) as i64,
            rate_per_s: configuration.rate_per_s,
            key: planned.key.clone(),
            warmup: planned.warmup,
            run: planned.run,
            block: planned.block,
            order: planned.order,
            started_at: clock::timestamp(),
            status: Status::Failed,
            error: None,
            makespan_s: None,
            ideal_s: None,
            ideal_is_bound: false,
            loop_s: None,
            capacity_cores: Some(self.capacity.cores),
            startup_s: None,
            first_result_s: None,
            latency_p50_s: None,
            latency_p90_s: None,
            latency_p99_s: None,
            latency_p999_s: None,
            latency_max_s: None,
            throughput_per_s: None,
            achieved_rate_per_s: None,
            responses_sum: None,
            results: None,
            retried: None,
            duplicates: None,
            lost: None,
            unknown_commands: None,
            cpu_user_s: None,
            cpu_system_s: None,
            voluntary_switches: None,
            involuntary_switches: None,
            peak_rss_kib: None,
            peak_pss_kib: None,
            peak_threads: None,
            lock_switches: None,
            interpreter: None,
            gil_enabled: None,
            task: job.task().map(ToString::to_string),
            exec: job.exec().map(|exec| exec.line.to_string()),
        }
    }
}

/// What bounds a trial when nobody says.
fn default_timeout(job: &Job, ideal_s: f64) -> Duration {
    match job.own {
        Some(_) => Duration::from_secs(600),
        None => seconds(60.0 + 5.0 * ideal_s),
    }
}

/// What a trial may take, its interpreter's start and the loading of its task included.
struct TimeLimit {
    start: Tick,
    timeout: Duration,
}

impl TimeLimit {
    /// What is left. A time of zero would be none to wait for.
    fn left(&self) -> Duration {
        let left = self.timeout.saturating_sub(self.start.elapsed());
        left.max(Duration::from_millis(1))
    }
}

/// How a trial ends that did not get as far as to send anything.
fn late(limit: Duration, error: &impl std::fmt::Display) -> (Status, Option<String>) {
    let reason = format!("not done within its time limit of {limit:?}: {error}");
    (Status::Timeout, Some(reason))
}

/// Half of the ideal makespan: by then all threads are there, and none has anything left to do.
fn half_of(ideal_s: Option<f64>) -> Option<Duration> {
    ideal_s.map(|ideal_s| seconds(ideal_s / 2.0))
}

/// An ideal may be longer than any clock runs: many waits, many times.
fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds.clamp(0.0, Instruction::MAX_WAIT_S))
}

/// Why a client did not get to its end.
enum Stopped {
    Interrupted,
    Timeout,
    ServerEnded,
    Client(String),
}

fn job_request(configuration: &Configuration) -> JobRequest {
    let job = &configuration.job;
    JobRequest {
        processes: Some(configuration.processes),
        threads: Some(job.threads),
        executor: Some(job.executor),
        workload: Some(job.workload),
        loops: Some(job.loops),
        dispatch: Some(job.dispatch),
        runtime: Some(job.runtime.clone()),
        switch_interval: Some(job.switch_interval),
    }
}

/// A trial measures what it was asked, or it measures nothing.
fn granted(configuration: &Configuration, outcome: Outcome) -> Result<Outcome, Stopped> {
    match &outcome.grant {
        Some(grant)
            if grant.job == configuration.job && grant.processes == configuration.processes =>
        {
            Ok(outcome)
        }
        other => Err(Stopped::Client(format!(
            "the server granted something else: {other:?}"
        ))),
    }
}
