//! The runs of a configuration as one row of a chart.

use super::{Published, PublishedFigure, RunGroup, Status, Trial, run_groups};
use crate::model::{Runtime, WorkloadKind};

/// The middle and the ends of one figure over repeated runs, in the figure's own unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MedianRange {
    /// The middle value; of an even number of values, halfway between the middle two.
    pub median: f64,
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
    /// How many values there are.
    pub runs: usize,
}

impl MedianRange {
    /// The spread of some values, or nothing when there are none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let runs = values.len();
        let (min, max) = (*values.first()?, *values.last()?);
        let median = f64::midpoint(values[(runs - 1) / 2], values[runs / 2]);
        Some(MedianRange {
            median,
            min,
            max,
            runs,
        })
    }

    /// Half the way from the smallest value to the largest.
    pub fn half_range(&self) -> f64 {
        (self.max - self.min) / 2.0
    }
}

/// One configuration over all its runs. Durations are in seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The label, and what tells it from another configuration with the same label.
    pub name: String,
    /// What one command does.
    pub workload: WorkloadKind,
    /// What the commands ran on.
    pub runtime: Runtime,
    /// What was published under this name.
    pub published: PublishedFigure,
    /// What the first system itself took for the same work when it was run again: on a two-core
    /// virtual machine, with CPython 3.11.
    pub run_again_s: Option<f64>,
    /// The median of the makespans that the configuration allows in theory.
    pub ideal_s: Option<f64>,
    /// Whether `ideal_s` is only a lower bound.
    pub ideal_is_bound: bool,
    /// The makespans of the runs that are `ok`.
    pub measured: Option<MedianRange>,
    /// The median of `ideal / makespan` over the runs that are `ok`.
    pub efficiency: Option<f64>,
    /// All runs.
    pub runs: usize,
    /// Those that are not `ok`.
    pub not_ok: usize,
    /// How the first run that is not `ok` ended, else `ok`.
    pub status: Status,
    /// Why.
    pub error: Option<String>,
}

impl Summary {
    fn of(group: RunGroup<'_>, published: &[Published]) -> Self {
        let (trial, failed) = (group.trial(), group.failed());
        let bad = group.first_failure();
        Summary {
            workload: trial.workload,
            runtime: trial.runtime.clone(),
            published: PublishedFigure::of(trial, published),
            run_again_s: PublishedFigure::run_again_s(trial, published),
            ideal_s: group.ideal_s(),
            ideal_is_bound: group.ideal_is_bound(),
            measured: MedianRange::of(group.makespans_s()),
            efficiency: group.median(Trial::efficiency),
            runs: failed.of,
            not_ok: failed.failed,
            status: group.status(),
            error: bad.and_then(|trial| trial.error.clone()),
            name: group.name,
        }
    }
}

/// One summary for each configuration, in the order in which they first appear.
pub fn summarise<'a>(
    trials: impl IntoIterator<Item = &'a Trial>,
    published: &[Published],
) -> Vec<Summary> {
    let groups = run_groups(trials).into_iter();
    groups.map(|group| Summary::of(group, published)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{fixtures, published};

    #[test]
    fn the_middle_of_an_even_number_of_values_is_halfway() {
        let spread = MedianRange::of([4.0, 1.0, 2.0, 3.0]).unwrap();
        assert_eq!((spread.min, spread.median, spread.max), (1.0, 2.5, 4.0));
        assert_eq!(spread.half_range(), 1.5);
        assert_eq!(MedianRange::of([]), None);
    }

    #[test]
    fn runs_of_a_configuration_make_one_summary_in_order_of_appearance() {
        let summaries = summarise(&fixtures::repeated(&fixtures::nine(), 3), &published());
        let names: Vec<&str> = summaries.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names[..2], ["io-mp-32x1", "io-mpmt-32x16"]);
        assert_eq!(summaries.len(), 9);
        assert_eq!(summaries[0].published, PublishedFigure::Seconds(17.0));
        assert_eq!(summaries[0].measured.unwrap().median, 16.03 * 1.08);
        assert_eq!(summaries[0].efficiency, Some(16.0 / (16.03 * 1.08)));
    }

    #[test]
    fn failed_runs_count_but_do_not_measure() {
        let good = fixtures::trial("io-mp-32x1", (16.5, 16.0));
        let bad = fixtures::failed("io-mp-32x1", "worker 3 died");
        let both = &summarise(&[good, bad.clone()], &[])[0];
        assert_eq!((both.runs, both.not_ok), (2, 1));
        assert_eq!(both.measured.unwrap().runs, 1);
        assert_eq!(both.error.as_deref(), Some("worker 3 died"));
        let alone = &summarise(&[bad], &[])[0];
        assert_eq!((alone.measured, alone.ideal_s), (None, Some(1.0)));
    }
}
