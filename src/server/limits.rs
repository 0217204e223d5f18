//! What a server may use.

use std::time::Duration;

/// The limits that the server was started with.
#[derive(Clone, Debug)]
pub struct WorkerLimits {
    /// Worker processes, at the most.
    pub max_workers: u32,
    /// How long a worker may go without finishing anything, beyond the waits that it was told of.
    pub batch_timeout: Duration,
    /// How long a worker may take to start, from the last start of another on.
    pub start_timeout: Duration,
    /// How long a worker that nobody needs stays.
    pub idle_timeout: Duration,
    /// How many workers stay however long nobody needs them.
    pub keep: u32,
}

impl WorkerLimits {
    /// How many workers a batch may kill before it is answered as failed.
    pub const MAX_KILLS: u8 = 5;
    /// The shortest time without a heartbeat after which a worker that runs commands is taken for hung.
    /// Workers send one every 250 ms; the rest is for a machine that is busy.
    pub const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(1);
    /// How many workers may fail to start, one after another, before the server gives up.
    pub const MAX_FAILED_STARTS: u32 = 5;
    /// How long the socket of an assignment that is over goes on sending.
    pub(super) const LINGER: Duration = Duration::from_secs(1);

    /// How long a worker may take from its start, or the last hello of another, to its hello: as
    /// long as it may take for anything, but not less than starting takes on a busy machine. An
    /// interpreter has a person's modules to load.
    pub fn start_timeout(batch_timeout: Duration, interpreted: bool) -> Duration {
        const LONGEST: Duration = Duration::from_secs(30);
        const SHORTEST: Duration = Duration::from_secs(2);
        if interpreted {
            LONGEST
        } else {
            batch_timeout.clamp(SHORTEST, LONGEST)
        }
    }

    /// How often a session is looked at for results that have not arrived, while there are some
    /// that may not have.
    pub(super) fn check_interval(&self) -> Duration {
        (self.batch_timeout / 8).clamp(Duration::from_millis(10), Duration::from_millis(250))
    }

    /// How long a client may take to answer before it is asked again: the question may be lost with
    /// a connection, and a client that is stopped is not to be asked for ever.
    pub(super) fn query_interval(&self) -> Duration {
        (self.batch_timeout / 2).max(Self::LINGER)
    }
}
