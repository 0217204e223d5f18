//! How a process learns that its parent is gone.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Signal, getpid, getppid, set_parent_process_death_signal};

/// Has the kernel kill a program when the thread that starts it ends: for one that does not ask for
/// that itself, as [`Lifeline::hold`] does.
pub fn die_with_parent(command: &mut Command) {
    let parent = getpid();
    let ask = move || {
        set_parent_process_death_signal(Some(Signal::KILL))?;
        // A parent that was killed before it was asked sends no signal any more.
        if getppid() == Some(parent) {
            Ok(())
        } else {
            Err(Errno::SRCH.into())
        }
    };
    // SAFETY: between fork and exec it makes two system calls and touches nothing of this process.
    unsafe { command.pre_exec(ask) };
}

/// The child's end of its lifeline: its standard input, on which nothing is said but, in the
/// beginning, a line that the child has read before it watches. The descriptor becomes ready when
/// the parent has gone, or let go.
#[derive(Debug)]
pub struct Lifeline {
    stdin: io::Stdin,
}

impl Lifeline {
    /// Takes hold of the lifeline, and asks the kernel to kill this process when the thread that
    /// started it ends, for when it could not watch the lifeline itself.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn hold() -> io::Result<Lifeline> {
        set_parent_process_death_signal(Some(Signal::KILL))?;
        Ok(Lifeline { stdin: io::stdin() })
    }

    /// Whether the parent has gone, or let go.
    pub fn is_cut(&self) -> bool {
        let mut fds = [PollFd::new(&self.stdin, PollFlags::IN)];
        let zero = rustix::event::Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        matches!(poll(&mut fds, Some(&zero)), Ok(1..))
    }
}

impl AsFd for Lifeline {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stdin.as_fd()
    }
}
