//! Both directions between `mpmt` and an independent peer of its wire, in Python with pyzmq.
//!
//! The interpreter is that of the variable MPMT_PYTHON, else that of .venv, else `python3`.
//! Without pyzmq there is nothing to test; where the variable CI is set that is an error.

#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_macros, reason = "figures for whoever runs it")]

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{Process, Stage, free_tcp_url};

const PEER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/peer.py");
const WITHOUT_IDS: &str = "--omit-ids";

fn python() -> PathBuf {
    let of_repository = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python");
    match std::env::var_os("MPMT_PYTHON") {
        Some(python) => python.into(),
        None if of_repository.exists() => of_repository,
        None => "python3".into(),
    }
}

/// Whether the peer can run here. Says why not.
fn has_peer() -> bool {
    let mut import = Command::new(python());
    import.args(["-c", "import zmq"]).stdin(Stdio::null());
    let why_not = match import.output() {
        Ok(output) if output.status.success() => return true,
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    let message = format!(
        "{} has no pyzmq: {}",
        python().display(),
        why_not.trim_end()
    );
    assert!(std::env::var_os("CI").is_none(), "{message}");
    eprintln!("not tested: {message}");
    false
}

fn peer(stage: &Stage, line: &str) -> Process {
    let mut command = Command::new(python());
    command.arg(PEER).args(line.split_whitespace());
    stage.start_command(&mut command)
}

/// The Python client against `mpmt server`.
fn python_client_gets_its_512(batches: &str, results: &str) {
    if !has_peer() {
        return;
    }
    let stage = Stage::with_512_commands(0.01);
    let (server, ready) = stage.serve(&format!("table.txt {batches} {results} 4 -t 16"));
    for _ in 0..2 {
        let client = peer(
            &stage,
            &format!("client commands.txt 16 {results} {}", ready.batches),
        );
        assert_eq!(client.finish().expect(0).total(), 512);
    }
    let report = server.interrupt().expect(0).report();
    assert_eq!(report["batches"], 64, "{report}");
    assert_eq!(report["bad_frames"], 0, "{report}");
    stage.assert_nothing_left();
}

/// `mpmt client` against the Python server.
fn mpmt_client_gets_its_512(batches: &str, results: &str, option: &str) {
    if !has_peer() {
        return;
    }
    let stage = Stage::with_512_commands(0.01);
    let line = format!("server table.txt {batches} {results} 4 --stdin-lifeline {option}");
    let mut server = peer(&stage, &line);
    for _ in 0..2 {
        let client = stage
            .run(&format!("client commands.txt 16 {results} {batches}"))
            .expect(0);
        assert_eq!(client.total(), 512);
        assert_eq!(client.stderr, "");
    }
    server.close_stdin();
    server.finish().expect(0);
    stage.assert_nothing_left();
}

#[test]
fn a_python_client_gets_its_512_over_ipc() {
    python_client_gets_its_512("ipc://batches", "ipc://results");
}

#[test]
fn a_python_client_gets_its_512_over_tcp() {
    python_client_gets_its_512("tcp://127.0.0.1:*", &free_tcp_url());
}

#[test]
fn a_python_server_serves_this_client_over_ipc() {
    mpmt_client_gets_its_512("ipc://batches", "ipc://results", "");
}

#[test]
fn a_python_server_serves_this_client_over_tcp() {
    mpmt_client_gets_its_512(&free_tcp_url(), &free_tcp_url(), "");
}

#[test]
fn a_python_server_that_sends_no_ids_serves_this_client() {
    mpmt_client_gets_its_512("ipc://batches", "ipc://results", WITHOUT_IDS);
}

#[test]
fn a_python_client_that_is_started_before_the_server_gets_its_512() {
    if !has_peer() {
        return;
    }
    let stage = Stage::with_512_commands(0.01);
    let client = peer(&stage, "client commands.txt 16 ipc://results ipc://batches");
    let (server, _) = stage.serve("table.txt ipc://batches ipc://results 4 -t 16");
    assert_eq!(client.finish().expect(0).total(), 512);
    server.interrupt().expect(0);
    stage.assert_nothing_left();
}
