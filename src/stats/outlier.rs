//! Outliers by Tukey's fences: told, never dropped.
//!
//! Tukey, "Exploratory Data Analysis" (1977). With the quartiles Q1 and Q3 and the spread
//! IQR = Q3 - Q1 between them:
//!
//! ```text
//!            3 IQR                             3 IQR
//!     |<---------------------|        |--------------------->|
//!     |         |<-----------|        |----------->|         |
//!     |         |   1.5 IQR  Q1      Q3   1.5 IQR  |         |
//!     |         |            +---+----+            |         |
//!   * |    o    |------------|   |    |------------|    o    | *
//!     |         |            +---+----+            |         |
//! severe  mild              median                     mild  severe
//! ```
//!
//! Normal data has 0.7 % of its values beyond the inner fences in the long run, but at ten runs
//! every fifth sample has such a value by chance: one mild outlier in a small sample says little.

use std::fmt;

use super::Sample;

/// The four fences of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fences {
    /// Q1 - 3 IQR: below it, severely low.
    pub low_severe: f64,
    /// Q1 - 1.5 IQR: below it, mildly low.
    pub low_mild: f64,
    /// Q3 + 1.5 IQR: above it, mildly high.
    pub high_mild: f64,
    /// Q3 + 3 IQR: above it, severely high.
    pub high_severe: f64,
}

/// Where a value stands against the fences. A value on a fence is inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Below the outer fence.
    LowSevere,
    /// Between the lower fences.
    LowMild,
    /// No outlier.
    Inside,
    /// Between the upper fences.
    HighMild,
    /// Above the outer fence.
    HighSevere,
}

/// How many values of a sample are outliers, and of which sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutlierCounts {
    /// Below the outer fence.
    pub low_severe: usize,
    /// Between the lower fences.
    pub low_mild: usize,
    /// Between the upper fences.
    pub high_mild: usize,
    /// Above the outer fence.
    pub high_severe: usize,
    /// All values, outliers or not.
    pub of: usize,
}

impl Fences {
    /// The fences of a sample, with type 7 quartiles. When more than half of the values are
    /// equal, IQR may be 0; then any other value counts as severe.
    pub fn of(sample: &Sample) -> Fences {
        let (q1, q3) = (sample.quantile(0.25), sample.quantile(0.75));
        let iqr = q3 - q1;
        Fences {
            low_severe: q1 - 3.0 * iqr,
            low_mild: q1 - 1.5 * iqr,
            high_mild: q3 + 1.5 * iqr,
            high_severe: q3 + 3.0 * iqr,
        }
    }

    /// Where a value stands.
    pub fn place(&self, value: f64) -> Place {
        if value < self.low_severe {
            Place::LowSevere
        } else if value < self.low_mild {
            Place::LowMild
        } else if value > self.high_severe {
            Place::HighSevere
        } else if value > self.high_mild {
            Place::HighMild
        } else {
            Place::Inside
        }
    }
}

impl OutlierCounts {
    /// Counts the outliers of a sample.
    pub fn of(sample: &Sample) -> OutlierCounts {
        let fences = Fences::of(sample);
        let mut counts = OutlierCounts {
            of: sample.len(),
            ..OutlierCounts::default()
        };
        for &value in sample.values() {
            match fences.place(value) {
                Place::LowSevere => counts.low_severe += 1,
                Place::LowMild => counts.low_mild += 1,
                Place::Inside => {}
                Place::HighMild => counts.high_mild += 1,
                Place::HighSevere => counts.high_severe += 1,
            }
        }
        counts
    }

    /// All outliers.
    pub fn total(&self) -> usize {
        self.low_severe + self.low_mild + self.high_mild + self.high_severe
    }

    /// Outliers as a share of all values.
    pub fn share(&self) -> f64 {
        self.total() as f64 / self.of.max(1) as f64
    }
}

impl fmt::Display for OutlierCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.total() == 0 {
            return write!(f, "no outliers in {} runs", self.of);
        }
        let sorts = [
            (self.low_severe, "severe low"),
            (self.low_mild, "mild low"),
            (self.high_mild, "mild high"),
            (self.high_severe, "severe high"),
        ];
        let told: Vec<String> = sorts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, name)| format!("{count} {name}"))
            .collect();
        let verb = if self.total() == 1 {
            "is an outlier"
        } else {
            "are outliers"
        };
        write!(
            f,
            "{} of {} runs {verb} ({}), kept",
            self.total(),
            self.of,
            told.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 1 to 9 with one more value: with 5 it has Q1 = 3.25, Q3 = 6.75, IQR = 3.5.
    fn one_to_nine_and(value: f64) -> Sample {
        let mut values: Vec<f64> = (1..=9).map(f64::from).collect();
        values.push(value);
        Sample::new(values).unwrap()
    }

    #[test]
    fn the_fences_stand_at_one_and_a_half_and_three_spreads() {
        let fences = Fences::of(&one_to_nine_and(5.0));
        let expected = [-7.25, -2.0, 12.0, 17.25];
        let found = [
            fences.low_severe,
            fences.low_mild,
            fences.high_mild,
            fences.high_severe,
        ];
        assert_eq!(found, expected);
        assert_eq!(fences.place(12.0), Place::Inside);
        assert_eq!(fences.place(12.1), Place::HighMild);
        assert_eq!(fences.place(17.3), Place::HighSevere);
        assert_eq!(fences.place(-2.1), Place::LowMild);
        assert_eq!(fences.place(-8.0), Place::LowSevere);
    }

    #[test]
    fn a_wild_value_is_told_and_kept() {
        let wild = one_to_nine_and(1e6);
        let counts = OutlierCounts::of(&wild);
        assert_eq!((counts.high_severe, counts.total(), wild.len()), (1, 1, 10));
        assert_eq!(
            counts.to_string(),
            "1 of 10 runs is an outlier (1 severe high), kept"
        );
    }

    #[test]
    fn a_calm_sample_has_none() {
        let counts = OutlierCounts::of(&one_to_nine_and(5.0));
        assert_eq!(counts.to_string(), "no outliers in 10 runs");
        assert_eq!(counts.share(), 0.0);
    }

    proptest! {
        #[test]
        fn the_middle_half_is_never_an_outlier(
            values in prop::collection::vec(-1e6..1e6, 1..60),
        ) {
            let sample = Sample::new(values).unwrap();
            prop_assert!(OutlierCounts::of(&sample).share() <= 0.5);
            prop_assert_eq!(Fences::of(&sample).place(sample.median()), Place::Inside);
        }
    }
}
