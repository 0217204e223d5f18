//! Makespan against memory: a dot for each configuration, and a line along the Pareto front.

use plotters::style::RGBColor;

use super::dots::{Dot, Dots};
use super::labels::{Area, Wish, place};
use super::scales::{memory_scale, time_scale};
use crate::chart::choice::evenly;
use crate::chart::estimate::{Estimate, explained};
use crate::chart::figure::{Figure, Point, Text};
use crate::chart::panel::{self, Bounds, Panel};
use crate::chart::unit::Unit;
use crate::chart::{ChartError, font, sheet, theme};

const HEIGHT: f64 = 340.0;
/// The radius of a dot on the front.
const DOT: f64 = 4.5;
/// The radius of the others.
const QUIET_DOT: f64 = 3.0;
/// The thickness of the line along the front.
const LINE: f64 = 2.0;
/// Names beyond this hide what they name.
const MOST_NAMES: usize = 12;

/// Draws the dots.
pub(super) fn figure(dots: &Dots, source: &str) -> Result<Figure, ChartError> {
    let title = format!("Makespan against memory: {}", dots.experiment);
    let (mut figure, top) = sheet::begin(&title, &sentences(dots))?;
    let scatter = Scatter::new(dots, top + panel::ABOVE);
    scatter.draw(&mut figure)?;
    sheet::end(figure, source, scatter.panel.bounds.bottom + panel::BELOW)
}

fn sentences(dots: &Dots) -> Vec<String> {
    let (front, others) = (dots.front.len(), dots.dominated.len());
    let mut sentences = vec![
        format!(
            "For {}: less of both is better, towards the lower left.",
            dots.work
        ),
        match front {
            1 => "The blue dot is the Pareto front: nothing is faster, and nothing is smaller."
                .to_owned(),
            _ => format!(
                "The {front} blue dots and their line are the Pareto front: nothing is both faster \
                 and smaller; names as they have room."
            ),
        },
    ];
    if others > 0 {
        sentences.push(format!(
            "Grey: {others} other{}, each beaten by a blue one in time or memory and better than it \
             in neither.",
            if others == 1 { "" } else { "s" }
        ));
    }
    let shown = dots
        .front
        .iter()
        .chain(dots.dominated.iter().filter(|_| !dots.are_bare));
    let estimates: Vec<Estimate> = shown.flat_map(|dot| [dot.makespan, dot.memory]).collect();
    sentences.extend(explained(&estimates).map(str::to_owned));
    if dots.are_bare && others > 0 {
        sentences.push("Grey dots are without their intervals, for there are many.".to_owned());
    }
    sentences.extend(dots.rule.clone());
    sentences.extend(dots.not_ok.clone());
    sentences
}

struct Scatter<'a> {
    dots: &'a Dots,
    panel: Panel,
    /// The factors from records to axes.
    seconds: f64,
    kibibytes: f64,
}

impl<'a> Scatter<'a> {
    fn new(dots: &'a Dots, top: f64) -> Self {
        let medians = |of: fn(&Dot) -> &Estimate| -> Vec<f64> {
            dots.all().map(|dot| of(dot).median).collect()
        };
        let time = Unit::shortest(&medians(|dot| &dot.makespan), Unit::of_seconds);
        let memory = Unit::shortest(&medians(|dot| &dot.memory), Unit::of_kibibytes);
        let ends = |of: fn(&Dot) -> &Estimate, factor: f64| {
            let ends = dots.all().flat_map(move |dot| [of(dot).low, of(dot).high]);
            ends.map(|end| end * factor).collect::<Vec<f64>>()
        };
        let times = ends(|dot| &dot.makespan, time.factor);
        let memories = ends(|dot| &dot.memory, memory.factor);
        Scatter {
            dots,
            panel: Panel {
                bounds: Bounds {
                    left: theme::MARGIN + panel::BESIDE,
                    right: theme::WIDTH - theme::MARGIN - 8.0,
                    top,
                    bottom: top + HEIGHT,
                },
                x: time_scale(&times, time),
                y: memory_scale(
                    &memories,
                    &format!("memory ({}), {}", dots.memory.as_str(), memory.name),
                ),
            },
            seconds: time.factor,
            kibibytes: memory.factor,
        }
    }

    fn at(&self, dot: &Dot) -> Point {
        let makespan = dot.makespan.median * self.seconds;
        self.panel
            .at((makespan, dot.memory.median * self.kibibytes))
    }

    fn draw(&self, figure: &mut Figure) -> Result<(), ChartError> {
        self.panel.frame(figure);
        for dot in self.dots.dominated.iter().rev() {
            self.dot(figure, dot, QUIET_DOT, theme::RULE);
        }
        self.line(figure);
        for dot in &self.dots.front {
            self.dot(figure, dot, DOT, theme::MEASURED);
        }
        self.names(figure)?;
        for (index, dot) in self.dots.all().enumerate() {
            let is_on_front = index < self.dots.front.len();
            let words = dot.in_words(self.dots.memory, self.dots.are_bare && !is_on_front);
            let words = match is_on_front {
                true => format!("{words}; on the Pareto front"),
                false => words,
            };
            figure.tip_around(self.at(dot), DOT + 2.0, words);
        }
        Ok(())
    }

    /// A dot with the intervals of both its medians.
    fn dot(&self, figure: &mut Figure, dot: &Dot, radius: f64, colour: RGBColor) {
        let (x, y) = self.at(dot);
        let (left, right) = self.across(dot);
        if right - left > 2.0 * radius {
            figure.horizontal((left, right), y, 1.0, colour);
        }
        let (top, bottom) = self.upright(dot);
        if bottom - top > 2.0 * radius {
            figure.vertical(x, (top, bottom), 1.0, colour);
        }
        figure.disc((x, y), radius, colour);
    }

    /// The ends of the interval of a makespan, from left to right.
    fn across(&self, dot: &Dot) -> (f64, f64) {
        let x = |seconds: f64| self.panel.x(seconds * self.seconds);
        (x(dot.makespan.low), x(dot.makespan.high))
    }

    /// The ends of the interval of a memory, from the top downwards.
    fn upright(&self, dot: &Dot) -> (f64, f64) {
        let y = |kibibytes: f64| self.panel.y(kibibytes * self.kibibytes);
        (y(dot.memory.high), y(dot.memory.low))
    }

    /// The line along the front: what is reached by what was measured lies above and right of it.
    fn steps(&self) -> Vec<Point> {
        let mut steps: Vec<Point> = Vec::new();
        for dot in &self.dots.front {
            let (x, y) = self.at(dot);
            steps.extend(steps.last().map(|last| (x, last.1)));
            steps.push((x, y));
        }
        steps
    }

    fn line(&self, figure: &mut Figure) {
        for pair in self.steps().windows(2) {
            let (from, to) = (pair[0], pair[1]);
            if from.1 == to.1 {
                figure.horizontal((from.0, to.0), from.1, LINE, theme::MEASURED);
            } else {
                figure.vertical(from.0, (from.1, to.1), LINE, theme::MEASURED);
            }
        }
    }

    /// The names of the dots on the front, evenly chosen where they are too many.
    fn names(&self, figure: &mut Figure) -> Result<(), ChartError> {
        let chosen = evenly(self.dots.front.len(), MOST_NAMES);
        let chosen: Vec<&Dot> = (chosen.into_iter())
            .map(|rank| &self.dots.front[rank])
            .collect();
        let mut wishes = Vec::new();
        for dot in &chosen {
            let width = font::width(&dot.name, theme::SMALL, false)?;
            let dot = self.at(dot);
            wishes.push(Wish { dot, width });
        }
        let Bounds {
            left,
            right,
            top,
            bottom,
        } = self.panel.bounds;
        let bounds = Area {
            from: (left + 2.0, top - 4.0),
            to: (right + 8.0, bottom - 2.0),
        };
        let quiet: Vec<Point> = self.dots.dominated.iter().map(|dot| self.at(dot)).collect();
        let places = place(&wishes, &bounds, &self.taken(), &quiet);
        for (dot, placed) in chosen.iter().zip(places) {
            if let Some(placed) = placed {
                let name = Text::new(&dot.name, placed.at, theme::SMALL, theme::INK);
                figure.text(name.anchored(placed.anchor));
            }
        }
        Ok(())
    }

    /// What names must not touch: the front's dots with their intervals, and its line.
    fn taken(&self) -> Vec<Area> {
        let dots = self.dots.front.iter().flat_map(|dot| {
            let (x, y) = self.at(dot);
            let (left, right) = self.across(dot);
            let (top, bottom) = self.upright(dot);
            [
                Area::between((x - DOT, y - DOT), (x + DOT, y + DOT)),
                Area::between((left, y), (right, y)),
                Area::between((x, top), (x, bottom)),
            ]
        });
        let steps = self.steps();
        let lines = steps.windows(2).map(|pair| Area::between(pair[0], pair[1]));
        dots.chain(lines).collect()
    }
}
