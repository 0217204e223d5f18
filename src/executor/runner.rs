//! The thread that feeds batches to an executor, with the barrier between them or without.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam::channel::{Receiver, Sender, unbounded};
use crossbeam::sync::Parker;

use super::{Batch, BatchRun, Completion, Executor, Outbox, Routine, executor};
use crate::model::{Dispatch, Job};
use crate::workload::Launch;

/// A thread that takes batches in order and has an executor run them.
#[derive(Debug)]
pub struct Runner {
    batches: Sender<Vec<Batch>>,
    outbox: Arc<Outbox>,
    cancelled: Arc<AtomicBool>,
    routine: Routine,
}

impl Runner {
    /// Starts the thread, and the executor's own. With `traced` it is kept when each command ran.
    /// `launch` is what runs programs, for jobs that do.
    ///
    /// # Errors
    /// When the system is out of threads or descriptors.
    pub fn start(job: &Job, traced: bool, launch: Launch) -> io::Result<Runner> {
        let outbox = Arc::new(Outbox::new(job.dispatch == Dispatch::Pipelined, traced)?);
        let cancelled = Arc::new(AtomicBool::new(false));
        let routine = Routine::new(job, launch);
        let (batches, queue) = unbounded();
        let runner_loop = RunnerLoop {
            routine: routine.clone(),
            barrier: job.dispatch == Dispatch::Barrier,
            executor: executor(job)?,
            outbox: Arc::clone(&outbox),
            cancelled: Arc::clone(&cancelled),
            parker: Parker::new(),
        };
        thread::Builder::new()
            .name("runner".to_owned())
            .spawn(move || runner_loop.run(&queue))?;
        Ok(Runner {
            batches,
            outbox,
            cancelled,
            routine,
        })
    }

    /// Hands batches over, to be run in this order after those handed over before.
    pub fn run(&self, batches: Vec<Batch>) {
        // The thread ends only when this sender does.
        let _ = self.batches.send(batches);
    }

    /// How often the interpreter lock went from one thread to another; 0 without one.
    pub fn lock_switches(&self) -> u64 {
        self.routine.lock_switches()
    }

    /// The least CPU time that the loops of a command took, if they were timed.
    pub fn fastest_loop(&self) -> Option<Duration> {
        self.routine.fastest().get()
    }

    /// Where finished batches are found.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// From now on batches that have not begun are announced as done, with a sum of 0, without
    /// being run.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

/// What the runner's thread holds.
struct RunnerLoop {
    routine: Routine,
    barrier: bool,
    executor: Box<dyn Executor>,
    outbox: Arc<Outbox>,
    cancelled: Arc<AtomicBool>,
    parker: Parker,
}

impl RunnerLoop {
    fn run(mut self, queue: &Receiver<Vec<Batch>>) {
        for batch in queue.iter().flatten() {
            // Of an empty batch no thread would ever run the last command, and announce it.
            if batch.own.is_empty() || self.cancelled.load(Ordering::Relaxed) {
                self.outbox.batch_done(
                    Completion {
                        sequence: batch.sequence,
                        sum: Ok(0),
                    },
                    batch.own.len(),
                );
            } else {
                self.start(batch);
            }
        }
    }

    fn start(&mut self, batch: Batch) {
        let waiter = self.barrier.then(|| self.parker.unparker().clone());
        let outbox = Arc::clone(&self.outbox);
        let run = BatchRun::new(self.routine.clone(), batch, outbox, waiter);
        self.executor.start(run.clone());
        while self.barrier && !run.is_done() {
            self.parker.park();
        }
    }
}
