use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

use super::configuration::time_scale;
use super::input::InputArgs;
use super::print::to_stdout;
use super::progress::Progress;
use super::results::ResultsFolder;
use super::run::exit_code;
use super::server::check_descriptors;
use crate::chart::{Comparison, draw_comparison};
use crate::harness::{Environment, Experiment, Family, Harness, published_configurations};
use crate::model::SpawnMode;
use crate::process::Signals;
use crate::record::published;
use crate::report::{self, Format};

const EXAMPLES: &str = "\
Examples:
  The whole table (about 75 s)
    mpmt reproduce

  A quick look: waits of 50 ms instead of 1 s
    mpmt reproduce --time-scale 0.05

  The CPU configurations, five times each, all workers started before the first batch
    mpmt reproduce --only cpu --runs 5 --spawn eager -o results/cpu";

/// Runs the published comparison, end to end: CSV, table, chart
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct ReproduceArgs {
    /// Multiplies every wait (the CPU work stays as it is)
    #[arg(long, value_name = "F", default_value = "1", value_parser = time_scale)]
    time_scale: f64,

    /// Only the configurations of one kind of work
    #[arg(long, value_enum)]
    only: Option<Family>,

    /// How often to run each configuration
    #[arg(short, long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,

    /// When workers are started: one for each batch that comes, or all before the first
    #[arg(long, value_enum, default_value = "lazy")]
    spawn: SpawnMode,

    #[command(flatten)]
    input: InputArgs,

    /// Folder for trials.csv, environment.json and the chart [default: a fresh dated one under
    /// results/]
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// How to print the table
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

pub(super) fn run(args: ReproduceArgs) -> anyhow::Result<ExitCode> {
    let configurations = published_configurations(args.only, args.spawn, args.time_scale);
    let most = configurations
        .iter()
        .map(|configuration| configuration.processes)
        .max();
    check_descriptors(most.unwrap_or(0))?;
    let input = args.input.read()?;
    let signals = Signals::install().context("signals can't be taken over")?;
    let program = std::env::current_exe().context("this program can't be found")?;
    let environment = Environment::look();
    let folder = ResultsFolder::create(args.out.as_deref(), "reproduce")?;
    let rows = folder.begin(&environment)?;
    let mut harness = Harness::new(program, input, None, signals);
    let experiment = Experiment {
        name: "published".to_owned(),
        configurations,
        runs: args.runs,
    };
    let predicted = experiment
        .plan()
        .iter()
        .map(|p| harness.predicted_s(&p.configuration))
        .collect();
    let mut progress = Progress::new(Some(rows), predicted);
    let trials = experiment.run(&mut harness, &mut progress)?;
    drop(progress);
    let published = published();
    to_stdout(&report::comparison(&trials, &published), args.format)?;
    let comparison = Comparison::prepare(&trials, &published);
    let stem = folder.path().join("comparison");
    for file in draw_comparison(&comparison, &environment.source_line(), &stem)? {
        eprintln!("drawn: {}", file.display());
    }
    eprintln!("results: {}", folder.path().display());
    Ok(exit_code(&trials))
}
