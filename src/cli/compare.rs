//! `mpmt compare`: two records against each other, and the exit code that a pipeline waits for.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::FAILED;
use super::error::UsageError;
use super::print::PrintArgs;
use super::quantity::{probability, share};
use super::results::{environment_beside, trials_file};
use crate::process::tell;
use crate::record::{Trial, read_trials};
use crate::report::compare::{Changes, Criteria, changes};
use crate::report::environment_diff::differences;

const EXAMPLES: &str = "\
Examples:
  Did anything change since the last release?
    mpmt compare results/v1/trials.csv results/v2/trials.csv

  In CI: fail when something became more than 3 % slower
    mpmt compare baseline.csv target/trials.csv --threshold 3%

  As a table in a page, between <!-- mpmt:compare --> and <!-- /mpmt:compare -->
    mpmt compare old.csv new.csv --splice docs/results.md

A configuration is slower or faster when its difference is significant among all that are compared (exact
Mann-Whitney test, corrected by Holm) and the 95 % interval of the ratio of medians excludes 1. It
is a regression when it is slower and the ratio of medians lies beyond the threshold, when its runs
fail more often (Fisher's exact test, in the same family), when no run of the new record ends well,
or when the new record lacks it.

Exit codes: 0 no regression, 1 a regression, 2 wrong usage or input, or nothing in common";

/// Shows what became faster or slower between two records
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct CompareArgs {
    /// The trials.csv to compare with, or its folder
    #[arg(value_name = "OLD.csv")]
    old: PathBuf,

    /// The trials.csv that is judged, or its folder
    #[arg(value_name = "NEW.csv")]
    new: PathBuf,

    /// By how much the median must grow to be a regression
    #[arg(long, value_name = "SHARE", default_value = "5%", value_parser = share)]
    threshold: f64,

    /// The chance of any false alarm among all comparisons
    #[arg(long, value_name = "P", default_value = "0.05", value_parser = probability)]
    alpha: f64,

    /// Does not count a configuration that the new record lacks as a regression
    #[arg(long)]
    allow_missing: bool,

    /// Of the bootstrap: same records and same seed, same intervals
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    #[command(flatten)]
    print: PrintArgs,
}

pub(super) fn run(mut args: CompareArgs) -> anyhow::Result<ExitCode> {
    args.print.check("compare")?;
    (args.old, args.new) = (trials_file(args.old), trials_file(args.new));
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let terms = Criteria {
        threshold: args.threshold,
        alpha: args.alpha,
        allow_missing: args.allow_missing,
        seed: args.seed,
    };
    let changes = changes(&old, &new, terms);
    check_common(&args, &changes)?;
    if changes.common > 0 {
        tracing::warn!(
            "{} of the trials of {} are in {} too; what is the same shows no difference",
            changes.common,
            args.new.display(),
            args.old.display()
        );
    }
    warn_of_environment_diff(&args.old, &args.new)?;
    args.print.print("compare", &changes.report())?;
    tell(format_args!("{}", changes.summary()));
    Ok(match changes.regressions() {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(FAILED),
    })
}

fn check_common(args: &CompareArgs, changes: &Changes<'_>) -> Result<(), UsageError> {
    if changes.in_both() > 0 {
        return Ok(());
    }
    Err(UsageError::new(format!(
        "{} and {} have no configuration in common; configurations are the same when \
         their labels and all their settings are",
        args.old.display(),
        args.new.display()
    )))
}

/// The rows of a record.
pub(super) fn read(path: &Path) -> Result<Vec<Trial>, UsageError> {
    let trials = read_trials(path).map_err(UsageError::new)?;
    if trials.is_empty() {
        return Err(UsageError::new(format!("{} has no rows", path.display())));
    }
    Ok(trials)
}

fn warn_of_environment_diff(old: &Path, new: &Path) -> Result<(), UsageError> {
    let (old_environment, new_environment) = (environment_beside(old)?, environment_beside(new)?);
    for (path, environment) in [(old, &old_environment), (new, &new_environment)] {
        if environment.is_none() {
            tracing::warn!(
                "there is no environment.json beside {}: where it was measured is not known",
                path.display()
            );
        }
    }
    if let (Some(old), Some(new)) = (old_environment, new_environment) {
        for difference in differences(&old, &new) {
            tracing::warn!("old and new were not measured alike: {difference}");
        }
    }
    Ok(())
}
