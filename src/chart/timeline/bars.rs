//! What is drawn of a lane: bars that can be seen, and not too many of them.

use itertools::Itertools;

use super::lanes::{Lane, Run, Timeline};

/// What one thread ran without a gap that can be seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bar {
    /// The first command.
    pub first: Run,
    /// When the last one was done.
    pub to_s: f64,
    /// For how long a command ran.
    busy_s: f64,
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
    let workers = timelines.iter().flat_map(|timeline| &timeline.workers);
    let lanes = workers.flat_map(|worker| &worker.lanes).collect_vec();
    let bars = |least_s: f64| {
        lanes
            .iter()
            .map(|lane| bars(lane, least_s).len())
            .sum::<usize>()
    };
    // After ten times it is the whole width.
    let mut doubled = (0..=10).map(|times| half_pixel_s * f64::from(1 << times));
    let found = doubled.find(|least_s| bars(*least_s) <= MOST_BARS);
    found.unwrap_or(half_pixel_s * 1024.0)
}

/// The bars of a lane. Two neighbours are one bar when the gap between them is shorter than `least_s`
/// and one of them is hardly longer: those that are longer stay apart, whatever the gap.
pub(super) fn bars(lane: &Lane, least_s: f64) -> Vec<Bar> {
    let mut bars: Vec<Bar> = Vec::new();
    for run in &lane.0 {
        let next = Bar {
            first: *run,
            to_s: run.to_s,
            busy_s: run.to_s - run.from_s,
            commands: 1,
            mixed: false,
        };
        match bars.last_mut() {
            Some(last) if last.adjoins(&next, least_s) => *last = last.and(next),
            _ => bars.push(next),
        }
    }
    bars
}

impl Bar {
    /// The share of its time in which a command ran, 0 to 1.
    pub fn busy(&self) -> f64 {
        match self.length_s() {
            length_s if length_s > 0.0 => (self.busy_s / length_s).min(1.0),
            _ => 1.0,
        }
    }

    /// From its first command to the end of its last one.
    pub fn length_s(&self) -> f64 {
        self.to_s - self.first.from_s
    }

    fn adjoins(&self, next: &Bar, least_s: f64) -> bool {
        let shorter_s = self.length_s().min(next.length_s());
        next.first.from_s - self.to_s < least_s && shorter_s < 2.0 * least_s
    }

    fn and(self, next: Bar) -> Bar {
        Bar {
            to_s: self.to_s.max(next.to_s),
            busy_s: self.busy_s + next.busy_s,
            commands: self.commands + next.commands,
            mixed: self.mixed || next.first.batch != self.first.batch,
            ..self
        }
    }
}
