//! What runs an assignment's batches, native or not.

use std::time::Duration;

use super::WorkerError;
use super::python::Driver;
use crate::executor::{Batch, Outbox, Runner};
use crate::process::Usage;

/// What runs an assignment's batches: threads of this process, or an interpreter. Whichever it is, what is
/// done is found in an outbox, which is polled beside the sockets.
#[derive(Debug)]
pub(super) enum Engine {
    Threads(Runner),
    Interpreter(Box<Driver>),
}

impl Engine {
    /// Hands batches over, to be run in this order after those handed over before.
    pub(super) fn run(&self, batches: Vec<Batch>) {
        match self {
            Engine::Threads(runner) => runner.run(batches),
            Engine::Interpreter(driver) => driver.run(batches),
        }
    }

    pub(super) fn outbox(&self) -> &Outbox {
        match self {
            Engine::Threads(runner) => runner.outbox(),
            Engine::Interpreter(driver) => driver.outbox(),
        }
    }

    /// Batches that have not begun need not be run.
    pub(super) fn cancel(&self) {
        match self {
            Engine::Threads(runner) => runner.cancel(),
            Engine::Interpreter(driver) => driver.cancel(),
        }
    }

    /// Whether it still runs. (A thread that dies takes the process with it.)
    pub(super) fn check(&mut self) -> Result<(), WorkerError> {
        match self {
            Engine::Threads(_) => Ok(()),
            Engine::Interpreter(driver) => Ok(driver.check()?),
        }
    }

    /// Ends it, and tells what it used.
    pub(super) fn close(self) -> EngineUsage {
        match self {
            Engine::Threads(runner) => EngineUsage {
                lock_switches: runner.lock_switches(),
                fastest_loop: runner.fastest_loop(),
                // The largest of the programs that were run, if any were.
                peak_rss_kib: Usage::of_children().peak_rss_kib,
            },
            Engine::Interpreter(driver) => EngineUsage {
                lock_switches: 0,
                fastest_loop: driver.outbox().fastest_loop().get(),
                peak_rss_kib: driver.close().map_or(0, |exit| exit.usage.peak_rss_kib),
            },
        }
    }
}

/// What an engine used, beside what the kernel counts for the worker.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct EngineUsage {
    /// How often the emulated interpreter lock went from one thread to another.
    pub(super) lock_switches: u64,
    /// The least CPU time that the loops of a command took.
    pub(super) fastest_loop: Option<Duration>,
    /// The peak resident set of the interpreter, or of the largest program, KiB.
    pub(super) peak_rss_kib: u64,
}
