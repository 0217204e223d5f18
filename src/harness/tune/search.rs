//! The search for a configuration: observations in, next configuration out. Runs nothing, reads no
//! clock.
//!
//! Four things in turn, decided anew after every run:
//!
//! 1. *A start* of few, far from each other, fastest-looking first.
//! 2. *A pattern search* (Hooke & Jeeves, "Direct search solution of numerical and statistical
//!    problems", Journal of the ACM 8 (1961)) on a lattice of powers of two: the neighbours of all that
//!    may be the fastest, one step along each axis and along both, and those two steps from the
//!    fastest, until none is new.
//! 3. *A second look* at the neighbours of the fastest, one of whose runs may have been disturbed.
//! 4. *A race* (Maron & Moore, "Hoeffding races", NIPS 6 (1994); Birattari et al., "A racing
//!    algorithm for configuring metaheuristics", GECCO 2002): in rounds, one run of each that the
//!    answer is still about, until P(within) decides.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Shape;
use crate::stats::{Bootstrap, Choice, Contender, Cost, Noise, Sample, Selection};

/// What is searched, and for what.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Space {
    /// Cores, of which the start is made.
    pub cores: u32,
    /// Processes and threads at the most.
    pub most: Shape,
    /// By how much longer than the best may take what is found, as a share.
    pub within: f64,
    /// The noise of a run as it is known before any, see [`Selection::noise`].
    pub noise: f64,
    /// Runs of one configuration, at the most.
    pub most_runs: usize,
}

/// What is known of one configuration.
#[derive(Clone, Debug, PartialEq)]
struct Observed {
    /// The makespans of its good runs, in seconds, in the order in which they were run.
    makespans_s: Vec<f64>,
    /// What its runs cost, in the unit of the question.
    costs: Vec<f64>,
    /// The median of the makespans; infinite when there is none.
    median_s: f64,
    failed: usize,
}

impl Default for Observed {
    fn default() -> Observed {
        Observed {
            makespans_s: Vec::new(),
            costs: Vec::new(),
            median_s: f64::INFINITY,
            failed: 0,
        }
    }
}

/// The search.
#[derive(Clone, Debug)]
pub struct Search {
    space: Space,
    observed: BTreeMap<Shape, Observed>,
    /// The least time that a configuration can take, in seconds, where that is known.
    floor_s: BTreeMap<Shape, f64>,
    /// Those that can't be run, or take too long to be run at all.
    barred: BTreeSet<Shape>,
    noise: Noise,
    /// As [`Noise::sigma`] gives it after the last run.
    sigma: f64,
    /// What is left of the present round of the race.
    round: Vec<Shape>,
}

/// The answer so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// What was run, in the order of processes and threads.
    pub shapes: Vec<Shape>,
    /// By the index of the shapes.
    pub choice: Choice,
}

impl Standing {
    /// What is taken, or as long as none is sure the one with the smallest median.
    pub fn pick(&self) -> Option<Shape> {
        let index = self.choice.pick().or(self.choice.best())?;
        Some(self.shapes[index])
    }
}

/// P(within) from which on the race ends. The answer is looked at after every run, and of many looks
/// one is lucky, so it is more than [`Choice::SURE`] asks of one look.
const SURE: f64 = 0.99;

impl Search {
    /// Begins with nothing known.
    pub fn new(space: Space) -> Search {
        Search {
            space,
            observed: BTreeMap::new(),
            floor_s: BTreeMap::new(),
            barred: BTreeSet::new(),
            noise: Noise::known_before(space.noise),
            sigma: space.noise,
            round: Vec::new(),
        }
    }

    /// That a configuration can't take less than this, in seconds: once another is faster than that
    /// it is not measured.
    pub fn bound(&mut self, shape: Shape, floor_s: f64) {
        self.floor_s.insert(shape, floor_s);
    }

    /// That a configuration is not to be run.
    pub fn bar(&mut self, shape: Shape) {
        self.barred.insert(shape);
    }

    /// A run that ended well, with what it cost.
    pub fn learn(&mut self, shape: Shape, makespan_s: f64, cost: f64) {
        let observed = self.observed.entry(shape).or_default();
        if let Some(&last) = observed.makespans_s.last() {
            self.noise.learn(&[last, makespan_s]);
            self.sigma = self.noise.sigma();
        }
        observed.makespans_s.push(makespan_s);
        observed.costs.push(cost);
        let sample = Sample::new(observed.makespans_s.clone());
        observed.median_s = sample.map_or(f64::INFINITY, |sample| sample.median());
    }

    /// A run that failed.
    pub fn learn_failure(&mut self, shape: Shape) {
        self.observed.entry(shape).or_default().failed += 1;
    }

    /// The configuration to run next; `None` when the answer is sure, or more runs would not make it
    /// so.
    pub fn propose(&mut self) -> Option<Shape> {
        let mut start = self.start().into_iter();
        let new = start.find(|shape| self.may_be_tried(*shape));
        let found = new
            .or_else(|| self.neighbour())
            .or_else(|| self.second_look());
        if found.is_some() {
            self.round.clear();
            return found;
        }
        if self.round.is_empty() {
            self.round = self.race(&self.standing());
        }
        self.round.pop()
    }

    /// The answer of what is known.
    pub fn standing(&self) -> Standing {
        let shapes: Vec<Shape> = self.observed.keys().copied().collect();
        let contenders: Vec<Contender> =
            shapes.iter().map(|shape| self.contender(*shape)).collect();
        Standing {
            choice: Choice::of(&contenders, &self.selection()),
            shapes,
        }
    }

    fn selection(&self) -> Selection {
        Selection {
            within: self.space.within,
            noise: self.sigma,
            bootstrap: Bootstrap {
                resamples: 250,
                ..Bootstrap::seeded(1)
            },
        }
    }

    fn contender(&self, shape: Shape) -> Contender {
        let observed = &self.observed[&shape];
        let median = |values: &[f64]| Sample::new(values.to_vec()).ok();
        Contender {
            sample: median(&observed.makespans_s),
            cost: Cost {
                main: median(&observed.costs).map_or(0.0, |costs| costs.median()),
                then: [shape.processes, shape.threads],
            },
            may_be_taken: observed.failed == 0,
        }
    }

    /// Few, far from each other; the slowest comes last, when it may be known already that it can't
    /// be the fastest.
    fn start(&self) -> Vec<Shape> {
        let Space { cores, most, .. } = self.space;
        let all = [
            Shape::new(cores, 1),
            Shape::new(cores, 8),
            Shape::new(8 * cores, 1),
            Shape::new(8 * cores, 8),
            Shape::new(1, 8 * cores),
            Shape::rule_of_thumb(cores),
            Shape::new(1, cores),
            Shape::new(1, 1),
        ];
        let mut start: Vec<Shape> = Vec::new();
        for shape in all {
            let inside = Shape::new(
                shape.processes.clamp(1, most.processes),
                shape.threads.clamp(1, most.threads),
            );
            if !start.contains(&inside) {
                start.push(inside);
            }
        }
        start
    }

    /// Whether a configuration was not run yet and may be, and could be good enough.
    fn may_be_tried(&self, shape: Shape) -> bool {
        let is_new = !self.observed.contains_key(&shape) && !self.barred.contains(&shape);
        let limit = self.limit();
        let floor = self.floor_s.get(&shape).copied().unwrap_or(0.0);
        is_new && floor <= limit
    }

    /// What takes longer is not good enough.
    fn limit(&self) -> f64 {
        let best = self.medians().map(|(_, median)| median);
        best.fold(f64::INFINITY, f64::min) * (1.0 + self.space.within)
    }

    fn medians(&self) -> impl Iterator<Item = (Shape, f64)> {
        let clean = self.observed.iter().filter(|(_, one)| one.failed == 0);
        clean.map(|(shape, one)| (*shape, one.median_s))
    }

    /// Of those that may be the fastest by what is known, fastest first, any neighbour; of the
    /// fastest also those two steps away, for a step of a barrier's waves can be flat.
    fn neighbour(&self) -> Option<Shape> {
        let mut fast: Vec<(Shape, f64)> = self.medians().collect();
        fast.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        let (best, median) = *fast.first()?;
        let limit = median * (1.0 + self.space.within) * self.luck();
        let near = (fast.iter()).take_while(|(_, median)| *median <= limit);
        let around = near.flat_map(|(shape, _)| self.around(*shape, 1));
        let mut all = around.chain(self.around(best, 2));
        all.find(|shape| self.may_be_tried(*shape))
    }

    /// By which factor a single run of a good configuration may look worse than the best.
    fn luck(&self) -> f64 {
        (2.0 * self.sigma).exp()
    }

    /// The neighbours at most so many steps away, along one axis before along both.
    fn around(&self, from: Shape, steps: i32) -> impl Iterator<Item = Shape> {
        let mut ways: Vec<(i32, i32)> = (-steps..=steps)
            .flat_map(|processes| (-steps..=steps).map(move |threads| (processes, threads)))
            .collect();
        ways.sort_by_key(|(processes, threads)| processes.abs() + threads.abs());
        let ways = ways.into_iter();
        ways.filter_map(move |(processes, threads)| {
            Some(Shape::new(
                step(from.processes, processes, self.space.most.processes)?,
                step(from.threads, threads, self.space.most.threads)?,
            ))
        })
    }

    /// A neighbour of the fastest that would be as good if one of its first two runs had been
    /// disturbed.
    fn second_look(&self) -> Option<Shape> {
        let (best, median) = self.medians().min_by(|(_, a), (_, b)| a.total_cmp(b))?;
        let limit = median * (1.0 + self.space.within) * self.luck();
        let is_due = |shape: &Shape| {
            let Some(observed) = self.observed.get(shape).filter(|one| one.failed == 0) else {
                return false;
            };
            let least = observed.makespans_s.iter().copied().reduce(f64::min);
            match observed.makespans_s.len() {
                1 => true,
                2 => least.is_some_and(|least| least <= limit),
                _ => false,
            }
        };
        self.around(best, 1).find(is_due)
    }

    /// A round of the race: one run of each that the answer is about.
    fn race(&self, standing: &Standing) -> Vec<Shape> {
        let choice = &standing.choice;
        let runs = |index: usize| self.observed[&standing.shapes[index]].makespans_s.len();
        let enough = Bootstrap::seeded(0).fewest_runs();
        let is_sure = matches!(choice, Choice::Take { sure, .. } if *sure >= SURE);
        let named: BTreeSet<usize> = [choice.best(), choice.pick()]
            .into_iter()
            .flatten()
            .collect();
        let (few, enough): (Vec<usize>, Vec<usize>) =
            named.into_iter().partition(|index| runs(*index) < enough);
        let mut round: BTreeSet<usize> = choice.unsettled().iter().copied().collect();
        if !is_sure {
            round.extend(enough);
        }
        round.retain(|index| runs(*index) < self.space.most_runs);
        round.extend(few);
        round
            .into_iter()
            .map(|index| standing.shapes[index])
            .collect()
    }
}

/// So many powers of two further on an axis; what is not on the lattice itself steps onto it.
fn step(from: u32, by: i32, most: u32) -> Option<u32> {
    let exponent = if by < 0 {
        (f64::from(from)).log2().ceil() as i32 + by
    } else {
        (f64::from(from)).log2().floor() as i32 + by
    };
    if by == 0 {
        return Some(from);
    }
    let on = 1_u32.checked_shl(u32::try_from(exponent).ok()?)?;
    (on <= most).then_some(on)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search() -> Search {
        Search::new(Space {
            cores: 2,
            most: Shape::new(8, 8),
            within: 0.05,
            noise: 0.05,
            most_runs: 20,
        })
    }

    #[test]
    fn what_fails_after_a_good_run_is_not_tried_for_ever() {
        let mut search = search();
        let flaky = Shape::new(4, 8);
        let mut tries = 0;
        for _ in 0..2_000 {
            let Some(shape) = search.propose() else {
                assert!(search.standing().pick().is_some_and(|pick| pick != flaky));
                return;
            };
            tries += usize::from(shape == flaky);
            if shape == flaky && tries > 1 {
                search.learn_failure(shape);
            } else {
                let slots = f64::from(shape.processes * shape.threads);
                search.learn(shape, 1.0 / slots, f64::from(shape.processes));
            }
        }
        panic!("{tries} of 2000 runs are of what fails");
    }
}
