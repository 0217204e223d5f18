//! `mpmt plot`: the charts again, from records alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::FAILED;
use super::error::UsageError;
use super::print::line;
use super::records::{Recorded, RecordsArgs};
use super::results::say_warnings_beside;
use crate::chart::{self, Drawings, Kind, NARROWEST, Style, Theme, WIDEST, WIDTH};
use crate::process::tell;
use crate::record::published;

const EXAMPLES: &str = "\
Examples:
  Every chart that the records support, beside the CSV
    mpmt plot results/2026-01-31T120000-reproduce/trials.csv

  For a phone, on dark paper
    mpmt plot trials.csv --width 390 --theme dark -o phone

  Two kinds, of a part of the trials, elsewhere
    mpmt plot trials.csv --chart heat-map,scaling --only 'workload=io threads>1' -o charts

What the records can't support is left out, with the reason on stderr. The same records give the same
bytes.";

/// Draws the charts again from a CSV; nothing is run
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct PlotArgs {
    #[command(flatten)]
    records: RecordsArgs,

    /// Only these kinds of charts [default: all that the records support]
    #[arg(long, value_name = "NAMES", value_enum, value_delimiter = ',')]
    chart: Vec<Kind>,

    /// The charts' width in pixels; a PNG has twice as many
    #[arg(long, value_name = "PX", default_value_t = WIDTH, value_parser = width)]
    width: f64,

    /// The charts' paper
    #[arg(long, value_enum, default_value_t = Theme::Light)]
    theme: Theme,

    /// Folder for the charts [default: that of the CSV]
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: PlotArgs) -> anyhow::Result<ExitCode> {
    let recorded = args.records.read()?;
    say_warnings_beside(&args.records.path())?;
    let folder = args.out.as_deref().unwrap_or(&recorded.folder);
    if !folder.as_os_str().is_empty() {
        fs::create_dir_all(folder).map_err(|error| {
            UsageError::new(format!("{} can't be made: {error}", folder.display()))
        })?;
    }
    let kinds = if args.chart.is_empty() {
        Kind::ALL.to_vec()
    } else {
        args.chart
    };
    let drawings = draw(&recorded, &kinds);
    let style = Style {
        width: args.width,
        theme: args.theme,
    };
    for file in save(&drawings, folder, style)? {
        line(format_args!("{}", file.display()))?;
    }
    for left in &drawings.left_out {
        tell(format_args!(
            "left out: {}: {}",
            left.kind.as_str(),
            left.reason
        ));
    }
    Ok(if drawings.drawn.is_empty() {
        ExitCode::from(FAILED)
    } else {
        ExitCode::SUCCESS
    })
}

/// A width in which the words of a chart have room.
fn width(text: &str) -> Result<f64, String> {
    let width = text
        .parse::<f64>()
        .map_err(|_| format!("'{text}' is no number of pixels"))?;
    if (NARROWEST..=WIDEST).contains(&width) {
        Ok(width.round())
    } else {
        Err(format!(
            "a chart is {NARROWEST} to {WIDEST} pixels wide, not {text}"
        ))
    }
}

/// Draws what was recorded.
pub(super) fn draw(recorded: &Recorded, kinds: &[Kind]) -> Drawings {
    let published = published();
    let records = chart::Records {
        trials: &recorded.trials,
        published: &published,
        traces: &recorded.traces,
        source: &recorded.source,
    };
    chart::draw(kinds, &records)
}

/// Writes all drawings into a folder, and tells their paths.
pub(super) fn save(
    drawings: &Drawings,
    folder: &Path,
    style: Style,
) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for drawing in &drawings.drawn {
        files.extend(drawing.save(folder, style)?);
    }
    Ok(files)
}
