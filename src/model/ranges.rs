//! Sequence numbers as ranges, so that thousands travel in a few bytes.

use serde::{Deserialize, Serialize};

/// A list of sequence numbers, kept as inclusive ranges in the order in which they came.
/// Neighbours merge, so a run of consecutive numbers costs as much as one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    /// Adds a number. It merges with the range that was added to last when it follows on it.
    pub fn push(&mut self, number: u64) {
        match self.0.last_mut() {
            Some((_, end)) if end.checked_add(1) == Some(number) => *end = number,
            _ => self.0.push((number, number)),
        }
    }

    /// Adds all numbers below `end`.
    pub fn push_below(&mut self, end: u64) {
        if let Some(last) = end.checked_sub(1) {
            self.0.push((0, last));
        }
    }

    /// The inclusive ranges, in the order in which they came. One whose end is before its start
    /// (only a hostile peer would send it) is left out.
    pub fn iter(&self) -> impl Iterator<Item = std::ops::RangeInclusive<u64>> + '_ {
        self.0
            .iter()
            .map(|&(start, end)| start..=end)
            .filter(|range| !range.is_empty())
    }

    /// Whether there is no number at all.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Takes all out, leaving nothing.
    pub fn take(&mut self) -> Ranges {
        std::mem::take(self)
    }
}

impl FromIterator<u64> for Ranges {
    fn from_iter<I: IntoIterator<Item = u64>>(numbers: I) -> Self {
        let mut ranges = Ranges::default();
        numbers.into_iter().for_each(|number| ranges.push(number));
        ranges
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_added(numbers in prop::collection::vec(0_u64..20, 0..40)) {
            let ranges: Ranges = numbers.iter().copied().collect();
            let back: Vec<u64> = ranges.iter().flatten().collect();
            prop_assert_eq!(back, numbers);
        }
    }

    #[test]
    fn consecutive_numbers_are_one_range() {
        let ranges: Ranges = (5..1_000_000).collect();
        assert_eq!(ranges.iter().count(), 1);
    }
}
