//! Measuring: a trial from beginning to end, the experiments that are made of trials, and where
//! they were made.
//!
//! Must not know: how results are shown, what the command line looks like.

mod advice;
mod calibration;
mod doctor;
mod environment;
mod experiment;
#[cfg(test)]
mod fixtures;
mod input;
mod outcome;
mod planned;
mod server;
mod thread_count;
mod trace;
mod trial;
mod trial_row;
pub mod tune;
mod verdict;

pub use advice::{advice, shell_syntax_advice};
pub use calibration::{Calibration, LoopCost, batch_cost_s, measure_batch_cost};
pub use doctor::{Finding, Grade, Warning, examine};
pub use environment::{Capacity, Environment};
pub use experiment::{Ending, Experiment, Observer, StoppedBy, SweepLimits};
pub use input::{Input, WrongSum, check_expected_sum};
pub use planned::{Planned, expected_s};
pub use server::StartError;
pub use trial::{Harness, HarnessError};

/// The commands file that comes with the program.
pub const DEFAULT_COMMANDS: &str = include_str!("../../data/client_data.txt");
/// The table file that comes with the program.
pub const DEFAULT_TABLE: &str = include_str!("../../data/server_data.txt");
