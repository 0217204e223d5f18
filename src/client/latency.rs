//! How long batches took, kept in a histogram of fixed size.

use hdrhistogram::Histogram;

use crate::clock::Tick;

/// How long batches took, as a client sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Latency {
    /// The shortest, seconds.
    pub min_s: f64,
    /// The median, seconds.
    pub p50_s: f64,
    /// The 90th percentile, seconds.
    pub p90_s: f64,
    /// The 99th percentile, seconds.
    pub p99_s: f64,
    /// The 99.9th percentile, seconds.
    pub p999_s: f64,
    /// The longest, seconds.
    pub max_s: f64,
}

/// Measures them, in a histogram of fixed size (three significant digits), however many they are.
pub(super) struct Stopwatch {
    /// When each batch that is out was sent, or due: by its number, modulo the window.
    since: Vec<Tick>,
    histogram: Histogram<u64>,
}

impl Stopwatch {
    /// For at most `window` batches at a time.
    pub(super) fn new(window: u64, now: Tick) -> Self {
        // The bounds are constants that the histogram takes: from 1 ns, 3 digits, growing.
        #[allow(clippy::expect_used)]
        let histogram = Histogram::new(3).expect("three digits are allowed");
        Stopwatch {
            since: vec![now; window.max(1) as usize],
            histogram,
        }
    }

    fn slot(&mut self, sequence: u64) -> &mut Tick {
        let slots = self.since.len() as u64;
        &mut self.since[(sequence % slots) as usize]
    }

    /// A batch is out.
    pub(super) fn sent(&mut self, sequence: u64, since: Tick) {
        *self.slot(sequence) = since;
    }

    /// Its first result is in.
    pub(super) fn received(&mut self, sequence: u64, now: Tick) {
        let took = now.since(*self.slot(sequence));
        // The histogram grows to hold whatever comes.
        let _ = self
            .histogram
            .record(took.as_nanos().min(u128::from(u64::MAX)) as u64);
    }

    /// What was measured, if anything was.
    pub(super) fn latency(&self) -> Option<Latency> {
        let at = |quantile| self.histogram.value_at_quantile(quantile) as f64 / 1e9;
        (!self.histogram.is_empty()).then(|| Latency {
            min_s: self.histogram.min() as f64 / 1e9,
            p50_s: at(0.5),
            p90_s: at(0.9),
            p99_s: at(0.99),
            p999_s: at(0.999),
            max_s: self.histogram.max() as f64 / 1e9,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use std::time::Duration;

    #[test]
    fn percentiles_are_those_of_what_was_measured() {
        let start = clock::now();
        let mut watch = Stopwatch::new(4, start);
        assert_eq!(watch.latency(), None);
        for sequence in 0..1000 {
            watch.sent(sequence, start);
            watch.received(sequence, start.after(Duration::from_millis(sequence + 1)));
        }
        let latency = watch.latency().unwrap();
        for (measured, expected) in [
            (latency.min_s, 1e-3),
            (latency.p50_s, 0.5),
            (latency.p90_s, 0.9),
            (latency.p99_s, 0.99),
            (latency.max_s, 1.0),
        ] {
            assert!(
                (measured / expected - 1.0).abs() < 2e-3,
                "{measured} is not {expected}"
            );
        }
    }
}
