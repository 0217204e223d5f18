//! A batch in the air: its commands, and the sum that they add up to on any thread.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use crossbeam::sync::Unparker;

use super::outbox::{Completion, Outbox, Span};
use super::sum::Sum;
use super::{Batch, Routine};
use crate::clock;

/// A batch whose commands are being run, shared by the threads that run them.
#[derive(Clone)]
pub struct BatchRun(Arc<Shared>);

/// One command of a [`BatchRun`].
pub struct CommandRun {
    run: BatchRun,
    index: usize,
}

struct Shared {
    routine: Routine,
    batch: Batch,
    sum: Sum,
    /// Why a command failed: the first that did.
    failure: OnceLock<Box<str>>,
    left: AtomicUsize,
    outbox: Arc<Outbox>,
    waiter: Option<Unparker>,
}

impl std::fmt::Debug for BatchRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "BatchRun {} of {:?}",
            self.0.batch.sequence, self.0.batch.own
        )
    }
}

impl std::fmt::Debug for CommandRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CommandRun {} of {:?}", self.index, self.run)
    }
}

impl BatchRun {
    pub(super) fn new(
        routine: Routine,
        batch: Batch,
        outbox: Arc<Outbox>,
        waiter: Option<Unparker>,
    ) -> Self {
        let left = AtomicUsize::new(batch.own.len());
        BatchRun(Arc::new(Shared {
            routine,
            batch,
            sum: Sum::default(),
            failure: OnceLock::new(),
            left,
            outbox,
            waiter,
        }))
    }

    /// Its commands, each to be run once, on any thread.
    pub fn commands(&self) -> impl Iterator<Item = CommandRun> + use<> {
        let run = self.clone();
        self.0.batch.own.clone().map(move |index| CommandRun {
            run: run.clone(),
            index,
        })
    }

    /// Runs all of its commands, one after another, on this thread.
    pub(super) fn run_here(&self) {
        let mut rest = self.0.batch.own.clone();
        let early = self.0.outbox.early();
        if (1..rest.len()).contains(&early) {
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

impl CommandRun {
    /// Runs the command.
    pub fn run(self) {
        self.run_then(|| {});
    }

    /// Runs the command, and calls `before_told` when the work is done and nobody has heard of it.
    /// An executor that counts places frees the command's place there: the credit that the gateway
    /// gives for a finished command then finds a free place.
    pub(super) fn run_then(self, before_told: impl FnOnce()) {
        let shared = &self.run.0;
        let response = shared.run(self.index);
        before_told();
        shared.finish(response.into(), 1);
    }
}

impl Shared {
    fn run_all(&self, indices: Range<usize>) -> i128 {
        indices.map(|index| i128::from(self.run(index))).sum()
    }

    fn run(&self, index: usize) -> i64 {
        let response = self.run_traced(index);
        self.outbox.note_activity();
        response
    }

    fn run_traced(&self, index: usize) -> i64 {
        if !self.outbox.is_traced() {
            return self.work(index);
        }
        let started = clock::now();
        let response = self.work(index);
        let (sequence, finished) = (self.batch.sequence, clock::now());
        let index = index - self.batch.own.start;
        self.outbox.ran(Span {
            sequence,
            index,
            started,
            finished,
            thread: thread_number(),
        });
        response
    }

    /// Does the work of a command. Once one of the batch has failed, the others need not be done.
    fn work(&self, index: usize) -> i64 {
        if self.failure.get().is_some() {
            return 0;
        }
        let command = self.batch.commands.get(index).copied();
        let done = self.routine.run(&self.batch.instructions[index], command);
        done.unwrap_or_else(|reason| {
            // Of several that fail at once one is told.
            let _ = self.failure.set(reason);
            0
        })
    }

    /// Counts commands as done. Whoever counts the last one announces the batch.
    fn finish(&self, sum: i128, commands: usize) {
        self.sum.add(sum);
        // Release: the sum is complete for whoever sees that nothing is left.
        let before = self.left.fetch_sub(commands, Ordering::AcqRel);
        let left = before - commands;
        if left > 0 {
            if (left..before).contains(&self.outbox.early()) {
                self.outbox.announce(self.batch.sequence);
            }
            self.outbox.command_done(commands);
            return;
        }
        let (sequence, sum) = (self.batch.sequence, self.answer());
        self.outbox
            .batch_done(Completion { sequence, sum }, commands);
        if let Some(waiter) = &self.waiter {
            waiter.unpark();
        }
    }

    /// What the batch is answered with, when all of its commands are done.
    fn answer(&self) -> Result<i64, Box<str>> {
        if let Some(reason) = self.failure.get() {
            return Err(reason.clone());
        }
        let sum = self.sum.get();
        i64::try_from(sum).map_err(|_| {
            let commands = self.batch.own.len();
            let reason = format!(
                "the responses of its {commands} commands add up to {sum}, beyond the 64 bits of a \
                 result; try smaller batches, or smaller responses"
            );
            reason.into()
        })
    }
}

/// This thread's number: they are numbered as they first run a command.
fn thread_number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    thread_local!(static NUMBER: u32 = NEXT.fetch_add(1, Ordering::Relaxed));
    NUMBER.with(|number| *number)
}
