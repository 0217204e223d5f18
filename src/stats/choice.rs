//! Which of several contenders to take: the cheapest that is surely good enough.

use super::{Sample, Selection};

/// One thing that may be taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Contender {
    /// What it takes, run by run; `None` when it was not measured.
    pub sample: Option<Sample>,
    /// What it costs.
    pub cost: Cost,
    /// Whether it may be taken at all. What may not is not held against the others either.
    pub may_be_taken: bool,
}

/// What a contender costs, to be small.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// In any unit, such as KiB; a difference of less than [`Cost::SAME`] is none.
    pub main: f64,
    /// What decides where that is the same, in this order.
    pub then: [u32; 2],
}

impl Cost {
    /// Costs that differ by less than this share are the same: memory is sampled, and pages come
    /// and go.
    pub const SAME: f64 = 0.05;

    /// Whether this is less than another.
    pub fn is_below(&self, other: &Cost) -> bool {
        let same = |a: f64, b: f64| a <= b * (1.0 + Self::SAME);
        if same(self.main, other.main) && same(other.main, self.main) {
            self.then < other.then
        } else {
            self.main < other.main
        }
    }
}

/// What to take. Contenders are given by their index.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// This one.
    Take {
        /// The cheapest of those that are surely good enough.
        pick: usize,
        /// The one with the smallest median.
        best: usize,
        /// P(within) of the pick.
        sure: f64,
        /// Cheaper ones that may be good enough too, or not.
        open: Vec<usize>,
    },
    /// One of these, cheapest first: each may be good enough, and none surely is.
    OneOf {
        /// The one with the smallest median.
        best: usize,
        /// At least one.
        among: Vec<usize>,
    },
    /// None: no contender that may be taken was measured.
    Nothing,
}

impl Choice {
    /// The share of resamples in which what is taken must be good enough.
    pub const SURE: f64 = 0.95;
    /// What is good enough in fewer than this share is out.
    const OUT: f64 = 0.05;

    /// By [`Selection::p_within`]: the cheapest of which that is at least [`Choice::SURE`]. One whose
    /// interval lies below all others' is taken however wide its own is.
    pub fn of(contenders: &[Contender], selection: &Selection) -> Choice {
        let samples: Vec<Option<&Sample>> = contenders
            .iter()
            .map(|one| one.sample.as_ref().filter(|_| one.may_be_taken))
            .collect();
        let median = |index: &usize| samples[*index].map_or(f64::INFINITY, Sample::median);
        let measured = (0..contenders.len()).filter(|&index| samples[index].is_some());
        let Some(best) = measured.min_by(|a, b| median(a).total_cmp(&median(b))) else {
            return Choice::Nothing;
        };
        let p = selection.p_within(&samples);
        let at_least = |share: f64| -> Vec<usize> {
            (0..contenders.len()).filter(|&i| p[i] >= share).collect()
        };
        let cost = |index: usize| &contenders[index].cost;
        let sure = cheapest(contenders, &at_least(Self::SURE));
        let pick = sure.or_else(|| is_below_all(best, &samples, selection).then_some(best));
        match pick {
            Some(pick) => Choice::Take {
                pick,
                best,
                sure: p[pick],
                open: at_least(Self::OUT)
                    .into_iter()
                    .filter(|&index| cost(index).is_below(cost(pick)))
                    .collect(),
            },
            None => {
                let mut among = at_least(Self::OUT);
                among.sort_by(|&a, &b| {
                    let (a, b) = (cost(a), cost(b));
                    a.main.total_cmp(&b.main).then(a.then.cmp(&b.then))
                });
                Choice::OneOf { best, among }
            }
        }
    }

    /// The one with the smallest median.
    pub fn best(&self) -> Option<usize> {
        match self {
            Choice::Take { best, .. } | Choice::OneOf { best, .. } => Some(*best),
            Choice::Nothing => None,
        }
    }

    /// What is taken.
    pub fn pick(&self) -> Option<usize> {
        match self {
            Choice::Take { pick, .. } => Some(*pick),
            Choice::OneOf { .. } | Choice::Nothing => None,
        }
    }

    /// Those that the answer is still about: further runs of others would change nothing.
    pub fn unsettled(&self) -> &[usize] {
        match self {
            Choice::Take { open, .. } => open,
            Choice::OneOf { among, .. } => among,
            Choice::Nothing => &[],
        }
    }
}

/// Of these the one with the least cost; where that is the same, with the shortest time.
pub fn cheapest(contenders: &[Contender], of: &[usize]) -> Option<usize> {
    let main = |index: usize| contenders[index].cost.main;
    let least = of.iter().map(|&index| main(index)).reduce(f64::min)?;
    let same = (of.iter().copied()).filter(|&index| main(index) <= least * (1.0 + Cost::SAME));
    let median = |index: usize| (contenders[index].sample.as_ref()).map_or(0.0, Sample::median);
    same.min_by(|&a, &b| {
        let then = contenders[a].cost.then.cmp(&contenders[b].cost.then);
        then.then(median(a).total_cmp(&median(b)))
    })
}

fn is_below_all(best: usize, samples: &[Option<&Sample>], selection: &Selection) -> bool {
    let interval = |sample: &Sample| selection.bootstrap.median_interval(sample);
    let Some(own) = samples[best].and_then(interval) else {
        return false;
    };
    let others = samples.iter().enumerate();
    let mut others = others.filter_map(|(index, sample)| (*sample).filter(|_| index != best));
    others.all(|sample| interval(sample).is_some_and(|other| own.high < other.low))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Bootstrap;

    fn contender(median: f64, main: f64) -> Contender {
        let runs = [0.99, 1.0, 1.01, 0.995, 1.005, 1.0].map(|factor| factor * median);
        Contender {
            sample: Sample::new(runs.to_vec()).ok(),
            cost: Cost { main, then: [1, 1] },
            may_be_taken: true,
        }
    }

    fn choose(contenders: &[Contender]) -> Choice {
        let selection = Selection {
            within: 0.05,
            noise: 0.05,
            bootstrap: Bootstrap::seeded(1),
        };
        Choice::of(contenders, &selection)
    }

    #[test]
    fn the_cheapest_that_is_surely_good_enough_is_taken() {
        let all = [
            contender(1.0, 30.0),
            contender(1.01, 20.0),
            contender(1.5, 10.0),
        ];
        let Choice::Take {
            pick, best, open, ..
        } = choose(&all)
        else {
            panic!("{:?}", choose(&all));
        };
        assert_eq!((pick, best, open), (1, 0, vec![]));
    }

    #[test]
    fn cheaper_ones_that_may_be_good_enough_stay_open() {
        let all = [contender(1.0, 30.0), contender(1.05, 20.0)];
        let Choice::Take { pick, open, .. } = choose(&all) else {
            panic!("{:?}", choose(&all));
        };
        assert_eq!((pick, open), (0, vec![1]));
    }

    #[test]
    fn what_may_not_be_taken_is_held_against_nobody() {
        let mut all = [contender(0.5, 1.0), contender(1.0, 2.0)];
        all[0].may_be_taken = false;
        assert_eq!(choose(&all).pick(), Some(1));
        all[1].sample = None;
        assert_eq!(choose(&all), Choice::Nothing);
    }

    #[test]
    fn when_none_is_sure_the_candidates_are_named_cheapest_first() {
        let wide = |main: f64, factor: f64| Contender {
            sample: Sample::new([1.0, 1.3, 0.8, 1.1, 0.9, 1.2].map(|s| s * factor).to_vec()).ok(),
            ..contender(1.0, main)
        };
        let all = [wide(3.0, 1.0), wide(1.0, 1.06), wide(2.0, 9.0)];
        let chosen = choose(&all);
        assert_eq!(
            chosen,
            Choice::OneOf {
                best: 0,
                among: vec![1, 0]
            }
        );
        assert_eq!(chosen.unsettled(), [1, 0]);
    }

    #[test]
    fn costs_that_are_nearly_the_same_are_decided_by_what_follows() {
        let cost = |main: f64, then: [u32; 2]| Cost { main, then };
        assert!(cost(100.0, [1, 16]).is_below(&cost(98.0, [2, 8])));
        assert!(!cost(100.0, [1, 16]).is_below(&cost(90.0, [2, 8])));
    }
}
