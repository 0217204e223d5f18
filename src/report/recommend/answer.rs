//! The answer in a few lines: the same for a terminal, a page and a program.

use super::command::{Wanted, command_line, sweep_line};
use super::decide::{Nothing, Sure, fewest_runs};
use super::edge::{Along, Beyond};
use super::words::{interval_in_words, median, memory, on_runs, shape, time};
use super::{Answer, Candidate, CostKind, Question};
use crate::model::{Shape, counted, first_of, percent};
use crate::record::Trial;
use crate::report::Cell;
use crate::report::programs::AnswerText;

/// Names of a list in a sentence, at the most; the rest is counted.
const NAMED: usize = 6;

impl Question<'_> {
    /// The answer in a few lines.
    pub fn answer_text(&self) -> AnswerText {
        match &self.answer {
            Answer::Take {
                pick, best, sure, ..
            } => self.taken(*pick, *best, sure),
            Answer::OneOf {
                best,
                among,
                more_runs,
            } => self.one_of(*best, among, *more_runs),
            Answer::Nothing(why) => AnswerText {
                answer: format!(
                    "No configuration can be recommended: {}",
                    self.why_not(*why)
                ),
                ..AnswerText::default()
            },
        }
    }

    fn taken(&self, pick: usize, best: usize, sure: &Sure) -> AnswerText {
        let chosen = &self.candidates[pick];
        let trial = chosen.trial();
        let edge = self.edge(chosen);
        AnswerText {
            answer: self.what(pick, best),
            sure: self.how_sure(pick, sure),
            ahead_of: self.ahead_of(pick),
            cost: Some(format!("It takes {}.", self.price(chosen))),
            edge: edge.as_ref().map(|(words, _)| words.clone()),
            rule_of_thumb: self.rule_of_thumb(chosen),
            command: Some(command_line(trial)),
            measure_on: match sure.apart {
                Some(_) => Some(self.runs_of_those_near(chosen)),
                None => edge.and_then(|(_, command)| command),
            },
        }
    }

    /// "8 processes of 16 threads" and what that is.
    fn what(&self, pick: usize, best: usize) -> String {
        let (chosen, fastest) = (&self.candidates[pick], &self.candidates[best]);
        let take = format!(
            "Take {} ({}, {})",
            shape(chosen),
            chosen.name(),
            median(chosen)
        );
        let within = percent(self.terms.within);
        match self.terms.p99_s {
            Some(bound) => format!(
                "{take}: the cheapest whose p99 batch latency, {}, holds {}.",
                Cell::maybe(chosen.p99_s(), |p99| Cell::Seconds(p99.median)),
                Cell::Seconds(bound),
            ),
            None if pick == best => format!("{take}: the fastest."),
            None => format!(
                "{take}: the cheapest within {within} % of the fastest, {} ({}).",
                fastest.name(),
                median(fastest)
            ),
        }
    }

    fn how_sure(&self, pick: usize, sure: &Sure) -> String {
        if self.candidates.len() == 1 {
            return "It is the only configuration that was measured: measure others to choose from."
                .to_owned();
        }
        let within = percent(self.terms.within);
        let runs = on_runs(sure.runs);
        let open = match self.answer.unsettled() {
            [] => String::new(),
            open => format!(
                " Cheaper, and perhaps good enough too: {}; more runs would tell.",
                self.named(open)
            ),
        };
        match (sure.apart, self.terms.p99_s) {
            (_, Some(_)) => {
                let chosen = &self.candidates[pick];
                let runs = counted(chosen.failed().good(), "good run");
                match chosen.p99_s() {
                    Some(p99) if p99.is_interval => format!(
                        "The 95 % interval of its p99 by {runs}, {} to {}, lies below that bound.{open}",
                        Cell::Seconds(p99.low),
                        Cell::Seconds(p99.high)
                    ),
                    _ => format!("Each of its {runs} holds that bound.{open}"),
                }
            }
            (Some(apart), None) => format!(
                "That is {runs}, too few for an interval. By the noise of this machine what differs \
                 by {:.2} times or more surely differs; it is within {within} % of the fastest with a \
                 probability of {}.{open}",
                apart,
                share(sure.p_within)
            ),
            (None, None) => format!(
                "It is within {within} % of the fastest in {} of the resamples of all runs; its 95 % \
                 interval is {}.{open}",
                share(sure.p_within),
                self.interval(pick)
            ),
        }
    }

    fn interval(&self, index: usize) -> String {
        let one = &self.candidates[index];
        one.beside_failed(one.interval_s().map_or(String::new(), interval_in_words))
    }

    /// The next best of other shapes, and the slowest.
    fn ahead_of(&self, pick: usize) -> Option<String> {
        let own = self.candidates[pick].median_s()?;
        let limit =
            own.max(self.candidates[self.answer.best()?].median_s()?) * (1.0 + self.terms.within);
        let mut slower: Vec<(&Candidate<'_>, f64)> = (self.candidates.iter())
            .filter_map(|one| Some((one, one.median_s()?)))
            .filter(|(one, seconds)| *seconds > limit && !one.has_idle_threads())
            .collect();
        slower.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        let ((next, seconds), (slowest, longest)) = (slower.first()?, slower.last()?);
        let times = |seconds: f64| Cell::Times(seconds / own);
        let next = format!(
            "It is ahead of {} ({}, {})",
            next.name(),
            median(next),
            times(*seconds)
        );
        Some(match slower.len() {
            1 => format!("{next}."),
            count => format!(
                "{next} and of {} more, to {} ({}).",
                count - 1,
                slowest.name(),
                times(*longest)
            ),
        })
    }

    /// What a configuration takes, in words.
    pub(super) fn price(&self, candidate: &Candidate<'_>) -> String {
        let processes = counted(candidate.trial().processes as usize, "process");
        let cpu = match self.terms.cost {
            CostKind::Cpu => candidate
                .group
                .median(Trial::cpu_s)
                .map(|seconds| format!("{} of CPU, ", Cell::Seconds(seconds))),
            CostKind::Memory | CostKind::Processes => None,
        };
        let cpu = cpu.unwrap_or_default();
        match candidate.memory_kib {
            Some(_) => format!("{cpu}{} and {processes}", memory(candidate)),
            None => format!("{cpu}{processes}"),
        }
    }

    /// What is known beyond the pick, and the command that measures there.
    fn edge(&self, pick: &Candidate<'_>) -> Option<(String, Option<String>)> {
        if self.terms.p99_s.is_some() {
            return None;
        }
        let beyond =
            Along::BOTH.map(|along| along.beyond(&self.candidates, pick, self.terms.within));
        let trial = pick.trial();
        let named = |along: Along| match along {
            Along::Processes => counted(trial.processes as usize, "process"),
            Along::Threads => counted(trial.threads as usize, "thread"),
        };
        let pairs = || Along::BOTH.into_iter().zip(beyond);
        let fell: Vec<String> = pairs()
            .filter_map(|(along, beyond)| match beyond {
                Beyond::StillFell { barrier: true } => Some(format!(
                    "{} (all that a batch of {} keeps busy under a barrier)",
                    named(along),
                    trial.batch
                )),
                Beyond::StillFell { barrier: false } => Some(named(along)),
                _ => None,
            })
            .collect();
        let flat: Vec<String> = pairs()
            .filter(|(_, beyond)| *beyond == Beyond::GainsNothing)
            .map(|(along, _)| named(along))
            .collect();
        let mut words = Vec::new();
        if !fell.is_empty() {
            words.push(format!(
                "It lies at the edge of what was measured: time still fell up to {}.",
                fell.join(" and up to ")
            ));
        }
        if !flat.is_empty() {
            words.push(format!("More than {} gain nothing.", flat.join(" or ")));
        }
        let values = |along: Along, beyond: Beyond| {
            let at = along.of(trial);
            match beyond {
                Beyond::StillFell { .. } => vec![at, at.saturating_mul(2), at.saturating_mul(4)],
                _ => vec![at],
            }
        };
        let command = (!fell.is_empty()).then(|| {
            let wanted = Wanted::Grid {
                processes: values(Along::Processes, beyond[0]),
                threads: values(Along::Threads, beyond[1]),
                without_barrier: beyond[1] == Beyond::StillFell { barrier: true },
            };
            sweep_line(trial, &wanted, fewest_runs())
        });
        (!words.is_empty()).then(|| (words.join(" "), command))
    }

    /// How one more than two single-threaded processes for each core compares.
    fn rule_of_thumb(&self, pick: &Candidate<'_>) -> Option<String> {
        let cores = pick.trial().capacity_cores?.round().max(1.0) as u32;
        let shape = Shape::rule_of_thumb(cores);
        let rule = (self.candidates.iter()).find(|one| one.trial().shape() == shape)?;
        let words = format!(
            "The rule of thumb, {} processes of one thread (2 x cores + 1),",
            shape.processes
        );
        if rule.name() == pick.name() {
            return Some(format!("{words} is this one."));
        }
        let times = Cell::Times(rule.median_s()? / pick.median_s()?);
        Some(format!(
            "{words} takes {times} as long ({}; {}).",
            median(rule),
            self.price(rule)
        ))
    }

    fn one_of(&self, best: usize, among: &[usize], more_runs: Option<usize>) -> AnswerText {
        let fastest = &self.candidates[best];
        let least = (among.iter())
            .map(|index| self.candidates[*index].failed().good())
            .min()
            .unwrap_or(0);
        let (sure, runs) = match more_runs {
            Some(more) => (
                format!("About {} more of each would settle it.", counted(more, "run")),
                least + more,
            ),
            None => (
                "They are so near to each other that more runs would hardly settle it: each is a good \
                 choice, or make the machine quieter."
                    .to_owned(),
                (2 * least).max(fewest_runs()),
            ),
        };
        let each = among.iter().map(|index| {
            let one = &self.candidates[*index];
            format!("{} ({}; {})", one.name(), time(one), self.price(one))
        });
        let each = first_of(&each.collect::<Vec<String>>(), NAMED);
        AnswerText {
            answer: format!(
                "The choice lies among {}, cheapest first: {each}. By these runs {} is the fastest, \
                 and none is surely within {} % of it.",
                counted(among.len(), "configuration"),
                fastest.name(),
                percent(self.terms.within)
            ),
            sure,
            command: Some(command_line(fastest.trial())),
            measure_on: Some(self.runs_of(among, runs)),
            ..AnswerText::default()
        }
    }

    /// The command that runs a configuration often enough for an interval, and those near to it.
    fn runs_of_those_near(&self, pick: &Candidate<'_>) -> String {
        let mut near: Vec<usize> = (0..self.candidates.len()).collect();
        near.retain(|index| self.candidates[*index].median_s().is_some());
        let median = |index: &usize| self.candidates[*index].median_s().unwrap_or(f64::INFINITY);
        near.sort_by(|a, b| median(a).total_cmp(&median(b)));
        near.truncate(3);
        let own = self
            .candidates
            .iter()
            .position(|one| one.name() == pick.name());
        near.extend(own);
        self.runs_of(&near, fewest_runs())
    }

    /// The command that runs just these so often.
    fn runs_of(&self, indices: &[usize], runs: usize) -> String {
        let trials = indices.iter().map(|index| self.candidates[*index].trial());
        let mut shapes: Vec<Shape> = trials.map(Trial::shape).collect();
        shapes.sort_unstable();
        shapes.dedup();
        let first = self.candidates[indices[0]].trial();
        sweep_line(first, &Wanted::Shapes(shapes), runs)
    }

    fn why_not(&self, why: Nothing) -> String {
        match why {
            Nothing::Measured => "no run ended well.".to_owned(),
            Nothing::WithoutIdleThreads => {
                "all have threads that can never run (more than the commands \
                 of a batch, under a barrier): measure fewer threads, or larger batches."
                    .to_owned()
            }
            Nothing::Allowed => "none stays below the bounds that were given (--max-memory, \
                 --max-processes, --max-threads): raise them, or measure smaller ones."
                .to_owned(),
            Nothing::HoldsTheBound => {
                let bound = Cell::maybe(self.terms.p99_s, Cell::Seconds);
                let p99 = self.candidates.iter().filter_map(|one| one.p99_s());
                let least = p99.map(|p99| p99.median).reduce(f64::min);
                format!(
                    "none surely holds a p99 batch latency of {bound}; the shortest that was measured \
                     is {}.",
                    Cell::maybe(least, Cell::Seconds)
                )
            }
        }
    }

    /// The first ones with their times, and how many more there are.
    pub(super) fn named(&self, indices: &[usize]) -> String {
        let name = |index: &usize| {
            let one = &self.candidates[*index];
            format!("{} ({})", one.name(), time(one))
        };
        first_of(&indices.iter().map(name).collect::<Vec<String>>(), NAMED)
    }
}

/// A probability, never rounded up to certainty.
fn share(p: f64) -> String {
    if p > 0.999 {
        return "more than 99.9 %".to_owned();
    }
    format!("{:.1} %", (1000.0 * p).floor() / 10.0)
}
