//! Where and with what it was measured, from `environment.json`, in plain words.

use serde::Serialize;
use serde_json::Value;

use super::words::with_commas;
use crate::report::Cell;

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

/// How a field is put into words.
#[derive(Clone, Copy)]
enum As {
    Words,
    Seconds,
    Share,
    Kibibytes,
    Time,
    /// A number of things.
    Whole,
    /// A number of these.
    Count(&'static str),
    /// Three load averages.
    Load,
    /// How many times as much.
    Times,
}

type Field = (&'static str, &'static str, As);

const MACHINE: &[Field] = &[
    ("cpu", "processor", As::Words),
    ("product", "model of the machine", As::Words),
    ("virtual_machine", "virtual machine", As::Words),
    ("cores", "usable by the program", As::Count("core")),
    ("cores_online", "online", As::Count("core")),
    (
        "cores_allowed",
        "allowed by the affinity mask",
        As::Count("core"),
    ),
    (
        "cpu_quota_cores",
        "quota of the control group",
        As::Count("core"),
    ),
    (
        "threads_per_core",
        "hardware threads of a physical core",
        As::Words,
    ),
    ("governor", "clock governor", As::Words),
    ("turbo", "turbo", As::Words),
    ("clock_source", "clock source of the kernel", As::Words),
    ("memory_kib", "memory", As::Kibibytes),
    (
        "memory_available_kib",
        "memory available before",
        As::Kibibytes,
    ),
    ("swap_kib", "swap space", As::Kibibytes),
    ("swap_used_kib", "swap space in use before", As::Kibibytes),
    (
        "transparent_huge_pages",
        "transparent huge pages",
        As::Words,
    ),
    (
        "open_files",
        "open files that a process may have",
        As::Whole,
    ),
    ("kernel", "kernel", As::Words),
];

const DURING: &[Field] = &[
    ("at", "began", As::Time),
    ("ended_at", "ended", As::Time),
    ("load", "load before (1, 5, 15 minutes)", As::Load),
    ("load_after", "load after (1, 5, 15 minutes)", As::Load),
    (
        "busy_share_during",
        "share of all cores' time in which they worked",
        As::Share,
    ),
    (
        "steal_share_during",
        "share that the hypervisor gave to others",
        As::Share,
    ),
    (
        "steal_share_since_boot",
        "the same since the system started",
        As::Share,
    ),
    ("swapped_pages_during", "swapped", As::Count("page")),
];

const PROGRAM: &[Field] = &[
    ("mpmt", "mpmt", As::Words),
    ("revision", "revision of the sources", As::Words),
    ("dirty", "changes beyond that revision", As::Words),
    ("rustc", "compiler", As::Words),
    ("optimised", "optimised", As::Words),
    ("libzmq", "libzmq", As::Words),
];

const CALIBRATION: &[Field] = &[
    (
        "clock_resolution_s",
        "smallest step of the clock",
        As::Seconds,
    ),
    ("clock_read_s", "cost of reading it", As::Seconds),
    (
        "sleep_overshoot_p50_s",
        "a sleep of 1 ms takes longer by (median)",
        As::Seconds,
    ),
    (
        "sleep_overshoot_p90_s",
        "the same, nine of ten stay below",
        As::Seconds,
    ),
    ("loops", "loops of one command", As::Whole),
    (
        "loop_s",
        "time for these on one thread (median)",
        As::Seconds,
    ),
    ("loop_spread", "interquartile range of that", As::Share),
    (
        "parallel_slowdown",
        "with all cores at work they take",
        As::Times,
    ),
    (
        "batch_cost_s",
        "cost of a batch of commands that do nothing",
        As::Seconds,
    ),
];

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

impl As {
    /// `None` when nothing is known.
    fn words(self, value: &Value) -> Option<String> {
        if value.is_null() {
            return None;
        }
        let number = value.as_f64();
        let shown = match self {
            As::Words => None,
            As::Seconds => number.map(|s| Cell::Seconds(s).to_string()),
            As::Share => number.map(share),
            As::Kibibytes => value.as_u64().map(|kib| Cell::Kibibytes(kib).to_string()),
            As::Time => value.as_str().map(time),
            As::Whole => value.as_u64().map(with_commas),
            As::Count(of) => number.map(|n| format!("{n} {of}{}", if n == 1.0 { "" } else { "s" })),
            As::Load => value.as_array().map(|loads| {
                let loads: Vec<String> = loads.iter().map(plain).collect();
                loads.join(", ")
            }),
            As::Times => number.map(|n| format!("{n:.2} times as long")),
        };
        Some(shown.unwrap_or_else(|| plain(value)))
    }
}

/// A share, which may be very small.
fn share(share: f64) -> String {
    match share {
        s if s > 0.0 && s < 0.0005 => "less than 0.1 %".to_owned(),
        s => Cell::Share(s).to_string(),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "not told".to_owned(),
        Value::Bool(yes) => Cell::Flag(*yes).to_string(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// `2026-11-25T02:11:02.268106Z` to the second, as people write it.
fn time(iso: &str) -> String {
    match iso.get(..19).zip(iso.strip_suffix('Z')) {
        Some((to_the_second, _)) => format!("{} UTC", to_the_second.replace('T', " ")),
        None => iso.to_owned(),
    }
}

/// Machine, system, program and day in one line.
pub(super) fn line(environment: &Value) -> String {
    let text = |key: &str| environment[key].as_str().map(str::to_owned);
    let cores = As::Count("core").words(&environment["cores"]);
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
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
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
