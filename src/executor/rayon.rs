//! The executor `rayon`: persistent threads that steal work from each other.

use std::io;

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::{BatchRun, Executor};

/// A rayon pool of its own with M threads: a queue for each thread, and work stealing.
pub(super) struct Rayon {
    pool: ThreadPool,
}

impl Rayon {
    pub(super) fn new(threads: usize) -> io::Result<Self> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|number| format!("rayon-{number}"))
            .build()
            .map_err(io::Error::other)?;
        Ok(Rayon { pool })
    }
}

impl Executor for Rayon {
    fn start(&mut self, run: BatchRun) {
        for command in run.commands() {
            self.pool.spawn(|| command.run());
        }
    }
}
