//! Values with units for people, and plain for programs.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::record::Failed;

/// One value of a table. Its `Display` is for people; its `Serialize` is the plain value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Not measured, or nothing to say.
    Empty,
    /// Words.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// A number of things.
    Count(u64),
    /// A sum, which may be negative.
    Sum(i64),
    /// A duration in seconds.
    Seconds(f64),
    /// A median duration and half the range around it, in seconds.
    SecondsAround(f64, f64),
    /// A duration in seconds that is only a lower bound.
    SecondsAtLeast(f64),
    /// A share of the whole, 1 for all of it.
    Share(f64),
    /// How many times as much.
    Times(f64),
    /// Commands per second.
    Rate(f64),
    /// Cores, or a part of one.
    Cores(f64),
    /// An amount of memory in KiB.
    Kibibytes(u64),
}

impl Cell {
    /// A cell of a figure that may be missing.
    pub fn maybe<T>(value: Option<T>, cell: impl FnOnce(T) -> Cell) -> Cell {
        value.map_or(Cell::Empty, cell)
    }

    /// An ideal in seconds, which may be only a lower bound.
    pub fn ideal(seconds: Option<f64>, is_bound: bool) -> Cell {
        let cell = if is_bound {
            Cell::SecondsAtLeast
        } else {
            Cell::Seconds
        };
        Cell::maybe(seconds, cell)
    }

    /// The value as a number, in the cell's own unit; a text has none.
    pub fn number(&self) -> Option<f64> {
        match *self {
            Cell::Empty | Cell::Text(_) | Cell::Flag(_) => None,
            Cell::Count(count) | Cell::Kibibytes(count) => Some(count as f64),
            Cell::Sum(sum) => Some(sum as f64),
            Cell::Seconds(value)
            | Cell::SecondsAround(value, _)
            | Cell::SecondsAtLeast(value)
            | Cell::Share(value)
            | Cell::Times(value)
            | Cell::Cores(value)
            | Cell::Rate(value) => Some(value),
        }
    }

    /// A cell of the same kind with another number.
    pub fn with_number(&self, value: f64) -> Cell {
        match self {
            Cell::Empty | Cell::Text(_) | Cell::Flag(_) => self.clone(),
            Cell::Count(_) => Cell::Count(value.round() as u64),
            Cell::Kibibytes(_) => Cell::Kibibytes(value.round() as u64),
            Cell::Sum(_) => Cell::Sum(value.round() as i64),
            Cell::Seconds(_) => Cell::Seconds(value),
            Cell::SecondsAround(_, around) => Cell::SecondsAround(value, *around),
            Cell::SecondsAtLeast(_) => Cell::SecondsAtLeast(value),
            Cell::Share(_) => Cell::Share(value),
            Cell::Times(_) => Cell::Times(value),
            Cell::Rate(_) => Cell::Rate(value),
            Cell::Cores(_) => Cell::Cores(value),
        }
    }
}

impl From<Failed> for Cell {
    /// How many of all runs, if there are any.
    fn from(failed: Failed) -> Cell {
        match failed.of {
            0 => Cell::Empty,
            _ => Cell::Text(failed.to_string()),
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Cell::Empty => serializer.serialize_none(),
            Cell::Text(text) => serializer.serialize_str(text),
            Cell::Flag(flag) => serializer.serialize_bool(*flag),
            Cell::Count(count) | Cell::Kibibytes(count) => serializer.serialize_u64(*count),
            Cell::Sum(sum) => serializer.serialize_i64(*sum),
            other => match other.number().filter(|number| number.is_finite()) {
                // To the billionth: what is beyond is arithmetic, not measurement.
                Some(number) => serializer.serialize_f64((number * 1e9).round() / 1e9),
                None => serializer.serialize_none(),
            },
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Empty => Ok(()),
            // A text stays on its line.
            Cell::Text(text) => {
                let words: Vec<&str> = text.split_whitespace().collect();
                f.write_str(&words.join(" "))
            }
            Cell::Flag(flag) => f.write_str(if *flag { "yes" } else { "no" }),
            Cell::Count(count) => write!(f, "{count}"),
            Cell::Sum(sum) => write!(f, "{sum}"),
            Cell::Seconds(seconds) => {
                let scale = TimeScale::of(*seconds);
                write!(f, "{} {}", scale.number(*seconds), scale.unit)
            }
            Cell::SecondsAround(median, around) => {
                let scale = TimeScale::of(*median);
                let (median, around) = (scale.number(*median), scale.number(*around));
                write!(f, "{median} ± {around} {}", scale.unit)
            }
            Cell::SecondsAtLeast(seconds) => write!(f, "≥ {}", Cell::Seconds(*seconds)),
            Cell::Share(share) => write!(f, "{:.1} %", share * 100.0),
            Cell::Times(times) => write!(f, "{times:.*}×", decimals(*times, 3)),
            Cell::Rate(rate) => write!(f, "{rate:.*}/s", decimals(*rate, 4)),
            Cell::Cores(cores) => write!(f, "{}", (cores * 1e3).round() / 1e3),
            Cell::Kibibytes(kib) => write_memory(f, *kib),
        }
    }
}

/// A unit of time in which a duration has a number that can be read at a glance.
struct TimeScale {
    per_second: f64,
    unit: &'static str,
    decimals: usize,
}

impl TimeScale {
    fn of(seconds: f64) -> Self {
        let (per_second, unit) = match seconds.abs() {
            size if size == 0.0 || size >= 0.1 => (1.0, "s"),
            size if size >= 1e-3 => (1e3, "ms"),
            size if size >= 1e-6 => (1e6, "µs"),
            _ => (1e9, "ns"),
        };
        let digits = if unit == "s" { 4 } else { 3 };
        // Of a second, thousandths are enough.
        let decimals = decimals(seconds * per_second, digits).min(3);
        TimeScale {
            per_second,
            unit,
            decimals,
        }
    }

    fn number(&self, seconds: f64) -> String {
        format!("{:.*}", self.decimals, seconds * self.per_second)
    }
}

/// Decimals that leave so many digits in all, as far as there are any.
pub(super) fn decimals(value: f64, digits: i32) -> usize {
    let before_point = match value.abs() {
        size if size >= 1.0 => size.log10().floor() as i32 + 1,
        _ => 1,
    };
    (digits - before_point).max(0) as usize
}

fn write_memory(f: &mut fmt::Formatter<'_>, kib: u64) -> fmt::Result {
    let kib = kib as f64;
    match kib {
        _ if kib < 1024.0 => write!(f, "{kib} KiB"),
        _ if kib < 1024.0 * 1024.0 => write!(f, "{:.1} MiB", kib / 1024.0),
        _ => write!(f, "{:.2} GiB", kib / 1024.0 / 1024.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_shown_in_the_unit_that_suits_them() {
        let shown = |seconds| Cell::Seconds(seconds).to_string();
        assert_eq!(shown(0.0), "0.000 s");
        assert_eq!(shown(123.456), "123.5 s");
        assert_eq!(shown(16.0321), "16.03 s");
        assert_eq!(shown(1.0521), "1.052 s");
        assert_eq!(shown(0.1312), "0.131 s");
        assert_eq!(shown(0.0123), "12.3 ms");
        assert_eq!(shown(0.000_004_56), "4.56 µs");
        assert_eq!(shown(0.000_000_020_3), "20.3 ns");
        assert_eq!(
            Cell::SecondsAround(16.0321, 0.0312).to_string(),
            "16.03 ± 0.03 s"
        );
        assert_eq!(Cell::SecondsAtLeast(1.7).to_string(), "≥ 1.700 s");
    }

    #[test]
    fn other_figures_carry_their_units_too() {
        assert_eq!(Cell::Share(0.9505).to_string(), "95.0 %");
        assert_eq!(Cell::Times(1.2831).to_string(), "1.28×");
        assert_eq!(Cell::Times(126.68).to_string(), "127×");
        assert_eq!(Cell::Rate(486.65).to_string(), "486.6/s");
        assert_eq!(Cell::Cores(1.5).to_string(), "1.5");
        assert_eq!(Cell::Cores(2.0).to_string(), "2");
        assert_eq!(Cell::Kibibytes(3277).to_string(), "3.2 MiB");
        assert_eq!(Cell::Kibibytes(900).to_string(), "900 KiB");
        assert_eq!(Cell::Text("one\n  two".to_owned()).to_string(), "one two");
    }

    #[test]
    fn programs_get_plain_numbers_to_the_billionth() {
        let json = |cell: Cell| serde_json::to_string(&cell).unwrap();
        assert_eq!(json(Cell::Seconds(16.03 * 1.08)), "17.3124");
        assert_eq!(json(Cell::Seconds(f64::NAN)), "null");
        assert_eq!(json(Cell::Kibibytes(3277)), "3277");
        assert_eq!(json(Cell::Empty), "null");
    }
}
