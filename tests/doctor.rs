//! `mpmt doctor` from outside: it ends well whatever it finds, and judges everything that it names.

#![allow(clippy::unwrap_used)]

use std::process::{Command, Output};

fn doctor(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
    command.arg("doctor").args(arguments).output().unwrap()
}

#[test]
fn every_finding_has_a_verdict_and_every_warning_a_remedy() {
    let output = doctor(&["--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    let findings: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert!(findings.len() > 15, "{findings:?}");
    for finding in findings {
        let warned = match finding["verdict"].as_str().unwrap() {
            "good" | "unknown" => false,
            "warn" | "bad" => true,
            other => panic!("{other}: {finding}"),
        };
        assert_eq!(finding["remedy"].is_string(), warned, "{finding}");
        let named = finding["check"].as_str() == Some("cost of a batch");
        assert!(!named || finding["verdict"] == "good", "{finding}");
    }
}

#[test]
fn a_terminal_gets_a_verdict_on_every_line() {
    let output = doctor(&[]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().skip(2).filter(|line| !line.is_empty());
    for line in lines {
        let words: Vec<&str> = line.split([' ', ':']).collect();
        let verdicts = ["good", "unknown", "warn", "bad"];
        assert!(words.iter().any(|w| verdicts.contains(w)), "{line}");
    }
}

#[test]
fn wrong_usage_is_2() {
    assert_eq!(doctor(&["--format", "xml"]).status.code(), Some(2));
}
