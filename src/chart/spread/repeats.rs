//! Trials as deviations from the median of their configuration.

use crate::chart::estimate::Estimate;
use crate::record::{Status, Trial, group_by};
use crate::stats::{Fences, Place, Sample};

/// Fences of fewer runs say nothing: with four, one that is a little off is far outside.
pub(super) const FEWEST_FOR_FENCES: usize = 6;

/// The runs of one experiment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Repeats {
    /// In the order in which they were run: the good ones of all configurations that have two or
    /// more, and all that are not ok.
    pub runs: Vec<Run>,
    /// Those with two good runs or more, the widest range first.
    pub configurations: Vec<Configuration>,
    /// How many configurations have a single good run: it can't deviate from its median.
    pub single: usize,
    /// How many trials there are, from the first to the last place.
    pub places: usize,
    /// Between which places a block ends: after the place of this number.
    pub block_ends: Vec<usize>,
}

/// One trial.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    /// Its place in the order of the experiment, from 1, warm-ups not counted.
    pub place: usize,
    /// The configuration's name.
    pub name: String,
    /// The repetition.
    pub run: u32,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a trial ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    /// It was measured.
    Good(Deviation),
    /// It was not, for this reason.
    Bad(String),
}

/// A makespan against the others of its configuration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Deviation {
    /// In seconds.
    pub makespan_s: f64,
    /// How much more than the median it is, in percent.
    pub percent: f64,
    /// Where it stands against the fences; inside when there are too few runs for any.
    pub place: Place,
}

/// The good runs of one configuration.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Configuration {
    /// Its name.
    pub name: String,
    /// The median makespan, in seconds; more than 0.
    pub median_s: f64,
    /// Its runs, in the order in which they were run.
    pub deviations: Vec<Deviation>,
    /// Runs that failed, and all.
    pub failed: (usize, usize),
}

impl Repeats {
    /// Of the trials of one experiment, warm-ups left out.
    pub fn prepare(trials: &[&Trial]) -> Repeats {
        let mut in_order = trials.to_vec();
        in_order.sort_by_key(|trial| trial.order);
        let block_ends = (1..in_order.len())
            .filter(|&place| in_order[place - 1].block != in_order[place].block)
            .collect();
        let places = in_order.len();
        let mut repeats = Repeats {
            runs: Vec::new(),
            configurations: Vec::new(),
            single: 0,
            places,
            block_ends,
        };
        let placed = (1..).zip(in_order);
        for (name, trials) in group_by(placed, |(_, trial)| *trial) {
            repeats.take_in(&name, &trials);
        }
        repeats.runs.sort_by_key(|run| run.place);
        let widest = |a: &Configuration, b: &Configuration| b.range().total_cmp(&a.range());
        repeats.configurations.sort_by(widest);
        repeats
    }

    /// Takes a configuration's trials with their places.
    fn take_in(&mut self, name: &str, trials: &[(usize, &Trial)]) {
        let bad = || {
            trials
                .iter()
                .filter(|(_, trial)| trial.status != Status::Ok)
        };
        for (place, trial) in bad() {
            let reason = trial.error.as_deref().unwrap_or("no reason recorded");
            let reason: Vec<&str> = reason.split_whitespace().collect();
            let outcome = Outcome::Bad(format!("{}: {}", trial.status, reason.join(" ")));
            self.runs.push(Run::of(name, *place, trial, outcome));
        }
        let good: Vec<(usize, &Trial, f64)> = (trials.iter())
            .filter_map(|(place, trial)| Some((*place, *trial, trial.usable_makespan_s()?)))
            .collect();
        let makespans = good.iter().map(|(.., makespan_s)| *makespan_s).collect();
        let failed = (bad().count(), trials.len());
        let Some(configuration) = Configuration::of(name, makespans, failed) else {
            self.single += good.len();
            return;
        };
        for ((place, trial, _), deviation) in good.iter().zip(&configuration.deviations) {
            let outcome = Outcome::Good(*deviation);
            self.runs.push(Run::of(name, *place, trial, outcome));
        }
        self.configurations.push(configuration);
    }

    /// The good runs with their places.
    pub fn good(&self) -> impl Iterator<Item = (usize, &Deviation)> {
        self.runs.iter().filter_map(|run| match &run.outcome {
            Outcome::Good(deviation) => Some((run.place, deviation)),
            Outcome::Bad(_) => None,
        })
    }

    /// The median of so many neighbouring good runs, at the place of the middle one; also how many
    /// these are: a tenth of all, an odd number from 5 to 51. None when there are fewer than that.
    pub fn running_median(&self) -> (Vec<(f64, f64)>, usize) {
        let good: Vec<(usize, f64)> = self
            .good()
            .map(|(place, deviation)| (place, deviation.percent))
            .collect();
        let width = (good.len() / 10).clamp(5, 51) | 1;
        let middle = |runs: &[(usize, f64)]| {
            let median = Estimate::median(runs.iter().map(|(_, percent)| *percent))?;
            Some((runs[width / 2].0 as f64, median))
        };
        (good.windows(width).filter_map(middle).collect(), width)
    }

    /// The deviations of all good runs, in percent.
    pub fn percents(&self) -> impl Iterator<Item = f64> {
        self.good().map(|(_, deviation)| deviation.percent)
    }
}

impl Run {
    fn of(name: &str, place: usize, trial: &Trial, outcome: Outcome) -> Run {
        Run {
            place,
            name: name.to_owned(),
            run: trial.run,
            outcome,
        }
    }
}

impl Configuration {
    /// Of the makespans of two good runs or more.
    fn of(name: &str, makespans: Vec<f64>, failed: (usize, usize)) -> Option<Configuration> {
        let sample = Sample::new(makespans.clone())
            .ok()
            .filter(|sample| sample.len() > 1)?;
        let fences = (sample.len() >= FEWEST_FOR_FENCES).then(|| Fences::of(&sample));
        let median_s = sample.median();
        let deviation = |makespan_s: f64| Deviation {
            makespan_s,
            percent: 100.0 * (makespan_s / median_s - 1.0),
            place: fences.map_or(Place::Inside, |fences| fences.place(makespan_s)),
        };
        Some(Configuration {
            name: name.to_owned(),
            median_s,
            deviations: makespans.into_iter().map(deviation).collect(),
            failed,
        })
    }

    /// Its deviations, in percent.
    pub fn percents(&self) -> impl Iterator<Item = f64> {
        self.deviations.iter().map(|deviation| deviation.percent)
    }

    /// From the smallest deviation to the largest one, in percent.
    pub fn ends(&self) -> (f64, f64) {
        (
            self.percents().fold(f64::INFINITY, f64::min),
            self.percents().fold(f64::NEG_INFINITY, f64::max),
        )
    }

    /// How far its ends are apart, in percent.
    pub fn range(&self) -> f64 {
        let (low, high) = self.ends();
        high - low
    }
}
