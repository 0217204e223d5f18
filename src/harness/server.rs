//! The server process of a trial: started, watched, ended, and what it used.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::os::fd::AsFd as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use crate::clock;
use crate::model::{Configuration, Instruction};
use crate::net::{self, PollEntry};
use crate::process::{
    Child, Exit, Program, Signals, SpawnError, StderrThread, StdoutMode, StopCondition,
};
use crate::server::{Ready, Report, ServerFailure, Terms};

/// A server process that a trial is run against.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    stdout: BufReader<File>,
    words: StderrThread,
    pub(super) ready: Ready,
    /// From its start until it said that it is ready.
    pub(super) startup: Duration,
}

/// Why a server could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The program can't be started.
    #[error(transparent)]
    Spawn(#[from] SpawnError),
    /// It said something else than that it is ready.
    #[error("the server ended before it was ready ({exit}){why}")]
    Ended {
        /// How.
        exit: Exit,
        /// Why, as a clause: what it could still tell, or else its last words.
        why: String,
    },
    /// It said nothing in time.
    #[error("the server was not ready within {0:?}")]
    Slow(Duration),
    /// Somebody wants us to stop.
    #[error("interrupted")]
    Interrupted,
    /// The system refused something.
    #[error("the server can't be watched: {0}")]
    System(#[from] io::Error),
}

/// How a server ended, and what it has done, if it could still tell.
pub(super) struct Ended {
    pub(super) exit: Exit,
    pub(super) report: Option<Report>,
    /// Why it ended, as a clause, if it failed: what it could still tell, or else its last words.
    why: String,
}

impl Ended {
    /// That it ended before its time, and why.
    pub(super) fn in_words(&self) -> String {
        format!("the server ended ({}){}", self.exit, self.why)
    }

    /// That it has lost workers, and how the last of them ended, as a clause; empty when it has not.
    pub(super) fn losses(&self) -> String {
        let report = self.report.as_ref();
        let last =
            report.and_then(|report| Some((report.workers_lost, report.last_loss.as_ref()?)));
        last.map_or(String::new(), |(count, end)| {
            format!("; workers lost: {count}, the last: {end}")
        })
    }
}

/// What a server is to be started with, beside its configuration.
pub(super) struct Setup<'a> {
    pub(super) program: &'a Program,
    pub(super) table: &'a Path,
    pub(super) batches: String,
    pub(super) control: String,
    /// The folder for the workers' traces, if there are to be any.
    pub(super) trace: Option<&'a Path>,
    pub(super) extra: &'a [String],
    pub(super) patience: Duration,
}

impl Server {
    /// Starts a server and waits until it is ready.
    pub(super) fn start(
        setup: &Setup<'_>,
        configuration: &Configuration,
        signals: &Signals,
    ) -> Result<Server, StartError> {
        let start = clock::now();
        let mut command = command(setup, configuration);
        command.stderr(Stdio::piped());
        let mut child = Child::spawn(&mut command, StdoutMode::Piped)?;
        let words = StderrThread::start(child.take_stderr())?;
        let stdout = child
            .take_stdout()
            .ok_or(io::Error::from(io::ErrorKind::BrokenPipe))?;
        let stop = StopCondition::new(&[signals.as_fd()], setup.patience)?;
        let mut entries = [PollEntry::descriptor(&stdout), PollEntry::descriptor(&stop)];
        net::poll(&mut entries, None).map_err(io::Error::other)?;
        if !entries[0].is_ready() {
            let timed_out = stop.is_timed_out();
            dismiss(child);
            let slow = StartError::Slow(setup.patience);
            return Err(if timed_out {
                slow
            } else {
                StartError::Interrupted
            });
        }
        // The line is written at once, so what began to come comes whole.
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        match serde_json::from_str(&line) {
            Ok(ready) => Ok(Server {
                child,
                stdout,
                words,
                ready,
                startup: start.elapsed(),
            }),
            Err(_) => Err(StartError::Ended {
                exit: child.wait()?,
                why: failure_of(&line).unwrap_or_else(|| words.tail().clause()),
            }),
        }
    }

    /// The process, to see whether it has ended.
    pub(super) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Tells it to leave, waits until it has, and gives its account.
    pub(super) fn stop(mut self) -> io::Result<Ended> {
        self.child.signal(Signal::TERM);
        self.finish()
    }

    /// Ends it at once.
    pub(super) fn kill(mut self) -> io::Result<Ended> {
        self.child.let_go();
        self.finish()
    }

    fn finish(&mut self) -> io::Result<Ended> {
        let mut last = String::new();
        self.stdout.read_to_string(&mut last)?;
        let line = last.lines().last().unwrap_or_default();
        let exit = self.child.wait()?;
        let report: Option<Report> = serde_json::from_str(line).ok();
        // One that could still give its account has nothing else to tell.
        let why = match report {
            Some(_) => String::new(),
            None => failure_of(line).unwrap_or_else(|| self.words.tail().clause()),
        };
        Ok(Ended { exit, report, why })
    }
}

/// What a failed server said at its end, as a clause.
fn failure_of(line: &str) -> Option<String> {
    let failure: ServerFailure = serde_json::from_str(line).ok()?;
    Some(format!(": {}", failure.failure))
}

/// Ends a server that has not come up: in good order, so that it takes its folder with it, if it
/// does so soon.
fn dismiss(mut child: Child) {
    const SOON: Duration = Duration::from_secs(2);
    child.let_go();
    // Whatever comes of it, the child is killed if it is still there when it is dropped.
    let _ = net::poll(&mut [PollEntry::descriptor(&child)], Some(SOON));
}

fn command(setup: &Setup<'_>, configuration: &Configuration) -> Command {
    let job = &configuration.job;
    let mut command = setup.program.command();
    command
        .arg("server")
        .args(["--lifeline", "--format", "json"]);
    command
        .arg(setup.table)
        .arg(&setup.batches)
        .args(["-", &configuration.processes.to_string()]);
    command.args(["--control", &setup.control]);
    command.args(["--max-threads", &job.threads.to_string()]);
    // What a server keeps strangers to is no limit for the person whose trial it is.
    command.args(["--max-loops", &job.loops.to_string()]);
    command.args(["--max-batch-wait", &format!("{}s", Instruction::MAX_WAIT_S)]);
    let commands = 4 * u64::from(configuration.processes) * u64::from(configuration.batch);
    let commands = commands.max(Terms::MAX_COMMANDS);
    command.args(["--max-commands", &commands.to_string()]);
    command.args(["--spawn", configuration.spawn.as_str()]);
    command.args(["--runtime", &job.runtime.to_string()]);
    if let Some(task) = job.task() {
        command.args(["--task", &task.to_string()]);
    }
    if let Some(exec) = job.exec() {
        command.args(["--exec", &exec.line.to_string()]);
        command.args(["--exec-output", exec.output.as_str()]);
    }
    if job.own.is_some() {
        // How long it may rightly take nobody knows: the trial's own limit is the only one.
        let patience = humantime::format_duration(setup.patience).to_string();
        command.args(["--batch-timeout", &patience]);
    }
    if let Some(folder) = setup.trace {
        command.arg("--trace").arg(folder);
    }
    command.args(setup.extra);
    command
}
