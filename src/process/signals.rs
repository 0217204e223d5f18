//! Signals as something to wait for.

use std::io::{self, Read as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::low_level::pipe;

/// SIGINT, SIGTERM and SIGHUP as something that a poll can watch: the descriptor becomes readable when
/// one came.
#[derive(Debug)]
pub struct Signals {
    pipe: UnixStream,
}

impl Signals {
    /// Takes the signals over for the whole process, for good. SIGHUP stays ignored for who started
    /// the program so, as `nohup` does.
    ///
    /// # Errors
    /// When the system refuses a pipe or a handler.
    pub fn install() -> io::Result<Signals> {
        let (read, write) = UnixStream::pair()?;
        read.set_nonblocking(true)?;
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            if signal != SIGHUP || !is_ignored(signal) {
                pipe::register(signal, write.try_clone()?)?;
            }
        }
        Ok(Signals { pipe: read })
    }

    /// How many signals came since the last call.
    pub fn take(&mut self) -> usize {
        let mut bytes = [0; 16];
        // WouldBlock, the only error to expect, means that none came.
        self.pipe.read(&mut bytes).unwrap_or(0)
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}

fn is_ignored(signal: libc::c_int) -> bool {
    // SAFETY: sigaction is plain data, for which all zeros is a valid value.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: it only asks, and the pointer is to a live local of the right type.
    let asked = unsafe { libc::sigaction(signal, std::ptr::null(), &raw mut action) };
    asked == 0 && action.sa_sigaction == libc::SIG_IGN
}
