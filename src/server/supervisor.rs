//! The worker processes: started, watched, killed, reaped.
//!
//! Which worker is started, killed or replaced, and when, is decided by the dispatcher. The one
//! decision that is made here: a start for which the system is short of descriptors, processes or
//! memory is tried again.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::Duration;

use rustc_hash::FxHashMap;
use rustix::event::epoll;
use rustix::process::Signal;

use crate::model::{Interpreter, Job, Secret, Task, WorkerNo};
use crate::process::{
    Child, Exit, Program, SpawnError, StderrTail, StdoutMode, TimerFd, random_bits,
};
use crate::wire::worker::{ExitReport, Ticket};

/// How long after a start that failed for want of descriptors, processes or memory it is tried again.
const AGAIN: Duration = Duration::from_millis(100);
/// When nothing is to be tried again.
const NEVER: Duration = Duration::from_secs(1 << 30);
/// The timer's key in the epoll; the others are the numbers of workers, for their ends, and with
/// this bit for their standard errors.
const TIMER: u64 = u64::MAX;
const STDERR: u64 = 1 << WorkerNo::BITS;

/// The worker processes: started, watched all at once, killed, reaped.
#[derive(Debug)]
pub(super) struct ProcessSupervisor {
    program: Program,
    gateway: String,
    /// What workers are to have ready before they say that they are.
    interpreter: Option<Interpreter>,
    /// And what that is to have loaded.
    task: Option<Task>,
    children: FxHashMap<WorkerNo, WorkerProcess>,
    /// Holds the pidfd and the standard error of every child, so that the server polls one
    /// descriptor, however many.
    epoll: OwnedFd,
    /// Workers that could not be started at all, and why: their ends, for the next [`Self::reap`].
    spawn_failed: Vec<(WorkerNo, String)>,
    /// Workers whose start is to be tried again, when the timer is due, and why.
    waiting: Vec<(WorkerNo, String)>,
    timer: TimerFd,
    started: u64,
    peak_rss_kib: u64,
    lock_switches: u64,
    fastest_loop_ns: Option<u64>,
}

/// A worker process, what it shows, where it leaves its exit report, and what it says to people.
#[derive(Debug)]
struct WorkerProcess {
    child: Child,
    secret: Secret,
    stdout: Option<File>,
    /// Until nobody holds its other end.
    stderr: Option<File>,
    words: StderrTail,
    /// Why it was killed, when that was for a reason.
    killed_for: Option<String>,
}

/// Why a worker process could not be started.
#[derive(Debug, thiserror::Error)]
enum StartError {
    /// The program can't be started.
    #[error(transparent)]
    Spawn(#[from] SpawnError),
    /// The system refused what a worker needs beside its process.
    #[error(transparent)]
    System(#[from] io::Error),
}

impl StartError {
    /// Whether the system is short of something that it may have again.
    fn is_shortage(&self) -> bool {
        matches!(self, StartError::Spawn(error) if error.is_shortage())
    }
}

impl ProcessSupervisor {
    /// No workers yet. They will run `program`, dial `gateway`, and have ready what a job needs.
    pub(super) fn new(program: Program, gateway: String, job: &Job) -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let timer = TimerFd::new()?;
        let data = epoll::EventData::new_u64(TIMER);
        epoll::add(&epoll, &timer, data, epoll::EventFlags::IN)?;
        Ok(ProcessSupervisor {
            program,
            gateway,
            interpreter: job.runtime.interpreter().cloned(),
            task: job.task().cloned(),
            children: FxHashMap::default(),
            epoll,
            spawn_failed: Vec::new(),
            waiting: Vec::new(),
            timer,
            started: 0,
            peak_rss_kib: 0,
            lock_switches: 0,
            fastest_loop_ns: None,
        })
    }

    pub(super) fn start(&mut self, worker: WorkerNo) {
        let Err(error) = self.try_start(worker) else {
            return;
        };
        if error.is_shortage() && self.timer.set(AGAIN).is_ok() {
            tracing::warn!(worker, "{error}; it is tried again");
            self.waiting.push((worker, error.to_string()));
        } else {
            tracing::error!("{error}");
            self.spawn_failed.push((worker, error.to_string()));
        }
    }

    fn try_start(&mut self, worker: WorkerNo) -> Result<(), StartError> {
        let mut command = self.program.command();
        command.args(["worker", "--lifeline", "--ticket", "-"]);
        if let Some(interpreter) = &self.interpreter {
            command.arg(format!("--interpreter={interpreter}"));
        }
        if let Some(task) = &self.task {
            command.arg(format!("--task={task}"));
        }
        let secret = Secret::from_bits(random_bits()?);
        let gateway = self.gateway.clone();
        let ticket = serde_json::to_string(&Ticket {
            gateway,
            worker,
            secret,
        })
        .map_err(io::Error::from)?;
        command.stderr(Stdio::piped());
        let mut child = Child::spawn(&mut command, StdoutMode::Piped)?;
        // That it has ended already is seen, and told of, like any other end.
        let _ = child.tell(&format!("{ticket}\n"));
        let data = epoll::EventData::new_u64(u64::from(worker));
        epoll::add(&self.epoll, &child, data, epoll::EventFlags::IN).map_err(io::Error::from)?;
        let (stdout, stderr) = (child.take_stdout(), child.take_stderr());
        if let Some(stderr) = &stderr {
            rustix::io::ioctl_fionbio(stderr, true).map_err(io::Error::from)?;
            let data = epoll::EventData::new_u64(STDERR | u64::from(worker));
            epoll::add(&self.epoll, stderr, data, epoll::EventFlags::IN)
                .map_err(io::Error::from)?;
        }
        let process = WorkerProcess {
            child,
            secret,
            stdout,
            stderr,
            words: StderrTail::passing_on(),
            killed_for: None,
        };
        self.children.insert(worker, process);
        self.started += 1;
        Ok(())
    }

    /// What a worker has to show to be taken for it.
    pub(super) fn secret_of(&self, worker: WorkerNo) -> Option<Secret> {
        self.children.get(&worker).map(|process| process.secret)
    }

    pub(super) fn kill(&mut self, worker: WorkerNo) {
        if let Some(process) = self.children.get(&worker) {
            process.child.signal(Signal::KILL);
        }
        let place = self.waiting.iter().position(|(other, _)| *other == worker);
        if let Some(place) = place {
            self.spawn_failed.push(self.waiting.swap_remove(place));
            // A time that the system can count is no error.
            let _ = self.timer.set(Duration::ZERO);
        }
    }

    /// Kills a worker for a reason, which is told as its end.
    pub(super) fn kill_for(&mut self, worker: WorkerNo, reason: &str) {
        if let Some(process) = self.children.get_mut(&worker) {
            process.killed_for = Some(reason.to_owned());
        }
        self.kill(worker);
    }

    /// A worker goes on to another session: what it has said is no business of that one.
    pub(super) fn reassign(&mut self, worker: WorkerNo) {
        if let Some(process) = self.children.get_mut(&worker) {
            process.listen(&self.epoll);
            process.words.forget();
        }
    }

    /// Listens to the workers, reaps those that have ended, and says which, and of what.
    pub(super) fn reap(&mut self) -> io::Result<Vec<(WorkerNo, String)>> {
        let mut ended = std::mem::take(&mut self.spawn_failed);
        for key in self.ready()? {
            if key == TIMER {
                self.timer.set(NEVER)?;
                let waiting = std::mem::take(&mut self.waiting);
                waiting
                    .into_iter()
                    .for_each(|(worker, _)| self.start(worker));
                continue;
            }
            let worker = (key & !STDERR) as WorkerNo;
            let Some(process) = self.children.get_mut(&worker) else {
                continue;
            };
            if key & STDERR != 0 {
                process.listen(&self.epoll);
                continue;
            }
            let Some(exit) = process.child.try_reap()? else {
                continue;
            };
            tracing::debug!(worker, "worker ended: {exit}");
            let exit_report = process.exit_report();
            process.listen(&self.epoll);
            process.words.end();
            let end = process.end(worker, exit, &exit_report);
            self.note(exit, &exit_report);
            // Dropping it closes its descriptors, which takes them out of the epoll as well.
            self.children.remove(&worker);
            ended.push((worker, end));
        }
        Ok(ended)
    }

    /// Counts what a worker that has ended used and did.
    fn note(&mut self, exit: Exit, exit_report: &ExitReport) {
        // The kernel gives the largest resident set of the worker and its children, not the sum.
        self.peak_rss_kib += exit.usage.peak_rss_kib.max(exit_report.peak_rss_kib);
        self.lock_switches += exit_report.lock_switches;
        let fastest = [self.fastest_loop_ns, exit_report.fastest_loop_ns];
        self.fastest_loop_ns = fastest.into_iter().flatten().min();
    }

    fn ready(&self) -> io::Result<Vec<u64>> {
        let mut events: Vec<epoll::Event> = Vec::with_capacity(64);
        let zero = rustix::event::Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        match epoll::wait(
            &self.epoll,
            rustix::buffer::spare_capacity(&mut events),
            Some(&zero),
        ) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(events.iter().map(|event| event.data.u64()).collect())
    }

    /// Ends all that are left, at once.
    pub(super) fn end_all(&mut self) {
        self.children
            .values()
            .for_each(|process| process.child.signal(Signal::KILL));
        for (_, mut process) in std::mem::take(&mut self.children) {
            if let Ok(exit) = process.child.wait() {
                let exit_report = process.exit_report();
                process.listen(&self.epoll);
                process.words.end();
                self.note(exit, &exit_report);
            }
        }
    }

    pub(super) fn started(&self) -> u64 {
        self.started
    }

    /// The peak resident sets of those that have been reaped, added up, KiB.
    pub(super) fn peak_rss_kib(&self) -> u64 {
        self.peak_rss_kib
    }

    /// How often interpreter locks changed hands in those that have been reaped.
    pub(super) fn lock_switches(&self) -> u64 {
        self.lock_switches
    }

    /// The least CPU time that the loops of a command took in those that have been reaped.
    pub(super) fn fastest_loop_ns(&self) -> Option<u64> {
        self.fastest_loop_ns
    }
}

impl WorkerProcess {
    /// Takes in what it has said on its standard error by now. One that has ended said all of it
    /// before.
    fn listen(&mut self, epoll: &OwnedFd) {
        if let Some(stderr) = &mut self.stderr
            && !self.words.take(stderr).unwrap_or(false)
        {
            // Were it still watched, it would be ready for ever.
            let _ = epoll::delete(epoll, &*stderr);
            self.stderr = None;
        }
    }

    /// How it ended, with the deepest cause that is known.
    fn end(&self, worker: WorkerNo, exit: Exit, exit_report: &ExitReport) -> String {
        let by_force = exit.status.signal() == Some(Signal::KILL.as_raw());
        let words = self.words.clause();
        match (&exit_report.fault, &self.killed_for) {
            (Some(fault), _) => format!("worker {worker} said: {fault}"),
            (None, Some(reason)) if by_force => {
                format!("worker {worker} was killed: {reason}{words}")
            }
            (None, _) => format!("worker {worker} ended with {exit}{words}"),
        }
    }

    /// What it said at its end; nothing when it was killed.
    fn exit_report(&mut self) -> ExitReport {
        /// More than any fault has to say. Nobody waits for what a stray child of the worker holds
        /// back: it is looked at once, when the worker has ended.
        const MOST: usize = 64 * 1024;
        let mut said = vec![0; MOST];
        let Some(stdout) = &mut self.stdout else {
            return ExitReport::default();
        };
        let nonblocking = rustix::io::ioctl_fionbio(&*stdout, true);
        let length = nonblocking.map_or(0, |()| stdout.read(&mut said).unwrap_or(0));
        serde_json::from_slice(&said[..length]).unwrap_or_default()
    }
}

/// The descriptor becomes readable when a worker has ended, or said something.
impl AsFd for ProcessSupervisor {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.epoll.as_fd()
    }
}
