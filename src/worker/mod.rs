//! The worker: a process that runs batches on its threads, or on those of an interpreter that it
//! drives.
//!
//! It only dials out and never binds, and is told everything by the gateway after its hello. Its
//! main thread holds the sockets and never computes, so a busy worker still answers.
//!
//! Must not know: the client's conversation, the table, other workers.

mod assignment;
mod current_assignment;
mod dial;
mod engine;
pub mod python;
mod results;
mod trace;
mod window;

use std::io;
use std::os::fd::AsFd;

use crate::clock;
use crate::executor::Runner;
use crate::model::{Interpreter, Job, Task};
use crate::net::{self, Context, Frame, Kind, NetError, PollEntry, Received, Socket};
use crate::process::{Usage, run_program};
use crate::wire::PROTOCOL_VERSION;
use crate::wire::worker::{
    self as messages, Bundle, ExitReport, FromWorker, Ticket, ToWorker, WorkerMessageError,
};
pub use assignment::Assignment;
use current_assignment::CurrentAssignment;
use engine::{Engine, EngineUsage};
use python::{Agent, AgentError, Driver};
use results::Results;

/// Why a worker ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// A socket failed.
    #[error(transparent)]
    Net(#[from] NetError),
    /// What the gateway said is not of our conversation: the two are not of one version.
    #[error("the gateway speaks another language: {0}")]
    Wire(#[from] WorkerMessageError),
    /// The gateway broke the conversation's rules.
    #[error("the gateway broke the rules: {0}")]
    Protocol(&'static str),
    /// The gateway does not take this worker for one of its own.
    #[error("the gateway refused: {0}")]
    Rejected(String),
    /// The trace can't be written.
    #[error("the trace can't be written: {0}")]
    Trace(#[from] csv::Error),
    /// The system is out of threads or descriptors.
    #[error("can't start the threads of the executor: {0}")]
    Threads(#[from] io::Error),
    /// The interpreter is of no use, or not any more.
    #[error(transparent)]
    Interpreter(#[from] AgentError),
}

/// What a worker is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Who it is, and where its gateway is.
    pub ticket: Ticket,
    /// An interpreter to have ready before the worker says that it is, when it is known that
    /// sessions will want it.
    pub interpreter: Option<Interpreter>,
    /// A task that the interpreter is to have loaded by then.
    pub task: Option<Task>,
}

/// Runs a worker until the gateway tells it to stop, or `lifeline` becomes ready. Gives what it
/// has to say at its end.
///
/// # Errors
/// When a socket fails, the gateway can't be understood, or the system is out of threads.
pub fn run(
    context: &Context,
    options: &Options,
    lifeline: Option<&impl AsFd>,
) -> Result<ExitReport, WorkerError> {
    let task = options.task.as_ref();
    let interpreter = options.interpreter.as_ref();
    let spare = interpreter.map(|one| ready(one, task)).transpose()?;
    let gateway = context.socket(Kind::Dealer)?;
    gateway.connect(&options.ticket.gateway)?;
    let mut worker = Worker {
        context,
        gateway,
        current: None,
        used: EngineUsage::default(),
        spare,
        stopping: false,
    };
    worker.say(&FromWorker::Hello {
        version: PROTOCOL_VERSION,
        worker: options.ticket.worker,
        secret: options.ticket.secret,
    })?;
    worker.serve(lifeline)?;
    Ok(worker.part())
}

/// An interpreter that is there, and has loaded its task.
fn ready(interpreter: &Interpreter, task: Option<&Task>) -> Result<Agent, AgentError> {
    let mut agent = Agent::start(interpreter, task)?;
    agent.greet(python::PATIENCE)?;
    Ok(agent)
}

struct Worker<'a> {
    context: &'a Context,
    gateway: Socket,
    current: Option<CurrentAssignment>,
    /// What the assignments before this one used.
    used: EngineUsage,
    /// An interpreter that waits for a session.
    spare: Option<Agent>,
    stopping: bool,
}

impl Worker<'_> {
    fn serve(&mut self, lifeline: Option<&impl AsFd>) -> Result<(), WorkerError> {
        let mut frame = Frame::default();
        loop {
            if self.wait(lifeline)? {
                // There is nobody left to hear of anything.
                return Ok(self.gateway.forget_undelivered()?);
            }
            loop {
                match self.gateway.receive(&mut frame)? {
                    Received::Nothing => break,
                    Received::Frame => self.obey(messages::decode(&frame)?)?,
                    Received::Multipart => {
                        return Err(WorkerError::Protocol("a message of several frames"));
                    }
                }
            }
            self.report()?;
            if self.stopping
                && self
                    .current
                    .as_ref()
                    .is_none_or(CurrentAssignment::holds_nothing)
            {
                return Ok(());
            }
        }
    }

    /// Waits for whatever comes next; `true` when the parent has gone.
    fn wait(&self, lifeline: Option<&impl AsFd>) -> Result<bool, NetError> {
        let mut entries = vec![PollEntry::readable(&self.gateway)];
        if let Some(current) = &self.current {
            entries.extend(current.poll_entries());
        }
        entries.extend(lifeline.map(PollEntry::descriptor));
        let deadline = self
            .current
            .as_ref()
            .and_then(CurrentAssignment::next_deadline);
        net::poll(&mut entries, deadline.map(|at| at.since(clock::now())))?;
        Ok(lifeline.is_some() && entries.last().is_some_and(PollEntry::is_ready))
    }

    fn obey(&mut self, order: ToWorker) -> Result<(), WorkerError> {
        match order {
            ToWorker::Open {
                assignment,
                results,
                trusted,
                job,
                trace,
            } => {
                self.end_assignment();
                let engine = self.engine(&job, trace.is_some())?;
                let results = Results::open(self.context, &results, trusted)?;
                let mut current = CurrentAssignment::open(assignment, results, &job, engine);
                if let Some(path) = trace {
                    current.trace_into(&path)?;
                }
                self.current = Some(current);
            }
            ToWorker::Run(bundle) => self.run(bundle)?,
            ToWorker::Close => {
                if let Some(current) = &mut self.current {
                    current.cancel()?;
                }
            }
            ToWorker::Stop => self.stopping = true,
            ToWorker::Reject { reason } => return Err(WorkerError::Rejected(reason)),
        }
        Ok(())
    }

    fn end_assignment(&mut self) {
        if let Some(old) = self.current.take() {
            let used = old.close();
            self.used.lock_switches += used.lock_switches;
            self.used.fastest_loop = (self.used.fastest_loop.into_iter())
                .chain(used.fastest_loop)
                .min();
            // One at a time is there.
            self.used.peak_rss_kib = self.used.peak_rss_kib.max(used.peak_rss_kib);
        }
    }

    /// What is to run the batches of a job.
    fn engine(&mut self, job: &Job, traced: bool) -> Result<Engine, WorkerError> {
        let Some(interpreter) = job.runtime.interpreter() else {
            return Ok(Engine::Threads(Runner::start(job, traced, run_program)?));
        };
        let is_the_one =
            |agent: &Agent| agent.interpreter() == interpreter && agent.task() == job.task();
        let agent = match self.spare.take().filter(is_the_one) {
            Some(agent) => agent,
            None => Agent::start(interpreter, job.task())?,
        };
        let driver = Driver::open(agent, job, traced)?;
        Ok(Engine::Interpreter(Box::new(driver)))
    }

    /// Ends what it has begun, and says what is to be said at the end.
    fn part(mut self) -> ExitReport {
        self.end_assignment();
        ExitReport {
            lock_switches: self.used.lock_switches,
            fastest_loop_ns: (self.used.fastest_loop).map(|loops| loops.as_nanos() as u64),
            peak_rss_kib: Usage::of_self().peak_rss_kib + self.used.peak_rss_kib,
            fault: None,
        }
    }

    fn run(&mut self, bundle: Bundle) -> Result<(), WorkerError> {
        let current = self
            .current
            .as_mut()
            .ok_or(WorkerError::Protocol("batches before a session"))?;
        current.run(bundle, clock::now())?;
        Ok(())
    }

    /// Sends results to the client, and tells the gateway what is finished.
    fn report(&mut self) -> Result<(), WorkerError> {
        let Some(current) = &mut self.current else {
            return Ok(());
        };
        let report = current.collect(clock::now())?;
        report.iter().try_for_each(|message| self.say(message))
    }

    fn say(&self, message: &FromWorker) -> Result<(), WorkerError> {
        let mut frame = Vec::new();
        messages::encode(message, &mut frame)?;
        // No high-water mark on what we send: there is always room.
        self.gateway.send(&frame)?;
        Ok(())
    }
}
