//! The definition of an experiment, and the file that it is read from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::nearest::did_you_mean;
use super::{Axes, InputSpec};
use crate::model::{Configuration, WorkloadKind};

/// Why a text defines no experiment: in which file, where, what, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {reason}", line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct DefinitionError {
    /// The file, as the person named it.
    pub file: String,
    /// The line, from 1, when it is known.
    pub line: Option<usize>,
    /// The key that is wrong, and why.
    pub reason: String,
}

/// An experiment as data: what is asked and why, what varies, what is fixed, how often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The question that it answers.
    pub question: String,
    /// What to expect, how to read the answer, and what it can't say.
    pub analysis: String,
    /// How often each configuration is measured.
    #[serde(default = "one")]
    pub runs: u32,
    /// How often those of a workload are measured, where that is another number than `runs`: short
    /// trials can be run more often than long ones.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub runs_of: BTreeMap<WorkloadKind, u32>,
    /// How often each configuration is run before that, unmeasured.
    #[serde(default)]
    pub warmup: u32,
    /// The total of the responses of one pass over the commands. It is held against the input
    /// before anything is run, and so against every trial's total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_sum: Option<i64>,
    /// The commands and their table.
    #[serde(default)]
    pub input: InputSpec,
    /// What varies, and what is fixed for all.
    #[serde(default)]
    pub axes: Axes,
    /// When not every combination of the axes is meant: what is. Each lies over `axes`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configuration: Vec<Axes>,
}

/// Runs of a configuration, at the most.
const MOST_RUNS: u32 = 1_000_000;

fn one() -> u32 {
    1
}

impl Definition {
    /// Every configuration of some axes, once, on the input that comes with the program; it asks
    /// nothing.
    pub fn of(axes: Axes) -> Definition {
        Definition {
            question: String::new(),
            analysis: String::new(),
            runs: 1,
            runs_of: BTreeMap::new(),
            warmup: 0,
            expected_sum: None,
            input: InputSpec::default(),
            axes,
            configuration: Vec::new(),
        }
    }

    /// Reads a definition. `file` is what errors call it.
    ///
    /// # Errors
    /// With file, line and key, and the nearest right word for a wrong one.
    pub fn parse(file: &str, text: &str) -> Result<Definition, DefinitionError> {
        let definition: Definition =
            toml::from_str(text).map_err(|error| explain(file, text, &error))?;
        definition.configurations(file)?;
        Ok(definition)
    }

    /// All configurations, in order, each once.
    ///
    /// # Errors
    /// When a value is out of its bounds, a combination is impossible, or the input makes no sense.
    pub fn configurations(&self, file: &str) -> Result<Vec<Configuration>, DefinitionError> {
        let refuse = |reason: String| DefinitionError {
            file: file.to_owned(),
            line: None,
            reason,
        };
        let all_runs = || self.runs_of.values().chain([&self.runs]);
        if all_runs().any(|&runs| runs == 0) {
            return Err(refuse(
                "runs: 0 runs measure nothing; write 1 or more".to_owned(),
            ));
        }
        if all_runs().chain([&self.warmup]).any(|&n| n > MOST_RUNS) {
            return Err(refuse(format!(
                "runs and warmup: nobody waits for more than {MOST_RUNS} of each"
            )));
        }
        if self.axes.label.is_some() {
            return Err(refuse(
                "axes.label: a label belongs into a [[configuration]]".to_owned(),
            ));
        }
        self.input
            .source()
            .map_err(|(key, reason)| refuse(format!("{key}: {reason}")))?;
        let mut all: Vec<Configuration> = Vec::new();
        for axes in self.each_axes() {
            for configuration in axes.configurations().map_err(|e| refuse(e.to_string()))? {
                if !all.contains(&configuration) {
                    all.push(configuration);
                }
            }
        }
        Ok(all)
    }

    /// How often a configuration is measured.
    pub fn runs_of(&self, configuration: &Configuration) -> u32 {
        let workload = configuration.job.workload;
        self.runs_of.get(&workload).copied().unwrap_or(self.runs)
    }

    /// Measures every configuration so often, whatever its workload.
    pub fn run_each(&mut self, runs: u32) {
        self.runs = runs;
        self.runs_of.clear();
    }

    fn each_axes(&self) -> Vec<Axes> {
        if self.configuration.is_empty() {
            return vec![self.axes.clone()];
        }
        let over = self.configuration.iter();
        over.map(|over| self.axes.overlaid(over)).collect()
    }

    /// Lays axes over everything, explicit configurations too. Labels that would become wrong
    /// give way to the default ones.
    pub fn override_with(&mut self, over: &Axes) {
        self.axes = self.axes.overlaid(over);
        for configuration in &mut self.configuration {
            *configuration = configuration.overlaid(over);
            if over.changes_names() {
                configuration.label = None;
            }
        }
    }
}

/// What the TOML reader says, with its place, key and the nearest right word.
fn explain(file: &str, text: &str, error: &toml::de::Error) -> DefinitionError {
    let start = error.span().map(|span| span.start);
    let place = start.and_then(|start| Some((start, text.get(..start)?)));
    let before = place.map(|(_, before)| before.matches('\n').count());
    let line = before.map(|before| before.saturating_add(1));
    let message = error.message().trim_end();
    let reason = match unknown_word(message) {
        Some((kind, word, known)) => {
            format!(
                "unknown {kind} '{word}'{}",
                did_you_mean(word, known.iter().copied())
            )
        }
        None => match before.and_then(|before| key_of(text.lines().nth(before)?)) {
            Some(key) => format!("{key}: {message}"),
            None => message.to_owned(),
        },
    };
    DefinitionError {
        file: file.to_owned(),
        line: line.filter(|_| !text.is_empty()),
        reason,
    }
}

/// The words in serde's "unknown field `x`, expected one of `a`, `b`".
fn unknown_word(message: &str) -> Option<(&'static str, &str, Vec<&str>)> {
    let (kind, rest) = match message.strip_prefix("unknown field ") {
        Some(rest) => ("key", rest),
        None => ("word", message.strip_prefix("unknown variant ")?),
    };
    let mut words = rest.split('`').skip(1).step_by(2);
    let word = words.next()?;
    Some((kind, word, words.collect()))
}

/// The key of a `key = value` line.
fn key_of(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    let key = key.trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    (!key.is_empty() && key.chars().all(plain)).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAD: &str = "question = \"q\"\nanalysis = \"a\"\n";

    fn parse(rest: &str) -> Result<Definition, DefinitionError> {
        Definition::parse("x.toml", &format!("{HEAD}{rest}"))
    }

    fn refusal(rest: &str) -> String {
        parse(rest).unwrap_err().to_string()
    }

    #[test]
    fn a_wrong_key_is_told_with_file_line_and_the_nearest_right_one() {
        assert_eq!(
            refusal("expected_summ = 3"),
            "x.toml:3: unknown key 'expected_summ'; did you mean 'expected_sum'?"
        );
        assert_eq!(
            refusal("[axes]\nproceses = 3"),
            "x.toml:4: unknown key 'proceses'; did you mean 'processes'?"
        );
        assert_eq!(
            refusal("[input]\ncounts = 3"),
            "x.toml:4: unknown key 'counts'; did you mean 'count'?"
        );
        assert!(refusal("[[configuration]]\nthread = 3").ends_with("did you mean 'threads'?"));
        assert!(refusal("zebra = 1").contains("there is question, analysis, runs"));
    }

    #[test]
    fn a_wrong_value_is_told_with_file_line_and_key() {
        assert!(
            refusal("[axes]\nworkload = \"ioo\"")
                .starts_with("x.toml:4: workload: 'ioo' is not known")
        );
        assert!(refusal("[axes]\nthreads = \"32..1\"").starts_with("x.toml:4: threads: range"));
        assert!(refusal("runs = \"x\"").starts_with("x.toml:3: runs: "));
        assert!(refusal("runs = 0").starts_with("x.toml: runs: 0 runs"));
        assert!(
            refusal("[axes]\nprocesses = 5000").starts_with("x.toml: processes: 5000 is too many")
        );
        assert!(refusal("[input]\nwait = \"2..1\"").starts_with("x.toml: input.wait: "));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "[a-z0-9\\[\\]=\"é`\n .]{0,60}") {
            let _ = parse(&text);
            let _ = Definition::parse("x.toml", &text);
        }
    }

    #[test]
    fn a_missing_key_is_named() {
        let error = Definition::parse("x.toml", "").unwrap_err().to_string();
        assert!(
            error.starts_with("x.toml") && error.contains("question"),
            "{error}"
        );
    }

    #[test]
    fn explicit_configurations_lie_over_the_axes() {
        let text = "[axes]\nbatch = 8\nthreads = 2\n[[configuration]]\nlabel = \"one\"\n[[configuration]]\nthreads = \"4,8\"";
        let all = parse(text).unwrap().configurations("x").unwrap();
        let told: Vec<_> = all
            .iter()
            .map(|c| (c.label.as_str(), c.job.threads, c.batch))
            .collect();
        assert_eq!(
            told,
            [("one", 2, 8), ("io-mt-1x4", 4, 8), ("io-mt-1x8", 8, 8)]
        );
    }

    #[test]
    fn what_a_person_asks_for_lies_over_all() {
        let text = "[[configuration]]\nlabel = \"one\"\nthreads = 2\n[[configuration]]\nlabel = \"two\"\nprocesses = 2";
        let mut definition = parse(text).unwrap();
        let over: Axes = toml::from_str("batch = 4").unwrap();
        definition.override_with(&over);
        let all = definition.configurations("x").unwrap();
        assert!(all.iter().all(|c| c.batch == 4) && all[0].label == "one");
        let over: Axes = toml::from_str("threads = 3").unwrap();
        definition.override_with(&over);
        assert_eq!(
            definition.configurations("x").unwrap()[0].label,
            "io-mt-1x3"
        );
    }

    #[test]
    fn a_workload_may_have_runs_of_its_own() {
        let text = "runs = 2\nruns_of = { cpu = 6 }\n[axes]\nworkload = \"io,cpu\"";
        let mut definition = parse(text).unwrap();
        let runs = |definition: &Definition| -> Vec<u32> {
            let all = definition.configurations("x").unwrap();
            all.iter().map(|one| definition.runs_of(one)).collect()
        };
        assert_eq!(runs(&definition), [2, 6]);
        definition.run_each(3);
        assert_eq!(runs(&definition), [3, 3]);
        assert!(refusal("runs_of = { cpu = 0 }").starts_with("x.toml: runs: 0 runs"));
        assert!(refusal("runs_of = { cpu = 9999999 }").contains("nobody waits"));
        assert!(refusal("runs_of = { cpuu = 2 }").contains("did you mean 'cpu'?"));
    }

    #[test]
    fn a_definition_goes_round_as_json() {
        let text = "runs = 3\nruns_of = { cpu = 6 }\nexpected_sum = 4\n[input]\ncount = 4\nwait = \"1ms..2ms\"\n[axes]\nwait = [\"1ms\", 2]\ntime_scale = 0.5\n[[configuration]]\nlabel = \"x\"\nwait = \"1ms\"";
        let definition = parse(text).unwrap();
        let json = serde_json::to_string(&definition).unwrap();
        assert_eq!(
            serde_json::from_str::<Definition>(&json).unwrap(),
            definition
        );
    }
}
