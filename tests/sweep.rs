//! Sweeps from end to end with the real program: broken off and taken up again, listed, locked.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mpmt::record::{Status, Trial, read_trials};
use rustix::process::{Pid, Signal, kill_process};

const DEADLINE: Duration = Duration::from_secs(240);

const EXPERIMENT: &str = "\
question = \"Is it taken up again?\"
analysis = \"Small and short.\"
runs = 3
warmup = 1
expected_sum = 8
[input]
count = 8
wait = \"10ms\"
[axes]
processes = [1, 2]
threads = [1, 2]
batch = 2
";

/// A folder with an experiment and room for results.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(experiment: &str) -> Place {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("small.toml"), experiment).unwrap();
        Place { folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
        command.arg("sweep").args(arguments);
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    fn sweep(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn start(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        Running(command.spawn().unwrap())
    }

    fn trials(&self, folder: &str) -> Vec<Trial> {
        read_trials(&self.file(folder).join("trials.csv")).unwrap()
    }

    /// Waits until so many rows are written.
    fn wait_for_rows(&self, folder: &str, rows: usize) {
        let path = self.file(folder).join("trials.csv");
        let lines = || {
            fs::read_to_string(&path)
                .unwrap_or_default()
                .lines()
                .count()
        };
        let start = Instant::now();
        while lines() < rows + 1 {
            assert!(start.elapsed() < DEADLINE, "no {rows} rows in time");
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// A sweep that does not outlive its test.
struct Running(Child);

impl Running {
    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }

    fn end(mut self) -> (Option<i32>, String) {
        let stderr = std::io::read_to_string(self.0.stderr.take().unwrap()).unwrap();
        (self.0.wait().unwrap().code(), stderr)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn keys(trials: &[Trial]) -> BTreeSet<String> {
    trials.iter().map(|trial| trial.key.clone()).collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn tear(path: &Path) {
    let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(b"small,io-mp-1x1,\"io").unwrap();
}

#[test]
fn a_sweep_that_was_killed_goes_on_to_the_rows_of_an_unbroken_one() {
    let place = Place::new(EXPERIMENT);
    let whole = place.sweep(&["small.toml", "--seed", "5", "-o", "whole"]);
    assert!(whole.status.success(), "{}", text(&whole.stderr));

    let broken = place.start(&["small.toml", "--seed", "5", "-o", "broken"]);
    place.wait_for_rows("broken", 3);
    broken.signal(Signal::KILL);
    broken.end();
    let before = place.trials("broken");
    assert!(before.len() < 16, "killed too late");
    tear(&place.file("broken").join("trials.csv"));
    let resumed = place.sweep(&["--resume", "broken"]);
    assert!(resumed.status.success(), "{}", text(&resumed.stderr));

    let (whole, broken) = (place.trials("whole"), place.trials("broken"));
    assert_eq!(
        broken[..before.len()],
        before,
        "what was there stays as it was"
    );
    assert_eq!((whole.len(), broken.len()), (16, 16), "nothing twice");
    assert_eq!(keys(&whole), keys(&broken));
    let order = |trials: &[Trial]| -> Vec<(u32, u32, String)> {
        let of = |t: &Trial| (t.order, t.block, t.key.clone());
        trials.iter().map(of).collect()
    };
    assert_eq!(order(&whole), order(&broken));
    assert!(broken.iter().all(|trial| trial.status == Status::Ok));

    let again = place.sweep(&["--resume", "broken"]);
    assert!(again.status.success());
    assert_eq!(
        place.trials("broken"),
        broken,
        "there is nothing left to run"
    );
}

#[test]
fn a_sweep_that_was_killed_before_its_first_row_begins_again() {
    let place = Place::new(EXPERIMENT);
    let broken = place.start(&["small.toml", "-r", "1", "--warmup", "0", "-o", "broken"]);
    let start = Instant::now();
    while !place.file("broken/sweep.json").exists() {
        assert!(start.elapsed() < DEADLINE);
    }
    broken.signal(Signal::KILL);
    broken.end();
    let resumed = place.sweep(&["--resume", "broken"]);
    assert!(resumed.status.success(), "{}", text(&resumed.stderr));
    assert_eq!(keys(&place.trials("broken")).len(), 4);
    assert!(place.file("broken/environment.json").exists());
}

#[test]
fn an_interrupted_sweep_ends_with_130_and_says_how_to_go_on() {
    let place = Place::new(EXPERIMENT);
    let sweep = place.start(&["small.toml", "-o", "out"]);
    place.wait_for_rows("out", 1);
    sweep.signal(Signal::INT);
    let (code, stderr) = sweep.end();
    assert_eq!(code, Some(130), "{stderr}");
    assert!(stderr.contains("mpmt sweep --resume out"), "{stderr}");
}

#[test]
fn two_sweeps_can_not_write_one_folder() {
    let place = Place::new(EXPERIMENT);
    let first = place.start(&["small.toml", "--wait", "100ms", "-o", "out"]);
    place.wait_for_rows("out", 1);
    for second in [&["--resume", "out"][..], &["smoke", "-o", "out"]] {
        let refused = place.sweep(second);
        assert_eq!(refused.status.code(), Some(2));
        let stderr = text(&refused.stderr);
        assert!(
            stderr.contains("another mpmt is writing into out"),
            "{stderr}"
        );
    }
    first.signal(Signal::KILL);
    first.end();
    let refused = place.sweep(&["smoke", "-o", "out"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("mpmt sweep --resume out"));
}

#[test]
fn a_list_runs_nothing() {
    let place = Place::new(EXPERIMENT);
    let list = place.sweep(&[
        "small.toml",
        "--list",
        "--seed",
        "5",
        "--format",
        "csv",
        "-o",
        "out",
    ]);
    assert!(list.status.success(), "{}", text(&list.stderr));
    let stdout = text(&list.stdout);
    assert_eq!(stdout.lines().count(), 17);
    assert!(stdout.starts_with("experiment,configuration"), "{stdout}");
    assert!(text(&list.stderr).contains("16 trials, about"));
    assert!(!place.file("out").exists());
}

#[test]
fn warmups_are_rows_and_no_measurements() {
    let place = Place::new(EXPERIMENT);
    let output = place.sweep(&[
        "small.toml",
        "-p",
        "1",
        "-t",
        "2",
        "--format",
        "csv",
        "-o",
        "out",
    ]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let trials = place.trials("out");
    let warmups = trials.iter().filter(|trial| trial.warmup).count();
    assert_eq!((trials.len(), warmups), (4, 1));
    assert!(trials[0].warmup);
    let mut rows = csv::Reader::from_reader(&*output.stdout);
    let head = rows.headers().unwrap().clone();
    let runs = head.iter().position(|name| name == "runs").unwrap();
    assert_eq!(rows.records().next().unwrap().unwrap()[runs], *"3");
}

#[test]
fn a_total_that_the_input_does_not_have_is_refused_before_anything_is_run() {
    let place = Place::new(&EXPERIMENT.replace("expected_sum = 8", "expected_sum = 9"));
    let refused = place.sweep(&["small.toml", "-o", "out"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("expected_sum is 9"));
    assert!(!place.file("out").exists());
}

#[test]
fn the_first_failure_ends_a_sweep_that_fails_fast_and_no_other() {
    let place = Place::new(EXPERIMENT);
    let sweep = |more: &[&str], out: &str| {
        let short = [
            "small.toml",
            "-w",
            "io,noop",
            "-p",
            "1",
            "-t",
            "1",
            "-r",
            "2",
            "--warmup",
            "0",
            "--wait",
            "2s",
            "--seed",
            "1",
        ];
        let limits = ["--timeout", "300ms", "-o", out];
        place.sweep(&[&short[..], &limits, more].concat())
    };
    assert_eq!(sweep(&[], "on").status.code(), Some(1));
    assert_eq!(place.trials("on").len(), 4);
    assert_eq!(sweep(&["--fail-fast"], "fast").status.code(), Some(1));
    let trials = place.trials("fast");
    assert_eq!(trials.len(), 1);
    assert_eq!(trials[0].status, Status::Timeout);
}

#[test]
fn a_budget_bounds_a_sweep_for_precision() {
    let place = Place::new(EXPERIMENT);
    let arguments = [
        "small.toml",
        "-p",
        "1",
        "-t",
        "2",
        "--warmup",
        "0",
        "--precision",
        "0.0001%",
    ];
    let limits = ["--max-runs", "500", "--budget", "3s", "-o", "out"];
    let output = place.sweep(&[&arguments[..], &limits].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let stderr = text(&output.stderr);
    assert!(stderr.contains("the budget has no room"), "{stderr}");
    let trials = place.trials("out");
    assert!((1..500).contains(&trials.len()));
    assert_eq!(keys(&trials).len(), trials.len());
}
