//! What a batch costs beside its work: a trial of commands that do nothing.

use crate::harness::{Harness, HarnessError, Planned};
use crate::model::{Configuration, Job, SpawnMode, WorkloadKind};
use crate::record::Trial;

/// Runs a short trial of commands that do nothing, on one worker that is there from the start.
/// What a batch costs is in [`batch_cost_s`].
///
/// # Errors
/// As [`Harness::run`].
pub fn measure_batch_cost(harness: &mut Harness) -> Result<Trial, HarnessError> {
    let configuration = Configuration {
        label: "noop".to_owned(),
        processes: 1,
        batch: 16,
        job: Job::new(WorkloadKind::Noop),
        spawn: SpawnMode::Eager,
        rate_per_s: None,
        repeat: 100,
        wait: None,
        time_scale: 1.0,
    };
    harness.run(&Planned {
        experiment: "doctor".to_owned(),
        configuration,
        key: String::new(),
        predicted_s: 0.0,
        warmup: false,
        run: 1,
        block: 1,
        order: 1,
    })
}

/// What each batch of a trial took, in seconds, if it came to its end.
pub fn batch_cost_s(trial: &Trial) -> Option<f64> {
    let batches = trial.results.filter(|&batches| batches > 0)?;
    trial.makespan_s.map(|makespan| makespan / batches as f64)
}
