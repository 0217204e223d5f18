//! The charts: pictures of records, as SVG for pages and PNG for everything else.
//!
//! Each kind of chart has a module of its name: a pure function from records to a `Chart`, which
//! is data in the terms of the `grammar`. One `compositor` lays any chart out for any width, and
//! `paint` makes a file of it. The same records give the same bytes on every machine: the fonts are
//! part of the binary.
//!
//! * `grammar`: chart, facet, axis, layer, mark; `scale`, `color_scale`: from values to places and
//!   colours; `symbol`, `palette`: how series look;
//! * `vocabulary`, `x_variable`, `unit`: what quantities, settings and units are called;
//! * `ideal`, `choice`, `order`: what charts compute of records;
//! * `compositor`: a chart as a `scene` of shapes; `paint`, `font`, `theme`: a scene as a file.
//!
//! Must not know: how a trial is run. Whatever a chart shows comes from a record.

mod choice;
mod color_scale;
mod comparison;
mod compositor;
mod cost;
mod curves;
mod drawing;
mod font;
mod grammar;
mod heat_map;
mod ideal;
mod latency;
mod order;
mod paint;
mod palette;
mod scale;
mod scaling;
mod scene;
mod spread;
mod symbol;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod theme;
mod timeline;
mod unit;
mod vocabulary;
mod x_variable;

use std::path::PathBuf;

use crate::record::{Published, TraceRow, Trial};
use drawing::Sheet;
pub use drawing::{Drawing, Drawings, LeftOut, Style};
pub use theme::{NARROWEST, Theme, WIDEST, WIDTH};

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
pub fn draw(kinds: &[Kind], records: &Records<'_>) -> Drawings {
    let mut drawings = Drawings::default();
    for &kind in kinds {
        let source = records.source;
        let sheet = &mut Sheet {
            drawings: &mut drawings,
            kind,
            source,
        };
        match kind {
            Kind::Comparison => comparison::draw(records, sheet),
            Kind::HeatMap => heat_map::draw(records, sheet),
            Kind::Scaling => scaling::draw(records, sheet),
            Kind::Latency => latency::draw(records, sheet),
            Kind::Timeline => timeline::draw(records, sheet),
            Kind::Cost => cost::draw(records, sheet),
            Kind::Spread => spread::draw(records, sheet),
            Kind::Curves => curves::draw(records, sheet),
        }
    }
    drawings
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
