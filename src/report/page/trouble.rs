//! What speaks against the figures: warnings, and trials that failed.

use std::hash::Hash;

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value;

use super::asked::QuestionView;
use crate::model::first_of;
use crate::record::{Status, Trial};

/// Warnings about one thing.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Warnings {
    /// What they are about.
    pub(super) about: String,
    pub(super) warnings: Vec<String>,
}

/// Trials that ended in the same way for the same reason.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct FailureGroup {
    pub(super) status: String,
    pub(super) reason: String,
    pub(super) count: usize,
    /// Which configurations.
    pub(super) which: String,
}

/// Those of the environment, then those of each question.
pub(super) fn warnings(environment: Option<&Value>, asked: &[QuestionView<'_>]) -> Vec<Warnings> {
    let machine = Warnings {
        about: "The machine".to_owned(),
        warnings: environment.map_or_else(Vec::new, of_machine),
    };
    let questions = asked.iter().map(|asked| Warnings {
        about: asked.question.name.clone(),
        warnings: asked.question.warnings(),
    });
    std::iter::once(machine)
        .chain(questions)
        .filter(|group| !group.warnings.is_empty())
        .collect()
}

fn of_machine(environment: &Value) -> Vec<String> {
    let listed = environment["warnings"].as_array();
    let words = listed.into_iter().flatten().filter_map(Value::as_str);
    words.map(sentence).collect()
}

/// With a capital letter.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Trials that are not ok, warm-ups included; those of the same reason together, in the order in
/// which the reasons first appear.
pub(super) fn failures(trials: &[Trial]) -> Vec<FailureGroup> {
    let bad = trials.iter().filter(|trial| trial.status != Status::Ok);
    let reasons = in_groups(bad, |trial| (trial.status as u8, trial.error.as_deref()));
    reasons
        .iter()
        .map(|trials| FailureGroup::of(trials))
        .collect()
}

impl FailureGroup {
    fn of(trials: &[&Trial]) -> FailureGroup {
        let first = trials[0];
        let no_reason = || "no reason recorded".to_owned();
        FailureGroup {
            status: first.status.to_string(),
            reason: first.error.clone().unwrap_or_else(no_reason),
            count: trials.len(),
            which: which(trials),
        }
    }
}

/// The configurations of some trials, the first ones by name.
fn which(trials: &[&Trial]) -> String {
    const NAMED: usize = 12;
    let labels = in_groups(trials.iter().copied(), |trial| trial.label.as_str());
    let named = labels.iter().map(|trials| match trials.len() {
        1 => trials[0].label.clone(),
        times => format!("{} ({times} times)", trials[0].label),
    });
    first_of(&named.collect::<Vec<String>>(), NAMED)
}

/// Items of the same key together, in the order in which the keys first appear.
fn in_groups<'a, K: Eq + Hash>(
    trials: impl Iterator<Item = &'a Trial>,
    key: impl Fn(&'a Trial) -> K,
) -> Vec<Vec<&'a Trial>> {
    let mut groups: IndexMap<K, Vec<&Trial>> = IndexMap::new();
    for trial in trials {
        groups.entry(key(trial)).or_default().push(trial);
    }
    groups.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fixtures;

    #[test]
    fn failures_of_the_same_reason_are_told_once_with_their_configurations() {
        let mut late = fixtures::failed("io-mp-2x1", "no result for 30 s");
        late.status = Status::Timeout;
        let died = |label| fixtures::failed(label, "worker 3 died");
        let trials = [
            died("io-mp-2x1"),
            fixtures::trial("io-mp-2x1", (1.0, 1.0)),
            late,
            died("io-mp-4x1"),
            died("io-mp-2x1"),
        ];
        let told: Vec<(String, usize, String)> = failures(&trials)
            .into_iter()
            .map(|failure| (failure.reason, failure.count, failure.which))
            .collect();
        assert_eq!(
            told,
            [
                (
                    "worker 3 died".to_owned(),
                    3,
                    "io-mp-2x1 (2 times), io-mp-4x1".to_owned()
                ),
                ("no result for 30 s".to_owned(), 1, "io-mp-2x1".to_owned())
            ]
        );
    }

    #[test]
    fn many_configurations_are_counted_after_the_first() {
        let label = |n: usize| format!("io-mp-{n}x1");
        let trials: Vec<Trial> = (1..=14)
            .map(|n| fixtures::failed(&label(n), "why"))
            .collect();
        let failures = failures(&trials);
        assert!(failures[0].which.ends_with("io-mp-12x1 and 2 more"));
    }
}
