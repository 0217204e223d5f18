//! Where work may be preempted.

use std::time::Duration;

/// Where other threads may compute instead of this one. A workload calls it on its way; an
/// interpreter lock implements it, and [`Free`] for native threads.
pub trait Preemption {
    /// After how many loops there is a checkpoint: so many that it costs nothing beside them, and
    /// so few that nobody waits for it.
    const CADENCE: u64;

    /// Others may be let in now.
    fn checkpoint(&self);

    /// The CPU time that it took to wait at checkpoints until now: no part of the loops.
    fn waited(&self) -> Duration {
        Duration::ZERO
    }

    /// What blocks without computing, for the length of which others may be let in.
    fn blocking<R>(&self, wait: impl FnOnce() -> R) -> R;
}

/// Native threads: all may compute at any time, and there is nothing to tell.
#[derive(Clone, Copy, Debug)]
pub struct Free;

impl Preemption for Free {
    const CADENCE: u64 = u64::MAX;

    fn checkpoint(&self) {}

    fn blocking<R>(&self, wait: impl FnOnce() -> R) -> R {
        wait()
    }
}
