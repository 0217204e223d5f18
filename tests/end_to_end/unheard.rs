//! Nobody reads what the program says, or there is no room for it: it measures on.

use std::io::Read as _;
use std::process::Command;

use rustix::process::Signal;

use crate::common::{Stage, rows};

/// 18 trials.
const SWEEP: &str = "sweep -w noop -p 1,2,4 -t 1,2 -r 3 -o out";

/// Runs a line of a shell in which `$M` is the program; the exit code of that is in `code`.
fn shell(stage: &Stage, line: &str) {
    let mut sh = Command::new("sh");
    sh.args(["-c", line]).env("M", env!("CARGO_BIN_EXE_mpmt"));
    stage.start_command(&mut sh).finish().expect(0);
}

fn assert_whole(stage: &Stage, case: &str, code: &str) {
    assert_eq!(stage.read("code").trim(), code, "{case}");
    assert_eq!(rows(&stage.path("out/trials.csv")).len(), 18, "{case}");
    assert!(stage.path("out/report.html").exists(), "{case}");
    stage.assert_nothing_left();
}

#[test]
fn a_sweep_is_whole_wherever_its_messages_and_results_go() {
    for (case, code) in [
        ("($M SWEEP 2>&1 >/dev/null; echo $? >code) | head -n 1", "0"),
        ("$M SWEEP 2>/dev/full; echo $? >code", "0"),
        ("$M SWEEP 2>&-; echo $? >code", "0"),
        ("MPMT_LOG=trace $M SWEEP 2>/dev/full; echo $? >code", "0"),
        ("($M SWEEP; echo $? >code) | true", "0"),
        ("$M SWEEP >&-; echo $? >code", "0"),
        // What was asked for on standard output is lost, which is told.
        ("$M SWEEP >/dev/full; echo $? >code", "1"),
    ] {
        let stage = Stage::new();
        shell(&stage, &case.replace("SWEEP", SWEEP));
        assert_whole(&stage, case, code);
    }
}

#[test]
fn a_sweep_is_whole_when_its_terminal_goes() {
    let stage = Stage::new();
    let (sweep, mut terminal) = stage.start_with_messages_on_terminal(SWEEP, "xterm");
    terminal.read_exact(&mut [0; 8]).unwrap();
    drop(terminal);
    sweep.finish().expect(0);
    stage.write("code", "0");
    assert_whole(&stage, "a closed terminal", "0");
}

#[test]
fn a_terminal_that_can_do_nothing_gets_lines() {
    let stage = Stage::new();
    let (sweep, mut terminal) = stage.start_with_messages_on_terminal(SWEEP, "dumb");
    let mut said = Vec::new();
    // A terminal ends with an error.
    let _ = terminal.read_to_end(&mut said);
    sweep.finish().expect(0);
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("\n18/18 "), "{said}");
    assert!(!said.contains('\x1b'), "{said}");
}

#[test]
fn paths_that_nobody_reads_are_no_failure() {
    let stage = Stage::new();
    stage.run(SWEEP).expect(0);
    for line in ["plot out/trials.csv", "report out/trials.csv"] {
        // The reader has gone before the first line.
        let pipe = "mkfifo p; (exec 3<p; exec 3<&-; echo >gone) & exec 4>p; wait; rm p gone; ";
        shell(&stage, &format!("{pipe} $M {line} >&4; echo $? >code"));
        assert_eq!(stage.read("code").trim(), "0", "{line}");
    }
}

/// Whoever runs the tests may have the signal ignored, which is inherited.
fn start_with(stage: &Stage, disposition: &str, line: &str) -> crate::common::Process {
    let mut env = Command::new("env");
    env.arg(disposition).arg(env!("CARGO_BIN_EXE_mpmt"));
    stage.start_command(env.args(line.split_whitespace()))
}

#[test]
fn sighup_ends_a_run_as_sigterm_does() {
    let stage = Stage::new();
    let line = "run -p 4 -t 4 --wait 1h";
    let run = start_with(&stage, "--default-signal=HUP", line);
    stage.wait_for_worker();
    run.signal(Signal::HUP);
    run.finish().expect(130);
    stage.assert_nothing_left();
}

#[test]
fn sighup_stays_ignored_for_who_started_it_so() {
    let stage = Stage::new();
    let line = "run -p 4 -t 4 --wait 1h --timeout 3s";
    let run = start_with(&stage, "--ignore-signal=HUP", line);
    stage.wait_for_worker();
    run.signal_and_wait(Signal::HUP);
    let said = run.finish().expect(1).stderr;
    assert!(said.contains("timeout"), "{said}");
    stage.assert_nothing_left();
}
