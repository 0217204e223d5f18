//! Peers that come and go, as a socket's monitor tells.

use std::sync::atomic::{AtomicU32, Ordering};

use super::{Context, NetError, Socket};

/// Tells when a socket gained or lost a peer.
///
/// Nothing that is sent over ZeroMQ says that a peer has gone; its socket monitor does.
pub struct SocketMonitor(Socket);

impl std::fmt::Debug for SocketMonitor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SocketMonitor")
    }
}

/// What libzmq 4.3.4 has seen when a peer that is not libzmq 4.3.4 refuses a token
/// (`ZMQ_PROTOCOL_ERROR_ZMTP_UNEXPECTED_COMMAND`). Its C++ takes the name of the command, `"\x05ERROR"`,
/// for `"\x5e"` and `"RROR"`, so it knows no ERROR but its own. No other command could be unexpected
/// there.
const UNEXPECTED_COMMAND: u32 = 0x1000_0001;

/// What a [`SocketMonitor`] has seen since it was last asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// A connection is up and both sides have shaken hands.
    pub connected: bool,
    /// A connection has been lost.
    pub disconnected: bool,
    /// The peer's system has taken a connection.
    pub reached: bool,
    /// What was reached does not shake hands.
    pub failed: bool,
    /// And that is since it does not take our token.
    pub refused: bool,
    /// Or since it shakes hands in another way: it asks for a token that we have not, or for none,
    /// or is not a peer of ours.
    pub foreign: bool,
}

const EVENTS: [zmq::SocketEvent; 6] = [
    zmq::SocketEvent::CONNECTED,
    zmq::SocketEvent::HANDSHAKE_SUCCEEDED,
    zmq::SocketEvent::DISCONNECTED,
    FAILURES[0],
    FAILURES[1],
    FAILURES[2],
];

const FAILURES: [zmq::SocketEvent; 3] = [
    zmq::SocketEvent::HANDSHAKE_FAILED_NO_DETAIL,
    zmq::SocketEvent::HANDSHAKE_FAILED_PROTOCOL,
    zmq::SocketEvent::HANDSHAKE_FAILED_AUTH,
];

/// An address for a monitor that no other one has.
fn fresh_endpoint() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("inproc://watch-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn monitor(socket: &Socket, endpoint: &str, events: &[zmq::SocketEvent]) -> Result<(), NetError> {
    let events = events.iter().fold(0, |all, event| all | event.to_raw());
    let failed = |source| NetError::Zmq {
        action: "watch a socket".to_owned(),
        source,
    };
    socket
        .raw()
        .monitor(endpoint, i32::from(events))
        .map_err(failed)
}

impl SocketMonitor {
    /// Watches a socket that is about to connect from now on.
    ///
    /// # Errors
    /// When the process is out of sockets or descriptors.
    pub fn new(context: &Context, socket: &Socket) -> Result<SocketMonitor, NetError> {
        let endpoint = fresh_endpoint();
        monitor(socket, &endpoint, &EVENTS)?;
        let pair = context.pair()?;
        pair.connect(&endpoint)?;
        Ok(SocketMonitor(pair))
    }

    /// Watches no more, before the socket itself is closed: libzmq's I/O thread would wait for ever
    /// for somebody to take what happens in between.
    ///
    /// # Errors
    /// When the process is out of sockets or descriptors.
    pub fn end(self, socket: &Socket) -> Result<(), NetError> {
        // A monitor of nothing takes the place of the old one; there is no other way to end that.
        monitor(socket, &fresh_endpoint(), &[])
    }

    /// What happened since the last call.
    pub fn take(&self) -> Seen {
        let mut seen = Seen::default();
        // Each event is two frames: number (16 bits) and value (32 bits), then the address.
        while let Ok(parts) = self.0.raw().recv_multipart(zmq::DONTWAIT) {
            let Some(&[low, high, a, b, c, d]) = parts.first().map(Vec::as_slice) else {
                continue;
            };
            let event = u16::from_ne_bytes([low, high]);
            let value = u32::from_ne_bytes([a, b, c, d]);
            seen.connected |= event == zmq::SocketEvent::HANDSHAKE_SUCCEEDED.to_raw();
            seen.disconnected |= event == zmq::SocketEvent::DISCONNECTED.to_raw();
            seen.reached |= event == zmq::SocketEvent::CONNECTED.to_raw();
            seen.failed |= FAILURES.iter().any(|failure| event == failure.to_raw());
            seen.refused |= event == zmq::SocketEvent::HANDSHAKE_FAILED_AUTH.to_raw();
            if event == zmq::SocketEvent::HANDSHAKE_FAILED_PROTOCOL.to_raw() {
                let refused = value == UNEXPECTED_COMMAND;
                seen.refused |= refused;
                seen.foreign |= !refused;
            }
        }
        seen
    }

    pub(super) fn raw(&self) -> &zmq::Socket {
        self.0.raw()
    }
}
