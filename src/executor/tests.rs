//! What holds for every executor, dispatch and runtime.

use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use proptest::prelude::*;

use super::{Batch, Completion, Runner};
use crate::clock;
use crate::model::{Dispatch, ExecutorKind, Instruction, Job, Runtime, WorkloadKind};

fn job(executor: ExecutorKind, dispatch: Dispatch, workload: WorkloadKind) -> Job {
    Job {
        loops: 10,
        threads: 4,
        executor,
        dispatch,
        ..Job::new(workload)
    }
}

/// The same job under an interpreter lock.
fn locked(job: Job) -> Job {
    Job {
        runtime: Runtime::Gil,
        ..job
    }
}

fn all_strategies() -> impl Iterator<Item = (ExecutorKind, Dispatch)> {
    ExecutorKind::ALL.iter().flat_map(|&executor| {
        Dispatch::ALL
            .iter()
            .map(move |&dispatch| (executor, dispatch))
    })
}

/// Each executor that makes use of the threads of a job.
fn of_several_threads() -> impl Iterator<Item = ExecutorKind> {
    (ExecutorKind::ALL.iter().copied()).filter(|executor| executor.width(2) == 2)
}

/// Runs batches of the given sizes to their end; each command answers with 1 more than the last.
fn run(job: &Job, sizes: &[usize], wait_ns: u64) -> Vec<Completion> {
    let mut next = 0..;
    let take = |&size: &usize| next.by_ref().take(size).collect();
    let responses: Vec<Vec<i64>> = sizes.iter().map(take).collect();
    run_all(job, &responses, wait_ns, 0)
}

/// Runs batches of these responses to their end, each announced early with so many commands left.
fn run_all(job: &Job, responses: &[Vec<i64>], wait_ns: u64, early: usize) -> Vec<Completion> {
    let instructions: Arc<[Instruction]> = (responses.iter().flatten())
        .map(|&response| Instruction { response, wait_ns })
        .collect();
    let mut start = 0;
    let batches = responses.iter().enumerate().map(|(sequence, responses)| {
        let own = start..start + responses.len();
        start = own.end;
        Batch {
            sequence: sequence as u64,
            commands: Arc::default(),
            instructions: Arc::clone(&instructions),
            own,
        }
    });
    let batches: Vec<Batch> = batches.collect();
    let job = job.clone();
    let expected = responses.len();
    within_deadline(move || {
        let runner = Runner::start(&job, false, |_| Ok(())).unwrap();
        runner.outbox().announce_early(early);
        runner.run(batches);
        let mut done = Vec::new();
        while done.len() < expected {
            wait_for_notification(&runner);
            runner.outbox().take_notification();
            done.extend(std::iter::from_fn(|| runner.outbox().pop()));
        }
        done
    })
}

fn wait_for_notification(runner: &Runner) {
    let mut fds = [rustix::event::PollFd::new(
        runner.outbox(),
        rustix::event::PollFlags::IN,
    )];
    rustix::event::poll(&mut fds, None).unwrap();
}

fn within_deadline<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> T {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || send.send(body()));
    receive
        .recv_timeout(Duration::from_secs(30))
        .expect("not done within the deadline")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_batch_is_announced_once_with_its_own_sum(
        sizes in prop::collection::vec(0_usize..20, 1..12),
    ) {
        for (executor, dispatch) in all_strategies() {
            let native = job(executor, dispatch, WorkloadKind::Cpu);
            for job in [native.clone(), locked(native)] {
                let mut done = run(&job, &sizes, 0);
                done.sort_by_key(|completion| completion.sequence);
                let mut next = 0..;
                let sums: Vec<i64> =
                    sizes.iter().map(|&size| next.by_ref().take(size).sum()).collect();
                prop_assert_eq!(done.iter().map(|c| c.sequence).collect::<Vec<_>>(),
                    (0..sizes.len() as u64).collect::<Vec<_>>());
                prop_assert_eq!(done.iter().map(|c| c.sum.clone().unwrap()).collect::<Vec<_>>(), sums);
            }
        }
    }
}

/// What a batch of these responses must be answered with, if that is a sum.
fn exact_sum(responses: &[i64]) -> Option<i64> {
    let sum: i128 = responses.iter().copied().map(i128::from).sum();
    i64::try_from(sum).ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_sum_is_right_whatever_it_was_on_its_way_and_beyond_64_bits_its_batch_fails(
        responses in prop::collection::vec(prop::collection::vec(response(), 0..8), 1..8),
        early in 0_usize..4,
    ) {
        for (executor, dispatch) in all_strategies() {
            let job = job(executor, dispatch, WorkloadKind::Noop);
            let mut done = run_all(&job, &responses, 0, early);
            done.sort_by_key(|completion| completion.sequence);
            for (completion, responses) in done.iter().zip(&responses) {
                let sum = completion.sum.as_ref();
                prop_assert_eq!(sum.ok().copied(), exact_sum(responses));
            }
        }
    }
}

/// Responses of which few are enough to be beyond 64 bits, and to come back from there.
fn response() -> impl Strategy<Value = i64> {
    prop_oneof![Just(i64::MAX), Just(i64::MIN), any::<i64>(), -3_i64..3]
}

#[test]
fn a_sum_beyond_64_bits_is_told_with_its_value() {
    let job = job(ExecutorKind::Spawn, Dispatch::Barrier, WorkloadKind::Noop);
    let done = run_all(&job, &[vec![i64::MAX; 3]], 0, 0);
    assert_eq!(
        done[0].sum.clone().unwrap_err(),
        "the responses of its 3 commands add up to 27670116110564327421, beyond the 64 bits of a \
         result; try smaller batches, or smaller responses"
            .into()
    );
}

#[test]
fn a_barrier_makes_every_batch_wait_for_the_last_one() {
    // Batches of 1 command on 4 threads: under the barrier they sleep one after another.
    for executor in of_several_threads() {
        let start = clock::now();
        let done = run(
            &job(executor, Dispatch::Barrier, WorkloadKind::Io),
            &[1; 4],
            20_000_000,
        );
        assert!(start.elapsed() >= Duration::from_millis(80), "{executor}");
        assert_eq!(
            done.iter().map(|c| c.sequence).collect::<Vec<_>>(),
            [0, 1, 2, 3]
        );
    }
}

#[test]
fn without_it_the_threads_are_shared_by_the_batches() {
    // 8 sleeps of 100 ms on 4 threads need two rounds; with a barrier they would need eight.
    for executor in of_several_threads() {
        let start = clock::now();
        run(
            &job(executor, Dispatch::Pipelined, WorkloadKind::Io),
            &[1; 8],
            100_000_000,
        );
        let elapsed = start.elapsed();
        assert!(
            elapsed >= Duration::from_millis(200),
            "{executor}: {elapsed:?}"
        );
        assert!(
            elapsed < Duration::from_millis(800),
            "{executor}: {elapsed:?}"
        );
    }
}

#[test]
fn a_batch_larger_than_the_threads_never_has_more_at_once() {
    for executor in of_several_threads() {
        let start = clock::now();
        run(
            &job(executor, Dispatch::Barrier, WorkloadKind::Io),
            &[9],
            20_000_000,
        );
        assert!(start.elapsed() >= Duration::from_millis(60), "{executor}");
    }
}

#[test]
fn cancelled_batches_are_announced_without_being_run() {
    let done = within_deadline(|| {
        let runner = Runner::start(
            &job(ExecutorKind::Crossbeam, Dispatch::Barrier, WorkloadKind::Io),
            false,
            |_| Ok(()),
        )
        .unwrap();
        runner.cancel();
        let instructions: Arc<[Instruction]> = Arc::new([Instruction {
            response: 1,
            wait_ns: u64::MAX,
        }]);
        runner.run(vec![Batch {
            sequence: 9,
            commands: Arc::default(),
            instructions,
            own: 0..1,
        }]);
        wait_for_notification(&runner);
        runner.outbox().pop()
    });
    assert_eq!(
        done,
        Some(Completion {
            sequence: 9,
            sum: Ok(0)
        })
    );
}
