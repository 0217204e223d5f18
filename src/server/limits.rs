//! What a server may use.

use std::time::Duration;

/// The limits that the server was started with.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Worker processes, at the most.
    pub max_workers: u32,
    /// How long a worker may go without finishing anything, beyond the waits that it was told of.
    pub batch_timeout: Duration,
    /// How long a worker may take to start.
    pub start_timeout: Duration,
    /// How long a worker that nobody needs stays.
    pub idle_timeout: Duration,
    /// How many workers stay however long nobody needs them.
    pub keep: u32,
}

impl Limits {
    /// How many workers a batch may kill before it is answered as failed.
    pub const MAX_KILLS: u8 = 5;
    /// How many workers may fail to start, one after another, before the server gives up.
    pub const MAX_FAILED_STARTS: u32 = 5;
}
