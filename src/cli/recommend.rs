//! `mpmt recommend`: the cheapest configuration that is nearly as fast as the best.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::compare::read;
use super::print::PrintArgs;
use super::quantity::share;
use super::results::{say_warnings_beside, trials_file};
use crate::report::recommend::{Question, Terms, fits, questions, recommendations};

const EXAMPLES: &str = "\
Examples:
  How many processes and threads?
    mpmt recommend results/io-grid/trials.csv

  Time matters less than memory
    mpmt recommend results/io-grid/trials.csv --within 20%

  How throughput scales, as numbers
    mpmt recommend results/cpu-grid/trials.csv --fits --format json

Recommended is the cheapest configuration whose median makespan lies, to the upper end of its 95 %
interval, within a share of the fastest one's median. Cheapest is what takes the least memory; where
that is the same to 5 %, the fewest processes, then the fewest threads.

Exit codes: 0 done, also when the data can't decide; 2 wrong usage or input";

/// Tells the cheapest configuration that is nearly as fast as the best
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct RecommendArgs {
    /// A trials.csv, or its folder
    #[arg(value_name = "TRIALS.csv")]
    trials: PathBuf,

    /// How much longer than the fastest it may take
    #[arg(long, value_name = "SHARE", default_value = "5%", value_parser = share)]
    within: f64,

    /// Only the scaling laws that fit the throughput over processes and threads
    #[arg(long)]
    fits: bool,

    /// Of the bootstrap: same records and same seed, same intervals
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    #[command(flatten)]
    print: PrintArgs,
}

pub(super) fn run(args: RecommendArgs) -> anyhow::Result<ExitCode> {
    args.print.check("recommend")?;
    let file = trials_file(args.trials);
    let trials = read(&file)?;
    say_warnings_beside(&file)?;
    let terms = Terms {
        within: args.within,
        seed: args.seed,
    };
    let questions = questions(&trials, terms);
    for warning in questions.iter().flat_map(Question::warnings) {
        tracing::warn!("{warning}");
    }
    let document = if args.fits {
        fits(&questions)
    } else {
        recommendations(&questions, terms)
    };
    args.print.print("recommend", &document)?;
    Ok(ExitCode::SUCCESS)
}
