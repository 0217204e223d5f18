//! The fields of `environment.json` that the page knows, and how each is put into words.

use serde_json::Value;

use crate::model::{counted, with_commas};
use crate::report::Cell;

/// How a field is put into words.
#[derive(Clone, Copy)]
pub(super) enum As {
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

/// Its name in the file, what it is called on the page, and how it is put into words.
pub(super) type Field = (&'static str, &'static str, As);

pub(super) const MACHINE: &[Field] = &[
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
    ("cpu_quota_period_s", "period of that quota", As::Seconds),
    ("capacity_cores", "capacity", As::Count("core")),
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
    (
        "tasks_left",
        "processes and threads that there could be more",
        As::Whole,
    ),
    ("tasks_limit", "and what limits them", As::Words),
    ("kernel", "kernel", As::Words),
];

pub(super) const DURING: &[Field] = &[
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

pub(super) const PROGRAM: &[Field] = &[
    ("mpmt", "mpmt", As::Words),
    ("revision", "revision of the sources", As::Words),
    ("dirty", "changes beyond that revision", As::Words),
    ("rustc", "compiler", As::Words),
    ("optimised", "optimised", As::Words),
    ("libzmq", "libzmq", As::Words),
];

pub(super) const CALIBRATION: &[Field] = &[
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

impl As {
    /// `None` when nothing is known.
    pub fn words(self, value: &Value) -> Option<String> {
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
            As::Count(of) => number.map(|n| match n.fract() {
                0.0 => counted(n as usize, of),
                _ => format!("{n} {of}s"),
            }),
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

/// A value as it is.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => "not reported".to_owned(),
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
