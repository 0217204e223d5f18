//! The records that a measurement leaves: one tidy row per trial in `trials.csv`, the machine in
//! `environment.json`, and the published figures that they are held against.
//!
//! Must not know: how a trial is run, how a chart is drawn. Verbs talk to each other through what
//! is written here, so it is all that the reports may read.

mod claims;
mod comparison_group;
mod configuration_name;
mod error;
mod field;
mod filter;
#[cfg(test)]
pub(crate) mod fixtures;
mod line;
mod loop_time;
mod memory;
mod published;
mod rows;
mod run_group;
mod store;
mod trace;
mod trial;
mod whole_file;

pub use claims::{Against, Bounds, Claim, Ratio, claims};
pub use comparison_group::{ComparisonGroup, by_experiment, comparison_groups, in_words, slug};
pub use configuration_name::{group_by, runtime_in_words};
pub use error::StoreError;
pub use filter::{Filter, FilterError};
pub use line::{Axis, line_executor};
pub use loop_time::with_fastest_loops;
pub use memory::Memory;
pub use published::{
    AgainstPublished, Published, PublishedFigure, against_published, published, seed_timings_csv,
    waits_are_scaled,
};
pub use rows::read_text;
pub use run_group::{Failed, RunGroup, run_groups};
pub use store::{TrialWriter, read_trials, trials_csv};
pub use trace::{BatchSpan, TraceRow, WorkerSpan, read_trace, trace_rows, write_chrome_trace};
pub use trial::{Status, Trial, TrialId};
pub use whole_file::{write_new, write_whole};
