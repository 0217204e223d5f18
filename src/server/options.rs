//! What a server is told, and what can become of it.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::quota::MOST_COMMANDS;
use super::{Chaos, Terms, WorkerLimits};
use crate::model::{Job, Ranges, Secret, SpawnMode};
use crate::net::NetError;
use crate::process::Program;

/// Why a server ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// A socket failed, or an address can't be bound.
    #[error(transparent)]
    Net(#[from] NetError),
    /// There is no folder for the sockets of the workers.
    #[error(
        "can't make a folder for sockets in the folder for temporary files: {0}; set TMPDIR to one that is yours"
    )]
    Folder(std::io::Error),
    /// The token can't be left where it was to be.
    #[error("can't write a token to '{}': {source}; choose another file", file.display())]
    Token {
        /// Which file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system refused something else.
    #[error("{action}: {source}")]
    System {
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// Workers end before they have started, one after the other.
    #[error("workers can't be started: {0}")]
    NoWorkers(String),
}

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// The program to start as workers.
    pub program: Program,
    /// Where to listen for batches.
    pub batches: String,
    /// Where to listen for the control conversation; in the server's own folder without it.
    pub control: Option<String>,
    /// Where to leave the token that clients show, when others could connect as well; in the
    /// server's own folder without it.
    pub token_file: Option<PathBuf>,
    /// Where clients without a control channel want their results. Without it they are not served.
    pub results: Option<String>,
    /// What workers run for clients that do not say what they would like.
    pub job: Job,
    /// When workers are started.
    pub spawn: SpawnMode,
    /// What the server keeps to.
    pub limits: WorkerLimits,
    /// The most that a client is granted.
    pub terms: Terms,
    /// How long running batches may take to finish once it has been told to leave.
    pub drain_timeout: Duration,
    /// Whether to leave when no client is left, after there was one.
    pub exit_when_idle: bool,
    /// The folder in which workers write down when each command ran, if they are to.
    pub trace: Option<PathBuf>,
    /// Faults to inject.
    pub chaos: Chaos,
}

impl Options {
    /// What peers may ask and hold, for whoever reads the messages.
    pub(super) fn say_limits(&self) {
        let terms = &self.terms;
        tracing::info!(
            max_clients = terms.max_clients,
            max_threads = terms.max_threads,
            max_loops = terms.max_loops,
            max_batch_wait = ?terms.max_batch_wait,
            max_commands = terms.max_commands,
            batch = MOST_COMMANDS,
            window = terms.window,
            ranges = Ranges::MOST,
            "limits of what clients may ask and hold"
        );
    }
}

/// Where a server can be reached, once it can.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// Where it takes batches.
    pub batches: String,
    /// Where it takes the control conversation.
    pub control: String,
    /// Its process id.
    pub pid: u32,
    /// What clients show to be let in, when others could reach that as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// The file that holds the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_file: Option<PathBuf>,
}

/// What a server has done, told at its end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Batches received.
    pub batches: u64,
    /// Batches that were given to a worker again.
    pub retried: u64,
    /// Batches that were given up.
    pub failed: u64,
    /// Commands that the table did not have.
    pub unknown_commands: u64,
    /// Frames that were no messages, on all sockets.
    pub bad_frames: u64,
    /// Worker processes that were started.
    pub workers_started: u64,
    /// Those that ended without being told to.
    pub workers_lost: u64,
    /// How the last of these ended, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_loss: Option<String>,
    /// The peak resident sets of all processes, added up, KiB.
    pub peak_rss_kib: u64,
    /// How often interpreter locks went from one thread to another, in all workers.
    pub lock_switches: u64,
    /// The least CPU time that the loops of a command took on a worker's thread, in nanoseconds, if
    /// they were timed.
    pub fastest_loop_ns: Option<u64>,
}

/// What a server says at its end instead, when it failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerFailure {
    /// In words.
    pub failure: String,
}
