//! The table of all configurations.

use std::collections::BTreeSet;

use serde::Serialize;

use super::asked::{CandidateView, QuestionView};
use crate::record::{Memory, Trial};
use crate::report::Cell;

/// A table as the templates take it.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Grid {
    pub(super) heads: Vec<Head>,
    /// By question, fastest first; what was not measured comes last.
    pub(super) rows: Vec<GridRow>,
    /// Where the configuration's name stands.
    pub(super) name_at: usize,
}

/// One configuration.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct GridRow {
    /// Whether it is recommended.
    pub(super) is_pick: bool,
    /// One for each head; the one at `name_at` names the row.
    pub(super) cells: Vec<GridCell>,
}

/// The head of a column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Head {
    /// What filters call it: one word.
    pub(super) key: &'static str,
    pub(super) title: &'static str,
    /// Whether it holds figures.
    pub(super) is_number: bool,
}

/// What a cell shows, and what it is sorted and filtered by when that is a number.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct GridCell {
    pub(super) text: String,
    pub(super) value: Option<f64>,
}

/// When a column is there.
#[derive(Clone, Copy)]
enum When {
    Always,
    /// When not all of these rows say the same.
    DiffersAmong(fn(&CandidateView<'_>) -> bool),
    /// When any row says something.
    Known,
}

struct Column {
    head: Head,
    when: When,
    cell: fn(&CandidateView<'_>) -> GridCell,
}

impl From<String> for GridCell {
    fn from(text: String) -> GridCell {
        GridCell { text, value: None }
    }
}

impl From<Cell> for GridCell {
    fn from(cell: Cell) -> GridCell {
        GridCell {
            value: cell.number(),
            text: cell.to_string(),
        }
    }
}

/// Every configuration of every question.
pub(super) fn configurations(asked: &[QuestionView<'_>]) -> Grid {
    let memory = memory_title(asked);
    let rows: Vec<CandidateView<'_>> = asked.iter().flat_map(in_order).collect();
    let mut columns = columns(memory);
    let experiments: BTreeSet<&str> = asked.iter().map(|a| a.experiment.as_str()).collect();
    columns.retain(|column| match column.head.key {
        // An experiment of one kind of work says it already.
        "workload" if experiments.len() == asked.len() => false,
        _ => column.is_there(&rows),
    });
    let shown = |row: &CandidateView<'_>| GridRow {
        is_pick: row.is_pick(),
        cells: columns.iter().map(|column| (column.cell)(row)).collect(),
    };
    Grid {
        rows: rows.iter().map(shown).collect(),
        name_at: (columns.iter())
            .position(|column| column.head.key == "configuration")
            .unwrap_or(0),
        heads: columns.into_iter().map(|column| column.head).collect(),
    }
}

/// Fastest first, then what was not measured.
fn in_order<'a>(asked: &'a QuestionView<'_>) -> Vec<CandidateView<'a>> {
    let mut rows = asked.by_median();
    rows.extend(asked.rows().filter(|row| row.median_s().is_none()));
    rows
}

fn columns(memory: &'static str) -> Vec<Column> {
    use When::{Always, DiffersAmong, Known};
    const DIFFERS: When = DiffersAmong(|_| true);
    // What runs one thread is no choice.
    const DIFFERS_FOR_SEVERAL_THREADS: When = DiffersAmong(|r| r.trial().threads > 1);
    vec![
        words("experiment", DIFFERS, |r| r.asked.experiment.clone().into()),
        words("configuration", Always, |r| r.name().to_owned().into()),
        words("workload", DIFFERS, |r| {
            r.trial().workload.to_string().into()
        }),
        number("processes", "processes", Always, |r| {
            Cell::Count(r.trial().processes.into()).into()
        }),
        number("threads", "threads", Always, |r| {
            Cell::Count(r.trial().threads.into()).into()
        }),
        number("batch", "batch", DIFFERS, |r| {
            Cell::Count(r.trial().batch.into()).into()
        }),
        words("executor", DIFFERS_FOR_SEVERAL_THREADS, |r| {
            r.trial().executor.to_string().into()
        }),
        words("dispatch", DIFFERS, |r| {
            r.trial().dispatch.to_string().into()
        }),
        words("spawn", DIFFERS, |r| r.trial().spawn.to_string().into()),
        words("runtime", DIFFERS, |r| r.trial().runtime.to_string().into()),
        number("runs", "runs", Always, |r| {
            Cell::Count(r.group().runs().len() as u64).into()
        }),
        number("makespan", "median makespan", Always, |r| {
            Cell::maybe(r.median_s(), Cell::Seconds).into()
        }),
        number("failed", "failed", Always, |r| GridCell {
            text: r.group().failed().to_string(),
            value: Some(r.group().failed().failed as f64),
        }),
        number("interval", "95 % interval", Known, interval),
        words("note", Known, |r| r.note().into()),
        number("published", "published makespan", Known, |r| {
            Cell::maybe(r.published_s(), Cell::Seconds).into()
        }),
        number("efficiency", "efficiency", Known, |r| {
            Cell::maybe(r.group().median(Trial::efficiency), Cell::Share).into()
        }),
        number("throughput", "commands/s", Known, |r| {
            let throughput = r.group().median(|trial| trial.throughput_per_s);
            Cell::maybe(throughput, Cell::Rate).into()
        }),
        number("cpu", "CPU time", Known, |r| {
            Cell::maybe(r.group().median(Trial::cpu_s), Cell::Seconds).into()
        }),
        number("switches", "context switches", Known, |r| {
            let whole = |count: f64| Cell::Count(count.round() as u64);
            Cell::maybe(r.group().median(switches), whole).into()
        }),
        number("memory", memory, Known, |r| r.memory().into()),
        words("status", Always, |r| r.group().status().to_string().into()),
    ]
}

fn words(name: &'static str, when: When, cell: fn(&CandidateView<'_>) -> GridCell) -> Column {
    Column {
        head: Head {
            key: name,
            title: name,
            is_number: false,
        },
        when,
        cell,
    }
}

fn number(
    key: &'static str,
    title: &'static str,
    when: When,
    cell: fn(&CandidateView<'_>) -> GridCell,
) -> Column {
    Column {
        head: Head {
            key,
            title,
            is_number: true,
        },
        when,
        cell,
    }
}

impl Column {
    fn is_there(&self, rows: &[CandidateView<'_>]) -> bool {
        let mut texts = rows.iter().map(|row| (self.cell)(row).text);
        match self.when {
            When::Always => true,
            When::Known => texts.any(|text| !text.is_empty()),
            When::DiffersAmong(counts) => {
                let counting = rows.iter().filter(|row| counts(row));
                let mut texts = counting.map(|row| (self.cell)(row).text);
                let first = texts.next();
                texts.any(|text| Some(text) != first)
            }
        }
    }
}

/// Sorted by its lower end.
fn interval(row: &CandidateView<'_>) -> GridCell {
    let interval = row.candidate().interval_s();
    GridCell {
        text: row.interval_in_words().unwrap_or_default(),
        value: interval.map(|interval| interval.low),
    }
}

/// Voluntary and involuntary together.
fn switches(trial: &Trial) -> Option<f64> {
    Some((trial.voluntary_switches? + trial.involuntary_switches?) as f64)
}

/// Which figure the memory is, in the words of the questions that have one.
fn memory_title(asked: &[QuestionView<'_>]) -> &'static str {
    let is = |memory| asked.iter().any(|asked| asked.question.memory == memory);
    match (is(Memory::Pss), is(Memory::Rss)) {
        (true, false) => "peak memory (PSS)",
        (false, true) => "peak memory (RSS)",
        _ => "peak memory",
    }
}
