//! Bytes to messages and back: the JSON of the data path and the bundles between gateway and
//! workers, for batches of 16 commands.

use std::hint::black_box;
use std::net::Ipv4Addr;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use mpmt::model::{Command, Instruction, SessionKey, Verb};
use mpmt::wire::data::{self, Message};
use mpmt::wire::worker::{self, Bundle, ToWorker};

const BATCH: u32 = 16;
/// Batches of one bundle: what a gateway under load sends at once.
const BUNDLE: u64 = 32;

fn commands() -> Vec<Command> {
    let command = |n: u32| Command {
        address: Ipv4Addr::from_bits(0x8948_5F00 + n / 2),
        verb: if n.is_multiple_of(2) {
            Verb::Foo
        } else {
            Verb::Bar
        },
    };
    (0..BATCH).map(command).collect()
}

fn bundle() -> ToWorker {
    let key = SessionKey::with_control(1);
    let instruction = Instruction {
        response: 1,
        wait_ns: 1_000_000_000,
    };
    let mut bundle = Bundle::default();
    for sequence in 0..BUNDLE {
        bundle.push(
            sequence,
            key.batch(sequence),
            &[instruction; BATCH as usize],
            &[],
        );
    }
    ToWorker::Run(bundle)
}

/// A group whose throughput is in commands; the size of the frame is in its name.
fn group<'a>(
    criterion: &'a mut Criterion,
    name: &str,
    frame: &[u8],
    commands: u64,
) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::ElementsAndBytes {
        elements: commands,
        bytes: frame.len() as u64,
    });
    group
}

fn batch(criterion: &mut Criterion) {
    let (id, commands) = (SessionKey::with_control(1).batch(7), commands());
    let mut frame = Vec::new();
    data::encode_batch(id, commands.iter().copied(), &mut frame);
    let mut group = group(criterion, "data batch", &frame, u64::from(BATCH));
    let mut out = Vec::new();
    group.bench_function("encode", |bencher| {
        bencher.iter(|| {
            out.clear();
            data::encode_batch(id, black_box(&commands).iter().copied(), &mut out);
            black_box(out.len())
        });
    });
    assert_eq!(out, frame);
    let mut back = Vec::new();
    group.bench_function("decode", |bencher| {
        bencher.iter(|| data::decode(black_box(&frame), &mut back).expect("a message"));
    });
    assert_eq!(back, commands);
    group.finish();
}

fn result(criterion: &mut Criterion) {
    let id = SessionKey::with_control(1).batch(7);
    let mut frame = Vec::new();
    data::encode_result(id, i64::from(BATCH), &mut frame);
    let mut group = group(criterion, "data result", &frame, u64::from(BATCH));
    let mut out = Vec::new();
    group.bench_function("encode", |bencher| {
        bencher.iter(|| {
            out.clear();
            data::encode_result(id, black_box(i64::from(BATCH)), &mut out);
            black_box(out.len())
        });
    });
    let mut no_commands = Vec::new();
    group.bench_function("decode", |bencher| {
        bencher.iter(|| {
            let message = data::decode(black_box(&frame), &mut no_commands).expect("a message");
            assert!(matches!(message, Message::Result { sum: 16, .. }));
        });
    });
    group.finish();
}

fn fleet_bundle(criterion: &mut Criterion) {
    let message = bundle();
    let mut frame = Vec::new();
    worker::encode(&message, &mut frame).expect("it can be encoded");
    let mut group = group(
        criterion,
        "worker bundle",
        &frame,
        BUNDLE * u64::from(BATCH),
    );
    let mut out = Vec::new();
    group.bench_function("encode", |bencher| {
        bencher.iter(|| {
            out.clear();
            worker::encode(black_box(&message), &mut out).expect("it can be encoded");
            black_box(out.len())
        });
    });
    group.bench_function("decode", |bencher| {
        bencher.iter(|| worker::decode::<ToWorker>(black_box(&frame)).expect("a message"));
    });
    group.finish();
}

criterion_group!(benches, batch, result, fleet_bundle);
criterion_main!(benches);
