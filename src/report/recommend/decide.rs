//! Which configuration to take, and when the records can't tell. Knows no words.

use super::candidate::Candidate;
use crate::stats::{Bootstrap, Interval};

/// What to recommend. Candidates are given by their index.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// This one.
    Take {
        /// The cheapest that is surely fast enough.
        pick: usize,
        /// The one with the smallest median.
        best: usize,
        /// Cheaper ones that may be fast enough too, or not: their intervals reach over the limit.
        open: Vec<usize>,
    },
    /// The records can't tell.
    Undecided {
        /// The one with the smallest median, if any was measured.
        best: Option<usize>,
        /// Why not.
        why: Undecided,
    },
}

/// Why nothing is recommended.
#[derive(Clone, Debug, PartialEq)]
pub enum Undecided {
    /// No run ended well.
    NothingMeasured,
    /// All have threads that can never run.
    IdleThreads,
    /// There is nothing to choose from.
    OnlyOne,
    /// The best has so few runs that its median has no interval.
    TooFewRuns {
        /// Good runs of the best.
        runs: usize,
    },
    /// No interval, that of the best included, lies below the limit.
    WideIntervals {
        /// How far above its median the interval of the best reaches, as a share.
        reach: f64,
    },
}

/// Memory that differs by less than this share is the same: it is sampled, and pages come and go.
const SAME_MEMORY: f64 = 0.05;

/// Good runs that an interval needs.
pub(in crate::report) fn fewest_runs() -> usize {
    Bootstrap::seeded(0).fewest_runs()
}

impl Answer {
    /// The candidate with the smallest median.
    pub fn best(&self) -> Option<usize> {
        match self {
            Answer::Take { best, .. } => Some(*best),
            Answer::Undecided { best, .. } => *best,
        }
    }

    /// What is recommended.
    pub fn pick(&self) -> Option<usize> {
        match self {
            Answer::Take { pick, .. } => Some(*pick),
            Answer::Undecided { .. } => None,
        }
    }
}

/// Those that may be taken: all of whose threads can run, and of those one of which runs failed only
/// when there is none without failures.
fn may_be_taken(candidates: &[Candidate<'_>]) -> impl Fn(usize) -> bool {
    let is_clean =
        |candidate: &Candidate<'_>| !candidate.failed().any() && !candidate.has_idle_threads();
    let has_clean = candidates.iter().any(is_clean);
    move |index| {
        let candidate = &candidates[index];
        !candidate.has_idle_threads() && (!has_clean || is_clean(candidate))
    }
}

/// The cheapest candidate, of those that may be taken, of which the interval lies, to its upper end,
/// within so much of the smallest median.
pub(super) fn decide(candidates: &[Candidate<'_>], within: f64) -> Answer {
    let may_be_taken = may_be_taken(candidates);
    let medians = || (0..candidates.len()).filter_map(|i| Some((i, candidates[i].median_s()?)));
    let best = medians().filter(|(index, _)| may_be_taken(*index));
    let best = best.min_by(|(_, a), (_, b)| a.total_cmp(b));
    let Some((best, median)) = best else {
        let why = match medians().next() {
            Some(_) => Undecided::IdleThreads,
            None => Undecided::NothingMeasured,
        };
        return Answer::Undecided { best: None, why };
    };
    let undecided = |why| Answer::Undecided {
        best: Some(best),
        why,
    };
    let Some(interval) = candidates[best].interval_s() else {
        let runs = candidates[best].failed().good();
        return undecided(Undecided::TooFewRuns { runs });
    };
    if candidates.len() == 1 {
        return undecided(Undecided::OnlyOne);
    }
    let limit = median * (1.0 + within);
    let Some(pick) = cheapest(candidates, |index, interval| {
        may_be_taken(index) && interval.high <= limit
    }) else {
        let reach = interval.high / median - 1.0;
        return undecided(Undecided::WideIntervals { reach });
    };
    let may_be = |interval: Interval| interval.low <= limit && limit < interval.high;
    let is_open = |&index: &usize| {
        let candidate = &candidates[index];
        may_be_taken(index)
            && candidate.interval_s().is_some_and(may_be)
            && is_cheaper(candidate, &candidates[pick])
    };
    Answer::Take {
        pick,
        best,
        open: (0..candidates.len()).filter(is_open).collect(),
    }
}

/// Of those with such an interval: the least memory; where that is the same, the fewest processes,
/// then the fewest threads, then the shortest time.
fn cheapest(
    candidates: &[Candidate<'_>],
    is_enough: impl Fn(usize, Interval) -> bool,
) -> Option<usize> {
    let interval = |index: usize| candidates[index].interval_s();
    let enough: Vec<usize> = (0..candidates.len())
        .filter(|&index| interval(index).is_some_and(|interval| is_enough(index, interval)))
        .collect();
    let kib = |index: usize| candidates[index].memory_kib.unwrap_or(0.0);
    let least = enough.iter().map(|&index| kib(index)).reduce(f64::min)?;
    let mut same: Vec<usize> = (enough.into_iter())
        .filter(|&index| kib(index) <= least * (1.0 + SAME_MEMORY))
        .collect();
    same.sort_by(|&a, &b| {
        let (a, b) = (&candidates[a], &candidates[b]);
        let (time_a, time_b) = (a.objectives()[0], b.objectives()[0]);
        shape(a).cmp(&shape(b)).then(time_a.total_cmp(&time_b))
    });
    same.first().copied()
}

fn shape(candidate: &Candidate<'_>) -> (u32, u32) {
    (candidate.trial().processes, candidate.trial().threads)
}

fn is_cheaper(a: &Candidate<'_>, b: &Candidate<'_>) -> bool {
    let (kib_a, kib_b) = (a.memory_kib.unwrap_or(0.0), b.memory_kib.unwrap_or(0.0));
    let same = kib_a <= kib_b * (1.0 + SAME_MEMORY) && kib_b <= kib_a * (1.0 + SAME_MEMORY);
    if same {
        shape(a) < shape(b)
    } else {
        kib_a < kib_b
    }
}
