//! Where and with what it was measured, from `environment.json`, in plain words.
//!
//! * `fields`: what is known of each field.

mod fields;

use serde::Serialize;
use serde_json::Value;

use fields::{As, CALIBRATION, DURING, Field, MACHINE, PROGRAM, plain};

/// Some of what is known, under a heading.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Part {
    pub(super) heading: &'static str,
    pub(super) entries: Vec<Entry>,
}

/// One fact.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Entry {
    pub(super) term: String,
    pub(super) words: String,
}

/// Fields that stand elsewhere on the page.
const ELSEWHERE: [&str; 3] = ["command", "calibration", "warnings"];

/// All that is known, by what it is about.
pub(super) fn parts(environment: &Value) -> Vec<Part> {
    let mut parts = vec![
        part("The machine", environment, MACHINE),
        part("While it was measured", environment, DURING),
        part("The program", environment, PROGRAM),
        part(
            "Calibration, before the first trial",
            &environment["calibration"],
            CALIBRATION,
        ),
        Part {
            heading: "Further",
            entries: further(environment),
        },
    ];
    parts.retain(|part| !part.entries.is_empty());
    parts
}

/// What the system did not tell.
pub(super) fn not_told(environment: &Value) -> Vec<&'static str> {
    let known = MACHINE.iter().chain(DURING).chain(PROGRAM);
    let null = known.filter(|(key, _, _)| environment.get(key).is_some_and(Value::is_null));
    null.map(|(_, term, _)| *term).collect()
}

fn part(heading: &'static str, from: &Value, fields: &[Field]) -> Part {
    let entry = |(key, term, kind): &Field| {
        Some(Entry {
            term: (*term).to_owned(),
            words: kind.words(&from[key])?,
        })
    };
    Part {
        heading,
        entries: fields.iter().filter_map(entry).collect(),
    }
}

/// Fields of which nothing is known here, as a later version may write them: nothing is lost.
fn further(environment: &Value) -> Vec<Entry> {
    let fields = environment.as_object().into_iter().flatten();
    let is_known = |key: &str| {
        let mut named = MACHINE.iter().chain(DURING).chain(PROGRAM);
        ELSEWHERE.contains(&key) || named.any(|(known, _, _)| *known == key)
    };
    let unknown = fields.filter(|(key, value)| !is_known(key) && !value.is_null());
    unknown
        .map(|(key, value)| Entry {
            term: key.replace('_', " "),
            words: plain(value),
        })
        .collect()
}

/// Machine, system, program and day in one line.
pub(super) fn line(environment: &Value) -> String {
    let text = |key: &str| environment[key].as_str().map(str::to_owned);
    let count = |key: &str| As::Count("core").words(&environment[key]);
    let cores = count("capacity_cores").or_else(|| count("cores"));
    let memory = As::Kibibytes.words(&environment["memory_kib"]);
    let is_virtual = environment["virtual_machine"].as_bool() == Some(true);
    let program = text("mpmt").map(|version| match text("revision") {
        Some(revision) => format!("mpmt {version} ({revision})"),
        None => format!("mpmt {version}"),
    });
    let parts = [
        text("cpu"),
        is_virtual.then(|| "virtual machine".to_owned()),
        cores,
        memory.map(|memory| format!("{memory} of memory")),
        text("kernel"),
        program,
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(", ")
}

/// When the measurement began.
pub(super) fn began(environment: &Value) -> Option<String> {
    As::Time.words(&environment["at"])
}

/// The command line, ready for a shell.
pub(super) fn command(environment: &Value) -> Option<String> {
    let words = environment["command"].as_array()?;
    let words: Vec<String> = words.iter().filter_map(Value::as_str).map(quoted).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// In quotes where a shell would take it apart.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./,:=+%@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn environment() -> Value {
        json!({
            "at": "2026-11-25T02:11:02.268106Z", "cpu": "AMD EPYC", "cores": 2, "governor": null,
            "virtual_machine": true, "memory_kib": 24_684_092, "kernel": "Linux 6.18",
            "steal_share_during": 0.000027, "load": [0.7, 1.38, 2.24], "mpmt": "0.1.0",
            "revision": "be44fe2227e3", "optimised": true, "python": "3.11",
            "command": ["mpmt", "sweep", "io grid", "-p", "1..32:x2"],
            "calibration": {"clock_read_s": 2.02e-8, "parallel_slowdown": 1.213},
            "warnings": ["a load of 0.7"],
        })
    }

    fn words(heading: &str, term: &str) -> Option<String> {
        let parts = parts(&environment());
        let part = parts.iter().find(|part| part.heading == heading)?;
        let entry = part.entries.iter().find(|entry| entry.term == term)?;
        Some(entry.words.clone())
    }

    #[test]
    fn every_field_has_its_unit_and_what_is_not_told_is_named() {
        let found = |heading, term| words(heading, term).unwrap();
        assert_eq!(found("The machine", "usable by the program"), "2 cores");
        assert_eq!(found("The machine", "memory"), "23.54 GiB");
        let during = "While it was measured";
        assert_eq!(found(during, "began"), "2026-11-25 02:11:02 UTC");
        assert_eq!(
            found(during, "share that the hypervisor gave to others"),
            "less than 0.1 %"
        );
        let calibration = "Calibration, before the first trial";
        assert_eq!(found(calibration, "cost of reading it"), "20.2 ns");
        assert_eq!(
            found(calibration, "with all cores at work they take"),
            "1.21 times as long"
        );
        assert_eq!(words("The machine", "clock governor"), None);
        assert_eq!(not_told(&environment()), ["clock governor"]);
    }

    #[test]
    fn fields_of_other_versions_are_shown_under_their_own_names() {
        assert_eq!(words("Further", "python").as_deref(), Some("3.11"));
        assert_eq!(words("Further", "warnings"), None);
    }

    #[test]
    fn the_machine_fits_a_line_and_the_command_a_shell() {
        assert_eq!(
            line(&environment()),
            "AMD EPYC, virtual machine, 2 cores, 23.54 GiB of memory, Linux 6.18, mpmt 0.1.0 \
             (be44fe2227e3)"
        );
        assert_eq!(
            command(&environment()).as_deref(),
            Some("mpmt sweep 'io grid' -p 1..32:x2")
        );
        assert_eq!(
            (line(&json!({})), command(&json!([]))),
            (String::new(), None)
        );
    }
}
