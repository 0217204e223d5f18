//! The executor `spawn`: a new thread for each command, with the barrier and without it.

use std::thread::{self, Scope};

use crossbeam::channel::{Receiver, Sender, bounded};
use crossbeam::queue::SegQueue;

use super::{BatchRun, CommandRun, Executor};

/// A thread for each command of a batch, M of them at a time, and nothing of another batch before
/// the last one has ended: the first system's *multiprocessing-multithreading*.
///
/// Where the batch is larger than M, each thread starts its successor. Waves of M, each waited for,
/// would leave threads idle whenever one of a wave takes longer.
pub(super) struct SpawnWithinBatch {
    threads: usize,
}

impl SpawnWithinBatch {
    pub(super) fn new(threads: usize) -> Self {
        SpawnWithinBatch { threads }
    }
}

impl Executor for SpawnWithinBatch {
    fn start(&mut self, run: BatchRun) {
        let waiting = SegQueue::new();
        run.commands().for_each(|command| waiting.push(command));
        thread::scope(|scope| {
            for _ in 0..self.threads {
                start_next(scope, &waiting);
            }
        });
    }
}

/// Starts a thread for the next command, and from it one for the command after that.
fn start_next<'scope>(scope: &'scope Scope<'scope, '_>, waiting: &'scope SegQueue<CommandRun>) {
    if let Some(command) = waiting.pop() {
        scope.spawn(move || {
            command.run();
            start_next(scope, waiting);
        });
    }
}

/// A thread for each command, M of them at a time: as soon as one ends the next is started,
/// whichever batch it is of.
pub(super) struct SpawnAcrossBatches {
    /// A bounded channel as a semaphore: a place taken is a thread that runs.
    take: Sender<()>,
    give_back: Receiver<()>,
}

impl SpawnAcrossBatches {
    pub(super) fn new(threads: usize) -> Self {
        let (take, give_back) = bounded(threads);
        SpawnAcrossBatches { take, give_back }
    }
}

impl Executor for SpawnAcrossBatches {
    fn start(&mut self, run: BatchRun) {
        for command in run.commands() {
            // Neither end can be gone: this value holds both.
            let _ = self.take.send(());
            let give_back = self.give_back.clone();
            thread::spawn(move || {
                command.run_then(|| {
                    let _ = give_back.recv();
                })
            });
        }
    }
}
