use std::thread;

use crossbeam::channel::{Receiver, Sender, bounded};

use super::{Executor, Flight};

/// A scoped thread for each command, in waves of M when the batch is larger: the first system's
/// *multiprocessing-multithreading*.
pub(super) struct Waves {
    threads: usize,
}

impl Waves {
    pub(super) fn new(threads: usize) -> Self {
        Waves { threads }
    }
}

impl Executor for Waves {
    fn start(&mut self, flight: Flight) {
        if flight.is_empty() {
            flight.run_here();
        }
        let mut tasks = flight.tasks().peekable();
        while tasks.peek().is_some() {
            thread::scope(|scope| {
                for task in tasks.by_ref().take(self.threads) {
                    scope.spawn(|| task.run());
                }
            });
        }
    }
}

/// A thread for each command, M of them at a time: as soon as one ends the next is started,
/// whichever batch it is of.
pub(super) struct Rolling {
    /// A bounded channel as a semaphore: a place taken is a thread that runs.
    take: Sender<()>,
    give_back: Receiver<()>,
}

impl Rolling {
    pub(super) fn new(threads: usize) -> Self {
        let (take, give_back) = bounded(threads);
        Rolling { take, give_back }
    }
}

impl Executor for Rolling {
    fn start(&mut self, flight: Flight) {
        if flight.is_empty() {
            flight.run_here();
        }
        for task in flight.tasks() {
            // Neither end can be gone: this value holds both.
            let _ = self.take.send(());
            let give_back = self.give_back.clone();
            // The place is free before anyone hears of it, so that the credit which is given for
            // it finds it.
            thread::spawn(move || {
                task.run_then(|| {
                    let _ = give_back.recv();
                })
            });
        }
    }
}
