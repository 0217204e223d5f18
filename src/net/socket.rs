//! The sockets: every option that they are made with, and why.

use std::io;
use std::marker::PhantomData;
use std::os::fd::{AsRawFd as _, IntoRawFd as _};
use std::os::unix::net::UnixListener;

use super::ipc::{self, Obstacle};

use super::zmtp;
use crate::model::Secret;

/// Why a socket could not do what was asked, and on which address.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// The system or libzmq refused.
    #[error("can't {action}: {source}")]
    Zmq {
        /// What was tried.
        action: String,
        /// What libzmq said.
        source: zmq::Error,
    },
    /// The address to bind is taken.
    #[error(
        "can't listen on {endpoint}: the address is in use; end the process that uses it, or choose another address"
    )]
    InUse {
        /// Which address.
        endpoint: String,
    },
    /// Something lies at the path to bind that nobody listens on.
    #[error(
        "can't listen on {endpoint}: {what} lies there, and stays; move it away or choose another address"
    )]
    Occupied {
        /// Which address.
        endpoint: String,
        /// What lies there.
        what: &'static str,
    },
    /// The address can't be bound for another reason.
    #[error(
        "can't listen on {endpoint}: {source}; check that the folder or interface is there and yours"
    )]
    Listen {
        /// Which address.
        endpoint: String,
        /// What the system or libzmq said.
        source: io::Error,
    },
    /// libzmq gave an address that is not text.
    #[error("the address of a bound socket is not text")]
    Address,
}

fn failed(action: impl Into<String>) -> impl FnOnce(zmq::Error) -> NetError {
    let action = action.into();
    move |source| NetError::Zmq { action, source }
}

/// What a socket is for. Its name says what it does with frames, not who is at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sends, in turn to whoever is connected.
    Push,
    /// Receives, in turn from whoever is connected.
    Pull,
    /// Talks with one peer.
    Dealer,
    /// Talks with many peers, by name.
    Router,
}

/// All ZeroMQ state of a process: its I/O threads and sockets.
#[derive(Clone)]
pub struct Context(zmq::Context);

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Context")
    }
}

impl Default for Context {
    fn default() -> Self {
        Context(zmq::Context::new())
    }
}

impl NetError {
    pub(super) fn of(obstacle: Obstacle, endpoint: String) -> Self {
        match obstacle {
            Obstacle::InUse => NetError::InUse { endpoint },
            Obstacle::Occupied(what) => NetError::Occupied { endpoint, what },
            Obstacle::System(source) => NetError::Listen { endpoint, source },
        }
    }

    /// Whether the address is at fault, which is for a person to mend.
    pub fn is_about_an_address(&self) -> bool {
        use NetError::{InUse, Listen, Occupied};
        matches!(self, InUse { .. } | Occupied { .. } | Listen { .. })
    }
}

impl Context {
    /// A context with one I/O thread.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a socket between processes that trust each other; strangers knock at a
    /// [`super::Listener`]. Every limit of every socket is set here, on purpose:
    ///
    /// * `MAXMSGSIZE`, 16 MiB: a peer that sends more is cut off by libzmq, before the bytes take
    ///   our memory.
    /// * high-water marks: none. Every sender is bounded by a window or by credit; a mark on what we
    ///   send would make ROUTER drop silently, and one on what we receive would let an input be
    ///   stopped, which libzmq does not survive when the peer then leaves (see `net/listener.rs`).
    /// * `LINGER`, 1 s: results that are on their way get out when a process ends, and a peer that
    ///   is gone can't keep it.
    /// * `HANDSHAKE_IVL`, 5 s: who connects and says nothing is dropped.
    /// * `RECONNECT_IVL`, 10 ms and doubling to 500 ms: the peers are on this machine, and may be
    ///   started in any order.
    /// * `TCP_KEEPALIVE`, after 5 s, every second, 5 times: a machine that vanishes without closing
    ///   is noticed. A process closes, however it ends. ZeroMQ's own heartbeats are off: their timer
    ///   ends the process when it finds an input that was stopped.
    /// * `ROUTER_MANDATORY`: sending to a peer that has gone is an error, not silence. No
    ///   `ROUTER_HANDOVER`: nobody gets a name that another has.
    ///
    /// # Errors
    /// When the process is out of sockets or descriptors.
    pub fn socket(&self, kind: Kind) -> Result<Socket, NetError> {
        let socket = self.0.socket(kind.zmq()).map_err(failed("make a socket"))?;
        configure(&socket, kind).map_err(failed("configure a socket"))?;
        Ok(Socket {
            socket,
            _main_thread_only: PhantomData,
        })
    }

    pub(super) fn pair(&self) -> Result<Socket, NetError> {
        let socket = self.0.socket(zmq::PAIR).map_err(failed("make a socket"))?;
        Ok(Socket {
            socket,
            _main_thread_only: PhantomData,
        })
    }
}

fn configure(socket: &zmq::Socket, kind: Kind) -> zmq::Result<()> {
    socket.set_maxmsgsize(16 << 20)?;
    socket.set_sndhwm(0)?;
    socket.set_rcvhwm(0)?;
    socket.set_linger(1000)?;
    socket.set_handshake_ivl(5000)?;
    socket.set_reconnect_ivl(10)?;
    socket.set_reconnect_ivl_max(500)?;
    socket.set_tcp_keepalive(1)?;
    socket.set_tcp_keepalive_idle(5)?;
    socket.set_tcp_keepalive_intvl(1)?;
    socket.set_tcp_keepalive_cnt(5)?;
    if kind == Kind::Router {
        socket.set_router_mandatory(true)?;
    }
    Ok(())
}

impl Kind {
    fn zmq(self) -> zmq::SocketType {
        match self {
            Kind::Push => zmq::PUSH,
            Kind::Pull => zmq::PULL,
            Kind::Dealer => zmq::DEALER,
            Kind::Router => zmq::ROUTER,
        }
    }
}

/// A frame, whose memory is used again from receive to receive.
#[derive(Debug)]
pub struct Frame(zmq::Message);

impl Default for Frame {
    fn default() -> Self {
        Frame(zmq::Message::new())
    }
}

impl std::ops::Deref for Frame {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// What a receive without waiting gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// A message of one frame, now in the given [`Frame`].
    Frame,
    /// A message of several frames, which none of our conversations has. It was read to its end
    /// and is gone.
    Multipart,
    /// There is nothing to receive.
    Nothing,
}

/// What sending to a named peer gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routed {
    /// It is on its way.
    Sent,
    /// There is no such peer any more.
    Gone,
}

/// A ZeroMQ socket. It stays on the thread that made it, the process's main thread: threads
/// compute, and never see a socket. The compiler holds them to it:
///
/// ```compile_fail,E0277
/// let context = mpmt::net::Context::new();
/// let socket = context.socket(mpmt::net::Kind::Push).unwrap();
/// std::thread::spawn(move || socket.send(b"no"));
/// ```
///
/// ```compile_fail,E0277
/// let context = mpmt::net::Context::new();
/// let socket = context.socket(mpmt::net::Kind::Push).unwrap();
/// std::thread::scope(|scope| { scope.spawn(|| socket.send(b"no")); });
/// ```
pub struct Socket {
    socket: zmq::Socket,
    /// `zmq::Socket` is Send; this makes ours neither Send nor Sync.
    _main_thread_only: PhantomData<*const ()>,
}

impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Socket")
    }
}

impl Socket {
    /// Listens on an address and returns the real one: a port of `*` has become a number. What lies
    /// at an ipc path stays, unless it is a socket that nobody has any more, and only this user can
    /// connect to it.
    ///
    /// # Errors
    /// When the address is in use, something lies there, or the system refuses it.
    pub fn bind(&mut self, endpoint: &str) -> Result<String, NetError> {
        let refused = |obstacle| NetError::of(obstacle, endpoint.to_owned());
        if let Some(path) = endpoint.strip_prefix("ipc://") {
            let listener = ipc::listen(path).map_err(refused)?;
            self.adopt(listener, endpoint)?;
        } else {
            // libzmq takes names for those of interfaces.
            let address = endpoint.replace("//localhost:", "//127.0.0.1:");
            self.socket.bind(&address).map_err(|error| match error {
                zmq::Error::EADDRINUSE => refused(Obstacle::InUse),
                other => refused(Obstacle::System(io::Error::other(other))),
            })?;
        }
        let bound = self
            .socket
            .get_last_endpoint()
            .map_err(failed("read a socket's address"))?;
        bound.map_err(|_| NetError::Address)
    }

    /// Has libzmq take the connections of a listener. When it binds a path itself, it removes
    /// whatever lies there first.
    fn adopt(&mut self, listener: UnixListener, endpoint: &str) -> Result<(), NetError> {
        let descriptor = listener.as_raw_fd();
        // SAFETY: the socket lives; the value is an int that lives, of the size that is told.
        let rc = unsafe {
            zmq_sys::zmq_setsockopt(
                self.socket.as_mut_ptr(),
                zmq_sys::ZMQ_USE_FD.cast_signed(),
                (&raw const descriptor).cast(),
                size_of_val(&descriptor),
            )
        };
        let configured = if rc == 0 {
            Ok(())
        } else {
            Err(zmq::Error::EINVAL)
        };
        configured.map_err(failed("configure a socket"))?;
        let bound = self.socket.bind(endpoint);
        bound.map_err(failed(format!("listen on {endpoint}")))?;
        // libzmq closes it.
        let _ = listener.into_raw_fd();
        Ok(())
    }

    /// Shows a token to whom it connects to. Before `connect`.
    ///
    /// # Errors
    /// None in practice.
    pub fn show_token(&self, token: Secret) -> Result<(), NetError> {
        let password = token.to_string();
        let set = || {
            self.socket.set_plain_username(Some(zmtp::USER))?;
            self.socket.set_plain_password(Some(&password))
        };
        set().map_err(failed("configure a socket"))
    }

    /// Connects to an address. That nobody is there yet is no error.
    ///
    /// # Errors
    /// When the address makes no sense.
    pub fn connect(&self, endpoint: &str) -> Result<(), NetError> {
        self.socket
            .connect(endpoint)
            .map_err(failed(format!("connect to {endpoint}")))
    }

    /// Forgets whatever could not be delivered when the socket is dropped.
    ///
    /// # Errors
    /// None in practice.
    pub fn forget_undelivered(&self) -> Result<(), NetError> {
        self.socket
            .set_linger(0)
            .map_err(failed("configure a socket"))
    }

    /// Sends one frame without waiting. `false` when there is no room, or nobody to send to.
    ///
    /// # Errors
    /// When libzmq fails in another way.
    pub fn send(&self, frame: &[u8]) -> Result<bool, NetError> {
        loop {
            match self.socket.send(frame, zmq::DONTWAIT) {
                Ok(()) => return Ok(true),
                Err(zmq::Error::EAGAIN) => return Ok(false),
                Err(zmq::Error::EINTR) => {}
                Err(source) => return Err(failed("send")(source)),
            }
        }
    }

    /// Sends one frame to a named peer of a ROUTER, without waiting.
    ///
    /// # Errors
    /// When libzmq fails in another way than that the peer has gone.
    pub fn send_to(&self, peer: &[u8], frame: &[u8]) -> Result<Routed, NetError> {
        loop {
            match self.socket.send(peer, zmq::DONTWAIT | zmq::SNDMORE) {
                Ok(()) => break,
                Err(zmq::Error::EINTR) => {}
                Err(zmq::Error::EHOSTUNREACH | zmq::Error::EAGAIN) => return Ok(Routed::Gone),
                Err(source) => return Err(failed("send")(source)),
            }
        }
        loop {
            match self.socket.send(frame, zmq::DONTWAIT) {
                Ok(()) => return Ok(Routed::Sent),
                Err(zmq::Error::EINTR) => {}
                Err(source) => return Err(failed("send")(source)),
            }
        }
    }

    /// Receives one message of one frame, without waiting.
    ///
    /// # Errors
    /// When libzmq fails.
    pub fn receive(&self, frame: &mut Frame) -> Result<Received, NetError> {
        if !self.receive_part(frame)? {
            return Ok(Received::Nothing);
        }
        if !frame.0.get_more() {
            return Ok(Received::Frame);
        }
        self.skip_rest(frame)?;
        Ok(Received::Multipart)
    }

    /// Receives the name of a peer and its message of one frame from a ROUTER, without waiting.
    ///
    /// # Errors
    /// When libzmq fails.
    pub fn receive_from(&self, peer: &mut Frame, frame: &mut Frame) -> Result<Received, NetError> {
        if !self.receive_part(peer)? {
            return Ok(Received::Nothing);
        }
        if !peer.0.get_more() {
            return Ok(Received::Multipart);
        }
        self.receive(frame)
    }

    fn receive_part(&self, frame: &mut Frame) -> Result<bool, NetError> {
        loop {
            match self.socket.recv(&mut frame.0, zmq::DONTWAIT) {
                Ok(()) => return Ok(true),
                Err(zmq::Error::EAGAIN) => return Ok(false),
                Err(zmq::Error::EINTR) => {}
                Err(source) => return Err(failed("receive")(source)),
            }
        }
    }

    fn skip_rest(&self, frame: &mut Frame) -> Result<(), NetError> {
        // The parts of a message arrive together, so none of these waits.
        while frame.0.get_more() && self.receive_part(frame)? {}
        Ok(())
    }

    pub(super) fn raw(&self) -> &zmq::Socket {
        &self.socket
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{PollEntry, poll};
    use std::time::Duration;

    fn wait_for(socket: &Socket) {
        let mut entries = [PollEntry::readable(socket)];
        poll(&mut entries, Some(Duration::from_secs(10))).unwrap();
        assert!(entries[0].is_ready(), "nothing came within the deadline");
    }

    #[test]
    fn a_multipart_message_is_told_and_the_next_one_comes() {
        let context = Context::new();
        let mut pull = context.socket(Kind::Pull).unwrap();
        let push = context.socket(Kind::Push).unwrap();
        push.connect(&pull.bind("tcp://127.0.0.1:*").unwrap())
            .unwrap();
        push.raw().send_multipart(["a", "b", "c"], 0).unwrap();
        push.raw().send("good", 0).unwrap();

        let mut frame = Frame::default();
        wait_for(&pull);
        assert_eq!(pull.receive(&mut frame).unwrap(), Received::Multipart);
        wait_for(&pull);
        assert_eq!(pull.receive(&mut frame).unwrap(), Received::Frame);
        assert_eq!(&*frame, b"good");
        assert_eq!(pull.receive(&mut frame).unwrap(), Received::Nothing);
    }

    #[test]
    fn a_router_says_that_a_peer_is_not_there() {
        let mut router = Context::new().socket(Kind::Router).unwrap();
        router.bind("tcp://127.0.0.1:*").unwrap();
        assert_eq!(router.send_to(b"nobody", b"x").unwrap(), Routed::Gone);
    }

    #[test]
    fn a_port_in_use_is_named() {
        let context = Context::new();
        let mut first = context.socket(Kind::Pull).unwrap();
        let endpoint = first.bind("tcp://127.0.0.1:*").unwrap();
        let error = context
            .socket(Kind::Pull)
            .unwrap()
            .bind(&endpoint)
            .unwrap_err();
        assert!(error.to_string().contains(&endpoint), "{error}");
    }
}
