//! Makespan against memory: a point for each configuration, and a line along the Pareto front.

use itertools::Itertools;

use super::{Configuration, Configurations};
use crate::chart::choice::evenly;
use crate::chart::grammar::{Chart, Datum, Facet, Legend, Mark};
use crate::chart::palette::Look;
use crate::chart::scale::{Scale, ends};
use crate::chart::symbol::Symbol;
use crate::chart::theme;
use crate::chart::vocabulary::{self, Quantity};
use crate::stats::Estimate;

/// With more points than that, only those on the front have their intervals.
const MOST_INTERVALS: usize = 100;
/// The most points: more are a cloud.
const MOST_POINTS: usize = 2000;
/// Names beyond this hide what they name.
const MOST_NAMES: usize = 12;
const HEIGHT: f64 = 340.0;
/// The radius of a point on the front, and of the others.
const RADIUS: (f64, f64) = (4.5, 3.0);

/// A configuration with its makespan and memory. Of many, those off the front are bare: their medians
/// stand for the ends, for intervals take their time to be found.
struct Point<'a> {
    one: &'a Configuration<'a>,
    estimates: [Estimate; 2],
    is_bare: bool,
}

/// The points of all configurations; `None` when fewer than two have a memory.
pub fn chart(all: &Configurations<'_>) -> Option<Chart> {
    let quantities = [Quantity::Makespan, Quantity::Memory(all.memory)];
    let are_bare = all.fastest_first.len() > MOST_INTERVALS;
    let point = |one| Point::of(one, quantities, are_bare);
    let points = all.at_most(MOST_POINTS).filter_map(point).collect_vec();
    let others = points.iter().filter(|point| !point.one.is_on_front).count();
    let shown = points.iter().filter(|point| !point.is_bare);
    let plural = if others == 1 { "" } else { "s" };
    let notes = [
        Some(format!("For {}: less of both is better, towards the lower left.", all.work)),
        Some(match points.len() - others {
            1 => "The large point is the Pareto front: nothing is faster, and nothing is smaller."
                .to_owned(),
            front => format!(
                "The {front} large points and their line are the Pareto front: nothing is both \
                 faster and smaller; names as they have room."
            ),
        }),
        (others > 0).then(|| {
            format!(
                "Grey: {others} other{plural}, each beaten by one on the front in time or memory and \
                 better than it in neither."
            )
        }),
        vocabulary::explained(shown.flat_map(|point| &point.estimates)),
        (are_bare && others > 0)
            .then(|| "Grey points are without their intervals, for there are many.".to_owned()),
        all.rule(MOST_POINTS),
        all.failures.clone(),
    ];
    let title = vocabulary::title("makespan", all.experiment, "against memory");
    (points.len() > 1).then(|| Chart::new(title, notes, vec![facet(&points, quantities)]))
}

fn facet(points: &[Point<'_>], quantities: [Quantity; 2]) -> Facet {
    let scaled = |index: usize| {
        let medians = points.iter().map(|point| point.estimates[index].median);
        let ends = points
            .iter()
            .flat_map(|point| point.estimates[index].values());
        (
            quantities[index].short_unit(&medians.collect_vec()),
            ends.collect_vec(),
        )
    };
    let [(unit, times), (memory_unit, memories)] = [0, 1].map(scaled);
    // Some room at the low end for names.
    let (low, high) = ends(times).unwrap_or((1.0, 1.0));
    let x = Scale::log_around([low * (low / high).powf(0.1), high], unit);
    let y = Scale::suited(&memories, memory_unit);
    let mut facet = Facet::new(quantities[0].axis(x), quantities[1].axis(y), HEIGHT);
    let (front, others): (Vec<_>, Vec<_>) = points.iter().partition(|point| point.one.is_on_front);
    let runtimes = front
        .iter()
        .map(|point| &point.one.group.trial().runtime)
        .collect_vec();
    facet.legend = Legend::runtimes(runtimes.iter().copied(), RADIUS.0);
    let tooltip = |point: &Point<'_>| point.datum().tooltip(point.in_words(quantities));
    let grey = others.iter().rev().map(|point| tooltip(point));
    facet.add(Mark::Point(Symbol::Disc, RADIUS.1), theme::RULE, grey);
    let colour = match runtimes.iter().all_equal_value() {
        Ok(runtime) => Look::of_runtime(runtime).colour,
        Err(_) => theme::QUIET,
    };
    facet.add(
        Mark::Step(2.0),
        colour,
        front.iter().map(|point| point.datum()),
    );
    let named = evenly(front.len(), MOST_NAMES);
    // The fastest answers first.
    for (rank, point) in front.iter().enumerate().rev() {
        let Look { symbol, colour } = Look::of_runtime(runtimes[rank]);
        let name = named
            .contains(&rank)
            .then(|| vocabulary::with_failed(&point.one.group));
        let datum = tooltip(point).text(name.unwrap_or_default()).bold();
        facet.add(Mark::Point(symbol, RADIUS.0), colour, [datum]);
    }
    facet
}

impl<'a> Point<'a> {
    fn of(one: &'a Configuration<'a>, [x, y]: [Quantity; 2], are_bare: bool) -> Option<Self> {
        let is_bare = are_bare && !one.is_on_front;
        let bare = |of: f64| Estimate {
            median: of,
            low: of,
            high: of,
            runs: one.group.good().len(),
            is_interval: false,
        };
        let estimate = |quantity: Quantity| {
            if is_bare {
                quantity.median(&one.group).map(bare)
            } else {
                quantity.estimate(&one.group)
            }
        };
        let estimates = [estimate(x)?, estimate(y)?];
        Some(Point {
            one,
            estimates,
            is_bare,
        })
    }

    fn datum(&self) -> Datum {
        Datum::new(&self.estimates[0], &self.estimates[1])
    }

    /// All of it in words; without the ends where it has none.
    fn in_words(&self, quantities: [Quantity; 2]) -> String {
        let told = |(quantity, of): (Quantity, &Estimate)| {
            Some(if self.is_bare {
                let median = quantity.value(of.median);
                format!("{} {median} in {} runs", quantity.name(), of.runs)
            } else {
                quantity.named(of)
            })
        };
        let front = self
            .one
            .is_on_front
            .then(|| "on the Pareto front".to_owned());
        let known = quantities
            .into_iter()
            .zip(&self.estimates)
            .map(told)
            .chain([front]);
        vocabulary::about(&vocabulary::with_failed(&self.one.group), known)
    }
}
