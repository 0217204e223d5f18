//! `mpmt reproduce`: the published comparison, end to end.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::configuration::time_scale;
use super::error::UsageError;
use super::experiment_request::find;
use super::input::InputArgs;
use super::measure::{Campaign, answer};
use super::print::PrintArgs;
use super::request::Request;
use super::results::ResultsFolder;
use super::run::exit_code;
use crate::model::{Runtime, SpawnMode, WorkloadKind};
use crate::record::published;
use crate::spec::{Axes, Axis};

const EXAMPLES: &str = "\
Examples:
  The whole table and the verdicts on the published claims (about 80 s)
    mpmt reproduce

  A quick look: waits of 50 ms instead of 1 s
    mpmt reproduce --time-scale 0.05

  With and without an interpreter lock, and in Python itself, side by side
    mpmt reproduce --runtime all

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
    only: Option<Only>,

    /// What the commands run on, each configuration on each: native, gil, python, python:PATH, or
    /// all for the first three
    #[arg(long, value_name = "RUNTIMES", default_value = "native")]
    runtime: Axis<Runtime>,

    /// How often to run each configuration [default: those that compute six times, and those that
    /// sleep, which take long, once]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=super::quantity::MOST_RUNS))]
    runs: Option<u32>,

    /// When workers are started: one for each batch that comes, or all before the first
    #[arg(long, value_enum, default_value = "lazy")]
    spawn: SpawnMode,

    /// Seed that shuffles the order of each block [default: the published order]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Folder for trials.csv, environment.json and the chart [default: a fresh dated one under
    /// results/]
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,

    #[command(flatten)]
    print: PrintArgs,

    #[command(flatten)]
    input: InputArgs,
}

/// Which of the published configurations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Only {
    /// Those that sleep.
    Io,
    /// Those that compute.
    Cpu,
}

pub(super) fn run(args: ReproduceArgs) -> anyhow::Result<ExitCode> {
    args.print.check("reproduce")?;
    let mut request = args.request()?;
    let mut campaign = Campaign::prepare(&mut request)?;
    let mut folder = ResultsFolder::create(args.out.as_deref(), "reproduce")?;
    let opened = folder.begin_sweep(&request)?;
    let trials = campaign.run(&folder, opened)?;
    answer("reproduce", &trials, &published(), &mut folder, &args.print)?;
    Ok(exit_code(&trials))
}

impl ReproduceArgs {
    /// A sweep of the published experiment, in the published order unless a seed is given.
    fn request(&self) -> Result<Request, UsageError> {
        let mut asked = find("published")?;
        let definition = &mut asked.definition;
        if let Some(runs) = self.runs {
            definition.run_each(runs);
        }
        definition.override_with(&Axes {
            runtime: Some(self.runtime.clone()),
            spawn: Some(Axis::of(self.spawn)),
            time_scale: Some(Axis::of(self.time_scale)),
            ..Axes::default()
        });
        if let Some(only) = self.only {
            let workload = match only {
                Only::Io => WorkloadKind::Io,
                Only::Cpu => WorkloadKind::Cpu,
            };
            let wanted = Some(Axis::of(workload));
            definition
                .configuration
                .retain(|configuration| configuration.workload == wanted);
        }
        if let Some(input) = self.input.spec() {
            asked.take_input(input)?;
        }
        Ok(Request {
            seed: self.seed,
            precision: None,
            budget_s: None,
            timeout_s: None,
            fail_fast: false,
            strict: self.input.is_strict(),
            allow_unknown: self.input.allows_unknown(),
            tune: None,
            experiments: vec![asked],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct TestCli {
        #[command(flatten)]
        args: ReproduceArgs,
    }

    fn labels(line: &[&str]) -> Vec<String> {
        let line = TestCli::try_parse_from([&["reproduce"], line].concat()).unwrap();
        let request = line.args.request().unwrap();
        let all = request.experiments[0]
            .definition
            .configurations("x")
            .unwrap();
        all.into_iter()
            .map(|configuration| configuration.name())
            .collect()
    }

    #[test]
    fn each_runtime_has_them_all_side_by_side() {
        let native = labels(&[]);
        let all = labels(&["--runtime", "all"]);
        assert_eq!(all.len(), 27);
        for (native, of_each) in native.iter().zip(all.chunks(3)) {
            let named = |runtime| format!("{native} ({runtime})");
            assert_eq!(of_each, [native.clone(), named("gil"), named("python")]);
        }
        assert_eq!(
            labels(&["--runtime", "python:/opt/pypy3", "--only", "cpu"]).len(),
            4
        );
    }

    #[test]
    fn what_computes_runs_six_times_and_what_sleeps_once_unless_a_number_is_given() {
        let runs = |line: &[&str]| -> Vec<u32> {
            let line = TestCli::try_parse_from([&["reproduce"], line].concat()).unwrap();
            let definition = &line.args.request().unwrap().experiments[0].definition;
            let all = definition.configurations("x").unwrap();
            all.iter().map(|one| definition.runs_of(one)).collect()
        };
        assert_eq!(runs(&[]), [1, 1, 1, 1, 1, 6, 6, 6, 6]);
        assert_eq!(runs(&["--runs", "2"]), [2; 9]);
        assert_eq!(runs(&["--runs", "1", "--only", "cpu"]), [1; 4]);
    }

    #[test]
    fn there_are_nine_five_and_four() {
        let nine = labels(&["--time-scale", "0.05", "--spawn", "eager"]);
        assert_eq!(nine.len(), 9);
        assert_eq!(labels(&["--only", "io"]), nine[..5]);
        assert_eq!(labels(&["--only", "cpu"]), nine[5..]);
    }
}
