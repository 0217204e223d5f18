//! The one reader of time. Everything else takes instants and durations as values, so that it can
//! be tested without waiting.
//!
//! Must not know: what is being timed.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// A point on the monotonic clock (CLOCK_MONOTONIC), in nanoseconds. All processes of a machine
/// share that clock, so the points of different processes can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tick(u64);

/// Now, on the monotonic clock.
pub fn now() -> Tick {
    let now = clock_gettime(ClockId::Monotonic);
    // The clock begins at 0 when the machine does, and 64 bits of nanoseconds last 584 years.
    Tick(now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64)
}

/// The CPU time that this thread has used (CLOCK_THREAD_CPUTIME_ID): it stands still while the
/// thread waits, or another has its core. A system call, so some tenths of a microsecond.
pub fn thread_cpu() -> Duration {
    let used = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(used.tv_sec as u64, used.tv_nsec as u32)
}

impl Tick {
    /// A point that was read by another process.
    pub fn from_nanos(nanos: u64) -> Tick {
        Tick(nanos)
    }

    /// The point as a number of nanoseconds.
    pub fn nanos(self) -> u64 {
        self.0
    }

    /// The time from `earlier` to this point; zero when `earlier` is later.
    pub fn since(self, earlier: Tick) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// The time that has gone by since this point.
    pub fn elapsed(self) -> Duration {
        now().since(self)
    }

    /// The point that lies `duration` after this one.
    pub fn after(self, duration: Duration) -> Tick {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        Tick(self.0.saturating_add(nanos))
    }
}

/// Now, as a time of day for records: ISO 8601, UTC, to the microsecond.
pub fn timestamp() -> String {
    format!("{:.6}", jiff::Timestamp::now())
}

/// Today's date and time for the name of a folder: `2026-01-31T120000`.
pub fn folder_stamp() -> String {
    jiff::Timestamp::now()
        .strftime("%Y-%m-%dT%H%M%S")
        .to_string()
}
