//! Waiting for several sockets and descriptors at once.

use std::os::fd::{AsFd, AsRawFd as _};
use std::time::Duration;

use super::{NetError, Socket, SocketMonitor};

/// One thing that [`poll`] waits for.
#[repr(transparent)]
pub struct PollEntry<'a>(zmq::PollItem<'a>);

impl std::fmt::Debug for PollEntry<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PollEntry(ready: {})", self.is_ready())
    }
}

impl<'a> PollEntry<'a> {
    /// Ready when the socket has something to receive.
    pub fn readable(socket: &'a Socket) -> Self {
        PollEntry(socket.raw().as_poll_item(zmq::POLLIN))
    }

    /// Ready when the socket has room to send; never, if not `wanted`.
    pub fn writable(socket: &'a Socket, wanted: bool) -> Self {
        let events = if wanted {
            zmq::POLLOUT
        } else {
            zmq::PollEvents::empty()
        };
        PollEntry(socket.raw().as_poll_item(events))
    }

    /// Ready when the watched socket lost a peer.
    pub fn watch(watch: &'a SocketMonitor) -> Self {
        PollEntry(watch.raw().as_poll_item(zmq::POLLIN))
    }

    /// Ready when the descriptor is readable, or has come to its end.
    pub fn descriptor(fd: &'a impl AsFd) -> Self {
        PollEntry(zmq::PollItem::from_fd(fd.as_fd().as_raw_fd(), zmq::POLLIN))
    }

    /// Whether what it waits for is there.
    pub fn is_ready(&self) -> bool {
        !self.0.get_revents().is_empty()
    }
}

/// Waits until one of the entries is ready, or the time is over (`None`: for ever). A signal that
/// interrupts the wait ends it with nothing ready, which is as good as a time that is over.
///
/// # Errors
/// When libzmq fails.
pub fn poll(entries: &mut [PollEntry<'_>], timeout: Option<Duration>) -> Result<(), NetError> {
    // Rounded up: a wait that ends early would spin until the time has come.
    let millis = timeout.map_or(-1, |t| {
        t.as_nanos().div_ceil(1_000_000).min(86_400_000) as i64
    });
    // SAFETY: PollEntry is a transparent wrapper of PollItem, so the two slices have one layout.
    let items = unsafe { &mut *(std::ptr::from_mut(entries) as *mut [zmq::PollItem<'_>]) };
    match zmq::poll(items, millis) {
        Ok(_) | Err(zmq::Error::EINTR) => Ok(()),
        Err(source) => Err(NetError::Zmq {
            action: "wait for sockets".to_owned(),
            source,
        }),
    }
}
