//! The answer to each question, as it stands at the top of the page.

use serde::Serialize;

use super::asked::{CandidateView, QuestionView};
use super::compared::{Compared, compared};
use super::confidence::confidence;
use super::facts::{Fact, against_the_slowest, facts};
use super::findings::findings;
use super::words::{paragraphs, range, short_seconds};
use crate::model::{WorkloadKind, counted, with_commas};
use crate::record::Trial;
use crate::report::{Cell, Table, scaling};

/// A question and its answer as the templates take them.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Answer {
    /// Name of the experiment.
    pub(super) experiment: String,
    /// What kind of work, such as "io work" or "io work on the gil runtime".
    pub(super) kind: String,
    /// What was asked.
    pub(super) question: String,
    /// The work that it was asked about.
    pub(super) work: String,
    /// Whether something is recommended.
    pub(super) is_decided: bool,
    /// The answer in a few words.
    pub(super) headline: String,
    /// The two figures that a list of answers has room for.
    pub(super) brief: String,
    /// What the figures are about, when nothing is recommended.
    pub(super) about: Option<String>,
    /// The figures that a reader looks for first.
    pub(super) facts: Vec<Fact>,
    /// The answer in a few sentences.
    pub(super) reason: Vec<String>,
    /// The command line that runs it.
    pub(super) command: Option<String>,
    /// The command line that would make it sure, or measure beyond its edge.
    pub(super) measure_on: Option<String>,
    /// How far it may be trusted.
    pub(super) confidence: Vec<String>,
    /// What else was found, with numbers.
    pub(super) findings: Vec<String>,
    /// The configurations that the answer is about, fastest first.
    pub(super) compared: Vec<Compared>,
    /// Whether any of these has an interval.
    pub(super) has_interval: bool,
    /// Whether any of these has a published makespan.
    pub(super) has_published: bool,
    /// Configurations that were measured in all.
    pub(super) measured: usize,
    /// The fitted laws with their intervals.
    pub(super) fits: Option<Fits>,
    /// What to expect and how to read it, by paragraph.
    pub(super) analysis: Vec<String>,
}

/// The fitted laws as a table of words.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Fits {
    pub(super) heads: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

pub(super) fn answer(asked: &QuestionView<'_>) -> Answer {
    let question = &asked.question;
    let text = question.answer_text();
    let (pick, compared) = (asked.pick(), compared(asked));
    let said = pick.or_else(|| asked.best());
    Answer {
        experiment: asked.experiment.clone(),
        kind: kind(asked),
        question: question_in_words(asked),
        work: work(asked),
        is_decided: pick.is_some(),
        headline: match (pick, question.answer.unsettled().len()) {
            (Some(row), _) => row.shape(),
            (None, 0) => "No configuration".to_owned(),
            (None, count) => format!("One of {}", counted(count, "configuration")),
        },
        brief: said.map(|row| brief(&row)).unwrap_or_default(),
        about: asked.best().filter(|_| pick.is_none()).map(|best| {
            format!(
                "The fastest that was measured, {} ({}):",
                best.name(),
                best.shape()
            )
        }),
        facts: said.map_or_else(Vec::new, |row| facts(&row)),
        reason: text.lines().into_iter().map(str::to_owned).collect(),
        command: text.command,
        measure_on: text.measure_on,
        confidence: confidence(asked),
        findings: findings(asked),
        has_interval: compared.iter().any(|row| !row.interval.is_empty()),
        has_published: compared.iter().any(|row| !row.published.is_empty()),
        compared,
        measured: asked.by_median().len(),
        fits: fits(asked),
        analysis: asked
            .words
            .map_or_else(Vec::new, |words| paragraphs(&words.analysis)),
    }
}

fn question_in_words(asked: &QuestionView<'_>) -> String {
    let own = asked.words.map_or("", |words| words.question.trim());
    match own {
        "" => format!("How many processes and threads for this {}?", kind(asked)),
        own => own.to_owned(),
    }
}

/// The kind of work, and what it ran on where that is not native code.
fn kind(asked: &QuestionView<'_>) -> String {
    let Some(row) = asked.rows().next() else {
        return String::new();
    };
    let (workload, runtime) = (row.trial().workload, &row.trial().runtime);
    if runtime.is_native() {
        format!("{workload} work")
    } else {
        format!("{workload} work on the {runtime} runtime")
    }
}

/// The recommended one's time, or that of the fastest, and how much that is below the slowest's.
fn brief(row: &CandidateView<'_>) -> String {
    let time = row.median_in_words();
    let faster = against_the_slowest(row)
        .map(|fact| format!(", {} as fast as the slowest", fact.figure))
        .unwrap_or_default();
    if row.is_pick() {
        format!("{time}{faster}")
    } else {
        format!("{} looks fastest ({time}){faster}", row.name())
    }
}

/// What every configuration had to do, and how often it was measured.
fn work(asked: &QuestionView<'_>) -> String {
    let Some(first) = asked.rows().next() else {
        return String::new();
    };
    let trial = first.trial();
    let batches = range(asked.rows().map(|row| u64::from(row.trial().batch)));
    let runs = range(asked.rows().map(|row| row.group().runs().len() as u64));
    let rate = trial
        .rate_per_s
        .map(|rate| format!(", {rate} batches due per second"));
    let configurations = counted(asked.question.candidates.len(), "configuration");
    format!(
        "{} commands, {}, in batches of {batches}{}. {configurations} on the {} runtime, {} each.",
        with_commas(trial.commands),
        load(trial),
        rate.unwrap_or_default(),
        trial.runtime,
        if runs == "1" {
            "one run".to_owned()
        } else {
            format!("{runs} runs")
        },
    )
}

/// What one command does.
fn load(trial: &Trial) -> String {
    let up_to = if trial.ideal_is_bound { "up to " } else { "" };
    let sleep = trial
        .wait_s
        .map(|wait| format!("sleep {up_to}{}", short_seconds(wait)));
    let run = trial
        .loops
        .map(|loops| format!("run {} loops", with_commas(loops)));
    let does: Vec<String> = match (trial.workload, trial.own_work()) {
        (WorkloadKind::Noop, _) => Vec::new(),
        (WorkloadKind::Task, Some(task)) => vec![format!("call {task}")],
        (WorkloadKind::Exec, Some(line)) => vec![format!("run “{line}”")],
        _ => [sleep, run].into_iter().flatten().collect(),
    };
    if does.is_empty() {
        "which do nothing".to_owned()
    } else {
        format!("which each {}", does.join(" and "))
    }
}

fn fits(asked: &QuestionView<'_>) -> Option<Fits> {
    let fits = &asked.question.scalings.0;
    let Table { columns, rows } = scaling::people(fits);
    (!fits.is_empty()).then(|| Fits {
        heads: columns.into_iter().map(|column| column.title).collect(),
        rows: (rows.iter())
            .map(|row| row.iter().map(Cell::to_string).collect())
            .collect(),
    })
}
