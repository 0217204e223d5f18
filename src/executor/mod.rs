//! Thread strategies: how the threads of one worker run batches.
//!
//! Must not know: sockets, the wire, processes. Batches come in as values; finished ones go into
//! an [`Outbox`], which the worker's main thread polls beside its sockets.
//!
//! A [`Runner`] is a thread that takes batches in order and starts their commands through an
//! [`Executor`]. Dispatch makes three differences: under a barrier the runner waits for each batch to
//! be wholly done before the next ([`Runner`]); when pipelined every command notifies the outbox, for
//! it frees a place ([`Outbox`]); and `spawn` counts its threads within a batch or across batches
//! ([`executor`]). Whether commands compute all at once, or one at a time under an interpreter lock,
//! is for the [`Routine`] to know; no executor does.

mod batch;
mod batch_run;
mod crossbeam;
mod lock;
mod outbox;
mod rayon;
mod routine;
mod runner;
mod sequential;
mod spawn;
mod sum;

pub use batch::Batch;
pub use batch_run::{BatchRun, CommandRun};
pub use outbox::{Completion, Outbox, Span};
pub use routine::Routine;
pub use runner::Runner;

use std::io;

use crate::model::{Dispatch, ExecutorKind, Job};

/// A way to run the commands of batches. CONTRIBUTING.md has the recipe for a new one.
///
/// What the runner and the batch run do, so that no executor need: an empty batch never comes here,
/// since nobody would announce it; whoever runs the last command of a batch announces the batch and
/// wakes the runner, which waits for that under a barrier.
pub trait Executor: Send {
    /// Starts every command of a batch, which has at least one. Each must be run once, on any thread
    /// ([`CommandRun::run`]): one that is left out leaves the runner waiting for ever. `start` may
    /// return before the commands are done, and may wait while all threads are busy.
    fn start(&mut self, run: BatchRun);
}

/// The executor that a job asks for.
///
/// # Errors
/// When the system is out of threads.
pub fn executor(job: &Job) -> io::Result<Box<dyn Executor>> {
    let threads = job.threads.max(1) as usize;
    Ok(match (job.executor, job.dispatch) {
        (ExecutorKind::Sequential, _) => Box::new(sequential::Sequential),
        (ExecutorKind::Spawn, Dispatch::Barrier) => Box::new(spawn::SpawnWithinBatch::new(threads)),
        (ExecutorKind::Spawn, Dispatch::Pipelined) => {
            Box::new(spawn::SpawnAcrossBatches::new(threads))
        }
        (ExecutorKind::Crossbeam, _) => Box::new(crossbeam::Crossbeam::new(threads)?),
        (ExecutorKind::Rayon, _) => Box::new(rayon::Rayon::new(threads)?),
    })
}

#[cfg(test)]
mod tests;
