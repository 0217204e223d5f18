//! How fast the loops of a command can be.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The least CPU time that the loops of a command took, on whatever thread. Clones share it.
#[derive(Clone, Debug)]
pub struct Fastest(Arc<AtomicU64>);

impl Default for Fastest {
    fn default() -> Self {
        Fastest(Arc::new(AtomicU64::new(u64::MAX)))
    }
}

impl Fastest {
    /// The loops of a command took so long. No time at all is a clock that is too coarse, and says
    /// nothing.
    pub fn note(&self, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        if nanos > 0 {
            self.0.fetch_min(nanos, Ordering::Relaxed);
        }
    }

    /// The least of all, if there is any.
    pub fn get(&self) -> Option<Duration> {
        let nanos = self.0.load(Ordering::Relaxed);
        (nanos < u64::MAX).then(|| Duration::from_nanos(nanos))
    }
}
