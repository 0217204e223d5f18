//! Axes: where a value stands, and which marks are written beside it.

mod linear;
mod log;

pub use linear::LinearAxis;
pub use log::{LogAxis, is_drawable};

/// An axis of either kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Axis {
    /// Equal differences are equal distances.
    Linear(LinearAxis),
    /// Equal ratios are equal distances.
    Log(LogAxis),
}

impl Axis {
    /// Where a value stands: 0 at the axis' low end, 1 at its high end.
    pub fn position(&self, value: f64) -> f64 {
        match self {
            Axis::Linear(axis) => axis.position(value),
            Axis::Log(axis) => axis.position(value),
        }
    }

    /// The marks, of which two neighbours stay `least` of the axis' length apart.
    pub fn ticks(&self, least: f64) -> Vec<f64> {
        match self {
            Axis::Linear(axis) => axis.ticks(least),
            Axis::Log(axis) => axis.ticks(least),
        }
    }

    /// Whether a value has a place on it.
    pub fn holds(&self, value: f64) -> bool {
        match self {
            Axis::Linear(_) => value.is_finite(),
            Axis::Log(_) => is_drawable(value),
        }
    }
}
