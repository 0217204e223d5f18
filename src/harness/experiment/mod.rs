//! Experiments: configurations, each run a number of times.
//!
//! * `definition`: what an experiment is;
//! * `planner`: the order of its trials, and which configurations need no more;
//! * `limits`: when it ends early;
//! * `run`: its way from trial to trial, and who is told.

mod definition;
mod limits;
mod planner;
mod run;
#[cfg(test)]
mod tests;

pub use definition::Experiment;
pub use limits::SweepLimits;
pub use run::{Ending, Observer, StoppedBy};
