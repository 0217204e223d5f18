//! Statistics of repeated measurements: summaries, intervals, verdicts, comparisons, scaling laws.
//!
//! The ground floor: plain numbers in, plain numbers out. Must not know: trials, configurations,
//! files, the clock, any other room. Whatever is random takes a seed, so that the same data always
//! gives the same answer. Each method names its source where it stands, and
//! `tests/stats_simulation.rs` holds the claims (coverage, false alarms, power) to simulation.

mod bootstrap;
mod outlier;
mod sample;

pub use bootstrap::{Bootstrap, Interval};
pub use outlier::{Fences, OutlierCounts, Place};
pub use sample::{Sample, SampleError};
