//! What one setting does: makespan, efficiency and switches over batch size, threads, waits and
//! whatever else took several values. `lines` finds the configurations that differ in nothing else.
//!
//! Grids of processes and threads are no curves: the heat map and scaling show those.

mod lines;
#[cfg(test)]
mod tests;

use itertools::Itertools;

use super::grammar::{Axis, Chart, Datum, EndLabel, Facet, Ticks};
use super::ideal::{self, Ideal};
use super::palette::Look;
use super::scale::Scale;
use super::unit::{Unit, short, tick};
use super::vocabulary::{self, Quantity};
use super::x_variable::XVariable;
use super::{Records, Sheet, choice, theme};
use crate::model::{WorkloadKind, first_of};
use crate::record::{Trial, by_experiment, slug};
use crate::stats::Estimate;
use lines::{Curve, Point};

/// Values of an axis that make a curve.
const FEWEST_VALUES: usize = 3;
/// Values of which each has a point of its own.
const MOST_VALUES: usize = 60;
/// The largest value of a setting is this many times the smallest: then ratios matter.
const WIDE: f64 = 4.0;
/// The heights of the plot areas: of the first, and of what explains it.
const HEIGHTS: [f64; 2] = [200.0, 110.0];
/// Gaps that are named one by one.
const MOST_GAPS: usize = 4;

/// One picture for each experiment, workload and setting that took enough values.
pub(super) fn draw(records: &Records<'_>, sheet: &mut Sheet<'_>) {
    let experiments = experiments(records.trials);
    if experiments.is_empty() {
        sheet.leave_out("there is no trial to draw");
    }
    let mut pictures = Vec::new();
    for experiment in &experiments {
        let found = XVariable::ALL.into_iter();
        let found = found
            .filter_map(|over| Curves::of(experiment, over))
            .collect_vec();
        if found.is_empty() {
            sheet.leave_out(experiment.why_none());
        }
        pictures.extend(found);
    }
    let alone = pictures.len() == 1;
    for curves in pictures {
        let of = format!(
            "{}-{}",
            curves.experiment.stem(&experiments),
            curves.over.as_str()
        );
        sheet.push(if alone { "" } else { &of }, curves.chart());
    }
}

/// Trials of one experiment and workload, warm-ups left out: what they do may differ in waits,
/// loops, rate and number, which works keep apart.
struct Experiment<'a> {
    name: &'a str,
    workload: WorkloadKind,
    trials: Vec<&'a Trial>,
}

/// In the order in which they first appear.
fn experiments(trials: &[Trial]) -> Vec<Experiment<'_>> {
    let experiments = by_experiment(trials)
        .into_iter()
        .flat_map(|(name, trials)| {
            let workloads = trials
                .iter()
                .map(|trial| trial.workload)
                .unique()
                .collect_vec();
            workloads.into_iter().map(move |workload| {
                let trials = trials
                    .iter()
                    .copied()
                    .filter(|trial| trial.workload == workload);
                let trials = trials.collect();
                Experiment {
                    name,
                    workload,
                    trials,
                }
            })
        });
    experiments.collect()
}

impl Experiment<'_> {
    /// A name fit for a file that no other of them has.
    fn stem(&self, all: &[Experiment<'_>]) -> String {
        let name = slug(self.name);
        let key = |one: &Experiment<'_>| (one.name.to_owned(), one.workload);
        match all.iter().filter(|other| slug(other.name) == name).count() {
            1 => name,
            _ => {
                let rank = all
                    .iter()
                    .position(|other| key(other) == key(self))
                    .unwrap_or(0);
                format!("{name}-{}-{}", self.workload, rank + 1)
            }
        }
    }

    fn why_none(&self) -> String {
        let why = if XVariable::Processes.is_grid(&self.trials) {
            "varies processes and threads alone, which the heat map and scaling show".to_owned()
        } else {
            format!("has no setting with {FEWEST_VALUES} values: sweep one, as by -b 1..64:x4")
        };
        format!("{}, {} work, {why}", self.name, self.workload)
    }
}

/// One setting's curves.
struct Curves<'a> {
    experiment: &'a Experiment<'a>,
    over: XVariable,
    /// Its values that are shown, ascending.
    values: Vec<f64>,
    /// How many there are.
    measured: usize,
    /// Throughput where the number of commands differs, else the makespan; then what explains it.
    quantities: Vec<Quantity>,
    /// At least one, in the order of what they ask.
    curves: Vec<Curve<'a>>,
    /// Combinations of the other settings that have a curve.
    combinations: usize,
}

impl<'a> Curves<'a> {
    /// The curves over one setting; `None` where it did not take enough values.
    fn of(experiment: &'a Experiment<'a>, over: XVariable) -> Option<Self> {
        if over.is_grid(&experiment.trials) {
            return None;
        }
        let all = lines::curves(over, &experiment.trials);
        let combinations = all.len();
        let is_same = all
            .iter()
            .flat_map(Curve::runs)
            .map(|trial| trial.commands)
            .all_equal();
        let main = if is_same {
            Quantity::Makespan
        } else {
            Quantity::Throughput
        };
        let mut quantities = vec![main, Quantity::Efficiency];
        // Where the number of threads varies, these tell what more of them cost.
        if over.is_concurrency() {
            quantities.extend([Quantity::Involuntary, Quantity::System]);
        }
        let mut curves = lines::shown(all);
        let values = curves
            .iter()
            .flat_map(|curve| curve.places.iter().map(|(value, _)| *value));
        let all = values.sorted_by(f64::total_cmp).dedup().collect_vec();
        let choose = if is_wide(&all) {
            choice::by_ratio
        } else {
            evenly
        };
        let values = choose(&all, MOST_VALUES)
            .into_iter()
            .map(|rank| all[rank])
            .collect_vec();
        curves.iter_mut().for_each(|curve| curve.keep(&values));
        (combinations > 0).then_some(Curves {
            experiment,
            over,
            values,
            measured: all.len(),
            quantities,
            curves,
            combinations,
        })
    }

    /// Facets below each other over one axis, which the last one names for all.
    fn chart(&self) -> Chart {
        let main = self.quantities[0];
        let ideals = self
            .curves
            .iter()
            .map(|curve| curve.ideal(main))
            .collect_vec();
        let points = |of: &Quantity| {
            self.curves
                .iter()
                .map(|curve| curve.points(*of))
                .collect_vec()
        };
        let points = self.quantities.iter().map(points).collect_vec();
        let facets = self.quantities.iter().zip(&points);
        let facets = facets.filter_map(|(of, points)| self.facet(*of, points, &ideals));
        let mut facets = facets.collect_vec();
        if let Some(last) = facets.last_mut() {
            last.x.title = self.over.title().to_owned();
        }
        let over = format!("over {}", self.over.noun());
        let title = vocabulary::title(&main.name(), self.experiment.name, &over);
        Chart::new(
            title,
            self.notes(points[0].iter().flatten(), &ideals),
            facets,
        )
    }

    /// What all configurations have in common, in words; the workload first.
    fn common(&self) -> String {
        vocabulary::on_line(
            &format!("{} work", self.experiment.workload),
            &self.curves[0].common,
        )
    }

    fn notes<'p>(
        &self,
        points: impl Iterator<Item = &'p Point>,
        ideals: &[Ideal],
    ) -> [Option<String>; 7] {
        let what = match self.quantities[0] {
            Quantity::Throughput => vocabulary::THROUGHPUT,
            _ => vocabulary::MAKESPAN,
        };
        let is_bound = self
            .curves
            .iter()
            .flat_map(Curve::runs)
            .any(|trial| trial.ideal_is_bound);
        let has_ideal = ideals.iter().any(|ideal| !ideal.0.is_empty());
        let by = if is_wide(&self.values) {
            "evenly by ratio"
        } else {
            "evenly by rank"
        };
        let gaps = first_of(&self.gaps(), MOST_GAPS);
        [
            Some(format!("For {}.", self.common())),
            Some(what.to_owned()),
            vocabulary::explained(points.map(|(_, estimate, _)| estimate)),
            has_ideal.then(|| vocabulary::ideal(is_bound)),
            vocabulary::shown(
                self.curves.len(),
                self.combinations,
                "combinations of the other settings",
                "the fastest, the slowest, and evenly by rank between",
            ),
            vocabulary::shown(self.values.len(), self.measured, "values", by),
            (!gaps.is_empty()).then(|| format!("Without a good run: {gaps}.")),
        ]
    }

    /// Values at which a shown curve has no good run, in words.
    fn gaps(&self) -> Vec<String> {
        let title = self.over.title();
        let gaps = self.curves.iter().flat_map(|curve| {
            curve.gaps().map(move |value| match curve.name.as_str() {
                "" => format!("{value} {title}"),
                name => format!("{value} {title} ({name})"),
            })
        });
        gaps.collect()
    }

    /// A quantity over the setting, with its points on each curve; `None` where there are none.
    fn facet(&self, quantity: Quantity, points: &[Vec<Point>], ideals: &[Ideal]) -> Option<Facet> {
        let is_main = quantity == self.quantities[0];
        let mut values = points
            .iter()
            .flatten()
            .flat_map(|(_, of, _)| of.values())
            .collect_vec();
        if values.is_empty() {
            return None;
        }
        let ideal = ideals.iter().filter(|_| is_main).flat_map(|ideal| &ideal.0);
        values.extend(ideal.map(|(_, ideal)| *ideal));
        let unit = quantity.unit(&values);
        let scale = match quantity {
            Quantity::Efficiency => Scale::from_zero(values.into_iter().chain([1.0]), unit),
            _ => Scale::suited(&values, unit),
        };
        let height = HEIGHTS[usize::from(!is_main)];
        let mut facet = Facet::new(self.axis(), quantity.axis(scale), height);
        facet.heading = quantity.heading();
        let looks = Look::series(
            &self
                .curves
                .iter()
                .map(|curve| &curve.places[0].1.trial().runtime)
                .collect_vec(),
        );
        if quantity == Quantity::Efficiency {
            let (low, high) = self.ends();
            facet.add_ideal(theme::IDEAL, &[(low, 1.0), (high, 1.0)], true);
        } else if is_main {
            ideal::add(
                &mut facet,
                ideals.iter().zip(looks.iter().map(|look| look.colour)),
            );
        }
        let lines = self
            .curves
            .iter()
            .zip(points)
            .zip(ideals)
            .zip(looks)
            .collect_vec();
        // The first lies above the others, and answers first.
        for (((curve, points), ideal), look) in lines.iter().rev() {
            let datum = |(value, estimate, failed): &Point| {
                let failed = vocabulary::failed(*failed);
                let ideal = ideal.at(*value).filter(|_| is_main);
                let known = [
                    Some(quantity.told(estimate)),
                    ideal.map(|ideal| format!("ideal {}", quantity.value(ideal))),
                    failed.clone(),
                ];
                let place = format!("{} {}", short_exact(*value), self.over.title());
                let words = vocabulary::about(&vocabulary::on_line(&curve.name, &place), known);
                let text = failed.filter(|_| is_main).unwrap_or_default();
                Datum::new(*value, estimate).text(text).tooltip(words)
            };
            facet.add_series(*look, points.iter().map(datum).collect());
        }
        for (((curve, points), _), look) in lines {
            let last = points.last().filter(|_| !curve.name.is_empty());
            let label = |end: &Estimate| EndLabel::points(end.median, &curve.name, look);
            facet.labels.extend(last.map(|(_, end, _)| label(end)));
        }
        Some(facet)
    }

    fn ends(&self) -> (f64, f64) {
        (self.values[0], self.values[self.values.len() - 1])
    }

    /// The axis of the setting, with ticks at the values that it took.
    fn axis(&self) -> Axis {
        let (low, high) = self.ends();
        let (plain, air) = (Unit::named(""), 0.04 * (high - low));
        let scale = if is_wide(&self.values) {
            Scale::log_around(self.values.iter().copied(), plain)
        } else {
            Scale::linear(low - air, high + air, plain)
        };
        // Thousands and millions as such where they are whole.
        let words = |value: f64| match value {
            whole if whole >= 1e4 && whole % 100.0 == 0.0 => tick(whole),
            other => short_exact(other),
        };
        let ticks = self.values.iter().map(|&at| (at, words(at))).collect();
        Axis::with(scale, "", Ticks::measured(ticks))
    }
}

fn evenly(values: &[f64], most: usize) -> Vec<usize> {
    choice::evenly(values.len(), most)
}

/// A setting's value as it was given, without the noise of its unit.
fn short_exact(value: f64) -> String {
    if (value - value.round()).abs() < 1e-9 {
        return format!("{value:.0}");
    }
    short(value).parse().unwrap_or(value).to_string()
}

/// Whether ratios matter among values, which ascend, so that they stand on a logarithmic axis.
fn is_wide(values: &[f64]) -> bool {
    let ends = values.first().zip(values.last());
    ends.is_some_and(|(low, high)| *low > 0.0 && *high >= WIDE * low)
}
