//! Statistics of repeated measurements: summaries, intervals, verdicts, comparisons, scaling laws.
//!
//! The ground floor: plain numbers in, plain numbers out. Must not know: trials, configurations,
//! files, the clock, any other room. Whatever is random takes a seed, so that the same data always
//! gives the same answer. Each method names its source where it stands, and
//! `tests/stats_simulation.rs` holds the claims (coverage, false alarms, power) to simulation.

mod bootstrap;
mod choice;
mod compare;
mod estimate;
mod fisher;
mod fit;
mod holm;
mod mann_whitney;
mod normal;
mod outlier;
mod pareto;
mod sample;
mod selection;
mod trend;
mod two_modes;
mod verdict;

pub use bootstrap::{Bootstrap, Interval};
pub use choice::{Choice, Contender, Cost, cheapest};
pub use compare::{
    CompareError, Difference, FEWEST_RUNS, Judged, Judgement, Outcome, compare,
    fewest_runs_to_compare, judge,
};
pub use estimate::Estimate;
pub use fisher::Failures;
pub use fit::{Doubt, Fit, Law, NoFit, Scaling, fit, fit_with_band};
pub use holm::holm;
pub use outlier::{Fences, OutlierCounts, Place};
pub use pareto::pareto_front;
pub use sample::{Sample, SampleError};
pub use selection::{Noise, Selection};
pub use two_modes::TwoModes;
pub use verdict::{Limits, Reason, Verdict, assess};
