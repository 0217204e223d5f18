//! All ZeroMQ: the only room that names the `zmq` crate.
//!
//! Must not know: what the frames mean, who the peers are.

mod bound_socket;
mod endpoint;
mod ipc;
mod listener;
mod poll;
mod socket;
mod socket_monitor;
mod zmtp;

pub use endpoint::{Endpoint, EndpointError};
pub use listener::{Listener, ListenerOptions};
pub use poll::{PollEntry, poll};
pub use socket::{Context, Frame, Kind, NetError, Received, Routed, Socket};
pub use socket_monitor::{Seen, SocketMonitor};

/// The version of libzmq that is linked in.
pub fn libzmq_version() -> String {
    let (major, minor, patch) = zmq::version();
    format!("{major}.{minor}.{patch}")
}
