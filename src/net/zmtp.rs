//! ZMTP 3, the protocol of ZeroMQ's connections, as the side that is dialled speaks it: bytes in,
//! frames out. Pure: the sockets are in `net/listener.rs`.
//!
//! The specification is RFC 23 (ZMTP 3.0) with the heartbeats of RFC 37 (ZMTP 3.1), of which this
//! is the part that PULL and ROUTER need, with the mechanism NULL, or with PLAIN (RFC 24) where
//! peers have to show a token. One that encrypts, CURVE, would have its place beside these.

// What comes from people and peers is not to overflow.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::ops::Range;

use crate::model::Secret;

/// The user under which a token is shown, as PLAIN's password; there is only this one.
pub(super) const USER: &str = "mpmt";

/// What both sides send first: a signature, the version (3.0), the mechanism, padding.
const GREETING: usize = 64;
/// No command of the protocol is as long; READY has some hundred bytes.
const LONGEST_COMMAND: u64 = 4096;
/// So many bytes are sooner copied than kept in a buffer of their own.
const LITTLE: usize = 16 * 1024;
/// A PING's context has so many bytes at the most.
const LONGEST_CONTEXT: usize = 16;

const MORE: u8 = 1;
const LONG: u8 = 2;
const COMMAND: u8 = 4;

/// What a listener is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Receives.
    Pull,
    /// Receives and answers.
    Router,
}

impl Role {
    fn name(self) -> &'static [u8] {
        match self {
            Role::Pull => b"PULL",
            Role::Router => b"ROUTER",
        }
    }

    fn takes(self, peer: &[u8]) -> bool {
        match self {
            Role::Pull => peer == b"PUSH",
            Role::Router => matches!(peer, b"DEALER" | b"REQ" | b"ROUTER"),
        }
    }
}

/// Why a connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Breach {
    #[error("it does not speak ZMTP 3 with the mechanism of this listener")]
    Greeting,
    #[error("it does not show the token")]
    Token,
    #[error("its socket is not of a type that can talk with this one")]
    Type,
    #[error("it broke the rules of ZMTP")]
    Rules,
    #[error("its frame is too large")]
    TooLarge,
}

/// What has come in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A message of one frame, which stands there in [`Decoder::bytes`] until the next call.
    Frame(Range<usize>),
    /// A message of several frames has ended. Its bytes were let go as they came.
    Multipart,
    /// This is to be sent at once.
    Answer(Vec<u8>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Greeting,
    /// PLAIN's HELLO is to come, with the token.
    Hello,
    /// It has been refused, and is to hear of that.
    Refused,
    /// READY is to come, which tells what it is; with PLAIN it is called INITIATE.
    Handshake,
    Messages,
}

/// Turns what one connection sends into frames. It holds at most one frame and what was read with
/// it; the parts of a message of several frames are counted and not kept, however many come.
#[derive(Debug)]
pub(super) struct Decoder {
    role: Role,
    /// A larger frame ends the connection.
    largest: u64,
    /// What the peer has to show.
    token: Option<Secret>,
    stage: Stage,
    buffer: Vec<u8>,
    /// Where what is not taken yet begins.
    start: usize,
    /// How much of a part that is not kept is still to come.
    skip: u64,
    in_multipart: bool,
    /// The part that is being skipped is the last one of its message.
    ends_multipart: bool,
}

/// The head of a frame.
struct Head {
    flags: u8,
    /// How long the head itself is.
    length: usize,
    size: u64,
}

impl Decoder {
    pub(super) fn new(role: Role, largest: usize, token: Option<Secret>) -> Self {
        Decoder {
            role,
            largest: largest as u64,
            token,
            stage: Stage::Greeting,
            buffer: Vec::new(),
            start: 0,
            skip: 0,
            in_multipart: false,
            ends_multipart: false,
        }
    }

    /// What is to be said first.
    pub(super) fn greeting(&self) -> [u8; GREETING] {
        greeting(self.mechanism())
    }

    fn mechanism(&self) -> &'static [u8] {
        match self.token {
            None => b"NULL",
            Some(_) => b"PLAIN",
        }
    }

    /// Whether the peer has shaken hands.
    pub(super) fn is_ready(&self) -> bool {
        self.stage == Stage::Messages
    }

    /// The memory that it holds, in bytes.
    pub(super) fn held(&self) -> usize {
        self.buffer.capacity()
    }

    /// Where to put what comes next, by appending. `spare` is memory for it, and what was used
    /// until now is there afterwards.
    pub(super) fn space(&mut self, spare: &mut Vec<u8>) -> &mut Vec<u8> {
        self.change_buffers(spare);
        self.buffer.drain(..self.start);
        self.start = 0;
        &mut self.buffer
    }

    /// Gives the memory back, but for what a beginning of a frame needs. To be called when no
    /// event is left: connections are many, and those that are silent are to cost little.
    pub(super) fn give_back(&mut self, spare: &mut Vec<u8>) {
        self.change_buffers(spare);
    }

    /// Takes the other buffer if the little that is left is easily copied.
    fn change_buffers(&mut self, spare: &mut Vec<u8>) {
        if self.rest().len() < LITTLE {
            spare.clear();
            spare.extend_from_slice(self.rest());
            std::mem::swap(spare, &mut self.buffer);
            self.start = 0;
        }
    }

    /// The bytes that an event points at.
    pub(super) fn bytes(&self, range: Range<usize>) -> &[u8] {
        &self.buffer[range]
    }

    /// The next event; `None` until more has come.
    pub(super) fn next(&mut self) -> Result<Option<Event>, Breach> {
        match self.stage {
            Stage::Greeting => self.greeted(),
            Stage::Hello => self.shown(),
            Stage::Refused => Err(Breach::Token),
            Stage::Handshake => self.shaken(),
            Stage::Messages => self.message(),
        }
    }

    fn rest(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    fn greeted(&mut self) -> Result<Option<Event>, Breach> {
        let rest = self.rest();
        // Who speaks something else is told from the first byte on.
        let is_signature = rest.first().is_none_or(|&byte| byte == 0xff)
            && rest.get(9).is_none_or(|&byte| byte == 0x7f)
            && rest.get(10).is_none_or(|&major| major >= 3);
        if !is_signature {
            return Err(Breach::Greeting);
        }
        let Some(greeting) = rest.get(..GREETING) else {
            return Ok(None);
        };
        let mechanism = self.mechanism();
        let named = greeting[12..32].strip_prefix(mechanism);
        if named.is_none_or(|rest| rest[0] != 0) {
            return Err(Breach::Greeting);
        }
        self.start = self.start.saturating_add(GREETING);
        if self.token.is_some() {
            self.stage = Stage::Hello;
            return self.shown();
        }
        self.stage = Stage::Handshake;
        Ok(Some(Event::Answer(self.ready_command())))
    }

    /// Takes the token in, and says whether it is the one.
    fn shown(&mut self) -> Result<Option<Event>, Breach> {
        let Some(body) = self.command()? else {
            return Ok(None);
        };
        let shown = password(&self.buffer[body]).ok_or(Breach::Rules)?;
        let (stage, answer) = if shown.is_some() && shown == self.token {
            (Stage::Handshake, &b"\x07WELCOME"[..])
        } else {
            // The status is that of ZAP (RFC 27), by which libzmq knows what it is refused for.
            (Stage::Refused, &b"\x05ERROR\x03400"[..])
        };
        self.stage = stage;
        Ok(Some(Event::Answer(frame(COMMAND, answer))))
    }

    /// A command, of which there are no others yet; `None` until all of it has come.
    fn command(&mut self) -> Result<Option<Range<usize>>, Breach> {
        match self.head()? {
            None => Ok(None),
            Some(head) if head.flags & COMMAND == 0 => Err(Breach::Rules),
            Some(head) => self.take(&head),
        }
    }

    fn ready_command(&self) -> Vec<u8> {
        let mut body = b"\x05READY".to_vec();
        for (name, value) in [(&b"Socket-Type"[..], self.role.name()), (b"Identity", b"")] {
            body.push(name.len() as u8);
            body.extend_from_slice(name);
            body.extend_from_slice(&(value.len() as u32).to_be_bytes());
            body.extend_from_slice(value);
        }
        frame(COMMAND, &body)
    }

    fn shaken(&mut self) -> Result<Option<Event>, Breach> {
        let Some(body) = self.command()? else {
            return Ok(None);
        };
        let name = match self.token {
            None => &b"\x05READY"[..],
            Some(_) => b"\x08INITIATE",
        };
        let metadata = self.buffer[body].strip_prefix(name);
        let kind = metadata.and_then(socket_type).ok_or(Breach::Rules)?;
        if !self.role.takes(&kind) {
            return Err(Breach::Type);
        }
        self.stage = Stage::Messages;
        match self.token {
            None => self.message(),
            Some(_) => Ok(Some(Event::Answer(self.ready_command()))),
        }
    }

    fn message(&mut self) -> Result<Option<Event>, Breach> {
        loop {
            if self.skip > 0 {
                let there = self.skip.min(self.rest().len() as u64);
                self.start = self.start.saturating_add(there as usize);
                self.skip = self.skip.saturating_sub(there);
                if self.skip > 0 {
                    return Ok(None);
                }
            }
            if std::mem::take(&mut self.ends_multipart) {
                self.in_multipart = false;
                return Ok(Some(Event::Multipart));
            }
            let Some(head) = self.head()? else {
                return Ok(None);
            };
            if head.flags & COMMAND != 0 {
                let Some(body) = self.take(&head)? else {
                    return Ok(None);
                };
                if let Some(pong) = pong(&self.buffer[body]) {
                    return Ok(Some(Event::Answer(pong)));
                }
                continue;
            }
            let more = head.flags & MORE != 0;
            if more || self.in_multipart {
                self.start = self.start.saturating_add(head.length);
                self.skip = head.size;
                self.in_multipart = true;
                self.ends_multipart = !more;
                continue;
            }
            return Ok(self.take(&head)?.map(Event::Frame));
        }
    }

    /// The head of the next frame, whose size is within the limits.
    fn head(&self) -> Result<Option<Head>, Breach> {
        let rest = self.rest();
        let Some(&flags) = rest.first() else {
            return Ok(None);
        };
        let is_command = flags & COMMAND != 0;
        if flags & !(MORE | LONG | COMMAND) != 0 || (is_command && flags & MORE != 0) {
            return Err(Breach::Rules);
        }
        let (length, size) = if flags & LONG == 0 {
            (2, rest.get(1).map(|&size| u64::from(size)))
        } else {
            let size = rest.get(1..9).and_then(|size| size.try_into().ok());
            (9, size.map(u64::from_be_bytes))
        };
        let Some(size) = size else {
            return Ok(None);
        };
        if size
            > if is_command {
                LONGEST_COMMAND
            } else {
                self.largest
            }
        {
            return Err(Breach::TooLarge);
        }
        Ok(Some(Head {
            flags,
            length,
            size,
        }))
    }

    /// Takes a frame, if all of it has come, and says where its body is.
    fn take(&mut self, head: &Head) -> Result<Option<Range<usize>>, Breach> {
        let begin = self.start.saturating_add(head.length);
        let size = usize::try_from(head.size).map_err(|_| Breach::TooLarge)?;
        let end = begin.checked_add(size).ok_or(Breach::TooLarge)?;
        if end > self.buffer.len() {
            return Ok(None);
        }
        self.start = end;
        Ok(Some(begin..end))
    }
}

/// A frame as it is on the wire.
pub(super) fn frame(flags: u8, body: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(body.len().saturating_add(9));
    match u8::try_from(body.len()) {
        Ok(size) => frame.extend_from_slice(&[flags, size]),
        Err(_) => {
            frame.push(flags | LONG);
            frame.extend_from_slice(&(body.len() as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(body);
    frame
}

/// What a side says first that has this mechanism.
fn greeting(mechanism: &[u8]) -> [u8; GREETING] {
    let mut greeting = [0; GREETING];
    greeting[0] = 0xff;
    greeting[9] = 0x7f;
    greeting[10] = 3;
    greeting[12..][..mechanism.len()].copy_from_slice(mechanism);
    greeting
}

/// The token that PLAIN's HELLO shows, if what it shows is one; `None` when it is no such command.
fn password(command: &[u8]) -> Option<Option<Secret>> {
    let rest = command.strip_prefix(b"\x05HELLO")?;
    let (&length, rest) = rest.split_first()?;
    let (user, rest) = rest.split_at_checked(usize::from(length))?;
    let (&length, password) = rest.split_first()?;
    if password.len() != usize::from(length) {
        return None;
    }
    let text = str::from_utf8(password)
        .ok()
        .filter(|_| user == USER.as_bytes());
    Some(text.and_then(|text| text.parse().ok()))
}

/// The socket type that the metadata of a handshake tell.
fn socket_type(metadata: &[u8]) -> Option<Vec<u8>> {
    let mut rest = metadata;
    let mut kind = None;
    while let Some((&length, after)) = rest.split_first() {
        let (name, after) = after.split_at_checked(usize::from(length))?;
        let (length, after) = after.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (value, after) = after.split_at_checked(length)?;
        if name.eq_ignore_ascii_case(b"Socket-Type") {
            kind = Some(value.to_vec());
        }
        // An identity is not asked for: the names of connections are ours, so that nobody can take
        // another's.
        rest = after;
    }
    kind
}

/// The answer to a PING; `None` when the command is another.
fn pong(command: &[u8]) -> Option<Vec<u8>> {
    // After the name come two bytes of patience, then the context.
    let context = command.strip_prefix(b"\x04PING")?.get(2..)?;
    let context = &context[..context.len().min(LONGEST_CONTEXT)];
    Some(frame(COMMAND, &[b"\x04PONG", context].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn opening(kind: &[u8]) -> Vec<u8> {
        let mut bytes = greeting(b"NULL").to_vec();
        let mut ready = b"\x05READY\x0bSocket-Type\0\0\0".to_vec();
        ready.push(kind.len() as u8);
        ready.extend_from_slice(kind);
        bytes.extend(frame(COMMAND, &ready));
        bytes
    }

    /// What a connection that sends these bytes is taken for, in pieces of so many.
    fn events(role: Role, bytes: &[u8], piece: usize) -> Result<Vec<(Event, Vec<u8>)>, Breach> {
        events_with(None, role, bytes, piece)
    }

    fn events_with(
        token: Option<Secret>,
        role: Role,
        bytes: &[u8],
        piece: usize,
    ) -> Result<Vec<(Event, Vec<u8>)>, Breach> {
        let mut decoder = Decoder::new(role, 100_000, token);
        let mut events = Vec::new();
        for piece in bytes.chunks(piece) {
            decoder.space(&mut Vec::new()).extend_from_slice(piece);
            while let Some(event) = decoder.next()? {
                let body = match &event {
                    Event::Frame(range) => decoder.bytes(range.clone()).to_vec(),
                    _ => Vec::new(),
                };
                events.push((event, body));
            }
        }
        Ok(events)
    }

    fn bodies(role: Role, bytes: &[u8], piece: usize) -> Result<Vec<Vec<u8>>, Breach> {
        let only_frames = |(event, body)| matches!(event, Event::Frame(_)).then_some(body);
        Ok(events(role, bytes, piece)?
            .into_iter()
            .filter_map(only_frames)
            .collect())
    }

    #[test]
    fn a_ping_is_answered_with_its_context_and_other_commands_are_passed_over() {
        let mut bytes = opening(b"PUSH");
        bytes.extend(frame(COMMAND, b"\x04PING\0\x01context"));
        bytes.extend(frame(COMMAND, b"\x04PING"));
        bytes.extend(frame(COMMAND, b"\x09SUBSCRIBEx"));
        bytes.extend(frame(0, b"good"));
        let events = events(Role::Pull, &bytes, 1).unwrap();
        let pong = Event::Answer(frame(COMMAND, b"\x04PONGcontext"));
        assert_eq!(events[1].0, pong);
        assert_eq!(events[2].1, b"good");
        assert_eq!(events.len(), 3);
    }

    #[test]
    fn a_message_of_many_parts_takes_no_memory() {
        let mut decoder = Decoder::new(Role::Pull, 100_000, None);
        decoder.space(&mut Vec::new()).extend(opening(b"PUSH"));
        while decoder.next().unwrap().is_some() {}
        let part = frame(MORE, &[7; 50_000]);
        for _ in 0..1000 {
            decoder.space(&mut Vec::new()).extend_from_slice(&part);
            assert_eq!(decoder.next(), Ok(None));
        }
        assert!(decoder.held() < 200_000, "{}", decoder.held());
        decoder
            .space(&mut Vec::new())
            .extend(frame(0, b"the last part"));
        assert_eq!(decoder.next(), Ok(Some(Event::Multipart)));
        decoder.space(&mut Vec::new()).extend(frame(0, b"good"));
        assert!(matches!(decoder.next(), Ok(Some(Event::Frame(_)))));
    }

    #[test]
    fn who_speaks_something_else_is_told_at_once() {
        let breach = |bytes: &[u8]| bodies(Role::Pull, bytes, 1).unwrap_err();
        assert_eq!(breach(b"GET / HTTP/1.1\r\n"), Breach::Greeting);
        let mut curve = greeting(b"NULL");
        curve[12..17].copy_from_slice(b"CURVE");
        assert_eq!(breach(&curve), Breach::Greeting);
        assert_eq!(breach(&opening(b"PULL")), Breach::Type);
        let mut early = greeting(b"NULL").to_vec();
        early.extend(frame(0, b"a message before the handshake"));
        assert_eq!(breach(&early), Breach::Rules);
        let mut large = opening(b"PUSH");
        large.extend_from_slice(&[LONG, 0, 0, 0, 0, 0, 1, 0x86, 0xa1]);
        assert_eq!(breach(&large), Breach::TooLarge);
    }

    /// What a peer sends that shows this password, before it has heard anything.
    fn plain(password: &str) -> Vec<u8> {
        let mut bytes = greeting(b"PLAIN").to_vec();
        let mut hello = b"\x05HELLO\x04mpmt".to_vec();
        hello.push(password.len() as u8);
        hello.extend_from_slice(password.as_bytes());
        bytes.extend(frame(COMMAND, &hello));
        bytes.extend(frame(
            COMMAND,
            b"\x08INITIATE\x0bSocket-Type\0\0\0\x06DEALER",
        ));
        bytes.extend(frame(0, b"good"));
        bytes
    }

    #[test]
    fn only_who_shows_the_token_is_heard() {
        let token = Secret::from_bits(7);
        let heard = |bytes: &[u8]| events_with(Some(token), Role::Router, bytes, 3);
        let good = heard(&plain(&token.to_string())).unwrap();
        assert_eq!(good.len(), 3, "WELCOME, READY, the message: {good:?}");
        assert_eq!(good[0].0, Event::Answer(frame(COMMAND, b"\x07WELCOME")));
        assert_eq!(good[2].1, b"good");

        for password in ["", "no token", &Secret::from_bits(8).to_string()] {
            assert_eq!(heard(&plain(password)), Err(Breach::Token), "{password}");
        }
        // Nor who leaves a step out, or shakes hands without a token.
        assert_eq!(heard(&opening(b"DEALER")), Err(Breach::Greeting));
        let mut ready = greeting(b"PLAIN").to_vec();
        ready.extend_from_slice(&opening(b"DEALER")[GREETING..]);
        assert_eq!(heard(&ready), Err(Breach::Rules));
        let mut early = greeting(b"PLAIN").to_vec();
        early.extend(frame(0, b"a message before the handshake"));
        assert_eq!(heard(&early), Err(Breach::Rules));
    }

    #[test]
    fn who_shows_another_token_hears_of_it_first() {
        let mut decoder = Decoder::new(Role::Router, 100_000, Some(Secret::from_bits(7)));
        let bytes = plain(&Secret::from_bits(8).to_string());
        decoder.space(&mut Vec::new()).extend(bytes);
        let error = frame(COMMAND, b"\x05ERROR\x03400");
        assert_eq!(decoder.next(), Ok(Some(Event::Answer(error))));
        assert_eq!(decoder.next(), Err(Breach::Token));
    }

    proptest! {
        #[test]
        fn frames_come_as_they_were_sent_however_they_are_cut(
            sent in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..600), 0..8),
            piece in 1usize..700,
        ) {
            let mut bytes = opening(b"DEALER");
            for body in &sent {
                bytes.extend(frame(0, body));
            }
            prop_assert_eq!(bodies(Role::Router, &bytes, piece).unwrap(), sent);
        }

        #[test]
        fn no_bytes_make_it_panic(tail: Vec<u8>, piece in 1usize..64, opened: bool) {
            let mut bytes = if opened { opening(b"PUSH") } else { Vec::new() };
            bytes.extend(&tail);
            let _ = events(Role::Pull, &bytes, piece);
            let mut bytes = greeting(b"PLAIN").to_vec();
            bytes.extend(tail);
            let _ = events_with(Some(Secret::from_bits(7)), Role::Router, &bytes, piece);
        }
    }
}
