//! The process of an interpreter, and the pipes to it.

use std::fs::File;
use std::io::{BufReader, Write as _};
use std::os::fd::AsFd as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam::channel::{Receiver, Sender, bounded, unbounded};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Signal;

use super::error::AgentError;
use super::frame::{self, AgentClosed, Answer, Identity};
use crate::executor::Outbox;
use crate::model::{Interpreter, Task};
use crate::process::{Child, Exit, StderrThread, StdoutMode, die_with_parent};

/// What the interpreter runs. It is the first that comes in its pipe, and no part of its command
/// line, which everybody is shown.
const AGENT: &str = include_str!("agent.py");

/// What its command line runs: it reads the agent, not a byte more, and runs it.
const READ_AGENT: &str = "\
import os
agent = b''
while len(agent) < LENGTH:
    agent += os.read(0, LENGTH - len(agent)) or os._exit(1)
exec(compile(agent, 'agent.py', 'exec'))
";

/// Isolated from the person's environment, which would make the same trial another one; leaving no
/// files; and with prints that come when they are printed.
const FLAGS: [&str; 3] = ["-I", "-B", "-u"];

/// How long an interpreter may take to say hello.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// An interpreter that runs the agent. It ends when this value is dropped.
#[derive(Debug)]
pub struct Agent {
    interpreter: Interpreter,
    task: Option<Task>,
    child: Child,
    words: StderrThread,
    events: Receiver<AgentEvent>,
    /// Where the thread that listens puts what is done, once it is known.
    outlet: Sender<Arc<Outbox>>,
    pub(super) orders: Option<File>,
}

/// What the thread that listens has to say to whoever holds the agent.
enum AgentEvent {
    Hello(Identity),
    Over(AgentClosed),
}

impl Agent {
    /// Starts an interpreter, which loads a task if there is one, and does not wait for it. Call it
    /// from a thread that lives as long as it shall: it is killed when the thread ends.
    ///
    /// # Errors
    /// When there is no such program, or the system is out of processes, threads or descriptors.
    pub fn start(interpreter: &Interpreter, task: Option<&Task>) -> Result<Agent, AgentError> {
        let mut command = Command::new(interpreter.program());
        let read_agent = READ_AGENT.replace("LENGTH", &AGENT.len().to_string());
        command.args(FLAGS).args(["-c", &read_agent]);
        if let Some(task) = task {
            command.arg(task.file()).arg(task.function());
        }
        command.stderr(Stdio::piped());
        die_with_parent(&mut command);
        let mut child = Child::spawn(&mut command, StdoutMode::Piped)?;
        let words = StderrThread::start(child.take_stderr())?;
        let mut orders = child.take_stdin();
        if let Some(pipe) = &mut orders {
            // It fits into an empty pipe. One that is closed already is heard of by its other end.
            let _ = pipe.write_all(AGENT.as_bytes());
        }
        let (tell, events) = unbounded();
        let (outlet, outlets) = bounded(1);
        if let Some(answers) = child.take_stdout() {
            thread::Builder::new()
                .name("answers".to_owned())
                .spawn(move || listen(answers, &tell, &outlets))?;
        }
        Ok(Agent {
            interpreter: interpreter.clone(),
            task: task.cloned(),
            child,
            words,
            events,
            outlet,
            orders,
        })
    }

    /// Which interpreter it is.
    pub fn interpreter(&self) -> &Interpreter {
        &self.interpreter
    }

    /// What it has loaded.
    pub fn task(&self) -> Option<&Task> {
        self.task.as_ref()
    }

    /// Waits until it has said what it is.
    ///
    /// # Errors
    /// When it ends, says something else, or nothing for so long.
    pub fn greet(&mut self, patience: Duration) -> Result<Identity, AgentError> {
        match self.events.recv_timeout(patience) {
            Ok(AgentEvent::Hello(identity)) => Ok(identity),
            Ok(AgentEvent::Over(why)) => Err(self.explain(why)),
            Err(_) => Err(self.silent(patience)),
        }
    }

    /// From now on what is done goes into an outbox, which is also notified when it is over.
    pub(super) fn deliver_into(&self, outbox: &Arc<Outbox>) {
        // It waits for this, or has ended: then there is events.
        let _ = self.outlet.send(Arc::clone(outbox));
    }

    /// Whether it is still there.
    ///
    /// # Errors
    /// When it is not, with the reason.
    pub(super) fn check(&mut self) -> Result<(), AgentError> {
        match self.events.try_iter().last() {
            Some(AgentEvent::Over(why)) => Err(self.explain(why)),
            Some(AgentEvent::Hello(_)) | None => Ok(()),
        }
    }

    /// Why it is of no use any more. It is ended, if it has not yet.
    fn explain(&mut self, why: AgentClosed) -> AgentError {
        let interpreter = self.interpreter.clone();
        let exit = self.end();
        let words = self.words.tail().clause();
        match why {
            AgentClosed::ProtocolError(what) => AgentError::ProtocolError {
                interpreter,
                what,
                words,
            },
            AgentClosed::NotLoaded(reason) => AgentError::Task { reason },
            AgentClosed::Ended(Some(reason)) => AgentError::Fault {
                interpreter,
                reason,
            },
            AgentClosed::Ended(None) => AgentError::Ended {
                interpreter,
                how: exit.map_or("and left no trace".to_owned(), |exit| exit.to_string()),
                words,
            },
        }
    }

    pub(super) fn silent(&mut self, patience: Duration) -> AgentError {
        self.child.signal(Signal::KILL);
        self.end();
        AgentError::Silent {
            interpreter: self.interpreter.clone(),
            patience,
            words: self.words.tail().clause(),
        }
    }

    /// Ends it: when it does not hear that nothing more comes, by force. Whatever it does or says
    /// meanwhile is of no use.
    pub(super) fn end(&mut self) -> Option<Exit> {
        self.orders = None;
        self.child.let_go();
        if !is_over_within(&self.child, SOON) {
            self.child.signal(Signal::KILL);
        }
        self.child.wait().ok()
    }
}

/// How long an interpreter that is told to end is waited for.
const SOON: Duration = Duration::from_millis(500);

fn is_over_within(child: &Child, patience: Duration) -> bool {
    let mut fds = [PollFd::from_borrowed_fd(child.as_fd(), PollFlags::IN)];
    let timeout = Timespec::try_from(patience).ok();
    matches!(poll(&mut fds, timeout.as_ref()), Ok(1..))
}

/// Takes in what the agent says, until it is over.
fn listen(answers: File, tell: &Sender<AgentEvent>, outlets: &Receiver<Arc<Outbox>>) {
    let mut answers = BufReader::new(answers);
    let over = match frame::read(&mut answers) {
        Ok(Answer::Hello(identity)) => {
            // Whoever is gone does not want to know.
            let _ = tell.send(AgentEvent::Hello(identity));
            None
        }
        Ok(Answer::Fault(text)) => Some(AgentClosed::Ended(Some(text))),
        Ok(Answer::NotLoaded(reason)) => Some(AgentClosed::NotLoaded(reason)),
        Ok(_) => Some(AgentClosed::ProtocolError(
            "an answer before its hello".to_owned(),
        )),
        Err(why) => Some(why),
    };
    // Whoever waits for a hello is told at once, and whoever polls the outbox when there is one.
    let is_over = over.is_some();
    over.map(|why| tell.send(AgentEvent::Over(why)));
    let Ok(outbox) = outlets.recv() else { return };
    if !is_over {
        let _ = tell.send(AgentEvent::Over(deliver(&mut answers, &outbox)));
    }
    outbox.notify();
}

/// Puts what is done into the outbox, until there is nothing more to be heard.
fn deliver(answers: &mut BufReader<File>, outbox: &Outbox) -> AgentClosed {
    loop {
        match frame::read(answers) {
            Ok(Answer::Done(done)) => {
                outbox.fastest_loop().note(done.fastest_loop);
                done.spans.into_iter().for_each(|span| outbox.ran(span));
                outbox.batch_done(done.completion, done.untold as usize);
            }
            Ok(Answer::Commands(count)) => outbox.command_done(count as usize),
            Ok(Answer::Fault(text)) => return AgentClosed::Ended(Some(text)),
            Ok(Answer::Hello(_) | Answer::NotLoaded(_)) => {
                return AgentClosed::ProtocolError("a second hello".to_owned());
            }
            Err(why) => return why,
        }
    }
}
