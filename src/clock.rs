//! The one reader of time. Everything else takes instants and durations as values, so that it can
//! be tested without waiting.
//!
//! Must not know: what is being timed.

use std::time::{Duration, Instant};

/// A point on the monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tick(Instant);

/// Now, on the monotonic clock.
pub fn now() -> Tick {
    Tick(Instant::now())
}

impl Tick {
    /// The time from `earlier` to this point; zero when `earlier` is later.
    pub fn since(self, earlier: Tick) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }

    /// The time that has gone by since this point.
    pub fn elapsed(self) -> Duration {
        now().since(self)
    }

    /// The point that lies `duration` after this one.
    pub fn after(self, duration: Duration) -> Tick {
        // A deadline past the end of the clock is as good as a year.
        const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
        Tick(
            self.0
                .checked_add(duration)
                .unwrap_or_else(|| self.0 + YEAR),
        )
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
