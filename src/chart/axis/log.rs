//! A logarithmic axis: equal ratios are equal distances.

/// An axis on which equal ratios are equal distances, so that 0.1 s and 32 s can both be read.
#[derive(Clone, Debug, PartialEq)]
pub struct LogAxis {
    low: f64,
    high: f64,
}

/// Free space before the smallest and after the largest value, as a ratio. Marks are not cut.
const AIR: f64 = 1.12;

impl LogAxis {
    /// An axis that holds all the values, from one mark of the 1-2-5 series to another. Values
    /// that have no logarithm do not count.
    pub fn over(values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = ends(values);
        LogAxis {
            low: step_below(low / AIR),
            high: step_above(high * AIR),
        }
    }

    /// An axis that ends just before the smallest value and just after the largest: for marks that
    /// stand at the values themselves. Values that have no logarithm do not count.
    pub fn around(values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = ends(values);
        // Of a single value the axis is as wide as of two that are twice apart.
        let high = if high > low { high } else { 2.0 * low };
        let air = (high / low).powf(0.04);
        LogAxis {
            low: low / air,
            high: high * air,
        }
    }

    /// Where a value stands: 0 at the axis' low end, 1 at its high end.
    pub fn position(&self, value: f64) -> f64 {
        (value / self.low).log10() / (self.high / self.low).log10()
    }

    /// The marks: as many as there are while two neighbours stay `least` of the axis' length
    /// apart. 1-2-5 in each decade, or 1-3, or whole decades, or some of those.
    pub fn ticks(&self, least: f64) -> Vec<f64> {
        let decades = (self.high / self.low).log10();
        let fits = |digits: &&[u8]| narrowest(digits) / decades >= least;
        let finest = [[1, 2, 5].as_slice(), &[1, 3]].into_iter().find(fits);
        let within = |&tick: &f64| tick >= self.low * 0.999 && tick <= self.high * 1.001;
        let ticks = series(finest.unwrap_or(&[1])).filter(within);
        let every = match finest {
            Some(_) => 1,
            None => (least * decades).ceil() as usize,
        };
        ticks.step_by(every.max(1)).collect()
    }
}

/// The smallest and the largest value that has a place; 1 when there is none.
fn ends(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let positive = values.into_iter().filter(|&value| is_drawable(value));
    let ends = positive.fold(None, |ends: Option<(f64, f64)>, value| {
        let (low, high) = ends.unwrap_or((value, value));
        Some((low.min(value), high.max(value)))
    });
    ends.unwrap_or((1.0, 1.0))
}

/// The least distance of neighbours in a series, in decades.
fn narrowest(digits: &[u8]) -> f64 {
    let ends = digits.iter().skip(1).chain(&[10]);
    let ratios = digits
        .iter()
        .zip(ends)
        .map(|(&a, &b)| f64::from(b) / f64::from(a));
    ratios.fold(f64::INFINITY, f64::min).log10()
}

/// Whether a value has a place on the axis.
pub fn is_drawable(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

const FIRST_DECADE: i32 = -9;
const LAST_DECADE: i32 = 9;

/// These digits times every power of ten from a nanosecond to 30 years, each the double nearest
/// to its decimal text.
fn series(digits: &[u8]) -> impl DoubleEndedIterator<Item = f64> {
    (FIRST_DECADE..=LAST_DECADE).flat_map(move |decade| {
        let value = move |digit| format!("{digit}e{decade}").parse().unwrap_or(f64::NAN);
        digits.iter().map(value)
    })
}

fn step_below(value: f64) -> f64 {
    series(&[1, 2, 5])
        .rfind(|&step| step <= value)
        .unwrap_or(1e-9)
}

fn step_above(value: f64) -> f64 {
    series(&[1, 2, 5])
        .find(|&step| step >= value)
        .unwrap_or(5e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_ends_on_marks_around_the_values() {
        let axis = LogAxis::over([0.12, 32.2, 1.0]);
        assert_eq!(
            axis.ticks(0.1),
            [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0]
        );
        assert_eq!(axis.position(0.1), 0.0);
        assert_eq!(axis.position(50.0), 1.0);
    }

    #[test]
    fn marks_get_fewer_where_there_is_less_room() {
        let axis = LogAxis::over([0.12, 32.2]);
        assert_eq!(axis.ticks(0.15), [0.1, 0.3, 1.0, 3.0, 10.0, 30.0]);
        assert_eq!(axis.ticks(0.3), [0.1, 1.0, 10.0]);
        assert_eq!(axis.ticks(0.5), [0.1, 10.0]);
    }

    #[test]
    fn an_axis_around_values_ends_just_outside_of_them() {
        let axis = LogAxis::around([1.0, 4.0, 32.0]);
        let (first, last) = (axis.position(1.0), axis.position(32.0));
        assert!(first > 0.03 && first < 0.05 && (1.0 - last - first).abs() < 1e-9);
        let of_one = LogAxis::around([5.0]);
        assert!(of_one.position(5.0) > 0.0 && of_one.position(5.0) < 0.1);
    }

    #[test]
    fn values_without_a_logarithm_do_not_count() {
        let of_one = LogAxis::over([1.0]);
        assert_eq!(LogAxis::over([0.0, 1.0, -3.0, f64::NAN]), of_one);
        assert_eq!(LogAxis::over([]), of_one);
        assert!(of_one.position(1.0) > 0.0 && of_one.position(1.0) < 1.0);
    }
}
