//! A trial from its fresh process tree to its last process: what is run, timed and looked at.

use std::fs;
use std::io;
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::time::Duration;

use super::input::IndexedInput;
use super::outcome::{Served, TrialCost, TrialFailure, TrialOutcome};
use super::server::{Server, Setup, StartError};
use super::thread_count::ThreadCount;
use super::trial_row::{TrialPlan, trial_row};
use super::{Capacity, Input, LoopCost, Planned, trace};
use crate::client::{self, ClientError, ClientOutcome, Ending};
use crate::clock::{self, Tick};
use crate::model::{Configuration, Instruction, Job};
use crate::net::Context;
use crate::process::{ProcessTreeSnapshot, Program, Scratch, Signals, StopCondition};
use crate::record::{StoreError, Trial};
use crate::wire::control::JobRequest;
use crate::worker::python::AgentError;

/// Runs trials, each as a fresh process tree.
#[derive(Debug)]
pub struct Harness {
    program: Program,
    input: IndexedInput,
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
        Harness {
            program,
            input: IndexedInput::new(input),
            capacity: Capacity::here(),
            timeout,
            allow_unknown: false,
            server_arguments: Vec::new(),
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
        self.input = IndexedInput::new(input);
    }

    /// The makespan that a configuration allows in theory, in seconds, and whether that is only a
    /// bound. `loop_cost` is that of its job.
    pub fn ideal(&self, configuration: &Configuration, loop_cost: &LoopCost) -> (f64, bool) {
        self.input.ideal(configuration, loop_cost, self.capacity)
    }

    /// Runs one trial from the start of its server to the end of its last process. Whatever goes
    /// wrong in it becomes a row with its status and reason.
    ///
    /// # Errors
    /// When it was interrupted, or the system refuses what every trial needs.
    pub fn run(&mut self, planned: &Planned) -> Result<Trial, HarnessError> {
        let configuration = &planned.configuration;
        let start = clock::now();
        let loop_cost = match self.input.check(configuration, self.allow_unknown) {
            Ok(()) => LoopCost::measure(&configuration.job, self.timeout)
                .map_err(|error| TrialOutcome::NotStarted(self.no_loop_cost(start, &error))),
            Err(reason) => Err(TrialOutcome::Refused(reason)),
        };
        let started_at = clock::timestamp();
        let (loop_cost, outcome) = match loop_cost {
            Ok(before) => {
                let (fastest, outcome) = self.measure(configuration, before, start)?;
                (Some(fastest), outcome)
            }
            Err(outcome) => (None, outcome),
        };
        let plan = TrialPlan {
            planned,
            input: &self.input,
            capacity: self.capacity,
            started_at,
        };
        let (trial, traceback) = trial_row(&plan, loop_cost.as_ref(), outcome);
        self.traceback = traceback;
        Ok(trial)
    }

    /// The traceback with which the work of the last trial failed, if it did. Its row has the line.
    pub fn traceback(&self) -> Option<&str> {
        self.traceback.as_deref()
    }

    /// Why a trial fails whose interpreter does not even tell how fast it is.
    fn no_loop_cost(&self, start: Tick, error: &AgentError) -> TrialFailure {
        let is_late = |limit: &Duration| start.elapsed() >= *limit;
        match self.timeout.filter(is_late) {
            Some(limit) => TrialFailure::timeout(limit, format_args!(": {error}")),
            None => TrialFailure::failed(error),
        }
    }

    /// Measures a trial whose loops have been timed, and times them again.
    fn measure(
        &mut self,
        configuration: &Configuration,
        before: LoopCost,
        start: Tick,
    ) -> Result<(LoopCost, TrialOutcome), HarnessError> {
        let (ideal_s, _) = self.ideal(configuration, &before);
        let timeout = self
            .timeout
            .unwrap_or_else(|| default_timeout(&configuration.job, ideal_s));
        let limit = TimeLimit { start, timeout };
        let mut resolved = configuration.clone();
        resolved.job.runtime = before.resolved(&configuration.job.runtime);
        let outcome = self.serve(&resolved, &limit, ideal_s)?;
        let fastest = self.with_faster_loops(&resolved.job, before, &outcome);
        Ok((fastest, outcome))
    }

    /// Looks again how fast the loops are, when a trial is over, and takes that if they are faster
    /// than before, or were in its workers: what a core can do, it could do in the trial.
    fn with_faster_loops(&self, job: &Job, before: LoopCost, outcome: &TrialOutcome) -> LoopCost {
        if !job.computes() {
            return before;
        }
        // That an interpreter can't be started any more is for the next trial to tell.
        let after = LoopCost::measure(job, self.timeout).map(|loop_cost| loop_cost.loop_s);
        let seen = [Some(before.loop_s), outcome.fastest_loop_s(), after.ok()];
        let seen = seen.into_iter().flatten().filter(|&loop_s| loop_s > 0.0);
        LoopCost {
            loop_s: seen.reduce(f64::min).unwrap_or(0.0),
            ..before
        }
    }

    /// Runs a trial from the start of its server to the end of its last process.
    fn serve(
        &mut self,
        configuration: &Configuration,
        limit: &TimeLimit,
        ideal_s: f64,
    ) -> Result<TrialOutcome, HarnessError> {
        let scratch = Scratch::create().map_err(system("can't make a folder for the trial"))?;
        let table = scratch.file("table.txt");
        fs::write(&table, self.input.table_text(configuration))
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
            Err(error @ StartError::Slow(_)) => {
                let late = TrialFailure::timeout(limit.timeout, format_args!(": {error}"));
                return Ok(TrialOutcome::NotStarted(late));
            }
            Err(error) => return Ok(TrialOutcome::NotStarted(TrialFailure::failed(error))),
        };
        let startup = server.startup;
        let (driven, process_tree) =
            self.drive(configuration, limit, ideal_s, &scratch, &mut server);
        let ended = match &driven {
            Ok(answers) if answers.ending == Ending::Complete => server.stop(),
            Ok(_) | Err(_) => server.kill(),
        };
        let ended = ended.map_err(system("can't reap the server"))?;
        if let (Some(folder), Ok(answers)) = (&self.trace, &driven) {
            trace::leave(folder, scratch.path(), &answers.batch_spans)
                .map_err(system("can't write the trace"))?;
        }
        let answers = match driven {
            Ok(answers) => Ok(answers),
            Err(Stopped::Interrupted) => return Err(HarnessError::Interrupted),
            Err(Stopped::Timeout) => Err(TrialFailure::timeout(limit.timeout, ended.losses())),
            Err(Stopped::ServerEnded) => Err(TrialFailure::failed(ended.in_words())),
            Err(Stopped::Client(error)) => Err(TrialFailure::failed(error)),
        };
        Ok(TrialOutcome::Served(Box::new(Served {
            startup,
            cost: TrialCost {
                usage: ended.exit.usage,
                report: ended.report,
                process_tree,
            },
            answers,
        })))
    }

    /// Drives the client against the server, and looks at the processes when it has its answers.
    fn drive(
        &mut self,
        configuration: &Configuration,
        limit: &TimeLimit,
        ideal_s: f64,
        scratch: &Scratch,
        server: &mut Server,
    ) -> (Result<ClientOutcome, Stopped>, ProcessTreeSnapshot) {
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
        let source = self.input.source(configuration);
        let stop = StopCondition::new(
            &[self.signals.as_fd(), server.child().as_fd()],
            limit.left(),
        );
        let stop = match stop {
            Ok(stop) => stop,
            Err(error) => {
                let error = Stopped::Client(error.to_string());
                return (Err(error), ProcessTreeSnapshot::default());
            }
        };
        let pid = server.child().pid();
        let threads = ThreadCount::start(pid, half_of(ideal_s));
        let outcome = client::run(&Context::new(), &options, &source, &stop, &mut |_| {});
        let threads = threads.stop();
        // The memory is looked at when the last result has come: nothing has been given back yet,
        // and nothing is being timed any more.
        let mut process_tree = ProcessTreeSnapshot::take(pid);
        process_tree.threads = process_tree.threads.max(threads);
        let answers = match outcome {
            Ok(outcome) if outcome.ending != Ending::Interrupted => granted(configuration, outcome),
            Ok(_) if self.signals.take() > 0 => Err(Stopped::Interrupted),
            Ok(_) if stop.is_timed_out() => Err(Stopped::Timeout),
            Ok(_) => Err(Stopped::ServerEnded),
            Err(error @ ClientError::Rejected(_)) => Err(Stopped::Client(error.to_string())),
            Err(error) => Err(Stopped::Client(format!("the client failed: {error}"))),
        };
        (answers, process_tree)
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

/// Half of the ideal makespan, if there is one: by then all threads are there, and none has anything
/// left to do.
fn half_of(ideal_s: f64) -> Option<Duration> {
    (ideal_s > 0.0).then(|| seconds(ideal_s / 2.0))
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
fn granted(
    configuration: &Configuration,
    outcome: ClientOutcome,
) -> Result<ClientOutcome, Stopped> {
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
