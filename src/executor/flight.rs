use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicUsize, Ordering};

use crossbeam::sync::Unparker;

use super::Routine;
use super::outbox::{Completion, Outbox, Span};
use crate::clock;
use crate::model::Instruction;

/// A batch whose commands are being run, shared by the threads that run them.
#[derive(Clone)]
pub struct Flight(Arc<Shared>);

/// One command of a [`Flight`].
pub struct Task {
    flight: Flight,
    index: usize,
}

struct Shared {
    routine: Routine,
    instructions: Arc<[Instruction]>,
    own: Range<usize>,
    tag: u64,
    sum: AtomicI64,
    left: AtomicUsize,
    outbox: Arc<Outbox>,
    waiter: Option<Unparker>,
}

impl std::fmt::Debug for Flight {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Flight {} of {:?}", self.0.tag, self.0.own)
    }
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Task {} of {:?}", self.index, self.flight)
    }
}

impl Flight {
    pub(super) fn new(
        routine: Routine,
        instructions: Arc<[Instruction]>,
        own: Range<usize>,
        tag: u64,
        outbox: Arc<Outbox>,
        waiter: Option<Unparker>,
    ) -> Self {
        let left = AtomicUsize::new(own.len());
        let sum = AtomicI64::new(0);
        Flight(Arc::new(Shared {
            routine,
            instructions,
            own,
            tag,
            sum,
            left,
            outbox,
            waiter,
        }))
    }

    /// How many commands it has.
    pub fn len(&self) -> usize {
        self.0.own.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.own.is_empty()
    }

    /// Its commands, each to be run once, on any thread.
    pub fn tasks(&self) -> impl Iterator<Item = Task> + use<> {
        let flight = self.clone();
        self.0.own.clone().map(move |index| Task {
            flight: flight.clone(),
            index,
        })
    }

    /// Runs all of its commands, one after another, on this thread.
    pub(super) fn run_here(&self) {
        let mut rest = self.0.own.clone();
        let early = self.0.outbox.early();
        if (1..self.len()).contains(&early) {
            // What is announced early is announced between two commands.
            let first = rest.start..rest.end - early;
            rest.start = first.end;
            self.0.finish(self.0.run_all(first.clone()), first.len());
        }
        self.0.finish(self.0.run_all(rest.clone()), rest.len());
    }

    pub(super) fn is_done(&self) -> bool {
        self.0.left.load(Ordering::Acquire) == 0
    }
}

impl Task {
    /// Runs the command.
    pub fn run(self) {
        self.run_then(|| {});
    }

    /// Runs the command and calls `before_told` when it is done but not yet told to anyone.
    pub(super) fn run_then(self, before_told: impl FnOnce()) {
        let shared = &self.flight.0;
        let response = shared.run(self.index);
        before_told();
        shared.finish(response, 1);
    }
}

impl Shared {
    fn run_all(&self, indices: Range<usize>) -> i64 {
        indices.fold(0, |sum: i64, index| sum.wrapping_add(self.run(index)))
    }

    fn run(&self, index: usize) -> i64 {
        let instruction = &self.instructions[index];
        if !self.outbox.is_traced() {
            return self.routine.run(instruction);
        }
        let started = clock::now();
        let response = self.routine.run(instruction);
        let (tag, index, finished) = (self.tag, index - self.own.start, clock::now());
        self.outbox.ran(Span {
            tag,
            index,
            started,
            finished,
            thread: thread_number(),
        });
        response
    }

    /// Counts commands as done. Whoever counts the last one announces the batch.
    fn finish(&self, sum: i64, commands: usize) {
        self.sum.fetch_add(sum, Ordering::Relaxed);
        // Release: the sum is complete for whoever sees that nothing is left.
        let before = self.left.fetch_sub(commands, Ordering::AcqRel);
        let left = before - commands;
        if left > 0 {
            if (left..before).contains(&self.outbox.early()) {
                self.outbox.nearly_done(self.tag);
            }
            self.outbox.command_done(commands);
            return;
        }
        let sum = Ok(self.sum.load(Ordering::Relaxed));
        self.outbox
            .batch_done(Completion { tag: self.tag, sum }, commands);
        if let Some(waiter) = &self.waiter {
            waiter.unpark();
        }
    }
}

/// This thread's number: they are numbered as they first run a command.
fn thread_number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    thread_local!(static NUMBER: u32 = NEXT.fetch_add(1, Ordering::Relaxed));
    NUMBER.with(|number| *number)
}
