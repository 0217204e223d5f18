//! What a sweep was asked, as its `sweep.json` keeps it.

use serde::{Deserialize, Serialize};

use super::experiment_request::ExperimentRequest;
use crate::model::Shape;
use crate::process::tell;

/// All that a sweep was asked: what `sweep.json` holds, and enough to go on with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    /// What the order of each block is shuffled from; none keeps the order as given.
    pub seed: Option<u64>,
    /// How narrow the interval of a median must be, as a part of the median.
    pub precision: Option<f64>,
    /// When no further block is begun, in seconds from the start of the process.
    pub budget_s: Option<f64>,
    /// What ends a single trial, in seconds.
    pub timeout_s: Option<f64>,
    /// Whether the first trial that fails ends it all.
    pub fail_fast: bool,
    /// Whether a bad line of an input file is an error.
    pub strict: bool,
    /// Whether commands that the table does not have are passed over. (Sweeps that were begun
    /// before this could be asked have not.)
    #[serde(default)]
    pub allow_unknown: bool,
    /// For a search: what it was asked beside its work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tune: Option<TuneRequest>,
    /// What is to be measured, one after another.
    pub experiments: Vec<ExperimentRequest>,
}

/// What a search was asked beside its work.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TuneRequest {
    /// Processes and threads at the most.
    pub most: Shape,
}

impl Request {
    /// Says what is asked, and why, on stderr.
    pub(super) fn say_questions(&self) {
        for ExperimentRequest {
            name, definition, ..
        } in &self.experiments
        {
            // A grid from the command line asks nothing but what it says.
            if !definition.question.is_empty() {
                tell(format_args!(
                    "{name}: {}\n{}\n",
                    definition.question.trim(),
                    definition.analysis.trim()
                ));
            }
        }
    }
}
