//! What a client is told, and what can become of it.

use std::time::Duration;

use super::{BatchFailure, Latency};
use crate::model::{Secret, SessionKey};
use crate::net::NetError;
use crate::record::BatchSpan;
use crate::wire::control::{Grant, JobRequest, SessionStats};

/// Why a client ended without all of its answers.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// A socket failed.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The server does not serve this client.
    #[error("the server refused: {0}")]
    Rejected(String),
    /// The control channel is open to others, and this client has no token.
    #[error(
        "the control channel at {0} asks for a token: give --token-file FILE, the file that the server's ready line names, or the token itself in MPMT_TOKEN"
    )]
    NoToken(String),
    /// It has another one.
    #[error(
        "this is not the server's token, says the control channel at {0}; a server makes another one at each start, and its ready line names the file"
    )]
    WrongToken(String),
    /// Who is there shakes hands in another way.
    #[error(
        "what listens at {0} is no control channel of this release of mpmt; check the address, and use the same release on both sides"
    )]
    Foreign(String),
    /// Nobody was there in time.
    #[error("no server at {server} within {limit:?}; start one there, or check the address")]
    NotFound {
        /// Where it should be.
        server: String,
        /// How long it was waited for.
        limit: Duration,
    },
    /// The server gave up.
    #[error("the server gave up after {answered} of {batches} batches")]
    Aborted {
        /// Batches answered until then.
        answered: u64,
        /// Batches in all.
        batches: u64,
    },
    /// The system refused a timer, or random bits.
    #[error("the system refused: {0}")]
    System(#[from] std::io::Error),
    /// There are more batches than numbers for them.
    #[error("{0} batches are more than 2^{bits}; take larger batches, or repeat less", bits = SessionKey::SEQUENCE_BITS)]
    TooManyBatches(u64),
    /// There is neither an address for batches nor one for control.
    #[error("no address to send batches to: give REMOTE_URL or --control")]
    NoServer,
}

/// What a client is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen for results; a port of `*` takes a free one.
    pub results: String,
    /// Where to send batches. Not needed with `control`.
    pub batches: Option<String>,
    /// The gateway's control channel.
    pub control: Option<String>,
    /// The token that the channel asks for, where others could connect as well.
    pub token: Option<Secret>,
    /// What to ask for over it.
    pub job_request: JobRequest,
    /// Batches that may be in flight at any time.
    pub window: u64,
    /// How long to wait for a server to be there; for ever without it.
    pub connect_timeout: Option<Duration>,
    /// Batches per second, sent when they are due; as fast as it goes without it.
    pub rate_per_s: Option<f64>,
    /// Whether to keep, for every batch, when it was out.
    pub trace: bool,
    /// Whether to ask the server, at the end, to leave as soon as it serves nobody any more.
    pub stop_server: bool,
    /// Whether to end at the first batch that fails, whatever is still to be sent.
    pub until_failure: bool,
}

impl ClientOutcome {
    /// The rate at which batches were got through, in a loop that sends them when they are due:
    /// from the first send until the last batch of all would have been sent, had it taken no longer
    /// than the shortest. Never more than was asked; less when batches came to wait.
    pub fn achieved_rate_per_s(&self) -> Option<f64> {
        let intervals = self.results.checked_sub(1).filter(|&count| count > 0)?;
        let span_s = self.makespan.as_secs_f64() - self.latency?.min_s;
        (span_s > 0.0).then(|| intervals as f64 / span_s)
    }
}

impl Options {
    /// Batches that may be in flight at any time, unless somebody asks otherwise.
    pub const DEFAULT_WINDOW: u64 = 4096;
}

/// How a client ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every batch is answered, or failed for good.
    Complete,
    /// A batch failed, and it was to end then.
    Failed,
    /// It was told to stop before.
    Interrupted,
}

/// What came of a client's run.
#[derive(Clone, Debug)]
pub struct ClientOutcome {
    /// How it ended.
    pub ending: Ending,
    /// From the first send to the last result.
    pub makespan: Duration,
    /// From the first send to the first result.
    pub first_result: Option<Duration>,
    /// How long each batch took.
    pub latency: Option<Latency>,
    /// When each batch was out, by its number, if that was to be kept.
    pub batch_spans: Vec<BatchSpan>,
    /// The sum of all results, which may be beyond the 64 bits of each.
    pub sum: i128,
    /// Batches answered.
    pub results: u64,
    /// Batches sent in all, or to be sent.
    pub batches: u64,
    /// Results that came a second time.
    pub duplicates: u64,
    /// Results for batches that were never sent, and frames that are no results.
    pub strays: u64,
    /// Batches that the server could not do.
    pub failures: Vec<BatchFailure>,
    /// What the server granted, when it was asked.
    pub grant: Option<Grant>,
    /// What the server counted, when it was asked.
    pub stats: Option<SessionStats>,
}
