//! One panel: lines, their ideals, their laws and peaks.

use plotters::style::RGBColor;

use super::line::{Curve, Line};
use super::{View, words};
use crate::chart::axis::{Axis, LogAxis};
use crate::chart::figure::{Anchor, Figure, Text};
use crate::chart::panel::{ABOVE, BELOW, Bounds, EndLabel, Panel, Scale};
use crate::chart::{ChartError, font, marker, theme, unit};

/// A row for the interval of a peak, at the foot of a panel.
const PEAK_ROW: f64 = 16.0;
const CAPTION_LINE: f64 = 14.0;

/// The place of a panel.
pub(super) struct Frame {
    /// Of the plot area.
    pub bounds: Bounds,
    /// Room for labels right of it.
    pub labels: f64,
    /// From the left end of all that belongs to it to the right end.
    pub column: (f64, f64),
}

impl Frame {
    /// Draws all that belongs to a panel, and tells where it ends.
    pub fn draw(&self, figure: &mut Figure, view: &View) -> Result<f64, ChartError> {
        let panel = self.panel(view);
        let at = (self.column.0, self.bounds.top - ABOVE - 8.0);
        figure.text(Text::new(words::heading(view), at, theme::BODY, theme::INK).bold());
        panel.frame(figure);
        let one_ideal = (view.lines.iter()).all(|line| line.ideal.is_that_of(&view.lines[0].ideal));
        for line in &view.lines {
            curve(figure, &panel, line);
        }
        let ideals = if one_ideal { 1 } else { view.lines.len() };
        for line in &view.lines[..ideals] {
            let colour = if one_ideal {
                theme::IDEAL
            } else {
                line.series.colour()
            };
            panel.dashed(figure, &line.ideal.points, 1.5, colour);
        }
        self.peaks(figure, &panel, view)?;
        for line in &view.lines {
            line.series.draw(figure, &panel);
            tips(figure, &panel, view, line);
        }
        panel.end_labels(figure, &labels(view, one_ideal), self.labels)?;
        self.captions(figure, view)
    }

    fn panel(&self, view: &View) -> Panel {
        let lines = || view.lines.iter();
        let concurrencies = lines().flat_map(|line| line.series.points.iter().map(|(n, _)| *n));
        let mut marks: Vec<f64> = concurrencies.collect();
        marks.sort_unstable_by(f64::total_cmp);
        marks.dedup();
        let x = Axis::Log(LogAxis::around(marks.iter().copied()));
        let marks = marks.iter().map(|&n| (n, unit::mark(n))).collect();
        let ideals = lines().flat_map(|line| line.ideal.points.iter().map(|(_, y)| *y));
        let curves = lines().filter_map(Line::law);
        let fitted = curves.flat_map(|curve| curve.line.iter().map(|(_, y)| *y));
        let measured = lines().flat_map(|line| line.series.values());
        let mut values: Vec<f64> = measured.chain(ideals).chain(fitted).collect();
        values.extend(self.foot(&values, peaks(view).count()));
        Panel {
            bounds: self.bounds,
            x: Scale::measured(x, words::axis(view), marks),
            y: Scale::new(Axis::suited(&values), "commands per second"),
        }
    }

    /// The value at the foot of a logarithmic axis that leaves so many rows below all others; a
    /// linear one begins at zero, which is as low.
    fn foot(&self, values: &[f64], rows: usize) -> Option<f64> {
        let (low, high) = (values.iter()).fold((f64::INFINITY, 0.0), |(low, high), &value| {
            (f64::min(low, value), f64::max(high, value))
        });
        let height = self.bounds.bottom - self.bounds.top;
        let share = (rows as f64 * PEAK_ROW + 6.0) / height;
        let decades = (high / low).log10();
        (rows > 0).then(|| low / 10f64.powf(decades * share / (1.0 - share)))
    }

    /// A ring at each peak, and its interval at the foot of the panel.
    fn peaks(&self, figure: &mut Figure, panel: &Panel, view: &View) -> Result<(), ChartError> {
        let bottom = self.bounds.bottom;
        for (row, (line, curve)) in peaks(view).enumerate() {
            let Some((peak, interval)) = curve.peak() else {
                continue;
            };
            let colour = line.series.colour();
            let y = bottom - 9.0 - row as f64 * PEAK_ROW;
            let top = panel.at((peak, curve.fit.scaling.throughput(peak)));
            figure.dotted(&[top, (top.0, bottom)], 1.0, colour);
            marker::ring(figure, top, colour);
            let end = |value: f64| {
                let x = panel.x(value.max(1.0));
                x.clamp(self.bounds.left, self.bounds.right)
            };
            let ends = (end(interval.low), end(interval.high));
            figure.horizontal(ends, y, 1.5, colour);
            for x in [ends.0, ends.1] {
                figure.vertical(x, (y - 3.5, y + 3.5), 1.5, colour);
            }
            figure.disc((top.0, y), 2.5, colour);
            self.name_peak(figure, &words::peak(peak, interval), ends, (y, colour))?;
        }
        Ok(())
    }

    /// Right of the interval where there is room, else left of it, else as much as fits.
    fn name_peak(
        &self,
        figure: &mut Figure,
        words: &str,
        (left, right): (f64, f64),
        (y, colour): (f64, RGBColor),
    ) -> Result<(), ChartError> {
        let width = font::width(words, theme::SMALL, false)? + 8.0;
        let text = |x: f64| Text::new(words, (x, y + 4.0), theme::SMALL, colour);
        if self.bounds.right - right >= width {
            figure.text(text(right + 6.0));
        } else if left - self.bounds.left >= width {
            figure.text(text(left - 6.0).anchored(Anchor::End));
        } else {
            // The interval fills the panel: its label takes the place of its line.
            let middle = (self.bounds.left + self.bounds.right) / 2.0;
            let half = width / 2.0;
            figure.rectangle(
                (middle - half, y - 7.0),
                (middle + half, y + 7.0),
                theme::PAPER,
            );
            figure.text(text(middle).anchored(Anchor::Middle));
        }
        Ok(())
    }

    fn captions(&self, figure: &mut Figure, view: &View) -> Result<f64, ChartError> {
        let (left, right) = self.column;
        let mut y = self.bounds.bottom + BELOW + 2.0;
        for caption in words::captions(view) {
            for line in font::wrap(&caption, right - left, theme::SMALL)? {
                y += CAPTION_LINE;
                figure.text(Text::new(line, (left, y), theme::SMALL, theme::QUIET));
            }
        }
        Ok(y + 6.0)
    }
}

/// The lines that have a peak to be shown.
fn peaks(view: &View) -> impl Iterator<Item = (&Line, &Curve)> {
    let fitted = (view.lines.iter()).filter_map(|line| Some((line, line.law()?)));
    fitted.filter(|(_, curve)| curve.peak().is_some())
}

/// The law and its band, if the data supports it.
fn curve(figure: &mut Figure, panel: &Panel, line: &Line) {
    if let Some(curve) = line.law() {
        let colour = line.series.colour();
        panel.band(figure, &curve.band, colour);
        panel.line(figure, &curve.line, 1.5, colour);
    }
}

fn labels(view: &View, one_ideal: bool) -> Vec<EndLabel> {
    let ideal = view.lines.first().filter(|_| one_ideal);
    let ideal = ideal.and_then(|line| line.ideal.points.last());
    let ideal = ideal.map(|(_, end)| EndLabel::new(*end, "ideal", theme::IDEAL));
    ideal
        .into_iter()
        .chain(view.lines.iter().filter_map(label))
        .collect()
}

/// The label of a line: its name at the end of its curve. A line that is alone has none, and is
/// known by its dots.
fn label(line: &Line) -> Option<EndLabel> {
    let curve = line.law().and_then(|curve| curve.line.last());
    match (line.series.name.as_str(), curve) {
        ("", None) => None,
        ("", Some((_, end))) => Some(EndLabel::new(*end, "USL", line.series.colour())),
        (_, Some((_, end))) => Some(line.series.label_at(*end)),
        (_, None) => line.series.label(),
    }
}

fn tips(figure: &mut Figure, panel: &Panel, view: &View, line: &Line) {
    for (index, (n, estimate)) in line.series.points.iter().enumerate() {
        if panel.holds((*n, estimate.median)) {
            let at = panel.at((*n, estimate.median));
            figure.tip_around(at, 7.0, words::tip(view, line, index));
        }
    }
}
