//! What the dispatcher asks of the world, as a trait, so that tests can be the world.

use super::Load;
use crate::model::{BatchId, SessionNo, WorkerNo};

/// What the dispatcher wants done.
pub trait Effects {
    /// Start a worker process.
    fn start(&mut self, worker: WorkerNo);
    /// Tell a worker that holds nothing which session it works for next.
    fn open(&mut self, worker: WorkerNo, session: SessionNo);
    /// Give a worker a batch.
    fn assign(
        &mut self,
        worker: WorkerNo,
        session: SessionNo,
        sequence: u64,
        id: BatchId,
        load: Load<'_>,
    );
    /// Tell a worker that its session is over.
    fn close(&mut self, worker: WorkerNo);
    /// Tell a worker to leave when it is done.
    fn stop(&mut self, worker: WorkerNo);
    /// End a worker that has not started yet and is not needed any more.
    fn discard(&mut self, worker: WorkerNo);
    /// Kill a worker that hangs.
    fn kill(&mut self, worker: WorkerNo, reason: &str);
    /// Tell a client that a batch can't be done.
    fn fail(&mut self, session: SessionNo, sequence: u64, id: BatchId, reason: &str);
}
