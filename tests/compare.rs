//! `mpmt compare` and `mpmt recommend`, end to end: records in, tables, messages and exit codes
//! out.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;
use mpmt::record::{Trial, TrialWriter};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A good run of one configuration on I/O work. From JSON, so that a column that may be empty
/// need not be named here.
fn trial((processes, threads): (u32, u32), run: u32, makespan_s: f64) -> Trial {
    serde_json::from_value(json!({
        "experiment": "test", "label": format!("io-mpmt-{processes}x{threads}"),
        "workload": "io", "runtime": "native", "processes": processes, "threads": threads,
        "batch": 16, "executor": "spawn", "dispatch": "barrier", "spawn": "lazy",
        "commands": 512, "wait_s": 0.02, "time_scale": 1.0, "expected_sum": 512,
        "key": "", "warmup": false, "run": run, "block": run, "order": run,
        "started_at": "2025-01-01T00:00:00Z", "status": "ok", "makespan_s": makespan_s,
        "ideal_is_bound": false, "throughput_per_s": 512.0 / makespan_s, "responses_sum": 512,
        "peak_rss_kib": 3000 * processes,
    }))
    .unwrap()
}

/// Twelve configurations of ten runs with noise of 2 %; each makespan multiplied by a factor.
fn grid(seed: u64, factor: impl Fn((u32, u32)) -> f64) -> Vec<Trial> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut trials = Vec::new();
    for shape in [1, 2, 4, 8]
        .into_iter()
        .flat_map(|p| [1, 4, 16].map(|t| (p, t)))
    {
        let ideal_s = 0.02 * 512.0 / f64::from(shape.0 * shape.1);
        for run in 1..=10 {
            let noise = 1.0 + 0.02 * (0..12).map(|_| rng.f64() - 0.5).sum::<f64>();
            let mut trial = trial(shape, run, ideal_s * noise * factor(shape));
            trial.started_at = format!("2025-01-01T00:00:00.{seed:06}Z");
            trials.push(trial);
        }
    }
    trials
}

/// A folder of results.
struct Results(TempDir);

impl Results {
    fn of(trials: &[Trial]) -> Results {
        let results = Results(tempfile::tempdir().unwrap());
        let mut rows = TrialWriter::create(&results.csv()).unwrap();
        trials.iter().for_each(|trial| rows.write(trial).unwrap());
        results.measured_on(&json!({"cpu": "A", "cores": 2, "kernel": "Linux 6", "new_field": 1}))
    }

    fn measured_on(self, environment: &Value) -> Results {
        let file = self.0.path().join("environment.json");
        fs::write(file, environment.to_string()).unwrap();
        self
    }

    fn csv(&self) -> PathBuf {
        self.0.path().join("trials.csv")
    }
}

struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

fn mpmt(subcommand: &str, files: &[&Path], arguments: &[&str]) -> Ran {
    let mut command = Command::cargo_bin("mpmt").unwrap();
    command.arg(subcommand).args(files).args(arguments);
    let output = command.timeout(Duration::from_secs(240)).output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn compare(old: &Results, new: &Results, arguments: &[&str]) -> Ran {
    mpmt("compare", &[&old.csv(), &new.csv()], arguments)
}

#[test]
fn the_same_grid_twice_shows_no_difference() {
    let (old, new) = (
        Results::of(&grid(1, |_| 1.0)),
        Results::of(&grid(2, |_| 1.0)),
    );
    let ran = compare(&old, &new, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.stdout.matches("no difference seen").count(), 12);
    assert!(
        ran.stderr
            .ends_with("12 configurations: 12 no difference seen\nno regression beyond 5 %\n")
    );
}

#[test]
fn ten_percent_more_is_found_and_ends_with_1_unless_the_threshold_allows_it() {
    let slower = |shape| if shape == (8, 16) { 1.1 } else { 1.0 };
    let (old, new) = (
        Results::of(&grid(1, |_| 1.0)),
        Results::of(&grid(2, slower)),
    );
    let ran = compare(&old, &new, &["--format", "json"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let rows: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    let regressed: Vec<&Value> = rows.iter().filter(|r| r["regression"] == true).collect();
    assert_eq!(regressed.len(), 1);
    assert_eq!(regressed[0]["configuration"], "io-mpmt-8x16");
    assert!(regressed[0]["ratio_low"].as_f64().unwrap() > 1.05);
    let tolerant = compare(&old, &new, &["--threshold", "20%"]);
    assert_eq!(tolerant.code, 0);
    assert!(tolerant.stdout.contains("slower"));
    assert_eq!(compare(&new, &old, &[]).code, 0);
}

#[test]
fn another_machine_is_warned_of_and_so_is_an_unknown_one() {
    let (old, new) = (
        Results::of(&grid(1, |_| 1.0)),
        Results::of(&grid(2, |_| 1.0)),
    );
    assert!(!compare(&old, &new, &[]).stderr.contains("WARN"));
    let new = new.measured_on(&json!({"cpu": "B", "cores": 2, "kernel": "Linux 6"}));
    let ran = compare(&old, &new, &[]);
    assert!(ran.stderr.contains("processor: A → B"), "{}", ran.stderr);
    fs::remove_file(old.0.path().join("environment.json")).unwrap();
    let ran = compare(&old, &new, &[]);
    assert!(
        ran.stderr.contains("there is no environment.json beside"),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.code, 0);
}

#[test]
fn wrong_input_ends_with_2_and_says_what() {
    let (some, other) = (
        Results::of(&[trial((1, 1), 1, 1.0)]),
        Results::of(&[trial((2, 1), 1, 1.0)]),
    );
    let nothing_in_common = compare(&some, &other, &[]);
    assert_eq!(nothing_in_common.code, 2);
    assert!(
        nothing_in_common
            .stderr
            .contains("no configuration in common")
    );
    let missing = mpmt("compare", &[&some.csv(), Path::new("nowhere.csv")], &[]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("nowhere.csv"));
    for wrong in [
        ["--threshold", "5"],
        ["--alpha", "2"],
        ["--splice", "nowhere.md"],
    ] {
        assert_eq!(compare(&some, &some, &wrong).code, 2, "{wrong:?}");
    }
    assert_eq!(mpmt("run", &[], &["--splice", "nowhere.md"]).code, 2);
    let broken = some.measured_on(&json!(1));
    fs::write(broken.0.path().join("environment.json"), "{").unwrap();
    assert_eq!(compare(&broken, &other, &[]).code, 2);
    fs::write(other.csv(), "").unwrap();
    assert_eq!(mpmt("recommend", &[&other.csv()], &[]).code, 2);
}

#[test]
fn the_table_goes_between_the_markers_of_a_page() {
    let old = Results::of(&grid(1, |_| 1.0));
    let page = old.0.path().join("page.md");
    let markers = "<!-- mpmt:compare -->\n<!-- /mpmt:compare -->\n";
    fs::write(&page, format!("before\n{markers}after\n")).unwrap();
    let argument = page.to_str().unwrap();
    assert_eq!(compare(&old, &old, &["--splice", argument]).code, 0);
    let text = fs::read_to_string(&page).unwrap();
    assert!(text.starts_with("before\n<!-- mpmt:compare -->\n\n| configuration |"));
    assert!(text.ends_with("|\n\n<!-- /mpmt:compare -->\nafter\n"));
    let named = format!("{argument}#other");
    let ran = compare(&old, &old, &["--splice", &named]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(
        ran.stderr.contains("has no marker <!-- mpmt:other -->"),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_is_recommended_runs_as_it_is_printed() {
    // Twice the processes or threads halve the time, but 8 x 16 gains nothing over 4 x 16.
    let flat = |shape| if shape == (8, 16) { 2.0 } else { 1.0 };
    let results = Results::of(&grid(1, flat));
    let ran = mpmt("recommend", &[&results.csv()], &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let take = "Take 4 processes of 16 threads (io-mpmt-4x16, ";
    assert!(ran.stdout.contains(take), "{}", ran.stdout);
    let line = ran
        .stdout
        .lines()
        .find(|line| line.starts_with("  mpmt "))
        .unwrap();
    assert_eq!(line.trim(), "mpmt run -w io -p 4 -t 16 --wait 20ms");
    let arguments: Vec<&str> = line.split_whitespace().skip(2).chain(["--help"]).collect();
    assert_eq!(mpmt("run", &[], &arguments).code, 0);
    let fits = mpmt(
        "recommend",
        &[&results.csv()],
        &["--fits", "--format", "csv"],
    );
    assert_eq!(fits.stdout.lines().count(), 7, "{}", fits.stdout);
}

#[test]
fn few_runs_decide_what_the_noise_can_not_have_done_and_say_so() {
    let mut trials = grid(1, |_| 1.0);
    trials.retain(|trial| trial.run <= 3);
    let results = Results::of(&trials);
    let ran = mpmt("recommend", &[&results.csv()], &[]);
    assert_eq!(ran.code, 0);
    let said = [
        "Take 8 processes of 16 threads (io-mpmt-8x16, ",
        "That is on 3 runs each, too few for an interval.",
        "  mpmt sweep -w io --shape ",
    ];
    for said in said {
        assert!(ran.stdout.contains(said), "{}", ran.stdout);
    }
}
