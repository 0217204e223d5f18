//! The charts: pictures of records, as SVG for pages and PNG for everything else.
//!
//! Each kind of chart has a module of its name. It is prepared (records to figures by value), laid
//! out (figures to shapes, a pure function), and only then painted. The same records give the same
//! bytes on every machine: the fonts are part of the binary.
//!
//! * `sheet`, `panel`, `series`, `ideal`, `marker`, `axis`, `choice`, `estimate`, `unit`, `theme`,
//!   `font`: what the charts share;
//! * `figure`: what a picture is made of; `paint`: how it becomes a file.
//!
//! Must not know: how a trial is run. Whatever a chart shows comes from a record.

#![allow(clippy::match_bool)]

mod axis;
mod choice;
mod comparison;
mod cost;
mod curves;
mod drawing;
mod estimate;
mod figure;
mod font;
mod heat_map;
mod ideal;
mod latency;
mod marker;
mod paint;
mod panel;
mod scaling;
mod series;
mod sheet;
mod spread;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod theme;
mod timeline;
mod unit;

use std::path::PathBuf;

use crate::record::{Published, TraceRow, Trial};
pub use drawing::{Drawing, Drawings, LeftOut};

/// The kinds of charts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, clap::ValueEnum)]
pub enum Kind {
    /// Published, ideal and measured makespan of each configuration.
    Comparison,
    /// Makespan, efficiency and memory over processes and threads.
    HeatMap,
    /// Throughput over processes and threads, with the ideal and the scaling law.
    Scaling,
    /// Percentiles of the batch latency, and all latencies of traced runs.
    Latency,
    /// What every thread did, from traces.
    Timeline,
    /// CPU time, context switches and memory of each configuration, and its Pareto front.
    Cost,
    /// Every run against the median of its configuration: drift, spread, outliers.
    Spread,
    /// Makespan, efficiency and switches over one setting, such as the batch size.
    Curves,
}

impl Kind {
    /// All of them, in the order in which a reader wants them.
    pub const ALL: [Kind; 8] = [
        Kind::Comparison,
        Kind::HeatMap,
        Kind::Scaling,
        Kind::Latency,
        Kind::Timeline,
        Kind::Cost,
        Kind::Spread,
        Kind::Curves,
    ];

    /// As it is typed.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Comparison => "comparison",
            Kind::HeatMap => "heat-map",
            Kind::Scaling => "scaling",
            Kind::Latency => "latency",
            Kind::Timeline => "timeline",
            Kind::Cost => "cost",
            Kind::Spread => "spread",
            Kind::Curves => "curves",
        }
    }
}

/// What charts are drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Records<'a> {
    /// The rows of a `trials.csv`, warm-ups and failures included.
    pub trials: &'a [Trial],
    /// What they are held against.
    pub published: &'a [Published],
    /// What threads did during some of the trials.
    pub traces: &'a [Trace],
    /// The line at the foot: machine, date, revision.
    pub source: &'a str,
}

/// What every thread did during a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// The configuration, in a few words.
    pub name: String,
    /// The rows of a `trace.csv`.
    pub rows: Vec<TraceRow>,
}

/// Why a chart could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// The picture can't be composed.
    #[error("cannot draw the chart: {0}")]
    Drawing(String),
    /// The file can't be written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Draws charts of these kinds from records, and tells which of them the records can't support.
///
/// # Errors
/// When a picture can't be composed.
pub fn draw(kinds: &[Kind], records: &Records<'_>) -> Result<Drawings, ChartError> {
    let mut drawings = Drawings::default();
    for kind in kinds {
        match kind {
            Kind::Comparison => comparison::draw(records, &mut drawings)?,
            Kind::HeatMap => heat_map::draw(records, &mut drawings)?,
            Kind::Scaling => scaling::draw(records, &mut drawings)?,
            Kind::Latency => latency::draw(records, &mut drawings)?,
            Kind::Timeline => timeline::draw(records, &mut drawings)?,
            Kind::Cost => cost::draw(records, &mut drawings)?,
            Kind::Spread => spread::draw(records, &mut drawings)?,
            Kind::Curves => curves::draw(records, &mut drawings)?,
        }
    }
    Ok(drawings)
}

/// What the colours of the charts become on dark paper: pairs of `#RRGGBB`, for a page that shows
/// them as SVG.
pub fn dark_colours() -> Vec<(String, String)> {
    let text = |colour: plotters::style::RGBColor| {
        format!("#{:02X}{:02X}{:02X}", colour.0, colour.1, colour.2)
    };
    let pairs = theme::DARK.iter();
    pairs
        .map(|(light, dark)| (text(*light), text(*dark)))
        .collect()
}
