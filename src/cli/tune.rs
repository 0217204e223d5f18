//! `mpmt tune`: finds how many processes and threads by itself.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::axes::AxesArgs;
use super::error::UsageError;
use super::experiment_request::ExperimentRequest;
use super::input::InputArgs;
use super::measure::Campaign;
use super::print::PrintArgs;
use super::progress::Progress;
use super::quantity::duration;
use super::report as report_page;
use super::request::{Request, TuneRequest};
use super::results::ResultsFolder;
use super::terms::{TermsArgs, say_warnings_in_short};
use super::{FAILED, INTERRUPTED};
use crate::harness::tune::{EXPERIMENT, SearchEnd, Space, Tuning};
use crate::model::{Configuration, Dispatch, Shape};
use crate::process::tell;
use crate::record::{Trial, with_fastest_loops};
use crate::report::recommend::{CostKind, Terms, answers, questions};
use crate::spec::{Axes, Axis, Definition};

const EXAMPLES: &str = "\
Examples:
  How many processes and threads for the work that comes with mpmt?
    mpmt tune

  For CPU work, and for waits of 20 ms
    mpmt tune -w cpu
    mpmt tune -w io --wait 20ms

  For a Python function of your own, within a minute
    mpmt tune --runtime python --task examples/json_work.py:work --budget 1m

  For a program of your own, in at most 512 MiB
    mpmt tune --exec 'gzip --stdout /etc/services' --max-memory 512MiB

  A search that was interrupted, or ran out of time, with more of it
    mpmt tune --resume results/today --budget 5m

It starts from few configurations, goes on along processes and threads as long as time falls, and runs
those again that may be the best, until one surely is, or the budget is spent. Each trial leaves a row
in trials.csv.

Exit codes: 0 done, 1 nothing could be measured, 2 wrong usage or input, 130 interrupted";

/// Finds how many processes and how many threads by itself, within a budget of time
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct TuneArgs {
    #[command(flatten)]
    axes: AxesArgs,

    #[command(flatten)]
    input: InputArgs,

    /// Begins no trial that would not end within this time
    #[arg(long, value_name = "DURATION", default_value = "2m", value_parser = duration)]
    budget: Duration,

    /// Ends a trial that takes longer [default: the budget]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    timeout: Option<Duration>,

    /// Runs of one configuration, at the most
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(6..=1000))]
    max_runs: u32,

    #[command(flatten)]
    terms: TermsArgs,

    /// Folder for trials.csv, environment.json and the page [default: a fresh dated one under
    /// results/]
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Goes on with the search of this folder, as it was asked
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "commands", "table", "strict", "allow_unknown"])]
    resume: Option<PathBuf>,

    #[command(flatten)]
    print: PrintArgs,
}

/// Processes and threads that are tried when nobody says how many at the most.
const MOST: Shape = Shape::new(256, 512);

pub(super) fn run(args: TuneArgs) -> anyhow::Result<ExitCode> {
    args.print.check("tune")?;
    let (reopened, mut request) = match &args.resume {
        Some(path) => {
            let (folder, request) = args.reopen(path)?;
            (Some(folder), request)
        }
        None => (None, args.request()?),
    };
    let most = request.tune.map_or(MOST, |tune| tune.most);
    request.timeout_s = Some(args.timeout.unwrap_or(args.budget).as_secs_f64());
    // What is wrong is told before a folder is made.
    let mut campaign = Campaign::prepare(&mut request)?;
    let (mut folder, (rows, done)) = match reopened {
        Some(mut folder) => {
            let opened = folder.go_on()?;
            (folder, opened)
        }
        None => {
            let mut folder = ResultsFolder::create(args.out.as_deref(), EXPERIMENT)?;
            let opened = folder.begin_sweep(&request)?;
            (folder, opened)
        }
    };
    let terms = args.terms.terms(&folder.trials())?;
    let (trials, end) = {
        let mut progress = Progress::new(Some(rows));
        let definition = &request.experiments[0].definition;
        let of_shape = |shape: Shape| of_shape(definition, shape);
        let prepared = &campaign.experiments[0];
        let most = Shape {
            processes: most.processes.min(prepared.batches()),
            ..most
        };
        let tuning = Tuning {
            configuration: &of_shape,
            input_digest: prepared.experiment.input_digest,
            loop_cost: prepared.loop_cost.clone(),
            space: Space {
                cores: campaign.capacity().cores.round().max(1.0) as u32,
                most,
                within: terms.within,
                noise: terms.noise,
                most_runs: args.max_runs as usize,
            },
            cost: cost(terms.cost),
            budget: args.budget,
        };
        tuning.run(campaign.harness(), done, &mut progress)?
    };
    let trials = with_fastest_loops(trials);
    finish(&trials, end, terms, &mut folder, &args.print)
}

/// Prints the answer, leaves the page, and says what could be done with more time.
fn finish(
    trials: &[Trial],
    end: SearchEnd,
    terms: Terms,
    folder: &mut ResultsFolder,
    print: &PrintArgs,
) -> anyhow::Result<ExitCode> {
    folder.close();
    if trials.is_empty() {
        tell(format_args!(
            "mpmt: no configuration would end within a quarter of the budget; give it a larger --budget, \
             or less work (--wait, --loops, fewer commands)"
        ));
        return Ok(ExitCode::from(FAILED));
    }
    let questions = questions(trials, terms);
    say_warnings_in_short(&questions, &folder.trials());
    let printed = print.print("tune", &answers(&questions));
    report_page::leave(&folder.trials(), terms)?;
    printed?;
    let path = folder.path().display();
    match end {
        SearchEnd::Sure | SearchEnd::Exhausted => {}
        SearchEnd::BudgetSpent => tell(format_args!(
            "the budget is spent; to go on: mpmt tune --resume {path} --budget 2m"
        )),
        SearchEnd::Interrupted => {
            tell(format_args!(
                "interrupted; to go on: mpmt tune --resume {path}"
            ));
            return Ok(ExitCode::from(INTERRUPTED));
        }
    }
    let has_answer = questions
        .iter()
        .any(|question| question.answer.best().is_some());
    Ok(if has_answer {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    })
}

impl TuneArgs {
    /// The folder of a search that is to go on, and all that it was asked.
    fn reopen(&self, path: &Path) -> Result<(ResultsFolder, Request), UsageError> {
        if self.axes.axes() != Axes::default() {
            let reason =
                "a resumed search keeps its work; leave the axes out, or begin a new one with -o";
            return Err(UsageError::new(reason));
        }
        let (folder, request) = ResultsFolder::reopen(path)?;
        if request.tune.is_none() {
            let shown = path.display();
            return Err(UsageError::new(format!(
                "{shown} holds a sweep and no search; go on with mpmt sweep --resume {shown}"
            )));
        }
        Ok((folder, request))
    }

    fn request(&self) -> Result<Request, UsageError> {
        let axes = self.axes.axes();
        if axes.processes.is_some() || axes.threads.is_some() || axes.shape.is_some() {
            return Err(UsageError::new(
                "processes and threads are what is searched for; say how many at the most with \
                 --max-processes and --max-threads, or measure a grid with mpmt sweep",
            ));
        }
        let mut asked = ExperimentRequest::new(EXPERIMENT, PathBuf::new(), Definition::of(axes));
        if let Some(input) = self.input.spec() {
            asked.take_input(input)?;
        }
        let all = (asked.definition.configurations(EXPERIMENT)).map_err(UsageError::new)?;
        if all.len() != 1 {
            return Err(UsageError::new(format!(
                "a search is about one kind of work, and these values make {}; give each option one \
                 value, or measure a grid with mpmt sweep",
                all.len()
            )));
        }
        Ok(Request {
            seed: None,
            precision: None,
            budget_s: None,
            timeout_s: None,
            fail_fast: false,
            strict: self.input.is_strict(),
            allow_unknown: self.input.allows_unknown(),
            tune: Some(TuneRequest {
                most: self.most(&all[0]),
            }),
            experiments: vec![asked],
        })
    }

    /// No more than was allowed, and than can have something to do.
    fn most(&self, configuration: &Configuration) -> Shape {
        let busy = match configuration.job.dispatch {
            Dispatch::Barrier => configuration.batch,
            Dispatch::Pipelined => MOST.threads,
        };
        Shape {
            processes: self.terms.max_processes.unwrap_or(MOST.processes),
            threads: self.terms.max_threads.unwrap_or(MOST.threads).min(busy),
        }
    }
}

/// The configuration of a shape; none where the work has no such one.
fn of_shape(definition: &Definition, shape: Shape) -> Option<Configuration> {
    let mut definition = definition.clone();
    definition.override_with(&Axes {
        shape: Some(Axis::of(shape)),
        ..Axes::default()
    });
    let all = definition.configurations(EXPERIMENT).ok()?;
    all.into_iter().next()
}

fn cost(kind: CostKind) -> fn(&Trial) -> f64 {
    match kind {
        CostKind::Memory => |trial| {
            let kib = trial.peak_pss_kib.or(trial.peak_rss_kib);
            kib.map_or(0.0, |kib| kib as f64)
        },
        CostKind::Cpu => |trial| trial.cpu_s().unwrap_or(0.0),
        CostKind::Processes => |trial| f64::from(trial.processes),
    }
}
