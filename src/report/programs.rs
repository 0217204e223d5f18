//! What a program reads: rows, and where a question was asked its answer.
//!
//! The types alone; `recommend` fills them.

use std::io::{self, Write};

use serde::Serialize;

use super::Table;

/// What `csv` and `json` hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForPrograms {
    /// A row for each thing that was measured.
    pub rows: Table,
    /// What the rows say. With it JSON is an object with the answers and the rows; without it, and
    /// as CSV, there are the rows alone.
    pub answers: Option<Answers>,
}

impl From<Table> for ForPrograms {
    fn from(rows: Table) -> Self {
        ForPrograms {
            rows,
            answers: None,
        }
    }
}

#[derive(Serialize)]
struct Answered<'a> {
    #[serde(flatten)]
    answers: &'a Answers,
    rows: &'a Table,
}

impl ForPrograms {
    /// The rows.
    ///
    /// # Errors
    /// When `out` refuses it.
    pub(super) fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        self.rows.write_csv(out)
    }

    /// The rows, with the answers where there are any.
    ///
    /// # Errors
    /// When `out` refuses it.
    pub(super) fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let rows = &self.rows;
        match &self.answers {
            Some(answers) => serde_json::to_writer_pretty(&mut *out, &Answered { answers, rows })?,
            None => serde_json::to_writer_pretty(&mut *out, rows)?,
        }
        writeln!(out)
    }
}

/// All answers that records give, as a program reads them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answers {
    /// One for each question.
    pub answers: Vec<AnswerRow>,
    /// How the best of each runtime, dispatch and start compare, where these are axes.
    pub comparisons: Vec<Contrast>,
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AnswerRow {
    /// The experiment, the work and the runtime.
    pub question: String,
    /// The configuration to take; none where nothing is recommended.
    pub recommended: Option<String>,
    /// Its processes.
    pub processes: Option<u32>,
    /// Its threads.
    pub threads: Option<u32>,
    /// What people are told.
    #[serde(flatten)]
    pub text: AnswerText,
}

/// An answer that a person can act on.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AnswerText {
    /// What to take, or among which the choice lies.
    pub answer: String,
    /// How sure that is.
    pub sure: String,
    /// What it is ahead of.
    pub ahead_of: Option<String>,
    /// What it costs.
    pub cost: Option<String>,
    /// What the records say of more processes and threads than it has.
    pub edge: Option<String>,
    /// How the rule of thumb for web servers compares, where it was measured.
    pub rule_of_thumb: Option<String>,
    /// The command line that runs it.
    pub command: Option<String>,
    /// The command line that would make the answer sure, or measure beyond the edge.
    pub measure_on: Option<String>,
}

impl AnswerText {
    /// All sentences, in order.
    pub fn lines(&self) -> Vec<&str> {
        let more = [&self.ahead_of, &self.cost, &self.edge, &self.rule_of_thumb];
        let mut lines = vec![self.answer.as_str(), self.sure.as_str()];
        lines.extend(more.into_iter().flatten().map(String::as_str));
        lines.retain(|line| !line.is_empty());
        lines
    }
}

/// Two values of an axis, each by its best configuration.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contrast {
    /// The work, in words.
    pub work: String,
    /// `runtime`, `dispatch` or `spawn`.
    pub axis: &'static str,
    /// The value whose best has the smaller median.
    pub faster: String,
    /// Its best configuration.
    pub faster_configuration: String,
    /// The other value.
    pub slower: String,
    /// Its best configuration.
    pub slower_configuration: String,
    /// How many times as long the slower one takes.
    pub ratio: f64,
    /// The lower end of its 95 % interval; none with too few runs.
    pub ratio_low: Option<f64>,
    /// The upper end.
    pub ratio_high: Option<f64>,
    /// All of that.
    pub sentence: String,
    /// What an interpreter lock takes of what more threads give, where that can be told.
    pub lock: Option<String>,
}

impl Contrast {
    /// Its sentences.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        [Some(self.sentence.as_str()), self.lock.as_deref()]
            .into_iter()
            .flatten()
    }
}
