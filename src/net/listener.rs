//! The listening sockets that a server binds for its clients.
//!
//! They speak ZMTP, so any ZeroMQ socket can dial them, but they are our own. libzmq itself
//! can't be held to what one peer may do to the process that serves it (4.3.5 and its main branch
//! of 2026 are no other than 4.3.4 in this):
//!
//! * It counts neither bytes against a high-water mark, nor the parts of a message that has not
//!   ended, nor connections.
//! * When a pipe is full, or was taken over by ROUTER_HANDOVER, it stops reading the connection.
//!   When the peer then hangs up, it takes the descriptor out of its poller, marks the engine
//!   (`_io_error`), and keeps that until the pipe has room. Whatever makes such an engine write ends
//!   the process by an assertion in `stream_engine_base_t::out_event`: the timer of our own
//!   heartbeats, or a PING of the peer's among the bytes that were read before. So no option is
//!   sure that lets an input be stopped, and none bounds memory that does not.
//!
//! Here all of it is counted, and what is over its limit is closed. A client that was honest dials
//! again, says hello again, and sends again what is not answered.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustc_hash::FxHashMap;
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, EventFlags};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, SocketFlags, sockopt};

use super::bound_socket::BoundSocket;
use super::zmtp::{Breach, Decoder, Event, Role};
use super::{NetError, Received, Routed};
use crate::clock::{self, Tick};
use crate::model::Secret;

/// What a listener is for, and how much its peers may have us hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListenerOptions {
    role: Role,
    /// The largest frame, in bytes. A larger one ends its connection before it takes our memory.
    largest: usize,
    /// What peers have to show before anything that they say is taken.
    token: Option<Secret>,
    /// The most connections. When one more comes, that which has been silent longest goes, those
    /// first that have never said anything.
    connections: usize,
}

impl ListenerOptions {
    /// For batches. The largest that `mpmt client` sends is of 100,000 commands, 2.6 MB.
    pub fn batches(connections: usize) -> ListenerOptions {
        ListenerOptions {
            role: Role::Pull,
            largest: 4 << 20,
            token: None,
            connections,
        }
    }

    /// For the control conversation. Acknowledgements are its longest messages: a window of 4,096
    /// batches, every other of which is answered, is 90 kB.
    pub fn control(connections: usize) -> ListenerOptions {
        ListenerOptions {
            role: Role::Router,
            largest: 1 << 20,
            token: None,
            connections,
        }
    }
}

impl ListenerOptions {
    /// Who does not show the token, if there is one, is refused while he shakes hands.
    pub fn asking_for(self, token: Option<Secret>) -> ListenerOptions {
        ListenerOptions { token, ..self }
    }
}

/// What all connections of a listener may hold together of frames that have not come to their end.
/// Who holds most goes when it is more.
const MOST_UNFINISHED: usize = 48 << 20;
/// What is kept for a peer that does not read, beside what the kernel keeps. The longest that an
/// honest one is told are the reasons why its batches failed, a line each.
const MOST_UNREAD: usize = 1 << 20;
/// How much is read from a connection before the others are looked at.
const READ: usize = 64 * 1024;
/// How long who connects may take to shake hands.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// How often those are looked for who did not.
const SWEEP: Duration = Duration::from_secs(1);
/// How many connections are accepted before those that are there are looked at.
const ACCEPTED_AT_ONCE: usize = 64;
/// Connections that nobody has accepted yet. The kernel has a limit of its own (4,096).
const BACKLOG: i32 = 4096;

/// The listener's own key in the epoll; connections are numbered from 1.
const LISTENING: u64 = 0;

/// A bound socket of ours, and all its connections. It stays on the main thread, as all sockets.
///
/// A connection's name is a number that no other has had, whatever identity the peer claims.
#[derive(Debug)]
pub struct Listener {
    options: ListenerOptions,
    socket: BoundSocket,
    epoll: OwnedFd,
    connections: FxHashMap<u64, Connection>,
    last: u64,
    /// The connection whose bytes are being taken.
    current: Option<u64>,
    /// Connections that have something to read.
    queue: VecDeque<u64>,
    /// The memory that connections are read into, one after another.
    spare: Vec<u8>,
    /// What all connections hold of frames that have not come to their end.
    unfinished: usize,
    /// When it last found out who has something to say.
    looked: Tick,
    swept: Tick,
    /// Nobody is accepted until then, for want of descriptors.
    deaf_until: Option<Tick>,
    lost: bool,
}

#[derive(Debug)]
struct Connection {
    stream: OwnedFd,
    decoder: Decoder,
    /// What the peer has not taken yet.
    unread: VecDeque<u8>,
    since: Tick,
    /// When its last message came.
    heard: Option<Tick>,
    /// What of [`Listener::unfinished`] is its own.
    unfinished: usize,
}

impl Listener {
    /// Listens on `tcp://HOST:PORT` or `ipc://PATH`.
    ///
    /// # Errors
    /// When the address is in use, or the system refuses it.
    pub fn bind(url: &str, options: ListenerOptions) -> Result<Listener, NetError> {
        let refused = |obstacle| NetError::of(obstacle, url.to_owned());
        let socket = BoundSocket::bind(url).map_err(refused)?;
        let open = || -> io::Result<OwnedFd> {
            rustix::net::listen(&socket, BACKLOG)?;
            rustix::io::ioctl_fionbio(&socket, true)?;
            let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
            epoll::add(
                &epoll,
                &socket,
                epoll::EventData::new_u64(LISTENING),
                EventFlags::IN,
            )?;
            Ok(epoll)
        };
        let epoll = open().map_err(|error| refused(error.into()))?;
        Ok(Listener {
            options,
            socket,
            epoll,
            connections: FxHashMap::default(),
            last: LISTENING,
            current: None,
            queue: VecDeque::new(),
            spare: Vec::new(),
            unfinished: 0,
            looked: clock::now(),
            swept: clock::now(),
            deaf_until: None,
            lost: false,
        })
    }

    /// The real address: a port of `*` has become a number.
    pub fn url(&self) -> &str {
        self.socket.url()
    }

    /// Whether something has been read that nobody has received yet.
    fn has_more(&self) -> bool {
        self.current.is_some() || !self.queue.is_empty()
    }

    /// How soon it wants to receive again, though its descriptor tells nothing.
    pub fn due(&self) -> Option<Duration> {
        if self.has_more() {
            return Some(Duration::ZERO);
        }
        self.deaf_until.map(|until| until.since(clock::now()))
    }

    /// Whether a connection has been lost since the last call.
    pub fn take_lost(&mut self) -> bool {
        std::mem::take(&mut self.lost)
    }

    /// Receives a message of one frame, without waiting, and the name of the connection that it
    /// came by.
    ///
    /// # Errors
    /// When the system can't say which connections are readable.
    pub fn receive_from(
        &mut self,
        peer: &mut Vec<u8>,
        frame: &mut Vec<u8>,
    ) -> Result<Received, NetError> {
        let mut looked = false;
        loop {
            let Some(number) = self.current else {
                match self.queue.pop_front() {
                    Some(number) => self.read(number),
                    // Once only: a peer that never ends its message must not keep us here.
                    None if looked => return Ok(Received::Nothing),
                    None => self.look()?,
                }
                looked = true;
                continue;
            };
            let Some(connection) = self.connections.get_mut(&number) else {
                self.current = None;
                continue;
            };
            let received = match connection.decoder.next() {
                Ok(Some(Event::Frame(range))) => {
                    frame.clear();
                    frame.extend_from_slice(connection.decoder.bytes(range));
                    Received::Frame
                }
                Ok(Some(Event::Multipart)) => Received::Multipart,
                Ok(Some(Event::Answer(answer))) => {
                    self.write(number, &answer);
                    continue;
                }
                Ok(None) => {
                    self.rest(number);
                    continue;
                }
                Err(breach) => {
                    self.hang_up(number, breach);
                    continue;
                }
            };
            connection.heard = Some(self.looked);
            peer.clear();
            peer.extend_from_slice(&number.to_ne_bytes());
            return Ok(received);
        }
    }

    /// Receives a message of one frame, without waiting, whoever it is from.
    ///
    /// # Errors
    /// As for [`Listener::receive_from`].
    pub fn receive(&mut self, frame: &mut Vec<u8>) -> Result<Received, NetError> {
        self.receive_from(&mut Vec::new(), frame)
    }

    /// Sends one frame by a connection, without waiting. One that is not there any more, or does
    /// not read what it is told, has gone.
    pub fn send_to(&mut self, peer: &[u8], frame: &[u8]) -> Routed {
        let number = peer.try_into().map(u64::from_ne_bytes);
        match number {
            Ok(number) if self.write(number, &super::zmtp::frame(0, frame)) => Routed::Sent,
            _ => Routed::Gone,
        }
    }

    /// Finds out who has something to say.
    fn look(&mut self) -> Result<(), NetError> {
        let mut events: [std::mem::MaybeUninit<epoll::Event>; 64] =
            [const { std::mem::MaybeUninit::uninit() }; 64];
        let zero = rustix::event::Timespec::default();
        let events = match epoll::wait(&self.epoll, &mut events[..], Some(&zero)) {
            Ok((events, _)) => events,
            Err(Errno::INTR) => return Ok(()),
            Err(source) => {
                return Err(NetError::Listen {
                    endpoint: self.url().to_owned(),
                    source: source.into(),
                });
            }
        };
        for event in events {
            let (number, flags) = (event.data.u64(), event.flags);
            if number == LISTENING {
                self.accept();
                continue;
            }
            if flags.contains(EventFlags::OUT) {
                self.write(number, &[]);
            }
            if flags != EventFlags::OUT {
                self.queue.push_back(number);
            }
        }
        self.looked = clock::now();
        if self.looked.since(self.swept) >= SWEEP {
            self.swept = self.looked;
            self.sweep(self.looked);
        }
        Ok(())
    }

    fn accept(&mut self) {
        for _ in 0..ACCEPTED_AT_ONCE {
            let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
            match rustix::net::accept_with(&self.socket, flags) {
                Ok(stream) => self.admit(stream),
                Err(Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::NOBUFS) => {
                    if !self.evict() {
                        // A descriptor that is readable, and can't be read, would spin.
                        self.listen_for(EventFlags::empty());
                        self.deaf_until = Some(clock::now().after(SWEEP));
                    }
                    return;
                }
                Err(Errno::INTR | Errno::CONNABORTED) => {}
                Err(_) => return,
            }
        }
    }

    fn listen_for(&self, flags: EventFlags) {
        // It is in the epoll, so this can't fail.
        let _ = epoll::modify(
            &self.epoll,
            &self.socket,
            epoll::EventData::new_u64(LISTENING),
            flags,
        );
    }

    fn admit(&mut self, stream: OwnedFd) {
        while self.connections.len() >= self.options.connections && self.evict() {}
        if self.socket.is_tcp() {
            keep_alive(&stream);
        }
        self.last += 1;
        let number = self.last;
        let data = epoll::EventData::new_u64(number);
        if epoll::add(&self.epoll, &stream, data, EventFlags::IN).is_err() {
            return;
        }
        let decoder = Decoder::new(self.options.role, self.options.largest, self.options.token);
        let greeting = decoder.greeting();
        let connection = Connection {
            stream,
            decoder,
            unread: VecDeque::new(),
            since: clock::now(),
            heard: None,
            unfinished: 0,
        };
        self.connections.insert(number, connection);
        self.write(number, &greeting);
    }

    /// Closes the connection that can be spared most easily; `false` when there is none.
    fn evict(&mut self) -> bool {
        let silent = |connection: &Connection| (connection.heard, connection.since);
        let spared = self.connections.iter().min_by_key(|(_, one)| silent(one));
        let Some((&number, _)) = spared else {
            return false;
        };
        tracing::debug!(url = self.url(), "too many connections; one is closed");
        self.close(number);
        true
    }

    /// Closes the connections that have not shaken hands in time.
    fn sweep(&mut self, now: Tick) {
        if self.deaf_until.take_if(|until| *until <= now).is_some() {
            self.listen_for(EventFlags::IN);
        }
        let is_late = |connection: &Connection| {
            !connection.decoder.is_ready() && now.since(connection.since) >= HANDSHAKE
        };
        let connections = self.connections.iter();
        let late: Vec<u64> = connections
            .filter(|(_, connection)| is_late(connection))
            .map(|(&number, _)| number)
            .collect();
        late.into_iter().for_each(|number| self.close(number));
    }

    fn read(&mut self, number: u64) {
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        let space = connection.decoder.space(&mut self.spare);
        space.reserve(READ);
        let room = spare_capacity(space);
        match rustix::net::recv(&connection.stream, room, RecvFlags::empty()) {
            Ok((0, _)) => self.close(number),
            Ok(_) => self.current = Some(number),
            Err(Errno::AGAIN | Errno::INTR) => self.rest(number),
            Err(_) => self.close(number),
        }
    }

    /// Nothing can be taken from a connection until more has come.
    fn rest(&mut self, number: u64) {
        self.current = None;
        if let Some(connection) = self.connections.get_mut(&number) {
            connection.decoder.give_back(&mut self.spare);
            let held = connection.decoder.held();
            self.unfinished = self.unfinished - connection.unfinished + held;
            connection.unfinished = held;
        }
        while self.unfinished > MOST_UNFINISHED {
            let most = self.connections.iter().max_by_key(|(_, c)| c.unfinished);
            let Some((&number, _)) = most else { return };
            self.hang_up(number, Breach::TooLarge);
        }
    }

    /// Writes what can be written now and keeps the rest; `false` when the connection has gone.
    fn write(&mut self, number: u64, bytes: &[u8]) -> bool {
        let Some(connection) = self.connections.get_mut(&number) else {
            return false;
        };
        let waited = !connection.unread.is_empty();
        connection.unread.extend(bytes);
        let fits = connection.flush().is_ok() && connection.unread.len() <= MOST_UNREAD;
        let waits = !connection.unread.is_empty();
        if !fits {
            self.close(number);
            return false;
        }
        if waits != waited {
            let flags = if waits {
                EventFlags::IN | EventFlags::OUT
            } else {
                EventFlags::IN
            };
            let data = epoll::EventData::new_u64(number);
            // It is in the epoll, so this can't fail.
            let _ = epoll::modify(&self.epoll, &connection.stream, data, flags);
        }
        true
    }

    fn hang_up(&mut self, number: u64, breach: Breach) {
        tracing::debug!(url = self.url(), "a connection is closed: {breach}");
        self.close(number);
    }

    fn close(&mut self, number: u64) {
        if self.current == Some(number) {
            self.current = None;
        }
        // Its descriptor leaves the epoll when it is closed.
        if let Some(connection) = self.connections.remove(&number) {
            self.unfinished -= connection.unfinished;
            self.lost |= connection.heard.is_some();
        }
    }
}

impl Connection {
    fn flush(&mut self) -> Result<(), Errno> {
        while !self.unread.is_empty() {
            let (first, _) = self.unread.as_slices();
            match rustix::net::send(&self.stream, first, SendFlags::NOSIGNAL) {
                Ok(length) => drop(self.unread.drain(..length)),
                Err(Errno::AGAIN) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error),
            }
        }
        self.unread = VecDeque::new();
        Ok(())
    }
}

/// Readable when there is something to receive, or somebody to let in.
impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.epoll.as_fd()
    }
}

/// Has the kernel notice within 10 s that the peer's machine has vanished, and send answers at once.
/// A process that ends closes its connections, however it ends.
fn keep_alive(stream: &OwnedFd) {
    let set = || -> rustix::io::Result<()> {
        sockopt::set_tcp_nodelay(stream, true)?;
        sockopt::set_tcp_keepidle(stream, Duration::from_secs(5))?;
        sockopt::set_tcp_keepintvl(stream, Duration::from_secs(1))?;
        sockopt::set_tcp_keepcnt(stream, 5)?;
        sockopt::set_socket_keepalive(stream, true)
    };
    // A connection without them is one that works.
    let _ = set();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Context, Frame, Kind, PollEntry, Socket, SocketMonitor, poll};

    const TOKEN: Secret = Secret::from_bits(7);

    /// Waits until a listener has something, or gives up.
    fn receive(listener: &mut Listener, peer: &mut Vec<u8>) -> Vec<u8> {
        let mut frame = Vec::new();
        let end = clock::now().after(Duration::from_secs(20));
        while listener.receive_from(peer, &mut frame).unwrap() != Received::Frame {
            let left = end.since(clock::now());
            assert!(!left.is_zero(), "nothing came within the deadline");
            let wait = listener.due().unwrap_or(left);
            poll(&mut [PollEntry::descriptor(&*listener)], Some(wait)).unwrap();
        }
        frame
    }

    /// What a socket is told, while the listener does its part.
    fn hear(socket: &Socket, listener: &mut Listener) -> Vec<u8> {
        let mut frame = Frame::default();
        let end = clock::now().after(Duration::from_secs(20));
        while socket.receive(&mut frame).unwrap() != Received::Frame {
            let left = end.since(clock::now());
            assert!(!left.is_zero(), "nothing came within the deadline");
            let mut entries = [
                PollEntry::readable(socket),
                PollEntry::descriptor(&*listener),
            ];
            poll(&mut entries, Some(left)).unwrap();
            assert_eq!(
                listener.receive(&mut Vec::new()).unwrap(),
                Received::Nothing
            );
        }
        frame.to_vec()
    }

    fn dial(context: &Context, kind: Kind, listener: &Listener) -> Socket {
        let socket = context.socket(kind).unwrap();
        socket.connect(listener.url()).unwrap();
        socket
    }

    #[test]
    fn libzmq_talks_with_it_whatever_the_length_and_the_transport() {
        let folder = tempfile::tempdir().unwrap();
        let ipc = format!("ipc://{}", folder.path().join("socket").display());
        for url in [
            "tcp://127.0.0.1:*",
            "tcp://*:*",
            "ipc://@mpmt-listener-test",
            &ipc,
        ] {
            let mut listener = Listener::bind(url, ListenerOptions::control(10)).unwrap();
            let context = Context::new();
            let mut address = listener.url().to_owned();
            if url == "tcp://*:*" {
                address = address.replace("0.0.0.0", "127.0.0.1");
            }
            let socket = context.socket(Kind::Dealer).unwrap();
            socket.connect(&address).unwrap();
            let mut peer = Vec::new();
            for length in [0, 1, 255, 256, 70_000, 1 << 20] {
                let sent: Vec<u8> = (0..length).map(|n| n as u8).collect();
                socket.send(&sent).unwrap();
                let received = receive(&mut listener, &mut peer);
                assert!(received == sent, "{url}: {length}");
                let answer = &sent[..sent.len().min(1 << 19)];
                assert_eq!(listener.send_to(&peer, answer), Routed::Sent);
                assert!(hear(&socket, &mut listener) == answer, "{url}: {length}");
            }
        }
        assert!(!folder.path().join("socket").exists());
    }

    #[test]
    fn a_connection_that_has_gone_is_told() {
        let mut listener =
            Listener::bind("tcp://127.0.0.1:*", ListenerOptions::control(10)).unwrap();
        let context = Context::new();
        let socket = dial(&context, Kind::Dealer, &listener);
        socket.send(b"hello").unwrap();
        let mut peer = Vec::new();
        receive(&mut listener, &mut peer);
        assert!(!listener.take_lost());
        drop(socket);
        let end = clock::now().after(Duration::from_secs(20));
        while !listener.take_lost() {
            assert!(clock::now() < end);
            listener.receive(&mut Vec::new()).unwrap();
        }
        assert_eq!(listener.send_to(&peer, b"x"), Routed::Gone);
        assert_eq!(listener.send_to(b"nobody", b"x"), Routed::Gone);
    }

    #[test]
    fn the_one_that_was_silent_longest_makes_room() {
        let mut listener =
            Listener::bind("tcp://127.0.0.1:*", ListenerOptions::control(2)).unwrap();
        let context = Context::new();
        let mut peer = Vec::new();
        let mut sockets = Vec::new();
        for n in 0..2 {
            let socket = dial(&context, Kind::Dealer, &listener);
            socket.send(&[n]).unwrap();
            receive(&mut listener, &mut peer);
            sockets.push((socket, peer.clone()));
        }
        sockets[0].0.send(b"again").unwrap();
        receive(&mut listener, &mut peer);
        let third = dial(&context, Kind::Dealer, &listener);
        third.send(b"me too").unwrap();
        receive(&mut listener, &mut peer);
        assert_eq!(listener.send_to(&sockets[0].1, b"x"), Routed::Sent);
        assert_eq!(listener.send_to(&sockets[1].1, b"x"), Routed::Gone);
    }

    /// Whether a peer that shows this gets in, or hears that it does not.
    fn gets_in(token: Option<Secret>) -> bool {
        let options = ListenerOptions::control(10).asking_for(Some(TOKEN));
        let mut listener = Listener::bind("tcp://127.0.0.1:*", options).unwrap();
        let context = Context::new();
        let socket = context.socket(Kind::Dealer).unwrap();
        if let Some(token) = token {
            socket.show_token(token).unwrap();
        }
        let watch = SocketMonitor::new(&context, &socket).unwrap();
        socket.connect(listener.url()).unwrap();
        socket.send(b"hello").unwrap();
        let end = clock::now().after(Duration::from_secs(20));
        let mut frame = Vec::new();
        loop {
            let left = end.since(clock::now());
            assert!(!left.is_zero(), "neither in nor refused");
            let mut entries = [PollEntry::descriptor(&listener), PollEntry::watch(&watch)];
            poll(&mut entries, Some(left)).unwrap();
            let seen = watch.take();
            if seen.refused || seen.foreign {
                assert_eq!(
                    (seen.refused, seen.foreign),
                    (token.is_some(), token.is_none())
                );
                return false;
            }
            if listener.receive(&mut frame).unwrap() == Received::Frame {
                assert_eq!(frame, b"hello");
                return true;
            }
        }
    }

    #[test]
    fn only_who_shows_the_token_gets_in_and_the_others_hear_of_it() {
        assert!(gets_in(Some(TOKEN)));
        assert!(!gets_in(Some(Secret::from_bits(8))));
        assert!(!gets_in(None));
    }

    #[test]
    fn its_path_goes_with_it_unless_another_has_taken_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let url = format!("ipc://{}", path.display());
        let listener = Listener::bind(&url, ListenerOptions::batches(1)).unwrap();
        let error = Listener::bind(&url, ListenerOptions::batches(1)).unwrap_err();
        assert!(error.to_string().contains("in use"), "{error}");
        drop(listener);
        assert!(!path.exists());
        let listener = Listener::bind(&url, ListenerOptions::batches(1)).unwrap();
        // Beside the other, so that its number is another.
        std::fs::write(folder.path().join("other"), "another's").unwrap();
        std::fs::rename(folder.path().join("other"), &path).unwrap();
        drop(listener);
        assert_eq!(std::fs::read(&path).unwrap(), b"another's");
    }
}
