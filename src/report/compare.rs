//! Two records against each other: what became faster, what slower, and what can't be told.
//!
//! Configurations are matched by everything that they were asked; the experiment's name is no part
//! of that. How differences are judged is for [`crate::stats`] to know.

#[cfg(test)]
mod tests;
mod write;

use std::collections::HashSet;

use super::columns::Timed;
use crate::record::{Failed, RunGroup, Trial, TrialId, group_by};
use crate::stats::{Bootstrap, Difference, Failures, Interval, Outcome, Sample, compare, judge};

/// What counts as a change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Criteria {
    /// What is seen to be slower is a regression when its ratio of medians is above 1 + this.
    pub threshold: f64,
    /// The chance of any false alarm among all comparisons.
    pub alpha: f64,
    /// Whether the new record may lack what the old one has.
    pub allow_missing: bool,
    /// Of the bootstrap: same records and same seed, same answer.
    pub seed: u64,
}

/// What the records of old and new say about each configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes<'a> {
    /// One for each configuration, in the order in which they first appear, old before new.
    pub changes: Vec<Change<'a>>,
    /// How many trials both records have: they say nothing of a difference.
    pub common: usize,
    terms: Criteria,
    /// Tests that were judged together.
    family: usize,
}

/// One configuration, old and new.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<'a> {
    /// Its name.
    pub name: String,
    /// Its rows in the old record.
    pub old: Side<'a>,
    /// Its rows in the new record.
    pub new: Side<'a>,
    /// What they say.
    pub finding: Finding,
    /// Whether its runs fail more often than before; `None` when so few failed that nothing could
    /// tell.
    pub failing: Option<Failing>,
}

/// Whether runs fail more often in the new record than in the old one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failing {
    /// The p-value of Fisher's one-sided test.
    pub p: f64,
    /// The same after Holm's correction.
    pub adjusted_p: f64,
    /// Whether that is no chance.
    pub is_more: bool,
}

/// A configuration's rows in one record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Side<'a> {
    /// Its runs, if it has any but warm-ups.
    group: Option<RunGroup<'a>>,
    /// Rows left out because they only warm up.
    pub warmups: usize,
}

/// What can be said of one configuration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Finding {
    /// Both sides were measured.
    Compared {
        /// The ratio new / old, with its interval.
        difference: Difference,
        /// The p-value after Holm's correction; `None` when it took no part in the family, because
        /// a side has too few runs for any answer.
        adjusted_p: Option<f64>,
        /// What to say about it.
        outcome: Outcome,
    },
    /// The new record does not have it.
    OnlyOld,
    /// The old record does not have it.
    OnlyNew,
    /// Measured in the old record; in the new one it was run and never ended well.
    Broken,
    /// Never ended well in the old record, so there is nothing to compare with.
    NoBaseline,
}

/// What a pipeline has to stop for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Regression {
    Slower,
    Failing,
    Broken,
    Missing,
}

impl Regression {
    const ALL: [Regression; 4] = [
        Regression::Slower,
        Regression::Failing,
        Regression::Broken,
        Regression::Missing,
    ];
}

#[derive(Clone, Copy)]
enum Age {
    Old,
    New,
}

/// Compares two records.
pub fn changes<'a>(old: &'a [Trial], new: &'a [Trial], terms: Criteria) -> Changes<'a> {
    let known: HashSet<TrialId> = old.iter().map(Trial::id).collect();
    let common = new.iter().filter(|trial| known.contains(&trial.id()));
    let common = common.count();
    let old = old.iter().map(|trial| (Age::Old, trial));
    let new = new.iter().map(|trial| (Age::New, trial));
    let groups = group_by(old.chain(new), |(_, trial)| trial);
    let mut changes: Vec<Change<'a>> = groups
        .into_iter()
        .map(|(name, rows)| change(name, &rows, terms))
        .collect();
    let family = judge_together(&mut changes, terms.alpha);
    Changes {
        changes,
        common,
        terms,
        family,
    }
}

fn change<'a>(name: String, rows: &[(Age, &'a Trial)], terms: Criteria) -> Change<'a> {
    let side = |wanted: fn(&Age) -> bool| {
        let rows = rows.iter().filter(|(age, _)| wanted(age));
        Side::of(&name, rows.map(|(_, trial)| *trial))
    };
    let old = side(|age| matches!(age, Age::Old));
    let new = side(|age| matches!(age, Age::New));
    let finding = finding(&old, &new, terms);
    Change {
        name,
        old,
        new,
        finding,
        failing: None,
    }
}

/// What is known before the family is judged.
fn finding(old: &Side<'_>, new: &Side<'_>, terms: Criteria) -> Finding {
    match (&old.makespans(), &new.makespans()) {
        _ if new.group.is_none() => Finding::OnlyOld,
        _ if old.group.is_none() => Finding::OnlyNew,
        (None, _) => Finding::NoBaseline,
        (Some(_), None) => Finding::Broken,
        (Some(old), Some(new)) => match compare(old, new, &Bootstrap::seeded(terms.seed)) {
            Ok(difference) => Finding::Compared {
                difference,
                adjusted_p: None,
                outcome: Outcome::TooFewRuns,
            },
            // Makespans are above zero, so this has no way to happen.
            Err(_) => Finding::NoBaseline,
        },
    }
}

/// Judges all comparisons that can have an answer as one family, those of times and those of
/// failures, and says how many these are. One that has too few runs for any is left out of it, and
/// so is one with too few failures: whether it does is known from their numbers alone, so the others
/// need not pay for it.
fn judge_together(changes: &mut [Change<'_>], alpha: f64) -> usize {
    let (mut findings, mut differences) = (Vec::new(), Vec::new());
    let (mut failings, mut failures) = (Vec::new(), Vec::new());
    for change in changes {
        let Some(difference) = change.finding.difference() else {
            continue;
        };
        let failed = change.old.failures_to(&change.new);
        if failed.smallest_p() <= alpha {
            failings.push(&mut change.failing);
            failures.push(failed);
        }
        if difference.interval.is_some() {
            findings.push(&mut change.finding);
            differences.push(difference);
        }
    }
    let judged = judge(&differences, &failures, alpha);
    for (finding, judgement) in findings.into_iter().zip(judged.differences) {
        *finding = Finding::Compared {
            difference: judgement.difference,
            adjusted_p: Some(judgement.adjusted_p),
            outcome: judgement.outcome,
        };
    }
    for ((failing, failed), adjusted_p) in failings.into_iter().zip(&failures).zip(judged.failures)
    {
        *failing = Some(Failing {
            p: failed.p(),
            adjusted_p,
            is_more: adjusted_p <= alpha,
        });
    }
    differences.len() + failures.len()
}

impl<'a> Side<'a> {
    fn of(name: &str, trials: impl Iterator<Item = &'a Trial>) -> Side<'a> {
        let (warmups, runs): (Vec<_>, Vec<_>) = trials.partition(|trial| trial.warmup);
        Side {
            group: RunGroup::of(name.to_owned(), runs),
            warmups: warmups.len(),
        }
    }

    /// One of its runs; `None` when it has none but warm-ups.
    fn trial(&self) -> Option<&'a Trial> {
        self.group.as_ref().map(RunGroup::trial)
    }

    /// What its runs took.
    fn timed(&self, bootstrap: &Bootstrap) -> Timed {
        let of = |group| Timed::of(group, bootstrap);
        self.group.as_ref().map(of).unwrap_or_default()
    }

    /// The makespans of the good runs, in seconds.
    fn makespans(&self) -> Option<Sample> {
        self.group.as_ref()?.sample(Trial::usable_makespan_s)
    }

    /// How many runs failed, of how many.
    pub fn failed(&self) -> Failed {
        self.group
            .as_ref()
            .map_or(Failed::default(), RunGroup::failed)
    }

    fn failures_to(&self, new: &Side<'_>) -> Failures {
        let (old, new) = (self.failed(), new.failed());
        Failures {
            old: old.failed,
            old_runs: old.of,
            new: new.failed,
            new_runs: new.of,
        }
    }

    /// The median makespan of the good runs, in seconds.
    pub fn median_s(&self) -> Option<f64> {
        self.group.as_ref()?.makespan_s()
    }
}

impl Finding {
    fn difference(&self) -> Option<Difference> {
        match self {
            Finding::Compared { difference, .. } => Some(*difference),
            _ => None,
        }
    }

    fn interval(&self) -> Option<Interval> {
        self.difference()?.interval
    }
}

impl Changes<'_> {
    /// Whether a change is one to stop for.
    pub fn is_regression(&self, change: &Change<'_>) -> bool {
        Regression::ALL
            .into_iter()
            .any(|kind| self.is(kind, change))
    }

    /// Whether a change is a regression of this kind. Slower is what is seen to be, and by its ratio
    /// of medians more than the threshold.
    ///
    /// That a difference is no chance is settled by then. The median is the best guess of its
    /// size; to ask that the whole interval lies beyond the threshold would let by most of the
    /// changes that are just as large as those that one asked to be told of.
    fn is(&self, kind: Regression, change: &Change<'_>) -> bool {
        match (kind, change.finding) {
            (
                Regression::Slower,
                Finding::Compared {
                    difference,
                    outcome: Outcome::Slower,
                    ..
                },
            ) => difference.ratio > 1.0 + self.terms.threshold,
            (Regression::Failing, _) => change.failing.is_some_and(|failing| failing.is_more),
            (Regression::Broken, finding) => finding == Finding::Broken,
            (Regression::Missing, Finding::OnlyOld) => !self.terms.allow_missing,
            _ => false,
        }
    }

    /// How many regressions there are.
    pub fn regressions(&self) -> usize {
        (self.changes.iter())
            .filter(|change| self.is_regression(change))
            .count()
    }

    /// How many configurations were measured on both sides.
    pub fn compared(&self) -> usize {
        let findings = self.changes.iter().map(|change| change.finding);
        findings
            .filter(|finding| finding.difference().is_some())
            .count()
    }

    /// How many configurations both records have, however their runs ended.
    pub fn in_both(&self) -> usize {
        let one_sided =
            |change: &&Change<'_>| matches!(change.finding, Finding::OnlyOld | Finding::OnlyNew);
        self.changes.len() - self.changes.iter().filter(one_sided).count()
    }
}
