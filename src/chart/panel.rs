//! A plot area between two axes.

use plotters::style::RGBColor;

use super::axis::Axis;
use super::estimate::Estimate;
use super::figure::{Anchor, Figure, Point, Text};
use super::{ChartError, font, marker, theme, unit};

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

/// A label at the right end of a line.
#[derive(Clone, Debug, PartialEq)]
pub struct EndLabel {
    /// The value at which the line ends.
    pub value: f64,
    /// What it is.
    pub words: String,
    /// Its colour, one that can be read as text.
    pub colour: RGBColor,
    /// The number of its marks, as [`marker::draw`] takes it; `None` when it has none.
    pub mark: Option<usize>,
}

impl EndLabel {
    /// Of a line without marks.
    pub fn new(value: f64, words: impl Into<String>, colour: RGBColor) -> Self {
        EndLabel {
            value,
            words: words.into(),
            colour,
            mark: None,
        }
    }
}

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
/// The distance of two labels' baselines.
const LABEL_LINE: f64 = 13.0;
/// Before the words of a label that has a mark.
const MARK_ROOM: f64 = 2.0 * marker::REACH + 7.0;

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

    /// A dotted line through pairs of values.
    pub fn dotted(&self, figure: &mut Figure, values: &[(f64, f64)], thick: f64, colour: RGBColor) {
        figure.dotted(&self.points(values), thick, colour);
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

    /// Labels right of the panel, each as near as there is room to the value that it names.
    ///
    /// # Errors
    /// When the fonts are broken.
    pub fn end_labels(
        &self,
        figure: &mut Figure,
        labels: &[EndLabel],
        room: f64,
    ) -> Result<(), ChartError> {
        let placed = labels.iter().filter(|label| self.y.axis.holds(label.value));
        let mut placed: Vec<(f64, &EndLabel)> = placed
            .map(|label| (self.y(label.value) + 4.0, label))
            .collect();
        placed.sort_by(|a, b| a.0.total_cmp(&b.0));
        let wanted: Vec<f64> = placed.iter().map(|(y, _)| *y).collect();
        let ends = (self.bounds.top + 4.0, self.bounds.bottom + 4.0);
        // With marks all words stand behind them, those without a mark too.
        let marked = labels.iter().any(|label| label.mark.is_some());
        let mark = if marked {
            2.0 * marker::REACH + 7.0
        } else {
            0.0
        };
        let left = self.bounds.right + 8.0;
        for ((_, label), y) in placed.iter().zip(spread(&wanted, LABEL_LINE, ends)) {
            if let Some(number) = label.mark {
                let at = (left + marker::REACH, y - 4.0);
                marker::draw(figure, at, number, label.colour);
            }
            let words = font::fit(&label.words, room - mark, theme::SMALL, false)?;
            let at = (left + mark, y);
            figure.text(Text::new(words, at, theme::SMALL, label.colour));
        }
        Ok(())
    }
}

/// The width of labels right of a panel, at most `most`.
///
/// # Errors
/// When the fonts are broken.
pub fn label_room(labels: &[EndLabel], most: f64) -> Result<f64, ChartError> {
    let mut widest: f64 = 0.0;
    for label in labels {
        let mark = label.mark.map_or(0.0, |_| MARK_ROOM);
        widest = widest.max(mark + font::width(&label.words, theme::SMALL, false)?);
    }
    Ok(widest.ceil().min(most))
}

/// Places as near to the wanted ones (in ascending order) as they can be with a distance between
/// them, within the ends as far as there is room.
fn spread(wanted: &[f64], distance: f64, (first, last): (f64, f64)) -> Vec<f64> {
    let mut places: Vec<f64> = wanted.to_vec();
    // Downwards as far as needed, and then back up from the lower end.
    let mut least = first;
    for place in &mut places {
        *place = place.max(least);
        least = *place + distance;
    }
    let mut most = last.max(first + distance * places.len().saturating_sub(1) as f64);
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - distance;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn labels_stay_where_they_are_wanted_while_there_is_room() {
        assert_eq!(spread(&[10.0, 40.0], 13.0, (0.0, 100.0)), [10.0, 40.0]);
        assert_eq!(spread(&[10.0, 12.0], 13.0, (0.0, 100.0)), [10.0, 23.0]);
        assert_eq!(spread(&[99.0, 99.5], 13.0, (0.0, 100.0)), [87.0, 100.0]);
    }

    proptest! {
        #[test]
        fn labels_never_touch(mut wanted in proptest::collection::vec(0.0..300.0f64, 0..20)) {
            wanted.sort_by(f64::total_cmp);
            let places = spread(&wanted, 13.0, (0.0, 300.0));
            for pair in places.windows(2) {
                prop_assert!(pair[1] - pair[0] >= 13.0 - 1e-9);
            }
            if let Some(first) = places.first() {
                prop_assert!(*first >= -1e-9);
            }
        }
    }
}
