//! However a command ends, it leaves nothing behind.

use rustix::process::Signal;

use crate::common::{SOON, Stage};

/// Work that no test waits for.
const ENDLESS: &str = "run -p 4 -t 4 --wait 1h";

#[test]
fn ctrl_c_in_the_middle_of_a_run_ends_it_with_130_and_leaves_nothing() {
    let stage = Stage::new();
    let run = stage.start(ENDLESS);
    stage.wait_for_worker();
    run.interrupt().expect(130);
    stage.assert_nothing_left();
}

#[test]
fn ctrl_c_between_trials_keeps_the_rows_that_are_done() {
    let stage = Stage::with_512_commands(0.0);
    let mut run = stage.start("run -w noop -p 2 -r 100000 -o out");
    run.wait_for_message("3/100000");
    run.interrupt().expect(130);
    stage.assert_nothing_left();
    let rows = crate::common::rows(&stage.path("out/trials.csv"));
    assert!(rows.len() >= 3, "{rows:?}");
    assert!(rows.iter().all(|row| row["status"] == "ok"), "{rows:?}");
}

#[test]
fn sigterm_ends_a_run_as_ctrl_c_does() {
    let stage = Stage::new();
    let run = stage.start(ENDLESS);
    stage.wait_for_worker();
    run.signal(Signal::TERM);
    run.finish().expect(130);
    stage.assert_nothing_left();
}

#[test]
fn a_killed_harness_leaves_no_process_and_the_next_one_clears_its_folders() {
    let stage = Stage::new();
    let run = stage.start(ENDLESS);
    stage.wait_for_worker();
    run.signal(Signal::KILL);
    stage.assert_empty_within(SOON);
    run.finish().expect(-9);
    stage.run("run -w noop").expect(0);
    stage.assert_nothing_left();
}

#[test]
fn a_killed_server_leaves_no_worker() {
    let stage = Stage::with_512_commands(3600.0);
    let (server, _) = stage.serve("table.txt ipc://batches ipc://results 4 -t 4");
    let client = stage.start("client commands.txt 16 ipc://results ipc://batches");
    stage.wait_for_worker();
    server.signal(Signal::KILL);
    stage.assert_left_within(SOON, &[client.pid()]);
    server.finish().expect(-9);
    client.interrupt().expect(130);
    stage.assert_empty_within(SOON);
}

#[test]
fn a_killed_server_makes_its_trial_failed_not_endless() {
    let stage = Stage::new();
    let run = stage.start("run -p 2 -t 4 --wait 1h -o out");
    stage.wait_for_worker();
    let is_server =
        |pid: &rustix::process::Pid| crate::common::command_line(*pid).contains(" server ");
    let server = stage.processes().into_iter().find(is_server).unwrap();
    rustix::process::kill_process(server, Signal::KILL).unwrap();
    run.finish().expect(1);
    stage.assert_empty_within(SOON);
    let rows = crate::common::rows(&stage.path("out/trials.csv"));
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["status"], "failed");
    let error = &rows[0]["error"];
    assert!(error.starts_with("the server ended (signal: "), "{rows:?}");
    assert!(!error.contains("above"), "{rows:?}");
}

#[test]
fn a_trial_past_its_time_limit_is_a_row_with_its_reason() {
    let stage = Stage::new();
    let done = stage
        .run("run -p 2 -t 4 --wait 1h --timeout 200ms -o out")
        .expect(1);
    assert!(done.stderr.contains("timeout"), "{done:?}");
    stage.assert_nothing_left();
    let rows = crate::common::rows(&stage.path("out/trials.csv"));
    assert_eq!(rows[0]["status"], "timeout");
    assert!(rows[0]["error"].contains("200ms"), "{rows:?}");
}

#[test]
fn ctrl_c_ends_a_client_that_has_no_server() {
    let stage = Stage::with_512_commands(0.0);
    for line in [
        "client commands.txt 16 ipc://results ipc://batches",
        "client commands.txt 16 --control ipc://control",
    ] {
        let client = stage.start(line);
        // It binds its results socket when it has taken over the signals.
        let is_bound = || stage.path("results").exists() || stage.has_scratch_file("results.ipc");
        stage.wait_until("the client listens", is_bound);
        client.interrupt().expect(130);
        let _ = std::fs::remove_file(stage.path("results"));
        stage.assert_nothing_left();
    }
}

#[test]
fn a_server_finishes_what_runs_at_the_first_ctrl_c_and_drops_it_at_the_second() {
    let stage = Stage::with_512_commands(3600.0);
    let (server, _) = stage.serve("table.txt ipc://batches ipc://results 2 -t 4");
    let client = stage.start("client commands.txt 16 ipc://results ipc://batches");
    stage.wait_for_worker();
    server.signal_and_wait(Signal::INT);
    server.interrupt().expect(0);
    client.interrupt().expect(130);
    stage.assert_empty_within(SOON);
}
