//! Peers that ask for too much, hold too much, or name addresses that are not theirs. Beside each of
//! them a good client is served soon, the server stays small, and SIGINT ends it in time.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use common::{Process, Ready, Stage, command_line};
use mpmt::model::{
    AssignmentNo, BatchId, Job, Ranges, SessionKey, SessionNo, WorkerNo, WorkloadKind,
};
use mpmt::process::random_bits;
use mpmt::server::{Dispatcher, Effects, Load, Session, WorkerLimits};
use mpmt::wire::PROTOCOL_VERSION;
use mpmt::wire::data;
use mpmt::wire::worker::Progress;
use proptest::prelude::*;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

/// A good client is served within 5 s; twice that beside a busy neighbour.
const SOON: Duration = Duration::from_secs(10);

/// The server's peak resident set, at the most, in KiB.
const MOST_RSS_KIB: u64 = 256 << 10;

const DRAIN: Duration = Duration::from_secs(5);

/// A command that waits a second, and one that does not wait.
const SLOW: &str = "10.0.0.1:foo";
const QUICK: &str = "10.0.0.2:foo";

/// A server, and a folder with its table.
struct Served {
    stage: Stage,
    server: Process,
    ready: Ready,
}

impl Served {
    fn start(arguments: &str) -> Served {
        Served::with("--batch-timeout 2s", arguments)
    }

    fn with(patience: &str, arguments: &str) -> Served {
        let stage = Stage::new();
        stage.write("table.txt", &format!("{SLOW}:1:1\n{QUICK}:1:0\n"));
        stage.write("commands.txt", &format!("{QUICK}\n").repeat(512));
        let batches = format!("ipc://{}", stage.path("batches").display());
        let control = format!("ipc://{}", stage.path("control").display());
        let (server, ready) = stage.serve(&format!(
            "table.txt {batches} - 1 --control {control} --spawn eager --drain-timeout {}s \
             {patience} {arguments}",
            DRAIN.as_secs()
        ));
        Served {
            stage,
            server,
            ready,
        }
    }

    fn worker(&self) -> Pid {
        let is_worker = |pid: &Pid| command_line(*pid).contains(" worker ");
        self.stage.processes().into_iter().find(is_worker).unwrap()
    }

    /// What must hold beside every peer, however bad it is.
    fn expect_service(self) {
        let start = Instant::now();
        let client = self.stage.run(&format!(
            "client commands.txt 16 --control {} -w noop",
            self.ready.control
        ));
        let took = start.elapsed();
        assert_eq!(client.expect(0).total(), 512);
        assert!(took < SOON, "a good client took {took:?}");
        let status = fs::read_to_string(format!("/proc/{}/status", self.ready.pid)).unwrap();
        let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let peak = peak.unwrap().trim().trim_end_matches(" kB");
        let peak: u64 = peak.parse().unwrap();
        assert!(peak < MOST_RSS_KIB, "the server took {peak} KiB");
        let start = Instant::now();
        self.server.interrupt().expect(0);
        let took = start.elapsed();
        assert!(took < DRAIN + SOON, "the server took {took:?} to leave");
    }
}

/// A client that says what the test says.
struct Peer {
    context: zmq::Context,
    control: zmq::Socket,
    batches: Option<zmq::Socket>,
    key: SessionKey,
    results: String,
    _pull: zmq::Socket,
}

impl Peer {
    fn new(served: &Served) -> Peer {
        let context = zmq::Context::new();
        let control = context.socket(zmq::DEALER).unwrap();
        let key = SessionKey::with_control(random_bits().unwrap());
        control.set_identity(key.to_string().as_bytes()).unwrap();
        control.set_linger(0).unwrap();
        control.set_rcvtimeo(30_000).unwrap();
        control.connect(&served.ready.control).unwrap();
        let pull = context.socket(zmq::PULL).unwrap();
        let results = format!("ipc://{}", served.stage.path(&format!("r-{key}")).display());
        pull.bind(&results).unwrap();
        Peer {
            context,
            control,
            batches: None,
            key,
            results,
            _pull: pull,
        }
    }

    fn say(&self, message: &Value) {
        self.control
            .send(message.to_string().as_bytes(), 0)
            .unwrap();
    }

    fn hear(&self) -> Value {
        loop {
            let frame = self.control.recv_bytes(0).expect("an answer");
            let heard: Value = serde_json::from_slice(&frame).unwrap();
            // What it lacks it does not say.
            if heard != json!("ping") && heard.get("query").is_none() {
                return heard;
            }
        }
    }

    fn greet(&mut self, batches: u64, commands: u64, job_request: Value) -> Value {
        self.say(&json!({"hello": {
            "version": PROTOCOL_VERSION,
            "session": self.key,
            "batches": batches,
            "commands": commands,
            "results": self.results,
            "job_request": job_request,
        }}));
        let answer = self.hear();
        if let Some(url) = answer["welcome"]["batches"].as_str() {
            let socket = self.context.socket(zmq::PUSH).unwrap();
            socket.set_linger(0).unwrap();
            socket.set_sndhwm(10).unwrap();
            socket.set_sndtimeo(20_000).unwrap();
            socket.connect(url).unwrap();
            self.batches = Some(socket);
        }
        answer
    }

    fn expect_welcome(&mut self, batches: u64, commands: u64, job_request: Value) {
        let answer = self.greet(batches, commands, job_request);
        assert!(answer.get("welcome").is_some(), "{answer}");
    }

    fn send(&self, batch: u64, command: &str, times: usize) {
        let command = command.parse().unwrap();
        let mut frame = Vec::new();
        data::encode_batch(self.key.batch(batch), vec![command; times], &mut frame);
        self.batches.as_ref().unwrap().send(frame, 0).unwrap();
    }
}

/// The text of a rejection.
#[track_caller]
fn rejection(answer: &Value) -> &str {
    let reason = answer["reject"]["reason"].as_str();
    reason.unwrap_or_else(|| panic!("not rejected: {answer}"))
}

// What a peer asks for.

#[test]
fn more_loops_than_a_server_grants_are_rejected_with_the_limit() {
    let served = Served::start("");
    let mut peer = Peer::new(&served);
    let job_request = json!({"workload": "cpu", "loops": u64::MAX});
    let answer = peer.greet(64, 64, job_request);
    assert!(rejection(&answer).contains("--max-loops"), "{answer}");
    served.expect_service();
}

#[test]
fn a_session_whose_batches_kill_workers_does_not_hold_up_a_good_one() {
    let served = Served::start("");
    let mut peer = Peer::new(&served);
    let job_request = json!({"workload": "cpu", "loops": 10_000_000_000_u64});
    peer.expect_welcome(64, 64, job_request);
    (0..64).for_each(|batch| peer.send(batch, QUICK, 1));
    served.expect_service();
}

#[test]
fn a_batch_of_many_waits_does_not_hide_a_stopped_worker() {
    let served = Served::start("-t 64");
    let mut peer = Peer::new(&served);
    peer.expect_welcome(1, 100_000, json!({}));
    // It has said hello, and is given the batch, though it can't take it.
    kill_process(served.worker(), Signal::STOP).unwrap();
    peer.send(0, SLOW, 100_000);
    served.expect_service();
}

#[test]
fn a_batch_that_waits_too_long_is_refused_and_an_option_takes_it() {
    let served = Served::start("");
    let mut peer = Peer::new(&served);
    peer.expect_welcome(1, 100_000, json!({}));
    peer.send(0, SLOW, 100_000);
    let answer = peer.hear();
    let reason = answer["failed"]["reason"].as_str().unwrap();
    assert!(reason.contains("--max-batch-wait"), "{reason}");
    served.expect_service();

    let served = Served::start("--max-batch-wait 2days");
    let mut peer = Peer::new(&served);
    peer.expect_welcome(2, 100_001, json!({"threads": 8, "dispatch": "pipelined"}));
    peer.send(0, SLOW, 100_000);
    peer.send(1, QUICK, 100_001);
    // The second one has too many commands; of the first one nothing is said before.
    assert_eq!(peer.hear()["failed"]["batch"], 1);
}

#[test]
fn a_worker_that_runs_a_long_batch_is_not_taken_for_a_stopped_one() {
    // Half of what the batch takes, so that a busy machine has the other half to spare.
    let served = Served::with("--batch-timeout 2s", "");
    served
        .stage
        .write("slow.txt", &format!("{SLOW}\n").repeat(4));
    for dispatch in ["barrier", "pipelined"] {
        // One after another, on one thread, which says nothing of its own before the end.
        let client = served.stage.run(&format!(
            "client slow.txt 4 --control {} --dispatch {dispatch}",
            served.ready.control
        ));
        assert_eq!(client.expect(0).total(), 4);
    }
    let report = served.server.interrupt().expect(0).report();
    assert_eq!(report["workers_lost"], 0, "{report}");
}

#[test]
fn a_batch_of_too_many_commands_is_refused() {
    let served = Served::start("");
    let mut peer = Peer::new(&served);
    peer.expect_welcome(1, 100_000, json!({"workload": "noop"}));
    peer.send(0, QUICK, 100_001);
    let answer = peer.hear();
    let reason = answer["failed"]["reason"].as_str().unwrap();
    assert!(reason.contains("100000 commands"), "{reason}");
    served.expect_service();
}

#[test]
fn claims_beyond_reason_are_rejected() {
    let served = Served::start("");
    let mut peer = Peer::new(&served);
    let answer = peer.greet(u64::MAX, u64::MAX, json!({}));
    rejection(&answer);
    let answer = peer.greet(10, 10_000_000, json!({}));
    assert!(rejection(&answer).contains("100000 commands"), "{answer}");
    served.expect_service();
}

// What a peer holds.

#[test]
fn a_session_that_exceeds_its_window_is_closed_and_told() {
    let served = Served::start("");
    let mut peer = Peer::new(&served);
    peer.expect_welcome(50_000, 50_000, json!({}));
    (0..50_000).for_each(|batch| peer.send(batch, SLOW, 1));
    let answer = peer.hear();
    assert!(rejection(&answer).contains("window"), "{answer}");
    served.expect_service();
}

#[test]
fn a_session_that_sends_more_commands_than_it_announced_is_closed_and_told() {
    let served = Served::start("--max-batch-wait 2days");
    let mut peer = Peer::new(&served);
    peer.expect_welcome(100, 100, json!({}));
    (0..60).for_each(|batch| peer.send(batch, SLOW, 100_000));
    let answer = peer.hear();
    assert!(rejection(&answer).contains("commands"), "{answer}");
    served.expect_service();
}

#[test]
fn large_batches_are_granted_a_window_that_fits_the_memory() {
    let served = Served::start("");
    let mut peer = Peer::new(&served);
    let answer = peer.greet(1000, 100_000_000, json!({}));
    let window = answer["welcome"]["window"].as_u64().unwrap();
    assert!((32..100).contains(&window), "{window}");
    served.expect_service();
}

#[test]
fn an_acknowledgement_of_many_ranges_costs_little() {
    let served = Served::start("");
    let mut peer = Peer::new(&served);
    peer.expect_welcome(4000, 4000, json!({}));
    // They are answered, and kept, since nobody acknowledges them.
    (0..4000).for_each(|batch| peer.send(batch, QUICK, 1));
    let range = format!(",[{},{}]", 1_u64 << 62, u64::MAX);
    let ranges = range.repeat((16 << 20) / range.len() - 10);
    for _ in 0..3 {
        let frame = format!("{{\"ack\":[[7,3]{ranges}]}}");
        peer.control.send(&frame, 0).unwrap();
    }
    served.expect_service();
}

/// What a dispatcher does, as far as these tests look at it.
#[derive(Default)]
struct Seen {
    started: Vec<WorkerNo>,
    /// Whose batches were given out, in order.
    served: Vec<SessionNo>,
    session: SessionNo,
    assignment: AssignmentNo,
}

impl Effects for Seen {
    type Client = SessionNo;

    fn start(&mut self, worker: WorkerNo) {
        self.started.push(worker);
    }
    fn open(&mut self, _: WorkerNo, session: &SessionNo, _: &Job, assignment: AssignmentNo) {
        (self.session, self.assignment) = (*session, assignment);
    }
    fn run(&mut self, _: WorkerNo, _: u64, _: BatchId, _: Load<'_>) {
        self.served.push(self.session);
    }
    fn close(&mut self, _: WorkerNo) {}
    fn stop(&mut self, _: WorkerNo) {}
    fn discard(&mut self, _: WorkerNo) {}
    fn kill(&mut self, _: WorkerNo, _: &str) {}
    fn fail(&mut self, _: &SessionNo, _: u64, _: BatchId, _: &str) {}
    fn query(&mut self, _: &SessionNo, _: Ranges) {}
}

fn dispatcher() -> Dispatcher<SessionNo> {
    Dispatcher::new(WorkerLimits {
        max_workers: 1,
        batch_timeout: Duration::from_secs(60),
        start_timeout: Duration::from_secs(30),
        idle_timeout: Duration::from_secs(60),
        keep: 0,
    })
}

fn open(dispatcher: &mut Dispatcher<SessionNo>, session: SessionNo, batches: u64, seen: &mut Seen) {
    let job = Job {
        loops: 1,
        ..Job::new(WorkloadKind::Noop)
    };
    let opened = Session::new(session, job, 1, true);
    dispatcher.open(session, opened, Duration::ZERO, seen);
    let load = Load {
        instructions: &[],
        commands: &[],
    };
    for sequence in 0..batches {
        let id = SessionKey::with_control(1).batch(sequence);
        dispatcher.receive(session, sequence, id, load, Duration::ZERO, seen);
    }
    dispatcher.pump(Duration::ZERO, seen);
}

proptest! {
    #[test]
    fn a_session_that_has_cost_workers_is_served_last(
        kills in 1_u8..4,
        bad in 4_u64..8,
        good in 1_u64..8,
    ) {
        let (mut dispatcher, mut seen) = (dispatcher(), Seen::default());
        open(&mut dispatcher, 1, bad, &mut seen);
        for _ in 0..kills {
            let worker = *seen.started.last().unwrap();
            dispatcher.ready(worker, Duration::ZERO, &mut seen);
            dispatcher.ended(worker, Duration::ZERO, &mut seen);
        }
        open(&mut dispatcher, 2, good, &mut seen);
        seen.served.clear();
        let worker = *seen.started.last().unwrap();
        dispatcher.ready(worker, Duration::ZERO, &mut seen);
        for units in 1..=good {
            let (assignment, finished) = (seen.assignment, (units - 1..units).collect());
            let progress = Progress { assignment, finished, units, window: 1 };
            dispatcher.progress(worker, &progress, Duration::ZERO, &mut seen);
        }
        dispatcher.check();
        let mut expected = vec![2; good as usize];
        expected.push(1);
        prop_assert_eq!(&seen.served, &expected);
    }

    #[test]
    fn ranges_settle_what_they_name_and_cost_what_is_kept(
        batches in 0_u64..40,
        acks in prop::collection::vec((0_u64..50, any::<bool>(), 0_u64..20), 0..20),
    ) {
        let (mut dispatcher, mut seen) = (dispatcher(), Seen::default());
        open(&mut dispatcher, 1, batches, &mut seen);
        let ranges: Vec<[u64; 2]> = acks
            .iter()
            .map(|&(start, is_long, length)| [start, if is_long { u64::MAX } else { start + length }])
            .collect();
        let named: Ranges = serde_json::from_value(json!(ranges)).unwrap();
        dispatcher.acknowledged(1, &named);
        dispatcher.check();
        let left = (0..batches).filter(|n| !ranges.iter().any(|[start, end]| (start..=end).contains(&n)));
        prop_assert_eq!(dispatcher.backlog(1).batches, left.count() as u64);
    }
}

#[test]
fn a_workers_progress_that_names_everything_costs_little() {
    let (mut dispatcher, mut seen) = (dispatcher(), Seen::default());
    open(&mut dispatcher, 1, 10, &mut seen);
    let worker = seen.started[0];
    dispatcher.ready(worker, Duration::ZERO, &mut seen);
    let finished: Ranges =
        serde_json::from_value(json!([[0, 1_u64 << 63], [1, 1_u64 << 63]])).unwrap();
    let (assignment, units, window) = (seen.assignment, 1, 1);
    let progress = Progress {
        assignment,
        finished,
        units,
        window,
    };
    let (done, is_done) = std::sync::mpsc::channel();
    thread::spawn(move || {
        dispatcher.progress(worker, &progress, Duration::ZERO, &mut seen);
        done.send(seen.served.len()).unwrap();
    });
    assert_eq!(is_done.recv_timeout(SOON), Ok(2));
}

// Where results go.

#[test]
fn results_addresses_that_can_not_be_dialled_are_rejected() {
    let served = Served::start("");
    let long = format!("ipc:///{}", "x".repeat(108));
    for url in [
        "tcp://127.0.0.1:*",
        "tcp://127.0.0.1:0",
        "tcp://*:5555",
        "tcp://0.0.0.0:5555",
        "tcp://127.0.0.1:1;127.0.0.1:2",
        "ipc:///tmp/a\0b",
        "ipc://@abstract",
        "ipc:///",
        &long,
    ] {
        let mut peer = Peer::new(&served);
        peer.results = url.to_owned();
        let answer = peer.greet(1, 1, json!({}));
        assert!(rejection(&answer).contains("results"), "{url:?}: {answer}");
    }
    served.expect_service();
}

#[test]
fn results_addresses_of_others_are_rejected() {
    let served = Served::start("");
    let folder = served.stage.path("open");
    fs::create_dir(&folder).unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    fs::set_permissions(&folder, open).unwrap();
    let file = served.stage.path("commands.txt");
    for path in [folder.join("socket"), file, "/nowhere/socket".into()] {
        let mut peer = Peer::new(&served);
        peer.results = format!("ipc://{}", path.display());
        let answer = peer.greet(1, 1, json!({}));
        assert!(rejection(&answer).contains("results"), "{answer}");
    }
    // The socket of another user, which takes the rights to make one.
    let path = served.stage.path("theirs");
    let _listener = UnixListener::bind(&path).unwrap();
    if std::os::unix::fs::chown(&path, Some(12_345), None).is_ok() {
        let mut peer = Peer::new(&served);
        peer.results = format!("ipc://{}", path.display());
        let answer = peer.greet(1, 1, json!({}));
        assert!(rejection(&answer).contains("another user"), "{answer}");
    }
    served.expect_service();
}

#[test]
fn a_results_address_that_speaks_no_zmtp_is_dialled_seldom_and_given_up() {
    let served = Served::start("");
    let path = served.stage.path("http");
    let listener = UnixListener::bind(&path).unwrap();
    let dials = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&dials);
    thread::spawn(move || {
        for stream in listener.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
            let mut stream = stream.unwrap();
            // It may have gone.
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
            let _ = stream.read(&mut [0; 10]);
        }
    });
    let mut peer = Peer::new(&served);
    peer.results = format!("ipc://{}", path.display());
    peer.expect_welcome(1, 1, json!({"workload": "noop"}));
    peer.send(0, QUICK, 1);
    let start = Instant::now();
    let answer = peer.hear();
    assert!(rejection(&answer).contains("results"), "{answer}");
    let (dials, took) = (dials.load(Ordering::SeqCst), start.elapsed().as_secs_f64());
    assert!(f64::from(dials) < 10.0 + 4.0 * took, "{dials} in {took} s");
    served.expect_service();
}

#[test]
fn a_client_that_lacks_what_can_not_be_sent_to_it_costs_a_few_workers_at_the_most() {
    let served = Served::with("--batch-timeout 200ms", "");
    let mut peer = Peer::new(&served);
    peer.results = format!("ipc://{}", served.stage.path("nobody").display());
    peer.expect_welcome(1, 1, json!({"workload": "noop"}));
    peer.send(0, QUICK, 1);
    let start = Instant::now();
    loop {
        assert!(start.elapsed() < 3 * SOON, "it costs one after the other");
        let frame = peer.control.recv_bytes(0).expect("an answer");
        let heard: Value = serde_json::from_slice(&frame).unwrap();
        match heard.get("query") {
            Some(batches) => peer.say(&json!({"missing": batches})),
            None if heard["failed"]["batch"] == 0 => break,
            None => assert_eq!(heard, json!("ping")),
        }
    }
    served.expect_service();
}

#[test]
fn a_results_address_where_nobody_listens_is_given_up() {
    let served = Served::start("");
    let mut peer = Peer::new(&served);
    peer.results = format!("ipc://{}", served.stage.path("nobody").display());
    peer.expect_welcome(1, 1, json!({"workload": "noop"}));
    peer.send(0, QUICK, 1);
    let answer = peer.hear();
    assert!(rejection(&answer).contains("results"), "{answer}");
    served.expect_service();
}
