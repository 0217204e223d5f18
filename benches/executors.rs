//! What each executor costs under each dispatch, without sockets and processes: 512 commands in
//! batches of 16 through a runner, on CPU work and on I/O waits.
//!
//! The I/O figures have a floor, the ideal makespan: `cargo bench --bench executors -- io` says
//! how far above it each stands. With 16 threads it is 32 ms, with one 512 ms.
//!
//! A thread costs more to start here than in a worker, which inherits from its server what
//! `process::spare_children_signal_stacks` does.

use std::hint::black_box;
use std::iter;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mpmt::executor::{Batch, Runner};
use mpmt::model::{Dispatch, ExecutorKind, Instruction, Job, WorkloadKind};
use mpmt::net::{PollEntry, poll};

const COMMANDS: usize = 512;
const BATCH: usize = 16;
const THREADS: u32 = 16;
const WAIT_NS: u64 = 1_000_000;
/// Short, so that what the executor adds can be seen beside it.
const LOOPS: u64 = 1_000;

fn job(workload: WorkloadKind, executor: ExecutorKind, dispatch: Dispatch) -> Job {
    Job {
        loops: LOOPS,
        threads: executor.width(THREADS),
        executor,
        dispatch,
        ..Job::new(workload)
    }
}

fn batches(instructions: &Arc<[Instruction]>) -> Vec<Batch> {
    let starts = (0..COMMANDS).step_by(BATCH);
    let batch = |start: usize| Batch {
        sequence: (start / BATCH) as u64,
        commands: Arc::default(),
        instructions: Arc::clone(instructions),
        own: start..start + BATCH,
    };
    starts.map(batch).collect()
}

/// Runs all batches and returns the sum of all responses.
fn run_all(runner: &Runner, instructions: &Arc<[Instruction]>) -> i64 {
    runner.run(batches(instructions));
    let (mut left, mut sum) = (COMMANDS / BATCH, 0);
    while left > 0 {
        let mut finished = [PollEntry::descriptor(runner.outbox())];
        poll(&mut finished, None).expect("the outbox can be waited for");
        runner.outbox().take_notification();
        for completion in iter::from_fn(|| runner.outbox().pop()) {
            sum += completion.sum.unwrap_or_default();
            left -= 1;
        }
    }
    sum
}

fn measure(criterion: &mut Criterion, workload: WorkloadKind, wait_ns: u64) {
    let instructions: Arc<[Instruction]> = iter::repeat_n(
        Instruction {
            response: 1,
            wait_ns,
        },
        COMMANDS,
    )
    .collect();
    let mut group = criterion.benchmark_group(workload.as_str());
    group.throughput(Throughput::Elements(COMMANDS as u64));
    group.sample_size(10).warm_up_time(Duration::from_secs(1));
    for &executor in ExecutorKind::ALL {
        for &dispatch in Dispatch::ALL {
            let job = job(workload, executor, dispatch);
            let runner = Runner::start(&job, false, |_| Ok(()))
                .expect("the runner's threads can be started");
            group.bench_function(format!("{executor}/{dispatch}"), |bencher| {
                bencher.iter(|| {
                    let sum = run_all(&runner, black_box(&instructions));
                    assert_eq!(sum, COMMANDS as i64, "a wrong answer measures nothing");
                });
            });
        }
    }
    group.finish();
}

fn cpu(criterion: &mut Criterion) {
    measure(criterion, WorkloadKind::Cpu, 0);
}

fn io(criterion: &mut Criterion) {
    measure(criterion, WorkloadKind::Io, WAIT_NS);
}

criterion_group!(benches, cpu, io);
criterion_main!(benches);
