//! An axis of deviations: it holds nearly all of them, and what is far beyond stands at its ends.

use crate::chart::axis::LinearAxis;
use crate::stats::Sample;

/// An axis is never narrower than this, in percent on each side: less is no difference.
const LEAST: f64 = 0.5;
/// The part of all deviations that an axis holds whatever the others are.
const NEARLY_ALL: f64 = 0.98;

/// From the least deviation to the largest one, in percent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Range {
    /// Holds 0.
    pub axis: LinearAxis,
}

impl Range {
    /// Over these deviations, in percent. One that is more than twice as large as 98 % of them are
    /// would squeeze all others, and has no place of its own.
    pub fn over(percents: &[f64]) -> Range {
        let below = reach(percents.iter().map(|percent| -percent));
        let above = reach(percents.iter().copied());
        let least = LEAST.max(0.2 * below.max(above));
        Range {
            axis: LinearAxis::around([-below.max(least), above.max(least)]),
        }
    }

    /// Where a deviation stands, 0 to 1, and on which side it lies beyond: -1, 0 or 1.
    pub fn position(&self, percent: f64) -> (f64, i8) {
        match self.axis.position(percent) {
            low if low < 0.0 => (0.0, -1),
            high if high > 1.0 => (1.0, 1),
            within => (within, 0),
        }
    }

    /// Whether it lies beyond the axis.
    pub fn is_beyond(&self, percent: f64) -> bool {
        self.position(percent).1 != 0
    }

    /// The marks of the axis, which stay `least` of its length apart.
    pub fn marks(&self, least: f64) -> Vec<(f64, String)> {
        let ticks = self.axis.ticks(least).into_iter();
        ticks
            .map(|tick| (tick, signed(tick, tick.abs().to_string())))
            .collect()
    }
}

/// How far to one side an axis has to reach.
fn reach(percents: impl Iterator<Item = f64>) -> f64 {
    let Ok(sample) = Sample::new(percents.map(|percent| percent.max(0.0)).collect()) else {
        return 0.0;
    };
    let usual = sample.quantile(NEARLY_ALL);
    match sample.max() <= 2.0 * usual {
        true => sample.max(),
        false => 1.5 * usual,
    }
}

/// A deviation in words: `+1.25 %`, `−12.5 %`, `+933 %`.
pub(super) fn percent(percent: f64) -> String {
    let decimals = match percent.abs() {
        size if size >= 99.95 => 0,
        size if size >= 9.995 => 1,
        _ => 2,
    };
    let digits = format!("{:.decimals$}", percent.abs());
    match digits.as_str() {
        "0.00" => signed(0.0, "0".to_owned()),
        _ => signed(percent, digits),
    }
}

fn signed(value: f64, digits: String) -> String {
    let sign = match value {
        value if value > 0.0 => "+",
        value if value < 0.0 => "−",
        _ => "",
    };
    format!("{sign}{digits} %")
}
