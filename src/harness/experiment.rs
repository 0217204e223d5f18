//! An experiment: its plan in blocks, when it has enough, and its run from trial to trial.

use std::time::Duration;

use super::planner::Planner;
use super::{Harness, HarnessError, Input};
use crate::clock::{self, Tick};
use crate::model::{Configuration, Table, Tracebacks, same_fault};
use crate::record::{Status, Trial, with_fastest_loops};
use crate::spec::Order;

/// A trial that is to be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The experiment's name.
    pub experiment: String,
    /// What is asked.
    pub configuration: Configuration,
    /// The repetition, from 1; warm-ups are counted for themselves.
    pub run: u32,
    /// Whether it only warms up.
    pub warmup: bool,
    /// The block of the order, from 1, warm-ups included.
    pub block: u32,
    /// The position in the order, from 1, warm-ups included.
    pub order: u32,
    /// What tells it from every other trial.
    pub key: String,
    /// The makespan that the ideal model predicts, in seconds; 0 when nothing is predicted.
    pub predicted_s: f64,
}

/// Configurations, each run a number of times. Every repetition is a block of all configurations,
/// so that a machine that gets slower or faster does so for all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// Its name.
    pub name: String,
    /// What is compared.
    pub configurations: Vec<Configuration>,
    /// The predicted makespan of each, in seconds; may be shorter than `configurations`.
    pub predicted_s: Vec<f64>,
    /// A hash of the commands and the table: what the keys of the trials depend on beside the
    /// configuration.
    pub input_digest: u64,
    /// How often each is run before it is measured.
    pub warmup: u32,
    /// How often each is measured; with a precision, at the most.
    pub runs: u32,
    /// A configuration is measured until the interval of its median is narrower than this part of
    /// the median.
    pub precision: Option<f64>,
    /// The order within each block.
    pub order: Order,
}

/// When an experiment ends early.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    fail_fast: bool,
    budget: Option<Duration>,
    start: Tick,
}

impl Limits {
    /// Never.
    pub fn none() -> Limits {
        Limits::new(false, None)
    }

    /// After the first trial that fails, when `fail_fast`; before a block that would not end within
    /// the budget, which counts from now.
    pub fn new(fail_fast: bool, budget: Option<Duration>) -> Limits {
        Limits {
            fail_fast,
            budget,
            start: clock::now(),
        }
    }

    fn has_room_for(&self, block: &[Planned], ratio: f64) -> bool {
        let expected_s = block.iter().map(expected_s).sum::<f64>() * ratio;
        self.budget.is_none_or(|budget| {
            self.start.elapsed().as_secs_f64() + expected_s <= budget.as_secs_f64()
        })
    }
}

/// What a trial takes in all, in seconds: its predicted makespan, and roughly the start and end
/// of its processes.
pub fn expected_s(planned: &Planned) -> f64 {
    const FIXED_S: f64 = 0.1;
    const PER_PROCESS_S: f64 = 0.004;
    const PER_INTERPRETER_S: f64 = 0.03;
    let configuration = &planned.configuration;
    let each_s = match configuration.job.runtime.interpreter() {
        Some(_) => PER_PROCESS_S + PER_INTERPRETER_S,
        None => PER_PROCESS_S,
    };
    planned.predicted_s + FIXED_S + each_s * f64::from(configuration.processes)
}

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
    fn ended(&mut self, trial: &Trial) -> anyhow::Result<()>;
    /// Something that a person should know.
    fn note(&mut self, _text: &str) {}
}

/// How an experiment ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Ending {
    /// All its trials, those that were there before included: configuration by configuration, in
    /// the order in which these are given.
    pub trials: Vec<Trial>,
    /// Whether it ended at a trial that failed.
    pub failed_fast: bool,
}

impl Experiment {
    /// Configurations that are run a number of times, as they are given.
    pub fn new(name: &str, configurations: Vec<Configuration>, runs: u32) -> Experiment {
        Experiment {
            name: name.to_owned(),
            configurations,
            predicted_s: Vec::new(),
            input_digest: 0,
            warmup: 0,
            runs,
            precision: None,
            order: Order::AsGiven,
        }
    }

    /// All trials that are known to come, in order, when `rows` are done, and that no row is there
    /// for: of a precision, those that the first decision needs.
    pub fn missing(&self, rows: &[Trial]) -> Vec<Planned> {
        let mut planner = Planner::new(self, rows);
        let known = planner.blocks(1..=planner.last_known(1), 1);
        planner.missing(known)
    }

    /// Blocks at the most, warm-ups included.
    pub(super) fn blocks(&self) -> u32 {
        self.warmup.saturating_add(self.runs)
    }

    /// Runs all trials that are not among `done`. One that fails is a row, and the others follow.
    ///
    /// # Errors
    /// [`HarnessError::Interrupted`] when a signal came, and others when nothing could be
    /// measured or kept any more. What was measured until then has been given to the observer.
    pub fn run(
        &self,
        harness: &mut Harness,
        done: Vec<Trial>,
        limits: &Limits,
        observer: &mut impl Observer,
    ) -> anyhow::Result<Ending> {
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
                return Ok(ending(&planner, run.trials, true));
            }
            if let Some(fault) = same_everywhere(&run.trials).filter(|_| block < self.blocks()) {
                run.observer.note(&format!(
                    "{}: every trial so far failed alike, and no other block is run: {fault}",
                    self.name
                ));
                return Ok(ending(&planner, run.trials, false));
            }
        }
        self.tell_what_is_open(&mut planner, &mut run);
        Ok(ending(&planner, run.trials, false))
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

fn ending(planner: &Planner<'_>, trials: Vec<Trial>, failed_fast: bool) -> Ending {
    Ending {
        trials: with_fastest_loops(in_given_order(planner, trials)),
        failed_fast,
    }
}

/// A shuffled order is for measuring; people look for a configuration where they put it.
fn in_given_order(planner: &Planner<'_>, mut trials: Vec<Trial>) -> Vec<Trial> {
    trials.sort_by_key(|trial| (planner.place(trial), trial.block));
    trials
}

/// An experiment on its way.
struct Running<'a, O> {
    limits: &'a Limits,
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
    ) -> anyhow::Result<bool> {
        for planned in planned {
            self.observer.begins(planned);
            let start = clock::now();
            let trial = harness.run(planned).map_err(|error: HarnessError| error)?;
            self.spent_s += start.elapsed().as_secs_f64();
            self.expected_s += expected_s(planned);
            self.observer.ended(&trial)?;
            let is_new = |traceback: &&str| self.tracebacks.are_new_with(traceback);
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

/// The total that an experiment states is not the total of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected_sum is {stated}, but the table's responses to one pass over the commands add up to {computed}; \
     mend one of the two"
)]
pub struct WrongSum {
    /// What the definition says.
    pub stated: i64,
    /// What the input gives.
    pub computed: i128,
}

/// Holds a stated total against the input. (Every trial's total is held against the input's.)
///
/// # Errors
/// When they differ.
pub fn check_expected_sum(input: &Input, stated: i64) -> Result<(), WrongSum> {
    let (table, _) = Table::from_entries(input.entries.iter().copied().enumerate());
    let computed = super::expected_sum(&input.commands, &table, 1);
    if computed == i128::from(stated) {
        Ok(())
    } else {
        Err(WrongSum { stated, computed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{published, samples};
    use crate::spec::{Definition, named};

    fn experiment(runs: u32) -> Experiment {
        let definition = Definition::parse("published", named("published").unwrap().text).unwrap();
        Experiment::new("x", definition.configurations("published").unwrap(), runs)
    }

    /// The rows that the planned trials leave, `spread` apart.
    fn rows(planned: &[Planned], spread: f64) -> Vec<Trial> {
        let row = |planned: &Planned| Trial {
            key: planned.key.clone(),
            run: planned.run,
            warmup: planned.warmup,
            block: planned.block,
            ..samples::trial(
                &planned.configuration.label,
                (1.0 + spread * f64::from(planned.run), 1.0),
            )
        };
        planned.iter().map(row).collect()
    }

    #[test]
    fn the_published_file_is_the_published_table() {
        let rows = published();
        let rows: Vec<_> = rows.iter().filter(|row| row.kind == "published").collect();
        let configurations = experiment(1).configurations;
        assert_eq!(configurations.len(), rows.len());
        for (configuration, row) in configurations.iter().zip(rows) {
            let job = &configuration.job;
            assert_eq!(configuration.label, row.id);
            assert_eq!(job.workload.as_str(), row.workload);
            assert_eq!(job.executor.as_str(), row.executor);
            let shape = (configuration.processes, job.threads, configuration.batch);
            assert_eq!(shape, (row.processes, row.threads, row.batch));
        }
    }

    #[test]
    fn every_repetition_is_a_block_of_all_configurations() {
        let plan = experiment(2).missing(&[]);
        assert_eq!(plan.len(), 18);
        assert_eq!(plan[9].configuration, plan[0].configuration);
        assert_eq!((plan[9].run, plan[9].block, plan[9].order), (2, 2, 10));
    }

    #[test]
    fn warmups_come_first_and_count_for_themselves() {
        let experiment = Experiment {
            warmup: 1,
            ..experiment(2)
        };
        let plan = experiment.missing(&[]);
        assert_eq!(plan.len(), 27);
        let told = |i: usize| (plan[i].warmup, plan[i].run, plan[i].block, plan[i].order);
        assert_eq!(told(0), (true, 1, 1, 1));
        assert_eq!(told(9), (false, 1, 2, 10));
        assert_eq!(told(26), (false, 2, 3, 27));
        assert_ne!(plan[0].key, plan[9].key);
    }

    #[test]
    fn a_shuffle_keeps_each_block_whole() {
        let experiment = Experiment {
            order: Order::Shuffled(3),
            ..experiment(5)
        };
        let plan = experiment.missing(&[]);
        assert_eq!(plan, experiment.missing(&[]));
        for block in plan.chunks(9) {
            let mut labels: Vec<_> = block.iter().map(|p| &p.configuration.label).collect();
            labels.sort();
            labels.dedup();
            assert_eq!(labels.len(), 9);
            assert!(block.iter().all(|p| p.block == block[0].block));
        }
        let first: Vec<_> = plan[..9].iter().map(|p| &p.configuration).collect();
        let second: Vec<_> = plan[9..18].iter().map(|p| &p.configuration).collect();
        assert_ne!(first, second);
    }

    #[test]
    fn results_stand_where_the_configurations_do() {
        let experiment = Experiment {
            order: Order::Shuffled(3),
            ..experiment(2)
        };
        let rows = rows(&experiment.missing(&[]), 0.0);
        let sorted = in_given_order(&Planner::new(&experiment, &rows), rows.clone());
        let told: Vec<(&str, u32)> = sorted.iter().map(|t| (t.label.as_str(), t.run)).collect();
        let configurations = experiment.configurations.iter();
        let expected: Vec<(&str, u32)> = configurations
            .flat_map(|c| [(c.label.as_str(), 1), (c.label.as_str(), 2)])
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn what_has_a_row_is_not_missing() {
        let plan = experiment(2).missing(&[]);
        let done = rows(&plan[..7], 0.0);
        assert_eq!(experiment(2).missing(&done), plan[7..]);
    }

    #[test]
    fn a_precision_goes_on_with_what_is_not_narrow_enough() {
        let experiment = Experiment {
            precision: Some(0.02),
            ..experiment(30)
        };
        let plan = experiment.missing(&[]);
        assert_eq!(plan.len(), 6 * 9, "what the first decision needs");
        let mut done = rows(&plan, 0.0);
        assert!(Planner::new(&experiment, &done).block(7, 55).is_empty());
        for row in done.iter_mut().filter(|row| row.label == "io-mp-32x1") {
            row.makespan_s = Some(f64::from(row.run));
        }
        let more = Planner::new(&experiment, &done).block(7, 55);
        assert_eq!(more.len(), 1);
        assert_eq!((more[0].run, more[0].order), (7, 55));
        assert_eq!(more[0].configuration.label, "io-mp-32x1");
        done.extend(rows(&more, 0.0));
        assert_eq!(
            Planner::new(&experiment, &done).block(7, 55),
            more,
            "its own rows change nothing"
        );
    }

    /// The CPU time that it takes to plan so many blocks of so many configurations of 100 rows each.
    fn planning(configurations: u32, blocks: u32) -> Duration {
        let one = experiment(1).configurations[0].clone();
        let all = (1..=configurations).map(|processes| Configuration {
            processes,
            ..one.clone()
        });
        let mut experiment = Experiment::new("x", all.collect(), 100);
        let done = rows(&experiment.missing(&[]), 1.0);
        assert_eq!(done.len(), 100 * configurations as usize);
        experiment.precision = Some(0.02);
        let start = clock::thread_cpu();
        let mut planner = Planner::new(&experiment, &done);
        let mut order = 1;
        for block in 1..=blocks {
            let planned = planner.block(block, order);
            assert_eq!(planned.len(), configurations as usize, "wide intervals");
            order += planned.len() as u32;
            assert_eq!(planner.missing(planned).is_empty(), block < 101);
        }
        clock::thread_cpu() - start
    }

    #[test]
    fn ten_thousand_rows_with_a_precision_are_planned_in_no_time() {
        let took = planning(100, 101);
        // Under a second when optimised. With one interval for each run it took minutes.
        assert!(took < Duration::from_secs(15), "{took:?}");
    }

    #[test]
    fn twice_the_rows_take_twice_the_time_to_plan() {
        // Without the last block, whose intervals take far more than all else, one for each
        // configuration. The least of some, for a neighbour takes the caches too.
        let least = |count| (0..3).map(|_| planning(count, 100)).min();
        let (once, twice) = (least(100).unwrap(), least(200).unwrap());
        assert!(twice < 3 * once, "{once:?} {twice:?}");
    }

    #[test]
    fn a_configuration_that_always_fails_is_given_up() {
        let experiment = Experiment {
            precision: Some(0.02),
            ..experiment(30)
        };
        let mut done = rows(&experiment.missing(&[]), 1.0);
        for row in done.iter_mut().filter(|row| row.label == "cpu-mp-2x1") {
            row.status = Status::Failed;
        }
        assert_eq!(Planner::new(&experiment, &done).block(4, 1).len(), 8);
    }

    #[test]
    fn a_budget_is_held_against_what_a_block_takes() {
        let plan = experiment(1).missing(&[]);
        let within = |seconds| {
            Limits::new(false, Some(Duration::from_secs(seconds))).has_room_for(&plan, 1.0)
        };
        assert!(!within(0) && within(60) && Limits::none().has_room_for(&plan, 1e9));
    }
}
