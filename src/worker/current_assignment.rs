//! A worker's place at one session: batches in, results out, progress to the gateway.

use std::iter;
use std::sync::Arc;
use std::time::Duration;

use super::WorkerError;
use super::assignment::Assignment;
use super::engine::{Engine, EngineUsage};
use super::results::Results;
use super::trace::Trace;
use super::window::Window;
use crate::clock::{self, Tick};
use crate::executor::{Batch, Completion};
use crate::model::{AssignmentNo, Dispatch, Job};
use crate::net::{NetError, PollEntry};
use crate::wire::data;
use crate::wire::worker::{Bundle, FromWorker};

/// How often a worker that runs commands, but finishes no batch, tells the gateway so. One that says
/// nothing may be stopped: the gateway kills it after a timeout (`HEARTBEAT_TIMEOUT` in
/// `server/limits.rs`).
const HEARTBEAT_INTERVAL: Duration = Duration::from_millis(250);

/// A worker's work for one session: its threads, and the way to its client.
pub(super) struct CurrentAssignment {
    assignment: Assignment,
    dispatch: Dispatch,
    engine: Engine,
    results: Results,
    /// When it was last looked whether commands are being run.
    looked: Tick,
    window: Window,
    frame: Vec<u8>,
    trace: Option<Trace>,
}

impl CurrentAssignment {
    pub(super) fn open(
        no: AssignmentNo,
        results: Results,
        job: &Job,
        engine: Engine,
    ) -> CurrentAssignment {
        CurrentAssignment {
            assignment: Assignment::new(no, job),
            dispatch: job.dispatch,
            engine,
            results,
            looked: clock::now(),
            window: Window::new(job.initial_window()),
            frame: Vec::new(),
            trace: None,
        }
    }

    /// From now on it is written down when each command ran.
    pub(super) fn trace_into(&mut self, path: &str) -> Result<(), WorkerError> {
        self.trace = Some(Trace::append(path)?);
        Ok(())
    }

    /// Hands batches to the threads.
    pub(super) fn run(&mut self, bundle: Bundle, now: Tick) -> Result<(), WorkerError> {
        if self.holds_nothing() {
            self.window.work_began(now);
        }
        let heads = bundle.batches()?;
        let instructions = Arc::from(bundle.instructions);
        let commands = Arc::from(bundle.commands);
        let mut batches = Vec::with_capacity(heads.len());
        for (head, own) in heads {
            self.assignment.take(head, now);
            batches.push(Batch {
                sequence: head.sequence,
                instructions: Arc::clone(&instructions),
                commands: Arc::clone(&commands),
                own,
            });
        }
        self.engine.run(batches);
        Ok(())
    }

    /// Sends the results of what is done, and returns what to tell the gateway, if anything.
    pub(super) fn collect(&mut self, now: Tick) -> Result<Vec<FromWorker>, WorkerError> {
        self.results.listen(now)?;
        let outbox = self.engine.outbox();
        outbox.take_notification();
        // Counted first: whatever is counted is then there to be popped.
        let counted = match self.dispatch {
            Dispatch::Pipelined => outbox.take_commands(),
            Dispatch::Barrier => 0,
        };
        // Before the spans: those of a batch are there when its completion is.
        let done: Vec<Completion> = iter::from_fn(|| outbox.pop()).collect();
        self.write_trace()?;
        let before = self.assignment.units();
        self.assignment.commands_done(counted);
        let commands = done.into_iter().map(|one| self.assignment.batch_done(one));
        let commands = commands.sum();
        let units = self.assignment.units() - before;
        self.window.finished(units, commands, now);
        if self.dispatch == Dispatch::Barrier {
            self.engine.outbox().announce_early(self.window.lead());
        }
        self.send_results()?;
        self.engine.check()?;
        self.results.tend(now)?;
        if self.looked.after(HEARTBEAT_INTERVAL) <= now {
            self.looked = now;
            if self.engine.outbox().take_activity() {
                self.assignment.heartbeat();
            }
        }
        Ok(self.report())
    }

    /// Writes down what ran, before what it was of is taken for finished.
    fn write_trace(&mut self) -> Result<(), WorkerError> {
        let Some(trace) = &mut self.trace else {
            return Ok(());
        };
        while let Some(span) = self.engine.outbox().pop_span() {
            if let Some((head, taken)) = self.assignment.running(span.sequence) {
                trace.write(head, taken, &span)?;
            }
        }
        Ok(trace.flush()?)
    }

    /// Sends as many results as the socket has room for.
    fn send_results(&mut self) -> Result<(), NetError> {
        while let Some((head, sum)) = self.assignment.next_result() {
            self.frame.clear();
            data::encode_result(head.id, sum, &mut self.frame);
            if !self.results.send(&self.frame)? {
                break;
            }
            self.assignment.result_sent();
        }
        Ok(())
    }

    fn report(&mut self) -> Vec<FromWorker> {
        // A batch that is nearly done makes room for the next one, which waits here for its end.
        let announced = self.engine.outbox().nearly_done();
        let nearly = announced.is_some() && announced == self.assignment.oldest();
        let mut report = self
            .assignment
            .report(self.window.size() + u64::from(nearly));
        let assignment = self.assignment.no();
        let unreachable = self.results.take_unreachable();
        report.extend(unreachable.map(|reason| FromWorker::Unreachable { assignment, reason }));
        report
    }

    /// What has not begun need not be done, and nobody waits for the results.
    pub(super) fn cancel(&mut self) -> Result<(), NetError> {
        self.engine.cancel();
        self.assignment.cancel();
        self.results.forget_undelivered()
    }

    pub(super) fn holds_nothing(&self) -> bool {
        self.assignment.holds_nothing()
    }

    /// When [`CurrentAssignment::collect`] has something to do, whatever happens.
    pub(super) fn next_deadline(&self) -> Option<Tick> {
        let look = (!self.assignment.rests()).then(|| self.looked.after(HEARTBEAT_INTERVAL));
        look.into_iter().chain(self.results.next_deadline()).min()
    }

    /// Ends what runs here, and tells what it used.
    pub(super) fn close(self) -> EngineUsage {
        self.engine.close()
    }

    pub(super) fn poll_entries(&self) -> impl Iterator<Item = PollEntry<'_>> {
        let finished = PollEntry::descriptor(self.engine.outbox());
        self.results
            .poll_entries(self.assignment.has_results())
            .chain([finished])
    }
}
