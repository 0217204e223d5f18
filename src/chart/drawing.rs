//! Charts that are drawn and not yet written anywhere, and those that could not be drawn.

use std::path::{Path, PathBuf};

use super::grammar::Chart;
use super::theme::{self, Theme};
use super::{ChartError, Kind, compositor, paint};
use crate::record::{ComparisonGroup, Trial, by_experiment, comparison_groups, slug};

/// How charts are painted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// In logical pixels; a PNG has twice as many.
    pub width: f64,
    /// The paper.
    pub theme: Theme,
}

impl Default for Style {
    fn default() -> Self {
        Style {
            width: theme::WIDTH,
            theme: Theme::Light,
        }
    }
}

/// One picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// Its kind.
    pub kind: Kind,
    /// The name of its files, without an ending; no other drawing of the same records has it.
    pub stem: String,
    chart: Chart,
    source: String,
}

impl Drawing {
    /// What it shows, in one line.
    pub fn title(&self) -> &str {
        &self.chart.title
    }

    /// What it shows, in a sentence or two.
    pub fn description(&self) -> String {
        self.chart.notes.join(" ")
    }

    /// The picture as the text of an SVG: with real text, and with the values in places that answer
    /// the pointer.
    ///
    /// # Errors
    /// When it can't be painted.
    pub fn svg(&self, style: Style) -> Result<String, ChartError> {
        let scene = compositor::compose(&self.chart, style.width, &self.source);
        paint::svg(&scene, style.theme)
    }

    /// Writes `<stem>.svg` and `<stem>.png` into a folder, and tells both paths. A file is whole or
    /// not there.
    ///
    /// # Errors
    /// When it can't be painted or written.
    pub fn save(&self, folder: &Path, style: Style) -> Result<Vec<PathBuf>, ChartError> {
        let scene = compositor::compose(&self.chart, style.width, &self.source);
        paint::save(&scene, style.theme, &folder.join(&self.stem))
    }
}

/// A chart that the records can't support.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its kind.
    pub kind: Kind,
    /// Of which records, and why: a sentence without its full stop.
    pub reason: String,
}

/// What came of some records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawings {
    /// In the order in which a reader wants them.
    pub drawn: Vec<Drawing>,
    /// What is missing, and why.
    pub left_out: Vec<LeftOut>,
}

/// The charts of one kind.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    pub(super) drawings: &'a mut Drawings,
    pub(super) kind: Kind,
    /// The line at the foot.
    pub(super) source: &'a str,
}

/// The trials of one experiment, for a picture of its own.
pub struct NamedExperiment<'a> {
    /// Its name.
    pub name: &'a str,
    /// The same as a title has it: empty when there is no other.
    pub shown: &'a str,
    /// What the picture's file is named by, in the same way.
    pub of: String,
    pub trials: Vec<&'a Trial>,
}

impl Sheet<'_> {
    /// Takes a chart in. Its file is named after the kind and `of`, which may be empty; with a
    /// number, where another has that name already.
    pub fn push(&mut self, of: &str, chart: Chart) {
        let kind = self.kind;
        let stem = match of {
            "" => kind.as_str().to_owned(),
            of => format!("{}-{of}", kind.as_str()),
        };
        let drawn = &mut self.drawings.drawn;
        let is_free = |stem: &String| drawn.iter().all(|drawing| drawing.stem != *stem);
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        let free = [stem.clone()].into_iter().chain(numbered).find(is_free);
        let stem = free.unwrap_or(stem);
        let source = self.source.to_owned();
        drawn.push(Drawing {
            kind,
            stem,
            chart,
            source,
        });
    }

    /// The groups that a kind of chart has a picture of each, with what their files are named by: the
    /// slug where there are several. Without any, that is noted.
    pub fn comparison_groups<'a>(
        &mut self,
        trials: &'a [Trial],
    ) -> Vec<(ComparisonGroup<'a>, String)> {
        let groups = comparison_groups(trials);
        let several = self.are_several(groups.len());
        let named = |group: ComparisonGroup<'a>| {
            let of = group.slug.clone();
            (group, if several { of } else { String::new() })
        };
        groups.into_iter().map(named).collect()
    }

    /// The trials of the experiments that a kind of chart has a picture of each, in the same way.
    pub fn experiments<'a>(&mut self, trials: &'a [Trial]) -> Vec<NamedExperiment<'a>> {
        let experiments = by_experiment(trials);
        let several = self.are_several(experiments.len());
        let named = |(name, trials)| {
            let shown = if several { name } else { "" };
            let of = slug(shown);
            NamedExperiment {
                name,
                shown,
                of,
                trials,
            }
        };
        experiments.into_iter().map(named).collect()
    }

    fn are_several(&mut self, pictures: usize) -> bool {
        if pictures == 0 {
            self.leave_out("there is no trial to draw");
        }
        pictures > 1
    }

    /// Notes what can't be drawn.
    pub fn leave_out(&mut self, reason: impl Into<String>) {
        let (kind, reason) = (self.kind, reason.into());
        self.drawings.left_out.push(LeftOut { kind, reason });
    }
}
