//! The client's account of its batches: sent, answered or failed, acknowledged. Knows no socket and no
//! clock.

use std::collections::VecDeque;

use crate::model::Ranges;

/// What is out, what is in, what came twice: a client's account of its batches, by sequence
/// number. No socket, no clock: what happens is told to it, what to do is read from it.
///
/// * Every batch is answered or failed exactly once; whatever comes for it later is a duplicate.
/// * Never more than the window lies between the oldest batch that is not answered and the
///   newest that was sent, so memory does not grow with the number of batches.
#[derive(Clone, Debug)]
pub struct Ledger {
    total: u64,
    window: u64,
    /// All batches below this one are answered: they have a result, or have failed.
    floor: u64,
    /// For each batch from the floor to the last one sent, whether it is answered.
    answered: VecDeque<bool>,
    results: u64,
    /// Of 64 more bits than results, so that it never wraps.
    sum: i128,
    duplicates: u64,
    strays: u64,
    failures: Vec<BatchFailure>,
    acknowledgements: Ranges,
}

/// A batch that the server could not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchFailure {
    /// Its sequence number.
    pub batch: u64,
    /// Why, in the server's words.
    pub reason: String,
}

/// What a result turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultKind {
    /// The first one for its batch: it counts.
    Fresh,
    /// One for a batch that is answered already.
    Duplicate,
    /// One for a batch that was never sent.
    Stray,
}

impl Ledger {
    /// An account of `total` batches, of which at most `window` (at least 1) are out.
    pub fn new(total: u64, window: u64) -> Self {
        Ledger {
            total,
            window: window.max(1),
            floor: 0,
            answered: VecDeque::new(),
            results: 0,
            sum: 0,
            duplicates: 0,
            strays: 0,
            failures: Vec::new(),
            acknowledgements: Ranges::default(),
        }
    }

    /// Makes the window smaller, if it is larger than `window` (at least 1).
    pub fn limit_window(&mut self, window: u64) {
        self.window = self.window.min(window.max(1));
    }

    /// The batch to send next, if there is one and the window has room for it.
    pub fn next_to_send(&self) -> Option<u64> {
        let next = self.next();
        (next < self.total && self.answered.len() < self.window as usize).then_some(next)
    }

    /// The batch that [`Ledger::next_to_send`] named is on its way.
    pub fn sent(&mut self) {
        self.answered.push_back(false);
    }

    /// A result for batch `sequence` came in.
    pub fn result(&mut self, sequence: u64, sum: i64) -> ResultKind {
        let verdict = self.answer(sequence);
        if verdict == ResultKind::Fresh {
            self.results += 1;
            self.sum += i128::from(sum);
        }
        verdict
    }

    /// A result without an id came in (`[2, sum]`): it counts for the oldest batch that is out.
    pub fn result_without_id(&mut self, sum: i64) -> ResultKind {
        // The floor is the oldest batch that is not answered, if any is out.
        self.result(self.floor, sum)
    }

    /// The server says that batch `sequence` can't be done. Of one that is
    /// answered it counts as a duplicate.
    pub fn failed(&mut self, sequence: u64, reason: String) -> ResultKind {
        let verdict = self.answer(sequence);
        if verdict == ResultKind::Fresh {
            self.failures.push(BatchFailure {
                batch: sequence,
                reason,
            });
        }
        verdict
    }

    /// Whether any batch failed.
    pub fn has_failures(&self) -> bool {
        !self.failures.is_empty()
    }

    /// A result came in for somebody else's batch.
    pub fn stray(&mut self) -> ResultKind {
        self.strays += 1;
        ResultKind::Stray
    }

    fn answer(&mut self, sequence: u64) -> ResultKind {
        if sequence >= self.next() {
            return self.stray();
        }
        // Acknowledged even when it is a duplicate: the server may not know that we have it.
        self.acknowledgements.push(sequence);
        let slot = sequence
            .checked_sub(self.floor)
            .and_then(|i| self.answered.get_mut(i as usize));
        match slot {
            Some(answered) if !*answered => *answered = true,
            _ => {
                self.duplicates += 1;
                return ResultKind::Duplicate;
            }
        }
        while self.answered.front() == Some(&true) {
            self.answered.pop_front();
            self.floor += 1;
        }
        ResultKind::Fresh
    }

    /// What the server has not been told yet of what is answered, as much as one message may hold.
    pub fn take_acknowledgements(&mut self) -> Ranges {
        self.acknowledgements.take()
    }

    /// Everything that is answered is to be acknowledged once more: what was said before may have
    /// been lost with the connection, or with the server.
    pub fn acknowledge_again(&mut self) {
        self.acknowledgements = Ranges::default();
        self.acknowledgements.push_below(self.floor);
        let answered = (self.floor..)
            .zip(&self.answered)
            .filter(|(_, answered)| **answered);
        answered.for_each(|(sequence, _)| self.acknowledgements.push(sequence));
    }

    /// Those of the batches that are out whose result has not come. The others that were sent are
    /// acknowledged once more.
    pub fn missing(&mut self, batches: &Ranges) -> Ranges {
        let mut missing = Ranges::default();
        for range in batches.iter() {
            let below = (*range.end()).saturating_add(1).min(self.next());
            for sequence in *range.start()..below {
                let index = sequence.checked_sub(self.floor);
                match index.and_then(|index| self.answered.get(index as usize)) {
                    Some(false) => missing.push(sequence),
                    _ => self.acknowledgements.push(sequence),
                }
            }
        }
        missing
    }

    /// The batches that are out: what to send again to a server that has lost them.
    pub fn unanswered(&self) -> impl Iterator<Item = u64> + '_ {
        (self.floor..)
            .zip(&self.answered)
            .filter(|(_, answered)| !**answered)
            .map(|(n, _)| n)
    }

    /// Whether every batch is answered.
    pub fn is_complete(&self) -> bool {
        self.floor == self.total
    }

    /// Batches that have been sent, once each.
    pub fn sent_so_far(&self) -> u64 {
        self.next()
    }

    /// Batches that are answered.
    pub fn answered(&self) -> u64 {
        self.results + self.failures.len() as u64
    }

    /// Batches whose result came.
    pub fn results(&self) -> u64 {
        self.results
    }

    /// The sum of the results that count.
    pub fn sum(&self) -> i128 {
        self.sum
    }

    /// Results that came a second time.
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// Results for batches that were never sent.
    pub fn strays(&self) -> u64 {
        self.strays
    }

    /// The batches that failed, as they came.
    pub fn into_failures(self) -> Vec<BatchFailure> {
        self.failures
    }

    fn next(&self) -> u64 {
        self.floor + self.answered.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_result_counts_and_later_ones_are_duplicates() {
        let mut ledger = Ledger::new(2, 10);
        ledger.sent();
        assert_eq!(ledger.result(0, 5), ResultKind::Fresh);
        assert_eq!(ledger.result(0, 7), ResultKind::Duplicate);
        assert_eq!(ledger.result(1, 7), ResultKind::Stray);
        assert_eq!(
            (ledger.sum(), ledger.duplicates(), ledger.strays()),
            (5, 1, 1)
        );
    }

    #[test]
    fn a_failure_answers_its_batch() {
        let mut ledger = Ledger::new(1, 1);
        ledger.sent();
        ledger.failed(0, "killed five workers".to_owned());
        assert!(ledger.is_complete());
        assert_eq!(ledger.result(0, 1), ResultKind::Duplicate);
        assert_eq!(ledger.results(), 0);
    }

    #[test]
    fn a_sum_beyond_64_bits_does_not_wrap() {
        let mut ledger = Ledger::new(3, 3);
        (0..3).for_each(|_| ledger.sent());
        ledger.result(0, i64::MAX);
        ledger.result(1, i64::MAX);
        assert_eq!(ledger.sum(), 2 * i128::from(i64::MAX));
        ledger.result(2, i64::MIN);
        assert_eq!(ledger.sum(), i128::from(i64::MAX) - 1);
    }

    #[test]
    fn results_without_ids_count_for_the_oldest() {
        let mut ledger = Ledger::new(3, 3);
        (0..3).for_each(|_| ledger.sent());
        ledger.result(1, 1);
        ledger.result_without_id(1);
        ledger.result_without_id(1);
        assert!(ledger.is_complete());
        assert_eq!(ledger.result_without_id(1), ResultKind::Stray);
    }

    proptest! {
        #[test]
        fn whatever_comes_every_batch_is_answered_once_and_the_window_holds(
            total in 0_u64..40,
            window in 1_u64..8,
            events in prop::collection::vec((0_u8..4, 0_u64..45), 0..400),
        ) {
            let mut ledger = Ledger::new(total, window);
            let mut fresh = std::collections::BTreeSet::new();
            for (kind, sequence) in events {
                if kind == 0 && ledger.next_to_send().is_some() {
                    ledger.sent();
                } else if kind == 1 {
                    if ledger.failed(sequence, String::new()) == ResultKind::Fresh {
                        prop_assert!(fresh.insert(sequence));
                    }
                } else if ledger.result(sequence, 1) == ResultKind::Fresh {
                    prop_assert!(fresh.insert(sequence));
                }
                prop_assert!(ledger.unanswered().count() as u64 <= window);
                prop_assert!(ledger.unanswered().all(|n| !fresh.contains(&n)));
                prop_assert_eq!(ledger.answered(), fresh.len() as u64);
                prop_assert_eq!(ledger.is_complete(), fresh.len() as u64 == total);
                prop_assert_eq!(ledger.sum(), i128::from(ledger.results()));
            }
        }
    }
}
