//! Makespan against memory: a point for each configuration, and a line along the Pareto front.

use std::collections::BTreeSet;

use super::configurations::{Configuration, Configurations};
use crate::chart::choice::evenly;
use crate::chart::estimate::Estimate;
use crate::chart::grammar::{Chart, Datum, Facet, Legend, Mark};
use crate::chart::palette::Look;
use crate::chart::scale::{Scale, ends};
use crate::chart::symbol::Symbol;
use crate::chart::theme;
use crate::chart::vocabulary::{self, Quantity};
use crate::model::Runtime;
use crate::record::Memory;

/// With more points than that, only those on the front have their intervals.
const MOST_INTERVALS: usize = 100;
/// The most points: more are a cloud.
const MOST_POINTS: usize = 2000;
/// Names beyond this hide what they name.
const MOST_NAMES: usize = 12;
const HEIGHT: f64 = 340.0;
/// The radius of a point on the front, and of the others.
const RADIUS: (f64, f64) = (4.5, 3.0);

/// What the points show, before any chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Scatter {
    /// The experiment's name.
    pub experiment: String,
    /// The work, in words.
    pub work: String,
    /// Which figure the memory is.
    pub memory: Memory,
    /// Those on the front, fastest first.
    pub front: Vec<Point>,
    /// The others, fastest first.
    pub dominated: Vec<Point>,
    /// Whether only those on the front have their intervals, for there are many.
    pub are_bare: bool,
    /// Which configurations have a point, unless all have one; and which runs failed.
    pub notes: Vec<String>,
}

/// One configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Its name.
    pub name: String,
    /// In seconds.
    pub makespan: Estimate,
    /// In KiB.
    pub memory: Estimate,
    failed: (usize, usize),
    runtime: Runtime,
}

impl Scatter {
    /// The points of all configurations; `None` when fewer than two have a memory.
    pub fn prepare(all: &Configurations<'_>) -> Option<Scatter> {
        let are_bare = all.fastest_first.len() > MOST_INTERVALS;
        let (mut front, mut dominated) = (Vec::new(), Vec::new());
        for one in all.at_most(MOST_POINTS) {
            let into = if one.is_on_front {
                &mut front
            } else {
                &mut dominated
            };
            into.extend(Point::of(one, all.memory, are_bare && !one.is_on_front));
        }
        (front.len() + dominated.len() > 1).then(|| Scatter {
            experiment: all.experiment.to_owned(),
            work: all.work.clone(),
            memory: all.memory,
            front,
            dominated,
            are_bare,
            notes: all
                .rule(MOST_POINTS)
                .into_iter()
                .chain(all.failures())
                .collect(),
        })
    }

    /// The chart.
    pub fn chart(&self) -> Chart {
        Chart {
            title: vocabulary::title(
                &Quantity::Makespan.name(),
                &self.experiment,
                "against memory",
            ),
            notes: self.notes(),
            facets: vec![self.facet()],
        }
    }

    fn notes(&self) -> Vec<String> {
        let (front, others) = (self.front.len(), self.dominated.len());
        let work = &self.work;
        let mut notes = vec![
            format!("For {work}: less of both is better, towards the lower left."),
            match front {
                1 => "The large point is the Pareto front: nothing is faster, and nothing is smaller."
                    .to_owned(),
                _ => format!(
                    "The {front} large points and their line are the Pareto front: nothing is both \
                     faster and smaller; names as they have room."
                ),
            },
        ];
        if others > 0 {
            let plural = if others == 1 { "" } else { "s" };
            notes.push(format!(
                "Grey: {others} other{plural}, each beaten by one on the front in time or memory and \
                 better than it in neither."
            ));
        }
        let shown = self.dominated.iter().filter(|_| !self.are_bare);
        let shown = self.front.iter().chain(shown);
        notes.extend(vocabulary::explained(
            shown.flat_map(|point| [&point.makespan, &point.memory]),
        ));
        if self.are_bare && others > 0 {
            notes.push("Grey points are without their intervals, for there are many.".to_owned());
        }
        notes.extend(self.notes.iter().cloned());
        notes
    }

    fn facet(&self) -> Facet {
        let all = || self.front.iter().chain(&self.dominated);
        let scaled = |quantity: Quantity, of: fn(&Point) -> &Estimate| {
            let medians: Vec<f64> = all().map(|point| of(point).median).collect();
            let ends = all().flat_map(|point| of(point).values());
            (quantity.short_unit(&medians), ends.collect::<Vec<f64>>())
        };
        let memory = Quantity::Memory(self.memory);
        let (unit, times) = scaled(Quantity::Makespan, |point| &point.makespan);
        // Some room at the low end for names.
        let (low, high) = ends(times).unwrap_or((1.0, 1.0));
        let x = Scale::log_around([low * (low / high).powf(0.1), high], unit);
        let (unit, memories) = scaled(memory, |point| &point.memory);
        let y = Scale::suited(&memories, unit);
        let mut facet = Facet::new(Quantity::Makespan.axis(x), memory.axis(y), HEIGHT);
        let runtimes: BTreeSet<&Runtime> = self.front.iter().map(|point| &point.runtime).collect();
        let key = |runtime: &&Runtime| {
            let Look { symbol, colour } = Look::of_runtime(runtime);
            Legend::point(symbol, RADIUS.0, colour, format!("{runtime} runtime"))
        };
        facet.legend = runtimes
            .iter()
            .filter(|_| runtimes.len() > 1)
            .map(key)
            .collect();
        let others = self.dominated.iter().rev();
        let others = others.map(|point| point.datum().tooltip(self.told(point, self.are_bare)));
        facet.add(Mark::Point(Symbol::Disc, RADIUS.1), theme::RULE, others);
        let colour = match runtimes.first() {
            Some(runtime) if runtimes.len() == 1 => Look::of_runtime(runtime).colour,
            _ => theme::QUIET,
        };
        facet.add(Mark::Step(2.0), colour, self.front.iter().map(Point::datum));
        let named: BTreeSet<usize> = evenly(self.front.len(), MOST_NAMES).into_iter().collect();
        // The fastest answers first.
        for (rank, point) in self.front.iter().enumerate().rev() {
            let Look { symbol, colour } = Look::of_runtime(&point.runtime);
            let words = format!("{}; on the Pareto front", self.told(point, false));
            let name = if named.contains(&rank) {
                point.title()
            } else {
                String::new()
            };
            let datum = point.datum().tooltip(words).text(name);
            let datum = Datum {
                bold: true,
                ..datum
            };
            facet.add(Mark::Point(symbol, RADIUS.0), colour, [datum]);
        }
        facet
    }

    /// All of it in words; without the ends where it has none.
    fn told(&self, point: &Point, is_bare: bool) -> String {
        let told = |quantity: Quantity, estimate: &Estimate| {
            if is_bare {
                let median = quantity.value(estimate.median);
                format!("{} {median} in {} runs", quantity.name(), estimate.runs)
            } else {
                quantity.told(estimate)
            }
        };
        let makespan = told(Quantity::Makespan, &point.makespan);
        let memory = told(Quantity::Memory(self.memory), &point.memory);
        format!("{}: {makespan}; {memory}", point.title())
    }
}

impl Point {
    /// With the medians for ends where it is bare: intervals take their time to be found.
    fn of(one: &Configuration<'_>, memory: Memory, is_bare: bool) -> Option<Point> {
        let bare = |median: f64| Estimate {
            median,
            low: median,
            high: median,
            runs: one.runs.len(),
            is_interval: false,
        };
        let (makespan, memory) = if is_bare {
            (bare(one.makespan_s), bare(one.memory_kib?))
        } else {
            (
                one.estimate(Quantity::Makespan)?,
                one.estimate(Quantity::Memory(memory))?,
            )
        };
        Some(Point {
            name: one.name.clone(),
            makespan,
            memory,
            failed: one.failed,
            runtime: one.runtime().clone(),
        })
    }

    /// Its name, and how many runs failed.
    fn title(&self) -> String {
        match vocabulary::failed(self.failed.0, self.failed.1) {
            Some(failed) => format!("{} ({failed})", self.name),
            None => self.name.clone(),
        }
    }

    fn datum(&self) -> Datum {
        Datum::new(&self.makespan, &self.memory)
    }
}
