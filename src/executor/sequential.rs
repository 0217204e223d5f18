//! The executor `sequential`: no thread but the runner's.

use super::{BatchRun, Executor};

/// One command after another, on the runner's own thread: *multiprocessing only*.
pub(super) struct Sequential;

impl Executor for Sequential {
    fn start(&mut self, run: BatchRun) {
        run.run_here();
    }
}
