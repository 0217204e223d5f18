//! A recommendation in words and tables.

use std::cmp::Ordering;

use indexmap::IndexMap;

use super::Question;
use super::across::contrasts;
use super::candidate::Candidate;
use super::command::command_line;
use super::words::{interval_in_words, memory};
use crate::report::columns::{Asked, Timed, asked_columns, timed_columns};
use crate::report::document::{Block, Document};
use crate::report::programs::{AnswerRow, Answers};
use crate::report::scaling::{self, Scaled};
use crate::report::table::Filled;
use crate::report::{Cell, Column, ForPrograms, Table};

/// The recommendations, in words and tables.
pub fn recommendations(questions: &[Question<'_>]) -> Document {
    document(questions, |question| {
        let map = question.map.clone().map(Block::Map);
        map.into_iter().chain(fit_blocks(question)).collect()
    })
}

/// The recommendations without scaling laws: what a search leaves has few points along any line.
pub fn answers(questions: &[Question<'_>]) -> Document {
    document(questions, |_| Vec::new())
}

/// The answers with their tables, and what stands below each.
fn document<'a>(
    questions: &'a [Question<'a>],
    below: impl Fn(&'a Question<'a>) -> Vec<Block>,
) -> Document {
    let mut blocks = Vec::new();
    let mut rows = Vec::new();
    for question in questions {
        let candidates = 0..question.candidates.len();
        let mut front = question.front.clone();
        let median = |index: &usize| question.candidates[*index].median_s();
        front.sort_by(|a, b| median(a).partial_cmp(&median(b)).unwrap_or(Ordering::Equal));
        let front: Vec<Row<'_>> = (front.into_iter())
            .map(|index| Row { question, index })
            .collect();
        blocks.extend(question.answer_blocks());
        blocks.push(Block::Words(question.about_the_front()));
        blocks.push(Block::Table(Table::of(&front, people_columns())));
        blocks.extend(below(question));
        rows.extend(candidates.map(|index| Row { question, index }));
    }
    blocks.extend(across_blocks(questions));
    Document {
        for_people: blocks,
        for_programs: ForPrograms {
            rows: for_programs(&rows),
            answers: Some(answers_for_programs(questions)),
        },
    }
}

/// The scaling laws alone.
pub fn fits(questions: &[Question<'_>]) -> Document {
    let headed = |question: &Question<'_>| {
        let mut blocks = vec![Block::Heading(question.name.clone())];
        blocks.extend(fit_blocks(question));
        blocks
    };
    let fits = questions.iter().flat_map(|question| &question.scalings.0);
    let rows: Vec<Scaled> = fits.cloned().collect();
    Document {
        for_people: questions.iter().flat_map(headed).collect(),
        for_programs: scaling::programs(&rows).into(),
    }
}

/// The answers to these questions, as a program reads them.
pub fn answers_for_programs(questions: &[Question<'_>]) -> Answers {
    let row = |question: &Question<'_>| {
        let pick = question.answer.pick();
        let pick = pick.map(|index| &question.candidates[index]);
        AnswerRow {
            question: question.name.clone(),
            recommended: pick.map(|pick| pick.name().to_owned()),
            processes: pick.map(|pick| pick.trial().processes),
            threads: pick.map(|pick| pick.trial().threads),
            text: question.answer_text(),
        }
    };
    Answers {
        answers: questions.iter().map(row).collect(),
        comparisons: contrasts(questions),
    }
}

/// The answers to all questions, and how the best of each runtime, dispatch and start compare.
pub fn answer_blocks(questions: &[Question<'_>]) -> Vec<Block> {
    let mut blocks: Vec<Block> = (questions.iter())
        .flat_map(Question::answer_blocks)
        .collect();
    blocks.extend(across_blocks(questions));
    blocks
}

/// What the axes do that are no number, in sentences.
fn across_blocks(questions: &[Question<'_>]) -> Vec<Block> {
    let contrasts = contrasts(questions);
    let mut works: IndexMap<&str, Vec<&str>> = IndexMap::new();
    for contrast in &contrasts {
        let lines = works.entry(&contrast.work).or_default();
        lines.extend(contrast.lines());
    }
    let blocks = works.into_iter().flat_map(|(work, lines)| {
        [
            Block::Heading(format!("{work}, the best of each")),
            Block::Words(lines.join("\n")),
        ]
    });
    blocks.collect()
}

fn fit_blocks(question: &Question<'_>) -> Vec<Block> {
    let fits = &question.scalings.0;
    if fits.is_empty() {
        return Vec::new();
    }
    let words = "Scaling laws fitted to the throughput, all but what varies as in the fastest, \
                 95 % intervals in brackets:";
    vec![
        Block::Words(words.to_owned()),
        Block::Table(scaling::people(fits)),
    ]
}

impl Question<'_> {
    /// Which ones are as fast and were not taken because runs of theirs failed, if any.
    pub(in crate::report) fn passed_over(&self) -> Option<String> {
        let best = &self.candidates[self.answer.best()?];
        let limit = best.median_s()? * (1.0 + self.terms.within);
        let failing = (0..self.candidates.len()).filter(|&index| {
            let one = &self.candidates[index];
            let is_as_fast = one.median_s().is_some_and(|median| median <= limit);
            is_as_fast && one.failed().any() && !best.failed().any() && !one.has_idle_threads()
        });
        let failing: Vec<usize> = failing.collect();
        (!failing.is_empty()).then(|| {
            format!(
                "Passed over, for runs of theirs failed: {}.",
                self.named(&failing)
            )
        })
    }

    /// The answer in a few lines, with the command lines to use.
    pub fn answer_blocks(&self) -> Vec<Block> {
        let text = self.answer_text();
        let mut lines: Vec<&str> = text.lines();
        let passed_over = self.passed_over();
        lines.extend(passed_over.as_deref());
        let mut blocks = vec![
            Block::Heading(self.name.clone()),
            Block::Words(lines.join("\n")),
        ];
        if let Some(command) = text.command {
            blocks.push(Block::Words("To run it:".to_owned()));
            blocks.push(Block::Command(command));
        }
        if let Some(command) = text.measure_on {
            blocks.push(Block::Words("To know more:".to_owned()));
            blocks.push(Block::Command(command));
        }
        blocks
    }

    fn about_the_front(&self) -> String {
        format!(
            "{} of {} configurations are beaten by no other in time, memory ({}) and processes:",
            self.front.len(),
            self.candidates.len(),
            self.memory.as_str()
        )
    }
}

struct Row<'a> {
    question: &'a Question<'a>,
    index: usize,
}

impl Row<'_> {
    fn candidate(&self) -> &Candidate<'_> {
        &self.question.candidates[self.index]
    }

    fn is_best(&self) -> bool {
        self.question.answer.best() == Some(self.index)
    }

    fn is_pick(&self) -> bool {
        self.question.answer.pick() == Some(self.index)
    }
}

fn people_columns<'a>() -> Vec<Filled<Row<'a>>> {
    vec![
        (Column::left("configuration"), |r| {
            Cell::Text(r.candidate().name().to_owned())
        }),
        (Column::right("makespan"), |r| {
            Cell::maybe(r.candidate().median_s(), Cell::Seconds)
        }),
        (Column::right("failed"), |r| r.candidate().failed().into()),
        (Column::right("95 % interval"), |r| {
            Cell::maybe(r.candidate().interval_s(), |i| {
                Cell::Text(interval_in_words(i))
            })
        }),
        (Column::right("memory"), |r| memory(r.candidate())),
        (Column::right("processes"), |r| {
            Cell::Count(r.candidate().trial().processes.into())
        }),
        (Column::left("note"), |r| {
            Cell::Text(
                match (r.is_pick(), r.is_best()) {
                    (true, true) => "recommended, fastest",
                    (true, false) => "recommended",
                    (false, true) => "fastest",
                    (false, false) => "",
                }
                .to_owned(),
            )
        }),
    ]
}

fn for_programs(rows: &[Row<'_>]) -> Table {
    let candidates = || rows.iter().map(Row::candidate);
    let asked: Vec<Asked> = candidates()
        .map(|one| Asked::of(one.name(), one.trial()))
        .collect();
    let timed = candidates().map(|one| Timed {
        failed: one.failed(),
        median_s: one.median_s(),
        interval_s: one.interval_s(),
    });
    let timed: Vec<Timed> = timed.collect();
    asked_columns(&asked)
        .beside(timed_columns("", &timed))
        .beside(Table::of(rows, program_columns()))
}

fn program_columns<'a>() -> Vec<Filled<Row<'a>>> {
    vec![
        (Column::left("question"), |r| {
            Cell::Text(r.question.name.clone())
        }),
        (Column::right("memory_median_kib"), |r| {
            memory(r.candidate())
        }),
        (Column::left("memory_is"), |r| {
            Cell::Text(r.question.memory.as_str().to_owned())
        }),
        (Column::left("on_front"), |r| {
            Cell::Flag(r.question.front.contains(&r.index))
        }),
        (Column::left("fastest"), |r| Cell::Flag(r.is_best())),
        (Column::left("recommended"), |r| Cell::Flag(r.is_pick())),
        (Column::left("command"), |r| {
            Cell::Text(command_line(r.candidate().trial()))
        }),
    ]
}
