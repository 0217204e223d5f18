//! The order of an experiment's trials, and which configurations need no more. Keys are made once,
//! and an interval is computed once for each number of runs, for rows may be many thousands.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::definition::Experiment;
use crate::harness::Planned;
use crate::record::Trial;
use crate::spec::{Repetition, trial_key};
use crate::stats::{Bootstrap, Sample};

/// What is known of an experiment's rows.
pub(super) struct Planner<'a> {
    experiment: &'a Experiment,
    /// By configuration and block.
    keys: HashMap<(usize, u32), String>,
    /// Which configuration and block each of the keys is of.
    places: HashMap<String, (usize, u32)>,
    /// By configuration.
    rows: Vec<KnownRows>,
}

/// The rows of a configuration, by block.
#[derive(Clone, Default)]
struct KnownRows {
    /// The makespans of good runs.
    good: BTreeMap<u32, f64>,
    bad: BTreeSet<u32>,
    /// Whether the interval of so many good runs was narrow enough.
    narrow: Option<(usize, bool)>,
}

impl KnownRows {
    fn has(&self, block: u32) -> bool {
        self.good.contains_key(&block) || self.bad.contains(&block)
    }
}

impl Experiment {
    /// All trials that are known to come, in order, when `rows` are done, and that no row is there
    /// for: of a precision, those that the first decision needs.
    pub fn missing(&self, rows: &[Trial]) -> Vec<Planned> {
        let mut planner = Planner::new(self, rows);
        let known = planner.blocks(1..=planner.last_known(1), 1);
        planner.missing(known)
    }
}

impl<'a> Planner<'a> {
    /// With the rows that are there.
    pub(super) fn new(experiment: &'a Experiment, rows: &[Trial]) -> Self {
        let mut planner = Planner {
            experiment,
            keys: HashMap::new(),
            places: HashMap::new(),
            rows: vec![KnownRows::default(); experiment.configurations.len()],
        };
        let blocks = rows.iter().map(|row| {
            if row.warmup {
                row.run
            } else {
                experiment.warmup.saturating_add(row.run)
            }
        });
        for block in blocks.collect::<HashSet<u32>>() {
            for place in 0..experiment.configurations.len() {
                planner.key(place, block);
            }
        }
        rows.iter().for_each(|row| planner.learn(row));
        planner
    }

    /// A row more.
    pub(super) fn learn(&mut self, row: &Trial) {
        if let Some(&(place, block)) = self.places.get(&row.key) {
            match row.usable_makespan_s() {
                Some(makespan_s) => drop(self.rows[place].good.insert(block, makespan_s)),
                None => drop(self.rows[place].bad.insert(block)),
            }
        }
    }

    /// Which configuration a trial is of, by its place among them.
    pub(super) fn place(&self, trial: &Trial) -> Option<usize> {
        self.places.get(&trial.key).map(|(place, _)| *place)
    }

    /// The last block that is known to come when a block begins: of a precision, the one that the
    /// next decision needs.
    pub(super) fn last_known(&self, block: u32) -> u32 {
        let all = self.experiment.blocks();
        match self.experiment.precision {
            None => all,
            Some(_) => all.min(block.max(self.experiment.warmup.saturating_add(fewest_runs()))),
        }
    }

    /// The trials of some blocks.
    pub(super) fn blocks(
        &mut self,
        blocks: std::ops::RangeInclusive<u32>,
        order: u32,
    ) -> Vec<Planned> {
        let mut planned: Vec<Planned> = Vec::new();
        for block in blocks {
            let order = order + planned.len() as u32;
            planned.extend(self.block(block, order));
        }
        planned
    }

    /// The trials of a block: of every configuration that has so many runs and is not settled by
    /// the rows of the blocks before it. Rows of this block or later ones change nothing, so that an
    /// experiment that is taken up again decides as before.
    pub(super) fn block(&mut self, block: u32, first_order: u32) -> Vec<Planned> {
        let experiment = self.experiment;
        let places = (experiment.order).of_block(block, experiment.configurations.len());
        let open = places
            .into_iter()
            .filter(|&place| !experiment.is_over(place, block) && !self.is_settled(place, block));
        let open: Vec<usize> = open.collect();
        open.into_iter()
            .zip(first_order..)
            .map(|(place, order)| {
                let Repetition { run, warmup } = self.repetition(block);
                Planned {
                    experiment: experiment.name.clone(),
                    configuration: experiment.configurations[place].clone(),
                    run,
                    warmup,
                    block,
                    order,
                    key: self.key(place, block),
                    predicted_s: experiment.predicted_s.get(place).copied().unwrap_or(0.0),
                }
            })
            .collect()
    }

    /// Those that no row is there for.
    pub(super) fn missing(&self, mut planned: Vec<Planned>) -> Vec<Planned> {
        planned.retain(|planned| {
            let place = self.places.get(&planned.key);
            place.is_none_or(|&(place, block)| !self.rows[place].has(block))
        });
        planned
    }

    fn repetition(&self, block: u32) -> Repetition {
        let warmup = block <= self.experiment.warmup;
        Repetition {
            run: if warmup {
                block
            } else {
                block - self.experiment.warmup
            },
            warmup,
        }
    }

    fn key(&mut self, place: usize, block: u32) -> String {
        if let Some(key) = self.keys.get(&(place, block)) {
            return key.clone();
        }
        let (experiment, repetition) = (self.experiment, self.repetition(block));
        let configuration = &experiment.configurations[place];
        let digest = experiment.input_digest;
        let key = trial_key(&experiment.name, configuration, digest, repetition);
        self.keys.insert((place, block), key.clone());
        self.places.insert(key.clone(), (place, block));
        key
    }

    /// Whether a configuration needs no run in a block. One that failed three times is given up:
    /// its interval would never get narrow.
    fn is_settled(&mut self, place: usize, block: u32) -> bool {
        const FAILURES: usize = 3;
        let Some(precision) = self.experiment.precision else {
            return false;
        };
        let first = self.experiment.warmup.saturating_add(1);
        if block < first {
            return false;
        }
        let rows = &mut self.rows[place];
        if rows.bad.range(first..block).nth(FAILURES - 1).is_some() {
            return true;
        }
        // What has a row was not settled before it.
        if rows.has(block) {
            return false;
        }
        let good: Vec<f64> = rows.good.range(first..block).map(|(_, &s)| s).collect();
        let count = good.len();
        match rows.narrow.filter(|(of, _)| *of == count) {
            Some((_, is_narrow)) => is_narrow,
            None => rows.narrow.insert((count, is_narrow(good, precision))).1,
        }
    }
}

fn fewest_runs() -> u32 {
    Bootstrap::seeded(0).fewest_runs() as u32
}

/// Whether the interval of the median is narrower than this part of the median.
fn is_narrow(makespans: Vec<f64>, precision: f64) -> bool {
    let Ok(sample) = Sample::new(makespans) else {
        return false;
    };
    Bootstrap::seeded(0)
        .median_interval(&sample)
        .is_some_and(|interval| interval.width() <= precision * sample.median())
}
