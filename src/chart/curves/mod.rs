//! What one setting does: makespan, efficiency and switches over batch size, threads, waits and
//! whatever else took several values.
//!
//! * `axis`: what can vary along a curve; `lines`: the configurations that differ in nothing else;
//! * `layout`: panels below each other over one axis; `words`: what is said about them.
//!
//! Grids of processes and threads are no curves: the heat map and scaling show those.

mod axis;
mod layout;
mod lines;
#[cfg(test)]
mod tests;
mod words;

use super::{ChartError, Drawings, Kind, Records, choice};
use crate::model::WorkloadKind;
use crate::record::{Trial, by_experiment, slug};
use axis::Along;
use lines::Curve;

/// Values of an axis that make a curve.
const FEWEST_VALUES: usize = 3;
/// Values of which each has a dot of its own.
const MOST_VALUES: usize = 60;
/// The largest value of a setting is this many times the smallest: then ratios matter.
const WIDE: f64 = 4.0;

/// One picture for each experiment, workload and setting that took enough values.
pub(super) fn draw(records: &Records<'_>, drawings: &mut Drawings) -> Result<(), ChartError> {
    let experiments = experiments(records.trials);
    if experiments.is_empty() {
        drawings.leave_out(Kind::Curves, "there is no trial to draw");
    }
    let mut pictures = Vec::new();
    for experiment in &experiments {
        let found: Vec<Curves> = (Along::ALL.into_iter())
            .filter_map(|along| Curves::prepare(experiment, along))
            .collect();
        if found.is_empty() {
            drawings.leave_out(Kind::Curves, experiment.why_none());
        }
        pictures.extend(found.into_iter().map(|curves| (experiment, curves)));
    }
    let alone = pictures.len() == 1;
    for (experiment, curves) in pictures {
        let of = format!(
            "{}-{}",
            experiment.stem(&experiments),
            curves.along.as_str()
        );
        let figure = layout::figure(&curves, records.source)?;
        drawings.push(Kind::Curves, if alone { "" } else { &of }, figure);
    }
    Ok(())
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
        match Along::Processes.is_grid(&self.trials) {
            true => format!(
                "{name}, varies processes and threads alone, which the heat map and scaling show"
            ),
            false => format!(
                "{name}, has no setting with {FEWEST_VALUES} values: sweep one, as by -b 1..64:x4"
            ),
        }
    }
}

/// One setting's curves.
#[derive(Clone, Debug, PartialEq)]
struct Curves {
    /// The experiment's name and its workload, in words.
    pub name: String,
    /// What all configurations have in common, in words.
    pub common: String,
    /// The setting.
    pub along: Along,
    /// Its values that are shown, ascending.
    pub values: Vec<f64>,
    /// How many there are.
    pub measured: usize,
    /// Whether throughput is shown, because the number of commands differs, and not makespan.
    pub throughput: bool,
    /// At least one; the fastest first.
    pub curves: Vec<Curve>,
    /// Combinations of the other settings that have a curve.
    pub combinations: usize,
    /// Values at which a shown curve has no good run, in words.
    pub gaps: Vec<String>,
}

impl Curves {
    /// The curves along one setting; `None` where it did not take enough values.
    fn prepare(experiment: &Experiment<'_>, along: Along) -> Option<Curves> {
        if along.is_grid(&experiment.trials) {
            return None;
        }
        let groups = lines::groups(along, &experiment.trials);
        let combinations = groups.len();
        let throughput = lines::differ_in_commands(&groups);
        let common = groups.first()?.common.clone();
        let mut shown = lines::shown(groups);
        let all = values(&shown);
        let kept = match is_wide(&all) {
            true => choice::by_ratio(&all, MOST_VALUES),
            false => choice::evenly(all.len(), MOST_VALUES),
        };
        let kept: Vec<f64> = kept.into_iter().map(|rank| all[rank]).collect();
        for group in &mut shown {
            group.keep(&kept);
        }
        let curves =
            (shown.iter().enumerate()).map(|(number, group)| Curve::of(group, number, throughput));
        Some(Curves {
            name: format!("{}: {} work", experiment.name, experiment.workload),
            common,
            along,
            measured: all.len(),
            values: kept,
            throughput,
            curves: curves.collect(),
            combinations,
            gaps: shown.iter().flat_map(lines::Group::gaps).collect(),
        })
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
