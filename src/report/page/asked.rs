//! The records of each question, summed up by configuration: what everything on the page is said
//! from.

use std::collections::BTreeSet;

use super::{AskedExperiment, Page};
use crate::model::counted;
use crate::record::{Published, PublishedFigure, RunGroup, Trial};
use crate::report::Cell;
use crate::report::recommend::{
    Candidate, Question, asked as trials_by_question, interval_in_words,
};

/// A question, its answer, and what was measured for it.
pub(super) struct QuestionView<'a> {
    pub(super) question: Question<'a>,
    /// Name of the experiment.
    pub(super) experiment: String,
    /// What it asks, when that is known.
    pub(super) words: Option<&'a AskedExperiment>,
    /// What the makespans are held against.
    published: &'a [Published],
}

/// One configuration of a question.
#[derive(Clone, Copy)]
pub(super) struct CandidateView<'a> {
    pub(super) asked: &'a QuestionView<'a>,
    pub(super) index: usize,
}

impl<'a> QuestionView<'a> {
    pub(super) fn all(page: &Page<'a>) -> Vec<QuestionView<'a>> {
        let questions = trials_by_question(page.trials).into_iter();
        questions
            .map(|(name, trials)| QuestionView::of(page, name, &trials))
            .collect()
    }

    fn of(page: &Page<'a>, name: String, trials: &[&'a Trial]) -> QuestionView<'a> {
        let experiment = trials.first().map_or("", |trial| &trial.experiment);
        QuestionView {
            experiment: experiment.to_owned(),
            words: (page.experiments.iter()).find(|asked| asked.name == experiment),
            published: page.published,
            question: Question::of(name, trials, page.terms),
        }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = CandidateView<'_>> + Clone {
        (0..self.question.candidates.len()).map(|index| CandidateView { asked: self, index })
    }

    /// Those that were measured, fastest first.
    pub(super) fn by_median(&self) -> Vec<CandidateView<'_>> {
        let mut rows: Vec<CandidateView<'_>> =
            self.rows().filter(|row| row.median_s().is_some()).collect();
        rows.sort_by(|a, b| {
            let median = |row: &CandidateView<'_>| row.median_s().unwrap_or(f64::NAN);
            median(a).total_cmp(&median(b))
        });
        rows
    }

    /// The recommended one.
    pub(super) fn pick(&self) -> Option<CandidateView<'_>> {
        let index = self.question.answer.pick()?;
        Some(CandidateView { asked: self, index })
    }

    /// The one with the smallest median.
    pub(super) fn best(&self) -> Option<CandidateView<'_>> {
        let index = self.question.answer.best()?;
        Some(CandidateView { asked: self, index })
    }
}

impl<'a> CandidateView<'a> {
    pub(super) fn candidate(&self) -> &'a Candidate<'a> {
        &self.asked.question.candidates[self.index]
    }

    pub(super) fn trial(&self) -> &'a Trial {
        self.candidate().trial()
    }

    pub(super) fn group(&self) -> &'a RunGroup<'a> {
        &self.candidate().group
    }

    pub(super) fn name(&self) -> &'a str {
        self.candidate().name()
    }

    pub(super) fn median_s(&self) -> Option<f64> {
        self.candidate().median_s()
    }

    /// The median makespan, with how many of all runs failed where some did.
    pub(super) fn median_in_words(&self) -> String {
        let median = Cell::maybe(self.median_s(), Cell::Seconds).to_string();
        self.candidate().beside_failed(median)
    }

    /// The two ends of the interval of the median makespan.
    pub(super) fn interval_in_words(&self) -> Option<String> {
        self.candidate().interval_s().map(interval_in_words)
    }

    pub(super) fn published(&self) -> PublishedFigure {
        PublishedFigure::of(self.trial(), self.asked.published)
    }

    /// The published makespan of the same work, in seconds.
    pub(super) fn published_s(&self) -> Option<f64> {
        self.published().seconds()
    }

    /// How many times the published makespan is as long as the measured one.
    pub(super) fn times_faster(&self) -> Option<f64> {
        self.published().times_faster(self.group())
    }

    /// A number of processes and threads, and whatever else tells it from the other configurations.
    pub(super) fn shape(&self) -> String {
        let trial = self.trial();
        let each = if trial.processes == 1 { "" } else { " each" };
        let mut words = vec![format!(
            "{} of {}{each}",
            counted(trial.processes as usize, "process"),
            counted(trial.threads as usize, "thread")
        )];
        let mut say = |word: String, kinds: BTreeSet<String>| {
            if kinds.len() > 1 {
                words.push(word);
            }
        };
        let kinds =
            |of: fn(&Trial) -> String| self.asked.rows().map(|row| of(row.trial())).collect();
        say(
            format!("batches of {}", trial.batch),
            kinds(|t| t.batch.to_string()),
        );
        say(
            format!("{} dispatch", trial.dispatch),
            kinds(|t| t.dispatch.to_string()),
        );
        say(
            format!("{} start", trial.spawn),
            kinds(|t| t.spawn.to_string()),
        );
        if trial.threads > 1 {
            // What runs one thread is no choice.
            let others = self.asked.rows().filter(|row| row.trial().threads > 1);
            let executors = others.map(|row| row.trial().executor.to_string()).collect();
            say(format!("{} executor", trial.executor), executors);
        }
        words.join(", ")
    }

    /// The median of its peak memory.
    pub(super) fn memory(&self) -> Cell {
        let whole = |kib: f64| Cell::Kibibytes(kib.round() as u64);
        Cell::maybe(self.candidate().memory_kib, whole)
    }

    /// What is special about it, in a few words; mostly nothing.
    pub(super) fn note(&self) -> String {
        let notes = [
            (self.is_pick(), "recommended"),
            (self.is_best(), "fastest"),
            (self.is_on_front(), "on the front"),
            (self.candidate().is_overloaded(), "overloaded"),
        ];
        let notes: Vec<&str> = (notes.iter())
            .filter_map(|(holds, words)| holds.then_some(*words))
            .collect();
        notes.join(", ")
    }

    pub(super) fn is_pick(&self) -> bool {
        self.asked.question.answer.pick() == Some(self.index)
    }

    pub(super) fn is_best(&self) -> bool {
        self.asked.question.answer.best() == Some(self.index)
    }

    pub(super) fn is_on_front(&self) -> bool {
        // The front is in ascending order.
        let front = &self.asked.question.front;
        front.binary_search(&self.index).is_ok()
    }
}
