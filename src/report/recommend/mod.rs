//! The cheapest configuration that is fast enough, or why the records can't tell which it is.
//!
//! * `candidate`: one configuration's time and cost;
//! * `terms`: what is good enough, cheap, and allowed;
//! * `decide`: which to recommend;
//! * `edge`: what the records say of more processes and threads than that;
//! * `answer`: all of that in a few lines;
//! * `across`: the best of each runtime, dispatch and start against each other;
//! * `command`: the command line that runs it;
//! * `words`: what is known of one configuration, in words;
//! * `write`: all of it in words and tables.
//!
//! Must not know: how intervals and fronts are computed, which is for [`crate::stats`].

mod across;
mod answer;
mod candidate;
mod command;
mod decide;
mod edge;
mod terms;
#[cfg(test)]
mod tests;
mod words;
mod write;

pub use across::contrasts;
pub(super) use candidate::Candidate;
#[cfg(test)]
pub(crate) use command::command_line;
pub(super) use decide::fewest_runs;
pub use decide::{Answer, Nothing, Sure};
pub use terms::{CostKind, Terms};
pub(super) use words::interval_in_words;
pub use write::{answer_blocks, answers, answers_for_programs, fits, recommendations};

use indexmap::IndexMap;

use super::HeatMap;
use super::scaling::Scalings;
use crate::record::{Memory, RunGroup, Trial, comparison_groups, in_words, run_groups};
use crate::stats::{Bootstrap, pareto_front};

/// A question to which configurations are the possible answers: the same experiment and the same
/// work.
#[derive(Clone, Debug, PartialEq)]
pub struct Question<'a> {
    /// The experiment's name and the work, in words.
    pub name: String,
    /// In the order in which they first appear.
    pub(super) candidates: Vec<Candidate<'a>>,
    /// Which figure the memory is.
    pub(super) memory: Memory,
    /// The candidates that no other beats in time, memory and processes: indices.
    pub(super) front: Vec<usize>,
    /// Which candidate, if any.
    pub answer: Answer,
    /// What was good enough.
    terms: Terms,
    pub(super) scalings: Scalings,
    /// Over processes and threads, if that was measured.
    map: Option<HeatMap>,
}

/// One question for each experiment and work, in the order in which they first appear. Warm-ups
/// are left out.
pub fn questions(trials: &[Trial], terms: Terms) -> Vec<Question<'_>> {
    let asked = asked(trials).into_iter();
    asked
        .map(|(name, trials)| Question::of(name, &trials, terms))
        .collect()
}

/// The trials of each question under its name.
pub(super) fn asked(trials: &[Trial]) -> Vec<(String, Vec<&Trial>)> {
    let mut asked: IndexMap<String, Vec<&Trial>> = IndexMap::new();
    for trial in trials.iter().filter(|trial| !trial.warmup) {
        asked.entry(question(trial)).or_default().push(trial);
    }
    asked.into_iter().collect()
}

/// The work and what it runs on, which is no choice where a person asks what to run it by.
fn question(trial: &Trial) -> String {
    format!("{}, {} runtime", in_words(trial), trial.runtime)
}

impl<'a> Question<'a> {
    /// The answer that the trials of one question give.
    pub(super) fn of(name: String, trials: &[&'a Trial], terms: Terms) -> Self {
        let bootstrap = Bootstrap::seeded(terms.seed);
        let groups = run_groups(trials.iter().copied());
        let memory = Memory::known_of(groups.iter().map(RunGroup::runs));
        let candidates: Vec<Candidate<'a>> = (groups.into_iter())
            .map(|group| Candidate::of(group, memory, &bootstrap))
            .collect();
        let points: Vec<[f64; 3]> = candidates.iter().map(Candidate::objectives).collect();
        let answer = decide::decide(&candidates, &terms);
        let best = answer.best().map(|index| candidates[index].trial());
        let scalings = best.map_or_else(Scalings::default, |best| {
            Scalings::through(&name, best, trials, &bootstrap)
        });
        let work = comparison_groups(trials.iter().copied());
        let map = work
            .first()
            .and_then(|work| HeatMap::through_fastest(work, terms.within));
        Question {
            name,
            terms,
            memory,
            front: pareto_front(&points),
            answer,
            scalings,
            map,
            candidates,
        }
    }

    /// How many configurations there are.
    pub fn configurations(&self) -> usize {
        self.candidates.len()
    }

    /// How many of them may be unstable, or were overloaded.
    pub fn unstable(&self) -> usize {
        let is_unstable =
            |one: &&Candidate<'_>| one.warning().is_some() || one.overload_warning().is_some();
        self.candidates.iter().filter(is_unstable).count()
    }

    /// Why each median may be unstable, by configuration, and what was overloaded; those that have no
    /// more than too few runs are counted in one line.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings: Vec<String> = (self.candidates.iter())
            .filter_map(Candidate::warning)
            .collect();
        warnings.extend((self.candidates.iter()).filter_map(Candidate::overload_warning));
        let too_few = self.candidates.iter().filter(|c| c.has_too_few_runs());
        match too_few.count() {
            0 => {}
            count => warnings.push(format!(
                "{}: {count} of {} configurations have fewer than {} good runs, too few for an \
                 interval",
                self.name,
                self.candidates.len(),
                decide::fewest_runs()
            )),
        }
        warnings
    }
}
