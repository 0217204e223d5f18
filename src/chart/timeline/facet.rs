//! One timeline as a facet: a band for each lane, a bar for what a thread ran.

use itertools::Itertools;
use plotters::style::RGBColor;

use super::bars::{Bar, bars};
use super::lanes::{Lane, Timeline, Worker};
use crate::chart::grammar::{Axis, Datum, Facet, Layer, Mark, Ticks, WHOLE};
use crate::chart::scale::Scale;
use crate::chart::scene::Stroke;
use crate::chart::theme;
use crate::chart::vocabulary::Quantity;
use crate::model::counted;

/// Batches of a worker by turns: in grey they differ too.
pub const SHADES: [f64; 3] = [0.2, 0.5, 0.8];
/// More lanes would be thinner than can be seen.
const MOST_LANES: usize = 256;
/// Room for the lanes of a facet; the less, the more facets there are.
const HEIGHT: f64 = 420.0;
/// The distance of two lanes.
const THICKEST: f64 = 12.0;
const THINNEST: f64 = 1.5;
/// The least height of a worker with a second line under its name.
const TWO_LINES: f64 = 26.0;

/// What is shown of one timeline.
pub struct Shown<'a> {
    /// All of it.
    pub timeline: &'a Timeline,
    /// The first workers, as many as there is room for.
    workers: Vec<ShownWorker<'a>>,
    /// The distance of two lanes.
    pitch: f64,
}

/// What is shown of one worker.
struct ShownWorker<'a> {
    worker: &'a Worker,
    /// The place of its first lane, in lanes.
    first: f64,
    /// Its lanes, all but where there is no room for them, with what is drawn of each.
    lanes: Vec<(&'a Lane, Vec<Bar>)>,
}

impl<'a> Shown<'a> {
    /// One of so many timelines, of which nothing shorter than `finest_s` is shown.
    pub fn new(timeline: &'a Timeline, of: usize, finest_s: f64) -> Shown<'a> {
        let mut room = MOST_LANES;
        let mut workers = Vec::new();
        for worker in &timeline.workers {
            // A worker is shown whole, but for the first one.
            if !workers.is_empty() && worker.lanes.len() > room {
                break;
            }
            let lanes = worker.lanes.iter().take(room);
            let lanes = lanes.map(|lane| (lane, bars(lane, finest_s))).collect_vec();
            room -= lanes.len();
            let first = 0.0;
            workers.push(ShownWorker {
                worker,
                first,
                lanes,
            });
        }
        let height = HEIGHT / of.clamp(1, 3) as f64;
        let pitch = (height / (MOST_LANES - room) as f64).clamp(THINNEST, THICKEST);
        // Whole pixels of the picture, of which two are a logical one.
        let pitch = (pitch * 2.0).floor() / 2.0;
        let gap = if pitch >= 4.0 { 5.0 } else { 1.5 } / pitch;
        let mut next = 0.0;
        for worker in &mut workers {
            worker.first = next;
            next += worker.count() + gap;
        }
        Shown {
            timeline,
            workers,
            pitch,
        }
    }

    /// All that it draws of commands.
    pub fn bars(&self) -> impl Iterator<Item = &Bar> {
        let lanes = self.workers.iter().flat_map(|shown| &shown.lanes);
        lanes.flat_map(|(_, bars)| bars)
    }

    /// The workers that came so late that it can be seen.
    fn late(&self) -> impl Iterator<Item = &ShownWorker<'a>> {
        let late_s = self.timeline.makespan_s / 500.0;
        self.workers
            .iter()
            .filter(move |shown| shown.worker.up_s > late_s)
    }

    /// Whether a worker came so late that it can be seen.
    pub fn has_late_workers(&self) -> bool {
        self.late().next().is_some()
    }

    /// The lanes over a time that is as long as the longest of all timelines.
    pub fn facet(&self, longest_s: f64, each_bar: bool) -> Facet {
        let lanes = self
            .workers
            .last()
            .map_or(1.0, |last| last.first + last.count());
        let names = self
            .workers
            .iter()
            .map(|shown| shown.name(self.pitch))
            .collect();
        let y = Axis::with(Scale::band(lanes), "", Ticks::At(names));
        let mut facet = Facet::new(Axis::new(Scale::time(longest_s), ""), y, self.pitch);
        (facet.heading, facet.facts) = (self.timeline.name.clone(), self.facts());
        let end_s = self.timeline.makespan_s;
        let idle = self.workers.iter().map(|shown| {
            let y = (
                shown.first - 0.5,
                shown.first + shown.count() - 0.5 - self.seam(),
            );
            Datum::new((shown.worker.up_s.max(0.0), end_s), y)
        });
        let late = self.late().flat_map(|shown| {
            // Thin lanes share one line.
            let height = if self.pitch >= 4.0 {
                1.0
            } else {
                shown.count()
            };
            let middle = shown.first - 0.5 + (height - self.seam()) / 2.0;
            let lines = (0..(shown.count() / height) as u32).map(f64::from);
            let up_s = (0.0, shown.worker.up_s);
            lines.map(move |line| Datum::new(up_s, middle + line * height))
        });
        let [mut bars, mut answers] = [const { Vec::new() }; 2];
        for shown in &self.workers {
            for (index, (lane, of)) in shown.lanes.iter().enumerate() {
                let top = shown.first + index as f64 - 0.5;
                let y = (top, top + 1.0 - self.seam());
                let (name, number) = (&self.timeline.name, shown.worker.number);
                let place = format!("{name}: worker {number}, thread {}", index + 1);
                if each_bar {
                    let words = |bar: &Bar| format!("{place}: {}", in_words(bar));
                    bars.extend(of.iter().map(|bar| datum(bar, y).tooltip(words(bar))));
                } else {
                    bars.extend(of.iter().map(|bar| datum(bar, y)));
                    let busy = share(lane.busy_s() / end_s);
                    let words = format!("{place}: {} commands, {busy} busy", lane.0.len());
                    answers.push(Datum::new((0.0, longest_s), y).tooltip(words));
                }
            }
        }
        facet.add(Mark::Bar, theme::GRID, idle);
        facet.add(Mark::Rule(1.0, Stroke::Solid), theme::RULE, late);
        facet.add(Mark::Bar, theme::QUIET, bars);
        facet.add_layer(Layer::new(Mark::Bar, theme::PAPER, answers).opacity(0.0));
        let end = Datum::new(end_s, WHOLE);
        facet.add(Mark::Rule(1.5, Stroke::Solid), theme::INK, [end]);
        facet
    }

    /// How long it took, how busy its threads were, and what there was no room for.
    fn facts(&self) -> String {
        let makespan = Quantity::Makespan.value(self.timeline.makespan_s);
        let busy = share(self.timeline.busy());
        let (shown, all) = (self.workers.len(), self.timeline.workers.len());
        let lanes: usize = self.workers.iter().map(|shown| shown.lanes.len()).sum();
        let missing = if shown < all {
            format!(", first {shown} of {all} workers shown")
        } else if lanes < self.timeline.lanes() {
            format!(", first {lanes} of {} threads shown", self.timeline.lanes())
        } else {
            String::new()
        };
        format!("makespan {makespan}, threads {busy} busy{missing}")
    }

    /// Free space below a lane, in lanes.
    fn seam(&self) -> f64 {
        match self.pitch {
            thick if thick >= 5.0 => 1.0 / thick,
            thin if thin >= 2.5 => 0.5 / thin,
            _ => 0.0,
        }
    }
}

impl ShownWorker<'_> {
    /// How many lanes it has.
    fn count(&self) -> f64 {
        self.lanes.len() as f64
    }

    /// Its name at its middle; with its threads where there is room for a second line.
    fn name(&self, pitch: f64) -> (f64, String) {
        let mut name = format!("worker {}", self.worker.number);
        if self.count() * pitch >= TWO_LINES {
            name = format!("{name}\n{}", counted(self.worker.lanes.len(), "thread"));
        }
        (self.first + self.count() / 2.0 - 0.5, name)
    }
}

/// A bar; gaps in it make it paler, but leave it visible.
fn datum(bar: &Bar, y: (f64, f64)) -> Datum {
    let opacity = if bar.busy() > 0.95 {
        1.0
    } else {
        bar.busy().max(0.4)
    };
    let turn = bar.first.turn % SHADES.len();
    let colour: RGBColor = if bar.mixed {
        theme::QUIET
    } else {
        theme::shade(SHADES[turn])
    };
    let datum = Datum::new((bar.first.from_s.max(0.0), bar.to_s.max(0.0)), y).coloured(colour);
    Datum {
        opacity: Some(opacity),
        ..datum
    }
}

fn in_words(bar: &Bar) -> String {
    let batch = bar.first.batch;
    let what = match (bar.commands, bar.mixed) {
        (1, _) => format!("batch {batch}, command {}", bar.first.index),
        (more, false) => format!("{more} commands of batch {batch}"),
        (more, true) => format!("{more} commands, the first of batch {batch}"),
    };
    let [from, long] = [bar.first.from_s, bar.length_s()].map(|s| Quantity::Makespan.value(s));
    format!("{what}; {long} from {from} on")
}

fn share(share: f64) -> String {
    match 100.0 * share {
        percent if percent < 1.0 => "less than 1 %".to_owned(),
        percent => format!("{percent:.0} %"),
    }
}
