//! All runs in the order of the experiment.

use std::collections::HashSet;

use super::DEVIATION;
use super::range::{Range, percent};
use super::repeats::{Outcome, Repeats, Run};
use super::run::{self, Look, counted};
use crate::chart::estimate::Estimate;
use crate::chart::grammar::{Axis, Datum, Facet, Key, Layer, Legend, Mark, Ticks, WHOLE};
use crate::chart::scale::{Scale, ends};
use crate::chart::scene::Stroke;
use crate::chart::symbol::Symbol;
use crate::chart::theme;
use crate::chart::unit::Unit;
use crate::chart::vocabulary::Quantity;

const HEIGHT: f64 = 190.0;
/// Lines between more blocks than that say nothing.
const MOST_BLOCKS: usize = 105;
/// A tooltip for each run while there are no more of them, else for each strip.
const MOST_TOOLTIPS: usize = 1_200;
/// Strips of neighbouring runs, where there are too many for a tooltip each.
const STRIPS: usize = 100;
/// A second point on the same of so many places changes nothing; nor does a finer line.
const PLACES: f64 = 600.0;

/// All runs in order, with their running median.
pub(super) fn facet(repeats: &Repeats, range: &Range) -> Facet {
    let places = Scale::linear(0.5, repeats.places as f64 + 0.5, Unit::named(""));
    let x = Axis::with(
        places,
        "trial, in the order in which they were run",
        Ticks::Whole,
    );
    let y = Axis::with(range.scale.clone(), DEVIATION, Ticks::Signed);
    let mut facet = Facet::new(x, y, HEIGHT);
    let (line, width) = repeats.running_median();
    facet.legend = legend(repeats, range, (!line.is_empty()).then_some(width));
    let rule = Mark::Rule(1.0, Stroke::Solid);
    let ends = repeats.block_ends.iter().filter(|_| parts_blocks(repeats));
    facet.add(
        rule,
        theme::GRID,
        ends.map(|end| Datum::new(*end as f64 + 0.5, WHOLE)),
    );
    facet.add(rule, theme::RULE, [Datum::new(WHOLE, 0.0)]);
    let mut seen: HashSet<(i64, i64)> = HashSet::new();
    let mut runs = Vec::new();
    for run in &repeats.runs {
        let (datum, look) = (datum(run, range), Look::of_run(run));
        let x = facet.x.scale.position(datum.x.at) * PLACES;
        let y = facet.y.scale.position(datum.y.at) * HEIGHT;
        if look != Look::Plain || seen.insert((x.round() as i64, y.round() as i64)) {
            runs.push((datum, look));
        }
    }
    let every = line.len().div_ceil(PLACES as usize).max(1);
    let line = line.into_iter().step_by(every);
    let line = line.map(|(place, percent)| Datum::new(place, percent));
    let line = Layer::new(Mark::Line(2.0, Stroke::Solid), theme::MEASURED, line);
    run::add(&mut facet, runs, [Symbol::Down, Symbol::Up], line);
    facet.add_layer(tooltips(repeats, range));
    facet
}

/// What the marks mean: only those that there are.
fn legend(repeats: &Repeats, range: &Range, width: Option<usize>) -> Vec<Legend> {
    let has = |look: &Look| repeats.runs.iter().any(|run| Look::of_run(run) == *look);
    let mut legend: Vec<Legend> = Look::ALL
        .into_iter()
        .filter(has)
        .map(Look::legend)
        .collect();
    if repeats.percents().any(|percent| range.is_beyond(percent)) {
        legend.push(Legend::point(
            Symbol::Up,
            3.0,
            theme::PUBLISHED,
            "beyond the axis",
        ));
    }
    let key = Key::Line(2.0, Stroke::Solid, theme::MEASURED);
    let words = |width| format!("median of {width} neighbouring runs");
    legend.extend(width.map(|width| Legend::new(key, words(width))));
    legend
}

fn datum(run: &Run, range: &Range) -> Datum {
    let y = match &run.outcome {
        Outcome::Good(deviation) => range.place(deviation.percent),
        Outcome::Bad(_) => f64::NEG_INFINITY,
    };
    Datum::new(run.place as f64, y)
}

/// Whether there are blocks, wide enough to be parted by lines.
pub(super) fn parts_blocks(repeats: &Repeats) -> bool {
    (1..MOST_BLOCKS).contains(&repeats.block_ends.len())
}

/// A layer that can't be seen, in the order of the runs.
fn tooltips(repeats: &Repeats, range: &Range) -> Layer {
    if repeats.runs.len() <= MOST_TOOLTIPS {
        let data = repeats
            .runs
            .iter()
            .map(|run| datum(run, range).tooltip(in_words(run)));
        return Layer::new(Mark::Point(Symbol::Disc, 0.0), theme::PAPER, data);
    }
    let strips = repeats.runs.chunks(repeats.runs.len().div_ceil(STRIPS));
    let data = strips.map(|runs| {
        let ends = (
            runs[0].place as f64 - 0.5,
            runs[runs.len() - 1].place as f64 + 0.5,
        );
        Datum::new(ends, WHOLE).tooltip(strip_in_words(runs))
    });
    Layer::new(Mark::Bar, theme::PAPER, data).opacity(0.0)
}

fn in_words(run: &Run) -> String {
    let about = format!("trial {}: {}, run {}", run.place, run.name, run.run);
    match &run.outcome {
        Outcome::Bad(reason) => format!("{about}: {reason}"),
        Outcome::Good(deviation) => {
            let seconds = Quantity::Makespan.value(deviation.makespan_s);
            let outlier = match Look::of(deviation) {
                Look::Plain => String::new(),
                look => format!(", {}", look.words()),
            };
            format!(
                "{about}: {seconds}, {} from its median{outlier}",
                percent(deviation.percent)
            )
        }
    }
}

/// Many neighbouring runs.
fn strip_in_words(runs: &[Run]) -> String {
    let (first, last) = (runs[0].place, runs[runs.len() - 1].place);
    let percents = || {
        runs.iter().filter_map(|run| match &run.outcome {
            Outcome::Good(deviation) => Some(deviation.percent),
            Outcome::Bad(_) => None,
        })
    };
    let mut words = format!("trials {first} to {last}");
    if let Some((median, (low, high))) = Estimate::median(percents()).zip(ends(percents())) {
        words.push_str(&format!(
            ": median {} from their medians, from {} to {}",
            percent(median),
            percent(low),
            percent(high)
        ));
    }
    words.push_str(&counted(runs.iter().map(Look::of_run)));
    words
}
