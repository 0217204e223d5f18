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

/// Values of which the largest is this many times the smallest are told apart better by ratios.
const WIDE: f64 = 5.0;

impl Axis {
    /// The axis on which values are read best: by ratios where they are far apart and all above
    /// zero, else linear from zero.
    pub fn suited(values: &[f64]) -> Self {
        let (low, high) = (values.iter()).fold((f64::INFINITY, 0.0), |(low, high), &value| {
            (f64::min(low, value), f64::max(high, value))
        });
        if is_drawable(low) && high > WIDE * low {
            Axis::Log(LogAxis::over(values.iter().copied()))
        } else {
            Axis::Linear(LinearAxis::from_zero(values.iter().copied()))
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_matter_where_values_are_far_apart() {
        assert!(matches!(Axis::suited(&[0.1, 32.0]), Axis::Log(_)));
        assert!(matches!(Axis::suited(&[1.0, 1.3]), Axis::Linear(_)));
        assert!(matches!(Axis::suited(&[0.0, 32.0]), Axis::Linear(_)));
        assert!(matches!(Axis::suited(&[]), Axis::Linear(_)));
    }
}
