//! What an experiment is.

use crate::model::Configuration;
use crate::spec::Order;

/// Configurations, each run a number of times. Every repetition is a block of all configurations,
/// so that a machine that gets slower or faster does so for all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// Its name.
    pub name: String,
    /// What is compared.
    pub configurations: Vec<Configuration>,
    /// The predicted makespan of each, in seconds; may be shorter than `configurations`.
    pub predicted_s: Vec<f64>,
    /// A hash of the commands and the table: what the keys of the trials depend on beside the
    /// configuration.
    pub input_digest: u64,
    /// How often each is run before it is measured.
    pub warmup: u32,
    /// How often each is measured; with a precision, at the most.
    pub runs: u32,
    /// How often each is measured where that is less than `runs`; may be shorter than
    /// `configurations`.
    pub runs_of: Vec<u32>,
    /// A configuration is measured until the interval of its median is narrower than this part of
    /// the median.
    pub precision: Option<f64>,
    /// The order within each block.
    pub order: Order,
}

impl Experiment {
    /// Configurations that are run a number of times, as they are given.
    pub fn new(name: &str, configurations: Vec<Configuration>, runs: u32) -> Experiment {
        Experiment {
            name: name.to_owned(),
            configurations,
            predicted_s: Vec::new(),
            input_digest: 0,
            warmup: 0,
            runs,
            runs_of: Vec::new(),
            precision: None,
            order: Order::AsGiven,
        }
    }

    /// Whether the configuration at a place has all its runs before a block.
    pub(super) fn is_over(&self, place: usize, block: u32) -> bool {
        let own = self.runs_of.get(place).filter(|&&runs| runs < self.runs);
        own.is_some_and(|&runs| block > self.warmup.saturating_add(runs))
    }

    /// Blocks at the most, warm-ups included.
    pub(super) fn blocks(&self) -> u32 {
        self.warmup.saturating_add(self.runs)
    }
}
