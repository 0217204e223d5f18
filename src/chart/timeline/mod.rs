//! What every thread of every worker did during a trial, from its trace.
//!
//! * `lanes`: rows of a trace to one lane for each thread; `bars`: what of a lane is drawn, so that it
//!   can be seen; `facet`: one timeline.

mod bars;
mod facet;
mod lanes;
#[cfg(test)]
mod tests;

use super::grammar::{Chart, Key, Legend};
use super::scene::Stroke;
use super::symbol::Symbol;
use super::vocabulary::{self, Quantity};
use super::{Records, Sheet, Trace, theme};
use bars::finest;
use facet::{SHADES, Shown};
use lanes::{Size, Timeline};

/// More of them in one picture would no longer be held against each other.
const MOST_TRACES: usize = 6;
/// A tooltip for each bar while there are no more of them, else for each lane.
const MOST_TOOLTIPS: usize = 1_200;
/// The width of a plot area of the usual width: bars are as fine as can be seen in it.
const PLOT: f64 = 580.0;

/// One chart for the traces of each work.
pub(super) fn draw(records: &Records<'_>, sheet: &mut Sheet<'_>) {
    if records.traces.is_empty() {
        sheet.leave_out(
            "there is no trace; 'mpmt run --trace -o DIR' leaves one beside its trials.csv, and \
             --trace names more",
        );
    }
    let (timelines, empty) = prepare(records.traces);
    if !empty.is_empty() {
        sheet.leave_out(format!("no command ran in {}", empty.join(", ")));
    }
    let works = by_work(timelines);
    let several = works.len() > 1;
    for (number, mut timelines) in (1..).zip(works) {
        if timelines.len() > MOST_TRACES {
            sheet.leave_out(too_many(&timelines));
            timelines.truncate(MOST_TRACES);
        }
        let of = if several {
            format!("{number}")
        } else {
            String::new()
        };
        sheet.push(&of, chart(&timelines));
    }
}

/// The timelines of those traces that have one, and the names of the others.
fn prepare(traces: &[Trace]) -> (Vec<Timeline>, Vec<&str>) {
    let (mut timelines, mut empty) = (Vec::new(), Vec::new());
    for trace in traces {
        match Timeline::prepare(trace) {
            Some(timeline) => timelines.push(timeline),
            None => empty.push(trace.name.as_str()),
        }
    }
    (timelines, empty)
}

/// Traces of as many commands in as many batches, in the order in which they first appear: a trace
/// says no more of its work, and their times can be held against each other.
fn by_work(timelines: Vec<Timeline>) -> Vec<Vec<Timeline>> {
    let mut works: Vec<Vec<Timeline>> = Vec::new();
    for timeline in timelines {
        let same = |work: &&mut Vec<Timeline>| work[0].size == timeline.size;
        match works.iter_mut().find(same) {
            Some(work) => work.push(timeline),
            None => works.push(vec![timeline]),
        }
    }
    works
}

fn too_many(timelines: &[Timeline]) -> String {
    let more = timelines[MOST_TRACES..]
        .iter()
        .map(|timeline| timeline.name.as_str());
    format!(
        "{} traces of the same work are more than the {MOST_TRACES} that one picture holds; not \
         shown: {}",
        timelines.len(),
        more.collect::<Vec<&str>>().join(", ")
    )
}

/// The traces of one work, which are at least one, above each other over the same time.
fn chart(timelines: &[Timeline]) -> Chart {
    let longest_s = timelines
        .iter()
        .fold(0.0, |longest, t| f64::max(longest, t.makespan_s));
    let finest_s = finest(timelines, longest_s / PLOT / 2.0);
    let shown: Vec<Shown<'_>> = timelines
        .iter()
        .map(|timeline| Shown::new(timeline, timelines.len(), finest_s))
        .collect();
    let bars = || shown.iter().flat_map(Shown::bars);
    let each_bar = bars().count() <= MOST_TOOLTIPS;
    let mut facets: Vec<_> = shown
        .iter()
        .map(|shown| shown.facet(longest_s, each_bar))
        .collect();
    facets[0].legend = legend(&shown, bars().any(|bar| bar.mixed));
    if let Some(last) = facets.last_mut() {
        let unit = last.x.scale.unit.name;
        last.x.title = format!("time since the client's first send, {unit}");
    }
    Chart {
        title: vocabulary::title("timeline", "every thread", "from the first send on"),
        notes: notes(timelines, bars().any(|bar| bar.commands > 1), finest_s),
        facets,
    }
}

/// What colours and lines mean, of what is drawn.
fn legend(shown: &[Shown<'_>], mixed: bool) -> Vec<Legend> {
    let batches = SHADES.map(theme::shade).to_vec();
    let mut legend = vec![Legend::new(
        Key::Fields(batches),
        "a worker's batches by turns",
    )];
    if mixed {
        legend.push(Legend::new(
            Key::Fields(vec![theme::QUIET]),
            "several batches",
        ));
    }
    if shown.iter().any(|shown| shown.timeline.busy() < 0.999) {
        legend.push(Legend::new(Key::Fields(vec![theme::GRID]), "idle"));
    }
    if shown.iter().any(Shown::has_late_workers) {
        legend.push(Legend::new(
            Key::Line(1.0, Stroke::Solid, theme::RULE),
            "worker not yet there",
        ));
    }
    legend.push(Legend::point(Symbol::Tick, 6.0, theme::INK, "last result"));
    legend
}

fn notes(timelines: &[Timeline], merges: bool, finest_s: f64) -> Vec<String> {
    let Size { batches, commands } = timelines[0].size;
    let mut notes = vec![format!(
        "{commands} commands in {batches} batches. A lane is a thread, a bar is a command that it \
         runs, its wait included; busy is the share of all lanes' time that is under bars."
    )];
    let mut workers = timelines.iter().flat_map(|timeline| &timeline.workers);
    if workers.any(|worker| worker.spawns) {
        let words = "Where each command has a thread of its own, threads that follow each other \
                     share a lane.";
        notes.push(words.to_owned());
    }
    if merges {
        notes.push(format!(
            "What is shorter than {} is drawn together with what is beside it, the paler the more \
             of it is idle.",
            Quantity::Makespan.value(finest_s)
        ));
    }
    notes
}
