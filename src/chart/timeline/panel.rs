//! One timeline as a panel: its lanes, and what is written about it.

use super::bars::{Bar, bars};
use super::key::colour;
use super::lanes::{Lane, Timeline, Worker};
use crate::chart::axis::LinearAxis;
use crate::chart::figure::{Anchor, Figure, Text};
use crate::chart::unit::Unit;
use crate::chart::{ChartError, font, theme};

/// Where time begins.
pub(super) const LEFT: f64 = theme::MARGIN + NAMES + 7.0;
/// Where it ends.
pub(super) const RIGHT: f64 = theme::WIDTH - theme::MARGIN - 10.0;
/// Room for the workers' names.
const NAMES: f64 = 74.0;
/// Tips for each bar while there are no more of them, else for each lane.
pub(super) const MOST_TIPS: usize = 1_200;

/// More lanes would be thinner than can be seen.
const MOST_LANES: usize = 256;
/// Room for the lanes of a panel; the less, the more panels there are.
const HEIGHT: f64 = 420.0;
/// The distance of two lanes.
const THICKEST: f64 = 12.0;
const THINNEST: f64 = 1.5;
/// The least height of a worker with a second line under its name.
const TWO_LINES: f64 = 26.0;
/// The least distance of two workers' names.
const NAME_ROOM: f64 = 13.0;

/// The horizontal axis, in its unit.
pub(super) struct Time {
    /// From the client's first send.
    pub axis: LinearAxis,
    /// Of its values.
    pub unit: Unit,
}

impl Time {
    fn x(&self, seconds: f64) -> f64 {
        LEFT + self.axis.position(seconds.max(0.0) * self.unit.factor) * (RIGHT - LEFT)
    }

    /// How long a pixel is.
    pub fn seconds_per_pixel(&self) -> f64 {
        1.0 / (self.axis.position(self.unit.factor) * (RIGHT - LEFT))
    }
}

/// What is shown of one timeline.
pub(super) struct Panel<'a> {
    timeline: &'a Timeline,
    /// The first workers, as many as there is room for.
    workers: Vec<Shown<'a>>,
    /// The distance of two lanes.
    pitch: f64,
    /// Free space between two workers.
    gap: f64,
}

/// What is shown of one worker.
struct Shown<'a> {
    worker: &'a Worker,
    /// Its lanes, all but where there is no room for them, with what is drawn of each.
    lanes: Vec<(&'a Lane, Vec<Bar>)>,
}

impl<'a> Panel<'a> {
    /// One of so many panels, which shows nothing shorter than `finest_s`.
    pub fn new(timeline: &'a Timeline, of: usize, finest_s: f64) -> Panel<'a> {
        let mut room = MOST_LANES;
        let mut workers = Vec::new();
        for worker in &timeline.workers {
            // A worker is shown whole, but for the first one.
            if !workers.is_empty() && worker.lanes.len() > room {
                break;
            }
            let lanes: Vec<_> = (worker.lanes.iter().take(room))
                .map(|lane| (lane, bars(lane, finest_s)))
                .collect();
            room -= lanes.len();
            workers.push(Shown { worker, lanes });
        }
        let lanes = (MOST_LANES - room) as f64;
        let height = HEIGHT / of.clamp(1, 3) as f64;
        let pitch = (height / lanes).clamp(THINNEST, THICKEST);
        Panel {
            timeline,
            workers,
            // Whole pixels of the picture, of which two are a logical one.
            pitch: (pitch * 2.0).floor() / 2.0,
            gap: if pitch >= 4.0 { 5.0 } else { 1.5 },
        }
    }

    fn all_bars(&self) -> impl Iterator<Item = &Bar> {
        let lanes = self.workers.iter().flat_map(|shown| &shown.lanes);
        lanes.flat_map(|(_, bars)| bars)
    }

    /// How many bars it has.
    pub fn bars(&self) -> usize {
        self.all_bars().count()
    }

    /// Whether a bar holds more than one command.
    pub fn has_merged_bars(&self) -> bool {
        self.all_bars().any(|bar| bar.commands > 1)
    }

    /// Whether a bar holds commands of more than one batch.
    pub fn has_mixed_bars(&self) -> bool {
        self.all_bars().any(|bar| bar.mixed)
    }

    /// Draws it below `top`, and tells where it ends.
    ///
    /// # Errors
    /// When the fonts are broken.
    pub fn draw(
        &self,
        figure: &mut Figure,
        top: f64,
        time: &Time,
        each_bar: bool,
    ) -> Result<f64, ChartError> {
        self.heading(figure, top + 12.0)?;
        let first = top + 20.0;
        let mut bottom = first - self.gap;
        let mut named = f64::NEG_INFINITY;
        for Shown { worker, lanes } in &self.workers {
            let top = bottom + self.gap;
            bottom = top + lanes.len() as f64 * self.pitch;
            let middle = (top + bottom) / 2.0;
            if middle - named >= NAME_ROOM {
                name(figure, worker, (top, bottom))?;
                named = middle;
            }
            self.tracks(figure, worker, (top, lanes.len()), time);
            for (index, (lane, bars)) in lanes.iter().enumerate() {
                let top = top + index as f64 * self.pitch;
                self.lane(figure, top, bars, time);
                let place = format!(
                    "{}: worker {}, thread {}",
                    self.timeline.name,
                    worker.number,
                    index + 1
                );
                match each_bar {
                    true => self.bar_tips(figure, top, bars, (&place, time)),
                    false => self.lane_tip(figure, top, lane, &place),
                }
            }
        }
        let end = time.x(self.timeline.makespan_s);
        figure.vertical(end, (first - 3.0, bottom + 3.0), 1.5, theme::INK);
        Ok(bottom)
    }

    /// What it is, how long it took, and how busy its threads were.
    fn heading(&self, figure: &mut Figure, y: f64) -> Result<(), ChartError> {
        let mut facts = vec![
            format!("makespan {}", duration(self.timeline.makespan_s)),
            format!("threads {} busy", share(self.timeline.busy())),
        ];
        facts.extend(self.left_out());
        let facts = Text::new(facts.join(", "), (RIGHT, y), theme::SMALL, theme::INK);
        let facts = facts.anchored(Anchor::End);
        let (left, _) = facts.extent()?;
        figure.text(facts);
        let room = left - 16.0 - theme::MARGIN;
        let name = font::fit(&self.timeline.name, room, theme::BODY, true)?;
        figure.text(Text::new(name, (theme::MARGIN, y), theme::BODY, theme::INK).bold());
        Ok(())
    }

    /// What there was no room for.
    fn left_out(&self) -> Option<String> {
        let all = &self.timeline.workers;
        let shown = self.workers.len();
        if shown < all.len() {
            return Some(format!("first {shown} of {} workers shown", all.len()));
        }
        let lanes = self.workers.iter().map(|shown| shown.lanes.len());
        let (shown, all) = (lanes.sum::<usize>(), self.timeline.lanes());
        (shown < all).then(|| format!("first {shown} of {all} threads shown"))
    }

    /// Where the threads of a worker could have run, and a line where it was not yet there.
    fn tracks(
        &self,
        figure: &mut Figure,
        worker: &Worker,
        (top, lanes): (f64, usize),
        time: &Time,
    ) {
        let (up, end) = (time.x(worker.up_s), time.x(self.timeline.makespan_s));
        let bottom = top + lanes as f64 * self.pitch;
        figure.rectangle((up, top), (end, bottom - self.seam()), theme::GRID);
        if up - LEFT < 1.0 {
            return;
        }
        // Thin lanes share one line.
        let (lines, height) = match self.pitch >= 4.0 {
            true => (lanes, self.pitch),
            false => (1, bottom - top),
        };
        for line in 0..lines {
            let y = top + (line as f64 + 0.5) * height - self.seam() / 2.0;
            figure.horizontal((LEFT, up), y, 1.0, theme::RULE);
        }
    }

    /// Free space below a lane.
    fn seam(&self) -> f64 {
        match self.pitch {
            thick if thick >= 5.0 => 1.0,
            thin if thin >= 2.5 => 0.5,
            _ => 0.0,
        }
    }

    fn lane(&self, figure: &mut Figure, top: f64, bars: &[Bar], time: &Time) {
        let bottom = top + self.pitch - self.seam();
        for bar in bars {
            let (from, to) = (time.x(bar.from_s), time.x(bar.to_s));
            // Neighbours stay apart where there is room for it.
            let to = if to - from >= 3.0 {
                to - 0.5
            } else {
                to.max(from + 0.5)
            };
            // Gaps in it make it paler, but leave it visible.
            match bar.busy() {
                full if full > 0.95 => figure.rectangle((from, top), (to, bottom), colour(bar)),
                partly => {
                    let corners = vec![(from, top), (to, top), (to, bottom), (from, bottom)];
                    figure.area(corners, colour(bar), partly.max(0.4));
                }
            }
        }
    }

    fn bar_tips(&self, figure: &mut Figure, top: f64, bars: &[Bar], (place, time): (&str, &Time)) {
        for bar in bars {
            let from = (time.x(bar.from_s), top);
            let to = (time.x(bar.to_s).max(from.0 + 1.0), top + self.pitch);
            figure.tip(from, to, format!("{place}: {}", in_words(bar)));
        }
    }

    fn lane_tip(&self, figure: &mut Figure, top: f64, lane: &Lane, place: &str) {
        let busy = share(lane.busy_s() / self.timeline.makespan_s);
        let words = format!("{place}: {} commands, {busy} busy", lane.0.len());
        figure.tip((LEFT, top), (RIGHT, top + self.pitch), words);
    }
}

/// A worker's name left of its lanes.
///
/// # Errors
/// When the fonts are broken.
fn name(figure: &mut Figure, worker: &Worker, (top, bottom): (f64, f64)) -> Result<(), ChartError> {
    let middle = (top + bottom) / 2.0;
    let mut line = |words: String, y: f64, em: f64| {
        let words = font::fit(&words, NAMES, em, false)?;
        let text = Text::new(words, (LEFT - 7.0, y), em, theme::QUIET);
        figure.text(text.anchored(Anchor::End));
        Ok(())
    };
    let two_lines = bottom - top >= TWO_LINES;
    let up = if two_lines { 2.0 } else { -4.0 };
    line(
        format!("worker {}", worker.number),
        middle - up,
        theme::SMALL,
    )?;
    if !two_lines {
        return Ok(());
    }
    let threads = match worker.lanes.len() {
        1 => "1 thread".to_owned(),
        more => format!("{more} threads"),
    };
    line(threads, middle + 11.0, theme::TINY)
}

fn in_words(bar: &Bar) -> String {
    let what = match (bar.commands, bar.mixed) {
        (1, _) => format!("batch {}, command {}", bar.first.batch, bar.first.index),
        (more, false) => format!("{more} commands of batch {}", bar.first.batch),
        (more, true) => format!("{more} commands, the first of batch {}", bar.first.batch),
    };
    let (from, long) = (duration(bar.from_s), duration(bar.to_s - bar.from_s));
    format!("{what}; {long} from {from} on")
}

fn share(share: f64) -> String {
    match 100.0 * share {
        percent if percent < 1.0 => "less than 1 %".to_owned(),
        percent => format!("{percent:.0} %"),
    }
}

fn duration(seconds: f64) -> String {
    Unit::of_seconds(seconds).with_name(seconds)
}
