//! Figures at their ends: every option that takes a number, of every subcommand, as its help names it.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::common::Stage;

/// What a subcommand is run with: something that ends at once, so that figures are taken and nothing is
/// measured. `{}` is where the option goes.
const LINES: &[(&str, &str)] = &[
    ("run", "run --commands missing.txt {}"),
    (
        "sweep",
        "sweep --commands commands.txt --table table.txt -w cpu --loops 1000 --precision 50% --list {}",
    ),
    ("tune", "tune --commands missing.txt {}"),
    ("reproduce", "reproduce --commands missing.txt {}"),
    ("generate", "generate --commands c.txt --table t.txt {}"),
    // It leaves when its standard input ends.
    ("server", "server table.txt ipc://b - 1 --lifeline {}"),
    (
        "client",
        "client commands.txt 16 --control ipc://nobody --connect-timeout 1ms {}",
    ),
    ("plot", "plot missing.csv {}"),
    ("report", "report missing.csv {}"),
    ("compare", "compare old.csv old.csv {}"),
    ("recommend", "recommend old.csv {}"),
    ("doctor", "doctor --format none {}"),
];

/// Figures that are no option of theirs.
const PLACES: &[&str] = &[
    "server table.txt ipc://b - {} --lifeline",
    "client commands.txt {} --control ipc://nobody --connect-timeout 1ms",
];

const NUMBERS: &[&str] = &[
    "0",
    "-1",
    "1",
    "4294967295",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1e308",
    "1e-300",
    "1e999",
    "NaN",
    "inf",
    "-inf",
    "0..18446744073709551615",
    "18446744073709551615..18446744073709551615:x2",
    "-9223372036854775808..9223372036854775807",
];

const DURATIONS: &[&str] = &[
    "0",
    "0s",
    "1ns",
    "-1s",
    "1e308s",
    "NaN",
    "3000000001s",
    "584y",
    "18446744073709551615s",
    "18446744073709551615y",
    "18446744073709551616s",
];

/// What help calls a figure, and with it the figures to give.
fn figures(value_name: &str) -> Option<Vec<String>> {
    let with = |prefix: &str, suffix: &str| {
        let figure = |number: &&str| format!("{prefix}{number}{suffix}");
        NUMBERS.iter().map(figure).collect()
    };
    match value_name {
        "N" | "M" | "B" | "K" | "R" | "F" | "P" | "PX" | "NUMBERS" | "FACTORS" | "ADDR" => {
            Some(with("", ""))
        }
        "VALUE|LOW..HIGH" => Some(with("", "")),
        "SHAPES" => Some(with("", "x2")),
        "SIZE" => Some(with("", "MiB")),
        "P%" | "SHARE" => Some(with("", "%")),
        "FAULT" => Some(with("kill-worker=", "")),
        "DURATION" | "DURATIONS" => Some(DURATIONS.iter().map(|&text| text.to_owned()).collect()),
        _ => None,
    }
}

/// Options that take words, files or addresses.
const WORDS: &[&str] = &[
    "COMMAND LINE",
    "COST",
    "DIR",
    "DISPATCH",
    "EXECUTOR",
    "EXECUTORS",
    "FILE",
    "FILE.py:FUNCTION",
    "FILE[#NAME]",
    "FILTER",
    "FORMAT",
    "NAMES",
    "ONLY",
    "RUNTIME",
    "RUNTIMES",
    "SPAWN",
    "TEXT",
    "THEME",
    "TRACE.csv",
    "URL",
    "WORDS",
    "WORKLOAD",
    "WORKS",
    "native|gil|python[:PATH]",
    "null|inherit",
];

/// The options of a subcommand with what their value is called.
fn options(help: &str) -> Vec<(String, String)> {
    let option = |line: &str| {
        let line = line.trim_start();
        let (names, value) = line.strip_prefix('-').and(line.split_once('<'))?;
        let name = names.split("--").nth(1)?.trim();
        let value = value.split_once('>')?.0;
        Some((format!("--{name}"), value.to_owned()))
    };
    help.lines().filter_map(option).collect()
}

fn lines(stage: &Stage) -> Vec<String> {
    let mut lines = Vec::new();
    for (command, line) in LINES {
        let help = stage.run(&format!("{command} --help")).expect(0).stdout;
        for (option, value_name) in options(&help) {
            let Some(figures) = figures(&value_name) else {
                assert!(
                    WORDS.contains(&value_name.as_str()),
                    "is {option} <{value_name}> of {command} a figure? tell this test"
                );
                continue;
            };
            // What stands there already is not to stand there twice.
            let line = match option.as_str() {
                "--connect-timeout" => line.replace("--connect-timeout 1ms ", ""),
                "--precision" => line.replace("--precision 50% ", ""),
                "--runs" => line.replace("--precision 50% ", ""),
                "--loops" => line.replace("--loops 1000 ", ""),
                _ => (*line).to_owned(),
            };
            // So many lines are written as were asked for.
            let is_long = |figure: &&String| option == "--count" && *figure == "4294967295";
            let figures = figures.iter().filter(|figure| !is_long(figure));
            lines.extend(figures.map(|figure| line.replace("{}", &format!("{option}={figure}"))));
        }
    }
    for line in PLACES {
        lines.extend(NUMBERS.iter().map(|figure| line.replace("{}", figure)));
    }
    lines
}

fn stage_with_records() -> Stage {
    let stage = Stage::with_512_commands(0.0);
    let records = Path::new(env!("CARGO_MANIFEST_DIR")).join("results/2026-11-25-batch-size");
    fs::copy(records.join("trials.csv"), stage.path("old.csv")).unwrap();
    stage
}

#[test]
fn no_figure_makes_it_panic_or_hang() {
    let lines = lines(&Stage::new());
    assert!(lines.len() > 500, "{}", lines.len());
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(line) = lines.get(number) else {
                        return;
                    };
                    // An address is of one server at a time.
                    let line = line.replace("ipc://b", &format!("ipc://b{number}"));
                    // Each has the whole deadline.
                    let stage = stage_with_records();
                    let mut process = stage.start(&line);
                    process.close_stdin();
                    let done = process.finish();
                    assert!(!done.stderr.contains("panicked"), "{line}: {}", done.stderr);
                    // A client that finds no server ends with 1.
                    let may_fail = line.starts_with("client") || line.starts_with("compare");
                    let code = done.code();
                    assert!(
                        matches!(code, 0 | 2) || (code == 1 && may_fail),
                        "{line}: {done:?}"
                    );
                    assert!(code != 2 || !done.stderr.is_empty(), "{line}");
                }
            });
        }
    });
}
