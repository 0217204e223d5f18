//! `mpmt run`: one configuration.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;

use super::FAILED;
use super::configuration::{ConfigurationArgs, check_waits};
use super::input::InputArgs;
use super::measure::loop_cost_of;
use super::own_work::with_tasks;
use super::print::PrintArgs;
use super::progress::Progress;
use super::quantity::{MOST_RUNS, duration};
use super::results::ResultsFolder;
use super::server::check_limits;
use super::settle_scratch;
use crate::harness::{Experiment, Harness, SweepLimits};
use crate::process::{Program, Signals};
use crate::record::{Status, Trial};
use crate::report;
use crate::server::Chaos;
use crate::spec::input_digest;

const EXAMPLES: &str = "\
Examples:
  8 processes of 16 threads, each command sleeping 20 ms
    mpmt run -p 8 -t 16 --wait 20ms

  CPU work, five times, workers started before the first batch, rows kept in a folder
    mpmt run -w cpu -p 2 --spawn eager -r 5 -o results/cpu-2x1

  One process with 512 threads and no barrier between batches
    mpmt run -w io -p 1 -t 512 --dispatch pipelined

  The cost of the machinery alone, as JSON
    mpmt run -w noop -p 2 --repeat 1000 --format json

  A Python function of your own
    mpmt run --runtime python --task examples/json_work.py:work -p 2

  A program of your own, in 8 processes at a time
    mpmt run --exec 'host {address}' -p 8

  Nothing is lost although workers are killed over every twentieth batch
    mpmt run -p 4 -t 16 --wait 20ms --chaos kill-worker=0.05";

/// Measures one configuration
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct RunArgs {
    /// How often to run it
    #[arg(short, long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=MOST_RUNS))]
    runs: u32,

    /// Ends a run that takes longer than this [default: 60 s and five times the ideal makespan; 10 min for
    /// --task and --exec]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    timeout: Option<Duration>,

    /// Folder for trials.csv and environment.json; without it nothing is written
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Records, beside trials.csv, when each command of the last run was sent, run and answered:
    /// trace.csv, and trace.json for the Chrome and Perfetto trace viewers
    #[arg(long, requires = "out")]
    trace: bool,

    #[command(flatten)]
    print: PrintArgs,

    /// Injects faults: kill-worker=P kills a batch's worker with probability P
    #[arg(long, value_name = "FAULT")]
    chaos: Option<Chaos>,

    #[command(flatten)]
    configuration: ConfigurationArgs,

    #[command(flatten)]
    input: InputArgs,
}

pub(super) fn run(args: RunArgs) -> anyhow::Result<ExitCode> {
    args.print.check("run")?;
    let configuration = args.configuration.configuration()?;
    settle_scratch()?;
    check_limits(configuration.processes, &configuration.job)?;
    let input = args.input.read()?;
    check_waits(&configuration, &input)?;
    let input_digest = input_digest(&input.commands, &input.entries);
    let input_digest = with_tasks(input_digest, std::slice::from_ref(&configuration))?;
    let loop_cost = loop_cost_of(&configuration.job, args.timeout)?;
    let signals = Signals::install().context("signal handlers can't be installed")?;
    let mut folder = match &args.out {
        Some(path) => Some(ResultsFolder::create(Some(path), "run")?),
        None => None,
    };
    let rows = folder.as_mut().map(ResultsFolder::begin).transpose()?;
    let chaos = args
        .chaos
        .map(|chaos| format!("--chaos=kill-worker={}", chaos.kill_worker));
    let mut harness = Harness::new(Program::This, input, args.timeout, signals)
        .with_unknown_commands(args.input.allows_unknown())
        .with_server_arguments(chaos.into_iter().collect())
        .with_trace(args.out.filter(|_| args.trace));
    let predicted_s = vec![harness.ideal(&configuration, &loop_cost).0];
    let experiment = Experiment {
        predicted_s,
        input_digest,
        ..Experiment::new("run", vec![configuration], args.runs)
    };
    let mut progress = Progress::new(rows);
    progress.advise(&experiment, harness.capacity());
    let limits = SweepLimits::none();
    let trials = experiment
        .run(&mut harness, Vec::new(), &limits, &mut progress)?
        .trials;
    drop(progress);
    args.print.print("run", &report::trial_summary(&trials))?;
    Ok(exit_code(&trials))
}

/// 1 when a trial failed.
pub(super) fn exit_code(trials: &[Trial]) -> ExitCode {
    if trials.iter().all(|trial| trial.status == Status::Ok) {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    }
}
