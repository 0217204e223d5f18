//! The search carried out: trials within a budget of time.

use std::collections::HashMap;
use std::time::Duration;

use super::search::{Search, Space};
use crate::clock;
use crate::harness::{Harness, HarnessError, LoopCost, Observer, Planned, expected_s};
use crate::model::{Configuration, Shape};
use crate::record::Trial;
use crate::spec::{Repetition, trial_key};
use crate::stats::Choice;

/// What is to be found out, and how long that may take.
pub struct Tuning<'a> {
    /// The configuration of a shape; `None` when there is none such.
    pub configuration: &'a dyn Fn(Shape) -> Option<Configuration>,
    /// A hash of the commands and the table, for the keys of the trials.
    pub input_digest: u64,
    /// What the ideals of the work are made of.
    pub loop_cost: LoopCost,
    /// What is searched.
    pub space: Space,
    /// What a run costs, in the unit that is to be small.
    pub cost: fn(&Trial) -> f64,
    /// When no further trial begins.
    pub budget: Duration,
}

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchEnd {
    /// The answer is sure.
    Sure,
    /// More runs would not make it so.
    Exhausted,
    /// The time is used up.
    BudgetSpent,
    /// A signal came.
    Interrupted,
}

/// The name under which its trials are recorded.
pub const EXPERIMENT: &str = "tune";

impl Tuning<'_> {
    /// Goes on from the trials that are there, and returns all of them, and why there are no more.
    ///
    /// # Errors
    /// When nothing can be measured or kept any more. An interruption is none: what was measured
    /// until then has an answer.
    pub fn run(
        &self,
        harness: &mut Harness,
        done: Vec<Trial>,
        observer: &mut impl Observer,
    ) -> Result<(Vec<Trial>, SearchEnd), HarnessError> {
        let start = clock::now();
        let mut search = Search::new(self.space);
        let ideals = self.ideals(harness);
        for (shape, ideal_s) in &ideals {
            // Loops are not timed to the last per cent, and what is not run is never known.
            search.bound(*shape, 0.98 * ideal_s);
        }
        let mut trials = done;
        for trial in &trials {
            self.learn(&mut search, trial);
        }
        let mut best = None;
        while let Some(shape) = search.propose() {
            let Some(configuration) = (self.configuration)(shape) else {
                search.bar(shape);
                continue;
            };
            let planned = self.planned(shape, configuration, &trials, &ideals);
            let left_s = self.budget.saturating_sub(start.elapsed()).as_secs_f64();
            let expected_s = expectation(&planned, &trials);
            let is_first = !trials.iter().any(|trial| trial.shape() == shape);
            if is_first && expected_s > self.budget.as_secs_f64() / 4.0 {
                search.bar(shape);
                continue;
            }
            if expected_s > left_s {
                return Ok((trials, SearchEnd::BudgetSpent));
            }
            observer.expects(std::slice::from_ref(&planned));
            observer.begins(&planned);
            let trial = match harness.run(&planned) {
                Err(HarnessError::Interrupted) => return Ok((trials, SearchEnd::Interrupted)),
                other => other?,
            };
            observer.ended(&trial)?;
            self.learn(&mut search, &trial);
            trials.push(trial);
            let standing = search.standing().pick();
            if standing != best {
                best = standing;
                if let Some(shape) = best {
                    observer.note(&format!("best so far: {shape}"));
                }
            }
        }
        let end = match search.standing().choice {
            Choice::Take { open, .. } if open.is_empty() => SearchEnd::Sure,
            _ => SearchEnd::Exhausted,
        };
        Ok((trials, end))
    }

    /// The least that each configuration of the lattice can take, in seconds, where that is known.
    fn ideals(&self, harness: &Harness) -> HashMap<Shape, f64> {
        let powers = |most: u32| {
            (0..32)
                .map(|power| 1_u32 << power)
                .take_while(move |&n| n <= most)
        };
        let most = self.space.most;
        let lattice = powers(most.processes)
            .flat_map(|processes| powers(most.threads).map(move |threads| (processes, threads)));
        let others = [Shape::rule_of_thumb(self.space.cores)];
        let all = lattice.map(|(processes, threads)| Shape::new(processes, threads));
        let ideal = |shape: Shape| {
            let configuration = (self.configuration)(shape)?;
            Some((shape, harness.ideal(&configuration, &self.loop_cost).0))
        };
        all.chain(others).filter_map(ideal).collect()
    }

    fn learn(&self, search: &mut Search, trial: &Trial) {
        match trial.usable_makespan_s() {
            Some(makespan_s) => search.learn(trial.shape(), makespan_s, (self.cost)(trial)),
            None => search.learn_failure(trial.shape()),
        }
    }

    fn planned(
        &self,
        shape: Shape,
        configuration: Configuration,
        trials: &[Trial],
        ideals: &HashMap<Shape, f64>,
    ) -> Planned {
        let before = trials.iter().filter(|trial| trial.shape() == shape);
        let run = before.count() as u32 + 1;
        let repetition = Repetition { run, warmup: false };
        Planned {
            experiment: EXPERIMENT.to_owned(),
            key: trial_key(EXPERIMENT, &configuration, self.input_digest, repetition),
            configuration,
            run,
            warmup: false,
            block: run,
            order: trials.len() as u32 + 1,
            predicted_s: ideals.get(&shape).copied().unwrap_or(0.0),
        }
    }
}

/// How long a trial takes in all, in seconds: what is predicted, or, of work that can't be
/// predicted, what the trials so far would take if threads and processes were all that matters.
fn expectation(planned: &Planned, trials: &[Trial]) -> f64 {
    let slots = |shape: Shape| f64::from(shape.processes) * f64::from(shape.threads);
    let configuration = &planned.configuration;
    let shape = Shape::new(configuration.processes, configuration.job.threads);
    let scaled = trials.iter().filter_map(|trial| {
        let seconds = trial.usable_makespan_s()?;
        let fewer = slots(trial.shape()) / slots(shape);
        Some(if trial.shape() == shape {
            seconds
        } else {
            seconds * fewer.max(1.0)
        })
    });
    let by_trials = scaled.reduce(f64::min).unwrap_or(0.0);
    expected_s(planned).max(by_trials)
}
