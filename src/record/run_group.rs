//! The runs of one configuration: what tables, charts, comparisons and recommendations are made of.

use std::fmt;

use super::{Memory, Status, Trial, group_by};
use crate::stats::{Bootstrap, Estimate, Sample};

/// The runs of one configuration, warm-ups left out; at least one.
#[derive(Clone, Debug, PartialEq)]
pub struct RunGroup<'a> {
    /// Its label, and what tells it from others of the same label.
    pub name: String,
    /// All of its runs, in the order in which they were run.
    runs: Vec<&'a Trial>,
    /// Those that measured something.
    good: Vec<&'a Trial>,
}

/// How many runs failed, of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failed {
    /// Runs that failed.
    pub failed: usize,
    /// All runs.
    pub of: usize,
}

/// Of the intervals of figures: the same records give the same table and the same picture.
const SEED: u64 = 1;

/// The configurations of some trials, in the order in which they first appear.
pub fn run_groups<'a>(trials: impl IntoIterator<Item = &'a Trial>) -> Vec<RunGroup<'a>> {
    let timed = trials.into_iter().filter(|trial| !trial.warmup);
    let groups = group_by(timed, |trial| trial).into_iter();
    groups
        .filter_map(|(name, runs)| RunGroup::of(name, runs))
        .collect()
}

impl<'a> RunGroup<'a> {
    /// Of runs that were asked the same; `None` when there is none.
    pub fn of(name: String, mut runs: Vec<&'a Trial>) -> Option<Self> {
        if runs.is_empty() {
            return None;
        }
        runs.sort_by_key(|trial| trial.order);
        let is_good = |trial: &&&Trial| trial.usable_makespan_s().is_some();
        let good = runs.iter().filter(is_good).copied().collect();
        Some(RunGroup { name, runs, good })
    }

    /// All runs, in the order in which they were run.
    pub fn runs(&self) -> &[&'a Trial] {
        &self.runs
    }

    /// The runs that measured something, in the order in which they were run.
    pub fn good(&self) -> &[&'a Trial] {
        &self.good
    }

    /// Any of its runs, for all that the configuration was asked.
    pub fn trial(&self) -> &'a Trial {
        self.runs[0]
    }

    /// The first run that did not end well.
    pub fn first_failure(&self) -> Option<&'a Trial> {
        let failed = |trial: &&&Trial| trial.status != Status::Ok;
        self.runs.iter().find(failed).copied()
    }

    /// Why the first run that did not end well did not.
    pub fn error(&self) -> Option<&'a str> {
        self.first_failure()?.error.as_deref()
    }

    /// How many of its runs measured nothing.
    pub fn failed(&self) -> Failed {
        Failed {
            failed: self.runs.len() - self.good.len(),
            of: self.runs.len(),
        }
    }

    /// How the first run that did not end well ended, else `ok`.
    pub fn status(&self) -> Status {
        self.first_failure()
            .map_or(Status::Ok, |trial| trial.status)
    }

    /// The median of the ideal makespans of the good runs, or of all runs when none is good, in
    /// seconds.
    pub fn ideal_s(&self) -> Option<f64> {
        let ideals = || self.runs.iter().filter_map(|trial| trial.ideal_s);
        let of_all = || Some(Sample::new(ideals().collect()).ok()?.median());
        self.median(|trial| trial.ideal_s).or_else(of_all)
    }

    /// Whether [`Self::ideal_s`] is only a lower bound.
    pub fn ideal_is_bound(&self) -> bool {
        self.runs.iter().any(|trial| trial.ideal_is_bound)
    }

    /// The makespans of the good runs, in seconds.
    pub fn makespans(&self) -> Option<Sample> {
        self.sample(Trial::usable_makespan_s)
    }

    /// The makespans of the good runs, in seconds, in the order in which they were run.
    pub fn makespans_s(&self) -> Vec<f64> {
        let good = self.good.iter();
        good.filter_map(|trial| trial.usable_makespan_s()).collect()
    }

    /// The median makespan of the good runs, in seconds.
    pub fn makespan_s(&self) -> Option<f64> {
        self.median(Trial::usable_makespan_s)
    }

    /// The median of [`Self::sample`].
    pub fn median(&self, figure: impl Fn(&Trial) -> Option<f64>) -> Option<f64> {
        Some(self.sample(figure)?.median())
    }

    /// The median of [`Self::sample`], with its interval.
    pub fn estimate(&self, figure: impl Fn(&Trial) -> Option<f64>) -> Option<Estimate> {
        let sample = self.sample(figure)?;
        Some(Estimate::of(&sample, &Bootstrap::seeded(SEED)))
    }

    /// The median of a figure of memory over the good runs, in KiB.
    pub fn memory_kib(&self, memory: Memory) -> Option<f64> {
        self.median(|trial| memory.kib(trial))
    }

    /// A figure over the good runs; values that are not finite do not count.
    pub fn sample(&self, figure: impl Fn(&Trial) -> Option<f64>) -> Option<Sample> {
        let values = self.good.iter().filter_map(|trial| figure(trial));
        Sample::new(values.filter(|value| value.is_finite()).collect()).ok()
    }
}

impl Failed {
    /// Whether any did.
    pub fn any(self) -> bool {
        self.failed > 0
    }

    /// How many did not.
    pub fn good(self) -> usize {
        self.of - self.failed
    }
}

impl fmt::Display for Failed {
    /// `1 of 4`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.failed, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fixtures;

    #[test]
    fn runs_are_in_the_order_of_running_and_failed_ones_measure_nothing() {
        let mut trials = fixtures::repeated(&[fixtures::trial("io-mp-2x1", (2.0, 1.0))], 3);
        trials.push(fixtures::failed("io-mp-2x1", "lost"));
        for (order, trial) in (0..).zip(trials.iter_mut().rev()) {
            trial.order = order;
        }
        let groups = run_groups(&trials);
        assert_eq!(groups.len(), 1);
        let group = &groups[0];
        assert_eq!((group.runs().len(), group.good().len()), (4, 3));
        assert_eq!(group.failed(), Failed { failed: 1, of: 4 });
        assert_eq!(
            group.first_failure().unwrap().error.as_deref(),
            Some("lost")
        );
        let makespans = group.makespans_s();
        assert!(makespans.is_sorted_by(|a, b| a > b), "{makespans:?}");
        assert_eq!(group.makespan_s(), Some(makespans[1]));
    }

    #[test]
    fn warm_ups_are_no_runs_and_what_is_not_finite_is_no_value() {
        let mut trials = vec![fixtures::trial("io-mp-2x1", (2.0, 1.0)); 3];
        trials[0].warmup = true;
        trials[1].cpu_user_s = Some(f64::NAN);
        trials[2].cpu_user_s = Some(3.0);
        let groups = run_groups(&trials);
        assert_eq!(groups[0].runs().len(), 2);
        assert_eq!(groups[0].median(|trial| trial.cpu_user_s), Some(3.0));
        assert!(run_groups(&trials[..1]).is_empty());
    }

    #[test]
    fn failed_runs_count_but_do_not_measure() {
        let good = fixtures::trial("io-mp-32x1", (16.5, 16.0));
        let bad = fixtures::failed("io-mp-32x1", "worker 3 died");
        let trials = [good, bad];
        let both = &run_groups(&trials)[0];
        assert_eq!(both.failed(), Failed { failed: 1, of: 2 });
        assert_eq!(both.makespans().unwrap().len(), 1);
        assert_eq!(both.error(), Some("worker 3 died"));
        let alone = &run_groups(&trials[1..])[0];
        assert_eq!((alone.makespans(), alone.ideal_s()), (None, Some(1.0)));
    }

    #[test]
    fn a_configuration_that_never_ended_well_has_failures_and_no_figure() {
        let failed = [fixtures::failed("io-mp-2x1", "lost")];
        let groups = run_groups(&failed);
        assert_eq!(groups[0].makespan_s(), None);
        assert_eq!(groups[0].estimate(|trial| trial.makespan_s), None);
        assert!(groups[0].failed().any());
    }
}
