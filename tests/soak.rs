//! One server for many clients, one after another, each with another configuration, one in ten of
//! them killed in the middle: what the server holds does not grow. `MPMT_CLIENTS` says how many.

#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_macros, reason = "figures for whoever runs it")]

mod common;

use std::fs;
use std::process::Command;
use std::time::Duration;

use common::gateway::{Gateway, said_by};
use common::{Stage, lines};
use mpmt::process::{Child, StdoutMode};
use rustix::process::Signal;

/// The clients of a plain run of the tests, and those after which the server has all that it needs.
const CLIENTS: usize = 150;
const FIRST: usize = 50;

/// What the server holds.
#[derive(Debug)]
struct Held {
    memory_kib: u64,
    descriptors: usize,
    threads: usize,
}

impl Held {
    fn by(pid: u32) -> Held {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let field = |name: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap()
                .split_whitespace()
                .next()
                .unwrap()
                .parse()
                .unwrap()
        };
        Held {
            memory_kib: field("VmRSS:"),
            descriptors: fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count(),
            threads: field("Threads:") as usize,
        }
    }

    fn is_no_more_than(&self, first: &Held) -> bool {
        let fits = |now: u64, then: u64| now * 10 <= then * 11;
        fits(self.memory_kib, first.memory_kib)
            && fits(self.descriptors as u64, first.descriptors as u64)
            && fits(self.threads as u64, first.threads as u64)
    }
}

fn stage() -> Stage {
    let stage = Stage::new();
    let commands: Vec<String> = (0..250).map(|n| format!("10.0.0.{n}:bar")).collect();
    let entries: Vec<String> = commands.iter().map(|c| format!("{c}:1:0.0002")).collect();
    stage.write("table", &lines(&entries));
    stage.write("commands", &lines(&commands));
    stage
}

fn server(stage: &Stage) -> Gateway {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
    command.args(["server", "--lifeline", "--format", "json"]);
    command.arg(stage.path("table"));
    let url = |name: &str| format!("ipc://{}", stage.path(name).display());
    command.args([&url("batches"), "-", "3", "--control", &url("control")]);
    command.env("TMPDIR", stage.path("tmp"));
    Gateway::start(&mut command)
}

fn client(stage: &Stage, nth: usize) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
    command.arg("client").arg(stage.path("commands"));
    command.arg(["1", "16", "250", "3"][nth % 4]);
    let control = format!("ipc://{}", stage.path("control").display());
    command.args(["--control", &control, "-w", ["io", "noop", "cpu"][nth % 3]]);
    command.args([
        "-e",
        ["spawn", "crossbeam", "rayon"][nth / 3 % 3],
        "--loops",
        "500",
    ]);
    command.args(["-t", ["2", "4", "16"][nth / 2 % 3]]);
    command.args(["--dispatch", ["barrier", "pipelined"][nth / 4 % 2]]);
    command.args(["-p", ["1", "2", "3"][nth / 5 % 3]]);
    command.env("TMPDIR", stage.path("tmp"));
    Child::spawn(&mut command, StdoutMode::Piped).unwrap()
}

/// Whether a client has begun: its results socket is there.
fn has_begun(stage: &Stage) -> bool {
    stage.has_scratch_file("results.ipc")
}

#[test]
fn what_a_server_holds_does_not_grow_with_the_clients_that_it_has_served() {
    let asked = std::env::var("MPMT_CLIENTS").ok();
    let clients = asked.map_or(CLIENTS, |asked| asked.parse().unwrap());
    let stage = stage().within(Duration::from_millis(60_000 + 500 * clients as u64));
    let server = server(&stage);
    let mut first = None;
    for nth in 0..clients {
        let mut one = client(&stage, nth);
        if nth % 10 == 7 {
            stage.wait_until("a client has begun", || has_begun(&stage));
            one.signal(Signal::KILL);
            one.wait().unwrap();
        } else {
            let said = said_by(one);
            assert!(said.contains("total: 250"), "{nth}: {said}");
        }
        if nth == FIRST {
            first = Some(Held::by(server.child.pid()));
        }
    }
    // What was done for those that were killed is over.
    said_by(client(&stage, 0));
    let (first, last) = (first.unwrap(), Held::by(server.child.pid()));
    eprintln!("after {FIRST}: {first:?}, after {clients}: {last:?}");
    assert!(last.is_no_more_than(&first), "{first:?}, then {last:?}");
    server.stop();
    stage.assert_nothing_left();
}
