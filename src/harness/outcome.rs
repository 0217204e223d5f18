//! What came of a trial, as far as it came.

use std::fmt::Display;
use std::time::Duration;

use crate::client;
use crate::process::{ProcessTreeSnapshot, Usage};
use crate::record::Status;
use crate::server::Report;

/// How far a trial came, and what was measured of it until then.
#[derive(Debug)]
pub(super) enum TrialOutcome {
    /// Nothing was run: it is known before that the input can't come out right.
    Refused(String),
    /// No server came up.
    NotStarted(TrialFailure),
    /// A server was there.
    Served(Box<Served>),
}

/// What was measured of a trial that had a server.
#[derive(Debug)]
pub(super) struct Served {
    /// From the start of the server until it said that it is ready.
    pub(super) startup: Duration,
    pub(super) cost: TrialCost,
    /// What the client was answered, right or wrong, or why it did not get to its end.
    pub(super) answers: Result<client::ClientOutcome, TrialFailure>,
}

/// What the server and all its workers used.
#[derive(Debug)]
pub(super) struct TrialCost {
    /// From the kernel's own accounting.
    pub(super) usage: Usage,
    /// What the server told at its end, if it could still tell.
    pub(super) report: Option<Report>,
    /// As the processes were when the last result had come.
    pub(super) process_tree: ProcessTreeSnapshot,
}

/// Why a trial is no measurement.
#[derive(Debug, PartialEq)]
pub(super) struct TrialFailure {
    pub(super) status: Status,
    /// In a line, and the traceback after it if there is one.
    pub(super) reason: String,
}

impl TrialFailure {
    /// Something went wrong.
    pub(super) fn failed(reason: impl Display) -> TrialFailure {
        TrialFailure {
            status: Status::Failed,
            reason: reason.to_string(),
        }
    }

    /// It took longer than it may; `clause` says what else is known.
    pub(super) fn timeout(limit: Duration, clause: impl Display) -> TrialFailure {
        TrialFailure {
            status: Status::Timeout,
            reason: format!("not done within its time limit of {limit:?}{clause}"),
        }
    }
}

impl TrialOutcome {
    /// The least CPU time that the loops of a command took on a worker's thread, in seconds.
    pub(super) fn fastest_loop_s(&self) -> Option<f64> {
        let TrialOutcome::Served(served) = self else {
            return None;
        };
        let fastest_ns = served.cost.report.as_ref()?.fastest_loop_ns?;
        Some(fastest_ns as f64 / 1e9)
    }
}
