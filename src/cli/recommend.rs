//! `mpmt recommend`: the cheapest configuration that is nearly as fast as the best.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::compare::read;
use super::print::{PrintArgs, line};
use super::results::{say_warnings_beside, trials_file};
use super::terms::{TermsArgs, say_warnings_in_short};
use crate::report::recommend::{Question, Terms, fits, questions, recommendations};

const EXAMPLES: &str = "\
Examples:
  How many processes and threads?
    mpmt recommend results/io-grid/trials.csv

  Time matters less than memory
    mpmt recommend results/io-grid/trials.csv --within 20%

  How throughput scales, as numbers
    mpmt recommend results/cpu-grid/trials.csv --fits --format json

  The fewest processes whose slowest batches take 200 ms, in 512 MiB
    mpmt recommend results/io-grid --p99 200ms --cost processes --max-memory 512MiB

Recommended is the cheapest configuration that is surely good enough: in 95 % of the resamples of all
runs its median makespan lies within a share of the smallest one. Cheapest is what takes the least
memory (or CPU, or processes); where that is the same to 5 %, the fewest processes, then the fewest
threads. Where none is sure, the candidates are named, and the command that would settle it.

Exit codes: 0 done, also when nothing can be recommended; 2 wrong usage or input";

/// Recommends the cheapest configuration that is nearly as fast as the best
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct RecommendArgs {
    /// A trials.csv, or its folder
    #[arg(value_name = "TRIALS.csv")]
    trials: PathBuf,

    #[command(flatten)]
    terms: TermsArgs,

    /// Only the scaling laws that fit the throughput over processes and threads
    #[arg(long)]
    fits: bool,

    /// Lists why each median may be unstable
    #[arg(long, conflicts_with = "fits")]
    warnings: bool,

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
        seed: args.seed,
        ..args.terms.terms(&file)?
    };
    let questions = questions(&trials, terms);
    if args.warnings {
        for warning in questions.iter().flat_map(Question::warnings) {
            line(warning)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    say_warnings_in_short(&questions, &file);
    let document = if args.fits {
        fits(&questions)
    } else {
        recommendations(&questions)
    };
    args.print.print("recommend", &document)?;
    Ok(ExitCode::SUCCESS)
}
