//! When batches are due: an open loop, or as fast as there is room. Knows no clock.

use std::time::Duration;

use crate::clock::Tick;

/// When each batch is to be sent.
///
/// Closed loop: as soon as the window has room. Open loop: at a fixed rate, however long the
/// answers take; what is sent late is late against when it was *due*, so a server that stalls can't
/// hide it by slowing its client down ("coordinated omission"; G. Tene, wrk2).
#[derive(Clone, Debug)]
pub(super) struct Pacer {
    rate_per_s: Option<f64>,
    start: Option<Tick>,
}

impl Pacer {
    /// So many batches per second (more than 0), or as fast as it goes.
    pub(super) fn new(rate_per_s: Option<f64>) -> Self {
        Pacer {
            rate_per_s,
            start: None,
        }
    }

    /// Whether batches are sent at a rate.
    pub(super) fn is_open_loop(&self) -> bool {
        self.rate_per_s.is_some()
    }

    /// The clock starts to run now, if it does not already.
    pub(super) fn start(&mut self, now: Tick) {
        self.start.get_or_insert(now);
    }

    /// When batch number `sequence` is due; `None` in a closed loop.
    pub(super) fn due(&self, sequence: u64) -> Option<Tick> {
        // From the rate each time: an interval in whole nanoseconds would make high rates higher.
        let offset_s = sequence as f64 / self.rate_per_s?;
        let offset = Duration::try_from_secs_f64(offset_s).unwrap_or(Duration::MAX);
        Some(self.start?.after(offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn batches_are_due_at_the_rate_from_the_start() {
        let start = clock::now();
        let mut pacer = Pacer::new(Some(1000.0));
        assert_eq!(pacer.due(0), None);
        pacer.start(start);
        pacer.start(start.after(Duration::from_secs(9)));
        assert_eq!(pacer.due(0), Some(start));
        assert_eq!(
            pacer.due(2500),
            Some(start.after(Duration::from_millis(2500)))
        );
    }

    #[test]
    fn a_high_rate_is_no_higher_than_asked() {
        let start = clock::now();
        let mut pacer = Pacer::new(Some(3e6));
        pacer.start(start);
        let second = start.after(Duration::from_secs(1));
        assert_eq!(pacer.due(3_000_000), Some(second));
    }

    #[test]
    fn in_a_closed_loop_nothing_is_due() {
        let mut pacer = Pacer::new(None);
        pacer.start(clock::now());
        assert_eq!(pacer.due(7), None);
    }
}
