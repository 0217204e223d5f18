//! The error of what failed ends with its deepest cause: how the worker ended, and the last that it
//! said on its standard error; and that of nobody else.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

use crate::common::{Process, Stage, command_line, rows};

/// How many workers a batch may kill before it is given up.
const MOST: usize = 5;

/// A worker that is in the middle of a command that waits.
fn busy_worker(stage: &Stage) -> Pid {
    let find = || {
        let mut all = stage.processes().into_iter();
        all.find(|&pid| command_line(pid).contains(" worker ") && waits(pid))
    };
    stage.wait_for("a worker runs a command", find)
}

fn waits(worker: Pid) -> bool {
    let tasks = fs::read_dir(format!("/proc/{}/task", worker.as_raw_nonzero()));
    tasks.into_iter().flatten().flatten().any(|task| {
        let at = |name: &str| fs::read_to_string(task.path().join(name)).unwrap_or_default();
        // 230 is clock_nanosleep.
        at("comm").trim() == "runner" && at("syscall").starts_with("230 ")
    })
}

/// Sends a worker a signal that ends it, soon or late, and waits until it is gone.
fn end(stage: &Stage, worker: Pid, signal: Signal) {
    kill_process(worker, signal).unwrap();
    stage.wait_until("it is gone", || !stage.processes().contains(&worker));
}

/// Says something on a worker's standard error, as what runs in it would.
fn say_as(worker: Pid, text: &str) {
    let stderr = format!("/proc/{}/fd/2", worker.as_raw_nonzero());
    let mut stderr = OpenOptions::new().append(true).open(stderr).unwrap();
    stderr.write_all(text.as_bytes()).unwrap();
}

/// The only row.
fn row(stage: &Stage) -> HashMap<String, String> {
    let mut rows = rows(&stage.path("out/trials.csv"));
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

/// The error of the only row, which has failed.
fn error(stage: &Stage) -> String {
    let row = row(stage);
    assert_eq!(row["status"], "failed");
    row["error"].clone()
}

/// A trial of one batch, whose command waits for ever.
const ENDLESS: &str = "run -p 1 -b 512 -e sequential --wait 1h -o out";

#[test]
fn a_trial_whose_workers_are_killed_tells_the_signal_of_the_last() {
    let stage = Stage::new();
    let run = stage.start(ENDLESS);
    for _ in 0..MOST {
        end(&stage, busy_worker(&stage), Signal::KILL);
    }
    run.finish().expect(1);
    let error = error(&stage);
    assert!(
        error.contains("it has killed 5 workers; worker "),
        "{error}"
    );
    assert!(
        error.ends_with(" ended with signal: 9 (SIGKILL)"),
        "{error}"
    );
    stage.assert_nothing_left();
}

#[test]
fn a_trial_whose_workers_abort_tells_their_last_words_and_passes_them_on() {
    const WORDS: &str = "Too many open files (src/signaler.cpp:360)";
    let stage = Stage::new();
    let run = stage.start(ENDLESS);
    for nth in 0..MOST {
        let worker = busy_worker(&stage);
        say_as(worker, &format!("line of {nth}\n{WORDS}"));
        end(&stage, worker, Signal::ABORT);
    }
    let done = run.finish().expect(1);
    let error = error(&stage);
    assert!(error.contains(" ended with signal: 6 (SIGABRT)"), "{error}");
    let end = format!("; its last words: line of {} | {WORDS}", MOST - 1);
    assert!(error.ends_with(&end), "{error}");
    for nth in 0..MOST {
        let whole = format!("line of {nth}\n{WORDS}\n");
        assert!(done.stderr.contains(&whole), "{done:#?}");
    }
    stage.assert_nothing_left();
}

#[test]
fn a_trial_that_takes_too_long_tells_how_the_worker_ended_that_it_lost() {
    let stage = Stage::new();
    let run = stage.start(&format!("{ENDLESS} --timeout 10s"));
    let worker = busy_worker(&stage);
    say_as(worker, "out of memory\n");
    end(&stage, worker, Signal::KILL);
    run.finish().expect(1);
    let row = row(&stage);
    assert_eq!(row["status"], "timeout");
    let error = &row["error"];
    let start = "not done within its time limit of 10s; workers lost: 1, the last: worker ";
    assert!(error.starts_with(start), "{error}");
    let end = " ended with signal: 9 (SIGKILL); its last words: out of memory";
    assert!(error.ends_with(end), "{error}");
    stage.assert_nothing_left();
}

#[test]
fn what_a_worker_says_is_passed_on_while_it_runs() {
    let stage = Stage::new();
    let mut run = stage.start(ENDLESS);
    say_as(busy_worker(&stage), "heard at once\n");
    run.wait_for_message("heard at once");
    run.interrupt().expect(130);
    stage.assert_nothing_left();
}

#[test]
fn a_server_whose_workers_can_not_be_loaded_tells_what_the_loader_said() {
    let stage = Stage::with_512_commands(0.0);
    fs::create_dir(stage.path("lib")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
    command
        .args("server table.txt ipc://batches - 2 --control ipc://control".split(' '))
        .env("LD_LIBRARY_PATH", stage.path("lib"));
    let mut server = stage.start_command(&mut command);
    assert!(server.line().starts_with("ready"));
    // The loader finds this one first, and can't make anything of it.
    stage.write("lib/libc.so.6", "");
    let client = stage.run("client commands.txt 16 --control ipc://control");
    let said = client.expect(1).stderr;
    assert!(said.contains("workers can't be started: worker "), "{said}");
    assert!(
        said.contains(" ended with exit status: 127; its last words: "),
        "{said}"
    );
    assert!(said.contains("libc.so.6: file too short"), "{said}");
    server.finish().expect(1);
    stage.assert_nothing_left();
}

#[test]
fn workers_that_are_killed_because_they_hang_are_told_of_with_the_reason() {
    let stage = Stage::with_512_commands(0.05);
    let limits = "--batch-timeout 300ms";
    let (server, _) = stage.serve(&format!(
        "table.txt ipc://batches - 1 --control ipc://control {limits}"
    ));
    let client = "client commands.txt 512 --control ipc://control -t 1 -e sequential";
    let client = stage.start(client);
    for _ in 0..MOST {
        end(&stage, busy_worker(&stage), Signal::STOP);
    }
    let said = client.finish().expect(1).stderr;
    assert!(said.contains("it has killed 5 workers; worker "), "{said}");
    assert!(
        said.contains(" was killed: it has finished nothing for "),
        "{said}"
    );
    server.interrupt().expect(0);
    stage.assert_nothing_left();
}

/// A server of so many workers, whose program waits until a file is there, and then does as told.
fn serve_program(stage: &Stage, workers: usize, then: &str) -> Process {
    let script = format!("#!/bin/sh\nuntil test -e go; do sleep 0.01; done\n{then}\n");
    stage.write("a-program", &script);
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(stage.path("a-program"), mode).unwrap();
    let mut server = stage.start(&format!(
        "server table.txt ipc://batches - {workers} --control ipc://control \
         --max-batch-wait 1000h --exec ./a-program"
    ));
    assert!(server.line().starts_with("ready"));
    server
}

/// A client of one batch on one thread.
fn client(stage: &Stage, commands: &str, asked: &str) -> Process {
    let shape = "512 --control ipc://control -p 1 -t 1 -e sequential";
    stage.start(&format!("client {commands} {shape} {asked}"))
}

#[test]
fn no_client_is_told_of_what_befell_another() {
    let stage = Stage::with_512_commands(3600.0);
    let server = serve_program(&stage, 3, "echo two >&2; exit 3");
    let program = client(&stage, "commands.txt", "-w exec");
    let killed = client(&stage, "commands.txt", "-w io");
    for nth in 0..MOST {
        let worker = busy_worker(&stage);
        if nth == MOST - 1 {
            // One has failed, and the other is about to.
            stage.write("go", "");
            stage.wait_until("the program has failed", || program.has_ended());
        }
        end(&stage, worker, Signal::KILL);
    }
    let (program, killed) = (program.finish().expect(1), killed.finish().expect(1));
    let of_program = "ended with exit status: 3; its last words: two";
    let of_killed = "ended with signal: 9 (SIGKILL)";
    assert!(program.stderr.contains(of_program), "{program:#?}");
    assert!(!program.stderr.contains("killed"), "{program:#?}");
    assert!(!program.stderr.contains("signal"), "{program:#?}");
    let start = "it has killed 5 workers; worker ";
    assert!(killed.stderr.contains(start), "{killed:#?}");
    assert!(killed.stderr.contains(of_killed), "{killed:#?}");
    assert!(!killed.stderr.contains("its last words"), "{killed:#?}");
    assert!(!killed.stderr.contains("exit status"), "{killed:#?}");
    // And a third hears of neither.
    let third = client(&stage, "commands.txt", "-w noop");
    assert_eq!(third.finish().expect(0).total(), 512);
    server.interrupt().expect(0);
    stage.assert_nothing_left();
}

#[test]
fn what_a_worker_said_in_another_session_is_not_told_as_its_last_words() {
    let stage = Stage::with_512_commands(3600.0);
    // Of the second, which nobody knows, the server tells when it has taken the batch.
    stage.write("one.txt", "10.0.0.1:foo\n1.1.1.1:foo\n");
    let mut server = serve_program(&stage, 1, "exit 0");
    let killed = client(&stage, "commands.txt", "-w io");
    for _ in 1..MOST - 1 {
        end(&stage, busy_worker(&stage), Signal::KILL);
    }
    let worker = busy_worker(&stage);
    let other = client(&stage, "one.txt", "-w exec --allow-unknown");
    server.wait_for_message("a command is not in the table");
    let is_program = |pid: Pid| command_line(pid).starts_with("/bin/sh ./a-program");
    let runs_program = || stage.processes().into_iter().any(is_program);
    // The next worker is not for the one that costs workers.
    end(&stage, worker, Signal::KILL);
    stage.wait_until("the program runs", runs_program);
    let is_worker = |pid: &Pid| command_line(*pid).contains(" worker ");
    let last = stage.processes().into_iter().find(is_worker).unwrap();
    say_as(last, "the other's words\n");
    stage.write("go", "");
    assert_eq!(other.finish().expect(0).total(), 1);
    assert_eq!(busy_worker(&stage), last, "it is the same worker");
    end(&stage, last, Signal::KILL);
    let said = killed.finish().expect(1).stderr;
    assert!(said.contains(" ended with signal: 9 (SIGKILL)"), "{said}");
    assert!(!said.contains("words"), "{said}");
    let said = server.interrupt().expect(0).stderr;
    assert!(said.contains("the other's words"), "{said}");
    stage.assert_nothing_left();
}
