//! One HTML page that a team can be sent: it holds its charts, style, script and data itself, and
//! asks for nothing from anywhere.
//!
//! * `asked`: each question's records, summed up by configuration;
//! * `answer`, `facts`, `confidence`, `compared` and `findings`: what comes out, in words and a few
//!   figures;
//! * `claimed`: the verdicts on the published claims;
//! * `configurations`: the table of all configurations;
//! * `figures`: the charts and their colours in the dark;
//! * `machine`: where it was measured, in plain words;
//! * `trouble`: warnings and failed trials;
//! * `view`: all of it as the templates take it, and the templates filled.
//!
//! What a reader sees is in `templates/`, `style/` and `script/`. A page without its script still
//! has every answer, chart and configuration.
//!
//! Must not know: how a chart is drawn, where files are. Everything comes in as data.

mod answer;
mod asked;
mod claimed;
mod compared;
mod confidence;
mod configurations;
mod facts;
mod figures;
mod findings;
#[cfg(test)]
mod fixtures;
mod machine;
#[cfg(test)]
mod tests;
mod trouble;
mod view;
mod words;

use serde_json::Value;

use super::recommend::Terms;
use crate::record::{Published, Trial};

/// All that a page is made from.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// What the page is called.
    pub title: &'a str,
    /// The rows of the record.
    pub trials: &'a [Trial],
    /// The text of the same `trials.csv`, for the table of all trials and the download.
    pub csv: &'a str,
    /// The `environment.json` beside it, if there is one.
    pub environment: Option<&'a Value>,
    /// What the experiments asked; those that the record does not name are left out.
    pub experiments: &'a [AskedExperiment],
    /// What the makespans are held against.
    pub published: &'a [Published],
    /// What counts as good enough.
    pub terms: Terms,
    /// The charts, in the order in which they are shown.
    pub charts: &'a [PageChart],
    /// Charts that these records can't support.
    pub left_out: &'a [LeftOut],
    /// What each colour of the charts becomes on a dark screen; others stay as they are.
    pub theme: &'a [ThemeColour],
}

/// What an experiment asks, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedExperiment {
    /// The name that its trials have.
    pub name: String,
    /// The question that it answers; may be empty.
    pub question: String,
    /// What to expect and how to read the answer: paragraphs with an empty line between them; may
    /// be empty.
    pub analysis: String,
}

/// A chart to be put into the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageChart {
    /// Which chart it is, such as `comparison`.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// A sentence or two that say what it shows.
    pub alt: String,
    /// The text of an SVG, which is taken as it is. An element of class `tip` with a `<title>` in
    /// it is an area that shows these words to pointer and keyboard.
    pub svg: String,
    /// The same chart as a phone has room for it.
    pub narrow_svg: String,
}

/// A chart that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its title.
    pub title: String,
    /// Why not, as a part of a sentence.
    pub reason: String,
}

/// A colour of the charts on white paper and on a dark screen, both as `#RRGGBB`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemeColour {
    /// As it stands in the SVG.
    pub light: String,
    /// What a dark screen shows instead.
    pub dark: String,
}

/// Why no page could be made.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// There is nothing to report.
    #[error(
        "there is no trial to report but warm-ups; run some first, for example with `mpmt reproduce`"
    )]
    NoTrials,
    /// A chart is something else.
    #[error("the chart '{title}' is no SVG: it begins with '{start}', not with <svg")]
    NotAnSvg {
        /// The chart's title.
        title: String,
        /// How its text begins.
        start: String,
    },
    /// A colour could be mistaken for something else.
    #[error("'{0}' is not a colour of the form #RRGGBB")]
    NotAColour(String),
    /// The templates and what is put into them do not fit together.
    #[error("the page can't be composed: {0}")]
    Template(#[from] minijinja::Error),
}

/// The text of the page.
///
/// # Errors
/// When there is nothing to report, or a chart or colour is none.
pub fn page(page: &Page<'_>) -> Result<String, PageError> {
    view::render(&view::View::of(page)?)
}
