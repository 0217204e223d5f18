//! `mpmt sweep`: experiments and grids, from the command line to a plan.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::axes::AxesArgs;
use super::error::UsageError;
use super::experiment_request::{ExperimentRequest, find, names};
use super::input::InputArgs;
use super::listing::list;
use super::measure::{Campaign, answer};
use super::print::PrintArgs;
use super::quantity::{MOST_RUNS, duration, precision};
use super::request::Request;
use super::results::ResultsFolder;
use super::run::exit_code;
use crate::record::{Trial, published};
use crate::spec::{Axes, Definition};

const EXAMPLES: &str = "\
Experiments that come with mpmt:
  batch-size, cpu-grid, executors, io-grid, overhead, oversubscription, published, smoke, stragglers

Examples:
  An experiment that comes with mpmt, and one of your own
    mpmt sweep io-grid my/experiment.toml -o results/today

  What would be run, and how long it would take
    mpmt sweep io-grid --list

  A grid from the command line: lists and ranges wherever a number goes
    mpmt sweep -w io,cpu -p 1..8:x2 -t 1,16 --wait 20ms --runs 6

  A Python function of your own, on processes and threads
    mpmt sweep --runtime python --task examples/json_work.py:work -p 1,2 -t 1,2

  A program of your own
    mpmt sweep --exec 'gzip --stdout /etc/services' -p 1,2 -t 1,2

  Until each median is known to 2 %, for ten minutes at the most
    mpmt sweep -p 1,2,4 -t 16 --wait 20ms --precision 2% --budget 10m

  A sweep that was interrupted, however
    mpmt sweep --resume results/today";

/// Measures experiments or a grid, in blocks of shuffled order
///
/// Every repetition is a block of all configurations in an order of its own, so that drift of the
/// machine is no difference between configurations. Each trial is a fresh process tree and leaves a
/// row in trials.csv. Options given here
/// override what the experiments say.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct SweepArgs {
    /// Experiments: TOML files, or names of those that come with mpmt
    #[arg(value_name = "FILE|NAME")]
    experiments: Vec<String>,

    /// Seed that shuffles the order of each block [default: drawn, and recorded in sweep.json]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Shows the trials and the predicted time, and runs nothing
    #[arg(long)]
    list: bool,

    /// Folder for trials.csv, environment.json and sweep.json [default: a fresh dated one under
    /// results/]
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Resumes the sweep in this folder, with the options that it was begun with
    #[arg(long, value_name = "DIR", conflicts_with_all = ["experiments", "out", "seed", "runs", "precision", "budget", "warmup", "timeout", "fail_fast", "commands", "table", "strict", "allow_unknown"])]
    resume: Option<PathBuf>,

    #[command(flatten)]
    print: PrintArgs,

    #[command(flatten)]
    axes: AxesArgs,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    repetition: RepetitionArgs,
}

/// How often, and when to stop.
#[derive(Args, Debug)]
#[command(next_help_heading = "Repetition")]
struct RepetitionArgs {
    /// How often to measure each configuration [default: what the experiment says, else 1]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MOST_RUNS))]
    runs: Option<u32>,

    /// Measures until the 95 % interval of each median is narrower than this, like 2%
    #[arg(long, value_name = "P%", value_parser = precision, conflicts_with = "runs")]
    precision: Option<f64>,

    /// With --precision: the most runs of each configuration
    #[arg(long, value_name = "N", default_value_t = 30, requires = "precision", value_parser = clap::value_parser!(u32).range(1..=MOST_RUNS))]
    max_runs: u32,

    /// Time for the whole sweep, like 10m: no block begins that would not end within it
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    budget: Option<Duration>,

    /// How often to run each configuration before it is measured [default: what the experiment
    /// says, else 0]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=MOST_RUNS))]
    warmup: Option<u32>,

    /// Ends a trial that takes longer than this [default: 60 s and five times the ideal makespan; 10 min for
    /// --task and --exec]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    timeout: Option<Duration>,

    /// Ends at the first trial that fails
    #[arg(long)]
    fail_fast: bool,
}

pub(super) fn run(args: SweepArgs) -> anyhow::Result<ExitCode> {
    args.print.check("sweep")?;
    if let Some(path) = &args.resume {
        return resume(path, &args);
    }
    let mut request = args.request()?;
    let mut campaign = Campaign::prepare(&mut request)?;
    if args.list {
        return list(&campaign, &[], &args.print);
    }
    let mut folder = ResultsFolder::create(args.out.as_deref(), "sweep")?;
    request.say_questions();
    let opened = folder.begin_sweep(&request)?;
    finish(&campaign.run(&folder, opened)?, &mut folder, &args.print)
}

fn resume(path: &Path, args: &SweepArgs) -> anyhow::Result<ExitCode> {
    if args.axes.axes() != Axes::default() {
        let reason = "a resumed sweep keeps its axes; leave them out, or begin a new sweep with -o";
        return Err(UsageError::new(reason).into());
    }
    let (mut folder, mut request) = ResultsFolder::reopen(path)?;
    if request.tune.is_some() {
        let shown = path.display();
        let reason = format!("{shown} holds a search; go on with it by mpmt tune --resume {shown}");
        return Err(UsageError::new(reason).into());
    }
    let mut campaign = Campaign::prepare(&mut request)?;
    let opened = folder.go_on()?;
    if args.list {
        return list(&campaign, &opened.1, &args.print);
    }
    finish(&campaign.run(&folder, opened)?, &mut folder, &args.print)
}

fn finish(
    trials: &[Trial],
    folder: &mut ResultsFolder,
    print: &PrintArgs,
) -> anyhow::Result<ExitCode> {
    // Elsewhere a published name stands for other work.
    let figures = if trials.iter().any(|trial| trial.experiment == "published") {
        published()
    } else {
        Vec::new()
    };
    answer("sweep", trials, &figures, folder, print)?;
    Ok(exit_code(trials))
}

impl SweepArgs {
    fn request(&self) -> Result<Request, UsageError> {
        let repetition = &self.repetition;
        let seconds = |duration: Option<Duration>| duration.map(|d| d.as_secs_f64());
        Ok(Request {
            // Short enough to be typed again.
            seed: Some(self.seed.unwrap_or_else(|| fastrand::u64(..1_000_000))),
            precision: repetition.precision,
            budget_s: seconds(repetition.budget),
            timeout_s: seconds(repetition.timeout),
            fail_fast: repetition.fail_fast,
            strict: self.input.is_strict(),
            allow_unknown: self.input.allows_unknown(),
            tune: None,
            experiments: self.asked()?,
        })
    }

    /// The experiments that were named, or the one that the axes make.
    fn asked(&self) -> Result<Vec<ExperimentRequest>, UsageError> {
        let mut all: Vec<ExperimentRequest> = Vec::new();
        for text in &self.experiments {
            let asked = find(text)?;
            if all.iter().any(|other| other.name == asked.name) {
                return Err(UsageError::new(format!(
                    "there are two experiments named '{}'; rename one, or sweep them into two folders",
                    asked.name
                )));
            }
            all.push(asked);
        }
        if all.is_empty() {
            all.push(self.of_axes()?);
        }
        for asked in &mut all {
            self.lay_over(asked)?;
        }
        Ok(all)
    }

    fn of_axes(&self) -> Result<ExperimentRequest, UsageError> {
        if self.axes.axes() == Axes::default() {
            return Err(UsageError::new(format!(
                "nothing to sweep; name an experiment ({}), a TOML file, or axes such as -p 1,2,4 -t 1,16",
                names().join(", ")
            )));
        }
        let definition = Definition::of(Axes::default());
        Ok(ExperimentRequest::new("sweep", PathBuf::new(), definition))
    }

    /// What is given on the command line lies over what an experiment says.
    fn lay_over(&self, asked: &mut ExperimentRequest) -> Result<(), UsageError> {
        let definition = &mut asked.definition;
        let mut axes = self.axes.axes();
        if asked.folder != Path::new("") {
            axes = with_whole_paths(axes)?;
        }
        definition.override_with(&axes);
        let repetition = &self.repetition;
        if repetition.precision.is_some() {
            definition.run_each(repetition.max_runs);
        }
        if let Some(runs) = repetition.runs {
            definition.run_each(runs);
        }
        definition.warmup = repetition.warmup.unwrap_or(definition.warmup);
        if let Some(input) = self.input.spec() {
            asked.take_input(input)?;
        }
        Ok(())
    }
}

/// The axes for an experiment whose relative paths count from elsewhere.
fn with_whole_paths(mut axes: Axes) -> Result<Axes, UsageError> {
    if let Some(task) = &mut axes.task {
        let file = std::path::absolute(task.file()).map_err(UsageError::new)?;
        *task = task.at(file).map_err(UsageError::new)?;
    }
    Ok(axes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct TestCli {
        #[command(flatten)]
        args: SweepArgs,
    }

    fn parse(line: &[&str]) -> Result<SweepArgs, clap::Error> {
        TestCli::try_parse_from([&["sweep"], line].concat()).map(|line| line.args)
    }

    fn request(line: &[&str]) -> Result<Request, UsageError> {
        parse(line).unwrap().request()
    }

    #[test]
    fn axes_make_an_experiment_of_their_own() {
        let request = request(&["-p", "1..4:x2", "-t", "1,16", "-r", "3", "--seed", "5"]).unwrap();
        let definition = &request.experiments[0].definition;
        assert_eq!(definition.configurations("x").unwrap().len(), 6);
        assert_eq!((definition.runs, request.seed), (3, Some(5)));
        let json = serde_json::to_string(&request).unwrap();
        assert_eq!(serde_json::from_str::<Request>(&json).unwrap(), request);
    }

    #[test]
    fn the_command_line_lies_over_an_experiment() {
        let request = request(&["io-grid", "-p", "2", "--warmup", "1"]).unwrap();
        let definition = &request.experiments[0].definition;
        assert_eq!(definition.configurations("x").unwrap().len(), 6);
        assert_eq!((definition.runs, definition.warmup), (6, 1));
    }

    #[test]
    fn what_is_not_there_is_told_with_the_nearest() {
        let error = |line: &[&str]| request(line).unwrap_err().to_string();
        assert!(error(&["io-gird"]).contains("did you mean 'io-grid'?"));
        assert!(error(&["no/such.toml"]).contains("no/such.toml can't be read"));
        assert!(error(&[]).contains("nothing to sweep"));
        assert!(error(&["smoke", "smoke"]).contains("two experiments named 'smoke'"));
    }

    #[test]
    fn the_help_names_every_experiment() {
        assert!(EXAMPLES.contains(&format!("  {}\n", names().join(", "))));
    }

    #[test]
    fn what_excludes_each_other_is_refused() {
        for line in [
            &["-r", "2", "--precision", "2%"][..],
            &["--resume", "x", "-o", "y"],
            &["smoke", "--max-runs", "3"],
            &["-p", "4..1"],
            &["-w", "ioo"],
        ] {
            assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line:?}");
        }
    }
}
