//! Throughput over processes, threads and both, with what theory allows and the law that fits.
//!
//! * `way`: how the same work is done, of which each has lines; `track`: the trials along one;
//! * `line`: the measured throughput along one line, its ideal and its fit;
//! * `layout`: where the panels stand; `view`: one panel; `words`: what is said about them.
//!
//! Must not know: how a law is fitted, which is for [`crate::stats`], and which trials lie on a
//! line, which is for [`crate::record`].

mod layout;
mod line;
#[cfg(test)]
mod tests;
mod track;
mod view;
mod way;
mod words;

use super::{ChartError, Drawings, Kind, Records};
use crate::record::{Axis, Trial, Work};
use line::Line;
use track::Track;
use way::Way;

/// Values of an axis that make a line worth drawing.
const FEWEST_VALUES: usize = 3;
/// Lines that a panel shows at most: each has a curve, a band, an ideal and a peak.
const MOST_LINES: usize = 4;

/// One picture for each work.
pub(super) fn draw(records: &Records<'_>, drawings: &mut Drawings) -> Result<(), ChartError> {
    for (work, of) in &drawings.works(Kind::Scaling, records.trials) {
        match Scaling::prepare(work) {
            Ok(scaling) => {
                let figure = layout::figure(&scaling, records.source)?;
                drawings.push(Kind::Scaling, of, figure);
            }
            Err(reason) => drawings.leave_out(Kind::Scaling, reason),
        }
    }
    Ok(())
}

/// The lines through the fastest configuration of a work.
#[derive(Clone, Debug, PartialEq)]
struct Scaling {
    /// The experiment and the work, in words.
    pub name: String,
    /// The configuration through which the lines go.
    pub best: String,
    /// One for each axis along which enough was measured.
    pub views: Vec<View>,
    /// What a reader has to know so as not to be misled, one sentence each.
    pub notes: Vec<String>,
}

/// The lines along one axis.
#[derive(Clone, Debug, PartialEq)]
struct View {
    /// What varies.
    pub axis: Axis,
    /// Processes and threads of the configuration through which the lines go.
    pub through: (u32, u32),
    /// At least one.
    pub lines: Vec<Line>,
}

impl Scaling {
    /// Chooses the lines and fits them; else why there is none.
    fn prepare(work: &Work<'_>) -> Result<Scaling, String> {
        let (best, best_name) = work
            .fastest()
            .ok_or_else(|| format!("{} has no good run: see its errors", work.slug))?;
        let ways = Way::all(best, &work.trials);
        let mut tracks = track::tracks(best, &ways, &work.trials);
        let mut notes = Vec::new();
        let shown = ways
            .iter()
            .filter(|way| tracks.iter().any(|t| t.way == **way));
        let shown = shown.count();
        if shown > MOST_LINES {
            tracks.retain(|track| track.way == ways[0]);
            notes.push(format!(
                "Of {shown} combinations of runtime, executor and dispatch only that of the fastest \
                 configuration is shown (--only takes others)."
            ));
        }
        notes.extend(track::pooled(&tracks));
        notes.extend(track::thinned(&tracks));
        let views = views(best, &tracks);
        if views.is_empty() {
            return Err(format!(
                "{} has fewer than {FEWEST_VALUES} numbers of processes or threads, all else as in \
                 its fastest configuration: sweep them, as by -p 1..8:x2 -t 1..8:x2",
                work.slug
            ));
        }
        Ok(Scaling {
            name: work.name.clone(),
            best: best_name,
            views,
            notes,
        })
    }

    /// All lines of all panels.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.views.iter().flat_map(|view| &view.lines)
    }

    /// Whether a panel has several lines.
    pub fn has_several(&self) -> bool {
        self.views.iter().any(|view| view.lines.len() > 1)
    }
}

fn views(best: &Trial, tracks: &[Track<'_>]) -> Vec<View> {
    let mut ways: Vec<Way> = Vec::new();
    for track in tracks {
        if !ways.contains(&track.way) {
            ways.push(track.way.clone());
        }
    }
    let line = |track: &Track<'_>| {
        let number = ways.iter().position(|way| *way == track.way);
        let name = track.way.name_among(&ways);
        Line::of(track.axis, name, number.unwrap_or(0), &track.trials)
    };
    let view = |axis: Axis| View {
        axis,
        through: (best.processes, best.threads),
        lines: (tracks.iter().filter(|track| track.axis == axis))
            .map(line)
            .collect(),
    };
    let views = Axis::ALL.into_iter().map(view);
    views.filter(|view| !view.lines.is_empty()).collect()
}
