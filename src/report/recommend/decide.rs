//! Which configuration to take, and when the records can't tell. Knows no words.

use super::Terms;
use super::candidate::Candidate;
use crate::stats::{Bootstrap, Choice, Contender, Estimate, Sample, Selection, cheapest};

/// What to recommend. Candidates are given by their index.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// This one.
    Take {
        /// The cheapest that is surely good enough.
        pick: usize,
        /// The one with the smallest median of those that may be taken.
        best: usize,
        /// How sure that is.
        sure: Sure,
        /// Cheaper ones that may be good enough too, or not.
        open: Vec<usize>,
    },
    /// One of some, of which none is surely good enough.
    OneOf {
        /// The one with the smallest median of those that may be taken.
        best: usize,
        /// Cheapest first.
        among: Vec<usize>,
        /// About how many more runs of each of them would settle it, as far as that can be told.
        more_runs: Option<usize>,
    },
    /// None.
    Nothing(Nothing),
}

/// How sure an answer is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sure {
    /// The share of resamples in which the pick is good enough.
    pub p_within: f64,
    /// The fewest good runs of any that the answer is about.
    pub runs: usize,
    /// With too few runs for an interval: from which factor on two medians are surely apart.
    pub apart: Option<f64>,
}

/// Why nothing is recommended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nothing {
    /// No run ended well.
    Measured,
    /// All that were measured have threads that can never run.
    WithoutIdleThreads,
    /// All that were measured take more than is allowed.
    Allowed,
    /// None surely holds the bound of latency.
    HoldsTheBound,
}

/// Good runs that an interval needs.
pub(in crate::report) fn fewest_runs() -> usize {
    Bootstrap::seeded(0).fewest_runs()
}

impl Answer {
    /// The candidate with the smallest median of those that may be taken.
    pub fn best(&self) -> Option<usize> {
        match self {
            Answer::Take { best, .. } | Answer::OneOf { best, .. } => Some(*best),
            Answer::Nothing(_) => None,
        }
    }

    /// What is recommended.
    pub fn pick(&self) -> Option<usize> {
        match self {
            Answer::Take { pick, .. } => Some(*pick),
            Answer::OneOf { .. } | Answer::Nothing(_) => None,
        }
    }

    /// Those whose further runs would change something.
    pub(in crate::report) fn unsettled(&self) -> &[usize] {
        match self {
            Answer::Take { open, .. } => open,
            Answer::OneOf { among, .. } => among,
            Answer::Nothing(_) => &[],
        }
    }
}

/// Those that may be taken: below all bounds, all of whose threads can run, and of those one of
/// which runs failed only when there is none without failures.
fn may_be_taken(candidates: &[Candidate<'_>], terms: &Terms) -> Vec<bool> {
    let may = |one: &Candidate<'_>| !one.has_idle_threads() && terms.allows(one);
    let is_clean = |one: &Candidate<'_>| may(one) && !one.failed().any();
    let has_clean = candidates.iter().any(is_clean);
    let takes = |one: &Candidate<'_>| if has_clean { is_clean(one) } else { may(one) };
    candidates.iter().map(takes).collect()
}

/// The cheapest of those that are surely within so much of the fastest, or surely hold a bound.
pub(super) fn decide(candidates: &[Candidate<'_>], terms: &Terms) -> Answer {
    let may_be_taken = may_be_taken(candidates, terms);
    let runs: Vec<Vec<f64>> = candidates
        .iter()
        .map(|one| one.group.makespans_s())
        .collect();
    let contenders: Vec<Contender> = (candidates.iter().zip(&runs).zip(&may_be_taken))
        .map(|((one, runs), may_be_taken)| Contender {
            sample: Sample::new(runs.clone()).ok(),
            cost: terms.cost(one),
            may_be_taken: *may_be_taken,
        })
        .collect();
    let selection = terms.selection(runs.iter().map(Vec::as_slice));
    let count = |index: &usize| candidates[*index].failed().good();
    match Choice::of(&contenders, &selection) {
        Choice::Nothing => Answer::Nothing(nothing(candidates)),
        Choice::Take { best, .. } | Choice::OneOf { best, .. } if terms.p99_s.is_some() => {
            by_latency(candidates, &contenders, best, terms)
        }
        Choice::Take {
            pick,
            best,
            sure,
            open,
        } => {
            let about = [pick, best].into_iter().chain(open.iter().copied());
            let runs = about.map(|index| count(&index)).min().unwrap_or(0);
            let sure = Sure {
                p_within: sure,
                runs,
                apart: (runs < fewest_runs()).then(|| selection.surely_apart(runs)),
            };
            Answer::Take {
                pick,
                best,
                sure,
                open,
            }
        }
        Choice::OneOf { best, among } => Answer::OneOf {
            more_runs: more_runs(&contenders, &among, &selection),
            best,
            among,
        },
    }
}

/// About how many more runs of these would settle which to take.
fn more_runs(contenders: &[Contender], among: &[usize], selection: &Selection) -> Option<usize> {
    /// More than anybody would run.
    const MOST: usize = 200;
    let samples = among
        .iter()
        .filter_map(|&index| contenders[index].sample.as_ref());
    let samples: Vec<&Sample> = samples.collect();
    selection.runs_to_settle(&samples, MOST, |p| p.iter().any(|p| *p >= Choice::SURE))
}

/// The cheapest of those whose p99 batch latency lies below the bound, with its interval, or with all
/// its runs where they are few.
fn by_latency(
    candidates: &[Candidate<'_>],
    contenders: &[Contender],
    best: usize,
    terms: &Terms,
) -> Answer {
    let bound = terms.p99_s.unwrap_or(f64::INFINITY);
    let p99 = |index: usize| candidates[index].p99_s();
    let those = |holds: &dyn Fn(Estimate) -> bool| -> Vec<usize> {
        (0..candidates.len())
            .filter(|&index| contenders[index].may_be_taken && p99(index).is_some_and(holds))
            .collect()
    };
    let sure = those(&|p99| p99.high <= bound);
    let Some(pick) = cheapest(contenders, &sure) else {
        return Answer::Nothing(Nothing::HoldsTheBound);
    };
    let cost = |index: usize| &contenders[index].cost;
    let perhaps = those(&|p99| p99.low <= bound && bound < p99.high).into_iter();
    Answer::Take {
        pick,
        best,
        sure: Sure {
            p_within: 1.0,
            runs: candidates[pick].failed().good(),
            apart: None,
        },
        open: perhaps
            .filter(|&index| cost(index).is_below(cost(pick)))
            .collect(),
    }
}

fn nothing(candidates: &[Candidate<'_>]) -> Nothing {
    let mut measured = candidates
        .iter()
        .filter(|one| one.median_s().is_some())
        .peekable();
    if measured.peek().is_none() {
        Nothing::Measured
    } else if measured.all(Candidate::has_idle_threads) {
        Nothing::WithoutIdleThreads
    } else {
        Nothing::Allowed
    }
}
