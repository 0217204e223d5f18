//! Child processes that are never left behind.

use std::fmt;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{ChildStdin, Command, ExitStatus, Stdio};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::Usage;
use super::image::in_words;

/// Makes threads of the children that are started from now on cheaper, by more than half.
///
/// Rust gives each thread a stack of its own for signals, to say on it that the other one has
/// overflowed: two system calls and a change of the address space at the start of a thread, and as
/// many at its end. It does not when SIGSEGV and SIGBUS are ignored at the start of the program,
/// which is inherited. A worker that starts a thread for every command lives on the difference. An
/// overflow kills the process as before (the kernel does not let it be ignored), without the words.
pub fn spare_children_signal_stacks() {
    for signal in [libc::SIGSEGV, libc::SIGBUS] {
        // SAFETY: no handler is installed, and no code of this process waits for these signals.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
}

/// Has a program that is not one of ours run as it would anywhere: it gets the signals back that
/// [`spare_children_signal_stacks`] took, and no descriptors of ours.
pub(super) fn as_anywhere(command: &mut Command) {
    let restore = || {
        for signal in [libc::SIGSEGV, libc::SIGBUS] {
            // SAFETY: it is after the fork, where no other thread is, and no handler is installed.
            unsafe { libc::signal(signal, libc::SIG_DFL) };
        }
        close_descriptors_on_exec()
    };
    // SAFETY: between fork and exec it makes system calls and touches nothing of this process.
    unsafe { command.pre_exec(restore) };
}

/// From now on nothing but standard input, output and error is inherited by what this process
/// starts. Most descriptors are opened so; those of libzmq are not. What is opened later is as it is
/// opened.
pub(super) fn close_descriptors_on_exec() -> io::Result<()> {
    let to = libc::c_uint::MAX;
    // SAFETY: the call changes flags of descriptors and touches no memory.
    match unsafe { libc::syscall(libc::SYS_close_range, 3, to, libc::CLOSE_RANGE_CLOEXEC) } {
        0 => Ok(()),
        _ => match io::Error::last_os_error() {
            // Before Linux 5.11 there is no such call: they are inherited, and harm nobody.
            error if matches!(error.raw_os_error(), Some(libc::ENOSYS | libc::EINVAL)) => Ok(()),
            error => Err(error),
        },
    }
}

/// Where a child's standard output goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StdoutMode {
    /// To our standard error: a worker's words are messages, not results.
    Stderr,
    /// To a pipe that [`Child::take_stdout`] gives.
    Piped,
}

/// A child process on a lifeline. It is killed and reaped when dropped.
#[derive(Debug)]
pub struct Child {
    pid: Pid,
    pidfd: OwnedFd,
    lifeline: Option<ChildStdin>,
    stdout: Option<File>,
    stderr: Option<File>,
    exit: Option<Exit>,
}

/// How a child ended, and what it used.
#[derive(Clone, Copy, Debug)]
pub struct Exit {
    /// Its exit code or signal.
    pub status: ExitStatus,
    /// What it, and the children that it reaped, used.
    pub usage: Usage,
}

/// A program that could not be started.
#[derive(Debug, thiserror::Error)]
#[error("can't start {program}: {source}")]
pub struct SpawnError {
    program: String,
    source: io::Error,
}

impl SpawnError {
    /// Whether the system lacks what may be there again in a moment: descriptors, processes, memory.
    pub fn is_shortage(&self) -> bool {
        let shortages = [libc::EMFILE, libc::ENFILE, libc::EAGAIN, libc::ENOMEM];
        let number = self.source.raw_os_error();
        number.is_some_and(|number| shortages.contains(&number))
    }
}

impl Child {
    /// Starts a program with a lifeline as its standard input, in a process group of its own, so
    /// that a Ctrl-C at the terminal reaches only the parent, who decides what it means.
    ///
    /// Call it from the main thread: PR_SET_PDEATHSIG fires when the *thread* that started the
    /// child ends.
    ///
    /// # Errors
    /// When the program can't be started, or the system is out of processes or descriptors.
    pub fn spawn(command: &mut Command, stdout: StdoutMode) -> Result<Child, SpawnError> {
        let program = in_words(command);
        Self::start(command, stdout).map_err(|source| SpawnError { program, source })
    }

    fn start(command: &mut Command, stdout: StdoutMode) -> io::Result<Child> {
        command.stdin(Stdio::piped()).process_group(0);
        match stdout {
            StdoutMode::Stderr => command.stdout(io::stderr()),
            StdoutMode::Piped => command.stdout(Stdio::piped()),
        };
        // Here and not in the child: between fork and exec there is nothing to be done then, and the
        // program is started the cheaper way (`posix_spawn`).
        close_descriptors_on_exec()?;
        let mut child = command.spawn()?;
        let file = |pipe: OwnedFd| File::from(pipe);
        let pid = Pid::from_child(&child);
        let pidfd = pidfd_open(pid, PidfdFlags::empty()).inspect_err(|_| {
            let _ = child.kill();
            let _ = child.wait();
        })?;
        Ok(Child {
            pid,
            pidfd,
            lifeline: child.stdin.take(),
            stdout: child.stdout.take().map(|pipe| file(pipe.into())),
            stderr: child.stderr.take().map(|pipe| file(pipe.into())),
            exit: None,
        })
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.pid.as_raw_nonzero().get().unsigned_abs()
    }

    /// The read end of its standard output, when it was started with [`StdoutMode::Piped`].
    pub fn take_stdout(&mut self) -> Option<File> {
        self.stdout.take()
    }

    /// The read end of its standard error, when the command was given a pipe for it.
    pub fn take_stderr(&mut self) -> Option<File> {
        self.stderr.take()
    }

    /// Its lifeline, to talk to it on. Whoever holds it lets the child go by dropping it.
    pub fn take_stdin(&mut self) -> Option<File> {
        let pipe = self.lifeline.take()?;
        Some(File::from(OwnedFd::from(pipe)))
    }

    /// Tells it something on its lifeline, in the beginning, before it watches that for its end.
    ///
    /// # Errors
    /// When it has ended.
    pub fn tell(&mut self, text: &str) -> io::Result<()> {
        let lifeline = self.lifeline.as_mut();
        lifeline.map_or(Ok(()), |pipe| pipe.write_all(text.as_bytes()))
    }

    /// Tells it to go, by closing its lifeline.
    pub fn let_go(&mut self) {
        self.lifeline = None;
    }

    /// Sends it a signal. A child that has ended already is no error.
    pub fn signal(&self, signal: Signal) {
        if self.exit.is_none() {
            // The only failure is that there is nobody left to receive it.
            let _ = pidfd_send_signal(&self.pidfd, signal);
        }
    }

    /// Reaps it if it has ended.
    ///
    /// # Errors
    /// Never, as long as nothing else in this program reaps children that it does not know.
    pub fn try_reap(&mut self) -> io::Result<Option<Exit>> {
        self.reap(libc::WNOHANG)
    }

    /// Waits for its end and reaps it.
    ///
    /// # Errors
    /// Never, as long as nothing else in this program reaps children that it does not know.
    pub fn wait(&mut self) -> io::Result<Exit> {
        loop {
            if let Some(exit) = self.reap(0)? {
                return Ok(exit);
            }
        }
    }

    fn reap(&mut self, options: libc::c_int) -> io::Result<Option<Exit>> {
        if self.exit.is_some() {
            return Ok(self.exit);
        }
        let mut status = 0;
        // SAFETY: rusage is plain data, for which all zeros is a valid value.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: both pointers are to live locals of the right types. The pid is that of a child
        // of ours which has not been reaped (`exit` is None), so it can't have been given away.
        let pid = unsafe {
            libc::wait4(
                self.pid.as_raw_nonzero().get(),
                &raw mut status,
                options,
                &raw mut usage,
            )
        };
        match pid {
            0 => Ok(None),
            -1 => match io::Error::last_os_error() {
                error if error.kind() == io::ErrorKind::Interrupted => Ok(None),
                error => Err(error),
            },
            _ => {
                let status = ExitStatus::from_raw(status);
                self.exit = Some(Exit {
                    status,
                    usage: Usage::from(&usage),
                });
                Ok(self.exit)
            }
        }
    }
}

/// The descriptor becomes readable when the child has ended.
impl AsFd for Child {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if self.exit.is_none() {
            self.signal(Signal::KILL);
            let _ = self.wait();
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.status.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    fn sh(script: &str) -> Child {
        Child::spawn(Command::new("sh").args(["-c", script]), StdoutMode::Piped).unwrap()
    }

    #[test]
    fn a_child_ends_when_its_lifeline_is_let_go() {
        let mut child = sh("read line; echo bye");
        assert!(child.try_reap().unwrap().is_none());
        child.let_go();
        let mut said = String::new();
        child
            .take_stdout()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert_eq!(said, "bye\n");
        assert!(child.wait().unwrap().status.success());
    }

    #[test]
    fn a_child_hears_what_it_is_told() {
        let mut child = sh("read line; echo $line; read line; echo $line");
        child.tell("a ticket\n").unwrap();
        child.let_go();
        let mut said = String::new();
        let mut stdout = child.take_stdout().unwrap();
        stdout.read_to_string(&mut said).unwrap();
        assert_eq!(said, "a ticket\n\n");
    }

    #[test]
    fn a_dropped_child_is_killed_and_reaped() {
        let child = sh("read line; sleep 1000");
        let pid = child.pid;
        drop(child);
        assert!(rustix::process::test_kill_process(pid).is_err());
    }

    #[test]
    fn what_it_used_comes_with_its_end() {
        let mut child = sh("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done");
        let exit = child.wait().unwrap();
        assert!(exit.usage.user_s + exit.usage.system_s > 0.0);
        assert!(exit.usage.peak_rss_kib > 100);
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = Child::spawn(&mut Command::new("/no/such/program"), StdoutMode::Stderr);
        assert!(error.unwrap_err().to_string().contains("/no/such/program"));
    }
}
