//! Bad input at every door: whatever comes in over a socket is counted, told once, and the next
//! good client is served.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use common::gateway::{Gateway, said_by};
use mpmt::process::{Child, StdoutMode};
use mpmt::server::Report;
use mpmt::wire::PROTOCOL_VERSION;

/// Frames that are no messages of any conversation.
fn bad_frames() -> Vec<Vec<u8>> {
    let id = "6fa459ea-ee8a-4ca4-894e-db77e160355e";
    let texts = [
        String::new(),
        "not json".to_owned(),
        "{}".to_owned(),
        "[]".to_owned(),
        "[1]".to_owned(),
        "[7]".to_owned(),
        "[99999999999999999999999]".to_owned(),
        "[2, 1e999]".to_owned(),
        "[1, 5, []]".to_owned(),
        format!(r#"[1, "{id}", {{}}]"#),
        format!(r#"[1, "{id}", [1, 2]]"#),
        format!(r#"[1, "{id}", ["1.2.3.4:foo"], 0]"#),
        r#"[1, "not-a-uuid", []]"#.to_owned(),
        r#"{"hello": {"version": "one"}}"#.to_owned(),
        r#"{"ack": [[1]]}"#.to_owned(),
        r#"{"ack": [[0, 18446744073709551615]]}"#.to_owned(),
        r#""bye""#.to_owned(),
        r#""what""#.to_owned(),
        "[".repeat(1_000_000),
        "{\"a\":".repeat(1_000_000),
    ];
    let mut frames: Vec<Vec<u8>> = texts.into_iter().map(String::into_bytes).collect();
    frames.push(vec![0xff; 64]);
    frames.push(b"[2, \"\xc3\x28\"]".to_vec());
    frames.push(vec![0; 1000]);
    frames
}

/// Sends the bad frames, a message of several frames, and one that is over the size limit.
fn abuse(kind: zmq::SocketType, url: &str) {
    let context = zmq::Context::new();
    let socket = context.socket(kind).unwrap();
    socket.set_linger(10_000).unwrap();
    socket.connect(url).unwrap();
    for frame in bad_frames() {
        socket.send(frame, 0).unwrap();
    }
    socket.send_multipart(["[3]", "[4]", "x"], 0).unwrap();
    // The peer hangs up on this one, so it goes by a connection of its own, and is not waited for.
    let oversized = context.socket(kind).unwrap();
    oversized.set_linger(200).unwrap();
    oversized.connect(url).unwrap();
    oversized.send(vec![b'['; 17 << 20], 0).unwrap();
}

struct Served {
    folder: tempfile::TempDir,
    gateway: Gateway,
}

impl Served {
    fn start() -> Served {
        let folder = tempfile::tempdir().unwrap();
        let lines =
            |tail: &str| -> String { (0..20).map(|n| format!("10.0.0.{n}:bar{tail}\n")).collect() };
        fs::write(folder.path().join("table"), lines(":2:0.02")).unwrap();
        fs::write(folder.path().join("commands"), lines("")).unwrap();
        let url = |name: &str| format!("ipc://{}", folder.path().join(name).display());
        let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
        command.env("TMPDIR", folder.path());
        command.args([
            "server",
            "--lifeline",
            "--format",
            "json",
            "--spawn",
            "eager",
        ]);
        command
            .arg(folder.path().join("table"))
            .args([&url("batches"), &url("results"), "2"]);
        Served {
            folder,
            gateway: Gateway::start(&mut command),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn client(&self, arguments: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
        command
            .arg("client")
            .arg(self.file("commands"))
            .arg("2")
            .args(arguments);
        Child::spawn(&mut command, StdoutMode::Piped).unwrap()
    }

    /// A client with a control channel and one without both get their total.
    fn expect_service(&self) {
        let results = format!("ipc://{}", self.file("results").display());
        expect_total(self.client(&["--control", &self.gateway.ready.control]));
        expect_total(self.client(&[&results, &self.gateway.ready.batches]));
    }

    fn stop(self) -> Report {
        self.gateway.stop()
    }
}

fn expect_total(client: Child) {
    let said = said_by(client);
    assert!(said.ends_with("total: 40\n"), "{said}");
}

/// Runs a test body that must not take for ever.
fn within_deadline(body: impl FnOnce() + Send + 'static) {
    let (done, is_done) = std::sync::mpsc::channel();
    let test = std::thread::spawn(move || {
        body();
        done.send(()).unwrap();
    });
    match is_done.recv_timeout(Duration::from_secs(240)) {
        Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("not within the deadline"),
        _ => test
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
    }
}

#[test]
fn bad_then_good_on_the_batches_socket() {
    within_deadline(|| {
        let served = Served::start();
        abuse(zmq::PUSH, &served.gateway.ready.batches);
        served.expect_service();
        let bad = served.stop().bad_frames;
        assert!(bad >= bad_frames().len() as u64, "only {bad} were counted");
    });
}

#[test]
fn bad_then_good_on_the_control_socket() {
    within_deadline(|| {
        let served = Served::start();
        abuse(zmq::DEALER, &served.gateway.ready.control);
        served.expect_service();
        let bad = served.stop().bad_frames;
        assert!(bad >= bad_frames().len() as u64, "only {bad} were counted");
    });
}

#[test]
fn bad_then_good_on_the_workers_socket() {
    within_deadline(|| {
        let served = Served::start();
        let scratch = fs::read_dir(served.folder.path())
            .unwrap()
            .flatten()
            .find(|entry| entry.file_name().to_string_lossy().starts_with("mpmt-"));
        let socket = scratch.unwrap().path().join("workers.ipc");
        abuse(zmq::DEALER, &format!("ipc://{}", socket.display()));
        served.expect_service();
        assert!(served.stop().bad_frames > 10);
    });
}

#[test]
fn bad_then_good_on_a_clients_results_socket() {
    within_deadline(|| {
        let served = Served::start();
        let results = format!("ipc://{}", served.file("results").display());
        // Its own commands take 0.2 s on two workers, and the bad frames are there before.
        let client = served.client(&[&results, &served.gateway.ready.batches]);
        let stray = r#"[2, "6fa459ea-ee8a-4ca4-894e-db77e160355e", 1000]"#;
        let context = zmq::Context::new();
        let socket = context.socket(zmq::PUSH).unwrap();
        socket.set_linger(10_000).unwrap();
        socket.connect(&results).unwrap();
        // An answer that has no id counts for the oldest batch, so that is not sent here.
        for frame in bad_frames()
            .into_iter()
            .chain([stray.into(), b"[2, null]".to_vec()])
        {
            socket.send(frame, 0).unwrap();
        }
        socket.send_multipart(["[3]", "[4]"], 0).unwrap();
        expect_total(client);
        served.expect_service();
        served.stop();
    });
}

#[test]
fn a_hello_of_another_version_is_rejected_in_words() {
    within_deadline(|| {
        let served = Served::start();
        let context = zmq::Context::new();
        let socket = context.socket(zmq::DEALER).unwrap();
        socket.set_linger(0).unwrap();
        socket.set_rcvtimeo(30_000).unwrap();
        socket.connect(&served.gateway.ready.control).unwrap();
        let hello = |version: u32, results: &str| {
            format!(
                r#"{{"hello": {{"version": {version}, "session": "01234567-89ab-8def-8000-000000000000", "batches": 1,
                "commands": 1, "results": "{results}", "job_request": {{}}}}}}"#
            )
        };
        let answer = |hello: String| {
            socket.send(&hello, 0).unwrap();
            socket.recv_string(0).unwrap().unwrap()
        };
        let version = answer(hello(99, "ipc:///tmp/x"));
        assert!(
            version.contains("reject") && version.contains("version 99"),
            "{version}"
        );
        let remote = answer(hello(PROTOCOL_VERSION, "tcp://10.1.2.3:5555"));
        assert!(
            remote.contains("reject") && remote.contains("not on this machine"),
            "{remote}"
        );
        let nonsense = answer(hello(PROTOCOL_VERSION, "nowhere"));
        assert!(
            nonsense.contains("reject") && nonsense.contains("not an address"),
            "{nonsense}"
        );
        served.expect_service();
        served.stop();
    });
}
