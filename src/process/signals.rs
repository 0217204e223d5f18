//! Signals as something to wait for.

use std::io::{self, Read as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::pipe;

/// SIGINT and SIGTERM as something that a poll can watch: the descriptor becomes readable when
/// one came.
#[derive(Debug)]
pub struct Signals {
    pipe: UnixStream,
}

impl Signals {
    /// Takes both signals over for the whole process, for good.
    ///
    /// # Errors
    /// When the system refuses a pipe or a handler.
    pub fn install() -> io::Result<Signals> {
        let (read, write) = UnixStream::pair()?;
        read.set_nonblocking(true)?;
        for signal in [SIGINT, SIGTERM] {
            pipe::register(signal, write.try_clone()?)?;
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
