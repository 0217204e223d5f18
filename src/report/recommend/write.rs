//! A recommendation in words and tables.

use super::candidate::Candidate;
use super::command::command_line;
use super::decide::fewest_runs;
use super::{Answer, Question, Terms, Undecided};
use crate::model::{counted, first_of, percent};
use crate::report::document::{Block, Document};
use crate::report::scaling::{self, Scaled};
use crate::report::table::Filled;
use crate::report::{Cell, Column, Table};
use crate::stats::Interval;

/// Names of a list in a sentence, at the most; the rest is counted.
const NAMED: usize = 6;

pub(super) fn recommendations(questions: &[Question<'_>], terms: Terms) -> Document {
    let mut blocks = Vec::new();
    let mut rows = Vec::new();
    for question in questions {
        let candidates = 0..question.candidates.len();
        let all: Vec<Row<'_>> = candidates.map(|index| Row { question, index }).collect();
        let front: Vec<Row<'_>> = (question.front.iter())
            .map(|&index| Row { question, index })
            .collect();
        blocks.push(Block::Heading(question.name.clone()));
        blocks.push(Block::Words(question.sentence(terms.within)));
        if let Some(pick) = question.answer.pick() {
            let trial = question.candidates[pick].trial();
            blocks.push(Block::Command(command_line(trial)));
        }
        blocks.push(Block::Words(question.about_the_front()));
        blocks.push(Block::Table(Table::of(&front, people_columns())));
        blocks.extend(question.map.clone().map(Block::Map));
        blocks.extend(fit_blocks(question));
        rows.extend(all);
    }
    Document {
        for_people: blocks,
        for_programs: Table::of(&rows, program_columns()),
    }
}

pub(super) fn fits(questions: &[Question<'_>]) -> Document {
    let headed = |question: &Question<'_>| {
        let mut blocks = vec![Block::Heading(question.name.clone())];
        blocks.extend(fit_blocks(question));
        blocks
    };
    let fits = questions.iter().flat_map(|question| &question.scalings.0);
    let rows: Vec<Scaled> = fits.cloned().collect();
    Document {
        for_people: questions.iter().flat_map(headed).collect(),
        for_programs: scaling::programs(&rows),
    }
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
    /// The answer, its reason, and what it leaves open.
    fn sentence(&self, within: f64) -> String {
        let mut words = match self.answer {
            Answer::Take { .. } => self.reason(within),
            Answer::Undecided { .. } => {
                format!("The data can't decide: {}", self.reason(within))
            }
        };
        let more = [self.left_open(within), self.passed_over(within)];
        for sentence in more.into_iter().flatten() {
            words.push(' ');
            words.push_str(&sentence);
        }
        words
    }

    /// The answer and its reason, or the reason why there is none.
    pub(in crate::report) fn reason(&self, within: f64) -> String {
        let percent = percent(within);
        match &self.answer {
            Answer::Take { pick, best, .. } => self.take(*pick, *best, percent),
            Answer::Undecided { best, why } => self.undecided(*best, why, percent),
        }
    }

    fn take(&self, pick: usize, best: usize, percent: f64) -> String {
        let (chosen, fastest) = (&self.candidates[pick], &self.candidates[best]);
        let cost = self.cost(chosen);
        if pick == best {
            format!(
                "Take {}: it is the fastest ({}), and nothing cheaper is surely within {percent} % \
                 of it; it takes {cost}.",
                chosen.name(),
                time(chosen)
            )
        } else {
            format!(
                "Take {}: {cost}, the cheapest whose time ({}) lies, interval included, within \
                 {percent} % of the fastest, {} ({}; {}).",
                chosen.name(),
                time(chosen),
                fastest.name(),
                time(fastest),
                self.cost(fastest)
            )
        }
    }

    /// Which cheaper ones may be fast enough too, if any.
    pub(in crate::report) fn left_open(&self, within: f64) -> Option<String> {
        let Answer::Take { open, .. } = &self.answer else {
            return None;
        };
        let open: Vec<&Candidate<'_>> = open.iter().map(|&index| &self.candidates[index]).collect();
        (!open.is_empty()).then(|| {
            format!(
                "Cheaper still, and by these runs perhaps within {} % too, perhaps not: {}; more \
                 runs would tell.",
                percent(within),
                named(&open)
            )
        })
    }

    /// Which ones are as fast and were not taken because runs of theirs failed, if any.
    pub(in crate::report) fn passed_over(&self, within: f64) -> Option<String> {
        let best = &self.candidates[self.answer.best()?];
        let limit = best.median_s()? * (1.0 + within);
        let is_as_fast = |c: &&Candidate<'_>| c.median_s().is_some_and(|median| median <= limit);
        let failing: Vec<&Candidate<'_>> = (self.candidates.iter())
            .filter(|candidate| candidate.failed().any() && !best.failed().any())
            .filter(is_as_fast)
            .collect();
        (!failing.is_empty()).then(|| {
            format!(
                "Passed over, for runs of theirs failed: {}.",
                named(&failing)
            )
        })
    }

    fn undecided(&self, best: Option<usize>, why: &Undecided, percent: f64) -> String {
        let fastest = best.map_or(String::new(), |index| {
            let candidate = &self.candidates[index];
            format!(
                "{} looks fastest ({}), but ",
                candidate.name(),
                time(candidate)
            )
        });
        let reason = match why {
            Undecided::NothingMeasured => "no run ended well.".to_owned(),
            Undecided::IdleThreads => "all configurations have threads that can never run (more than \
                 the commands of a batch, under a barrier): measure fewer threads, or larger batches."
                .to_owned(),
            Undecided::OnlyOne => {
                "it is the only configuration: measure others to choose from.".to_owned()
            }
            Undecided::TooFewRuns { runs } => format!(
                "{} too few for an interval: run each configuration {} times or more.",
                match runs {
                    1 => "one good run is".to_owned(),
                    more => format!("{more} good runs are"),
                },
                fewest_runs()
            ),
            Undecided::WideIntervals { reach } => format!(
                "no configuration is surely within {percent} % of it, and its own interval reaches \
                 {:.1} % above its median: run more often, or make the machine quieter.",
                100.0 * reach
            ),
        };
        format!("{fastest}{reason}")
    }

    /// What a configuration takes, in words.
    fn cost(&self, candidate: &Candidate<'_>) -> String {
        let processes = counted(candidate.trial().processes as usize, "process");
        match candidate.memory_kib {
            Some(_) => format!("{} and {processes}", memory(candidate)),
            None => processes,
        }
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

/// The first ones with their times, and how many more there are.
fn named(candidates: &[&Candidate<'_>]) -> String {
    let names = candidates.iter();
    let names = names.map(|candidate| format!("{} ({})", candidate.name(), time(candidate)));
    first_of(&names.collect::<Vec<String>>(), NAMED)
}

fn time(candidate: &Candidate<'_>) -> String {
    let mut words = Cell::maybe(candidate.median_s(), Cell::Seconds).to_string();
    if let Some(interval) = candidate.interval_s() {
        words.push_str(&format!(", {}", interval_in_words(interval)));
    }
    candidate.beside_failed(words)
}

pub(in crate::report) fn interval_in_words(interval: Interval) -> String {
    format!(
        "{} to {}",
        Cell::Seconds(interval.low),
        Cell::Seconds(interval.high)
    )
}

fn memory(candidate: &Candidate<'_>) -> Cell {
    Cell::maybe(candidate.memory_kib, |kib| {
        Cell::Kibibytes(kib.round() as u64)
    })
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

fn program_columns<'a>() -> Vec<Filled<Row<'a>>> {
    vec![
        (Column::left("question"), |r| {
            Cell::Text(r.question.name.clone())
        }),
        (Column::left("configuration"), |r| {
            Cell::Text(r.candidate().name().to_owned())
        }),
        (Column::right("processes"), |r| {
            Cell::Count(r.candidate().trial().processes.into())
        }),
        (Column::right("threads"), |r| {
            Cell::Count(r.candidate().trial().threads.into())
        }),
        (Column::right("runs"), |r| {
            Cell::Count(r.candidate().failed().good() as u64)
        }),
        (Column::right("not_ok"), |r| {
            Cell::Count(r.candidate().failed().failed as u64)
        }),
        (Column::right("makespan_median_s"), |r| {
            Cell::maybe(r.candidate().median_s(), Cell::Seconds)
        }),
        (Column::right("makespan_low_s"), |r| {
            Cell::maybe(r.candidate().interval_s(), |i| Cell::Seconds(i.low))
        }),
        (Column::right("makespan_high_s"), |r| {
            Cell::maybe(r.candidate().interval_s(), |i| Cell::Seconds(i.high))
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
