//! What `sweep` and `reproduce` share: from all that was asked to the rows that are left.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Duration;

use anyhow::Context as _;

use super::configuration::check_waits;
use super::error::UsageError;
use super::experiment_request::ExperimentRequest;
use super::input::read_input;
use super::own_work::{check_own_work, find_task, with_tasks};
use super::print::PrintArgs;
use super::progress::Progress;
use super::report as report_page;
use super::request::Request;
use super::results::{ResultsFolder, environment_beside};
use super::server::check_limits;
use super::settle_scratch;
use super::terms::{say_warnings_in_short, usual_terms};
use crate::harness::{
    Capacity, Experiment, Harness, Input, LoopCost, Planned, StoppedBy, SweepLimits,
    check_expected_sum,
};
use crate::model::{Configuration, Job, OwnWork, Runtime};
use crate::process::{Program, Signals};
use crate::record::{Published, Trial, TrialWriter, with_fastest_loops};
use crate::report;
use crate::report::claims::claim_blocks;
use crate::report::recommend::{answer_blocks, answers_for_programs, questions};
use crate::server::tasks_needed;
use crate::spec::{Order, input_digest};

/// An experiment with its input, ready to be run.
pub(super) struct Prepared {
    pub experiment: Experiment,
    input: Input,
    /// Of its last configuration.
    pub loop_cost: LoopCost,
}

/// A sweep that is ready to be run.
pub(super) struct Campaign {
    pub experiments: Vec<Prepared>,
    harness: Harness,
    limits: SweepLimits,
}

impl Campaign {
    /// Reads all inputs and checks all that can be checked before anything is run. Digests of
    /// inputs are written into the request, or held against those that are there.
    pub(super) fn prepare(request: &mut Request) -> anyhow::Result<Campaign> {
        settle_scratch()?;
        let (seed, precision, strict) = (request.seed, request.precision, request.strict);
        let mut experiments = Vec::new();
        for asked in &mut request.experiments {
            let input = read_input(&asked.definition.input, &asked.folder, strict)?;
            experiments.push(prepare_one(asked, input, seed, precision)?);
        }
        let mut harness = harness(request)?;
        let mut loop_costs = HashMap::new();
        let timeout = seconds("timeout_s", request.timeout_s)?;
        for prepared in &mut experiments {
            prepared.predict(&mut harness, timeout, &mut loop_costs)?;
        }
        let budget = seconds("budget_s", request.budget_s)?;
        Ok(Campaign {
            experiments,
            harness,
            limits: SweepLimits::new(request.fail_fast, budget),
        })
    }

    /// What all trials may compute on.
    pub(super) fn capacity(&self) -> Capacity {
        self.harness.capacity()
    }

    /// What runs the trials, with the input of the first experiment.
    pub(super) fn harness(&mut self) -> &mut Harness {
        self.harness.use_input(self.experiments[0].input.clone());
        &mut self.harness
    }

    /// Runs what has no row yet, and keeps a row for each trial. Returns all rows.
    pub(super) fn run(
        &mut self,
        folder: &ResultsFolder,
        (rows, done): (TrialWriter, Vec<Trial>),
    ) -> anyhow::Result<Vec<Trial>> {
        let mut progress = Progress::new(Some(rows));
        let mut trials = Vec::new();
        for (
            place,
            Prepared {
                experiment, input, ..
            },
        ) in self.experiments.iter().enumerate()
        {
            self.harness.use_input(input.clone());
            let later = self.experiments[place + 1..].iter();
            let later: Vec<Planned> = later.flat_map(|p| p.experiment.missing(&done)).collect();
            progress.later(&later);
            progress.advise(experiment, self.harness.capacity());
            let mine = |row: &&Trial| row.experiment == experiment.name;
            let done = done.iter().filter(mine).cloned().collect();
            let ending = experiment
                .run(&mut self.harness, done, &self.limits, &mut progress)
                .inspect_err(|_| progress.note_always(&how_to_resume(folder)))?;
            trials.extend(ending.trials);
            if ending.stopped_by.is_some() {
                progress.note_always(&how_to_resume(folder));
            }
            if ending.stopped_by == Some(StoppedBy::FirstFailure) {
                break;
            }
        }
        // Of all experiments of the folder together.
        Ok(with_fastest_loops(trials))
    }
}

/// Prints what was measured and the answer to it, and leaves the page: what was measured has its page
/// although there was no room for the table elsewhere.
///
/// # Errors
/// When something can't be written.
pub(super) fn answer(
    subcommand: &str,
    trials: &[Trial],
    published: &[Published],
    folder: &mut ResultsFolder,
    print: &PrintArgs,
) -> anyhow::Result<()> {
    folder.close();
    let terms = usual_terms(environment_beside(&folder.trials())?.as_ref());
    let questions = questions(trials, terms);
    say_warnings_in_short(&questions, &folder.trials());
    let mut comparison = report::comparison(trials, published);
    comparison.answers = answer_blocks(&questions);
    comparison.answers.extend(claim_blocks(trials));
    comparison.for_programs.answers = Some(answers_for_programs(&questions));
    let printed = print.print(subcommand, &comparison);
    report_page::leave(&folder.trials(), terms)?;
    printed
}

fn how_to_resume(folder: &ResultsFolder) -> String {
    let path = folder.path().display();
    format!("to go on: mpmt sweep --resume {path}")
}

fn prepare_one(
    asked: &mut ExperimentRequest,
    input: Input,
    seed: Option<u64>,
    precision: Option<f64>,
) -> anyhow::Result<Prepared> {
    let ExperimentRequest {
        name, definition, ..
    } = &*asked;
    let mut configurations = definition.configurations(name).map_err(UsageError::new)?;
    for configuration in &mut configurations {
        find_task(&mut configuration.job, &asked.folder)?;
        check_own_work(&configuration.job)?;
        check_waits(configuration, &input)?;
    }
    let needed = |c: &&Configuration| tasks_needed(c.processes, &c.job);
    let most = [
        configurations.iter().max_by_key(|c| c.processes),
        configurations.iter().max_by_key(needed),
    ];
    for configuration in most.into_iter().flatten() {
        check_limits(configuration.processes, &configuration.job)?;
    }
    if let Some(stated) = definition.expected_sum {
        check_expected_sum(&input, stated)
            .map_err(|error| UsageError::new(format!("{name}: {error}")))?;
    }
    let digest = input_digest(&input.commands, &input.entries);
    let digest = with_tasks(digest, &configurations)?;
    let runs_of: Vec<u32> = (configurations.iter())
        .map(|configuration| definition.runs_of(configuration))
        .collect();
    let most_runs = runs_of.iter().copied().max().unwrap_or(definition.runs);
    let experiment = Experiment {
        runs_of,
        input_digest: digest,
        warmup: definition.warmup,
        precision,
        order: seed.map_or(Order::AsGiven, Order::Shuffled),
        ..Experiment::new(name, configurations, most_runs)
    };
    let digest = format!("{digest:016x}");
    if !asked.input_digest.is_empty() && asked.input_digest != digest {
        return Err(UsageError::new(format!(
            "the commands, the table or the task of {} are not what they were when the sweep began; \
             restore them, or begin a new sweep",
            asked.name
        ))
        .into());
    }
    asked.input_digest = digest;
    Ok(Prepared {
        experiment,
        input,
        loop_cost: LoopCost::default(),
    })
}

impl Prepared {
    /// Batches of its first configuration: more processes than these have nothing to do.
    pub(super) fn batches(&self) -> u32 {
        let configuration = &self.experiment.configurations[0];
        let commands = self.input.commands.len() as u64;
        let commands = commands.saturating_mul(configuration.repeat);
        let batches = commands.div_ceil(u64::from(configuration.batch.max(1)));
        u32::try_from(batches.max(1)).unwrap_or(u32::MAX)
    }

    /// Predicts each configuration's makespan, and with it sees that each interpreter is there.
    /// `loop_costs` remembers what has been measured.
    fn predict(
        &mut self,
        harness: &mut Harness,
        timeout: Option<Duration>,
        loop_costs: &mut LoopCosts,
    ) -> Result<(), UsageError> {
        harness.use_input(self.input.clone());
        for configuration in &self.experiment.configurations {
            let job = &configuration.job;
            let loops = if job.computes() { job.loops } else { 0 };
            let loop_cost = match loop_costs.entry((job.runtime.clone(), loops, job.own.clone())) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(loop_cost_of(job, timeout)?),
            };
            let (ideal_s, _) = harness.ideal(configuration, loop_cost);
            self.experiment.predicted_s.push(ideal_s);
            self.loop_cost = loop_cost.clone();
        }
        Ok(())
    }
}

/// The loop cost of a job. An interpreter that can't be started is for a person to mend; one that is
/// there and does not work, or not within the time limit of a trial, makes the trials fail, each with
/// the reason.
pub(super) fn loop_cost_of(job: &Job, timeout: Option<Duration>) -> Result<LoopCost, UsageError> {
    match LoopCost::measure(job, timeout) {
        Err(error) if error.is_for_a_person() => Err(UsageError::new(error)),
        other => Ok(other.unwrap_or_default()),
    }
}

/// By runtime, by loops where these are run, and by work of a person's own.
type LoopCosts = HashMap<(Runtime, u64, Option<OwnWork>), LoopCost>;

fn harness(request: &Request) -> anyhow::Result<Harness> {
    let signals = Signals::install().context("signal handlers can't be installed")?;
    let nothing = Input {
        commands: Vec::new(),
        entries: Vec::new(),
    };
    let timeout = seconds("timeout_s", request.timeout_s)?;
    let harness = Harness::new(Program::This, nothing, timeout, signals);
    Ok(harness.with_unknown_commands(request.allow_unknown))
}

/// What a `sweep.json` says of a time, which a person may have changed.
fn seconds(name: &str, seconds: Option<f64>) -> Result<Option<Duration>, UsageError> {
    let duration = seconds.map(Duration::try_from_secs_f64).transpose();
    duration.map_err(|error| UsageError::new(format!("{name}: {error}")))
}
