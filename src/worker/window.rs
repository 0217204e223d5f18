//! How much a worker wants to hold: a rule over time that is given to it.

use std::time::Duration;

use crate::clock::Tick;

/// How many unfinished units a worker wants to hold: a pure rule over how fast they get done.
///
/// Work that takes long is fetched one unit at a time, so that the next batch always goes to the
/// first free worker. Work that takes less than the way to the gateway and back is fetched ahead,
/// so that the worker never waits for it: as much as it does in [`Window::HORIZON`]. In between, the
/// next batch is sent for when the last one has [`Window::LEAD`] to go.
#[derive(Debug)]
pub(super) struct Window {
    floor: u64,
    size: u64,
    since: Option<Tick>,
    /// How many commands are done in the lead.
    lead: usize,
}

impl Window {
    /// The time for which a worker fetches ahead. It bounds how long a batch can wait behind
    /// others while another worker is free.
    const HORIZON: Duration = Duration::from_millis(2);
    /// How long before its end a batch sends for the next one: the way there and back, when the
    /// cores are busy. It is not begun before the last one is wholly done.
    const LEAD: Duration = Duration::from_millis(1);
    /// The most units that a worker ever holds.
    const CEILING: u64 = 2048;

    /// A window that is never smaller than `floor`.
    pub(super) fn new(floor: u64) -> Self {
        Window {
            floor,
            size: floor,
            since: None,
            lead: 0,
        }
    }

    /// The first work after a pause came in.
    pub(super) fn work_began(&mut self, now: Tick) {
        self.since = Some(now);
    }

    /// So many units have been finished, with so many commands.
    pub(super) fn finished(&mut self, units: u64, commands: u64, now: Tick) {
        if units == 0 {
            return;
        }
        if let Some(since) = self.since {
            let took = now.since(since).as_nanos().max(1);
            let fits = u128::from(units) * Self::HORIZON.as_nanos() / took;
            // Growth is doubled at the most, so that one lucky measurement does not decide.
            let size = (fits as u64).min(self.size * 2).min(Self::CEILING);
            self.size = size.max(self.floor);
            self.lead = (u128::from(commands) * Self::LEAD.as_nanos() / took) as usize;
        }
        self.since = Some(now);
    }

    /// With how many commands left a batch is to send for the next one; 0 when it need not, since
    /// a command takes longer than that, or batches are fetched ahead anyway.
    pub(super) fn lead(&self) -> usize {
        if self.size > self.floor { 0 } else { self.lead }
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    /// Finishes `units` at a time, each taking `each`, `times` times over.
    fn after(floor: u64, units: u64, each: Duration, times: u32) -> u64 {
        let mut window = Window::new(floor);
        let mut now = clock::now();
        window.work_began(now);
        for _ in 0..times {
            now = now.after(each * units as u32);
            window.finished(units, units, now);
        }
        window.size()
    }

    #[test]
    fn long_work_is_fetched_one_batch_at_a_time() {
        assert_eq!(after(1, 1, Duration::from_secs(1), 100), 1);
        assert_eq!(after(1, 1, Duration::from_millis(2), 100), 1);
    }

    #[test]
    fn short_work_is_fetched_ahead_up_to_the_horizon() {
        assert_eq!(after(1, 1, Duration::from_micros(20), 100), 100);
        assert_eq!(
            after(1, 50, Duration::from_nanos(100), 100),
            Window::CEILING
        );
    }

    #[test]
    fn it_never_falls_below_the_threads_of_a_pipelined_worker() {
        assert_eq!(after(16, 1, Duration::from_secs(1), 10), 16);
    }

    #[test]
    fn a_batch_sends_for_the_next_one_a_lead_before_its_end() {
        let mut window = Window::new(1);
        let start = clock::now();
        window.work_began(start);
        window.finished(1, 16, start.after(Duration::from_millis(8)));
        assert_eq!((window.size(), window.lead()), (1, 2));
        window.finished(1, 16, start.after(Duration::from_millis(1008)));
        assert_eq!((window.size(), window.lead()), (1, 0));
    }

    #[test]
    fn it_grows_step_by_step_and_falls_at_once() {
        assert_eq!(after(1, 1, Duration::from_nanos(1), 3), 8);
        let mut window = Window::new(1);
        let start = clock::now();
        window.work_began(start);
        for millis in 1..=3 {
            window.finished(1000, 1000, start.after(Duration::from_millis(millis)));
        }
        assert_eq!(window.size(), 8);
        window.finished(1, 1, start.after(Duration::from_secs(1)));
        assert_eq!(window.size(), 1);
    }
}
