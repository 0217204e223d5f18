//! What the guarantees cost: commands per second of `noop` work through client, gateway and two
//! workers with everything on (leases, credit, acknowledgements), next to the same three hops of
//! the same message sizes through bare libzmq. The two take turns in one run, each in fresh
//! processes, and the medians and their ratio are printed.
//!
//! `cargo bench --bench pipeline` · with `-- memory`: the peak memory of client and server at one
//! and at ten million commands.

#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_macros, reason = "figures for whoever runs it")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mpmt::harness::{DEFAULT_COMMANDS, DEFAULT_TABLE, Harness, Input, Planned};
use mpmt::model::{Configuration, Job, SessionKey, SpawnMode, Table, WorkloadKind, parse_lines};
use mpmt::net::{Context, Frame, Kind, PollEntry, Received, Socket, poll};
use mpmt::process::{Program, Signals};
use mpmt::record::Status;
use mpmt::wire::data;

const ROUNDS: usize = 7;
const WORKERS: u32 = 2;
const COMMANDS: u64 = 640_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["raw-gateway", batches, workers] => raw_gateway(batches, workers),
        ["raw-worker", gateway, results, bytes] => {
            raw_worker(gateway, results, bytes.parse().unwrap())
        }
        _ if words.contains(&"memory") => memory(),
        _ => throughput(),
    }
}

fn throughput() {
    println!("{COMMANDS} noop commands, {WORKERS} workers, median of {ROUNDS} alternating rounds");
    println!("batch   ours commands/s   ours batches/s   raw libzmq messages/s   ratio");
    let mut ours = Ours::new();
    for batch in [1, 16] {
        let (mut own, mut raw) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            raw.push(raw_rate(batch, COMMANDS / u64::from(batch)));
            own.push(ours.rate(batch));
        }
        let (own, raw) = (median(own), median(raw));
        let commands = own * f64::from(batch);
        println!(
            "{batch:5}   {commands:15.0}   {own:14.0}   {raw:21.0}   {:5.2}",
            own / raw
        );
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

struct Ours {
    harness: Harness,
}

impl Ours {
    fn new() -> Self {
        let good = |(_, value)| value;
        let input = Input {
            commands: parse_lines(DEFAULT_COMMANDS, str::parse)
                .good
                .into_iter()
                .map(good)
                .collect(),
            entries: Table::parse_entries(DEFAULT_TABLE)
                .good
                .into_iter()
                .map(|(_, e)| e)
                .collect(),
        };
        let program = Program::At(env!("CARGO_BIN_EXE_mpmt").into());
        Ours {
            harness: Harness::new(program, input, None, Signals::install().unwrap()),
        }
    }

    /// Batches per second.
    fn rate(&mut self, batch: u32) -> f64 {
        let trial = self.harness.run(&planned(batch, COMMANDS)).unwrap();
        assert_eq!(trial.status, Status::Ok, "{:?}", trial.error);
        COMMANDS as f64 / f64::from(batch) / trial.makespan_s.unwrap()
    }
}

fn planned(batch: u32, commands: u64) -> Planned {
    let job = Job {
        loops: 1,
        ..Job::new(WorkloadKind::Noop)
    };
    let configuration = Configuration {
        label: "noop".to_owned(),
        processes: WORKERS,
        batch,
        job,
        spawn: SpawnMode::Eager,
        rate_per_s: None,
        repeat: commands / 512,
        wait: None,
        time_scale: 1.0,
    };
    Planned {
        experiment: "pipeline".to_owned(),
        configuration,
        run: 1,
        warmup: false,
        block: 1,
        order: 1,
        key: String::new(),
        predicted_s: 0.0,
    }
}

/// Messages per second of the bare pipeline.
fn raw_rate(batch: u32, messages: u64) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| format!("ipc://{}", folder.path().join(name).display());
    let (batches, workers, results) = (at("b"), at("w"), at("r"));
    let context = Context::new();
    let mut pull = context.socket(Kind::Pull).unwrap();
    pull.bind(&results).unwrap();

    let (frame, answer) = frames(batch);
    let bytes = answer.len().to_string();
    let mut children = vec![Role::start(&["raw-gateway", &batches, &workers])];
    for _ in 0..WORKERS {
        children.push(Role::start(&["raw-worker", &workers, &results, &bytes]));
    }
    children.iter_mut().for_each(Role::wait_until_ready);

    let push = context.socket(Kind::Push).unwrap();
    push.connect(&batches).unwrap();
    // One message each way, so that every connection is up.
    push.send(&frame).unwrap();
    let mut buffer = Frame::default();
    receive(&pull, &mut buffer);
    drive(&push, &pull, &frame, messages)
}

fn drive(push: &Socket, pull: &Socket, frame: &[u8], messages: u64) -> f64 {
    const WINDOW: u64 = mpmt::client::Options::DEFAULT_WINDOW;
    let mut buffer = Frame::default();
    let (mut sent, mut received) = (0, 0);
    let start = Instant::now();
    while received < messages {
        while sent < messages && sent - received < WINDOW && push.send(frame).unwrap() {
            sent += 1;
        }
        receive(pull, &mut buffer);
        received += 1;
        while pull.receive(&mut buffer).unwrap() == Received::Frame {
            received += 1;
        }
    }
    messages as f64 / start.elapsed().as_secs_f64()
}

/// Waits for a frame.
fn receive(socket: &Socket, frame: &mut Frame) {
    while socket.receive(frame).unwrap() != Received::Frame {
        poll(
            &mut [PollEntry::readable(socket)],
            Some(Duration::from_secs(30)),
        )
        .unwrap();
    }
}

/// A batch and a result as they are on the wire.
fn frames(batch: u32) -> (Vec<u8>, Vec<u8>) {
    let id = SessionKey::with_control(0x1234_5678_9abc_def0).batch(12_345);
    let commands = parse_lines(DEFAULT_COMMANDS, str::parse).good;
    let (mut frame, mut answer) = (Vec::new(), Vec::new());
    data::encode_batch(
        id,
        commands.into_iter().take(batch as usize).map(|(_, c)| c),
        &mut frame,
    );
    data::encode_result(id, i64::from(batch), &mut answer);
    (frame, answer)
}

fn raw_gateway(batches: &str, workers: &str) {
    let context = Context::new();
    let mut pull = context.socket(Kind::Pull).unwrap();
    let mut push = context.socket(Kind::Push).unwrap();
    pull.bind(batches).unwrap();
    push.bind(workers).unwrap();
    ready();
    let mut frame = Frame::default();
    loop {
        receive_or_leave(&pull, &mut frame);
        while !push.send(&frame).unwrap() {
            poll(&mut [PollEntry::writable(&push, true)], None).unwrap();
        }
    }
}

fn raw_worker(gateway: &str, results: &str, bytes: usize) {
    let context = Context::new();
    let pull = context.socket(Kind::Pull).unwrap();
    let push = context.socket(Kind::Push).unwrap();
    pull.connect(gateway).unwrap();
    push.connect(results).unwrap();
    ready();
    let answer = vec![b'x'; bytes];
    let mut frame = Frame::default();
    loop {
        receive_or_leave(&pull, &mut frame);
        push.send(&answer).unwrap();
    }
}

/// Waits for a frame, or ends the process when standard input has come to its end.
fn receive_or_leave(socket: &Socket, frame: &mut Frame) {
    let stdin = std::io::stdin();
    while socket.receive(frame).unwrap() != Received::Frame {
        let mut entries = [PollEntry::readable(socket), PollEntry::descriptor(&stdin)];
        poll(&mut entries, None).unwrap();
        if entries[1].is_ready() {
            std::process::exit(0);
        }
    }
}

fn ready() {
    println!("ready");
    std::io::stdout().flush().unwrap();
}

/// This program again, as one of the others; it ends when it is dropped.
struct Role {
    child: std::process::Child,
}

impl Role {
    fn start(arguments: &[&str]) -> Role {
        let child = Program::This
            .command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Role { child }
    }

    fn wait_until_ready(&mut self) {
        let mut line = String::new();
        BufReader::new(self.child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert_eq!(line, "ready\n");
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Runs server and client as processes of their own and prints what each needed at its peak.
fn memory() {
    println!("   commands   client peak KiB   server and workers peak KiB");
    let mut peaks = Vec::new();
    for commands in [1_000_000_u64, 10_000_000] {
        let (client, server) = peaks_of(commands);
        println!("{commands:11}   {client:15}   {server:27}");
        peaks.push((client as f64, server as f64));
    }
    println!(
        "ratio: client {:.2}, server {:.2}",
        peaks[1].0 / peaks[0].0,
        peaks[1].1 / peaks[0].1
    );
}

fn peaks_of(commands: u64) -> (u64, u64) {
    let folder = tempfile::tempdir().unwrap();
    let control = format!("ipc://{}", folder.path().join("c").display());
    let batches = format!("ipc://{}", folder.path().join("b").display());
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let mut server = Command::new(env!("CARGO_BIN_EXE_mpmt"))
        .args([
            "server",
            "--exit-when-idle",
            "--format",
            "json",
            "--spawn",
            "eager",
            "-w",
            "noop",
        ])
        .args(["--control", &control])
        .arg(data.join("server_data.txt"))
        .args([&batches, "-", "2"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut server_out = BufReader::new(server.stdout.take().unwrap());
    let mut line = String::new();
    server_out.read_line(&mut line).unwrap();
    let mut client = Command::new(env!("CARGO_BIN_EXE_mpmt"))
        .args([
            "client",
            "--control",
            &control,
            "--repeat",
            &(commands / 512).to_string(),
        ])
        .arg(data.join("client_data.txt"))
        .arg("16")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let client = peak_of(&mut client);
    line.clear();
    server_out.read_to_string(&mut line).unwrap();
    server.wait().unwrap();
    let report: mpmt::server::Report = serde_json::from_str(&line).unwrap();
    (client, report.peak_rss_kib)
}

/// Waits for the end of a child and gives its peak resident set, KiB.
fn peak_of(child: &mut std::process::Child) -> u64 {
    let path = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    // VmHWM only grows, and is gone when the process is; the last look is at most 1 ms old.
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(&path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let seen = line.and_then(|l| l.trim().trim_end_matches("kB").trim().parse().ok());
        peak = peak.max(seen.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(1));
    }
    peak
}
