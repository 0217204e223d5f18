//! Thread strategies: how the threads of one worker run batches.
//!
//! Must not know: sockets, the wire, processes. Batches come in as values; finished ones go into
//! an [`Outbox`], which the worker's main thread polls beside its sockets.
//!
//! A [`Runner`] is a thread that takes batches in order and starts their commands through an
//! [`Executor`]. Under a barrier it waits for each batch to be wholly done before the next; when
//! pipelined it does not. That is all the difference. Whether commands compute all at once or in
//! turns, under an interpreter lock, is for the [`Routine`] to know; no executor does.

mod batch;
mod batch_run;
mod lock;
mod outbox;
mod pool;
mod rayon;
mod routine;
mod runner;
mod sequential;
mod spawn;
mod sum;

pub use batch::Batch;
pub use batch_run::{BatchRun, Task};
pub use outbox::{Completion, Outbox, Span};
pub use routine::Routine;
pub use runner::Runner;

use std::io;

use crate::model::{Dispatch, ExecutorKind, Job};

/// A way to run the commands of batches.
pub trait Executor: Send {
    /// Starts every command of a batch. It may return before they are done, and may wait while
    /// all threads are busy.
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
        (ExecutorKind::Crossbeam, _) => Box::new(pool::Pool::new(threads)?),
        (ExecutorKind::Rayon, _) => Box::new(rayon::Rayon::new(threads)?),
    })
}

#[cfg(test)]
mod tests;
