//! Trials that may be held against each other: those that do the same work.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::{Trial, run_groups};
use crate::model::WorkloadKind;

/// The same experiment and the same work, whoever does it and however: what processes, threads,
/// batches, executors, dispatch and runtimes are compared on.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparisonGroup<'a> {
    /// The experiment's name and the work, in words: `io-grid: io work, 256 commands, …`.
    pub name: String,
    /// A short name that is fit for a file and that no other work of the same records has.
    pub slug: String,
    /// The experiment's name.
    pub experiment: &'a str,
    /// What one command does.
    pub workload: WorkloadKind,
    /// Its trials in the order of the records, warm-ups left out.
    pub trials: Vec<&'a Trial>,
}

impl<'a> ComparisonGroup<'a> {
    /// The configuration with the smallest median makespan, by its first trial and its name;
    /// the first of several. One of which every run is good comes before one with failures, whose
    /// median is of those that happened to end. `None` without a good run.
    pub fn fastest(&self) -> Option<(&'a Trial, String)> {
        let groups = run_groups(self.trials.iter().copied()).into_iter();
        let ranked =
            groups.filter_map(|group| Some(((group.failed().any(), group.makespan_s()?), group)));
        let (_, fastest) =
            ranked.min_by(|((a, s), _), ((b, t), _)| a.cmp(b).then(s.total_cmp(t)))?;
        Some((fastest.trial(), fastest.name))
    }
}

/// The trials of each work, in the order in which the works first appear. Warm-ups are left out.
pub fn comparison_groups<'a>(
    trials: impl IntoIterator<Item = &'a Trial>,
) -> Vec<ComparisonGroup<'a>> {
    let mut by_name: IndexMap<String, Vec<&Trial>> = IndexMap::new();
    for trial in trials.into_iter().filter(|trial| !trial.warmup) {
        by_name.entry(in_words(trial)).or_default().push(trial);
    }
    let mut works: Vec<ComparisonGroup<'a>> = (by_name.into_iter())
        .map(|(name, trials)| ComparisonGroup {
            name,
            slug: String::new(),
            experiment: &trials[0].experiment,
            workload: trials[0].workload,
            trials,
        })
        .collect();
    name_shortly(&mut works);
    works
}

/// The trials of each experiment under its name, in the order in which they first appear. Warm-ups
/// are left out.
pub fn by_experiment(trials: &[Trial]) -> Vec<(&str, Vec<&Trial>)> {
    let mut experiments: IndexMap<&str, Vec<&Trial>> = IndexMap::new();
    for trial in trials.iter().filter(|trial| !trial.warmup) {
        let experiment = trial.experiment.as_str();
        experiments.entry(experiment).or_default().push(trial);
    }
    experiments.into_iter().collect()
}

/// All that makes it the same work, in words.
pub fn in_words(trial: &Trial) -> String {
    let mut words = vec![format!("{}: {} work", trial.experiment, trial.workload)];
    let own = trial.own_work();
    words.extend(own.map(str::to_owned));
    words.push(format!("{} commands", trial.commands));
    if let Some(wait) = trial.wait_s {
        // Whether a person's own work sleeps them is for itself to know.
        let passed_on = if own.is_some() { " as an argument" } else { "" };
        words.push(format!("waits of {wait} s{passed_on}"));
    }
    if let Some(loops) = trial.loops {
        words.push(format!("{loops} loops"));
    }
    if let Some(rate) = trial.rate_per_s {
        words.push(format!("{rate} batches/s"));
    }
    words.push(format!("total {}", trial.expected_sum));
    words.join(", ")
}

/// The experiment's name; with the workload where the experiment has several; with a number where
/// even that is not enough.
fn name_shortly(works: &mut [ComparisonGroup<'_>]) {
    let stems: Vec<String> = (works.iter())
        .map(|work| {
            let same = |other: &&ComparisonGroup<'_>| other.experiment == work.experiment;
            match works.iter().filter(same).count() {
                1 => slug(work.experiment),
                _ => format!("{}-{}", slug(work.experiment), work.workload),
            }
        })
        .collect();
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (work, stem) in works.iter_mut().zip(&stems) {
        let number = seen.entry(stem).or_default();
        *number += 1;
        work.slug = match *number {
            1 => stem.clone(),
            number => format!("{stem}-{number}"),
        };
    }
}

/// A name as every file system takes it: lower-case letters, digits, and `-` for the rest.
pub fn slug(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fixtures;

    #[test]
    fn the_published_runs_are_two_works_and_warm_ups_are_none() {
        let mut trials = fixtures::nine();
        trials[0].warmup = true;
        let works = comparison_groups(&trials);
        let told: Vec<(&str, usize)> = (works.iter())
            .map(|work| (work.slug.as_str(), work.trials.len()))
            .collect();
        assert_eq!(told, [("test-io", 4), ("test-cpu", 4)]);
        assert_eq!(
            works[0].name,
            "test: io work, 512 commands, waits of 1 s, total 512"
        );
    }

    #[test]
    fn different_work_of_a_persons_own_is_never_held_against_each_other() {
        let mut trials = vec![fixtures::trial("x-mp-1x1", (1.0, 1.0)); 4];
        trials[0].task = Some("x.py:work".to_owned());
        trials[1].task = Some("x.py:play".to_owned());
        trials[2].exec = Some("x {address}".to_owned());
        assert_eq!(comparison_groups(&trials).len(), 4);
        let name = in_words(&trials[0]);
        assert!(
            name.contains("x.py:work, 512 commands, waits of 1 s as an argument"),
            "{name}"
        );
    }

    #[test]
    fn the_fastest_has_the_smallest_median_and_comes_first() {
        let with = |label: &str, seconds: &[f64]| -> Vec<Trial> {
            let trial = |&s: &f64| fixtures::trial(label, (s, 1.0));
            seconds.iter().map(trial).collect()
        };
        let trials = [
            with("io-mp-1x1", &[0.0, f64::NAN]),
            with("io-mp-2x1", &[1.0, 9.0, 9.0]),
            with("io-mp-4x1", &[3.0, 3.0, 4.0]),
            with("io-mp-8x1", &[3.0]),
        ]
        .concat();
        let works = comparison_groups(&trials);
        assert_eq!(works[0].fastest().unwrap().1, "io-mp-4x1");
        let failed = [fixtures::failed("io-mp-1x1", "lost")];
        assert_eq!(super::comparison_groups(&failed)[0].fastest(), None);
    }

    #[test]
    fn what_fails_is_not_the_fastest_while_something_does_not_fail() {
        let mut trials = vec![
            fixtures::trial("io-mp-1x1", (1.0, 1.0)),
            fixtures::failed("io-mp-1x1", "lost"),
            fixtures::trial("io-mp-2x1", (2.0, 1.0)),
        ];
        assert_eq!(
            comparison_groups(&trials)[0].fastest().unwrap().1,
            "io-mp-2x1"
        );
        trials.pop();
        assert_eq!(
            comparison_groups(&trials)[0].fastest().unwrap().1,
            "io-mp-1x1"
        );
    }

    #[test]
    fn works_that_differ_in_their_numbers_alone_are_numbered() {
        let mut trials = vec![fixtures::trial("io-mp-1x1", (1.0, 1.0)); 3];
        trials[1].wait_s = Some(2.0);
        trials[2].experiment = "My / Own".to_owned();
        let works = comparison_groups(&trials);
        let slugs: Vec<&str> = works.iter().map(|work| work.slug.as_str()).collect();
        assert_eq!(slugs, ["test-io", "test-io-2", "my-own"]);
    }
}
