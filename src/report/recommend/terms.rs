//! What counts as good enough, as cheap, and as allowed.

use super::candidate::Candidate;
use crate::record::Trial;
use crate::stats::{Bootstrap, Cost, Noise, Selection};

/// What a person pays for a configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum CostKind {
    /// The peak memory of all its processes.
    #[default]
    Memory,
    /// CPU seconds of all its processes, user and system.
    Cpu,
    /// Its processes.
    Processes,
}

/// What counts as good enough, and what may be taken at all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// By how much longer than the best may take what is recommended, as a share.
    pub within: f64,
    /// What is to be small.
    pub cost: CostKind,
    /// The most memory that may be taken, in KiB.
    pub max_memory_kib: Option<u64>,
    /// The most processes.
    pub max_processes: Option<u32>,
    /// The most threads of a process.
    pub max_threads: Option<u32>,
    /// The longest p99 batch latency, in seconds. With it the cheapest that holds it is taken, and
    /// not the cheapest within a share of the fastest.
    pub p99_s: Option<f64>,
    /// The noise of a run as the calibration of the machine saw it: the standard deviation of the
    /// logarithm of what a run takes. It matters where runs are too few for an interval.
    pub noise: f64,
    /// Of the bootstrap: same records and same seed, same answer.
    pub seed: u64,
}

impl Terms {
    /// The noise of a run where nothing is known of the machine. One that looks quieter while it is
    /// calibrated is not taken at its word: trials start processes, and take longer.
    pub const NOISE: f64 = 0.05;

    /// With the noise that a calibration saw: the interquartile range of the loops of a command, as a
    /// share of their median, which of normal noise is 1.35 standard deviations.
    pub fn with_loop_spread(mut self, loop_spread: Option<f64>) -> Terms {
        let seen = loop_spread.filter(|spread| spread.is_finite());
        self.noise = seen.map_or(Self::NOISE, |spread| (spread / 1.35).max(Self::NOISE));
        self
    }

    /// How configurations with these runs, each in the order of running, are held against each other.
    pub(super) fn selection<'a>(&self, runs: impl IntoIterator<Item = &'a [f64]>) -> Selection {
        let mut noise = Noise::known_before(self.noise);
        runs.into_iter().for_each(|runs| noise.learn(runs));
        Selection {
            within: self.within,
            noise: noise.sigma(),
            bootstrap: Bootstrap::seeded(self.seed),
        }
    }

    pub(super) fn cost(&self, candidate: &Candidate<'_>) -> Cost {
        let trial = candidate.trial();
        let main = match self.cost {
            CostKind::Memory => candidate.memory_kib.unwrap_or(0.0),
            CostKind::Cpu => candidate
                .group
                .median(Trial::cpu_s)
                .unwrap_or(f64::INFINITY),
            CostKind::Processes => f64::from(trial.processes),
        };
        Cost {
            main,
            then: [trial.processes, trial.threads],
        }
    }

    /// Whether a candidate stays below all that is at most.
    pub(super) fn allows(&self, candidate: &Candidate<'_>) -> bool {
        let trial = candidate.trial();
        let is_within = |most: Option<u32>, has: u32| most.is_none_or(|most| has <= most);
        let memory = (self.max_memory_kib)
            .is_none_or(|most| candidate.memory_kib.is_some_and(|kib| kib <= most as f64));
        memory
            && is_within(self.max_processes, trial.processes)
            && is_within(self.max_threads, trial.threads)
    }
}

impl Default for Terms {
    /// The least memory within 5 %.
    fn default() -> Terms {
        Terms {
            within: 0.05,
            cost: CostKind::default(),
            max_memory_kib: None,
            max_processes: None,
            max_threads: None,
            p99_s: None,
            noise: Self::NOISE,
            seed: 1,
        }
    }
}
