//! The program that is measured stays the one that was started, whatever becomes of its file.

use std::fs;
use std::process::Command;

use crate::common::{Process, Stage, command_line, rows};

/// A copy of `mpmt` in a stage's folder.
fn copy_into(stage: &Stage) {
    // By another process: as long as this one had the file open for writing, a child that another
    // test starts would have it as well, and nobody could start it.
    let copied = Command::new("cp")
        .arg(env!("CARGO_BIN_EXE_mpmt"))
        .arg(stage.path("mpmt"))
        .status();
    assert!(copied.unwrap().success());
}

fn start_copy(stage: &Stage, line: &str) -> Process {
    let mut command = Command::new(stage.path("mpmt"));
    stage.start_command(command.args(line.split_whitespace()))
}

/// Puts a program that does something else in the place of the copy.
fn replace(stage: &Stage) {
    fs::copy("/bin/false", stage.path("other")).unwrap();
    fs::rename(stage.path("other"), stage.path("mpmt")).unwrap();
}

fn delete(stage: &Stage) {
    fs::remove_file(stage.path("mpmt")).unwrap();
}

#[test]
fn a_sweep_goes_on_as_it_began_when_its_program_is_replaced_or_deleted() {
    for change in [replace, delete] {
        let stage = Stage::new();
        copy_into(&stage);
        let sweep = start_copy(&stage, "sweep -w noop -p 1,2 -t 2 --runs 10 -o out");
        let trials = stage.path("out/trials.csv");
        let done = || fs::read_to_string(&trials).map_or(0, |text| text.lines().count());
        stage.wait_until("a row is written", || done() > 1);
        change(&stage);
        assert!(rows(&trials).len() < 10, "changed too late");
        sweep.finish().expect(0);
        let rows = rows(&trials);
        assert_eq!(rows.len(), 20);
        assert!(rows.iter().all(|row| row["status"] == "ok"), "{rows:?}");
        stage.assert_nothing_left();
    }
}

#[test]
fn a_server_starts_workers_when_its_program_is_replaced_or_deleted() {
    for change in [replace, delete] {
        let stage = Stage::with_512_commands(0.0);
        copy_into(&stage);
        let line = "server table.txt ipc://batches - 2 --control ipc://control";
        let mut server = start_copy(&stage, line);
        server.line();
        change(&stage);
        let client = stage.run("client commands.txt 16 --control ipc://control");
        assert_eq!(client.expect(0).total(), 512);
        server.interrupt().expect(0);
        stage.assert_nothing_left();
    }
}

#[test]
fn servers_and_workers_bear_the_name_of_the_program() {
    let stage = Stage::new();
    let run = stage.start("run -p 2 -t 4 --wait 1h");
    stage.wait_for_worker();
    let of = |kind: &str| {
        let mut processes = stage.processes().into_iter();
        processes.find(|pid| command_line(*pid).contains(kind))
    };
    for pid in [of(" server "), of(" worker ")].map(Option::unwrap) {
        let line = command_line(pid);
        let program = line.split(' ').next().unwrap();
        assert_eq!(program, env!("CARGO_BIN_EXE_mpmt"), "{line}");
        let name = || fs::read_to_string(format!("/proc/{}/comm", pid.as_raw_nonzero()));
        stage.wait_until("it bears the name", || name().unwrap() == "mpmt\n");
    }
    run.interrupt().expect(130);
    stage.assert_nothing_left();
}
