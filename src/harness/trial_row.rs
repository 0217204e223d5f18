//! The row of a trial: what was planned, and what came of it.

use super::input::IndexedInput;
use super::outcome::{TrialFailure, TrialOutcome};
use super::verdict::judge;
use super::{Capacity, LoopCost, Planned};
use crate::model::{Runtime, split_reason};
use crate::record::{Status, Trial};

/// What a trial was to do, and where.
#[derive(Debug)]
pub(super) struct TrialPlan<'a> {
    pub(super) planned: &'a Planned,
    pub(super) input: &'a IndexedInput,
    pub(super) capacity: Capacity,
    /// When it was begun: ISO 8601, UTC.
    pub(super) started_at: String,
}

/// A trial's row, and the traceback with which its work has failed, if it has: the row keeps the
/// line. `loop_cost` is that of its job, where it could be measured.
pub(super) fn trial_row(
    plan: &TrialPlan<'_>,
    loop_cost: Option<&LoopCost>,
    outcome: TrialOutcome,
) -> (Trial, Option<String>) {
    let TrialPlan { planned, input, .. } = plan;
    let configuration = &planned.configuration;
    let job = &configuration.job;
    let expected = input.expected(configuration);
    let commands = input.source(configuration).commands();

    let mut unknown_commands = None;
    let (served, answers, end) = match outcome {
        TrialOutcome::Refused(reason) => {
            unknown_commands = Some(expected.unknown);
            (None, None, Err(TrialFailure::failed(reason)))
        }
        TrialOutcome::NotStarted(failure) => (None, None, Err(failure)),
        TrialOutcome::Served(served) => {
            let (answers, end) = match served.answers {
                Ok(answers) => {
                    let end = judge(&answers, expected);
                    (Some(answers), end)
                }
                Err(failure) => (None, Err(failure)),
            };
            (Some((served.startup, served.cost)), answers, end)
        }
    };
    let cost = served.as_ref().map(|(_, cost)| cost);
    let usage = cost.map(|cost| cost.usage);
    let report = cost.and_then(|cost| cost.report.as_ref());
    let process_tree = cost.map(|cost| cost.process_tree);
    let interpreter = loop_cost.and_then(|cost| cost.interpreter.as_ref());
    let ideal = loop_cost.map(|cost| input.ideal(configuration, cost, plan.capacity));
    let answers = answers.as_ref();
    let stats = answers.and_then(|answers| answers.stats);
    let latency = answers.and_then(|answers| answers.latency);
    let makespan_s = answers.map(|answers| answers.makespan.as_secs_f64());
    // Of a trial that failed it would tell of nothing.
    let good_makespan_s = makespan_s.filter(|&seconds| end.is_ok() && seconds > 0.0);
    let (status, error, traceback) = told(&end);

    let trial = Trial {
        experiment: planned.experiment.clone(),
        label: configuration.label.clone(),
        workload: job.workload,
        runtime: job.runtime.clone(),
        processes: configuration.processes,
        threads: job.threads,
        batch: configuration.batch,
        executor: job.executor,
        dispatch: job.dispatch,
        spawn: configuration.spawn,
        commands,
        wait_s: (job.has_waits()).then(|| input.longest_wait_s(configuration)),
        loops: job.computes().then_some(job.loops),
        switch_interval_s: (job.runtime == Runtime::Gil)
            .then_some(job.switch_interval.as_secs_f64()),
        time_scale: configuration.time_scale,
        expected_sum: (input.sum(configuration)).clamp(i64::MIN.into(), i64::MAX.into()) as i64,
        rate_per_s: configuration.rate_per_s,
        key: planned.key.clone(),
        warmup: planned.warmup,
        run: planned.run,
        block: planned.block,
        order: planned.order,
        started_at: plan.started_at.clone(),
        status,
        error,
        makespan_s,
        ideal_s: ideal.map(|(ideal_s, _)| ideal_s).filter(|&s| s > 0.0),
        ideal_is_bound: ideal.is_some_and(|(_, is_bound)| is_bound),
        loop_s: loop_cost.map(|cost| cost.loop_s).filter(|&s| s > 0.0),
        capacity_cores: Some(plan.capacity.cores),
        startup_s: (served.as_ref()).map(|(startup, _)| startup.as_secs_f64()),
        first_result_s: answers.and_then(|answers| Some(answers.first_result?.as_secs_f64())),
        latency_p50_s: latency.map(|latency| latency.p50_s),
        latency_p90_s: latency.map(|latency| latency.p90_s),
        latency_p99_s: latency.map(|latency| latency.p99_s),
        latency_p999_s: latency.map(|latency| latency.p999_s),
        latency_max_s: latency.map(|latency| latency.max_s),
        throughput_per_s: good_makespan_s.map(|s| (commands - expected.unknown) as f64 / s),
        achieved_rate_per_s: (configuration.rate_per_s.and(answers))
            .and_then(|answers| answers.achieved_rate_per_s()),
        responses_sum: answers.and_then(|answers| i64::try_from(answers.sum).ok()),
        results: answers.map(|answers| answers.results),
        retried: stats.map(|stats| stats.retried),
        duplicates: answers.map(|answers| answers.duplicates),
        lost: answers.map(|answers| answers.batches - answers.results),
        unknown_commands: unknown_commands.or(stats.map(|stats| stats.unknown_commands)),
        cpu_user_s: usage.map(|usage| usage.user_s),
        cpu_system_s: usage.map(|usage| usage.system_s),
        voluntary_switches: usage.map(|usage| usage.voluntary_switches),
        involuntary_switches: usage.map(|usage| usage.involuntary_switches),
        peak_rss_kib: report.map(|report| report.peak_rss_kib),
        peak_pss_kib: process_tree.map(|tree| tree.pss_kib).filter(|&kib| kib > 0),
        peak_threads: (process_tree.map(|tree| tree.threads)).filter(|&threads| threads > 0),
        // An interpreter does not tell. Native threads have no lock, and so no switches.
        lock_switches: (report.map(|report| report.lock_switches))
            .filter(|_| job.runtime.interpreter().is_none()),
        interpreter: interpreter.map(ToString::to_string),
        gil_enabled: interpreter.and_then(|interpreter| interpreter.gil_enabled),
        task: job.task().map(ToString::to_string),
        exec: job.exec().map(|exec| exec.line.to_string()),
    };
    (trial, traceback)
}

/// How a trial ended, why in a line, and the traceback after that.
fn told(end: &Result<(), TrialFailure>) -> (Status, Option<String>, Option<String>) {
    let Err(TrialFailure { status, reason }) = end else {
        return (Status::Ok, None, None);
    };
    let (line, traceback) = split_reason(reason);
    let line = (!line.is_empty()).then(|| line.to_owned());
    (*status, line, traceback.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::harness::fixtures::answers;
    use crate::harness::outcome::{Served, TrialCost};
    use crate::harness::{DEFAULT_COMMANDS, DEFAULT_TABLE, Input};
    use crate::model::{Table, parse_lines};
    use crate::process::{ProcessTreeSnapshot, Usage};
    use crate::server::Report;
    use crate::spec::{Definition, named};

    /// The row of a trial of the first published configuration, 512 commands of which the table does
    /// not have the first ones.
    fn row_of(outcome: TrialOutcome, unknown: usize) -> (Trial, Option<String>) {
        let definition = Definition::parse("published", named("published").unwrap().text).unwrap();
        let mut configurations = definition.configurations("x").unwrap();
        let commands = parse_lines(DEFAULT_COMMANDS, str::parse).good;
        let entries = Table::parse_entries(DEFAULT_TABLE).good;
        let input = IndexedInput::new(Input {
            commands: commands.into_iter().map(|(_, command)| command).collect(),
            entries: (entries.into_iter().skip(unknown))
                .map(|(_, entry)| entry)
                .collect(),
        });
        let planned = Planned {
            experiment: "x".to_owned(),
            configuration: configurations.remove(0),
            run: 3,
            warmup: false,
            block: 4,
            order: 28,
            key: "key".to_owned(),
            predicted_s: 0.0,
        };
        let plan = TrialPlan {
            planned: &planned,
            input: &input,
            capacity: Capacity {
                cores: 2.0,
                quota_period_s: None,
            },
            started_at: "2025-01-01T00:00:00Z".to_owned(),
        };
        let loop_cost = LoopCost::default();
        trial_row(&plan, Some(&loop_cost), outcome)
    }

    fn served(answers: Result<crate::client::ClientOutcome, TrialFailure>) -> TrialOutcome {
        TrialOutcome::Served(Box::new(Served {
            startup: Duration::from_millis(20),
            cost: TrialCost {
                usage: Usage {
                    user_s: 0.5,
                    ..Usage::default()
                },
                report: Some(Report {
                    peak_rss_kib: 1_000,
                    ..Report::default()
                }),
                process_tree: ProcessTreeSnapshot {
                    processes: 3,
                    threads: 9,
                    pss_kib: 700,
                },
            },
            answers,
        }))
    }

    fn costs(trial: &Trial) -> [Option<f64>; 5] {
        let whole = |figure: Option<u64>| figure.map(|figure| figure as f64);
        let (rss, pss) = (whole(trial.peak_rss_kib), whole(trial.peak_pss_kib));
        let threads = whole(trial.peak_threads);
        [trial.startup_s, trial.cpu_user_s, rss, pss, threads]
    }

    const COSTS: [Option<f64>; 5] = [Some(0.02), Some(0.5), Some(1e3), Some(700.0), Some(9.0)];

    #[test]
    fn a_good_trial_has_its_plan_its_answers_and_its_cost() {
        let (trial, traceback) = row_of(served(Ok(answers(512, Some(0)))), 0);
        assert_eq!(
            (trial.status, trial.error.as_deref(), traceback),
            (Status::Ok, None, None)
        );
        assert_eq!((trial.run, trial.block, trial.order), (3, 4, 28));
        assert_eq!((trial.commands, trial.expected_sum), (512, 512));
        assert_eq!(
            (trial.makespan_s, trial.throughput_per_s),
            (Some(2.0), Some(256.0))
        );
        assert_eq!((trial.results, trial.lost), (Some(32), Some(0)));
        assert!(trial.ideal_s.is_some_and(|ideal_s| ideal_s > 0.0));
        assert_eq!(trial.loop_s, None, "it sleeps");
        assert_eq!(costs(&trial), COSTS);
    }

    #[test]
    fn commands_that_were_passed_over_are_no_throughput() {
        let (trial, _) = row_of(served(Ok(answers(500, Some(12)))), 12);
        assert_eq!((trial.status, trial.expected_sum), (Status::Ok, 500));
        assert_eq!(
            (trial.throughput_per_s, trial.unknown_commands),
            (Some(250.0), Some(12))
        );
    }

    #[test]
    fn a_wrong_answer_is_kept_and_has_no_throughput() {
        let (trial, _) = row_of(served(Ok(answers(511, None))), 0);
        assert_eq!(trial.status, Status::Failed);
        assert_eq!(
            trial.error.as_deref(),
            Some("the total is 511 and should be 512")
        );
        assert_eq!(
            (
                trial.responses_sum,
                trial.makespan_s,
                trial.throughput_per_s
            ),
            (Some(511), Some(2.0), None)
        );
        assert_eq!(costs(&trial), COSTS);
    }

    #[test]
    fn a_trial_without_answers_has_its_cost_and_the_line_of_its_reason() {
        let reason = "a task failed: ValueError: x\nTraceback:\n  work.py";
        let (trial, traceback) = row_of(served(Err(TrialFailure::failed(reason))), 0);
        assert_eq!(trial.error.as_deref(), Some("a task failed: ValueError: x"));
        assert!(traceback.unwrap().ends_with("work.py"));
        assert_eq!(
            (trial.makespan_s, trial.results, trial.lost),
            (None, None, None)
        );
        assert_eq!(costs(&trial), COSTS);
    }

    #[test]
    fn a_trial_without_a_server_has_no_cost() {
        let late = TrialFailure::timeout(Duration::from_secs(3), ": no server");
        let (trial, _) = row_of(TrialOutcome::NotStarted(late), 0);
        assert_eq!(trial.status, Status::Timeout);
        let reason = "not done within its time limit of 3s: no server";
        assert_eq!(trial.error.as_deref(), Some(reason));
        assert_eq!((costs(&trial), trial.unknown_commands), ([None; 5], None));

        let (trial, _) = row_of(TrialOutcome::Refused("no table".to_owned()), 3);
        assert_eq!(trial.status, Status::Failed);
        assert_eq!(
            (costs(&trial), trial.unknown_commands),
            ([None; 5], Some(3))
        );
    }
}
