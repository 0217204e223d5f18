//! `mpmt server`: a gateway on its own, for clients of any kind.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;

use super::configuration::JobArgs;
use super::error::UsageError;
use super::input::read_table;
use super::settle_scratch;
use crate::harness::shell_syntax_advice;
use crate::model::{Job, SpawnMode};
use crate::net::{Context, Endpoint};
use crate::process::{
    Lifeline, Program, Signals, ensure_descriptors, ensure_tasks, spare_children_signal_stacks,
};
use crate::server::{self, Chaos, Options, Ready, ServerError, ServerFailure, Terms, WorkerLimits};

const EXAMPLES: &str = "\
Examples:
  A server for up to 8 worker processes, and in another terminal a client
    mpmt server data/server_data.txt tcp://127.0.0.1:5555 tcp://127.0.0.1:5556 8 -t 16
    mpmt client data/client_data.txt 16 tcp://127.0.0.1:5556 tcp://127.0.0.1:5555

  A server that clients find and agree a configuration with over its control channel alone
    mpmt server data/server_data.txt ipc://batches - 8 --control ipc://control
    mpmt client data/client_data.txt 16 --control ipc://control -p 4 -t 16

  The same over tcp, where other users of the machine could connect: with a token
    mpmt server data/server_data.txt 'tcp://127.0.0.1:*' - 8 --control tcp://127.0.0.1:5550 --token-file token
    mpmt client data/client_data.txt 16 --control tcp://127.0.0.1:5550 --token-file token";

/// Hands batches from clients to worker processes, which it supervises
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct ServerArgs {
    /// File of the table, one `<ip>:<command>:<response>:<wait>` a line
    table: PathBuf,

    /// Where to receive batches: tcp://HOST:PORT (* for a free port) or ipc://PATH
    #[arg(value_name = "BIND_URL")]
    bind: Endpoint,

    /// Where to send the results of clients without a control channel; - when there are no such clients
    #[arg(value_name = "RESULTS_URL")]
    results: String,

    /// Worker processes, at the most
    #[arg(value_parser = clap::value_parser!(u32).range(1..=4096))]
    max_workers: u32,

    /// Where clients open the control channel: over ipc this user's clients, over tcp those that show
    /// a token [default: an ipc path in a folder of this server's own]
    #[arg(long, value_name = "URL")]
    control: Option<Endpoint>,

    /// Where to write the token for a control channel over tcp (mode 0600); each start makes a new
    /// token [default: in a folder of this server's own; the ready line names it]
    #[arg(long, value_name = "FILE", requires = "control")]
    token_file: Option<PathBuf>,

    /// When workers are started: one for each batch that comes, or all before the first
    #[arg(long, value_enum, default_value = "lazy")]
    spawn: SpawnMode,

    /// Threads in each worker that a client may ask for, at the most
    #[arg(long, value_name = "M", default_value_t = 1024)]
    max_threads: u32,

    /// Loops of a command that a client may ask for, at the most
    #[arg(long, value_name = "N", default_value_t = Terms::MAX_LOOPS)]
    max_loops: u64,

    /// Refuses a batch whose waits take longer than this on its worker's threads
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = super::quantity::duration)]
    max_batch_wait: Duration,

    /// Commands that the server keeps for all clients together, at the most, with up to 24 bytes
    /// each; clients' windows are cut to it, and a batch has 100000 at the most
    #[arg(long, value_name = "N", default_value_t = Terms::MAX_COMMANDS, value_parser = clap::value_parser!(u64).range(1..))]
    max_commands: u64,

    /// Kills a worker that finishes nothing for this long, beyond the waits of its batches
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = super::quantity::duration)]
    batch_timeout: Duration,

    /// Ends a worker that has been idle for this long
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = super::quantity::duration)]
    idle_timeout: Duration,

    /// How long running batches may take to finish after SIGINT or SIGTERM; a second signal ends
    /// them at once
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = super::quantity::duration)]
    drain_timeout: Duration,

    /// Exits when the last client has been served
    #[arg(long)]
    exit_when_idle: bool,

    /// Allows addresses that other machines can reach
    #[arg(long)]
    allow_remote: bool,

    /// Injects faults: kill-worker=P kills a batch's worker with probability P
    #[arg(long, value_name = "FAULT")]
    chaos: Option<Chaos>,

    /// Folder in which workers record when each command ran
    #[arg(long, value_name = "DIR")]
    trace: Option<PathBuf>,

    /// Treats a malformed line of the table as an error
    #[arg(long)]
    strict: bool,

    /// How the server reports on stdout that it is ready, and at the end what it has done
    #[arg(long, value_enum, default_value = "text")]
    format: ServerFormat,

    /// Exits when standard input ends
    #[arg(long, hide = true)]
    lifeline: bool,

    #[command(flatten)]
    job: JobArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ServerFormat {
    /// A line for people.
    Text,
    /// An object a line.
    Json,
}

pub(super) fn run(args: ServerArgs) -> anyhow::Result<ExitCode> {
    let signals = Signals::install().context("signal handlers can't be installed")?;
    let lifeline = args
        .lifeline
        .then(Lifeline::hold)
        .transpose()
        .context("no lifeline")?;
    if lifeline.is_none() {
        // Whoever holds the lifeline has told it already.
        settle_scratch()?;
    }
    spare_children_signal_stacks();
    let table = read_table(&args.table, args.strict)?;
    let options = args.options()?;
    let of_harness = args.lifeline;
    if let Some(advice) = shell_syntax_advice(&options.job).filter(|_| !of_harness) {
        tracing::warn!("{advice}");
    }
    let format = args.format;
    let say_ready = |ready: &Ready| say(format, ready, &in_words(ready));
    let report = server::run(
        &Context::new(),
        options,
        &table,
        signals,
        lifeline,
        say_ready,
    );
    let report = report.map_err(|error| {
        if format == ServerFormat::Json {
            let failure = error.to_string();
            say(format, &ServerFailure { failure }, "");
        }
        usage_or_failure(error)
    })?;
    let served = format!(
        "served {} batches ({} retried, {} failed, {} commands not known), {} workers started, {} lost",
        report.batches,
        report.retried,
        report.failed,
        report.unknown_commands,
        report.workers_started,
        report.workers_lost
    );
    say(format, &report, &served);
    Ok(ExitCode::SUCCESS)
}

impl ServerArgs {
    fn options(&self) -> anyhow::Result<Options> {
        let results = self.results()?;
        for endpoint in [Some(&self.bind), self.control.as_ref(), results.as_ref()]
            .into_iter()
            .flatten()
        {
            check_address(endpoint, self.allow_remote)?;
        }
        self.check_token()?;
        let job = self.job.job()?;
        check_limits(self.max_workers, &job)?;
        if job.own.is_some() && results.is_some() && !self.bind.is_private() {
            // Clients of the first system can't show anything.
            tracing::warn!(
                "every user of this machine can have work run at {}, since clients without a control \
                 channel show no token; take batches over ipc, or give - for RESULTS_URL",
                self.bind
            );
        }
        Ok(Options {
            program: Program::This,
            batches: self.bind.to_string(),
            control: self.control.as_ref().map(Endpoint::to_string),
            token_file: self.token_file.clone(),
            results: results.map(|results| results.to_string()),
            limits: self.limits(job.runtime.interpreter().is_some()),
            terms: Terms {
                max_threads: self.max_threads.max(job.threads),
                window: crate::client::Options::DEFAULT_WINDOW,
                max_clients: 1024,
                allow_remote: self.allow_remote,
                max_loops: self.max_loops.max(self.job.job()?.loops),
                max_batch_wait: self.max_batch_wait,
                max_commands: self.max_commands,
            },
            job,
            spawn: self.spawn,
            drain_timeout: self.drain_timeout,
            exit_when_idle: self.exit_when_idle,
            trace: self.trace.clone(),
            chaos: self.chaos.unwrap_or_default(),
        })
    }

    fn check_token(&self) -> Result<(), UsageError> {
        if self.token_file.is_some() && self.control.as_ref().is_some_and(Endpoint::is_private) {
            return Err(UsageError::new(
                "a control channel over ipc has no token: only this user can reach it; leave \
                 --token-file out",
            ));
        }
        Ok(())
    }

    fn results(&self) -> Result<Option<Endpoint>, UsageError> {
        match self.results.as_str() {
            "-" => Ok(None),
            url => url.parse().map(Some).map_err(UsageError::new),
        }
    }

    fn limits(&self, interpreted: bool) -> WorkerLimits {
        WorkerLimits {
            max_workers: self.max_workers,
            batch_timeout: self.batch_timeout,
            start_timeout: WorkerLimits::start_timeout(self.batch_timeout, interpreted),
            idle_timeout: self.idle_timeout,
            keep: match self.spawn {
                SpawnMode::Eager => self.max_workers,
                SpawnMode::Lazy => 0,
            },
        }
    }
}

/// That a server is ready, and how clients get to it.
fn in_words(ready: &Ready) -> String {
    let Ready {
        batches, control, ..
    } = ready;
    let token = ready.token_file.as_ref().map_or(String::new(), |file| {
        format!(" for clients with --token-file {}", file.display())
    });
    format!("ready: batches at {batches}, control at {control}{token}")
}

/// Refuses an address that other machines can reach, or warns of it.
pub(super) fn check_address(endpoint: &Endpoint, allow_remote: bool) -> Result<(), UsageError> {
    endpoint
        .check_local(allow_remote)
        .map_err(UsageError::new)?;
    if !endpoint.is_local() {
        tracing::warn!("{endpoint} can be reached from other machines, and nothing is encrypted");
    }
    Ok(())
}

/// Refuses more workers than this process may have descriptors for, or processes and threads.
pub(super) fn check_limits(workers: u32, job: &Job) -> Result<(), UsageError> {
    let what = format!("{workers} worker processes");
    let needed = server::descriptors_needed(workers);
    ensure_descriptors(needed, server::SPARE_DESCRIPTORS, &what).map_err(UsageError::new)?;
    let what = format!("{what} of {} threads", job.threads);
    ensure_tasks(server::tasks_needed(workers, job), &what).map_err(UsageError::new)
}

/// What is for the person who started it to mend.
fn usage_or_failure(error: ServerError) -> anyhow::Error {
    match error {
        ServerError::Folder(_) | ServerError::Token { .. } => UsageError::new(error).into(),
        ServerError::Net(ref net) if net.is_about_an_address() => UsageError::new(error).into(),
        other => other.into(),
    }
}

/// Says something on stdout. That nobody listens is no reason to stop.
fn say(format: ServerFormat, value: &impl serde::Serialize, text: &str) {
    let mut stdout = std::io::stdout().lock();
    let line = match format {
        ServerFormat::Text => text.to_owned(),
        ServerFormat::Json => serde_json::to_string(value).unwrap_or_default(),
    };
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}
