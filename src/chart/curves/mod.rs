//! What one setting does: makespan, efficiency and switches over batch size, threads, waits and
//! whatever else took several values.
//!
//! * `lines`: the configurations that differ in nothing else; `notes`: what is said.
//!
//! Grids of processes and threads are no curves: the heat map and scaling show those.

mod lines;
mod notes;
#[cfg(test)]
mod tests;

use super::estimate::Estimate;
use super::grammar::{Axis, Chart, Datum, EndLabel, Facet, Ticks};
use super::palette::Look;
use super::scale::Scale;
use super::unit::{Unit, tick};
use super::vocabulary::{self, Quantity};
use super::x_variable::XVariable;
use super::{Records, Sheet, choice, theme};
use crate::model::WorkloadKind;
use crate::record::{Trial, by_experiment, slug};
use lines::Curve;

/// Values of an axis that make a curve.
const FEWEST_VALUES: usize = 3;
/// Values of which each has a point of its own.
const MOST_VALUES: usize = 60;
/// The largest value of a setting is this many times the smallest: then ratios matter.
const WIDE: f64 = 4.0;
/// The heights of the plot areas: of the first, and of what explains it.
const HEIGHTS: [f64; 2] = [200.0, 110.0];

/// One picture for each experiment, workload and setting that took enough values.
pub(super) fn draw(records: &Records<'_>, sheet: &mut Sheet<'_>) {
    let experiments = experiments(records.trials);
    if experiments.is_empty() {
        sheet.leave_out("there is no trial to draw");
    }
    let mut pictures = Vec::new();
    for experiment in &experiments {
        let found = XVariable::ALL
            .into_iter()
            .filter_map(|over| Curves::prepare(experiment, over));
        let found: Vec<Curves> = found.collect();
        if found.is_empty() {
            sheet.leave_out(experiment.why_none());
        }
        pictures.extend(found.into_iter().map(|curves| (experiment, curves)));
    }
    let alone = pictures.len() == 1;
    for (experiment, curves) in pictures {
        let of = format!("{}-{}", experiment.stem(&experiments), curves.over.as_str());
        sheet.push(if alone { "" } else { &of }, curves.chart());
    }
}

/// Trials of one experiment and workload, warm-ups left out: what they do may differ in waits,
/// loops, rate and number, which works keep apart.
#[derive(Clone, Debug, PartialEq)]
struct Experiment<'a> {
    name: &'a str,
    workload: WorkloadKind,
    trials: Vec<&'a Trial>,
}

/// In the order in which they first appear.
fn experiments(trials: &[Trial]) -> Vec<Experiment<'_>> {
    let named = by_experiment(trials).into_iter();
    named
        .flat_map(|(name, trials)| by_workload(name, &trials))
        .collect()
}

fn by_workload<'a>(name: &'a str, trials: &[&'a Trial]) -> Vec<Experiment<'a>> {
    let mut workloads: Vec<WorkloadKind> = Vec::new();
    for trial in trials {
        if !workloads.contains(&trial.workload) {
            workloads.push(trial.workload);
        }
    }
    let of = |workload| Experiment {
        name,
        workload,
        trials: (trials.iter().copied())
            .filter(|trial| trial.workload == workload)
            .collect(),
    };
    workloads.into_iter().map(of).collect()
}

impl Experiment<'_> {
    /// A name fit for a file that no other of them has.
    fn stem(&self, all: &[Experiment<'_>]) -> String {
        let name = slug(self.name);
        let same = all.iter().filter(|other| slug(other.name) == name);
        match same.count() {
            1 => name,
            _ => {
                let is_self = |other: &Experiment<'_>| {
                    (other.name, other.workload) == (self.name, self.workload)
                };
                let number = all.iter().position(is_self).unwrap_or(0) + 1;
                format!("{name}-{}-{number}", self.workload)
            }
        }
    }

    fn why_none(&self) -> String {
        let name = format!("{}, {} work", self.name, self.workload);
        if XVariable::Processes.is_grid(&self.trials) {
            format!(
                "{name}, varies processes and threads alone, which the heat map and scaling show"
            )
        } else {
            format!(
                "{name}, has no setting with {FEWEST_VALUES} values: sweep one, as by -b 1..64:x4"
            )
        }
    }
}

/// One setting's curves.
#[derive(Clone, Debug, PartialEq)]
struct Curves {
    /// The experiment's name.
    experiment: String,
    /// What all configurations have in common, in words; the workload first.
    common: String,
    /// The setting.
    over: XVariable,
    /// Its values that are shown, ascending.
    values: Vec<f64>,
    /// How many there are.
    measured: usize,
    /// What is shown: throughput where the number of commands differs, else the makespan; then what
    /// explains it.
    quantities: Vec<Quantity>,
    /// At least one, in the order of what they ask.
    curves: Vec<Curve>,
    /// Combinations of the other settings that have a curve.
    combinations: usize,
    /// Values at which a shown curve has no good run, in words.
    gaps: Vec<String>,
}

impl Curves {
    /// The curves over one setting; `None` where it did not take enough values.
    fn prepare(experiment: &Experiment<'_>, over: XVariable) -> Option<Curves> {
        if over.is_grid(&experiment.trials) {
            return None;
        }
        let groups = lines::groups(over, &experiment.trials);
        let combinations = groups.len();
        let common = groups.first()?.common.clone();
        let mut quantities = if lines::differ_in_commands(&groups) {
            vec![Quantity::Throughput, Quantity::Efficiency]
        } else {
            vec![Quantity::Makespan, Quantity::Efficiency]
        };
        // Where the number of threads varies, these tell what more of them cost.
        if over.is_concurrency() {
            quantities.extend([Quantity::Involuntary, Quantity::System]);
        }
        let mut shown = lines::shown(groups);
        let all = values(&shown);
        let kept = if is_wide(&all) {
            choice::by_ratio(&all, MOST_VALUES)
        } else {
            choice::evenly(all.len(), MOST_VALUES)
        };
        let kept: Vec<f64> = kept.into_iter().map(|rank| all[rank]).collect();
        for group in &mut shown {
            group.keep(&kept);
        }
        let curves = shown
            .iter()
            .map(|group| Curve::of(group, &quantities))
            .collect();
        let words = [format!("{} work", experiment.workload), common];
        let words = words.into_iter().filter(|words| !words.is_empty());
        Some(Curves {
            experiment: experiment.name.to_owned(),
            common: words.collect::<Vec<String>>().join(", "),
            over,
            measured: all.len(),
            values: kept,
            quantities,
            curves,
            combinations,
            gaps: shown.iter().flat_map(lines::Group::gaps).collect(),
        })
    }

    /// Facets below each other over one axis, which the last one names for all.
    fn chart(&self) -> Chart {
        let facets = self.quantities.iter().enumerate();
        let mut facets: Vec<Facet> = facets
            .filter_map(|(index, &of)| self.facet(index, of))
            .collect();
        if let Some(last) = facets.last_mut() {
            last.x.title = self.over.title().to_owned();
        }
        Chart {
            title: self.title(),
            notes: self.notes(),
            facets,
        }
    }

    fn facet(&self, index: usize, quantity: Quantity) -> Option<Facet> {
        let is_main = index == 0;
        let points = self.curves.iter().flat_map(|curve| curve.points(quantity));
        let mut values: Vec<f64> = points.flat_map(|(_, of)| of.values()).collect();
        if values.is_empty() {
            return None;
        }
        let ideals = self.curves.iter().flat_map(|curve| &curve.ideal.points);
        values.extend(ideals.filter(|_| is_main).map(|(_, ideal)| *ideal));
        let unit = quantity.unit(&values);
        let scale = match quantity {
            Quantity::Efficiency => Scale::from_zero(values.into_iter().chain([1.0]), unit),
            _ => Scale::suited(&values, unit),
        };
        let mut facet = Facet::new(self.axis(), quantity.axis(scale), HEIGHTS[index.min(1)]);
        facet.heading = quantity.heading();
        let runtimes: Vec<_> = self.curves.iter().map(|curve| &curve.runtime).collect();
        let looks = Look::series(&runtimes);
        if quantity == Quantity::Efficiency {
            let (low, high) = self.ends();
            facet.add_ideal(theme::IDEAL, &[(low, 1.0), (high, 1.0)], true);
        } else if is_main {
            // One for all lines where they agree.
            let first = &self.curves[0].ideal;
            if self
                .curves
                .iter()
                .all(|curve| curve.ideal.is_that_of(first))
            {
                facet.add_ideal(theme::IDEAL, &first.points, true)
            } else {
                (self.curves.iter().zip(&looks)).for_each(|(curve, look)| {
                    facet.add_ideal(look.colour, &curve.ideal.points, false)
                })
            }
        }
        // The first lies above the others, and answers first.
        for (curve, look) in self.curves.iter().zip(&looks).rev() {
            facet.add_series(*look, self.points(curve, quantity));
        }
        for (curve, look) in self.curves.iter().zip(looks) {
            let last = curve
                .points(quantity)
                .last()
                .filter(|_| !curve.name.is_empty());
            facet
                .labels
                .extend(last.map(|(_, end)| EndLabel::points(end.median, &curve.name, look)));
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
        let ticks = self.values.iter().map(|&at| (at, ticked(at))).collect();
        Axis::with(scale, "", Ticks::measured(ticks))
    }

    fn points(&self, curve: &Curve, quantity: Quantity) -> Vec<Datum> {
        let point = |(value, estimate): &(f64, Estimate)| {
            let failed = curve.failed.iter().find(|(at, ..)| at == value);
            let failed = failed.and_then(|(_, failed, runs)| vocabulary::failed(*failed, *runs));
            let is_main = quantity == self.quantities[0];
            let text = failed.clone().filter(|_| is_main).unwrap_or_default();
            let words = self.tooltip(curve, (*value, quantity, estimate), failed);
            Datum::new(*value, estimate).text(text).tooltip(words)
        };
        curve.points(quantity).iter().map(point).collect()
    }
}

/// Thousands and millions as such where they are whole.
fn ticked(value: f64) -> String {
    match value {
        whole if whole >= 1e4 && whole % 100.0 == 0.0 => tick(whole),
        other => notes::short_exact(other),
    }
}

/// Whether ratios matter among values, which ascend, so that they stand on a logarithmic axis.
fn is_wide(values: &[f64]) -> bool {
    let ends = values.first().zip(values.last());
    ends.is_some_and(|(low, high)| *low > 0.0 && *high >= WIDE * low)
}

/// All values of some lines, ascending.
fn values(groups: &[lines::Group<'_>]) -> Vec<f64> {
    let mut values: Vec<f64> = groups.iter().flat_map(lines::Group::values).collect();
    values.sort_unstable_by(f64::total_cmp);
    values.dedup();
    values
}
