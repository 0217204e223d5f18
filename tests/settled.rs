//! What is settled before anything is measured: where sockets lie, who is waited for, and how long.

#![allow(clippy::unwrap_used)]

mod common;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

use common::{Finished, Stage, rows};

/// Runs `mpmt` with another folder for temporary files than the stage's own. What it starts is found
/// by its parent, which ends it.
fn run_with_tmpdir(stage: &Stage, tmpdir: &OsStr, line: &str) -> Finished {
    let mut variable = OsString::from("TMPDIR=");
    variable.push(tmpdir);
    let mut command = Command::new("env");
    command.arg(variable).arg(env!("CARGO_BIN_EXE_mpmt"));
    command.args(line.split_whitespace());
    stage.start_command(&mut command).finish()
}

#[test]
fn a_folder_that_no_socket_fits_into_is_settled_once_by_another() {
    let stage = Stage::with_512_commands(0.0);
    let long = stage.path(&"l".repeat(120));
    let not_text = stage
        .path("x")
        .with_file_name(OsStr::from_bytes(b"\xff\xfe"));
    let divided = stage.path("a;b");
    for folder in [&long, &not_text, &divided] {
        fs::create_dir(folder).unwrap();
    }
    let missing = stage.path("missing");
    // Nobody can make a folder there, not even root.
    let read_only = "/proc".into();
    stage.write("file", "");
    let below_a_file = stage.path("file").join("tmp");
    for (number, tmpdir) in [long, not_text, divided, missing, read_only, below_a_file]
        .iter()
        .enumerate()
    {
        let out = format!("out-{number}");
        let finished = run_with_tmpdir(
            &stage,
            tmpdir.as_os_str(),
            &format!("run --commands commands.txt --table table.txt -p 1 -r 2 -o {out}"),
        )
        .expect(0);
        let told = finished.stderr.matches("TMPDIR").count();
        assert_eq!(told, 1, "{tmpdir:?}: {}", finished.stderr);
        let rows = rows(&stage.path(&out).join("trials.csv"));
        assert!(rows.iter().all(|row| row["status"] == "ok"), "{tmpdir:?}");
    }
}

#[test]
fn localhost_is_an_address_to_listen_at() {
    let stage = Stage::with_512_commands(0.0);
    // Of all loopback addresses this is the one that others have ports of.
    let url = || {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        format!("tcp://localhost:{port}")
    };
    let (batches, results) = (url(), url());
    let (server, _) = stage.serve(&format!("table.txt {batches} {results} 1"));
    let client = stage.run(&format!("client commands.txt 16 {results} {batches}"));
    assert_eq!(client.expect(0).total(), 512);
    server.interrupt().expect(0);
}

#[test]
fn a_client_that_has_no_server_says_what_it_waits_for_and_gives_up_when_asked() {
    let stage = Stage::with_512_commands(0.0);
    for (addresses, missing) in [
        ("--control ipc://nobody", "ipc://nobody"),
        ("ipc://results ipc://batches", "ipc://batches"),
    ] {
        let line = format!("client commands.txt 16 {addresses} --connect-timeout 3s");
        let finished = stage.run(&line).expect(1);
        let words = &finished.stderr;
        assert!(
            words.contains(&format!("waiting for a server at {missing}")),
            "{words}"
        );
        assert!(
            words.contains(&format!("no server at {missing} within 3s")),
            "{words}"
        );
    }
}

#[test]
fn a_client_that_waits_goes_on_when_the_server_comes() {
    let stage = Stage::with_512_commands(0.0);
    let mut client = stage.start("client commands.txt 16 --control ipc://control");
    client.wait_for_message("waiting for a server at ipc://control");
    let (server, _) = stage.serve("table.txt ipc://batches - 1 --control ipc://control");
    assert_eq!(client.finish().expect(0).total(), 512);
    server.interrupt().expect(0);
}

#[test]
fn a_client_that_is_granted_less_than_it_asked_for_says_so() {
    let stage = Stage::with_512_commands(0.0);
    let (server, ready) = stage.serve("table.txt ipc://batches - 1 --max-threads 2");
    let client = |job_request: &str| {
        let line = format!(
            "client commands.txt 16 --control {} {job_request}",
            ready.control
        );
        stage.run(&line).expect(0).stderr
    };
    let words = client("-p 4 -t 3");
    assert!(words.contains("1 of 4 processes"), "{words}");
    assert!(words.contains("2 of 3 threads"), "{words}");
    assert_eq!(client("-p 1 -t 2"), "");
    server.interrupt().expect(0);
}

#[test]
fn loading_a_task_counts_within_the_time_limit() {
    let stage = Stage::with_512_commands(0.0);
    // The limit is longer than one load, and shorter than that of the harness and a worker's.
    stage.write(
        "slow.py",
        "import time\ntime.sleep(1.5)\ndef work(command):\n    return 1\n",
    );
    let line = "run --commands commands.txt --table table.txt --runtime python --task slow.py:work \
                -p 1 -t 1 --timeout 2s -o out";
    stage.run(line).expect(1);
    let rows = rows(&stage.path("out").join("trials.csv"));
    assert_eq!(rows[0]["status"], "timeout", "{:?}", rows[0]);
    assert!(rows[0]["error"].contains("2s"), "{:?}", rows[0]);
}

#[test]
fn more_threads_than_the_system_has_are_refused_before_anything_starts() {
    let stage = Stage::with_512_commands(0.0);
    let limit = |name: &str| -> u64 {
        let text = fs::read_to_string(format!("/proc/sys/kernel/{name}")).unwrap();
        text.trim().parse().unwrap()
    };
    let threads = 1024;
    let processes = limit("threads-max").min(limit("pid_max")) / threads + 1;
    for verb in ["run", "sweep", "sweep --list"] {
        let line = format!(
            "{verb} --commands commands.txt --table table.txt -e crossbeam -p {processes} \
             -t {threads} -o out"
        );
        let words = stage.run(&line).expect(2).stderr;
        assert!(
            words.contains("processes and threads are needed"),
            "{words}"
        );
        assert!(!stage.path("out").exists(), "{words}");
    }
}
