//! The upper part: all runs in the order of the experiment.

use std::collections::HashSet;

use super::marks::{Mark, Way, beyond, counted};
use super::range::{Range, percent};
use super::repeats::{Outcome, Repeats, Run};
use crate::chart::axis::{Axis, LinearAxis};
use crate::chart::figure::Figure;
use crate::chart::panel::{ABOVE, BESIDE, Bounds, Panel, Scale};
use crate::chart::theme;
use crate::chart::unit::Unit;
use crate::record::Spread;

const HEIGHT: f64 = 190.0;
const LEFT: f64 = theme::MARGIN + BESIDE;
const RIGHT: f64 = theme::WIDTH - theme::MARGIN - 6.0;
/// Lines between blocks that are closer say nothing.
const LEAST_BLOCK: f64 = 6.0;
/// Tips for each run while there are no more of them, else for each strip.
const MOST_TIPS: usize = 1_200;
/// Strips of neighbouring runs, where there are too many for a tip each.
const STRIPS: usize = 100;

/// All runs in order.
pub(super) struct InOrder<'a> {
    repeats: &'a Repeats,
    range: &'a Range,
    panel: Panel,
}

impl<'a> InOrder<'a> {
    /// Below `top`.
    pub fn new(repeats: &'a Repeats, range: &'a Range, top: f64) -> Self {
        let bounds = Bounds {
            left: LEFT,
            right: RIGHT,
            top: top + ABOVE,
            bottom: top + ABOVE + HEIGHT,
        };
        let places = LinearAxis::between(0.5, repeats.places as f64 + 0.5);
        let whole = places
            .ticks(34.0 / (bounds.right - bounds.left))
            .into_iter();
        let whole = whole.filter(|tick| tick.fract() == 0.0);
        let marks = whole.map(|tick| (tick, tick.to_string())).collect();
        let name = "trial, in the order in which they were run";
        let x = Scale::marked(Axis::Linear(places), name, marks);
        let name = "makespan against the median of its configuration";
        let y = Axis::Linear(range.axis.clone());
        let y = Scale::marked(y, name, range.marks(26.0 / HEIGHT));
        InOrder {
            repeats,
            range,
            panel: Panel { bounds, x, y },
        }
    }

    /// Where the axis itself ends.
    pub fn bottom(&self) -> f64 {
        self.panel.bounds.bottom
    }

    /// Draws it.
    pub fn draw(&self, figure: &mut Figure) {
        let Bounds {
            left,
            right,
            top,
            bottom,
        } = self.panel.bounds;
        if parts_blocks(self.repeats) {
            for end in &self.repeats.block_ends {
                let x = self.panel.x(*end as f64 + 0.5);
                figure.vertical(x, (top, bottom), 1.0, theme::GRID);
            }
        }
        self.panel.frame(figure);
        figure.horizontal((left, right), self.panel.y(0.0), 1.0, theme::RULE);
        let (plain, marked): (Vec<&Run>, Vec<&Run>) =
            (self.repeats.runs.iter()).partition(|run| mark(run) == Mark::Plain);
        self.plain(figure, &plain);
        let (line, _) = running_median(self.repeats);
        self.panel
            .line(figure, &thinned(&line), 2.0, theme::MEASURED);
        for run in marked {
            let (x, y, way) = self.place(run);
            draw_at(figure, (x, y), mark(run), way);
        }
        self.tips(figure);
    }

    fn plain(&self, figure: &mut Figure, runs: &[&Run]) {
        let mut seen: HashSet<(i64, i64)> = HashSet::new();
        for run in runs {
            let (x, y, way) = self.place(run);
            // A second dot on the same pixel changes nothing.
            if way.is_some() || seen.insert((x.round() as i64, y.round() as i64)) {
                draw_at(figure, (x, y), Mark::Plain, way);
            }
        }
    }

    fn place(&self, run: &Run) -> (f64, f64, Option<Way>) {
        let Bounds { top, bottom, .. } = self.panel.bounds;
        let x = self.panel.x(run.place as f64);
        let Outcome::Good(deviation) = &run.outcome else {
            return (x, bottom - 7.0, None);
        };
        let (position, side) = self.range.position(deviation.percent);
        let way = match side {
            1 => Some(Way::Up),
            -1 => Some(Way::Down),
            _ => None,
        };
        (x, bottom - position * (bottom - top), way)
    }

    fn tips(&self, figure: &mut Figure) {
        if self.repeats.runs.len() <= MOST_TIPS {
            for run in &self.repeats.runs {
                let (x, y, _) = self.place(run);
                figure.tip_around((x, y), 4.0, in_words(run));
            }
            return;
        }
        let Bounds { top, bottom, .. } = self.panel.bounds;
        for runs in self
            .repeats
            .runs
            .chunks(self.repeats.runs.len().div_ceil(STRIPS))
        {
            let from = self.panel.x(runs[0].place as f64 - 0.5);
            let to = self.panel.x(runs[runs.len() - 1].place as f64 + 0.5);
            figure.tip((from, top), (to, bottom), strip_in_words(runs));
        }
    }
}

/// Whether there are blocks, wide enough to be parted by lines.
pub(super) fn parts_blocks(repeats: &Repeats) -> bool {
    let ends = repeats.block_ends.len();
    ends > 0 && (RIGHT - LEFT) / (ends + 1) as f64 >= LEAST_BLOCK
}

/// The mark of a run.
pub(super) fn mark(run: &Run) -> Mark {
    match &run.outcome {
        Outcome::Good(deviation) => Mark::of(deviation),
        Outcome::Bad(_) => Mark::Bad,
    }
}

fn draw_at(figure: &mut Figure, at: (f64, f64), mark: Mark, way: Option<Way>) {
    match way {
        Some(way) => beyond(figure, at, way),
        None => mark.draw(figure, at),
    }
}

/// The median of so many neighbouring good runs, at the place of the middle one; also how many
/// these are: a tenth of all, an odd number from 5 to 51. None when there are fewer than that.
pub(super) fn running_median(repeats: &Repeats) -> (Vec<(f64, f64)>, usize) {
    let good: Vec<(usize, f64)> = (repeats.good())
        .map(|(place, deviation)| (place, deviation.percent))
        .collect();
    let width = (good.len() / 10).clamp(5, 51) | 1;
    let middle = |runs: &[(usize, f64)]| {
        let percents = Spread::of(runs.iter().map(|(_, percent)| *percent))?;
        Some((runs[width / 2].0 as f64, percents.median))
    };
    (good.windows(width).filter_map(middle).collect(), width)
}

/// As many points of a line as there are pixels.
fn thinned(line: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let every = line.len().div_ceil(600).max(1);
    line.iter().copied().step_by(every).collect()
}

fn in_words(run: &Run) -> String {
    let about = format!("trial {}: {}, run {}", run.place, run.name, run.run);
    match &run.outcome {
        Outcome::Bad(reason) => format!("{about}: {reason}"),
        Outcome::Good(deviation) => {
            let seconds = deviation.makespan_s;
            let seconds = Unit::of_seconds(seconds).with_name(seconds);
            let outlier = match Mark::of(deviation) {
                Mark::Plain => String::new(),
                mark => format!(", {}", mark.words()),
            };
            format!(
                "{about}: {seconds}, {} from its median{outlier}",
                percent(deviation.percent)
            )
        }
    }
}

/// Many neighbouring runs.
fn strip_in_words(runs: &[Run]) -> String {
    let (first, last) = (runs[0].place, runs[runs.len() - 1].place);
    let percents = runs.iter().filter_map(|run| match &run.outcome {
        Outcome::Good(deviation) => Some(deviation.percent),
        Outcome::Bad(_) => None,
    });
    let mut words = format!("trials {first} to {last}");
    if let Some(spread) = Spread::of(percents) {
        words.push_str(&format!(
            ": median {} from their medians, from {} to {}",
            percent(spread.median),
            percent(spread.min),
            percent(spread.max)
        ));
    }
    words.push_str(&counted(runs.iter().map(mark)));
    words
}
