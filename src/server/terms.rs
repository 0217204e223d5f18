//! What a server grants at the most.

use std::time::Duration;

/// The most that a server grants to a client.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Threads in each worker.
    pub max_threads: u32,
    /// Batches that may be out at any time.
    pub window: u64,
    /// Clients at a time.
    pub max_clients: usize,
    /// Whether results may be sent to other machines.
    pub allow_remote: bool,
    /// Loops of a command.
    pub max_loops: u64,
    /// How long a batch may sleep.
    pub max_batch_wait: Duration,
    /// Commands that are kept, of all clients together.
    pub max_commands: u64,
}

impl Terms {
    /// The most loops of a command, unless a server is told otherwise: some seconds of work.
    pub const MAX_LOOPS: u64 = 10_000_000_000;
    /// How long a batch may sleep, unless a server is told otherwise.
    pub const MAX_BATCH_WAIT: Duration = Duration::from_secs(3600);
    /// The most commands that are kept, unless a server is told otherwise: 16 bytes each.
    pub const MAX_COMMANDS: u64 = 8_000_000;
}
