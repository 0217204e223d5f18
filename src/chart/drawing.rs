//! Charts that are drawn and not yet written anywhere, and those that could not be drawn.

use std::path::{Path, PathBuf};

use super::figure::Figure;
use super::{ChartError, Kind, paint};
use crate::record::{Trial, Work, works};

/// One picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// Its kind.
    pub kind: Kind,
    /// The name of its files, without an ending; no other drawing of the same records has it.
    pub stem: String,
    figure: Figure,
}

impl Drawing {
    /// What it shows, in one line.
    pub fn title(&self) -> &str {
        &self.figure.title
    }

    /// What it shows, in a sentence or two.
    pub fn description(&self) -> &str {
        &self.figure.description
    }

    /// The picture as the text of an SVG: with real text, and with the values in places that answer
    /// the pointer.
    ///
    /// # Errors
    /// When it can't be painted.
    pub fn svg(&self) -> Result<String, ChartError> {
        paint::svg(&self.figure)
    }

    /// Writes `<stem>.svg` and `<stem>.png` into a folder, and tells both paths. A file is whole or
    /// not there.
    ///
    /// # Errors
    /// When it can't be painted or written.
    pub fn save(&self, folder: &Path) -> Result<Vec<PathBuf>, ChartError> {
        paint::save(&self.figure, &folder.join(&self.stem))
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

impl Drawings {
    /// Takes a picture in. Its file is named after the kind and `of`, which may be empty; with a
    /// number, where another has that name already.
    pub(super) fn push(&mut self, kind: Kind, of: &str, figure: Figure) {
        let stem = match of {
            "" => kind.as_str().to_owned(),
            of => format!("{}-{of}", kind.as_str()),
        };
        let is_free = |stem: &String| self.drawn.iter().all(|drawing| drawing.stem != *stem);
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        let stem = std::iter::once(stem.clone())
            .chain(numbered)
            .find(is_free)
            .unwrap_or(stem);
        self.drawn.push(Drawing { kind, stem, figure });
    }

    /// The works that a kind of chart has a picture of each, with what their files are named by: the
    /// slug where there are several. Without any, that is noted.
    pub(super) fn works<'a>(&mut self, kind: Kind, trials: &'a [Trial]) -> Vec<(Work<'a>, String)> {
        let works = works(trials);
        if works.is_empty() {
            self.leave_out(kind, "there is no trial to draw");
        }
        let several = works.len() > 1;
        let named = |work: Work<'a>| {
            let of = if several {
                work.slug.clone()
            } else {
                String::new()
            };
            (work, of)
        };
        works.into_iter().map(named).collect()
    }

    /// Notes what can't be drawn.
    pub(super) fn leave_out(&mut self, kind: Kind, reason: impl Into<String>) {
        let reason = reason.into();
        self.left_out.push(LeftOut { kind, reason });
    }
}
