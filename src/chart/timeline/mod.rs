//! What every thread of every worker did during a trial, from its trace.
//!
//! * `lanes`: rows of a trace to one lane for each thread; `bars`: what of a lane is drawn, so that it
//!   can be seen; `facet`: one timeline.

mod bars;
mod facet;
mod lanes;
#[cfg(test)]
mod tests;

use indexmap::IndexMap;
use itertools::{Either, Itertools};

use super::grammar::{Chart, Key, Legend};
use super::scene::Stroke;
use super::symbol::Symbol;
use super::vocabulary::{self, Quantity};
use super::{Records, Sheet, theme};
use bars::finest;
use facet::{SHADES, Shown};
use lanes::Timeline;

/// More of them in one picture would no longer be held against each other.
const MOST_TRACES: usize = 6;
/// A tooltip for each bar while there are no more of them, else for each lane.
const MOST_TOOLTIPS: usize = 1_200;
/// The width of a plot area of the usual width: bars are as fine as can be seen in it.
const PLOT: f64 = 580.0;

/// One chart for the traces of as many commands in as many batches, in the order in which they first
/// appear: a trace says no more of its work, and their times can be held against each other.
pub(super) fn draw(records: &Records<'_>, sheet: &mut Sheet<'_>) {
    if records.traces.is_empty() {
        sheet.leave_out(
            "there is no trace; 'mpmt run --trace -o DIR' leaves one beside its trials.csv, and \
             --trace names more",
        );
    }
    let timelines = records
        .traces
        .iter()
        .map(|trace| Timeline::of(trace).ok_or(&trace.name));
    let (timelines, empty): (Vec<_>, Vec<_>) = timelines.partition_map(|timeline| match timeline {
        Ok(timeline) => Either::Left(timeline),
        Err(name) => Either::Right(name),
    });
    if !empty.is_empty() {
        sheet.leave_out(format!("no command ran in {}", empty.iter().join(", ")));
    }
    let mut works: IndexMap<(usize, usize), Vec<Timeline>> = IndexMap::new();
    for timeline in timelines {
        works.entry(timeline.size).or_default().push(timeline);
    }
    let several = works.len() > 1;
    for (number, mut timelines) in (1..).zip(works.into_values()) {
        let count = timelines.len();
        let more = timelines
            .drain(MOST_TRACES.min(count)..)
            .map(|timeline| timeline.name);
        let more = more.collect_vec().join(", ");
        if !more.is_empty() {
            sheet.leave_out(format!(
                "{count} traces of the same work are more than the {MOST_TRACES} that one picture \
                 holds; not shown: {more}"
            ));
        }
        let of = if several {
            format!("{number}")
        } else {
            String::new()
        };
        sheet.push(&of, chart(&timelines));
    }
}

/// The traces of one work, which are at least one, above each other over the same time.
fn chart(timelines: &[Timeline]) -> Chart {
    let longest_s = timelines
        .iter()
        .map(|timeline| timeline.makespan_s)
        .fold(0.0, f64::max);
    let finest_s = finest(timelines, longest_s / PLOT / 2.0);
    let shown = |timeline| Shown::new(timeline, timelines.len(), finest_s);
    let shown = timelines.iter().map(shown).collect_vec();
    let bars = || shown.iter().flat_map(Shown::bars);
    let each_bar = bars().count() <= MOST_TOOLTIPS;
    let facets = shown.iter().map(|shown| shown.facet(longest_s, each_bar));
    let mut facets = facets.collect_vec();
    facets[0].legend = legend(&shown, bars().any(|bar| bar.mixed));
    if let Some(last) = facets.last_mut() {
        let unit = last.x.scale.unit.name;
        last.x.title = format!("time since the client's first send, {unit}");
    }
    let (batches, commands) = timelines[0].size;
    let mut workers = timelines.iter().flat_map(|timeline| &timeline.workers);
    let merges = bars().any(|bar| bar.commands > 1);
    let notes = [
        Some(format!(
            "{commands} commands in {batches} batches. A lane is a thread, a bar is a command that \
             it runs, its wait included; busy is the share of all lanes' time that is under bars."
        )),
        workers.any(|worker| worker.spawns).then(|| {
            "Where each command has a thread of its own, threads that follow each other share a lane."
                .to_owned()
        }),
        merges.then(|| {
            let finest = Quantity::Makespan.value(finest_s);
            format!(
                "What is shorter than {finest} is drawn together with what is beside it, the paler \
                 the more of it is idle."
            )
        }),
    ];
    Chart::new(
        vocabulary::title("timeline", "every thread", "from the first send on"),
        notes,
        facets,
    )
}

/// What colours and lines mean, of what is drawn.
fn legend(shown: &[Shown<'_>], mixed: bool) -> Vec<Legend> {
    let field = |colour, words| Legend::new(Key::Fields(vec![colour]), words);
    let batches = Key::Fields(SHADES.map(theme::shade).to_vec());
    let is_idle = shown.iter().any(|shown| shown.timeline.busy() < 0.999);
    let late = Key::Line(1.0, Stroke::Solid, theme::RULE);
    let is_late = shown.iter().any(Shown::has_late_workers);
    let legend = [
        Some(Legend::new(batches, "a worker's batches by turns")),
        mixed.then(|| field(theme::QUIET, "several batches")),
        is_idle.then(|| field(theme::GRID, "idle")),
        is_late.then(|| Legend::new(late, "worker not yet there")),
        Some(Legend::point(Symbol::Tick, 6.0, theme::INK, "last result")),
    ];
    legend.into_iter().flatten().collect()
}
