//! What the tests with real processes share: a [`Stage`] to run them on, which has a deadline and
//! is empty when it is dropped.

#![allow(dead_code, reason = "each test program uses another part")]

pub mod gateway;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use tempfile::TempDir;

/// How long a test may take before it fails.
pub const DEADLINE: Duration = Duration::from_secs(240);

/// How soon after the end of its parent a process has to be gone.
pub const SOON: Duration = Duration::from_secs(2);

/// A folder in which processes are started, so that command lines can name its files as they are.
/// Whatever still runs when it is dropped is killed.
pub struct Stage {
    folder: TempDir,
    deadline: Instant,
}

impl Stage {
    pub fn new() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("tmp")).unwrap();
        Stage {
            folder,
            deadline: Instant::now() + DEADLINE,
        }
    }

    /// Gives a test that does more than others as much time as it needs.
    pub fn within(mut self, patience: Duration) -> Stage {
        self.deadline = Instant::now() + patience;
        self
    }

    /// A stage with `commands.txt` of 512 commands, and `table.txt` that answers 1 to each after
    /// `wait_s`.
    pub fn with_512_commands(wait_s: f64) -> Stage {
        let stage = Stage::new();
        let commands =
            (0..=255).flat_map(|n| ["foo", "bar"].map(|verb| format!("10.0.0.{n}:{verb}")));
        let commands: Vec<String> = commands.collect();
        let entries: Vec<String> = commands.iter().map(|c| format!("{c}:1:{wait_s}")).collect();
        stage.write("commands.txt", &lines(&commands));
        stage.write("table.txt", &lines(&entries));
        stage
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Starts `mpmt` with the words of a command line.
    pub fn start(&self, line: &str) -> Process {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
        command.args(line.split_whitespace());
        self.start_command(&mut command)
    }

    /// Starts any program. All that it starts in turn can be told by its environment.
    pub fn start_command(&self, command: &mut Command) -> Process {
        Process::start(self.place(command), Stdio::piped(), None, self.deadline)
    }

    /// Gives a command this stage's folder and environment.
    fn place<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .current_dir(self.folder.path())
            .env("TMPDIR", self.path("tmp"))
            .env_remove("MPMT_LOG")
            .env_remove("COLUMNS")
    }

    /// Runs `mpmt` to its end.
    pub fn run(&self, line: &str) -> Finished {
        self.start(line).finish()
    }

    /// Runs `mpmt` to its end with a terminal of so many columns as its standard output, and with
    /// these environment variables beside its own.
    pub fn run_on_terminal(
        &self,
        line: &str,
        columns: u16,
        variables: &[(&str, &str)],
    ) -> Finished {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
        command.args(line.split_whitespace());
        self.place(&mut command)
            .env_remove("NO_COLOR")
            .env("TERM", "xterm-256color")
            .envs(variables.iter().copied());
        let (terminal, its_end) = terminal(columns);
        let end = Stdio::from(its_end);
        Process::start(&mut command, end, Some(terminal), self.deadline).finish()
    }

    /// Starts `mpmt` with a terminal for what it says on standard error, and gives that terminal.
    pub fn start_with_messages_on_terminal(&self, line: &str, name: &str) -> (Process, File) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mpmt"));
        command.args(line.split_whitespace());
        let (terminal, its_end) = terminal(100);
        let mut child = self
            .place(&mut command)
            .env("TERM", name)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::from(its_end))
            .spawn()
            .unwrap();
        let process = Process {
            stdout: Stream::of(child.stdout.take().unwrap()),
            stderr: Stream::of(std::io::empty()),
            line: line.to_owned(),
            child,
            deadline: self.deadline,
        };
        (process, File::from(terminal))
    }

    /// Starts `mpmt server` and waits until it is ready.
    pub fn serve(&self, line: &str) -> (Process, Ready) {
        let mut server = self.start(&format!("server {line} --format json"));
        let ready = server.line();
        let ready = serde_json::from_str(&ready).unwrap_or_else(|e| panic!("{e}: {ready}"));
        (server, ready)
    }

    /// The processes of this stage that run now.
    pub fn processes(&self) -> Vec<Pid> {
        let mark = format!("TMPDIR={}", self.path("tmp").display());
        let of_stage = |entry: &fs::DirEntry| {
            // A process that has ended has no environment any more.
            let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
            environment
                .split(|&byte| byte == 0)
                .any(|variable| variable == mark.as_bytes())
        };
        let entries = fs::read_dir("/proc").unwrap().flatten().filter(of_stage);
        entries
            .filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?))
            .collect()
    }

    /// Waits until something is so.
    pub fn wait_until(&self, what: &str, is_so: impl Fn() -> bool) {
        self.wait_for(what, || is_so().then_some(()));
    }

    /// What is found at last; who looked again might not find it any more.
    pub fn wait_for<T>(&self, what: &str, find: impl Fn() -> Option<T>) -> T {
        loop {
            if let Some(found) = find() {
                return found;
            }
            assert!(Instant::now() < self.deadline, "past the deadline: {what}");
            // Not to take the time that it waits for from those who need it.
            thread::sleep(Duration::from_millis(1));
        }
    }

    pub fn wait_for_worker(&self) {
        let is_worker = |pid: Pid| command_line(pid).contains(" worker ");
        self.wait_until("a worker is there", || {
            self.processes().into_iter().any(is_worker)
        });
    }

    /// Checks that every process of this stage ends by itself in time.
    pub fn assert_empty_within(&self, patience: Duration) {
        self.assert_left_within(patience, &[]);
    }

    /// Checks that every process of this stage but these ends by itself in time.
    pub fn assert_left_within(&self, patience: Duration, stay: &[Pid]) {
        let by = Instant::now() + patience;
        loop {
            let mut left = self.processes();
            left.retain(|pid| !stay.contains(pid));
            if left.is_empty() {
                return;
            }
            for pid in left {
                assert!(
                    has_ended_by(pid, by),
                    "left behind: {pid:?} {}",
                    command_line(pid)
                );
            }
        }
    }

    /// Whether one of the folders that `mpmt` made for itself has such a file.
    pub fn has_scratch_file(&self, name: &str) -> bool {
        let folders = fs::read_dir(self.path("tmp")).unwrap().flatten();
        folders
            .into_iter()
            .any(|folder| folder.path().join(name).exists())
    }

    /// Checks that nothing is left: no process, no folder for sockets.
    pub fn assert_nothing_left(&self) {
        self.assert_empty_within(SOON);
        let folders: Vec<_> = fs::read_dir(self.path("tmp")).unwrap().flatten().collect();
        assert!(folders.is_empty(), "left behind: {folders:?}");
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for pid in self.processes() {
            // It may have ended since.
            let _ = kill_process(pid, Signal::KILL);
            has_ended_by(pid, Instant::now() + SOON);
        }
    }
}

/// Where a server can be reached.
#[derive(serde::Deserialize)]
pub struct Ready {
    pub batches: String,
    pub control: String,
    pub pid: i32,
}

/// A running program whose words are collected. It is killed when dropped.
pub struct Process {
    line: String,
    child: Child,
    stdout: Stream,
    stderr: Stream,
    deadline: Instant,
}

/// A program that has ended, and all that it said.
#[derive(Debug)]
pub struct Finished {
    line: String,
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Process {
    /// Starts a program whose words come out of a terminal, or of its pipe when that is `None`.
    fn start(
        command: &mut Command,
        stdout: Stdio,
        terminal: Option<OwnedFd>,
        deadline: Instant,
    ) -> Process {
        let line = format!("{:?}", command.get_args().collect::<Vec<&OsStr>>());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(stdout)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{line}: {error}"));
        // A terminal ends when nobody holds its other end, which the command still does.
        command.stdout(Stdio::null());
        Process {
            stdout: match terminal {
                Some(terminal) => Stream::of(File::from(terminal)),
                None => Stream::of(child.stdout.take().unwrap()),
            },
            stderr: Stream::of(child.stderr.take().unwrap()),
            line,
            child,
            deadline,
        }
    }

    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// The next line of its standard output.
    pub fn line(&mut self) -> String {
        match self.stdout.next(self.deadline) {
            Some(line) => line,
            None => panic!("{}: {}", self.line, self.stderr.rest(self.deadline)),
        }
    }

    /// Waits until it says something on standard error.
    pub fn wait_for_message(&mut self, text: &str) {
        while let Some(line) = self.stderr.next(self.deadline) {
            if line.contains(text) {
                return;
            }
        }
        panic!(
            "{} ended without '{text}':\n{}",
            self.line, self.stderr.seen
        );
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Sends a signal and waits until it has come: of two that are pending at the same time, the
    /// kernel delivers one.
    pub fn signal_and_wait(&self, signal: Signal) {
        self.signal(signal);
        let status = format!("/proc/{}/status", self.pid().as_raw_nonzero());
        let is_pending = || {
            let text = fs::read_to_string(&status).unwrap_or_default();
            let pending = text
                .lines()
                .filter(|l| l.starts_with("SigPnd") || l.starts_with("ShdPnd"));
            pending
                .into_iter()
                .any(|line| !line.ends_with("0000000000000000"))
        };
        while is_pending() {
            assert!(
                Instant::now() < self.deadline,
                "past the deadline: the signal has not come"
            );
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Tells it to end, as a shell's Ctrl-C would, and waits for it.
    pub fn interrupt(self) -> Finished {
        self.signal(Signal::INT);
        self.finish()
    }

    /// Closes its standard input.
    pub fn close_stdin(&mut self) {
        drop(self.child.stdin.take());
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        has_ended_by(self.pid(), Instant::now())
    }

    /// Waits until it has ended, and with it whoever else holds its standard error.
    pub fn finish(mut self) -> Finished {
        let stdout = self.stdout.rest(self.deadline);
        let stderr = self.stderr.rest(self.deadline);
        let line = self.line.clone();
        assert!(
            has_ended_by(self.pid(), self.deadline),
            "{line} does not end"
        );
        Finished {
            line,
            status: self.child.wait().unwrap(),
            stdout,
            stderr,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended, and been reaped, already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Finished {
    pub fn code(&self) -> i32 {
        let by_signal = self.status.signal().map(|signal| -signal);
        self.status.code().or(by_signal).unwrap()
    }

    /// Checks the exit code, and shows all that was said when it is another.
    #[track_caller]
    pub fn expect(self, code: i32) -> Finished {
        assert_eq!(self.code(), code, "{self:#?}");
        self
    }

    /// The total that a client printed.
    #[track_caller]
    pub fn total(&self) -> i64 {
        let total = self
            .stdout
            .lines()
            .find_map(|line| line.strip_prefix("total: "));
        total
            .and_then(|total| total.parse().ok())
            .unwrap_or_else(|| panic!("{self:#?}"))
    }

    /// What a server with `--format json` said that it has done.
    #[track_caller]
    pub fn report(&self) -> serde_json::Value {
        let last = self.stdout.lines().last().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

/// The lines of a stream, read by a thread of their own, so that the writer is never held up.
struct Stream {
    lines: Receiver<String>,
    seen: String,
}

impl Stream {
    fn of(pipe: impl Read + Send + 'static) -> Stream {
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(pipe).lines() {
                let line = match line {
                    // How a terminal ends.
                    Err(error) if error.raw_os_error() == Some(Errno::IO.raw_os_error()) => return,
                    line => line.unwrap_or_else(|error| format!("<{error}>")),
                };
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let seen = String::new();
        Stream { lines, seen }
    }

    /// The next line; `None` at the end.
    fn next(&mut self, deadline: Instant) -> Option<String> {
        match self
            .lines
            .recv_timeout(deadline.saturating_duration_since(Instant::now()))
        {
            Ok(line) => {
                self.seen.push_str(&line);
                self.seen.push('\n');
                Some(line)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("past the deadline, after:\n{}", self.seen),
        }
    }

    /// All that is said until the end.
    fn rest(&mut self, deadline: Instant) -> String {
        while self.next(deadline).is_some() {}
        self.seen.clone()
    }
}

/// A terminal of so many columns: what its user sees, and the end for the program.
fn terminal(columns: u16) -> (OwnedFd, OwnedFd) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let terminal = openpt(flags).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let size = Winsize {
        ws_row: 24,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&terminal, size).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let end = rustix::fs::open(name, flags, Mode::empty()).unwrap();
    (terminal, end)
}

/// Waits for the end of a process that is not necessarily a child.
fn has_ended_by(pid: Pid, deadline: Instant) -> bool {
    let Ok(pidfd) = pidfd_open(pid, PidfdFlags::empty()) else {
        return true;
    };
    is_readable_by(&pidfd, deadline)
}

fn is_readable_by(fd: &OwnedFd, deadline: Instant) -> bool {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).unwrap();
        match poll(&mut [PollFd::new(fd, PollFlags::IN)], Some(&timeout)) {
            Ok(ready) => return ready > 0,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// The command line of a process, its words parted by spaces; empty when it has ended.
pub fn command_line(pid: Pid) -> String {
    let path = format!("/proc/{}/cmdline", pid.as_raw_nonzero());
    fs::read_to_string(path)
        .unwrap_or_default()
        .replace('\0', " ")
}

/// The process that started another, if that is still there.
pub fn parent(pid: Pid) -> Option<Pid> {
    let path = format!("/proc/{}/status", pid.as_raw_nonzero());
    let status = fs::read_to_string(path).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
    Pid::from_raw(line.trim().parse().ok()?)
}

/// An address that nobody uses. This machine's own addresses are many, so that no test, nor
/// anybody else, takes it until it is bound.
pub fn free_tcp_url() -> String {
    let [_, a, b, c] = std::process::id().to_be_bytes();
    let host = Ipv4Addr::new(127, a.max(1), b, c.clamp(1, 254));
    let port = TcpListener::bind((host, 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    format!("tcp://{host}:{port}")
}

pub fn lines(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The rows of a CSV, each as a lookup by the name of a column.
pub fn rows(path: &Path) -> Vec<std::collections::HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}
