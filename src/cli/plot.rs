use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::error::UsageError;
use super::results::say_warnings_beside;
use crate::chart::{Comparison, draw_comparison};
use crate::harness::Environment;
use crate::record::{published, read_trials};

const EXAMPLES: &str = "\
Examples:
  Beside the CSV
    mpmt plot results/2026-01-31T120000-reproduce/trials.csv

  Elsewhere
    mpmt plot trials.csv -o charts";

/// Draws the charts again from a CSV; nothing is run
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct PlotArgs {
    /// A trials.csv
    trials: PathBuf,

    /// Folder for the charts [default: that of the CSV]
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: PlotArgs) -> anyhow::Result<ExitCode> {
    let trials = read_trials(&args.trials).map_err(UsageError::new)?;
    say_warnings_beside(&args.trials);
    let beside = args.trials.parent().unwrap_or(Path::new(""));
    let folder = args.out.as_deref().unwrap_or(beside);
    if !folder.as_os_str().is_empty() {
        fs::create_dir_all(folder).map_err(|error| {
            UsageError::new(format!("{} can't be made: {error}", folder.display()))
        })?;
    }
    let comparison = Comparison::prepare(&trials, &published());
    for file in draw_comparison(
        &comparison,
        &source_line(beside),
        &folder.join("comparison"),
    )? {
        println!("{}", file.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// The machine, date and revision of the measurement, as the file beside the CSV tells.
fn source_line(folder: &Path) -> String {
    let text = fs::read_to_string(folder.join("environment.json")).unwrap_or_default();
    match serde_json::from_str::<Environment>(&text) {
        Ok(environment) => environment.source_line(),
        Err(_) => "machine and date not recorded".to_owned(),
    }
}
