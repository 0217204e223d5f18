//! A plot area between two axes.
//!
//! * `labels`: the names of lines at its right end.

mod labels;

use plotters::style::RGBColor;

use super::axis::Axis;
use super::estimate::Estimate;
use super::figure::{Anchor, Figure, Point, Text};
use super::{theme, unit};
pub use labels::{EndLabel, label_room};

/// An axis with what is written beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// Where values stand.
    pub axis: Axis,
    /// What it measures, with the unit.
    pub name: String,
    /// The marks; `None` takes the axis' own as they fit.
    pub marks: Option<Vec<(f64, String)>>,
}

impl Scale {
    /// A scale with the axis' own marks.
    pub fn new(axis: Axis, name: impl Into<String>) -> Self {
        let name = name.into();
        Scale {
            axis,
            name,
            marks: None,
        }
    }

    /// A scale with marks at these values, such as the ones that were measured. Where they stand
    /// too close, some are left out.
    pub fn marked(axis: Axis, name: impl Into<String>, marks: Vec<(f64, String)>) -> Self {
        Scale {
            marks: Some(marks),
            ..Scale::new(axis, name)
        }
    }

    /// A scale with marks at the values that were measured, or, where they are many, with the axis'
    /// own: round numbers are read more easily than some of many others.
    pub fn measured(axis: Axis, name: impl Into<String>, marks: Vec<(f64, String)>) -> Self {
        match marks.len() {
            0..=MOST_MARKS => Scale::marked(axis, name, marks),
            _ => Scale::new(axis, name),
        }
    }

    fn marks(&self, length: f64, room: f64) -> Vec<(f64, String)> {
        let least = room / length;
        let Some(marks) = &self.marks else {
            let ticks = self.axis.ticks(least).into_iter();
            return ticks.map(|tick| (tick, unit::mark(tick))).collect();
        };
        let mut kept: Vec<(f64, String)> = Vec::new();
        for mark in marks {
            let place = self.axis.position(mark.0);
            let last = kept.last().map(|last| self.axis.position(last.0));
            if last.is_none_or(|last| place - last >= least * 0.999) {
                kept.push(mark.clone());
            }
        }
        kept
    }
}

/// The room that a panel takes, marks and names of its axes not counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// In logical pixels, as all of them.
    pub left: f64,
    /// Right of `left`.
    pub right: f64,
    /// The upper end.
    pub top: f64,
    /// The lower end.
    pub bottom: f64,
}

/// Measured values that are all marked.
const MOST_MARKS: usize = 14;

/// A plot area between two axes: the vertical one's name above it, the horizontal one's below.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Where it stands.
    pub bounds: Bounds,
    /// From left to right.
    pub x: Scale,
    /// From the bottom upwards.
    pub y: Scale,
}

/// Room above a panel for the name of its vertical axis.
pub const ABOVE: f64 = 18.0;
/// Room left of a panel for the vertical axis' marks.
pub const BESIDE: f64 = 44.0;
/// Room below a panel for marks and name of its horizontal axis.
pub const BELOW: f64 = 38.0;
/// The part of [`BELOW`] that is the name's.
pub const NAME: f64 = 16.0;

const X_ROOM: f64 = 34.0;
const Y_ROOM: f64 = 26.0;
const DOT: f64 = 3.5;
impl Panel {
    /// Draws axes, grid, marks and names. A horizontal axis without a name takes [`NAME`] less
    /// room: one of several panels over the same axis names it for all.
    pub fn frame(&self, figure: &mut Figure) {
        let Bounds {
            left,
            right,
            top,
            bottom,
        } = self.bounds;
        for (value, label) in self.y.marks(bottom - top, Y_ROOM) {
            let y = self.y(value);
            figure.horizontal((left, right), y, 1.0, theme::GRID);
            let text = Text::new(label, (left - 6.0, y + 4.0), theme::SMALL, theme::QUIET);
            figure.text(text.anchored(Anchor::End));
        }
        for (value, label) in self.x.marks(right - left, X_ROOM) {
            let x = self.x(value);
            figure.vertical(x, (bottom, bottom + 4.0), 1.0, theme::RULE);
            let text = Text::new(label, (x, bottom + 16.0), theme::SMALL, theme::QUIET);
            figure.text(text.anchored(Anchor::Middle));
        }
        figure.horizontal((left, right), bottom, 1.0, theme::RULE);
        let above = (left - BESIDE + 4.0, top - 8.0);
        let name = self.y.name.as_str();
        figure.text(Text::new(name, above, theme::SMALL, theme::QUIET));
        if self.x.name.is_empty() {
            return;
        }
        let below = ((left + right) / 2.0, bottom + 31.0);
        let name = Text::new(self.x.name.as_str(), below, theme::SMALL, theme::QUIET);
        figure.text(name.anchored(Anchor::Middle));
    }

    /// Where a value of the horizontal axis stands.
    pub fn x(&self, value: f64) -> f64 {
        let Bounds { left, right, .. } = self.bounds;
        left + self.x.axis.position(value) * (right - left)
    }

    /// Where a value of the vertical axis stands.
    pub fn y(&self, value: f64) -> f64 {
        let Bounds { top, bottom, .. } = self.bounds;
        bottom - self.y.axis.position(value) * (bottom - top)
    }

    /// Where a pair of values stands.
    pub fn at(&self, (x, y): (f64, f64)) -> Point {
        (self.x(x), self.y(y))
    }

    /// A line through pairs of values; those that have no place are left out.
    pub fn line(&self, figure: &mut Figure, values: &[(f64, f64)], thick: f64, colour: RGBColor) {
        figure.line(self.points(values), thick, colour);
    }

    /// A dashed line through pairs of values.
    pub fn dashed(&self, figure: &mut Figure, values: &[(f64, f64)], thick: f64, colour: RGBColor) {
        figure.dashed(&self.points(values), thick, colour);
    }

    fn points(&self, values: &[(f64, f64)]) -> Vec<Point> {
        let placed = values.iter().filter(|value| self.holds(**value));
        placed.map(|value| self.at(*value)).collect()
    }

    /// Whether a pair of values has a place.
    pub fn holds(&self, (x, y): (f64, f64)) -> bool {
        self.x.axis.holds(x) && self.y.axis.holds(y)
    }

    /// An area between two values at each place: `(x, low, high)`.
    pub fn band(&self, figure: &mut Figure, band: &[(f64, f64, f64)], colour: RGBColor) {
        let lower = band.iter().map(|&(x, low, _)| (x, low));
        let upper = band.iter().rev().map(|&(x, _, high)| (x, high));
        let corners: Vec<(f64, f64)> = lower.chain(upper).collect();
        figure.area(self.points(&corners), colour, 0.15);
    }

    /// The interval of a median alone.
    pub fn interval(&self, figure: &mut Figure, x: f64, estimate: &Estimate, colour: RGBColor) {
        if !self.holds((x, estimate.median)) {
            return;
        }
        let (at, low) = (self.x(x), estimate.low);
        let low = if self.y.axis.holds(low) {
            low
        } else {
            estimate.median
        };
        let ends = (self.y(estimate.high), self.y(low));
        // A shorter one would only make the dot look ragged.
        if ends.1 - ends.0 > 2.0 * DOT + 2.0 {
            figure.vertical(at, ends, 1.5, colour);
            for y in [ends.0, ends.1] {
                figure.horizontal((at - 3.5, at + 3.5), y, 1.5, colour);
            }
        }
    }
}
