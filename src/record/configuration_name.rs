//! The names by which configurations are told apart.

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::Trial;
use crate::model::{Job, Runtime};

/// What holds a trial, under the name of its configuration, in the order in which these first
/// appear. Where configurations share a label, their names add what they differ in, so that
/// different things are never averaged.
pub fn group_by<T>(
    items: impl IntoIterator<Item = T>,
    trial_of: impl Fn(&T) -> &Trial,
) -> Vec<(String, Vec<T>)> {
    let mut groups: IndexMap<Identity, Vec<T>, FxBuildHasher> = IndexMap::default();
    for item in items {
        let asked = Identity::of(trial_of(&item));
        groups.entry(asked).or_default().push(item);
    }
    let names = names(groups.keys());
    names.into_iter().zip(groups.into_values()).collect()
}

/// A name for each: its label and runtime, and where these are the same, what tells them apart.
fn names<'a>(asked: impl Iterator<Item = &'a Identity> + Clone) -> Vec<String> {
    let mut labels: FxHashMap<_, (&Identity, [bool; WORDS])> = FxHashMap::default();
    for one in asked.clone() {
        let (first, differs) = labels.entry(one.label()).or_insert((one, [false; WORDS]));
        for (differs, (a, b)) in differs.iter_mut().zip(one.words.iter().zip(&first.words)) {
            *differs |= a != b;
        }
    }
    let name = |one: &Identity| one.name_by(&labels[&one.label()].1);
    asked.map(name).collect()
}

/// Things that a configuration is asked, beyond its label.
const WORDS: usize = 13;

/// What makes a configuration: its label, and everything that it was asked, in words.
#[derive(PartialEq, Eq, Hash)]
struct Identity {
    label: String,
    /// What stands in brackets behind the label whatever it is compared with: the runtime, when it
    /// is not the native one.
    runtime: Option<String>,
    words: [String; WORDS],
}

impl Identity {
    fn of(trial: &Trial) -> Self {
        Identity {
            label: trial.label.clone(),
            runtime: (!trial.runtime.is_native())
                .then(|| runtime_in_words(&trial.runtime, trial.switch_interval_s)),
            words: [
                trial.workload.to_string(),
                trial.shape().to_string(),
                format!("batch {}", trial.batch),
                trial.executor.to_string(),
                trial.dispatch.to_string(),
                trial.spawn.to_string(),
                format!("{} commands", trial.commands),
                format!("wait {} s", trial.wait_s.unwrap_or(0.0)),
                format!("{} loops", trial.loops.unwrap_or(0)),
                format!("time scale {}", trial.time_scale),
                format!("total {}", trial.expected_sum),
                format!("rate {}/s", trial.rate_per_s.unwrap_or(0.0)),
                trial.own_work().unwrap_or_default().to_owned(),
            ],
        }
    }

    /// What it is called before it is compared with others: namesakes have the same.
    fn label(&self) -> (&str, Option<&str>) {
        (&self.label, self.runtime.as_deref())
    }

    /// The label with the runtime, and with those words that differ among its namesakes.
    fn name_by(&self, differs: &[bool; WORDS]) -> String {
        let words = self.words.iter().zip(differs);
        let differing = words.filter_map(|(word, differs)| differs.then_some(word.as_str()));
        let runtime = self.runtime.as_deref().into_iter();
        let told: Vec<&str> = runtime.chain(differing).collect();
        if told.is_empty() {
            return self.label.clone();
        }
        format!("{} ({})", self.label, told.join(", "))
    }
}

/// The runtime, and its switch interval when it is not the usual one.
pub fn runtime_in_words(runtime: &Runtime, switch_interval_s: Option<f64>) -> String {
    let usual_s = Job::DEFAULT_SWITCH_INTERVAL.as_secs_f64();
    match switch_interval_s {
        Some(interval_s) if interval_s != usual_s => {
            format!("{runtime}, switch interval {interval_s} s")
        }
        _ => runtime.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::model::ExecutorKind;
    use crate::record::{Trial, fixtures, run_groups};

    #[test]
    fn the_runtime_stands_behind_every_label_but_the_native_ones() {
        let native = fixtures::trial("cpu-mt-1x2", (4.0, 4.0));
        let on = |runtime: &str, switch_interval_s| Trial {
            runtime: runtime.parse().unwrap(),
            switch_interval_s,
            ..native.clone()
        };
        let mut rayon = on("gil", Some(0.005));
        rayon.executor = ExecutorKind::Rayon;
        let all = [
            native.clone(),
            on("gil", Some(0.005)),
            rayon,
            on("gil", Some(0.001)),
            on("python:/opt/pypy3", None),
        ];
        let names: Vec<String> = (run_groups(&all).into_iter())
            .map(|group| group.name)
            .collect();
        assert_eq!(
            names,
            [
                "cpu-mt-1x2",
                "cpu-mt-1x2 (gil, spawn)",
                "cpu-mt-1x2 (gil, rayon)",
                "cpu-mt-1x2 (gil, switch interval 0.001 s)",
                "cpu-mt-1x2 (python:/opt/pypy3)",
            ]
        );
        assert_eq!(run_groups(&all[1..2])[0].name, "cpu-mt-1x2 (gil)");
    }

    #[test]
    fn configurations_that_share_a_label_are_told_apart() {
        let spawn = fixtures::trial("io-mpmt-8x16", (4.0, 4.0));
        let mut rayon = spawn.clone();
        rayon.executor = ExecutorKind::Rayon;
        let trials = [spawn.clone(), rayon, spawn];
        let groups: Vec<(String, usize)> = run_groups(&trials)
            .into_iter()
            .map(|group| (group.name.clone(), group.runs().len()))
            .collect();
        assert_eq!(
            groups,
            [
                ("io-mpmt-8x16 (spawn)".to_owned(), 2),
                ("io-mpmt-8x16 (rayon)".to_owned(), 1)
            ]
        );
    }
}
