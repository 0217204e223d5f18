//! Sequence numbers as ranges, so that thousands travel in a few bytes.

use std::fmt;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// A list of sequence numbers, kept as inclusive ranges in the order in which they came.
/// Neighbours merge, so a run of consecutive numbers costs as much as one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Ranges(Vec<(u64, u64)>);

/// The numbers of a [`Ranges`], each once: ranges in ascending order that do not overlap.
#[derive(Clone, Debug)]
pub struct Spans(Vec<(u64, u64)>);

impl Ranges {
    /// The most ranges in one message. A longer one is refused before it is read to its end. Twice
    /// what a client can have to say of its window.
    pub const MOST: usize = 8192;

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

    /// Takes out as much as one message may hold, what came first first.
    pub fn take(&mut self) -> Ranges {
        let rest = self.0.split_off(self.0.len().min(Self::MOST));
        Ranges(std::mem::replace(&mut self.0, rest))
    }

    /// The same numbers, to be looked up.
    pub fn spans(&self) -> Spans {
        let mut ranges: Vec<(u64, u64)> = self
            .iter()
            .map(std::ops::RangeInclusive::into_inner)
            .collect();
        ranges.sort_unstable();
        ranges.dedup_by(|next, last| {
            let overlaps = next.0 <= last.1;
            if overlaps {
                last.1 = last.1.max(next.1);
            }
            overlaps
        });
        Spans(ranges)
    }
}

impl Spans {
    /// Whether a number is in it.
    pub fn contains(&self, number: u64) -> bool {
        let after = self.0.partition_point(|&(start, _)| start <= number);
        let before = self.0[..after].last();
        before.is_some_and(|&(_, end)| number <= end)
    }

    /// How many numbers there are; `u64::MAX` when they are more.
    pub fn count(&self) -> u64 {
        let lengths = self
            .0
            .iter()
            .map(|(start, end)| end.saturating_sub(*start).saturating_add(1));
        lengths.fold(0, u64::saturating_add)
    }

    /// All numbers.
    pub fn numbers(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.iter().flat_map(|&(start, end)| start..=end)
    }
}

impl<'de> Deserialize<'de> for Ranges {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Bounded)
    }
}

struct Bounded;

impl<'de> Visitor<'de> for Bounded {
    type Value = Ranges;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "up to {} ranges, each a first and a last number",
            Ranges::MOST
        )
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Ranges, A::Error> {
        let mut ranges = Vec::new();
        while let Some(range) = seq.next_element()? {
            if ranges.len() == Ranges::MOST {
                return Err(A::Error::custom(format_args!(
                    "more than {} ranges",
                    Ranges::MOST
                )));
            }
            ranges.push(range);
        }
        Ok(Ranges(ranges))
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

        #[test]
        fn spans_have_each_number_once(ranges in prop::collection::vec((0_u64..30, 0_u64..30), 0..20)) {
            let ranges = Ranges(ranges);
            let expected: std::collections::BTreeSet<u64> = ranges.iter().flatten().collect();
            let spans = ranges.spans();
            prop_assert!(spans.numbers().eq(expected.iter().copied()));
            prop_assert_eq!(spans.count(), expected.len() as u64);
            for number in 0..31 {
                prop_assert_eq!(spans.contains(number), expected.contains(&number));
            }
        }

        #[test]
        fn what_is_taken_in_turn_is_all(count in 0_usize..20_000) {
            let mut ranges: Ranges = (0..count as u64).map(|n| 2 * n).collect();
            let mut back = Vec::new();
            while !ranges.is_empty() {
                let taken = ranges.take();
                prop_assert!(taken.0.len() <= Ranges::MOST);
                back.extend(taken.iter().flatten());
            }
            prop_assert_eq!(back, (0..count as u64).map(|n| 2 * n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_message_with_too_many_ranges_is_refused() {
        let most: Ranges = (0..Ranges::MOST as u64).map(|n| 2 * n).collect();
        let text = serde_json::to_string(&most).unwrap();
        assert_eq!(serde_json::from_str::<Ranges>(&text).unwrap(), most);
        let more = text.replacen("[[", "[[7,7],[", 1);
        assert!(serde_json::from_str::<Ranges>(&more).is_err());
        let frame = postcard::to_allocvec(&vec![(1_u64, 1_u64); Ranges::MOST + 1]).unwrap();
        assert!(postcard::from_bytes::<Ranges>(&frame).is_err());
    }

    #[test]
    fn a_range_of_all_numbers_is_counted() {
        assert_eq!(
            Ranges(vec![(0, u64::MAX), (3, 4)]).spans().count(),
            u64::MAX
        );
    }

    #[test]
    fn consecutive_numbers_are_one_range() {
        let ranges: Ranges = (5..1_000_000).collect();
        assert_eq!(ranges.iter().count(), 1);
    }
}
