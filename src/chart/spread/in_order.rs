//! All runs in the order of the experiment.

use std::collections::HashSet;

use itertools::Itertools;

use super::repeats::{Look, Repeats, Run};
use super::{DEVIATION, add_runs, beyond, counted, percent};
use crate::chart::grammar::{Axis, Datum, Facet, Key, Layer, Legend, Mark, Ticks, WHOLE};
use crate::chart::scale::{Scale, ends};
use crate::chart::scene::Stroke;
use crate::chart::symbol::Symbol;
use crate::chart::theme;
use crate::chart::unit::Unit;
use crate::chart::vocabulary::{self, Quantity};
use crate::stats::Sample;

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
pub(super) fn facet(repeats: &Repeats<'_>, scale: &Scale) -> Facet {
    let places = Scale::linear(0.5, repeats.places as f64 + 0.5, Unit::named(""));
    let x = Axis::with(
        places,
        "trial, in the order in which they were run",
        Ticks::Whole,
    );
    let mut facet = Facet::new(
        x,
        Axis::with(scale.clone(), DEVIATION, Ticks::Signed),
        HEIGHT,
    );
    let (line, width) = repeats.running_median();
    facet.legend = legend(repeats, scale, (!line.is_empty()).then_some(width));
    let rule = Mark::Rule(1.0, Stroke::Solid);
    let ends = repeats.block_ends.iter().filter(|_| parts_blocks(repeats));
    let ends = ends.map(|end| Datum::new(*end as f64 + 0.5, WHOLE));
    facet.add(rule, theme::GRID, ends);
    facet.add(rule, theme::RULE, [Datum::new(WHOLE, 0.0)]);
    let mut seen: HashSet<(i64, i64)> = HashSet::new();
    let mut runs = Vec::new();
    for run in &repeats.runs {
        let datum = datum(run, scale);
        let x = facet.x.scale.position(datum.x.at) * PLACES;
        let y = scale.position(datum.y.at) * HEIGHT;
        if run.look != Look::Plain || seen.insert((x.round() as i64, y.round() as i64)) {
            runs.push((datum, run.look));
        }
    }
    let every = line.len().div_ceil(PLACES as usize).max(1);
    let line = line
        .into_iter()
        .step_by(every)
        .map(|(place, off)| Datum::new(place, off));
    let line = Layer::new(Mark::Line(2.0, Stroke::Solid), theme::MEASURED, line);
    add_runs(&mut facet, runs, [Symbol::Down, Symbol::Up], line);
    facet.add_layer(tooltips(repeats, scale));
    facet
}

/// What the marks mean: only those that there are.
fn legend(repeats: &Repeats<'_>, scale: &Scale, width: Option<usize>) -> Vec<Legend> {
    let has = |look: &Look| repeats.runs.iter().any(|run| run.look == *look);
    let looks = Look::ALL.into_iter().filter(has).map(|look| {
        let (symbol, radius, colour) = look.symbol();
        Legend::point(symbol, radius, colour, look.words())
    });
    let key = Key::Line(2.0, Stroke::Solid, theme::MEASURED);
    let line = width.map(|width| Legend::new(key, format!("median of {width} neighbouring runs")));
    let far = beyond(repeats, scale).next();
    let far = far.map(|_| Legend::point(Symbol::Up, 3.0, theme::PUBLISHED, "beyond the axis"));
    looks.chain(far).chain(line).collect()
}

fn datum(run: &Run<'_>, scale: &Scale) -> Datum {
    let y = run
        .percent
        .map_or(f64::NEG_INFINITY, |percent| scale.within(percent));
    Datum::new(run.place as f64, y)
}

/// Whether there are blocks, wide enough to be parted by lines.
pub(super) fn parts_blocks(repeats: &Repeats<'_>) -> bool {
    (1..MOST_BLOCKS).contains(&repeats.block_ends.len())
}

/// A layer that can't be seen, in the order of the runs.
fn tooltips(repeats: &Repeats<'_>, scale: &Scale) -> Layer {
    let runs = &repeats.runs;
    if runs.len() <= MOST_TOOLTIPS {
        let data = runs
            .iter()
            .map(|run| datum(run, scale).tooltip(in_words(run)));
        return Layer::new(Mark::Point(Symbol::Disc, 0.0), theme::PAPER, data);
    }
    let data = runs.chunks(runs.len().div_ceil(STRIPS)).map(|runs| {
        let (first, last) = (runs[0].place as f64, runs[runs.len() - 1].place as f64);
        Datum::new((first - 0.5, last + 0.5), WHOLE).tooltip(strip_in_words(runs))
    });
    Layer::new(Mark::Bar, theme::PAPER, data).opacity(0.0)
}

fn in_words(run: &Run<'_>) -> String {
    let about = format!("trial {}: {}, run {}", run.place, run.name, run.trial.run);
    let Some(off) = run.percent else {
        return format!(
            "{about}: {}",
            vocabulary::ended(run.trial.status, run.trial.error.as_deref())
        );
    };
    let seconds = run
        .trial
        .usable_makespan_s()
        .map(|seconds| Quantity::Makespan.value(seconds));
    let outlier = match run.look {
        Look::Plain => String::new(),
        look => format!(", {}", look.words()),
    };
    format!(
        "{about}: {}, {} from its median{outlier}",
        seconds.unwrap_or_default(),
        percent(off)
    )
}

/// Many neighbouring runs.
fn strip_in_words(runs: &[Run<'_>]) -> String {
    let (first, last) = (runs[0].place, runs[runs.len() - 1].place);
    let percents = runs.iter().filter_map(|run| run.percent).collect_vec();
    let mut words = format!("trials {first} to {last}");
    if let Some(((low, high), sample)) =
        ends(percents.iter().copied()).zip(Sample::new(percents).ok())
    {
        let [median, low, high] = [sample.median(), low, high].map(percent);
        words.push_str(&format!(
            ": median {median} from their medians, from {low} to {high}"
        ));
    }
    words + &counted(runs.iter().map(|run| run.look))
}
