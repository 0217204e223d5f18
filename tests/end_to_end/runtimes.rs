//! What commands run on: native threads, native threads under an interpreter lock, and real
//! interpreters, with what becomes of these.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

use crate::common::{SOON, Stage, command_line, parent, rows};

/// Makes a program of the stage's folder that is taken for an interpreter.
fn program(stage: &Stage, name: &str, script: &str) {
    stage.write(name, script);
    fs::set_permissions(stage.path(name), fs::Permissions::from_mode(0o755)).unwrap();
}

fn is_worker(pid: Pid) -> bool {
    command_line(pid).contains(" worker ")
}

/// Interpreters, whoever drives them.
fn all_interpreters(stage: &Stage) -> Vec<Pid> {
    let mut all = stage.processes();
    all.retain(|&pid| command_line(pid).contains(" -I -B -u -c "));
    all
}

/// The interpreters that workers drive. (The harness has one too, for a moment.)
fn interpreters(stage: &Stage) -> Vec<Pid> {
    let mut driven = all_interpreters(stage);
    driven.retain(|&pid| parent(pid).is_some_and(is_worker));
    driven
}

fn only_row(csv: &Path) -> HashMap<String, String> {
    let mut rows = rows(csv);
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

/// Sweeps over all that can be asked of a runtime, and gives the rows, all of which are right.
fn sweep_all(stage: &Stage, asked: &str, out: &str) -> Vec<HashMap<String, String>> {
    let line = format!(
        "sweep {asked} --loops 1000 --dispatch barrier,pipelined -p 2 --commands commands.txt \
         --table table.txt -o {out}"
    );
    stage.run(&line).expect(0);
    stage.assert_nothing_left();
    let rows = rows(&stage.path(&format!("{out}/trials.csv")));
    for row in &rows {
        assert_eq!((&*row["status"], &*row["responses_sum"]), ("ok", "512"));
    }
    rows
}

#[test]
fn under_the_lock_every_executor_dispatch_and_workload_gives_the_right_total() {
    let stage = Stage::with_512_commands(0.001);
    let work = "--runtime gil -w io,cpu,mixed,noop";
    let mut rows = sweep_all(&stage, &format!("{work} -e sequential"), "one");
    let threads = "-e spawn,crossbeam,rayon -t 4";
    rows.extend(sweep_all(&stage, &format!("{work} {threads}"), "four"));
    assert_eq!(rows.len(), 4 * 2 * 4);
    for row in &rows {
        assert!(row["lock_switches"].parse::<u64>().unwrap() >= 1, "{row:?}");
        assert_eq!(row["switch_interval_s"], "0.005");
        assert_eq!((&*row["interpreter"], &*row["gil_enabled"]), ("", ""));
    }
}

#[test]
fn in_python_every_executor_dispatch_and_workload_gives_the_right_total() {
    let stage = Stage::with_512_commands(0.001);
    let work = "--runtime python -w mixed,noop";
    let mut rows = sweep_all(&stage, &format!("{work} -e sequential"), "one");
    rows.extend(sweep_all(
        &stage,
        &format!("{work} -e spawn,crossbeam -t 4"),
        "four",
    ));
    assert_eq!(rows.len(), 2 * 2 * 3);
    for row in &rows {
        assert!(row["interpreter"].contains("Py"), "{row:?}");
        assert_eq!(
            (&*row["lock_switches"], &*row["switch_interval_s"]),
            ("", "0.0")
        );
    }
}

#[test]
fn the_interpreters_time_and_threads_are_the_trials() {
    let stage = Stage::with_512_commands(0.0);
    let line = "run -w cpu --loops 100000 -p 2 -t 3 -e crossbeam --runtime python --spawn eager \
                --commands commands.txt --table table.txt -o out";
    stage.run(line).expect(0);
    let row = only_row(&stage.path("out/trials.csv"));
    let figure = |name: &str| row[name].parse::<f64>().unwrap();
    // 51 million loops, and no interpreter does one in a nanosecond.
    assert!(figure("cpu_user_s") > 0.05, "{row:?}");
    // A reader, a runner and three that compute in each interpreter, beside native ones.
    assert!(figure("peak_threads") >= 10.0, "{row:?}");
    assert!(figure("ideal_s") > 0.0, "{row:?}");
    stage.assert_nothing_left();
}

#[test]
fn eager_interpreters_are_there_before_the_server_is_ready() {
    let stage = Stage::with_512_commands(0.0);
    let server = "table.txt ipc://batches ipc://results 2 --spawn eager --runtime python";
    let (server, _) = stage.serve(server);
    assert_eq!(interpreters(&stage).len(), 2);
    let client = stage.run("client commands.txt 16 ipc://results ipc://batches");
    assert_eq!(client.expect(0).total(), 512);
    server.interrupt().expect(0);
    stage.assert_nothing_left();
}

#[test]
fn what_can_not_be_had_is_refused_before_anything_is_run() {
    let stage = Stage::new();
    let said = |line: &str| format!("$ mpmt {line}\n{}", stage.run(line).expect(2).stderr);
    let all: Vec<String> = [
        "run --runtime python:no/such",
        "sweep -p 1,2 --runtime native,python:no/such",
        "reproduce --runtime python:no/such",
        "run --runtime ruby",
        "run --runtime python -e rayon -t 2",
        "sweep --runtime pyton",
        "sweep --runtime all -e rayon -t 2",
        "run --switch-interval 1ms",
        "run --runtime gil --switch-interval 1h",
    ]
    .into_iter()
    .map(said)
    .collect();
    insta::assert_snapshot!(all.join("\n"));
    stage.assert_nothing_left();
}

#[test]
fn an_interpreter_that_ends_or_says_something_else_makes_a_failed_row() {
    let stage = Stage::new();
    program(&stage, "dies", "#!/bin/sh\necho it hurts >&2; exit 3\n");
    program(
        &stage,
        "talks",
        "#!/bin/sh\necho Hello, I am no agent; exec sleep 1000\n",
    );
    for (name, reason) in [
        (
            "dies",
            "dies ended by itself (exit status: 3); its last words: it hurts;",
        ),
        (
            "talks",
            "talks said 'Hell' where its agent's answer should be",
        ),
    ] {
        let line = format!("run --runtime python:./{name} -o {name}-out");
        stage.run(&line).expect(1);
        let row = only_row(&stage.path(&format!("{name}-out/trials.csv")));
        assert_eq!(row["status"], "failed");
        assert!(row["error"].contains(reason), "{row:?}");
        stage.assert_nothing_left();
    }
}

/// An interpreter that is a good one so many times, and then does something else.
fn good_at_first(stage: &Stage, times: u32, then: &str) {
    let script = format!(
        "#!/bin/sh\necho call >> calls\nif [ $(wc -l < calls) -gt {times} ]; then {then}; fi\n\
         exec python3 \"$@\"\n"
    );
    program(stage, "moody", &script);
}

#[test]
fn workers_without_a_working_interpreter_are_not_started_for_ever() {
    // The harness itself needs two: one to predict, one for the loop time of the trial.
    for (then, reason) in [
        ("exit 3", "moody ended by itself (exit status: 3)"),
        ("echo Hello; exec sleep 1000", "moody said 'Hell'"),
    ] {
        for spawn in ["lazy", "eager"] {
            let stage = Stage::new();
            good_at_first(&stage, 2, then);
            let line = format!("run -p 2 --spawn {spawn} --runtime python:./moody -o out");
            stage.run(&line).expect(1);
            let row = only_row(&stage.path("out/trials.csv"));
            assert_eq!(row["status"], "failed");
            let error = &row["error"];
            assert!(error.contains("workers can't be started"), "{row:?}");
            assert!(error.contains(reason), "{row:?}");
            assert!(row["interpreter"].starts_with("CPython"), "{row:?}");
            assert!(stage.read("calls").lines().count() < 12);
            stage.assert_nothing_left();
        }
    }
}

#[test]
fn a_killed_interpreter_costs_no_answer() {
    let stage = Stage::new();
    let run = stage.start("run -p 2 -t 4 --wait 20ms --runtime python -o out");
    stage.wait_until("an interpreter is there", || {
        !interpreters(&stage).is_empty()
    });
    // It may have ended since, when it was one of a pyenv's.
    let _ = kill_process(interpreters(&stage)[0], Signal::KILL);
    run.finish().expect(0);
    let row = only_row(&stage.path("out/trials.csv"));
    assert_eq!((&*row["status"], &*row["responses_sum"]), ("ok", "512"));
    stage.assert_nothing_left();
}

#[test]
fn an_interpreter_that_dies_of_its_work_fails_the_trial_with_its_last_words() {
    let stage = Stage::with_512_commands(0.0);
    // It says hello, and ends when the first batch comes.
    let script = r#"#!/usr/bin/env python3
import os, struct, sys
hello = b'H{"implementation": "Weak", "version": "1", "gil_enabled": null}'
os.write(1, struct.pack("<I", len(hello)) + hello)
heard = b""
while b"B" + bytes(8) not in heard:
    heard += os.read(0, 65536) or sys.exit(0)
sys.exit("no more")
"#;
    program(&stage, "weak", script);
    let line = "run -p 1 -b 512 -w noop --runtime python:./weak --commands commands.txt \
                --table table.txt -o out";
    stage.run(line).expect(1);
    let row = only_row(&stage.path("out/trials.csv"));
    let error = &row["error"];
    assert!(error.contains("it has killed 5 workers"), "{row:?}");
    assert!(
        error.contains("weak ended by itself (exit status: 1); its last words: no more"),
        "{row:?}"
    );
    stage.assert_nothing_left();
}

#[test]
fn a_killed_worker_leaves_no_interpreter() {
    let stage = Stage::new();
    let run = stage.start("run -p 1 -t 4 --wait 1h --runtime python");
    stage.wait_until("an interpreter is there", || {
        !interpreters(&stage).is_empty()
    });
    let interpreter = interpreters(&stage)[0];
    kill_process(parent(interpreter).unwrap(), Signal::KILL).unwrap();
    stage.wait_until("it has ended", || {
        !all_interpreters(&stage).contains(&interpreter)
    });
    run.interrupt().expect(130);
    stage.assert_nothing_left();
}

#[test]
fn a_killed_harness_leaves_no_interpreter() {
    let stage = Stage::new();
    let run = stage.start("run -p 2 -t 4 --wait 1h --runtime python");
    stage.wait_until("an interpreter is there", || {
        !interpreters(&stage).is_empty()
    });
    run.signal(Signal::KILL);
    stage.assert_empty_within(SOON);
    run.finish().expect(-9);
}

#[test]
fn a_client_can_ask_for_the_lock_and_not_for_another_program() {
    let stage = Stage::with_512_commands(0.0);
    let (server, ready) = stage.serve("table.txt ipc://batches - 2");
    let line = format!("client commands.txt 16 --control {}", ready.control);
    let gil = format!("{line} -w cpu --loops 1000 -t 4 --runtime gil --switch-interval 100us");
    assert_eq!(stage.run(&gil).expect(0).total(), 512);
    let done = stage
        .run(&format!("{line} --runtime python:/bin/sh"))
        .expect(1);
    assert!(
        done.stderr
            .contains("this server has no python:/bin/sh runtime"),
        "{done:?}"
    );
    server.interrupt().expect(0);
}
