//! What is about to be said to workers. Knows no socket.

use rustc_hash::FxHashMap;

use super::Load;
use crate::model::{BatchId, WorkerNo};
use crate::wire::worker::{Bundle, ToWorker};

/// A bundle that has so many batches is sent: the worker can begin while more are being added.
const BUNDLE: usize = 64;
/// And one that has so many commands, so that none is larger than a frame can be (16 MiB): 64 batches
/// of 100,000 commands would be.
const FULL: usize = 65_536;

/// Batches on their way to workers, gathered into bundles. Whatever else is said to a worker
/// follows the batches that it was given before, so nothing that was given is ever left behind:
/// who gave it counts on hearing of it.
#[derive(Debug, Default)]
pub struct Outgoing {
    bundles: FxHashMap<WorkerNo, Bundle>,
}

impl Outgoing {
    /// Adds a batch to a worker's bundle. Gives the bundle when it is full.
    pub fn add(
        &mut self,
        worker: WorkerNo,
        sequence: u64,
        id: BatchId,
        load: Load<'_>,
    ) -> Option<ToWorker> {
        let bundle = self.bundles.entry(worker).or_default();
        bundle.push(sequence, id, load.instructions, load.commands);
        let is_full = bundle.heads.len() >= BUNDLE || bundle.instructions.len() >= FULL;
        if is_full { self.flush(worker) } else { None }
    }

    /// The worker's bundle, if it has begun.
    pub fn flush(&mut self, worker: WorkerNo) -> Option<ToWorker> {
        let bundle = self.bundles.get_mut(&worker)?;
        let has_batches = !bundle.heads.is_empty();
        has_batches.then(|| ToWorker::Run(std::mem::take(bundle)))
    }

    /// What to send so that a message comes after the batches that the worker was given before.
    pub fn after_batches(
        &mut self,
        worker: WorkerNo,
        message: ToWorker,
    ) -> impl Iterator<Item = ToWorker> + use<> {
        self.flush(worker).into_iter().chain([message])
    }

    /// The workers whose bundles have begun.
    pub fn begun(&self) -> Vec<WorkerNo> {
        let begun = self
            .bundles
            .iter()
            .filter(|(_, bundle)| !bundle.heads.is_empty());
        begun.map(|(&worker, _)| worker).collect()
    }

    /// A message was sent: the memory of a bundle serves the worker's next.
    pub(super) fn reuse(&mut self, worker: WorkerNo, sent: ToWorker) {
        if let (ToWorker::Run(mut sent), Some(bundle)) = (sent, self.bundles.get_mut(&worker)) {
            sent.heads.clear();
            sent.instructions.clear();
            sent.commands.clear();
            *bundle = sent;
        }
    }

    /// A worker has ended.
    pub fn forget(&mut self, worker: WorkerNo) {
        self.bundles.remove(&worker);
    }
}
