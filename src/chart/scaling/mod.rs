//! Throughput over processes, threads and both, with what theory allows and the law that fits.
//!
//! * `line`: the measured throughput along one line, its ideal and its fit;
//! * `layout`: where the panels stand; `view`: one panel; `words`: what is said about them.
//!
//! Must not know: how a law is fitted, which is for [`crate::stats`], and which trials lie on a
//! line, which is for [`crate::record`].

mod layout;
mod line;
#[cfg(test)]
mod tests;
mod view;
mod words;

use super::{ChartError, Drawings, Kind, Records};
use crate::model::{Dispatch, ExecutorKind, Runtime};
use crate::record::{Axis, Trial, Work, line_executor, works};
use line::Line;

/// Values of an axis that make a line worth drawing.
const FEWEST_VALUES: usize = 3;
/// Lines that a panel shows at most: each has a curve, a band, an ideal and a peak.
const MOST_LINES: usize = 4;

/// One picture for each work.
pub(super) fn draw(records: &Records<'_>, drawings: &mut Drawings) -> Result<(), ChartError> {
    let works = works(records.trials);
    if works.is_empty() {
        drawings.leave_out(Kind::Scaling, "there is no trial to draw");
    }
    for work in &works {
        match Scaling::prepare(work) {
            Ok(scaling) => {
                let of = if works.len() > 1 { &work.slug } else { "" };
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
        let mut tracks = tracks(best, &ways, &work.trials);
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
        notes.extend(pooled(&tracks));
        notes.extend(thinned(&tracks));
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

/// How the same work is done by the same processes and threads: each way has lines of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Way {
    runtime: Runtime,
    executor: ExecutorKind,
    dispatch: Dispatch,
}

impl Way {
    fn of(trial: &Trial) -> Way {
        Way {
            runtime: trial.runtime.clone(),
            executor: trial.executor,
            dispatch: trial.dispatch,
        }
    }

    /// That of the fastest configuration first. `sequential` is none of its own beside others: it
    /// is what they all are at one thread.
    fn all(best: &Trial, trials: &[&Trial]) -> Vec<Way> {
        let executor = line_executor(best, trials.iter().copied());
        let mut ways = vec![Way {
            executor,
            ..Way::of(best)
        }];
        let alone = executor == ExecutorKind::Sequential;
        for trial in trials {
            let way = Way::of(trial);
            let counts = alone || way.executor != ExecutorKind::Sequential;
            if counts && !ways.contains(&way) {
                ways.push(way);
            }
        }
        ways
    }

    /// The configuration that does it in this way.
    fn apply(&self, best: &Trial) -> Trial {
        Trial {
            runtime: self.runtime.clone(),
            executor: self.executor,
            dispatch: self.dispatch,
            ..best.clone()
        }
    }

    /// What tells it from others, in words.
    fn name_among(&self, others: &[Way]) -> String {
        let differ = |of: fn(&Way) -> String| {
            let own = of(self);
            others.iter().any(|other| of(other) != own).then_some(own)
        };
        let parts = [
            differ(|way| way.runtime.to_string()),
            differ(|way| way.executor.to_string()),
            differ(|way| way.dispatch.to_string()),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join(", ")
    }
}

/// The good trials along one line, before anything is computed.
struct Track<'a> {
    axis: Axis,
    way: Way,
    trials: Vec<&'a Trial>,
}

/// Those with enough values.
fn tracks<'a>(best: &Trial, ways: &[Way], trials: &[&'a Trial]) -> Vec<Track<'a>> {
    let mut tracks = Vec::new();
    for axis in Axis::ALL {
        for way in ways {
            let through = way.apply(best);
            let on_it = trials
                .iter()
                .copied()
                .filter(|trial| axis.holds(trial, &through));
            let trials: Vec<&Trial> = on_it.filter(|trial| line::is_usable(trial)).collect();
            let way = way.clone();
            let track = Track { axis, way, trials };
            if track.values() >= FEWEST_VALUES && !track.repeats_another() {
                tracks.push(track);
            }
        }
    }
    tracks
}

impl Track<'_> {
    fn values(&self) -> usize {
        let place = |trial: &&Trial| self.axis.concurrency(trial) as u64;
        count(self.trials.iter().map(place))
    }

    /// Over the product there is nothing new where processes or threads alone vary.
    fn repeats_another(&self) -> bool {
        let processes = count(self.trials.iter().map(|trial| trial.processes));
        let threads = count(self.trials.iter().map(|trial| trial.threads));
        self.axis == Axis::Product && (processes == 1 || threads == 1)
    }
}

fn count<T: Ord>(values: impl Iterator<Item = T>) -> usize {
    values.collect::<std::collections::BTreeSet<T>>().len()
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

/// Says where not every value has a dot.
fn thinned(tracks: &[Track<'_>]) -> Option<String> {
    let most = line::MOST_DOTS;
    let thinned = tracks.iter().any(|track| track.values() > most);
    thinned.then(|| {
        format!("Of more than {most} values so many have a dot, evenly by rank; the law is of all.")
    })
}

/// Says where splits into processes and threads share a dot.
fn pooled(tracks: &[Track<'_>]) -> Option<String> {
    let pooled = (tracks.iter()).any(|track| line::is_pooled(track.axis, &track.trials));
    pooled.then(|| {
        format!(
            "With more than {} splits all of one product share a dot.",
            line::MOST_SPLITS
        )
    })
}
