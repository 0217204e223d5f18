//! `mpmt report`: one page that a team can be sent, from records alone.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use serde_json::Value;

use super::error::UsageError;
use super::output::Output;
use super::plot;
use super::print::line;
use super::quantity::share;
use super::records::{Recorded, RecordsArgs};
use super::terms::usual_terms;
use crate::chart::{Drawings, Kind, Style, Theme, dark_colours};
use crate::process::tell;
use crate::record::{by_experiment, published, read_text, trials_csv};
use crate::report::page::{self, AskedExperiment, LeftOut, Page, PageChart, ThemeColour};
use crate::report::recommend::Terms;

const EXAMPLES: &str = "\
Examples:
  A page beside the CSV, shown in the browser
    mpmt report results/io-grid/trials.csv --open

  Of a part of the trials, as a file to send
    mpmt report trials.csv --only 'workload=io threads>1' -o io.html

The page is one file: its charts, tables and the CSV are in it, and it asks for nothing from anywhere.
What charts the records can't support is said in it, with the reason.";

/// Makes one self-contained HTML page from a CSV: the answer, charts, tables
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    records: RecordsArgs,

    /// The page, or - for stdout [default: report.html beside the CSV]
    #[arg(short, long, value_name = "FILE")]
    out: Option<Output>,

    /// What the page is called [default: the experiments' names]
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    /// How much longer than the fastest the recommended configuration may take
    #[arg(long, value_name = "SHARE", default_value = "5%", value_parser = share)]
    within: f64,

    /// Shows the page in the browser
    #[arg(long)]
    open: bool,
}

pub(super) fn run(args: ReportArgs) -> anyhow::Result<ExitCode> {
    let recorded = args.records.read()?;
    let drawings = plot::draw(&recorded, &Kind::ALL);
    let terms = Terms {
        within: args.within,
        ..usual_terms(recorded.environment.as_ref())
    };
    let html = compose(&recorded, &drawings, args.title.as_deref(), terms)?;
    let out = args.out.unwrap_or_else(|| beside(&recorded));
    write(&html, &out)?;
    if let Output::File(path) = &out {
        line(format_args!("{}", path.display()))?;
        if args.open {
            show(path)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Leaves charts and page beside the `trials.csv` of a measurement that has just ended, with the answer
/// of the same terms as was printed, and says where.
pub(super) fn leave(trials: &Path, terms: Terms) -> anyhow::Result<()> {
    let recorded = &Recorded::read(trials, &[])?;
    let drawings = plot::draw(recorded, &Kind::ALL);
    plot::save(&drawings, &recorded.folder, Style::default())?;
    let html = compose(recorded, &drawings, None, terms)?;
    let page = beside(recorded);
    write(&html, &page)?;
    tell(format_args!("results: {}", recorded.folder.display()));
    tell(format_args!("report: {page}"));
    Ok(())
}

/// The charts of a page on a phone of 390 pixels, whose margins take the rest.
const NARROW: Style = Style {
    width: 356.0,
    theme: Theme::Light,
};

fn beside(recorded: &Recorded) -> Output {
    Output::File(recorded.folder.join("report.html"))
}

/// A page that is there is replaced: it was made from records, and can be made again.
fn write(html: &str, out: &Output) -> anyhow::Result<()> {
    out.write(true, |file| file.write_all(html.as_bytes()))
}

fn compose(
    recorded: &Recorded,
    drawings: &Drawings,
    title: Option<&str>,
    terms: Terms,
) -> anyhow::Result<String> {
    let mut charts = Vec::new();
    for drawing in &drawings.drawn {
        charts.push(PageChart {
            kind: drawing.kind.as_str().to_owned(),
            title: drawing.title().to_owned(),
            alt: drawing.description(),
            svg: drawing.svg(Style::default())?,
            narrow_svg: drawing.svg(NARROW)?,
        });
    }
    let left_out: Vec<LeftOut> = (drawings.left_out.iter())
        .map(|left| LeftOut {
            title: left.kind.as_str().to_owned(),
            reason: left.reason.clone(),
        })
        .collect();
    let theme: Vec<ThemeColour> = (dark_colours().into_iter())
        .map(|(light, dark)| ThemeColour { light, dark })
        .collect();
    let own_title = || {
        let experiments = by_experiment(&recorded.trials).into_iter();
        let names: Vec<&str> = experiments.map(|(name, _)| name).collect();
        format!("How many processes, how many threads: {}", names.join(", "))
    };
    let page = Page {
        title: &title.map_or_else(own_title, str::to_owned),
        trials: &recorded.trials,
        csv: &trials_csv(&recorded.trials)?,
        environment: recorded.environment.as_ref(),
        experiments: &asked(&recorded.folder),
        published: &published(),
        terms,
        charts: &charts,
        left_out: &left_out,
        theme: &theme,
    };
    Ok(page::page(&page).map_err(UsageError::new)?)
}

/// What the experiments asked, as the `sweep.json` in a folder tells. One of another version tells
/// what it has.
fn asked(folder: &Path) -> Vec<AskedExperiment> {
    let text = read_text(&folder.join("sweep.json")).unwrap_or_default();
    let request: Value = serde_json::from_str(&text).unwrap_or_default();
    let experiments = request["experiments"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().trim().to_owned();
    experiments
        .map(|experiment| AskedExperiment {
            name: text(&experiment["name"]),
            question: text(&experiment["definition"]["question"]),
            analysis: text(&experiment["definition"]["analysis"]),
        })
        .collect()
}

fn show(path: &Path) -> anyhow::Result<()> {
    open::that_detached(path).with_context(|| {
        format!(
            "no browser could be started for {}; open it by hand",
            path.display()
        )
    })
}
