//! An axis of deviations: it holds nearly all of them, and what is far beyond stands at its ends.

use crate::chart::scale::Scale;
use crate::chart::unit::{Unit, signed};
use crate::stats::Sample;

/// An axis is never narrower than this, in percent on each side: less is no difference.
const LEAST: f64 = 0.5;
/// The part of all deviations that an axis holds whatever the others are.
const NEARLY_ALL: f64 = 0.98;

/// From the least deviation to the largest one, in percent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Range {
    /// Holds 0.
    pub scale: Scale,
}

impl Range {
    /// Over these deviations, in percent. One that is more than twice as large as 98 % of them are
    /// would squeeze all others, and has no place of its own.
    pub fn over(percents: &[f64]) -> Range {
        let below = reach(percents.iter().map(|percent| -percent));
        let above = reach(percents.iter().copied());
        let least = LEAST.max(0.2 * below.max(above));
        Range {
            scale: Scale::around([-below.max(least), above.max(least)], Unit::named("%")),
        }
    }

    /// Where a deviation stands; one that lies beyond the axis stands at its end.
    pub fn place(&self, percent: f64) -> f64 {
        match self.scale.position(percent) {
            low if low < 0.0 => f64::NEG_INFINITY,
            high if high > 1.0 => f64::INFINITY,
            _ => percent,
        }
    }

    /// Whether it lies beyond the axis.
    pub fn is_beyond(&self, percent: f64) -> bool {
        self.place(percent).is_infinite()
    }
}

/// How far to one side an axis has to reach.
fn reach(percents: impl Iterator<Item = f64>) -> f64 {
    let Ok(sample) = Sample::new(percents.map(|percent| percent.max(0.0)).collect()) else {
        return 0.0;
    };
    let usual = sample.quantile(NEARLY_ALL);
    if sample.max() <= 2.0 * usual {
        sample.max()
    } else {
        1.5 * usual
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
        "0.00" => signed(0.0, "0"),
        _ => signed(percent, &digits),
    }
}
