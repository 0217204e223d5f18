//! A line of measured values in a panel.

use plotters::style::RGBColor;

use super::estimate::Estimate;
use super::figure::Figure;
use super::panel::{EndLabel, Panel};
use super::{marker, theme};

/// The most lines that a panel shows: there are as many colours and shapes.
pub const MOST_LINES: usize = theme::SERIES.len();

/// Medians with their intervals over something.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What tells it from the others; the label at its end.
    pub name: String,
    /// Its place among the lines of a picture, from 0, from which colour and shape follow.
    pub number: usize,
    /// In ascending order of x.
    pub points: Vec<(f64, Estimate)>,
}

impl Series {
    /// Its colour.
    pub fn colour(&self) -> RGBColor {
        theme::series(self.number)
    }

    /// Draws the medians with their intervals.
    pub fn draw(&self, figure: &mut Figure, panel: &Panel) {
        for (x, estimate) in &self.points {
            panel.interval(figure, *x, estimate, self.colour());
            if panel.holds((*x, estimate.median)) {
                let at = panel.at((*x, estimate.median));
                marker::draw(figure, at, self.number, self.colour());
            }
        }
    }

    /// Joins the medians by a line.
    pub fn join(&self, figure: &mut Figure, panel: &Panel) {
        let medians: Vec<(f64, f64)> = (self.points.iter())
            .map(|(x, estimate)| (*x, estimate.median))
            .collect();
        panel.line(figure, &medians, 1.5, self.colour());
    }

    /// Its values in another unit.
    pub fn times(&self, factor: f64) -> Self {
        let points = (self.points.iter())
            .map(|(x, estimate)| (*x, estimate.times(factor)))
            .collect();
        Series {
            points,
            ..self.clone()
        }
    }

    /// All that an axis has to hold: medians and the ends of intervals.
    pub fn values(&self) -> impl Iterator<Item = f64> {
        (self.points.iter())
            .flat_map(|(_, estimate)| [estimate.low, estimate.median, estimate.high])
    }

    /// The label at its end.
    pub fn label(&self) -> Option<EndLabel> {
        let (_, last) = self.points.last()?;
        Some(self.label_at(last.median))
    }

    /// Its label at a value.
    pub fn label_at(&self, value: f64) -> EndLabel {
        EndLabel {
            mark: Some(self.number),
            ..EndLabel::new(value, self.name.as_str(), self.colour())
        }
    }
}
