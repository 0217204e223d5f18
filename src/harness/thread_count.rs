//! How many threads a server and its workers have, counted beside the measurement.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::process::ProcessTreeSnapshot;

/// Counts the threads of a server and its workers once, while they run: on a thread of its own, so
/// that the client is not kept from anything, and at a time when little happens.
pub(super) struct ThreadCount {
    counting: Option<(Sender<()>, JoinHandle<u64>)>,
}

impl ThreadCount {
    /// Counts after so long; not at all without a time, or when it is stopped before.
    pub(super) fn start(pid: u32, after: Option<Duration>) -> Self {
        let counting = after.map(|after| {
            let (stop, stopped) = channel();
            let count = move || match stopped.recv_timeout(after) {
                Err(RecvTimeoutError::Timeout) => ProcessTreeSnapshot::threads(pid),
                _ => 0,
            };
            (stop, thread::spawn(count))
        });
        ThreadCount { counting }
    }

    /// What was counted; 0 when nothing was.
    pub(super) fn stop(self) -> u64 {
        let Some((stop, count)) = self.counting else {
            return 0;
        };
        drop(stop);
        count.join().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_when_it_is_time_and_not_when_it_is_stopped_before() {
        let pid = std::process::id();
        let counted = ThreadCount::start(pid, Some(Duration::ZERO));
        while !counted
            .counting
            .as_ref()
            .is_some_and(|(_, count)| count.is_finished())
        {
            thread::yield_now();
        }
        assert!(counted.stop() >= 1);
        assert_eq!(
            ThreadCount::start(pid, Some(Duration::from_secs(3600))).stop(),
            0
        );
        assert_eq!(ThreadCount::start(pid, None).stop(), 0);
    }
}
