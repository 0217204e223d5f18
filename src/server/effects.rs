//! What the dispatcher asks of the world, as a trait, so that tests can be the world.

use super::Load;
use crate::model::{AssignmentNo, BatchId, Ranges, SessionNo, WorkerNo};

/// What the dispatcher wants done.
///
/// What is said to one worker reaches it in this order, and none of it is left out: whatever it is
/// given it answers for, also when its session is closed meanwhile.
pub trait Effects {
    /// Start a worker process.
    fn start(&mut self, worker: WorkerNo);
    /// Tell a worker that holds nothing which session it works for next.
    fn open(&mut self, worker: WorkerNo, session: SessionNo, assignment: AssignmentNo);
    /// Give a worker a batch.
    fn assign(
        &mut self,
        worker: WorkerNo,
        session: SessionNo,
        sequence: u64,
        id: BatchId,
        load: Load<'_>,
    );
    /// Tell a worker that its session is over: what it has not begun it need not run.
    fn close(&mut self, worker: WorkerNo);
    /// Tell a worker to leave when it is done.
    fn stop(&mut self, worker: WorkerNo);
    /// End a worker that has not started yet and is not needed any more.
    fn discard(&mut self, worker: WorkerNo);
    /// Ask a client which of these results it has not got.
    fn query(&mut self, session: SessionNo, batches: Ranges);
    /// Kill a worker that hangs.
    fn kill(&mut self, worker: WorkerNo, reason: &str);
    /// Tell a client that a batch can't be done.
    fn fail(&mut self, session: SessionNo, sequence: u64, id: BatchId, reason: &str);
}
