//! Programs that are run from their start to their end, by a thread that waits for them.

use std::io;
use std::process::{ChildStderr, Command, Stdio};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::child::as_anywhere;
use super::{StderrTail, die_with_parent};

/// Runs a program, waits for its end, and says what went wrong, if anything did: that it can't be
/// started, or how it ended, with the last line of its standard error. It has nothing to read, and
/// none of our descriptors but its standard output, which is the caller's to choose.
///
/// The kernel kills it when the thread that calls this ends, which is with its process. What the
/// program starts on its own is its own affair: it is neither killed nor waited for.
///
/// # Errors
/// When it does not end with an exit status of 0, in words that go behind its name.
pub fn run_program(command: &mut Command) -> Result<(), String> {
    command.stdin(Stdio::null()).stderr(Stdio::piped());
    die_with_parent(command);
    as_anywhere(command);
    let mut child = command
        .spawn()
        .map_err(|error| format!("can't be started: {error}"))?;
    let words = match child.stderr.take() {
        Some(stderr) => listen_to_the_end(Pid::from_child(&child), stderr),
        None => Ok(String::new()),
    };
    if words.is_err() {
        // Nobody listens to it any more.
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| format!("is lost: {error}"))?;
    let words = words.map_err(|error| format!("can't be watched: {error}"))?;
    if status.success() {
        Ok(())
    } else if words.is_empty() {
        Err(format!("ended with {status}"))
    } else {
        Err(format!("ended with {status}; its last words: {words}"))
    }
}

/// Listens until the program has ended, whoever else may hold its standard error, and gives the
/// last line.
fn listen_to_the_end(pid: Pid, mut stderr: ChildStderr) -> io::Result<String> {
    let end = pidfd_open(pid, PidfdFlags::empty())?;
    rustix::io::ioctl_fionbio(&stderr, true)?;
    let mut tail = StderrTail::default();
    let mut is_open = true;
    loop {
        let mut fds = vec![PollFd::new(&end, PollFlags::IN)];
        if is_open {
            fds.push(PollFd::new(&stderr, PollFlags::IN));
        }
        match poll(&mut fds, None) {
            Err(rustix::io::Errno::INTR) => continue,
            other => other?,
        };
        let has_ended = !fds[0].revents().is_empty();
        is_open = is_open && tail.take(&mut stderr)?;
        if has_ended {
            tail.end();
            return Ok(tail.last_line().unwrap_or_default().to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsRawFd as _;

    fn sh(script: &str) -> Result<(), String> {
        run_program(
            Command::new("sh")
                .args(["-c", script])
                .stdout(Stdio::null()),
        )
    }

    #[test]
    fn a_program_that_ends_well_says_nothing() {
        assert_eq!(sh("echo out; echo err >&2; read line; true"), Ok(()));
    }

    #[test]
    fn it_inherits_nothing_but_its_standard_streams() {
        // As libzmq opens its own: without close-on-exec.
        let (ours, _other) = std::io::pipe().unwrap();
        let number = rustix::io::fcntl_getfd(&ours)
            .map(|_| ours.as_raw_fd())
            .unwrap();
        rustix::io::fcntl_setfd(&ours, rustix::io::FdFlags::empty()).unwrap();
        let is_closed = format!("test ! -e /proc/self/fd/{number}");
        assert_eq!(sh(&is_closed), Ok(()));
        // Without a pipe or a redirection, for which the shell would have descriptors of its own.
        let said = tempfile::NamedTempFile::new().unwrap();
        let mut listing = Command::new("sh");
        listing.args(["-c", "ls /proc/$$/fd; true"]);
        listing.stdout(said.reopen().unwrap());
        assert_eq!(run_program(&mut listing), Ok(()));
        let open = std::fs::read_to_string(said.path()).unwrap();
        assert_eq!(open, "0\n1\n2\n");
    }

    #[test]
    fn how_it_ended_is_told_with_its_last_line() {
        let failed = |script| sh(script).unwrap_err();
        assert_eq!(failed("exit 3"), "ended with exit status: 3");
        assert_eq!(
            failed("echo first >&2; echo last >&2; echo >&2; exit 1"),
            "ended with exit status: 1; its last words: last"
        );
        let killed = failed("kill -9 $$");
        assert!(killed.starts_with("ended with signal: 9"), "{killed}");
        let missing = run_program(&mut Command::new("/no/such")).unwrap_err();
        assert!(missing.starts_with("can't be started: "), "{missing}");
    }

    #[test]
    fn much_to_say_is_no_reason_to_wait_for_ever() {
        let much = "i=0; while [ $i -lt 20000 ]; do echo line $i >&2; i=$((i+1)); done; exit 1";
        assert!(
            sh(much)
                .unwrap_err()
                .ends_with("its last words: line 19999")
        );
    }

    #[test]
    fn a_child_of_its_own_that_holds_its_standard_error_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let late = folder.path().join("late");
        let script = format!("(sleep 3; echo late > {}) & exit 0", late.display());
        assert_eq!(sh(&script), Ok(()));
        assert!(!late.exists(), "it had not ended");
    }
}
