//! What is drawn of a lane: bars that can be seen, and not too many of them.

use super::lanes::{Lane, Run, Timeline};

/// What one thread ran without a gap that can be seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bar {
    /// When the first command began.
    pub from_s: f64,
    /// When the last one was done.
    pub to_s: f64,
    /// The first command.
    pub first: Run,
    /// For how long a command ran.
    pub busy_s: f64,
    /// How many commands it holds.
    pub commands: usize,
    /// Whether they are of several batches.
    pub mixed: bool,
}

/// More shapes make a picture that no viewer likes.
const MOST_BARS: usize = 6_000;

/// The shortest time that is shown: that of half a pixel, or as many times the double of it as it
/// takes for the bars to be few enough.
pub(super) fn finest(timelines: &[Timeline], half_pixel_s: f64) -> f64 {
    let lanes = || {
        let workers = timelines.iter().flat_map(|timeline| &timeline.workers);
        workers.flat_map(|worker| &worker.lanes)
    };
    let bars = |least_s: f64| lanes().map(|lane| bars(lane, least_s).len()).sum::<usize>();
    let mut least_s = half_pixel_s;
    // After ten times it is the whole width.
    for _ in 0..10 {
        if bars(least_s) <= MOST_BARS {
            break;
        }
        least_s *= 2.0;
    }
    least_s
}

/// The bars of a lane. Two neighbours are one bar when the gap between them is shorter than `least_s`
/// and one of them is hardly longer: those that are longer stay apart, whatever the gap.
pub(super) fn bars(lane: &Lane, least_s: f64) -> Vec<Bar> {
    let mut bars: Vec<Bar> = Vec::new();
    for run in &lane.0 {
        let next = Bar::of(*run);
        match bars.last_mut() {
            Some(last) if last.adjoins(&next, least_s) => last.take_in(&next),
            _ => bars.push(next),
        }
    }
    bars
}

impl Bar {
    fn of(run: Run) -> Bar {
        Bar {
            from_s: run.from_s,
            to_s: run.to_s,
            first: run,
            busy_s: run.to_s - run.from_s,
            commands: 1,
            mixed: false,
        }
    }

    /// The share of its time in which a command ran, 0 to 1.
    pub fn busy(&self) -> f64 {
        match self.length_s() {
            length_s if length_s > 0.0 => (self.busy_s / length_s).min(1.0),
            _ => 1.0,
        }
    }

    fn length_s(&self) -> f64 {
        self.to_s - self.from_s
    }

    fn adjoins(&self, next: &Bar, least_s: f64) -> bool {
        let shorter_s = self.length_s().min(next.length_s());
        next.from_s - self.to_s < least_s && shorter_s < 2.0 * least_s
    }

    fn take_in(&mut self, next: &Bar) {
        self.to_s = self.to_s.max(next.to_s);
        self.busy_s += next.busy_s;
        self.commands += next.commands;
        self.mixed |= next.first.batch != self.first.batch;
    }
}
