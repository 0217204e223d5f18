//! Strangers: other users of the machine, and peers that take themselves for somebody else. What is
//! not theirs they can't have: a session, a worker's place, a client's total, the server itself.

#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_macros, reason = "figures for whoever runs it")]

mod common;

use std::fs;
use std::io::ErrorKind;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use common::{Finished, Process, Stage};
use mpmt::model::SessionKey;
use mpmt::process::random_bits;
use mpmt::wire::control::{self, FromClient};
use mpmt::wire::{PROTOCOL_VERSION, data};
use rustix::thread::set_thread_res_uid;
use serde_json::{Value, json};

/// How soon who is refused has to hear of it.
const SOON: Duration = Duration::from_secs(5);

/// Starts a server and gives what it says when it is ready.
fn serve(stage: &Stage, line: &str, exec: Option<&str>) -> (Process, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
    command.args(["server", "--format", "json"]);
    command.args(line.split_whitespace());
    if let Some(exec) = exec {
        command.args(["--exec", exec]);
    }
    let mut server = stage.start_command(&mut command);
    let ready = server.line();
    (server, serde_json::from_str(&ready).unwrap())
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    let text = value[field].as_str();
    text.unwrap_or_else(|| panic!("no {field} in {value}"))
}

fn path_of(ipc: &str) -> &Path {
    Path::new(ipc.strip_prefix("ipc://").unwrap())
}

/// The path of an address in a stage's folder, for a peer that does not run there.
fn ipc(stage: &Stage, name: &str) -> String {
    format!("ipc://{}", stage.path(name).display())
}

/// A peer of the control conversation that says what the test says.
struct Peer {
    socket: zmq::Socket,
    context: zmq::Context,
}

impl Peer {
    fn connect(url: &str) -> Peer {
        Self::connect_as(url, None, None)
    }

    fn connect_as(url: &str, name: Option<&str>, token: Option<&str>) -> Peer {
        let context = zmq::Context::new();
        let socket = context.socket(zmq::DEALER).unwrap();
        socket.set_linger(0).unwrap();
        socket.set_rcvtimeo(30_000).unwrap();
        if let Some(name) = name {
            socket.set_identity(name.as_bytes()).unwrap();
        }
        if let Some(token) = token {
            socket.set_plain_username(Some("mpmt")).unwrap();
            socket.set_plain_password(Some(token)).unwrap();
        }
        socket.connect(url).unwrap();
        Peer { socket, context }
    }

    fn say(&self, message: &FromClient) {
        let mut frame = Vec::new();
        control::encode(message, &mut frame);
        self.socket.send(frame, 0).unwrap();
    }

    /// The next message that is no ping, if one comes in time.
    fn next(&self, within: Duration) -> Option<Value> {
        let by = Instant::now() + within;
        loop {
            let left = by.saturating_duration_since(Instant::now());
            self.socket.set_rcvtimeo(left.as_millis() as i32).unwrap();
            let message: Value = match self.socket.recv_bytes(0) {
                Ok(frame) => serde_json::from_slice(&frame).unwrap(),
                Err(zmq::Error::EAGAIN) => return None,
                Err(error) => panic!("{error}"),
            };
            if message != "ping" {
                return Some(message);
            }
        }
    }

    fn hear(&self) -> Value {
        self.next(Duration::from_secs(120))
            .expect("nothing came within the deadline")
    }

    fn send_hello(&self, key: SessionKey, results: &str, secret: Option<&str>) {
        let mut hello = json!({
            "version": PROTOCOL_VERSION, "session": key, "batches": 64, "commands": 64,
            "results": results, "job_request": {},
        });
        if let Some(secret) = secret {
            hello["secret"] = secret.into();
        }
        let message = json!({ "hello": hello }).to_string();
        self.socket.send(&message, 0).unwrap();
    }

    /// Says hello and gives the answer.
    fn hello(&self, key: SessionKey, results: &str, secret: Option<&str>) -> Value {
        self.send_hello(key, results, secret);
        self.hear()
    }

    /// Says hello, and is served.
    #[track_caller]
    fn welcome(&self, key: SessionKey, results: &str, secret: Option<&str>) -> Value {
        let mut answer = self.hello(key, results, secret);
        assert!(answer["welcome"].is_object(), "{answer}");
        answer["welcome"].take()
    }

    /// Says hello, and is refused for such a reason.
    #[track_caller]
    fn refused(&self, key: SessionKey, results: &str, secret: Option<&str>, why: &str) {
        let answer = self.hello(key, results, secret);
        let reason = answer["reject"]["reason"].as_str();
        assert!(
            reason.is_some_and(|reason| reason.contains(why)),
            "{answer}"
        );
    }

    /// Sends batches of one command each.
    fn send_batches(&self, url: &str, key: SessionKey, numbers: std::ops::Range<u64>) {
        let push = self.context.socket(zmq::PUSH).unwrap();
        push.connect(url).unwrap();
        for number in numbers {
            let mut frame = Vec::new();
            let command = "10.0.0.1:foo".parse().unwrap();
            data::encode_batch(key.batch(number), [command], &mut frame);
            push.send(frame, 0).unwrap();
        }
    }

    fn results(&self, url: &str) -> zmq::Socket {
        let pull = self.context.socket(zmq::PULL).unwrap();
        pull.set_rcvtimeo(30_000).unwrap();
        pull.bind(url).unwrap();
        pull
    }
}

fn key() -> SessionKey {
    SessionKey::with_control(random_bits().unwrap())
}

/// Takes in the results of so many batches, each once.
fn expect_results(pull: &zmq::Socket, key: SessionKey, batches: u64) {
    let mut open: std::collections::BTreeSet<u64> = (0..batches).collect();
    while !open.is_empty() {
        let frame = pull.recv_bytes(0);
        let frame = frame.unwrap_or_else(|error| panic!("{error}, unanswered: {open:?}"));
        match data::decode(&frame, &mut Vec::new()).unwrap() {
            data::Message::Result { id: Some(id), .. } => {
                open.remove(&key.sequence_of(id).unwrap());
            }
            other => panic!("{other:?}"),
        }
    }
}

// A session belongs to its peer.

#[test]
fn who_repeats_a_sessions_key_gets_nothing_of_it() {
    let stage = Stage::with_512_commands(0.02);
    let (server, ready) = serve(
        &stage,
        "table.txt ipc://batches - 2 --control ipc://c",
        None,
    );
    let (control, batches) = (ipc(&stage, "c"), ipc(&stage, "batches"));
    assert_eq!(text(&ready, "batches"), "ipc://batches");
    let key = key();
    let owner = Peer::connect(&control);
    let results = ipc(&stage, "r");
    let pull = owner.results(&results);
    owner.welcome(key, &results, None);

    // Under the name that clients once had, under another, and with a secret that is none of its.
    let all: FromClient = FromClient::Ack((0..64).collect());
    let name = key.to_string();
    let elsewhere = ipc(&stage, "elsewhere");
    let secret = "0".repeat(32);
    for (name, secret) in [(Some(&*name), None), (None, None), (None, Some(&*secret))] {
        let thief = Peer::connect_as(&control, name, None);
        thief.refused(key, &elsewhere, secret, "another client");
        thief.say(&all);
        thief.say(&FromClient::Bye);
    }
    owner.send_batches(&batches, key, 0..64);
    let thief = Peer::connect(&control);
    thief.refused(key, &elsewhere, None, "another client");
    thief.say(&all);
    thief.say(&FromClient::Bye);
    expect_results(&pull, key, 64);
    owner.say(&all);
    owner.say(&FromClient::Bye);
    assert!(owner.hear()["complete"].is_object());
    assert_eq!(server.interrupt().expect(0).report()["batches"], 64);
}

#[test]
fn a_session_is_taken_up_again_over_another_connection_with_its_secret() {
    let stage = Stage::with_512_commands(0.3);
    let (server, _) = serve(
        &stage,
        "table.txt ipc://batches - 2 --control ipc://c",
        None,
    );
    let control = ipc(&stage, "c");
    let key = key();
    let results = ipc(&stage, "r");
    let first = Peer::connect(&control);
    let pull = first.results(&results);
    let welcome = first.welcome(key, &results, None);
    first.send_batches(&ipc(&stage, "batches"), key, 0..4);

    let second = Peer::connect(&control);
    let again = second.welcome(key, &results, Some(text(&welcome, "secret")));
    assert_eq!(again, welcome, "the terms are the same");
    // The first connection has nothing to say about it any more.
    first.say(&FromClient::Bye);
    expect_results(&pull, key, 4);
    second.say(&FromClient::Ack((0..4).collect()));
    second.say(&FromClient::Bye);
    assert!(second.hear()["complete"].is_object());
    let report = server.interrupt().expect(0).report();
    assert_eq!(report["batches"], 4, "{report}");
}

#[test]
fn a_connection_has_one_session() {
    let stage = Stage::with_512_commands(0.0);
    let (server, _) = serve(
        &stage,
        "table.txt ipc://batches - 1 --control ipc://c",
        None,
    );
    let peer = Peer::connect(&ipc(&stage, "c"));
    let results = ipc(&stage, "r");
    let first = key();
    let welcome = peer.welcome(first, &results, None);
    peer.refused(key(), &results, None, "one connection has one session");
    // A hello that is repeated is answered as the first was.
    assert_eq!(peer.welcome(first, &results, None), welcome);
    peer.say(&FromClient::Bye);
    assert!(peer.hear()["complete"].is_object());
    peer.welcome(key(), &results, None);
    server.interrupt().expect(0);
}

#[test]
fn a_second_client_with_a_living_key_is_refused_in_words() {
    let stage = Stage::with_512_commands(0.0);
    let (server, _) = serve(
        &stage,
        "table.txt ipc://batches - 1 --control ipc://c",
        None,
    );
    let (key, control) = (key(), ipc(&stage, "c"));
    let (first, second) = (Peer::connect(&control), Peer::connect(&control));
    first.welcome(key, &ipc(&stage, "r"), None);
    second.refused(key, &ipc(&stage, "s"), None, "has this key");
    // It can be bound again when its owner has left.
    drop(first);
    let start = Instant::now();
    loop {
        let answer = second.hello(key, &ipc(&stage, "s"), None);
        if answer["welcome"].is_object() {
            break;
        }
        assert!(start.elapsed() < SOON, "{answer}");
    }
    server.interrupt().expect(0);
}

/// Carries connections to an address, and cuts them when it is told to.
struct Carrier {
    url: String,
    streams: Arc<Mutex<Vec<TcpStream>>>,
}

impl Carrier {
    fn to(url: &str) -> Carrier {
        let address = url.strip_prefix("tcp://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("tcp://{}", listener.local_addr().unwrap());
        let streams = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&streams);
        thread::spawn(move || {
            for near in listener.incoming() {
                let (near, far) = (near.unwrap(), TcpStream::connect(&address).unwrap());
                let ends = [near.try_clone().unwrap(), far.try_clone().unwrap()];
                all.lock().unwrap().extend(ends);
                carry(near.try_clone().unwrap(), far.try_clone().unwrap());
                carry(far, near);
            }
        });
        Carrier { url, streams }
    }

    /// Cuts all connections, and says whether there were any.
    fn cut(&self) -> bool {
        let streams = std::mem::take(&mut *self.streams.lock().unwrap());
        for stream in &streams {
            // It may be closed already.
            let _ = stream.shutdown(Shutdown::Both);
        }
        !streams.is_empty()
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
}

#[test]
fn a_client_whose_connection_is_cut_again_and_again_gets_its_total() {
    let stage = Stage::with_512_commands(0.005);
    let line = "table.txt ipc://batches - 4 --control tcp://127.0.0.1:* --token-file token";
    let (server, ready) = serve(&stage, line, None);
    let carrier = Carrier::to(text(&ready, "control"));
    let line = "client commands.txt 16 ipc://results --token-file token -t 4 --repeat 10 --control";
    let client = stage.start(&format!("{line} {}", carrier.url));
    let mut cuts = 0;
    while !client.has_ended() {
        cuts += u32::from(carrier.cut());
        // Long enough for some batches, whose work is cancelled with the connection.
        thread::sleep(Duration::from_millis(250));
    }
    assert_eq!(client.finish().expect(0).total(), 5120);
    assert!(cuts >= 3, "{cuts}");
    server.interrupt().expect(0);
}

// A client's total is its own.

#[test]
fn what_strangers_send_to_a_client_with_a_control_channel_is_no_answer() {
    let stage = Stage::with_512_commands(0.05);
    let (server, _) = serve(
        &stage,
        "table.txt ipc://batches - 4 --control ipc://c",
        None,
    );
    let client = stage.start("client commands.txt 16 ipc://results --control ipc://c -t 4");
    stage.wait_for_worker();
    let context = zmq::Context::new();
    let push = context.socket(zmq::PUSH).unwrap();
    push.set_linger(10_000).unwrap();
    push.connect(&ipc(&stage, "results")).unwrap();
    for _ in 0..32 {
        push.send("[2,1000000]", 0).unwrap();
    }
    push.send("[3]", 0).unwrap();
    drop(push);
    assert_eq!(client.finish().expect(0).total(), 512);
    server.interrupt().expect(0);
}

// A worker's place is its own.

#[test]
fn who_says_a_workers_number_is_sent_none_of_its_work() {
    let stage = Stage::with_512_commands(0.05);
    let line = "table.txt ipc://batches - 2 --spawn eager --control ipc://c";
    let (server, _) = serve(&stage, line, None);
    let context = zmq::Context::new();
    let thief = context.socket(zmq::DEALER).unwrap();
    thief.set_linger(0).unwrap();
    thief.set_rcvtimeo(30_000).unwrap();
    thief
        .connect(&format!(
            "ipc://{}",
            scratch_file(&stage, "workers.ipc").display()
        ))
        .unwrap();
    for worker in [1, 2, 3] {
        // In postcard: the kind, the version, the number, and a secret for those who expect one.
        let mut hello = vec![0, PROTOCOL_VERSION as u8, worker];
        thief.send(&hello, 0).unwrap();
        hello.push(32);
        hello.extend([b'0'; 32]);
        thief.send(&hello, 0).unwrap();
    }
    let told = thief.recv_bytes(0).expect("it is told");
    assert!(
        String::from_utf8_lossy(&told).contains("secret"),
        "{told:?}"
    );
    let client = stage.run("client commands.txt 16 --control ipc://c -t 8");
    assert_eq!(client.expect(0).total(), 512);
    let report = server.interrupt().expect(0).report();
    assert_eq!(report["workers_lost"], 0, "{report}");
    assert_eq!(report["retried"], 0, "{report}");
}

/// A file in the folder that a server made for itself.
fn scratch_file(stage: &Stage, name: &str) -> PathBuf {
    let folders = fs::read_dir(stage.path("tmp")).unwrap().flatten();
    let mut files = folders.map(|folder| folder.path().join(name));
    files.find(|file| file.exists()).unwrap()
}

// The server itself: over ipc.

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_control_channel_is_where_nobody_else_can_reach_it_unless_asked_otherwise() {
    let stage = Stage::with_512_commands(0.0);
    let (server, ready) = serve(&stage, "table.txt ipc://batches - 1", None);
    let control = path_of(text(&ready, "control"));
    assert_eq!(mode(control.parent().unwrap()), 0o700, "{control:?}");
    assert!(ready.get("token").is_none(), "{ready}");
    let line = format!(
        "client commands.txt 16 --control {}",
        text(&ready, "control")
    );
    assert_eq!(stage.run(&line).expect(0).total(), 512);
    server.interrupt().expect(0);
    stage.assert_nothing_left();
}

#[test]
fn every_ipc_socket_is_its_owners_alone() {
    let stage = Stage::with_512_commands(0.1);
    open_to_all(&stage);
    let (server, ready) = serve(
        &stage,
        "table.txt ipc://batches - 1 --control ipc://c",
        None,
    );
    let client = stage.start("client commands.txt 16 ipc://results --control ipc://c -t 16");
    stage.wait_for_worker();
    let default = path_of(text(&ready, "control")).to_owned();
    for socket in [
        stage.path("batches"),
        stage.path("c"),
        stage.path("results"),
        scratch_file(&stage, "workers.ipc"),
        stage.path("").join(default),
    ] {
        assert_eq!(mode(&socket), 0o600, "{socket:?}");
        if let Some(connected) = as_nobody(move || UnixStream::connect(&socket)) {
            assert_eq!(connected.unwrap_err().kind(), ErrorKind::PermissionDenied);
        }
    }
    assert_eq!(client.finish().expect(0).total(), 512);
    server.interrupt().expect(0);
}

#[test]
fn another_user_is_told_that_a_control_channel_over_ipc_is_not_for_him() {
    let stage = Stage::with_512_commands(0.0);
    open_to_all(&stage);
    let line = "table.txt ipc://batches - 1";
    let (server, ready) = serve(&stage, line, Some("touch ran"));
    for control in [text(&ready, "control"), "ipc://batches"] {
        let Some(client) = run_as_nobody(&stage, control, &["--stop-server"], None) else {
            return;
        };
        let client = client.expect(2);
        assert!(client.stderr.contains("another user"), "{}", client.stderr);
    }
    assert!(!stage.path("ran").exists());
    server.interrupt().expect(0);
}

// And over tcp.

const TCP: &str = "table.txt tcp://127.0.0.1:* - 1 --control tcp://127.0.0.1:*";

#[test]
fn over_tcp_nothing_is_done_for_who_does_not_show_the_token() {
    let stage = Stage::with_512_commands(0.0);
    let (server, ready) = serve(
        &stage,
        &format!("{TCP} --exit-when-idle"),
        Some("touch ran"),
    );
    let control = text(&ready, "control");
    let wrong = "0".repeat(text(&ready, "token").len());
    for token in [None, Some(&*wrong)] {
        let stranger = Peer::connect_as(control, None, token);
        stranger.send_hello(key(), "tcp://127.0.0.1:5555", None);
        stranger.say(&FromClient::StopWhenIdle);
        stranger.say(&FromClient::Bye);
        let answer = stranger.next(Duration::from_secs(1));
        assert_eq!(answer, None);
    }
    assert!(!stage.path("ran").exists());
    // It is still there, for those who have it.
    let good = Peer::connect_as(control, None, Some(text(&ready, "token")));
    good.welcome(key(), "tcp://127.0.0.1:5555", None);
    good.say(&FromClient::Bye);
    assert!(good.hear()["complete"].is_object());
    server.finish().expect(0);
}

#[test]
fn a_client_without_the_token_is_told_what_is_missing_and_where_it_is() {
    let stage = Stage::with_512_commands(0.0);
    let (server, ready) = serve(&stage, TCP, None);
    let line = format!(
        "client commands.txt 16 --control {}",
        text(&ready, "control")
    );
    let start = Instant::now();
    let without = stage.run(&line).expect(2);
    for words in ["--token-file", "ready line"] {
        assert!(without.stderr.contains(words), "{}", without.stderr);
    }
    stage.write("other", &"0".repeat(text(&ready, "token").len()));
    let wrong = stage.run(&format!("{line} --token-file other")).expect(2);
    for words in ["not the server's token", "each start"] {
        assert!(wrong.stderr.contains(words), "{}", wrong.stderr);
    }
    stage.write("none", "");
    let none = stage.run(&format!("{line} --token-file none")).expect(2);
    assert!(
        none.stderr.contains("'none' holds no token"),
        "{}",
        none.stderr
    );
    assert!(start.elapsed() < 3 * SOON);

    let file = text(&ready, "token_file");
    assert_eq!(mode(Path::new(file)), 0o600);
    let with = stage.run(&format!("{line} --token-file {file}"));
    assert_eq!(with.expect(0).total(), 512);
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
    command
        .args(line.split_whitespace())
        .env("MPMT_TOKEN", text(&ready, "token"));
    assert_eq!(
        stage.start_command(&mut command).finish().expect(0).total(),
        512
    );
    server.interrupt().expect(0);
    stage.assert_nothing_left();
}

#[test]
fn the_token_is_another_at_each_start_and_its_file_replaces_nothing_else() {
    let stage = Stage::with_512_commands(0.0);
    let line = format!("{TCP} --token-file token");
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let (server, ready) = serve(&stage, &line, None);
        assert_eq!(stage.read("token").trim_end(), text(&ready, "token"));
        assert_eq!(mode(&stage.path("token")), 0o600);
        tokens.push(text(&ready, "token").to_owned());
        server.interrupt().expect(0);
    }
    assert_ne!(tokens[0], tokens[1]);
    assert!(tokens[0].len() >= 32, "128 bits in hex");

    stage.write("token", "notes\n");
    let refused = stage.run(&format!("server {line}")).expect(2);
    assert!(refused.stderr.contains("'token'"), "{}", refused.stderr);
    assert_eq!(stage.read("token"), "notes\n");
}

#[test]
fn another_user_can_use_a_server_over_tcp_with_the_token_and_not_without() {
    let stage = Stage::with_512_commands(0.0);
    open_to_all(&stage);
    let (server, ready) = serve(&stage, TCP, Some("touch ran"));
    let (control, token) = (text(&ready, "control"), text(&ready, "token"));
    let wrong = "0".repeat(token.len());
    for token in [None, Some(&*wrong)] {
        let Some(client) = run_as_nobody(&stage, control, &["--stop-server"], token) else {
            return;
        };
        client.expect(2);
        assert!(!stage.path("ran").exists());
    }
    let client = run_as_nobody(&stage, control, &["--stop-server"], Some(token)).unwrap();
    client.expect(0);
    assert!(stage.path("ran").exists());
    server.finish().expect(0);
}

#[test]
fn who_lets_clients_without_a_control_channel_have_programs_run_over_tcp_is_warned() {
    let stage = Stage::with_512_commands(0.0);
    let results = common::free_tcp_url();
    for (line, warns) in [
        (format!("table.txt tcp://127.0.0.1:* {results} 1"), true),
        ("table.txt tcp://127.0.0.1:* - 1".to_owned(), false),
        (format!("table.txt ipc://batches {results} 1"), false),
    ] {
        let (server, _) = serve(&stage, &line, Some("true"));
        let said = server.interrupt().expect(0).stderr;
        assert_eq!(
            said.contains("every user of this machine"),
            warns,
            "{line}: {said}"
        );
    }
}

#[test]
fn more_batches_than_there_are_numbers_are_refused() {
    let stage = Stage::with_512_commands(0.0);
    stage.write("commands.txt", &stage.read("commands.txt").repeat(3));
    let line = "client commands.txt 1 --repeat 1000000000 --control ipc://nowhere";
    let refused = stage.run(line).expect(2);
    assert!(refused.stderr.contains("2^40"), "{}", refused.stderr);
}

// Being somebody else.

const NOBODY: u32 = 65534;

/// Lets other users into a stage's folder.
fn open_to_all(stage: &Stage) {
    let open = |name: &str, mode: u32| {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(stage.path(name), mode).unwrap();
    };
    open("", 0o755);
    open("tmp", 0o1777);
}

fn may_be_nobody() -> bool {
    let may = rustix::process::geteuid().is_root();
    if !may {
        eprintln!("not tested as another user: only root can become one");
    }
    may
}

/// Does something as another user, if this one may.
fn as_nobody<T: Send + 'static>(action: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let nobody = rustix::process::Uid::from_raw(NOBODY);
    let test = move || {
        // Of this thread alone, which ends then.
        set_thread_res_uid(nobody, nobody, nobody).unwrap();
        action()
    };
    may_be_nobody().then(|| thread::spawn(test).join().unwrap())
}

/// Runs a client as another user, if this one may.
fn run_as_nobody(
    stage: &Stage,
    control: &str,
    arguments: &[&str],
    token: Option<&str>,
) -> Option<Finished> {
    if !may_be_nobody() {
        return None;
    }
    // Where that user can reach it.
    let program = stage.path("mpmt");
    if !program.exists() {
        fs::copy(env!("CARGO_BIN_EXE_mpmt"), &program).unwrap();
    }
    let mut command = Command::new(program);
    command
        .args(["client", "commands.txt", "256", "--control", control])
        .args(arguments)
        .uid(NOBODY)
        .gid(NOBODY)
        .envs(token.map(|token| ("MPMT_TOKEN", token)));
    let start = Instant::now();
    let done = stage.start_command(&mut command).finish();
    assert!(done.code() == 0 || start.elapsed() < SOON, "{done:?}");
    Some(done)
}
