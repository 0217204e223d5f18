//! What the dispatcher asks of the world, as a trait, so that tests can be the world.
//!
//! Two kinds of ends of workers pass this trait by: kills that `--chaos` injects (`transport.rs`), and
//! the end of all of them with the server. The dispatcher hears of those as of a worker that died.

use super::Load;
use crate::model::{AssignmentNo, BatchId, Job, Ranges, WorkerNo};

/// What the dispatcher wants done.
///
/// What is said to one worker reaches it in the order of the calls, and nothing is left out. So the
/// worker answers for each batch that it is given, also when its session is closed meanwhile.
pub trait Effects {
    /// What is kept of a session's client: where it is, to say the least.
    type Client;

    /// Start a worker process. That it is there is told by its hello, [`super::Dispatcher::ready`].
    fn start(&mut self, worker: WorkerNo);
    /// Assign a worker, which holds nothing, to a session: whose batches it runs next, and how.
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
    /// Kill a worker that has not said hello yet and is not needed any more.
    fn discard(&mut self, worker: WorkerNo);
    /// Ask a client which of these results it has not got.
    fn query(&mut self, client: &Self::Client, batches: Ranges);
    /// Kill a worker that hangs, or whose results do not arrive. The reason is told as its end.
    fn kill(&mut self, worker: WorkerNo, reason: &str);
    /// Tell a client that a batch can't be done.
    fn fail(&mut self, client: &Self::Client, sequence: u64, id: BatchId, reason: &str);
}
