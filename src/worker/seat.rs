//! A worker's place at one session: batches in, results out, progress to the gateway.

use std::collections::VecDeque;
use std::iter;
use std::os::fd::AsFd;
use std::sync::Arc;

use super::WorkerError;
use super::engine::{Engine, EngineUsage};
use super::trace::Trace;
use super::window::Window;
use crate::clock::Tick;
use crate::executor::{Batch, Completion};
use crate::model::{BatchId, Dispatch, Job, Ranges, SessionNo};
use crate::net::{Context, Kind, NetError, Socket};
use crate::wire::data;
use crate::wire::fleet::{Bundle, FromWorker, Head, Progress};

/// A worker's work for one session: its threads, and the way to its client.
pub(super) struct Seat {
    session: SessionNo,
    dispatch: Dispatch,
    engine: Engine,
    results: Socket,
    /// What is being run, by tag. Tags count up and are used once; the first one is `first_tag`.
    running: VecDeque<Option<(Head, Tick)>>,
    first_tag: u64,
    /// Results that the socket had no room for.
    backlog: VecDeque<(Head, i64)>,
    finished: Ranges,
    /// Batches whose work failed, with the reasons.
    failed: Vec<(u64, String)>,
    units: u64,
    reported: (u64, u64),
    window: Window,
    frame: Vec<u8>,
    cancelled: bool,
    trace: Option<Trace>,
}

impl Seat {
    /// Connects to the client. `units` is what the worker has finished before.
    pub(super) fn open(
        context: &Context,
        session: SessionNo,
        results_url: &str,
        job: &Job,
        units: u64,
        engine: Engine,
    ) -> Result<Seat, WorkerError> {
        let results = context.socket(Kind::Push)?;
        results.connect(results_url)?;
        let floor = job.initial_window();
        Ok(Seat {
            session,
            dispatch: job.dispatch,
            engine,
            results,
            running: VecDeque::new(),
            first_tag: 0,
            backlog: VecDeque::new(),
            finished: Ranges::default(),
            failed: Vec::new(),
            units,
            reported: (units, floor),
            window: Window::new(floor),
            frame: Vec::new(),
            cancelled: false,
            trace: None,
        })
    }

    /// From now on it is written down when each command ran.
    pub(super) fn trace_into(&mut self, path: &str) -> Result<(), WorkerError> {
        self.trace = Some(Trace::append(path)?);
        Ok(())
    }

    /// Hands batches to the threads.
    pub(super) fn run(&mut self, bundle: Bundle, now: Tick) -> Result<(), WorkerError> {
        if self.is_drained() {
            self.window.work_began(now);
        }
        let heads = bundle.batches()?;
        let instructions = Arc::from(bundle.instructions);
        let commands = Arc::from(bundle.commands);
        let mut batches = Vec::with_capacity(heads.len());
        for (head, own) in heads {
            let tag = self.first_tag + self.running.len() as u64;
            self.running.push_back(Some((head, now)));
            batches.push(Batch {
                tag,
                instructions: Arc::clone(&instructions),
                commands: Arc::clone(&commands),
                own,
            });
        }
        self.engine.run(batches);
        Ok(())
    }

    /// Sends the results of what is done, and returns what to tell the gateway, if anything.
    pub(super) fn collect(&mut self, now: Tick) -> Result<Option<Progress>, WorkerError> {
        self.flush_backlog()?;
        self.engine.outbox().hear();
        // Before the spans: those of a batch are there when its completion is.
        let done: Vec<Completion> = iter::from_fn(|| self.engine.outbox().pop()).collect();
        self.write_trace()?;
        let before = self.units;
        let mut commands = 0;
        for completion in done {
            commands += self.finish(completion)?;
        }
        if self.dispatch == Dispatch::Pipelined {
            self.units += self.engine.outbox().take_commands();
        }
        self.window.finished(self.units - before, commands, now);
        if self.dispatch == Dispatch::Barrier {
            self.engine.outbox().announce_early(self.window.lead());
        }
        self.engine.check()?;
        Ok(self.progress())
    }

    /// Takes note of a finished batch, and says how many commands it had.
    fn finish(&mut self, completion: Completion) -> Result<u64, NetError> {
        let Some((head, _)) = self.take(completion.tag) else {
            return Ok(0);
        };
        if self.dispatch == Dispatch::Barrier {
            self.units += 1;
        }
        match completion.sum {
            _ if self.cancelled => self.finished.push(head.sequence),
            Err(reason) => self.failed.push((head.sequence, reason.into())),
            Ok(sum) if self.backlog.is_empty() && self.send(&head, sum)? => {}
            Ok(sum) => self.backlog.push_back((head, sum)),
        }
        Ok(u64::from(head.instructions))
    }

    /// Writes down what ran, before what it was of is taken for finished.
    fn write_trace(&mut self) -> Result<(), WorkerError> {
        let Some(trace) = &mut self.trace else {
            return Ok(());
        };
        while let Some(span) = self.engine.outbox().pop_span() {
            let index = span.tag.checked_sub(self.first_tag);
            let head = index.and_then(|index| self.running.get(index as usize)?.as_ref());
            if let Some((head, taken)) = head {
                trace.write(head, *taken, &span)?;
            }
        }
        Ok(trace.flush()?)
    }

    fn flush_backlog(&mut self) -> Result<(), NetError> {
        while let Some((head, sum)) = self.backlog.pop_front() {
            if !self.send(&head, sum)? {
                self.backlog.push_front((head, sum));
                break;
            }
        }
        Ok(())
    }

    /// Sends a result; a batch is finished, for the gateway, when this is done.
    fn send(&mut self, head: &Head, sum: i64) -> Result<bool, NetError> {
        self.frame.clear();
        data::encode_result(BatchId(head.id), sum, &mut self.frame);
        let sent = self.results.send(&self.frame)?;
        if sent {
            self.finished.push(head.sequence);
        }
        Ok(sent)
    }

    /// The batches that failed since the last call, to be told before the progress.
    pub(super) fn take_failed(&mut self) -> Vec<FromWorker> {
        let session = self.session;
        let failed = self.failed.drain(..);
        let tell = |(sequence, reason)| FromWorker::Failed {
            session,
            sequence,
            reason,
        };
        failed.map(tell).collect()
    }

    fn take(&mut self, tag: u64) -> Option<(Head, Tick)> {
        let index = tag.checked_sub(self.first_tag)? as usize;
        let head = self.running.get_mut(index)?.take();
        while let Some(None) = self.running.front() {
            self.running.pop_front();
            self.first_tag += 1;
        }
        head
    }

    fn progress(&mut self) -> Option<Progress> {
        // A batch that is nearly done makes room for the next one, which waits here for its end.
        let nearly = self.engine.outbox().nearly_done_below() > self.first_tag;
        let window = self.window.size() + u64::from(nearly);
        let state = (self.units, window);
        if state == self.reported && self.finished.is_empty() {
            return None;
        }
        self.reported = state;
        let finished = self.finished.take();
        Some(Progress {
            session: self.session,
            finished,
            units: self.units,
            window,
        })
    }

    /// What has not begun need not be done, and nobody waits for the results.
    pub(super) fn cancel(&mut self) -> Result<(), NetError> {
        self.engine.cancel();
        self.cancelled = true;
        for (head, _) in self.backlog.drain(..) {
            self.finished.push(head.sequence);
        }
        self.results.forget_undelivered()
    }

    pub(super) fn is_drained(&self) -> bool {
        self.running.is_empty() && self.backlog.is_empty()
    }

    pub(super) fn has_backlog(&self) -> bool {
        !self.backlog.is_empty()
    }

    pub(super) fn units(&self) -> u64 {
        self.units
    }

    /// Ends what runs here, and tells what it used.
    pub(super) fn close(self) -> EngineUsage {
        self.engine.close()
    }

    pub(super) fn results(&self) -> &Socket {
        &self.results
    }

    pub(super) fn bell(&self) -> &impl AsFd {
        self.engine.outbox()
    }
}
