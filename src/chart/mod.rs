//! The charts: pictures of records, as SVG for pages and PNG for everything else.
//!
//! Each chart is prepared (records to figures by value), laid out (figures to shapes, a pure
//! function), and only then painted. The same records give the same bytes on every machine: the
//! fonts are part of the binary.
//!
//! Must not know: how a trial is run. Whatever a chart shows comes from a record.

mod axis;
mod comparison;
mod figure;
mod font;
mod layout;
mod marks;
mod paint;
mod rows;
#[cfg(test)]
mod tests;
mod theme;

use std::path::{Path, PathBuf};

pub use comparison::Comparison;

/// Why a chart could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// There is no trial to show.
    #[error("there is no trial to draw; run some first, for example with `mpmt reproduce`")]
    NoTrials,
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

/// Draws measured, ideal and published makespans side by side, to `<path>.svg` and `<path>.png`,
/// and tells both paths. `source` is the line at the foot: machine, date, revision.
///
/// # Errors
/// When there is nothing to draw, or a file can't be written. A file is whole or not there.
pub fn draw_comparison(
    comparison: &Comparison,
    source: &str,
    path: &Path,
) -> Result<Vec<PathBuf>, ChartError> {
    let figure = layout::comparison(comparison, source)?;
    paint::save(&figure, path)
}

/// The same chart as the text of an SVG, for a page that holds its pictures itself.
///
/// # Errors
/// When there is nothing to draw.
pub fn comparison_svg(comparison: &Comparison, source: &str) -> Result<String, ChartError> {
    paint::svg(&layout::comparison(comparison, source)?)
}
