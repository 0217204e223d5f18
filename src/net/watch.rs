//! Peers that come and go, as a socket's monitor tells.

use std::sync::atomic::{AtomicU32, Ordering};

use super::{Context, NetError, Socket};

/// Tells when a socket gained or lost a peer.
///
/// Nothing that is sent over ZeroMQ says that a peer has gone; its socket monitor does.
pub struct Watch(Socket);

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watch")
    }
}

/// What a [`Watch`] has seen since it was last asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// A connection is up and both sides have shaken hands.
    pub connected: bool,
    /// A connection has been lost.
    pub disconnected: bool,
}

impl Watch {
    /// Watches a socket from now on.
    ///
    /// # Errors
    /// When the process is out of sockets or descriptors.
    pub fn new(context: &Context, socket: &Socket) -> Result<Watch, NetError> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let endpoint = format!("inproc://watch-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let events = zmq::SocketEvent::HANDSHAKE_SUCCEEDED.to_raw()
            | zmq::SocketEvent::DISCONNECTED.to_raw();
        let failed = |source| NetError::Zmq {
            action: "watch a socket".to_owned(),
            source,
        };
        socket
            .raw()
            .monitor(&endpoint, i32::from(events))
            .map_err(failed)?;
        let pair = context.pair()?;
        pair.connect(&endpoint)?;
        Ok(Watch(pair))
    }

    /// What happened since the last call.
    pub fn take(&self) -> Seen {
        let mut seen = Seen::default();
        // Each event is two frames: number (16 bits) and value (32 bits), then the address.
        while let Ok(parts) = self.0.raw().recv_multipart(zmq::DONTWAIT) {
            let Some(&[low, high, ..]) = parts.first().map(Vec::as_slice) else {
                continue;
            };
            let event = u16::from_ne_bytes([low, high]);
            seen.connected |= event == zmq::SocketEvent::HANDSHAKE_SUCCEEDED.to_raw();
            seen.disconnected |= event == zmq::SocketEvent::DISCONNECTED.to_raw();
        }
        seen
    }

    pub(super) fn raw(&self) -> &zmq::Socket {
        self.0.raw()
    }
}
