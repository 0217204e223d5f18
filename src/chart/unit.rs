//! Units in which a chart's values have numbers that can be read at a glance.

use itertools::Itertools;

/// A unit of an axis: values are multiplied, and the name goes beside the axis.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Unit {
    /// Multiplies the value as the records have it.
    pub factor: f64,
    /// Its name.
    pub name: &'static str,
}

impl Unit {
    const fn new(factor: f64, name: &'static str) -> Unit {
        Unit { factor, name }
    }

    /// Of shares: 1 is 100 %.
    pub const PERCENT: Unit = Unit::new(100.0, "%");

    /// Of throughputs.
    pub const COMMANDS_PER_SECOND: Unit = Unit::named("commands/s");

    /// Of values that are shown as the records have them.
    pub const fn named(name: &'static str) -> Unit {
        Unit { factor: 1.0, name }
    }

    /// Of durations in seconds, by the largest one.
    pub fn of_seconds(largest: f64) -> Unit {
        match largest {
            size if size >= 1.0 => Unit::new(1.0, "s"),
            size if size >= 1e-3 => Unit::new(1e3, "ms"),
            _ => Unit::new(1e6, "µs"),
        }
    }

    /// Of amounts of memory in KiB, by the largest one.
    pub fn of_kibibytes(largest: f64) -> Unit {
        match largest {
            size if size >= 1024.0 * 1024.0 => Unit::new(1.0 / 1024.0 / 1024.0, "GiB"),
            size if size >= 1024.0 => Unit::new(1.0 / 1024.0, "MiB"),
            _ => Unit::new(1.0, "KiB"),
        }
    }

    /// Of counts, by the largest one.
    pub fn of_count(largest: f64) -> Unit {
        match largest {
            size if size >= 1e6 => Unit::new(1e-6, "million"),
            size if size >= 1e4 => Unit::new(1e-3, "thousand"),
            _ => Unit::new(1.0, ""),
        }
    }

    /// Of the units that suit any of the values, the one in which their numbers are the shortest;
    /// the largest one where several are.
    pub fn shortest(values: &[f64], of: fn(f64) -> Unit) -> Unit {
        let longest = |unit: &Unit| {
            let lengths = values.iter().map(|value| unit.written(*value).len());
            lengths.max().unwrap_or(0)
        };
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(0.0, f64::max);
        // The unit between those of the least and the largest value suits neither, but both.
        let middle = Some((low * high).sqrt()).filter(|middle| middle.is_finite());
        let units = values.iter().chain(&middle).map(|value| of(*value));
        let units = units.sorted_by(|a, b| a.factor.total_cmp(&b.factor));
        units.min_by_key(longest).unwrap_or(of(1.0))
    }

    /// A value in this unit, without its name. A count is a whole number, or a half of one, as far
    /// as three digits go.
    pub fn written(&self, value: f64) -> String {
        let value = value * self.factor;
        match self.name {
            "" if value.abs() < 1000.0 => ((value * 10.0).round() / 10.0).to_string(),
            _ => short(value),
        }
    }

    /// A value in this unit, with its name.
    pub fn with_name(&self, value: f64) -> String {
        match self.name {
            "" => self.written(value),
            name => format!("{} {name}", self.written(value)),
        }
    }
}

/// A number with three digits, or all of those before the point.
pub fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let rounded: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    let before_point = rounded.abs().log10().floor() as i32 + 1;
    let decimals = (3 - before_point).clamp(0, 6) as usize;
    format!("{value:.decimals$}")
}

/// A tick as it is written: no more digits than it has.
pub fn tick(value: f64) -> String {
    match value.abs() {
        size if size >= 1e6 => format!("{}M", value / 1e6),
        size if size >= 1e4 => format!("{}k", value / 1e3),
        _ => value.to_string(),
    }
}

/// A percentage with its sign.
pub fn signed(value: f64, digits: &str) -> String {
    let sign = match value {
        value if value > 0.0 => "+",
        value if value < 0.0 => "−",
        _ => "",
    };
    format!("{sign}{digits} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        let told = [0.0, 0.012_34, 0.9996, 1.0, 9.996, 99.96, 123.4, 12_345.6].map(short);
        assert_eq!(
            told,
            ["0", "0.0123", "1.00", "1.00", "10.0", "100", "123", "12346"]
        );
    }

    #[test]
    fn a_unit_of_several_values_keeps_the_longest_number_short() {
        let unit = |values: &[f64]| Unit::shortest(values, Unit::of_seconds).name;
        assert_eq!(unit(&[0.0273, 5.17]), "ms");
        assert_eq!(unit(&[0.5, 32.0]), "s");
        assert_eq!(unit(&[1.0, 2.0]), "s");
        assert_eq!(unit(&[5e-6, 5.0]), "ms");
        assert_eq!(unit(&[]), "s");
    }

    #[test]
    fn units_suit_the_largest_value() {
        assert_eq!(Unit::of_seconds(0.0273).with_name(0.0273), "27.3 ms");
        assert_eq!(Unit::of_seconds(32.0).with_name(1.048), "1.05 s");
        assert_eq!(Unit::of_kibibytes(22_118.0).with_name(22_118.0), "21.6 MiB");
        assert_eq!(
            Unit::of_count(23_400.0).with_name(23_400.0),
            "23.4 thousand"
        );
        assert_eq!(Unit::of_count(705.0).with_name(705.0), "705");
        assert_eq!(Unit::of_count(88.5).with_name(88.5), "88.5");
        assert_eq!([1.0, 20_000.0, 2_000_000.0].map(tick), ["1", "20k", "2M"]);
    }
}
