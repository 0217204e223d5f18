//! All ZeroMQ: the only room that names the `zmq` crate.
//!
//! Must not know: what the frames mean, who the peers are.

mod authenticator;
mod endpoint;
mod ipc;
mod poll;
mod socket;

pub use authenticator::Authenticator;
pub use endpoint::{Endpoint, EndpointError};
pub use poll::{PollEntry, poll};
pub use socket::{Context, Frame, Kind, NetError, Received, Routed, Socket};
pub use watch::{Seen, Watch};

mod watch;

/// The version of libzmq that is linked in.
pub fn libzmq_version() -> String {
    let (major, minor, patch) = zmq::version();
    format!("{major}.{minor}.{patch}")
}
