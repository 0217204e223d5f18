//! `mpmt client`: a client of a server that runs already.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;

use super::error::UsageError;
use super::input::{read, read_commands};
use super::print::to_stdout;
use super::progress::batches_bar;
use super::quantity::{MOST_REPEATS, duration};
use super::server::check_address;
use super::{FAILED, INTERRUPTED, settle_scratch};
use crate::client::{self, ClientError, ClientOutcome, Ending, Options, Source};
use crate::model::{
    Configuration, Dispatch, ExecutorKind, Job, Runtime, Secret, Tracebacks, WorkloadKind,
    split_reason,
};
use crate::net::{Context, Endpoint};
use crate::process::{Scratch, Signals, tell};
use crate::record::{Failed, Status};
use crate::report::columns::{Asked, Timed, asked_columns, timed_columns};
use crate::report::document::{Block, Document};
use crate::report::{Cell, Column, Format, Table};
use crate::wire::control::JobRequest;

const EXAMPLES: &str = "\
Examples:
  Against a server of the old wire, this one or the first system's, started in any order
    mpmt client data/client_data.txt 16 tcp://127.0.0.1:5556 tcp://127.0.0.1:5555

  Agreeing a configuration with the server first
    mpmt client data/client_data.txt 16 --control ipc://control -p 4 -t 16 -w cpu";

/// The environment variable of the token.
const TOKEN_VARIABLE: &str = "MPMT_TOKEN";

/// Sends the commands of a file to a server, and prints the time taken and the total
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct ClientArgs {
    /// File of commands, one `<ip>:<foo|bar>` a line
    commands: PathBuf,

    /// Commands per batch
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100_000))]
    batch: u32,

    /// Where to receive results: tcp://HOST:PORT or ipc://PATH
    #[arg(value_name = "BIND_URL", required_unless_present = "control")]
    bind: Option<Endpoint>,

    /// Where to send batches
    #[arg(value_name = "REMOTE_URL", required_unless_present = "control")]
    remote: Option<Endpoint>,

    /// The server's control channel, over which it sends its other addresses and grants a configuration
    #[arg(long, value_name = "URL")]
    control: Option<Endpoint>,

    /// File with the token that a control channel over tcp asks for; the server's ready line names it
    /// [default: the token is taken from the variable MPMT_TOKEN]
    #[arg(long, value_name = "FILE", requires = "control")]
    token_file: Option<PathBuf>,

    /// Runs the list of commands this many times
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=MOST_REPEATS))]
    repeat: u64,

    /// Batches that may be in flight at any time
    #[arg(long, value_name = "N", default_value_t = Options::DEFAULT_WINDOW, value_parser = clap::value_parser!(u64).range(1..=1_048_576))]
    window: u64,

    /// Gives up when no server answers within this time [default: wait forever]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    connect_timeout: Option<Duration>,

    /// Sends this many batches per second, each when it is due, however long results take
    #[arg(long, value_name = "R", value_parser = super::configuration::rate)]
    rate: Option<f64>,

    /// Asks the server, at the end, to exit as soon as it has no clients any more
    #[arg(long, requires = "control")]
    stop_server: bool,

    /// How to print the result
    #[arg(long, value_enum, default_value = "table")]
    format: Format,

    /// Allows addresses on other machines
    #[arg(long)]
    allow_remote: bool,

    /// Treats a malformed line as an error
    #[arg(long)]
    strict: bool,

    /// Does not fail when the server's table lacks some of the commands (without --control the client
    /// does not learn of that)
    #[arg(long)]
    allow_unknown: bool,

    #[command(flatten)]
    job_request: WishArgs,
}

/// What to ask the server for. What is left out the server decides.
#[derive(Args, Debug)]
#[command(next_help_heading = "ExperimentRequest of the server (with --control)")]
struct WishArgs {
    /// Worker processes
    #[arg(short, long, value_name = "N", requires = "control", value_parser = clap::value_parser!(u32).range(1..=4096))]
    processes: Option<u32>,

    /// Threads in each
    #[arg(short, long, value_name = "M", requires = "control", value_parser = clap::value_parser!(u32).range(1..=65_536))]
    threads: Option<u32>,

    /// How a worker's threads run a batch
    #[arg(short, long, value_enum, requires = "control")]
    executor: Option<ExecutorKind>,

    /// What one command does
    #[arg(short, long, value_enum, requires = "control")]
    workload: Option<WorkloadKind>,

    /// Loops of one command of CPU work
    #[arg(long, value_name = "N", requires = "control", value_parser = clap::value_parser!(u64).range(1..=Job::MAX_LOOPS))]
    loops: Option<u64>,

    /// When a worker takes its next batch
    #[arg(long, value_enum, requires = "control")]
    dispatch: Option<Dispatch>,

    /// What the commands run on: native, gil, or what the server was started with
    #[arg(long, value_name = "RUNTIME", requires = "control")]
    runtime: Option<Runtime>,

    /// With the gil runtime: how long a thread waits for the lock before it requests it
    #[arg(long, value_name = "DURATION", value_parser = super::configuration::switch_interval, requires = "control")]
    switch_interval: Option<Duration>,
}

pub(super) fn run(args: ClientArgs) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::install().context("signal handlers can't be installed")?;
    let addresses = [&args.bind, &args.remote, &args.control];
    for endpoint in addresses.into_iter().flatten() {
        check_address(endpoint, args.allow_remote)?;
    }
    for endpoint in [&args.remote, &args.control].into_iter().flatten() {
        endpoint.check_allowed().map_err(UsageError::new)?;
    }
    let token = args.token()?;
    let commands = read_commands(&args.commands, args.strict)?;
    let source = Source::new(&commands, args.repeat, args.batch);
    settle_scratch()?;
    let scratch = Scratch::create().context("can't make a folder for sockets")?;
    let options = args.options(&scratch, token);
    let bar = batches_bar(source.batches());
    let outcome = client::run(&Context::new(), &options, &source, &signals, &mut |n| {
        bar.set_position(n.answered)
    });
    bar.finish_and_clear();
    let outcome = outcome.map_err(usage_or_failure)?;
    conclude(&args, &outcome, signals.take() > 0)
}

impl ClientArgs {
    /// The token of the file, or of the environment. It can't be an argument, which others could see.
    fn token(&self) -> Result<Option<Secret>, UsageError> {
        let (text, place) = match &self.token_file {
            Some(file) => (read(file)?, format!("'{}'", file.display())),
            None => match std::env::var(TOKEN_VARIABLE) {
                Ok(text) => (text, TOKEN_VARIABLE.to_owned()),
                Err(_) => return Ok(None),
            },
        };
        let token = text.trim_end().parse();
        let no_token = |error| UsageError::new(format!("{place} holds no token: {error}"));
        token.map(Some).map_err(no_token)
    }

    fn options(&self, scratch: &Scratch, token: Option<Secret>) -> Options {
        // Results come the way on which the server is reached.
        let default = match &self.control {
            Some(control) if !control.is_ipc() => "tcp://127.0.0.1:*".to_owned(),
            _ => scratch.endpoint("results.ipc"),
        };
        Options {
            results: self.bind.as_ref().map_or(default, Endpoint::to_string),
            batches: self.remote.as_ref().map(Endpoint::to_string),
            control: self.control.as_ref().map(Endpoint::to_string),
            token,
            job_request: self.job_request.job_request(),
            window: self.window,
            connect_timeout: self.connect_timeout,
            rate_per_s: self.rate,
            trace: false,
            stop_server: self.stop_server,
            until_failure: false,
        }
    }
}

impl WishArgs {
    fn job_request(&self) -> JobRequest {
        JobRequest {
            processes: self.processes,
            threads: self.threads,
            executor: self.executor,
            workload: self.workload,
            loops: self.loops,
            dispatch: self.dispatch,
            runtime: self.runtime.clone(),
            switch_interval: self.switch_interval,
        }
    }
}

/// What is for the person who started it to mend.
fn usage_or_failure(error: ClientError) -> anyhow::Error {
    match error {
        ClientError::Net(ref net) if net.is_about_an_address() => UsageError::new(error).into(),
        ClientError::NoToken(_) | ClientError::WrongToken(_) | ClientError::TooManyBatches(_) => {
            UsageError::new(error).into()
        }
        other => other.into(),
    }
}

/// Says what came out.
fn conclude(
    args: &ClientArgs,
    outcome: &ClientOutcome,
    interrupted: bool,
) -> anyhow::Result<ExitCode> {
    let interrupted = outcome.ending == Ending::Interrupted && interrupted;
    let error = error(args, outcome, interrupted);
    to_stdout(&result(args, outcome, error.as_deref()), args.format)?;
    if outcome.ending == Ending::Complete && outcome.grant.is_some() && outcome.stats.is_none() {
        tell("mpmt: the server ended before it reported whether its table has all commands");
    }
    let unknown = unknown_commands(outcome);
    if unknown > 0 {
        tell(format_args!(
            "mpmt: the server's table lacks {unknown} of the commands, which were not run"
        ));
    }
    if i64::try_from(outcome.sum).is_err() {
        tell("mpmt: the total is beyond 64 bits; try smaller responses, or fewer commands");
    }
    if outcome.duplicates > 0 {
        tell(format_args!(
            "mpmt: {} results came twice and were counted once",
            outcome.duplicates
        ));
    }
    let mut told = Tracebacks::default();
    let mut tracebacks = Vec::new();
    for failure in &outcome.failures {
        let (reason, traceback) = split_reason(&failure.reason);
        tell(format_args!(
            "mpmt: batch {} failed: {reason}",
            failure.batch
        ));
        tracebacks.extend(traceback.filter(|traceback| told.insert(traceback)));
    }
    tracebacks.iter().for_each(tell);
    Ok(match error {
        Some(error) if interrupted => {
            tell(format_args!("mpmt: {error}"));
            ExitCode::from(INTERRUPTED)
        }
        Some(_) => ExitCode::from(FAILED),
        None => ExitCode::SUCCESS,
    })
}

fn unknown_commands(outcome: &ClientOutcome) -> u64 {
    outcome.stats.map_or(0, |it| it.unknown_commands)
}

/// Why not all of it is done, in a line.
fn error(args: &ClientArgs, outcome: &ClientOutcome, interrupted: bool) -> Option<String> {
    let unknown = unknown_commands(outcome);
    if interrupted {
        let (results, batches) = (outcome.results, outcome.batches);
        Some(format!(
            "interrupted with {results} of {batches} batches answered"
        ))
    } else if let Some(failure) = outcome.failures.first() {
        let (reason, _) = split_reason(&failure.reason);
        Some(format!("batch {} failed: {reason}", failure.batch))
    } else if unknown > 0 && !args.allow_unknown {
        Some(format!("the server's table lacks {unknown} commands"))
    } else if i64::try_from(outcome.sum).is_err() {
        Some("the total is beyond 64 bits".to_owned())
    } else {
        None
    }
}

/// Time and total for people; for programs one row, with the names that rows of trials have.
fn result(args: &ClientArgs, outcome: &ClientOutcome, error: Option<&str>) -> Document {
    let makespan_s = outcome.makespan.as_secs_f64();
    let known = outcome.grant.as_ref().map(|grant| {
        let label = Configuration::default_label(&grant.job, grant.processes);
        Asked::of_job(&grant.job, grant.processes, label)
    });
    let asked = Asked {
        batch: Some(args.batch),
        ..known.unwrap_or_default()
    };
    let timed = Timed {
        failed: Failed {
            failed: usize::from(error.is_some()),
            of: 1,
        },
        median_s: error.is_none().then_some(makespan_s),
        interval_s: None,
    };
    let status = if error.is_none() {
        Status::Ok
    } else {
        Status::Failed
    };
    let sum = i64::try_from(outcome.sum).ok();
    let first = outcome.first_result.map(|first| first.as_secs_f64());
    let own = [
        (Column::left("status"), Cell::Text(status.to_string())),
        (
            Column::left("error"),
            Cell::maybe(error, |error| Cell::Text(error.to_owned())),
        ),
        (Column::right("makespan_s"), Cell::Seconds(makespan_s)),
        (
            Column::right("first_result_s"),
            Cell::maybe(first, Cell::Seconds),
        ),
        (Column::right("responses_sum"), Cell::maybe(sum, Cell::Sum)),
        (Column::right("results"), Cell::Count(outcome.results)),
        (Column::right("batches"), Cell::Count(outcome.batches)),
        (
            Column::right("retried"),
            Cell::maybe(outcome.stats, |stats| Cell::Count(stats.retried)),
        ),
        (Column::right("duplicates"), Cell::Count(outcome.duplicates)),
        (
            Column::right("unknown_commands"),
            Cell::maybe(outcome.stats, |stats| Cell::Count(stats.unknown_commands)),
        ),
    ];
    let (columns, row) = own.into_iter().unzip();
    let rows = vec![row];
    let words = format!("time taken: {makespan_s:.3} s\ntotal: {}", outcome.sum);
    Document {
        for_people: vec![Block::Words(words)],
        for_programs: asked_columns(&[asked])
            .beside(timed_columns("", &[timed]))
            .beside(Table { columns, rows })
            .into(),
    }
}
