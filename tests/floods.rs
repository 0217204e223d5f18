//! What one peer may do to a server: whatever it sends, however much, however often it dials, and
//! whether or not it reads. Beside it a good client is served, the server's memory is bounded and
//! comes back, and the server ends when it is told to.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::time::{Duration, Instant};

use common::{Process, Stage};
use mpmt::model::SessionKey;
use mpmt::process::ensure_descriptors;
use mpmt::wire::control::{self, FromClient, Hello, JobRequest};
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};

/// How soon a good client has all its answers; the machine may be busy with other tests.
const SERVED: Duration = Duration::from_secs(10);
/// What the server's memory never passes.
const MOST_KIB: u64 = 256 * 1024;
/// And what it comes back to when the peer has left.
const AFTER_KIB: u64 = 96 * 1024;

const MORE: u8 = 1;
const COMMAND: u8 = 4;

/// A server, and its socket paths.
struct Served {
    stage: Stage,
    server: Process,
}

impl Served {
    fn start() -> Served {
        Served::start_with("")
    }

    /// With what a shell is to do before.
    fn start_with(before: &str) -> Served {
        let stage = Stage::with_512_commands(0.0);
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!(
            "{before} exec {} server table.txt ipc://batches - 2 --control ipc://control \
             --format json --drain-timeout 5s",
            env!("CARGO_BIN_EXE_mpmt")
        ));
        let mut server = stage.start_command(&mut command);
        server.line();
        Served { stage, server }
    }

    fn dial(&self, name: &str) -> UnixStream {
        UnixStream::connect(self.stage.path(name)).unwrap()
    }

    /// A peer that has shaken hands.
    fn peer(&self, name: &str, identity: &[u8]) -> UnixStream {
        let mut stream = self.dial(name);
        let kind: &[u8] = if name == "batches" {
            b"PUSH"
        } else {
            b"DEALER"
        };
        shake_hands(&mut stream, kind, identity).unwrap();
        stream
    }

    fn status(&self, field: &str) -> u64 {
        let pid = self.server.pid().as_raw_nonzero();
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let kib = line.unwrap_or_else(|| panic!("the server has ended: {status}"));
        kib.trim_matches([':', '\t', ' ', 'k', 'B'])
            .parse()
            .unwrap()
    }

    fn expect_service(&self) {
        let begin = Instant::now();
        let client = self
            .stage
            .start("client commands.txt 16 --control ipc://control");
        assert_eq!(client.finish().expect(0).total(), 512);
        assert!(begin.elapsed() < SERVED, "{:?}", begin.elapsed());
        let peak = self.status("VmHWM");
        assert!(peak < MOST_KIB, "{peak} KiB");
    }

    /// What has to hold when the peers have gone; gives the server's report.
    fn expect_peace(self) -> serde_json::Value {
        self.expect_service();
        self.stage
            .wait_until("the memory comes back", || self.status("VmRSS") < AFTER_KIB);
        let report = self.server.interrupt().expect(0).report();
        assert_eq!(report["workers_lost"], 0);
        self.stage.assert_nothing_left();
        report
    }
}

fn frame(flags: u8, body: &[u8]) -> Vec<u8> {
    let mut frame = vec![flags | 2];
    frame.extend_from_slice(&(body.len() as u64).to_be_bytes());
    frame.extend_from_slice(body);
    frame
}

fn ping() -> Vec<u8> {
    frame(COMMAND, b"\x04PING\0\0")
}

/// Says what a ZeroMQ socket says first, and reads what it is told.
fn shake_hands(stream: &mut UnixStream, kind: &[u8], identity: &[u8]) -> io::Result<()> {
    let patience = Some(Duration::from_secs(20));
    stream.set_write_timeout(patience)?;
    stream.set_read_timeout(patience)?;
    let mut greeting = [0; 64];
    (greeting[0], greeting[9], greeting[10]) = (0xff, 0x7f, 3);
    greeting[12..16].copy_from_slice(b"NULL");
    stream.write_all(&greeting)?;
    let mut its_greeting = [0; 64];
    stream.read_exact(&mut its_greeting)?;
    let mut ready = b"\x05READY".to_vec();
    for (name, value) in [(&b"Socket-Type"[..], kind), (b"Identity", identity)] {
        ready.push(name.len() as u8);
        ready.extend_from_slice(name);
        ready.extend_from_slice(&(value.len() as u32).to_be_bytes());
        ready.extend_from_slice(value);
    }
    stream.write_all(&frame(COMMAND, &ready))?;
    let mut head = [0; 2];
    stream.read_exact(&mut head)?;
    let mut its_ready = vec![0; usize::from(head[1])];
    stream.read_exact(&mut its_ready)
}

/// Sends until so many bytes are sent or the server hangs up; says whether it did.
fn is_hung_up_on(stream: &mut UnixStream, piece: &[u8], bytes: usize) -> bool {
    let mut sent = 0;
    while sent < bytes {
        match stream.write_all(piece) {
            Ok(()) => sent += piece.len(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                panic!("the server does not read")
            }
            Err(_) => return true,
        }
    }
    false
}

#[test]
fn a_second_connection_of_an_identity_that_leaves_does_not_end_the_server() {
    let served = Served::start();
    let mut first = served.peer("control", b"same");
    first.write_all(&frame(0, b"x")).unwrap();
    let mut second = served.peer("control", b"same");
    second.write_all(&frame(0, b"x")).unwrap();
    served.expect_service();
    // Heartbeats went every second, so that one met the connection that is closed now.
    first.write_all(&frame(0, b"y").repeat(10)).unwrap();
    drop(first);
    let end = Instant::now() + Duration::from_secs(2);
    while Instant::now() < end {
        served.expect_service();
    }
    served.expect_peace();
}

#[test]
fn a_ping_among_the_last_bytes_does_not_end_the_server() {
    let served = Served::start();
    let mut bytes = frame(0, b"x").repeat(300);
    bytes.extend(ping());
    let bytes = bytes.repeat(100);
    for name in ["batches", "control"] {
        for _ in 0..15 {
            let mut peer = served.peer(name, b"");
            // Its answers are never read, so it may be hung up on.
            is_hung_up_on(&mut peer, &bytes, 1);
        }
        served.expect_service();
    }
    served.expect_peace();
}

#[test]
fn frames_that_are_too_large_take_no_memory() {
    let served = Served::start();
    let large = frame(0, &vec![b' '; 14 << 20]);
    let mut peers: Vec<UnixStream> = Vec::new();
    for name in ["batches", "control"] {
        for _ in 0..10 {
            let mut peer = served.peer(name, b"");
            assert!(is_hung_up_on(&mut peer, &large, large.len()));
            peers.push(peer);
        }
    }
    // Those that are within the limit, and never come to their end.
    let mut unfinished = frame(0, &vec![b' '; 4 << 20]);
    unfinished.pop();
    for _ in 0..50 {
        let mut peer = served.peer("batches", b"");
        is_hung_up_on(&mut peer, &unfinished, 1);
        peers.push(peer);
    }
    served.expect_service();
    drop(peers);
    served.expect_peace();
}

#[test]
fn a_message_without_an_end_takes_no_memory() {
    let served = Served::start();
    let parts = [MORE, 0].repeat(8 * 1024);
    let large = frame(MORE, &vec![7; 512 * 1024]);
    let mut peers: Vec<UnixStream> = Vec::new();
    for name in ["batches", "control"] {
        let mut peer = served.peer(name, b"");
        assert!(!is_hung_up_on(&mut peer, &parts, 8 << 20));
        assert!(!is_hung_up_on(&mut peer, &large, 128 << 20));
        peers.push(peer);
    }
    served.expect_service();
    // It comes to its end, and is counted.
    for peer in &mut peers {
        peer.write_all(&frame(0, b"")).unwrap();
    }
    served.expect_service();
    drop(peers);
    assert_eq!(served.expect_peace()["bad_frames"], 2);
}

#[test]
fn who_does_not_read_its_answers_is_hung_up_on() {
    let served = Served::start();
    // Whether it is welcome or not, it is answered.
    let mut hello = Vec::new();
    let message = FromClient::Hello(Hello {
        version: 0,
        session: SessionKey::with_control(1),
        secret: None,
        batches: 1,
        commands: 1,
        results: "ipc:///nowhere".to_owned(),
        job_request: JobRequest::default(),
    });
    control::encode(&message, &mut hello);
    let hellos = frame(0, &hello).repeat(100);
    for hellos in [hellos, ping().repeat(1000)] {
        let mut peer = served.peer("control", b"");
        assert!(is_hung_up_on(&mut peer, &hellos, 100_000 * hello.len()));
        served.expect_service();
    }
    served.expect_peace();
}

/// How many connections a flood has: 5,000 where this process may have as many.
fn flood() -> usize {
    match ensure_descriptors(5_500, 0, "a flood") {
        Ok(()) => 5_000,
        Err(_) => 1_000,
    }
}

#[test]
fn connections_that_come_and_go_take_no_descriptors() {
    let served = Served::start_with("ulimit -n 256;");
    for n in 0..flood() {
        drop(served.dial(["batches", "control"][n % 2]));
    }
    served.expect_service();
    served.expect_peace();
}

#[test]
fn connections_that_stay_leave_room_for_a_client_and_its_workers() {
    let served = Served::start_with("ulimit -n 256;");
    let held: Vec<UnixStream> = (0..flood())
        .map(|n| match n % 3 {
            0 => served.dial("batches"),
            1 => served.dial("control"),
            // Some say what any socket says, and then nothing. They may be closed before they have.
            _ => {
                let mut stream = served.dial("control");
                let _ = shake_hands(&mut stream, b"DEALER", b"");
                stream
            }
        })
        .collect();
    served.expect_service();
    drop(held);
    served.expect_peace();
}

fn limit_descriptors(pid: Pid, current: u64) {
    let limit = Rlimit {
        current: Some(current),
        maximum: getrlimit(Resource::Nofile).maximum,
    };
    prlimit(Some(pid), Resource::Nofile, limit).unwrap();
}

#[test]
fn a_worker_that_can_t_be_started_for_want_of_descriptors_is_tried_again() {
    let mut served = Served::start();
    let pid = served.server.pid();
    let descriptors = fs::read_dir(format!("/proc/{}/fd", pid.as_raw_nonzero()));
    let there = descriptors.unwrap().count() as u64;
    // There are descriptors for the client's two connections, and not for a worker's pipes.
    limit_descriptors(pid, there + 3);
    let client = served
        .stage
        .start("client commands.txt 16 --control ipc://control");
    for _ in 0..6 {
        served.server.wait_for_message("it is tried again");
    }
    limit_descriptors(pid, 1024);
    assert_eq!(client.finish().expect(0).total(), 512);
    served.expect_peace();
}
