//! What happens when one of the real processes dies, hangs or is replaced, at every phase of a
//! batch: before it is taken, while it runs, after its result is sent, before it is acknowledged.

#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_macros, reason = "figures for whoever runs it")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use common::gateway::{Gateway, said_by};
use mpmt::client::{self, ClientOutcome, Progress, Source};
use mpmt::model::{BatchId, SessionKey, parse_lines};
use mpmt::net::{Context, Frame, Kind, PollEntry, Received, Socket, poll};
use mpmt::process::{Child, StdoutMode, StopCondition, random_bits};
use mpmt::server::Report;
use mpmt::wire::control::{self, FromClient, Hello, JobRequest, ToClient};
use mpmt::wire::data::{self, Message};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

const DEADLINE: Duration = Duration::from_secs(120);

/// Waits until something is so, or fails.
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(
            start.elapsed() < DEADLINE,
            "not within the deadline: {what}"
        );
        thread::sleep(Duration::from_millis(1));
    }
}

fn kill(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(pid as i32).unwrap(), signal).unwrap();
}

fn is_alive(pid: u32) -> bool {
    // A zombie is dead, though its number is still taken.
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let zombie = state
        .rsplit(')')
        .next()
        .is_some_and(|rest| rest.trim_start().starts_with('Z'));
    test_kill_process(Pid::from_raw(pid as i32).unwrap()).is_ok() && !zombie
}

/// A folder with a table of 10.0.0.0 to 10.0.0.7, whose commands wait as long as asked.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(wait: &str) -> Place {
        let folder = tempfile::tempdir().unwrap();
        let lines =
            |tail: &str| -> String { (0..8).map(|n| format!("10.0.0.{n}:foo{tail}\n")).collect() };
        fs::write(folder.path().join("table"), lines(&format!(":1:{wait}"))).unwrap();
        fs::write(folder.path().join("commands"), lines("")).unwrap();
        Place { folder }
    }

    fn url(&self, name: &str) -> String {
        format!("ipc://{}", self.file(name).display())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

struct Server(Gateway);

impl Server {
    /// A server that uses the same addresses whenever it is started in a place.
    fn start(place: &Place, arguments: &[&str]) -> Server {
        Server::start_with(place, "2", arguments)
    }

    fn start_with(place: &Place, workers: &str, arguments: &[&str]) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
        command
            .args(["server", "--lifeline", "--format", "json"])
            .arg(place.file("table"));
        command.args([
            &place.url("batches"),
            "-",
            workers,
            "--control",
            &place.url("control"),
        ]);
        Server(Gateway::start(command.args(arguments)))
    }

    /// Its children, by what each says of its parent: the kernel's own list of children may miss
    /// some while others come and go.
    fn workers(&self) -> Vec<u32> {
        let parent = format!("PPid:\t{}", self.0.child.pid());
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter(|pid: &u32| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            // One that is no worker yet is still the server's own image, and holds it up.
            let is_worker = words.split(|&byte| byte == 0).any(|word| word == b"worker");
            is_worker && status.lines().any(|line| line == parent)
        })
        .collect()
    }

    fn signal_workers(&self, signal: Signal) {
        self.workers()
            .iter()
            .for_each(|&worker| kill(worker, signal));
    }

    fn kill(mut self) {
        let workers = self.workers();
        self.0.child.signal(Signal::KILL);
        self.0.child.wait().unwrap();
        let start = Instant::now();
        wait_until("the workers have gone", || {
            !workers.iter().any(|&worker| is_alive(worker))
        });
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "they took too long"
        );
    }

    fn stop(self) -> Report {
        self.0.stop()
    }
}

/// A client that does what the test says, when the test says so.
struct Scripted {
    control: Socket,
    results: Socket,
    batches: Option<Socket>,
    key: SessionKey,
    results_url: String,
    context: Context,
}

impl Scripted {
    fn connect(place: &Place) -> Scripted {
        let context = Context::new();
        let key = SessionKey::with_control(random_bits().unwrap());
        let control = context.socket(Kind::Dealer).unwrap();
        control.connect(&place.url("control")).unwrap();
        let mut results = context.socket(Kind::Pull).unwrap();
        let results_url = results.bind(&place.url(&format!("results-{key}"))).unwrap();
        let mut scripted = Scripted {
            control,
            results,
            batches: None,
            key,
            results_url,
            context,
        };
        scripted.greet();
        scripted
    }

    fn greet(&mut self) {
        self.say(&FromClient::Hello(Hello {
            version: mpmt::wire::PROTOCOL_VERSION,
            session: self.key,
            batches: 2,
            commands: 2,
            results: self.results_url.clone(),
            job_request: JobRequest::default(),
            secret: None,
        }));
        let ToClient::Welcome(grant) = self.hear() else {
            panic!("not welcome")
        };
        let batches = self.context.socket(Kind::Push).unwrap();
        batches.connect(&grant.batches).unwrap();
        self.batches = Some(batches);
    }

    fn say(&self, message: &FromClient) {
        let mut frame = Vec::new();
        control::encode(message, &mut frame);
        self.control.send(&frame).unwrap();
    }

    fn hear(&self) -> ToClient {
        loop {
            match control::decode(&receive(&self.control)).unwrap() {
                ToClient::Ping => {}
                other => return other,
            }
        }
    }

    fn id(&self, batch: u64) -> BatchId {
        self.key.batch(batch)
    }

    /// Sends a batch of one command.
    fn send(&self, batch: u64, command: &str) {
        let mut frame = Vec::new();
        data::encode_batch(self.id(batch), [command.parse().unwrap()], &mut frame);
        assert!(self.batches.as_ref().unwrap().send(&frame).unwrap());
    }

    fn expect_result(&self, batch: u64) {
        let frame = receive(&self.results);
        let message = data::decode(&frame, &mut Vec::new()).unwrap();
        assert_eq!(
            message,
            Message::Result {
                id: Some(self.id(batch)),
                sum: 1
            }
        );
    }

    fn acknowledge(&self, batches: impl IntoIterator<Item = u64>) {
        self.say(&FromClient::Ack(batches.into_iter().collect()));
    }

    /// Says goodbye, and gives how many batches were given to a worker again.
    fn part(self) -> u64 {
        self.say(&FromClient::Bye);
        let ToClient::Complete(account) = self.hear() else {
            panic!("no account")
        };
        account.retried
    }
}

fn receive(socket: &Socket) -> Vec<u8> {
    let mut frame = Frame::default();
    let start = Instant::now();
    loop {
        if socket.receive(&mut frame).unwrap() == Received::Frame {
            return frame.to_vec();
        }
        assert!(
            start.elapsed() < DEADLINE,
            "nothing came within the deadline"
        );
        poll(
            &mut [PollEntry::readable(socket)],
            Some(Duration::from_secs(1)),
        )
        .unwrap();
    }
}

/// A real client on a thread of its own, that tells how far it is.
struct RealClient {
    progress: Receiver<Progress>,
    thread: JoinHandle<ClientOutcome>,
}

impl RealClient {
    /// Sends the place's 8 commands `repeat` times, one to a batch.
    fn start(place: &Place, repeat: u64) -> RealClient {
        let (send, progress) = mpsc::channel();
        let results = place.url(&format!("client-{}", fastrand::u64(..)));
        let control = place.url("control");
        let text = fs::read_to_string(place.file("commands")).unwrap();
        let thread = thread::spawn(move || run_client(&text, repeat, results, control, &send));
        RealClient { progress, thread }
    }

    fn wait_for(&self, is_there: impl Fn(Progress) -> bool) {
        let start = Instant::now();
        while !is_there(self.progress.recv_timeout(DEADLINE).unwrap()) {
            assert!(start.elapsed() < DEADLINE);
        }
    }

    fn expect_total(self, total: i64) -> ClientOutcome {
        drop(self.progress);
        let outcome = self.thread.join().unwrap();
        assert_eq!(outcome.failures, []);
        assert_eq!(outcome.ending, client::Ending::Complete, "{outcome:?}");
        assert_eq!(outcome.sum, i128::from(total));
        outcome
    }
}

fn run_client(
    text: &str,
    repeat: u64,
    results: String,
    control: String,
    progress: &Sender<Progress>,
) -> ClientOutcome {
    let commands: Vec<_> = parse_lines(text, str::parse)
        .good
        .into_iter()
        .map(|(_, command)| command)
        .collect();
    let options = client::Options {
        results,
        batches: None,
        control: Some(control),
        token: None,
        job_request: JobRequest {
            threads: Some(1),
            ..JobRequest::default()
        },
        window: client::Options::DEFAULT_WINDOW,
        rate_per_s: None,
        trace: false,
        stop_server: false,
        until_failure: false,
        connect_timeout: None,
    };
    let stop = StopCondition::new(&[], DEADLINE).unwrap();
    let source = Source::new(&commands, repeat, 1);
    let tell = &mut |now| {
        // The test may have heard enough.
        let _ = progress.send(now);
    };
    client::run(&Context::new(), &options, &source, &stop, tell).unwrap()
}

const EAGER: &[&str] = &["--spawn", "eager"];

// A worker is killed.

#[test]
fn a_batch_whose_worker_is_killed_before_it_takes_it_is_run_by_another() {
    let place = Place::new("0");
    let server = Server::start(&place, &["--spawn", "eager"]);
    server.signal_workers(Signal::STOP);
    let client = RealClient::start(&place, 1);
    client.wait_for(|now| now.sent == 8);
    server.signal_workers(Signal::KILL);
    client.expect_total(8);
    assert_eq!(server.stop().workers_lost, 2);
}

#[test]
fn a_batch_whose_worker_is_killed_while_it_runs_is_run_by_another() {
    let place = Place::new("0.1");
    let server = Server::start(&place, EAGER);
    let client = RealClient::start(&place, 2);
    // 16 batches on two workers: when one is answered, others are running.
    client.wait_for(|now| now.answered >= 1);
    server.signal_workers(Signal::KILL);
    let outcome = client.expect_total(16);
    assert!(outcome.stats.unwrap().retried >= 1);
    server.stop();
}

#[test]
fn a_result_that_was_sent_by_a_worker_that_is_killed_counts_once() {
    let place = Place::new("0");
    let server = Server::start(&place, EAGER);
    let client = Scripted::connect(&place);
    client.send(0, "10.0.0.0:foo");
    wait_until("the result is there", || {
        let mut entries = [PollEntry::readable(&client.results)];
        poll(&mut entries, Some(Duration::ZERO)).unwrap();
        entries[0].is_ready()
    });
    server.signal_workers(Signal::KILL);
    client.expect_result(0);
    // The gateway can't know that it came, so it is run again.
    client.expect_result(0);
    client.acknowledge([0]);
    assert!(client.part() >= 1);
    server.stop();
}

#[test]
fn a_result_that_is_acknowledged_after_its_worker_was_killed_is_settled() {
    let place = Place::new("0");
    let server = Server::start(&place, EAGER);
    let client = Scripted::connect(&place);
    client.send(0, "10.0.0.0:foo");
    client.expect_result(0);
    server.signal_workers(Signal::KILL);
    client.acknowledge([0]);
    // It may have been given to the second worker before that one was killed, but no further.
    assert!(client.part() <= 2);
    assert_eq!(server.stop().batches, 1);
}

// A worker hangs.

#[test]
fn a_worker_that_hangs_is_killed_and_its_batches_run_by_another() {
    let place = Place::new("0.05");
    let server = Server::start(&place, &["--spawn", "eager", "--batch-timeout", "300ms"]);
    let client = RealClient::start(&place, 2);
    client.wait_for(|now| now.answered >= 1);
    server.signal_workers(Signal::STOP);
    client.expect_total(16);
    assert_eq!(server.stop().workers_lost, 2);
}

#[test]
fn a_worker_that_hangs_before_it_takes_a_batch_is_killed() {
    let place = Place::new("0");
    let server = Server::start(&place, &["--spawn", "eager", "--batch-timeout", "300ms"]);
    server.signal_workers(Signal::STOP);
    RealClient::start(&place, 1).expect_total(8);
    assert_eq!(server.stop().workers_lost, 2);
}

#[test]
fn a_worker_that_hangs_with_its_results_sent_harms_nobody() {
    let place = Place::new("0");
    let server = Server::start(&place, &["--spawn", "eager", "--batch-timeout", "300ms"]);
    let client = Scripted::connect(&place);
    client.send(0, "10.0.0.0:foo");
    client.expect_result(0);
    server.signal_workers(Signal::STOP);
    client.acknowledge([0]);
    client.send(1, "10.0.0.1:foo");
    client.expect_result(1);
    client.acknowledge([1]);
    client.part();
    server.stop();
}

/// CPU time that a process has used, in ticks.
fn cpu_ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap().split_whitespace();
    fields
        .skip(11)
        .take(2)
        .map(|n| n.parse::<u64>().unwrap())
        .sum()
}

/// Waits until none of the processes has computed anything for a moment.
fn wait_until_quiet(what: &str, pids: &[u32]) {
    const MOMENT: Duration = Duration::from_millis(150);
    let used = || -> Vec<u64> { pids.iter().map(|&pid| cpu_ticks(pid)).collect() };
    let (mut last, mut since) = (used(), Instant::now());
    wait_until(what, || {
        let now = used();
        if now != last {
            (last, since) = (now, Instant::now());
        }
        since.elapsed() > MOMENT
    });
}

/// A client process that has sent 4,096 batches of a command each, and is stopped before it has
/// read the results: what its socket has no room for is in the workers.
fn stopped_client(place: &Place, server: &Server, repeat: &str) -> Child {
    // Until all is sent there is nothing to read.
    server.signal_workers(Signal::STOP);
    let client = client_with(place, &["--repeat", repeat]);
    wait_until("the client has begun", || cpu_ticks(client.pid()) > 0);
    wait_until_quiet("all is sent", &[client.pid(), server.0.child.pid()]);
    client.signal(Signal::STOP);
    server.signal_workers(Signal::CONT);
    let mut pids = server.workers();
    pids.push(server.0.child.pid());
    wait_until_quiet("all batches are done", &pids);
    client
}

#[test]
fn results_in_a_worker_that_is_stopped_after_it_has_told_of_them_are_made_again() {
    let place = Place::new("0");
    let server = Server::start(&place, &["--spawn", "eager", "--batch-timeout", "2s"]);
    let client = stopped_client(&place, &server, "512");
    server.signal_workers(Signal::STOP);
    let start = Instant::now();
    client.signal(Signal::CONT);
    let said = said_by(client);
    eprintln!("all answered after {:?}", start.elapsed());
    assert!(said.contains("total: 4096"), "{said}");
    assert!(start.elapsed() < Duration::from_secs(40));
    server.stop();
}

#[test]
fn results_for_a_paused_client_whose_worker_goes_on_to_another_are_made_again() {
    let place = Place::new("0");
    // No worker is killed for the time in which this test holds it stopped.
    let arguments = ["--spawn", "eager", "--batch-timeout", "60s"];
    let server = Server::start_with(&place, "1", &arguments);
    let paused = stopped_client(&place, &server, "2000");
    // The socket that its results wait in is closed, and gives them up after a second.
    RealClient::start(&place, 1).expect_total(8);
    wait_until_quiet("they are given up", &server.workers());
    thread::sleep(Duration::from_millis(1500));
    paused.signal(Signal::CONT);
    let said = said_by(paused);
    assert!(said.contains("total: 16000"), "{said}");
    assert_eq!(server.stop().workers_lost, 0, "the worker is not to blame");
}

#[test]
fn a_worker_that_is_stopped_while_it_starts_does_not_hold_its_batches_for_long() {
    let place = Place::new("0");
    let server = Server::start_with(&place, "1", &["--batch-timeout", "500ms"]);
    let client = RealClient::start(&place, 1);
    let start = Instant::now();
    while server.workers().is_empty() {
        assert!(start.elapsed() < DEADLINE);
    }
    server.signal_workers(Signal::STOP);
    client.expect_total(8);
    assert!(start.elapsed() < Duration::from_secs(40));
    server.stop();
}

#[test]
fn a_worker_that_is_told_to_leave_and_is_stopped_gives_its_place_up() {
    let place = Place::new("0");
    let arguments = ["--idle-timeout", "0s", "--batch-timeout", "500ms"];
    let server = Server::start_with(&place, "1", &arguments);
    let client = Scripted::connect(&place);
    client.send(0, "10.0.0.0:foo");
    client.expect_result(0);
    client.acknowledge([0]);
    server.signal_workers(Signal::STOP);
    // Nobody needs it any more, so it is told to leave.
    client.part();
    RealClient::start(&place, 1).expect_total(8);
    server.stop();
}

#[test]
fn a_client_that_comes_while_the_server_leaves_is_turned_away() {
    let place = Place::new("3");
    let server = Server::start(&place, &["-w", "io"]);
    let busy = Scripted::connect(&place);
    busy.send(0, "10.0.0.0:foo");
    wait_until("it runs", || server.workers().into_iter().any(has_runner));
    server.0.child.signal(Signal::TERM);
    let mut late = client_command(&place, &[]);
    let late = late.output().unwrap();
    let words = String::from_utf8(late.stderr).unwrap();
    assert_eq!(late.status.code(), Some(1), "{words}");
    assert!(words.contains("this server is leaving"), "{words}");
    busy.expect_result(0);
    server.stop();
}

// The server is killed and started again at the same addresses.

#[test]
fn a_server_killed_before_a_batch_is_taken_is_found_again() {
    let place = Place::new("0");
    let server = Server::start(&place, EAGER);
    server.signal_workers(Signal::STOP);
    let client = RealClient::start(&place, 1);
    client.wait_for(|now| now.sent == 8);
    server.kill();
    let server = Server::start(&place, EAGER);
    client.expect_total(8);
    server.stop();
}

#[test]
fn a_server_killed_while_batches_run_is_found_again() {
    let place = Place::new("0.1");
    let server = Server::start(&place, EAGER);
    let client = RealClient::start(&place, 2);
    client.wait_for(|now| now.answered >= 1);
    server.kill();
    let server = Server::start(&place, EAGER);
    client.expect_total(16);
    server.stop();
}

#[test]
fn a_server_killed_after_a_result_was_sent_learns_what_is_settled() {
    let place = Place::new("0");
    let server = Server::start(&place, EAGER);
    let mut client = Scripted::connect(&place);
    client.send(0, "10.0.0.0:foo");
    client.expect_result(0);
    server.kill();
    let server = Server::start(&place, EAGER);
    client.greet();
    client.acknowledge([0]);
    client.send(1, "10.0.0.1:foo");
    client.expect_result(1);
    client.acknowledge([1]);
    assert_eq!(client.part(), 0);
    assert_eq!(server.stop().batches, 1);
}

// One of two clients is killed.

/// Starts a client process, kills it when the server is at the phase that `server_is` describes,
/// and sees that another client is served.
fn kill_one_client(
    wait: &str,
    arguments: &[&str],
    stop_it: bool,
    server_is: impl Fn(&Server) -> bool,
) {
    let place = Place::new(wait);
    let server = Server::start(&place, arguments);
    let mut victim = client_process(&place);
    wait_until("the first client's batches are there", || {
        server_is(&server)
    });
    let other = RealClient::start(&place, 1);
    other.wait_for(|now| now.sent == 8);
    if stop_it {
        victim.signal(Signal::STOP);
    }
    victim.signal(Signal::KILL);
    victim.wait().unwrap();
    other.expect_total(8);
    // And the next one, too.
    RealClient::start(&place, 1).expect_total(8);
    assert_eq!(server.stop().workers_lost, 0);
}

fn client_process(place: &Place) -> Child {
    client_with(place, &["--repeat", "1000"])
}

fn client_command(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
    command.arg("client").arg(place.file("commands")).arg("1");
    command.args(["--control", &place.url("control")]);
    command.args(arguments);
    command
}

fn client_with(place: &Place, arguments: &[&str]) -> Child {
    Child::spawn(&mut client_command(place, arguments), StdoutMode::Piped).unwrap()
}

#[test]
fn a_client_killed_as_its_first_batches_come_leaves_the_server_healthy() {
    kill_one_client("0.01", &[], false, |server| !server.workers().is_empty());
}

#[test]
fn a_client_killed_while_its_batches_run_leaves_the_server_healthy() {
    kill_one_client("0.05", &[], false, |server| server.workers().len() == 2);
}

#[test]
fn a_client_killed_before_it_acknowledges_leaves_the_server_healthy() {
    kill_one_client("0", &[], true, |server| server.workers().len() == 2);
}

// Several at once.

#[test]
fn two_clients_with_different_configurations_are_both_served() {
    let place = Place::new("0.01");
    let server = Server::start(&place, &[]);
    let run = |threads: &str, executor: &str, workload: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
        command
            .arg("client")
            .arg(place.file("commands"))
            .args(["4", "--repeat", "10"]);
        command.args(["--control", &place.url("control"), "-w", workload]);
        command.args(["-t", threads, "-e", executor, "--loops", "1000", "-p", "1"]);
        Child::spawn(&mut command, StdoutMode::Piped).unwrap()
    };
    let clients = [
        run("4", "spawn", "io"),
        run("2", "rayon", "cpu"),
        run("3", "crossbeam", "mixed"),
    ];
    for client in clients {
        let said = said_by(client);
        assert!(said.contains("total: 80"), "{said}");
    }
    assert_eq!(server.stop().batches, 60);
}

#[test]
fn a_batch_that_has_killed_five_workers_is_answered_as_failed() {
    let place = Place::new("60");
    let server = Server::start(&place, EAGER);
    let client = Scripted::connect(&place);
    client.send(0, "10.0.0.0:foo");
    for _ in 0..5 {
        let mut runs = None;
        wait_until("a worker runs the batch", || {
            runs = server
                .workers()
                .into_iter()
                .find(|&worker| has_runner(worker));
            runs.is_some()
        });
        kill(runs.unwrap(), Signal::KILL);
        wait_until("it is gone", || !is_alive(runs.unwrap()));
    }
    let ToClient::Failed { batch: 0, reason } = client.hear() else {
        panic!("not failed")
    };
    let end = "it has killed 5 workers; worker ";
    assert!(reason.starts_with(end), "{reason}");
    let end = " ended with signal: 9 (SIGKILL)";
    assert!(reason.ends_with(end), "{reason}");
    client.part();
    assert_eq!(server.stop().failed, 1);
}

#[test]
fn a_server_that_is_told_to_leave_finishes_what_runs() {
    let place = Place::new("0.2");
    let server = Server::start(&place, EAGER);
    let client = Scripted::connect(&place);
    client.send(0, "10.0.0.0:foo");
    client.send(1, "10.0.0.1:foo");
    // Both workers are asked for; wait until both run, which is when both sleep in a runner.
    wait_until("the batches are taken", || {
        server.workers().iter().all(|&w| has_runner(w))
    });
    server.0.child.signal(Signal::TERM);
    let results = [receive(&client.results), receive(&client.results)];
    assert_ne!(results[0], results[1]);
    server.stop();
}

fn has_runner(worker: u32) -> bool {
    // One that has gone runs nothing.
    let tasks = fs::read_dir(format!("/proc/{worker}/task"));
    tasks.into_iter().flatten().flatten().any(|task| {
        let at = |name: &str| fs::read_to_string(task.path().join(name)).unwrap_or_default();
        at("comm").trim() == "runner" && at("syscall").starts_with("230 ")
    })
}

#[test]
fn workers_that_nobody_needs_leave() {
    let place = Place::new("0");
    let server = Server::start(&place, &["--idle-timeout", "50ms"]);
    RealClient::start(&place, 1).expect_total(8);
    wait_until("the workers have left", || server.workers().is_empty());
    // And they are started again for the next.
    RealClient::start(&place, 1).expect_total(8);
    wait_until("they have left again", || server.workers().is_empty());
    assert_eq!(server.stop().workers_lost, 0);
}

#[test]
fn a_server_that_is_asked_to_leaves_when_nobody_is_served_any_more() {
    let place = Place::new("0.01");
    let mut server = Server::start(&place, &[]);
    let other = RealClient::start(&place, 10);
    other.wait_for(|now| now.sent == 80);
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
    command
        .arg("client")
        .arg(place.file("commands"))
        .args(["1", "--stop-server"]);
    command.args(["--control", &place.url("control")]);
    assert!(command.output().unwrap().status.success());
    other.expect_total(80);
    assert!(server.0.child.wait().unwrap().status.success());
}

#[test]
fn an_abandoned_socket_folder_is_removed_by_the_next_start() {
    let place = Place::new("0");
    let temp = place.file("tmp");
    fs::create_dir(&temp).unwrap();
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
        command
            .env("TMPDIR", &temp)
            .args(["server", "--lifeline", "--format", "json"]);
        command
            .arg(place.file("table"))
            .args([&place.url("batches"), "-", "1"]);
        Gateway::start(&mut command).child
    };
    let folders = |temp: &Path| -> Vec<PathBuf> {
        fs::read_dir(temp)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect()
    };
    let mut first = start();
    let abandoned = folders(&temp);
    assert_eq!(abandoned.len(), 1);
    first.signal(Signal::KILL);
    first.wait().unwrap();
    assert_eq!(folders(&temp), abandoned);
    let mut second = start();
    assert_eq!(folders(&temp).len(), 1);
    assert_ne!(folders(&temp), abandoned);
    second.let_go();
    second.wait().unwrap();
    assert_eq!(folders(&temp), Vec::<PathBuf>::new());
}
