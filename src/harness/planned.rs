//! What is to be run in a trial, and how long that takes in all.

use crate::model::Configuration;

/// A trial that is to be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The experiment's name.
    pub experiment: String,
    /// What is asked.
    pub configuration: Configuration,
    /// The repetition, from 1; warm-ups are counted for themselves.
    pub run: u32,
    /// Whether it only warms up.
    pub warmup: bool,
    /// The block of the order, from 1, warm-ups included.
    pub block: u32,
    /// The position in the order, from 1, warm-ups included.
    pub order: u32,
    /// What tells it from every other trial.
    pub key: String,
    /// The makespan that the ideal model predicts, in seconds; 0 when nothing is predicted.
    pub predicted_s: f64,
}

/// What a trial takes in all, in seconds: its predicted makespan, and roughly the start and end
/// of its processes.
pub fn expected_s(planned: &Planned) -> f64 {
    const FIXED_S: f64 = 0.1;
    const PER_PROCESS_S: f64 = 0.004;
    const PER_INTERPRETER_S: f64 = 0.03;
    let configuration = &planned.configuration;
    let each_s = match configuration.job.runtime.interpreter() {
        Some(_) => PER_PROCESS_S + PER_INTERPRETER_S,
        None => PER_PROCESS_S,
    };
    planned.predicted_s + FIXED_S + each_s * f64::from(configuration.processes)
}
