//! Many clients at once on few workers, of every executor, dispatch and runtime: each is answered
//! in full, with its own total. `MPMT_CLIENTS` says how many clients there are in all.

#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_macros, reason = "figures for whoever runs it")]

mod common;

use std::process::Command;
use std::thread;
use std::time::Duration;

use common::gateway::{Gateway, said_within};
use common::{Stage, lines};
use mpmt::process::{Child, StdoutMode};

/// The clients of a plain run of the tests.
const CLIENTS: usize = 84;

/// How long a client may take when interpreters are started beside a busy neighbour, for each time
/// that a worker goes from one client to another.
const DEADLINE: Duration = Duration::from_secs(240);

fn clients_in_all() -> usize {
    let asked = std::env::var("MPMT_CLIENTS").ok();
    asked.map_or(CLIENTS, |asked| asked.parse().unwrap())
}

/// What the clients of a server ask for.
#[derive(Clone, Copy, Debug)]
struct JobRequest {
    runtime: &'static str,
    executor: &'static str,
    dispatch: &'static str,
}

/// Every way to run a batch.
fn wishes() -> Vec<JobRequest> {
    let ways = |runtime, executors: &'static [&'static str]| {
        executors.iter().flat_map(move |executor| {
            ["pipelined", "barrier"].map(|dispatch| JobRequest {
                runtime,
                executor,
                dispatch,
            })
        })
    };
    let native = ways("native", &["spawn", "crossbeam", "rayon", "sequential"]);
    native
        .chain(ways("python", &["spawn", "crossbeam", "sequential"]))
        .collect()
}

/// 64 commands that wait a millisecond and are answered with 1 to 64: 2,080 in all.
fn stage() -> Stage {
    let stage = Stage::new();
    let commands: Vec<String> = (1..=64).map(|n| format!("10.0.0.{n}:foo")).collect();
    let entries = commands
        .iter()
        .zip(1..)
        .map(|(c, n)| format!("{c}:{n}:0.001"));
    stage.write("table", &lines(&entries.collect::<Vec<_>>()));
    stage.write("commands", &lines(&commands));
    stage
}

fn server(stage: &Stage, workers: usize, runtime: &str) -> Gateway {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
    command.args(["server", "--lifeline", "--format", "json"]);
    command.arg(stage.path("table"));
    let url = |name: &str| format!("ipc://{}", stage.path(name).display());
    command.args([&url("batches"), "-", &workers.to_string()]);
    command.args([
        "--control",
        &url("control"),
        "--runtime",
        runtime,
        "-w",
        "io",
    ]);
    command.env("TMPDIR", stage.path("tmp"));
    Gateway::start(&mut command)
}

fn client(stage: &Stage, job_request: JobRequest, nth: usize) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
    command.arg("client").arg(stage.path("commands"));
    // Batches of one command and of several, some of them smaller.
    command.arg(["1", "7"][nth % 2]).args(["--repeat", "2"]);
    let control = format!("ipc://{}", stage.path("control").display());
    let threads = if job_request.executor == "sequential" {
        "1"
    } else {
        "4"
    };
    command.args(["--control", &control, "-t", threads]);
    command.args([
        "-e",
        job_request.executor,
        "--dispatch",
        job_request.dispatch,
    ]);
    command.args(["--runtime", job_request.runtime, "-p", ["1", "3"][nth % 2]]);
    command.env("TMPDIR", stage.path("tmp"));
    Child::spawn(&mut command, StdoutMode::Piped).unwrap()
}

/// Serves so many clients, so many at a time, each of which begins when another ends.
fn serve(job_request: JobRequest, workers: usize, at_once: usize, clients: usize) {
    eprintln!("{job_request:?}: {clients} clients, {at_once} at once, on {workers} workers");
    let stage = stage();
    let server = server(&stage, workers, job_request.runtime);
    thread::scope(|scope| {
        for nth in 0..at_once {
            let stage = &stage;
            scope.spawn(move || {
                for nth in (nth..clients).step_by(at_once) {
                    let said = said_within(DEADLINE, client(stage, job_request, nth));
                    assert!(said.contains("total: 4160"), "{job_request:?}: {said}");
                }
            });
        }
    });
    let report = server.stop();
    assert_eq!(report.workers_lost, 0, "{job_request:?}");
    assert_eq!(report.failed, 0, "{job_request:?}");
}

#[test]
fn clients_that_share_workers_are_all_answered_in_full() {
    let wishes = wishes();
    let each = clients_in_all().div_ceil(wishes.len());
    for (nth, &job_request) in wishes.iter().enumerate() {
        serve(job_request, 1 + nth % 3, 3 + nth % 6, each);
    }
}
