//! The run of an experiment from trial to trial, and who is told how far it is.

use super::definition::Experiment;
use super::limits::SweepLimits;
use super::planner::Planner;
use crate::clock;
use crate::harness::{Harness, HarnessError, Planned, expected_s};
use crate::model::{Tracebacks, same_fault};
use crate::record::{Status, StoreError, Trial, with_fastest_loops};

/// Who wants to know how far an experiment is.
pub trait Observer {
    /// These trials are still to come, as far as it is known; it replaces what was said before.
    fn expects(&mut self, _coming: &[Planned]) {}
    /// A trial begins.
    fn begins(&mut self, planned: &Planned);
    /// A trial has ended; what it leaves is lost unless it is kept here.
    ///
    /// # Errors
    /// When the row can't be kept, which ends the experiment.
    fn ended(&mut self, trial: &Trial) -> Result<(), StoreError>;
    /// Something that a person should know.
    fn note(&mut self, _text: &str) {}
}

/// How an experiment ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Ending {
    /// All its trials, those that were there before included: configuration by configuration, in
    /// the order in which these are given.
    pub trials: Vec<Trial>,
    /// Why trials that it could have run were not, when some of them had failed.
    pub stopped_by: Option<StoppedBy>,
}

/// Which failures end an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoppedBy {
    /// One of a trial, and every one ends it (`--fail-fast`).
    FirstFailure,
    /// The same one of every trial that there is.
    SameFailure,
}

impl Experiment {
    /// Runs all trials that are not among `done`. One that fails is a row, and the others follow.
    ///
    /// # Errors
    /// [`HarnessError::Interrupted`] when a signal came, and others when nothing could be
    /// measured or kept any more. What was measured until then has been given to the observer.
    pub fn run(
        &self,
        harness: &mut Harness,
        done: Vec<Trial>,
        limits: &SweepLimits,
        observer: &mut impl Observer,
    ) -> Result<Ending, HarnessError> {
        let mut planner = Planner::new(self, &done);
        let mut run = Running {
            limits,
            observer,
            trials: done,
            spent_s: 0.0,
            expected_s: 0.0,
            tracebacks: Tracebacks::default(),
        };
        let (mut order, mut told) = (1, 0);
        for block in 1..=self.blocks() {
            let planned = planner.block(block, order);
            if planned.is_empty() {
                break;
            }
            let next = order + planned.len() as u32;
            let planned = planner.missing(planned);
            if block > told {
                told = planner.last_known(block);
                let later = planner.blocks(block + 1..=told, next);
                let later = planner.missing(later);
                run.observer.expects(&[planned.as_slice(), &later].concat());
            }
            order = next;
            // The first measured block is always run: without it there is no answer at all.
            if block > self.warmup + 1 && !limits.has_room_for(&planned, run.ratio()) {
                run.observer.note(&format!(
                    "{}: the budget has no room for another block; {} of {} are done",
                    self.name,
                    block - 1,
                    self.blocks()
                ));
                break;
            }
            if run.block(harness, &mut planner, &planned)? {
                return Ok(ending(&planner, run.trials, Some(StoppedBy::FirstFailure)));
            }
            // Of rows that were there before nothing is known yet: what was wrong may be mended.
            let may_stop = !planned.is_empty() && block < self.blocks();
            if let Some(fault) = same_everywhere(&run.trials).filter(|_| may_stop) {
                run.observer.note(&format!(
                    "{}: every trial so far failed alike, and no other block is run: {fault}",
                    self.name
                ));
                return Ok(ending(&planner, run.trials, Some(StoppedBy::SameFailure)));
            }
        }
        self.tell_what_is_open(&mut planner, &mut run);
        Ok(ending(&planner, run.trials, None))
    }

    fn tell_what_is_open<O: Observer>(&self, planner: &mut Planner<'_>, run: &mut Running<'_, O>) {
        let Some(precision) = self.precision else {
            return;
        };
        let open = planner.block(self.blocks().saturating_add(1), 1).len();
        if open > 0 {
            run.observer.note(&format!(
                "{}: {open} of {} configurations have an interval wider than {:.3} % of their median; \
                 try more --max-runs, a larger --budget, or a quieter machine",
                self.name,
                self.configurations.len(),
                precision * 100.0
            ));
        }
    }
}

/// The reason for which all trials have failed, if it is the same: what is wrong with all of them is
/// for a person to mend. One trial alone may have had bad luck.
fn same_everywhere(trials: &[Trial]) -> Option<&str> {
    let fault = |trial: &Trial| (trial.status, trial.error.as_deref().map(same_fault));
    let (first, others) = trials.split_first()?;
    let is_same = |trial: &Trial| trial.status != Status::Ok && fault(trial) == fault(first);
    let all = !others.is_empty() && trials.iter().all(is_same);
    first.error.as_deref().filter(|_| all)
}

fn ending(planner: &Planner<'_>, trials: Vec<Trial>, stopped_by: Option<StoppedBy>) -> Ending {
    Ending {
        trials: with_fastest_loops(in_given_order(planner, trials)),
        stopped_by,
    }
}

/// A shuffled order is for measuring; people look for a configuration where they put it.
pub(super) fn in_given_order(planner: &Planner<'_>, mut trials: Vec<Trial>) -> Vec<Trial> {
    trials.sort_by_key(|trial| (planner.place(trial), trial.block));
    trials
}

/// An experiment on its way.
struct Running<'a, O> {
    limits: &'a SweepLimits,
    observer: &'a mut O,
    trials: Vec<Trial>,
    /// What this process's trials took, and what they were expected to take.
    spent_s: f64,
    expected_s: f64,
    tracebacks: Tracebacks,
}

impl<O: Observer> Running<'_, O> {
    /// Runs the trials of a block; whether it ended at one that failed.
    fn block(
        &mut self,
        harness: &mut Harness,
        planner: &mut Planner<'_>,
        planned: &[Planned],
    ) -> Result<bool, HarnessError> {
        for planned in planned {
            self.observer.begins(planned);
            let start = clock::now();
            let trial = harness.run(planned)?;
            self.spent_s += start.elapsed().as_secs_f64();
            self.expected_s += expected_s(planned);
            self.observer.ended(&trial)?;
            let is_new = |traceback: &&str| self.tracebacks.insert(traceback);
            if let Some(traceback) = harness.traceback().filter(is_new) {
                self.observer.note(traceback);
            }
            planner.learn(&trial);
            let failed = trial.status != Status::Ok;
            self.trials.push(trial);
            if failed && self.limits.fail_fast {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How many times longer than expected trials took.
    fn ratio(&self) -> f64 {
        if self.expected_s > 0.0 {
            self.spent_s / self.expected_s
        } else {
            1.0
        }
    }
}
