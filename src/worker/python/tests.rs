//! What real interpreters do, and what happens when they don't.

use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::{Agent, AgentError, Driver, PATIENCE};
use crate::executor::{Batch, Completion, Outbox, Runner};
use crate::model::{
    Command, Dispatch, ExecutorKind, Instruction, Interpreter, Job, OwnWork, Runtime, Task,
    WorkloadKind,
};

fn job(executor: ExecutorKind, dispatch: Dispatch) -> Job {
    Job {
        loops: 10,
        threads: executor.width(3),
        executor,
        dispatch,
        runtime: "python".parse().unwrap(),
        ..Job::new(WorkloadKind::Mixed)
    }
}

fn driver(job: &Job, traced: bool) -> Driver {
    let agent = Agent::start(job.runtime.interpreter().unwrap(), job.task()).unwrap();
    Driver::open(agent, job, traced).unwrap()
}

/// What the interpreter can run, each way.
fn all_jobs() -> Vec<Job> {
    jobs_where(true)
}

/// Each executor that the runtime takes, or refuses, with each dispatch.
fn jobs_where(taken: bool) -> Vec<Job> {
    let all = ExecutorKind::ALL.iter();
    let of = |&executor| Dispatch::ALL.iter().map(move |&d| job(executor, d));
    all.flat_map(of)
        .filter(|job| job.runtime.check_executor(job.executor).is_ok() == taken)
        .collect()
}

fn within_deadline(body: impl FnOnce() + Send + 'static) {
    let (done, wait) = mpsc::channel();
    thread::spawn(move || {
        body();
        let _ = done.send(());
    });
    wait.recv_timeout(Duration::from_secs(60))
        .expect("it failed, or is not done within the deadline");
}

/// Batches of these responses, tagged from `first`.
fn batches(first: u64, responses: &[Vec<i64>]) -> Vec<Batch> {
    let batch = |(sequence, responses): (u64, &Vec<i64>)| Batch {
        sequence,
        commands: Arc::default(),
        own: 0..responses.len(),
        instructions: responses
            .iter()
            .map(|&response| Instruction {
                response,
                wait_ns: 1000,
            })
            .collect(),
    };
    (first..).zip(responses).map(batch).collect()
}

fn done(sequence: u64, sum: i64) -> Completion {
    Completion {
        sequence,
        sum: Ok(sum),
    }
}

/// The sums of so many batches, by sequence.
fn sums(outbox: &Outbox, count: usize) -> Vec<Completion> {
    let mut done: Vec<Completion> = Vec::new();
    while done.len() < count {
        wait_for_notification(outbox);
        outbox.take_notification();
        done.extend(std::iter::from_fn(|| outbox.pop()));
    }
    done.sort_by_key(|completion| completion.sequence);
    done
}

fn wait_for_notification(outbox: &Outbox) {
    use rustix::event::{PollFd, PollFlags, poll};
    let mut fds = [PollFd::from_borrowed_fd(outbox.as_fd(), PollFlags::IN)];
    poll(&mut fds, None).unwrap();
}

#[test]
fn an_interpreter_agrees_with_native_threads_on_every_sum() {
    within_deadline(|| {
        for job in all_jobs() {
            let native = Job {
                runtime: Runtime::Native,
                ..job.clone()
            };
            let (native, python) = (
                Runner::start(&native, false, |_| Ok(())).unwrap(),
                driver(&job, false),
            );
            let mut sequence = 0;
            let batch = prop::collection::vec(any::<i64>(), 0..8);
            let strategy = prop::collection::vec(batch, 1..6);
            let check = |responses: Vec<Vec<i64>>| {
                let first = sequence;
                sequence += responses.len() as u64;
                native.run(batches(first, &responses));
                python.run(batches(first, &responses));
                let expected = sums(native.outbox(), responses.len());
                prop_assert_eq!(sums(python.outbox(), responses.len()), expected);
                Ok(())
            };
            let check = std::cell::RefCell::new(check);
            let mut runner = TestRunner::new(ProptestConfig::with_cases(12));
            runner.run(&strategy, |r| (check.borrow_mut())(r)).unwrap();
            python.close().unwrap();
        }
    });
}

/// Were it run by another executor, the records would name one that did not run.
#[test]
fn an_executor_that_the_runtime_refuses_is_not_replaced_by_another() {
    within_deadline(|| {
        let refused = jobs_where(false);
        assert!(!refused.is_empty());
        for job in refused {
            let mut driver = driver(&job, false);
            driver.run(batches(0, &[vec![1; 3]]));
            wait_for_notification(driver.outbox());
            assert_eq!(driver.outbox().pop(), None, "{job:?}");
            let fault = driver.check().unwrap_err().to_string();
            let what = format!("no executor '{}' in Python", job.executor);
            assert!(fault.contains(&what), "{fault}");
        }
    });
}

#[test]
fn it_is_known_when_each_command_ran_before_its_batch_is_done() {
    within_deadline(|| {
        let driver = driver(&job(ExecutorKind::Crossbeam, Dispatch::Barrier), true);
        driver.run(batches(5, &[vec![1, 2, 3]]));
        assert_eq!(sums(driver.outbox(), 1), [done(5, 6)]);
        let mut spans: Vec<_> = std::iter::from_fn(|| driver.outbox().pop_span()).collect();
        spans.sort_by_key(|span| span.index);
        let told: Vec<_> = spans
            .iter()
            .map(|span| (span.sequence, span.index))
            .collect();
        assert_eq!(told, [(5, 0), (5, 1), (5, 2)]);
        assert!(spans.iter().all(|span| span.started < span.finished));
    });
}

#[test]
fn pipelined_every_command_gives_its_place_back() {
    within_deadline(|| {
        let driver = driver(&job(ExecutorKind::Spawn, Dispatch::Pipelined), false);
        driver.run(batches(0, &[vec![1; 7], vec![1; 5], Vec::new()]));
        sums(driver.outbox(), 3);
        assert_eq!(driver.outbox().take_commands(), 7 + 5 + 1);
    });
}

/// Batches of so many commands, tagged from `first`, each of which waits for so long.
fn waits(first: u64, sizes: &[usize], wait_ns: u64) -> Vec<Batch> {
    let responses: Vec<Vec<i64>> = sizes.iter().map(|&size| vec![1; size]).collect();
    let mut all = batches(first, &responses);
    for batch in &mut all {
        let waiting = |one: &Instruction| Instruction { wait_ns, ..*one };
        batch.instructions = batch.instructions.iter().map(waiting).collect();
    }
    all
}

#[test]
fn pipelined_every_command_gives_its_place_back_whatever_is_cancelled() {
    within_deadline(|| {
        let pipelined = all_jobs();
        let pipelined = pipelined
            .iter()
            .filter(|job| job.dispatch == Dispatch::Pipelined);
        for job in pipelined {
            let strategy = (
                prop::collection::vec(0_usize..6, 0..5),
                prop::collection::vec(0_usize..6, 1..5),
            );
            let check = |(before, after): (Vec<usize>, Vec<usize>)| {
                let driver = driver(job, false);
                // Of these some may have begun. The others would never end.
                driver.run(waits(0, &before, 5_000_000));
                driver.cancel();
                driver.run(waits(before.len() as u64, &after, u64::MAX));
                let done = sums(driver.outbox(), before.len() + after.len());
                prop_assert!(done.iter().rev().take(after.len()).all(|c| c.sum == Ok(0)));
                let sizes = before.iter().chain(&after);
                let units: u64 = sizes.map(|&size| job.units(size)).sum();
                prop_assert_eq!(driver.outbox().take_commands(), units);
                Ok(())
            };
            let mut runner = TestRunner::new(ProptestConfig::with_cases(6));
            runner.run(&strategy, check).unwrap();
        }
    });
}

#[test]
fn cancelled_batches_are_answered_without_being_run() {
    within_deadline(|| {
        let driver = driver(&job(ExecutorKind::Crossbeam, Dispatch::Barrier), false);
        driver.cancel();
        let endless = Instruction {
            response: 1,
            wait_ns: u64::MAX,
        };
        driver.run(vec![Batch {
            sequence: 9,
            commands: Arc::default(),
            instructions: Arc::new([endless]),
            own: 0..1,
        }]);
        assert_eq!(sums(driver.outbox(), 1), [done(9, 0)]);
    });
}

/// What a task makes of responses: those of 7 and 8 are beyond 64 bits, 6 and 5 at their ends.
const TASK: &str = r"
def work(instruction):
    return {
        8: -2**63 - 1,
        7: 2**70,
        6: 2**63 - 1,
        5: -2**63,
        4: None,
    }.get(instruction['response'], 1)
";

#[test]
fn a_task_is_taken_at_its_word_up_to_64_bits_and_fails_its_batch_beyond() {
    within_deadline(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("task.py");
        std::fs::write(&file, TASK).unwrap();
        let task: Task = format!("{}:work", file.display()).parse().unwrap();
        let responses = [
            vec![1; 5],
            vec![6],
            vec![5, 4, 6],
            vec![6, 6, 5, 5, 4],
            vec![1, 7, 1],
            vec![8],
            vec![6, 1],
        ];
        let expected = [
            Ok(5),
            Ok(i64::MAX),
            Ok(3),
            Ok(2),
            Err(
                "the command 1.2.3.4:bar failed: OverflowError: it returned an integer of 71 bits \
                 and a sign, where 63 and a sign fit",
            ),
            Err(
                "the command 1.2.3.4:bar failed: OverflowError: it returned an integer of 64 bits \
                 and a sign, where 63 and a sign fit",
            ),
            Err(
                "the responses of its 2 commands add up to 9223372036854775808, beyond the 64 \
                 bits of a result; try smaller batches, or smaller responses",
            ),
        ];
        for mut job in all_jobs() {
            job.workload = WorkloadKind::Task;
            job.own = Some(OwnWork::Task(task.clone()));
            let driver = driver(&job, false);
            let mut told = batches(0, &responses);
            for batch in &mut told {
                batch.commands = batch.own.clone().map(|_| command()).collect();
            }
            driver.run(told);
            let done = sums(driver.outbox(), responses.len());
            let sums: Vec<Result<i64, &str>> = done
                .iter()
                .map(|completion| completion.sum.as_ref().copied().map_err(|why| &**why))
                .collect();
            assert_eq!(sums, expected);
            if job.dispatch == Dispatch::Pipelined {
                let units = responses.iter().map(Vec::len).sum::<usize>() as u64;
                assert_eq!(driver.outbox().take_commands(), units);
            }
        }
    });
}

fn command() -> Command {
    "1.2.3.4:bar".parse().unwrap()
}

#[test]
fn it_ends_at_once_whatever_it_runs_and_tells_what_it_used() {
    within_deadline(|| {
        let driver = driver(&job(ExecutorKind::Spawn, Dispatch::Barrier), false);
        let endless = Instruction {
            response: 1,
            wait_ns: u64::MAX,
        };
        driver.run(vec![Batch {
            sequence: 0,
            commands: Arc::default(),
            instructions: Arc::new([endless]),
            own: 0..1,
        }]);
        let exit = driver.close().unwrap();
        assert!(exit.usage.peak_rss_kib > 1000, "{exit:?}");
    });
}

#[test]
fn what_is_no_interpreter_is_told_by_name_with_what_it_said() {
    let failure = |program: &str| {
        let interpreter: Interpreter = program.parse().unwrap();
        Agent::start(&interpreter, None)
            .and_then(|mut agent| agent.greet(PATIENCE))
            .unwrap_err()
    };
    let missing = failure("/no/such/python");
    assert!(missing.is_for_a_person(), "{missing}");
    assert!(missing.to_string().contains("can't start /no/such/python"));
    let ended = failure("false");
    assert!(matches!(ended, AgentError::Ended { .. }), "{ended}");
    assert!(
        ended
            .to_string()
            .contains("false ended by itself (exit status: 1)")
    );
    let rubbish = failure("echo");
    assert!(
        matches!(rubbish, AgentError::ProtocolError { .. }),
        "{rubbish}"
    );
    assert!(rubbish.to_string().contains("said '-I -'"), "{rubbish}");
    let words = failure("cat").to_string();
    assert!(
        words.contains("its last words: cat: invalid option -- 'I'"),
        "{words}"
    );
}
