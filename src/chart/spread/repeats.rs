//! Trials as deviations from the median of their configuration.

use std::collections::HashMap;
use std::ptr;

use itertools::Itertools;

use crate::chart::scale::ends;
use crate::record::{RunGroup, Status, Trial, run_groups};
use crate::stats::{Fences, Place, Sample};

/// Fences of fewer runs say nothing: with four, one that is a little off is far outside.
pub(super) const FEWEST_FOR_FENCES: usize = 6;

/// The runs of one experiment.
pub(super) struct Repeats<'a> {
    /// In the order in which they were run: the good ones of all configurations that have two or
    /// more, and all that are not ok.
    pub runs: Vec<Run<'a>>,
    /// The configurations with two good runs or more, the widest range first.
    pub rows: Vec<Repeated<'a>>,
    /// How many configurations have a single good run: it can't deviate from its median.
    pub single: usize,
    /// How many trials there are, from the first to the last place.
    pub places: usize,
    /// Between which places a block ends: after the place of this number.
    pub block_ends: Vec<usize>,
}

/// A configuration with two good runs or more.
pub(super) struct Repeated<'a> {
    pub group: RunGroup<'a>,
    /// In seconds; more than 0.
    pub median_s: f64,
    /// The good runs: how much longer than the median each took, in percent, and how it looks.
    pub deviations: Vec<(f64, Look)>,
}

/// One trial.
#[derive(Clone)]
pub(super) struct Run<'a> {
    /// Its place in the order of the experiment, from 1, warm-ups not counted.
    pub place: usize,
    /// The configuration's name.
    pub name: String,
    pub trial: &'a Trial,
    /// How much more than the median it took, in percent; `None` when it failed.
    pub percent: Option<f64>,
    pub look: Look,
}

/// What a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Look {
    /// Like the others.
    Plain,
    /// Beyond an inner fence.
    Mild,
    /// Beyond an outer fence.
    Severe,
    /// It failed.
    Failed,
}

impl<'a> Repeats<'a> {
    /// Of the trials of one experiment, warm-ups left out.
    pub fn of(trials: &[&'a Trial]) -> Self {
        let in_order = trials
            .iter()
            .copied()
            .sorted_by_key(|trial| trial.order)
            .collect_vec();
        let ends = in_order
            .iter()
            .tuple_windows()
            .positions(|(a, b)| a.block != b.block);
        let placed = (1..)
            .zip(&in_order)
            .map(|(place, trial)| (ptr::from_ref(*trial), place));
        let placed: HashMap<*const Trial, usize> = placed.collect();
        let (mut runs, mut rows, mut single) = (Vec::new(), Vec::new(), 0);
        for group in run_groups(trials.iter().copied()) {
            let run = |trial: &&'a Trial, percent: Option<f64>, look: Look| Run {
                place: placed[&ptr::from_ref(*trial)],
                name: group.name.clone(),
                trial,
                percent,
                look,
            };
            let failed = group
                .runs()
                .iter()
                .filter(|trial| trial.status != Status::Ok);
            runs.extend(failed.map(|trial| run(trial, None, Look::Failed)));
            match Repeated::of(&group) {
                None => single += group.good().len(),
                Some(row) => {
                    let good = group.good().iter().zip(&row.deviations);
                    runs.extend(good.map(|(trial, (off, look))| run(trial, Some(*off), *look)));
                    rows.push(row);
                }
            }
        }
        runs.sort_by_key(|run| run.place);
        rows.sort_by(|a, b| b.range().total_cmp(&a.range()));
        let (places, block_ends) = (in_order.len(), ends.map(|index| index + 1).collect());
        Repeats {
            runs,
            rows,
            single,
            places,
            block_ends,
        }
    }

    /// The good runs with their places and deviations.
    pub fn good(&self) -> impl Iterator<Item = (&Run<'a>, f64)> {
        self.runs.iter().filter_map(|run| Some((run, run.percent?)))
    }

    /// The median of so many neighbouring good runs, at the place of the middle one; also how many
    /// these are: a tenth of all, an odd number from 5 to 51. None when there are fewer than that.
    pub fn running_median(&self) -> (Vec<(f64, f64)>, usize) {
        let good = self
            .good()
            .map(|(run, percent)| (run.place as f64, percent))
            .collect_vec();
        let width = (good.len() / 10).clamp(5, 51) | 1;
        let middle = |runs: &[(f64, f64)]| {
            let percents = runs.iter().map(|(_, percent)| *percent).collect();
            Some((runs[width / 2].0, Sample::new(percents).ok()?.median()))
        };
        (good.windows(width).filter_map(middle).collect(), width)
    }
}

impl<'a> Repeated<'a> {
    fn of(group: &RunGroup<'a>) -> Option<Self> {
        let makespans = group.makespans_s();
        let sample = Sample::new(makespans.clone())
            .ok()
            .filter(|sample| sample.len() > 1)?;
        let fences = (sample.len() >= FEWEST_FOR_FENCES).then(|| Fences::of(&sample));
        let median_s = sample.median();
        let deviation = |seconds: f64| {
            let place = fences.map_or(Place::Inside, |fences| fences.place(seconds));
            (off(seconds, median_s), Look::of(place))
        };
        let deviations = makespans.into_iter().map(deviation).collect();
        Some(Repeated {
            group: group.clone(),
            median_s,
            deviations,
        })
    }

    /// The smallest deviation and the largest one, in percent.
    pub fn ends(&self) -> (f64, f64) {
        let percents = self.deviations.iter().map(|(percent, _)| *percent);
        ends(percents).unwrap_or_default()
    }

    /// How far its ends are apart, in percent.
    pub fn range(&self) -> f64 {
        let (low, high) = self.ends();
        high - low
    }
}

/// How much more than the median a value is, in percent.
pub(super) fn off(value: f64, median: f64) -> f64 {
    100.0 * (value / median - 1.0)
}

impl Look {
    fn of(place: Place) -> Look {
        match place {
            Place::Inside => Look::Plain,
            Place::LowMild | Place::HighMild => Look::Mild,
            Place::LowSevere | Place::HighSevere => Look::Severe,
        }
    }
}
