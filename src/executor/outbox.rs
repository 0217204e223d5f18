//! Where threads leave what is done, and the descriptor that wakes the main thread. Knows no socket.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use crossbeam::queue::SegQueue;
use crossbeam::utils::CachePadded;
use rustix::event::{EventfdFlags, eventfd};

use crate::clock::Tick;
use crate::workload::Fastest;

/// A batch that is wholly done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The batch's sequence number.
    pub sequence: u64,
    /// The sum of its responses, or why a command of it failed: the first that did.
    pub sum: Result<i64, Box<str>>,
}

/// When one command ran, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its batch's sequence number.
    pub sequence: u64,
    /// Its place in the batch, from 0.
    pub index: usize,
    /// When it began.
    pub started: Tick,
    /// When it was done.
    pub finished: Tick,
    /// The thread that ran it: threads are numbered as they come.
    pub thread: u32,
}

/// Where executor threads put what they have done, with an eventfd that is notified once for
/// all that came since the notification was last taken: under load it costs almost nothing.
#[derive(Debug)]
pub struct Outbox {
    completions: SegQueue<Completion>,
    /// What ran when; nothing is kept without it.
    spans: Option<SegQueue<Span>>,
    commands: AtomicU64,
    /// Whether a command that is not the last of its batch is worth a notification: it frees a thread that
    /// pipelined dispatch can use.
    per_command: bool,
    /// A batch with so many commands left is announced as nearly done; 0 for none.
    early: AtomicUsize,
    /// One more than the sequence number of the last batch that was; 0 for none.
    nearly: AtomicU64,
    /// Whether a command has been run since this was last taken. It is nearly always only read, and
    /// has a cache line of its own, so it costs the threads nothing.
    activity: CachePadded<AtomicBool>,
    /// What an interpreter tells of its loops.
    fastest_loop: Fastest,
    notified: AtomicBool,
    event_fd: OwnedFd,
}

impl Outbox {
    /// An empty outbox. With `per_command` it is notified of every command, not only of the last of a
    /// batch; with `traced` it is kept when each of them ran.
    ///
    /// # Errors
    /// When the process is out of descriptors.
    pub fn new(per_command: bool, traced: bool) -> io::Result<Self> {
        Ok(Outbox {
            completions: SegQueue::new(),
            spans: traced.then(SegQueue::new),
            commands: AtomicU64::new(0),
            per_command,
            early: AtomicUsize::new(0),
            nearly: AtomicU64::new(0),
            activity: CachePadded::new(AtomicBool::new(false)),
            fastest_loop: Fastest::default(),
            notified: AtomicBool::new(false),
            event_fd: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?,
        })
    }

    /// Takes the notification. What is put in from now on notifies again, so take out all there is.
    pub fn take_notification(&self) {
        // EAGAIN, the only error to expect, means that it was not notified.
        let _ = rustix::io::read(&self.event_fd, &mut [0; 8]);
        self.notified.store(false, Ordering::SeqCst);
    }

    /// The next finished batch.
    pub fn pop(&self) -> Option<Completion> {
        self.completions.pop()
    }

    /// How many commands have been finished since the last call. Counted only when the outbox was
    /// made to count them. Asked before [`Outbox::pop`], it counts no batch that is not there yet.
    pub fn take_commands(&self) -> u64 {
        self.commands.swap(0, Ordering::SeqCst)
    }

    /// A command was run, told or not.
    pub(super) fn note_activity(&self) {
        if !self.activity.load(Ordering::Relaxed) {
            self.activity.store(true, Ordering::Relaxed);
        }
    }

    /// Whether any command has been run since the last call.
    pub fn take_activity(&self) -> bool {
        self.activity.swap(false, Ordering::Relaxed)
    }

    /// When a command ran that is done; the spans of a batch are there before its completion.
    pub fn pop_span(&self) -> Option<Span> {
        self.spans.as_ref()?.pop()
    }

    pub(super) fn is_traced(&self) -> bool {
        self.spans.is_some()
    }

    /// A command ran; kept if that was asked for. Said before its batch is done.
    pub fn ran(&self, span: Span) {
        if let Some(spans) = &self.spans {
            spans.push(span);
        }
    }

    /// The least CPU time that the loops of a command took in an interpreter, as far as it has told.
    pub fn fastest_loop(&self) -> &Fastest {
        &self.fastest_loop
    }

    /// From now on a batch notifies when it has `left` commands left, too, so that the next
    /// one can be sent for in time. 0 for never.
    pub fn announce_early(&self, left: usize) {
        self.early.store(left, Ordering::Relaxed);
    }

    /// The last batch that was announced early.
    pub fn nearly_done(&self) -> Option<u64> {
        self.nearly.load(Ordering::SeqCst).checked_sub(1)
    }

    pub(super) fn early(&self) -> usize {
        self.early.load(Ordering::Relaxed)
    }

    pub(super) fn announce(&self, sequence: u64) {
        self.nearly
            .store(sequence.saturating_add(1), Ordering::SeqCst);
        self.notify();
    }

    /// Commands are done that are not the last of their batch.
    pub fn command_done(&self, commands: usize) {
        if self.per_command {
            self.commands.fetch_add(commands as u64, Ordering::SeqCst);
            self.notify();
        }
    }

    /// A batch is done, and so many commands with it: those that were not told before.
    pub fn batch_done(&self, completion: Completion, commands: usize) {
        // First, so that no count is ever ahead of what can be popped.
        self.completions.push(completion);
        if self.per_command {
            // An empty batch counts as one command, as its credit does.
            self.commands
                .fetch_add(commands.max(1) as u64, Ordering::SeqCst);
        }
        self.notify();
    }

    /// Wakes the main thread, if that has not been done since the notification was last taken.
    pub fn notify(&self) {
        if !self.notified.swap(true, Ordering::SeqCst) {
            // It can only fail when the counter is about to overflow, and then it has been notified.
            let _ = rustix::io::write(&self.event_fd, &1_u64.to_ne_bytes());
        }
    }
}

/// The descriptor becomes readable when something was put in.
impl AsFd for Outbox {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.event_fd.as_fd()
    }
}
