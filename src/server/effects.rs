//! What the dispatcher asks of the world, as a trait, so that tests can be the world.

use super::Load;
use crate::model::{AssignmentNo, BatchId, Job, Ranges, WorkerNo};

/// What the dispatcher wants done.
///
/// What is said to one worker reaches it in this order, and none of it is left out: whatever it is
/// given it answers for, also when its session is closed meanwhile.
pub trait Effects {
    /// What is kept of a session's client: where it is, to say the least.
    type Client;

    /// Start a worker process.
    fn start(&mut self, worker: WorkerNo);
    /// Tell a worker that holds nothing whose batches it runs next, and how.
    fn open(
        &mut self,
        worker: WorkerNo,
        client: &Self::Client,
        job: &Job,
        assignment: AssignmentNo,
    );
    /// Give a worker a batch.
    fn run(&mut self, worker: WorkerNo, sequence: u64, id: BatchId, load: Load<'_>);
    /// Tell a worker that its session is over: what it has not begun it need not run.
    fn close(&mut self, worker: WorkerNo);
    /// Tell a worker to leave when it is done.
    fn stop(&mut self, worker: WorkerNo);
    /// End a worker that has not started yet and is not needed any more.
    fn discard(&mut self, worker: WorkerNo);
    /// Ask a client which of these results it has not got.
    fn query(&mut self, client: &Self::Client, batches: Ranges);
    /// Kill a worker that hangs.
    fn kill(&mut self, worker: WorkerNo, reason: &str);
    /// Tell a client that a batch can't be done.
    fn fail(&mut self, client: &Self::Client, sequence: u64, id: BatchId, reason: &str);
}
