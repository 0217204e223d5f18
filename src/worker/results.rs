//! The way to a session's client: a socket that is dialled with care.

use super::dial::{Dial, Step};
use crate::clock::Tick;
use crate::net::{Context, Kind, NetError, PollEntry, Socket, SocketMonitor};

/// The way to the client. What is sent before the first handshake is kept until then: an attempt to
/// connect that is given up takes with it what waited there.
pub(super) struct Results {
    context: Context,
    url: String,
    /// Whether it is never given up, however long nobody answers.
    trusted: bool,
    line: Option<Line>,
    dial: Dial,
    unconfirmed: Vec<Vec<u8>>,
    /// Why nobody can be reached, until it is told.
    unreachable: Option<String>,
}

struct Line {
    socket: Socket,
    /// Until the first handshake.
    watch: Option<SocketMonitor>,
}

impl Results {
    pub(super) fn open(context: &Context, url: &str, trusted: bool) -> Result<Results, NetError> {
        let mut results = Results {
            context: context.clone(),
            url: url.to_owned(),
            trusted,
            line: None,
            dial: Dial::new(),
            unconfirmed: Vec::new(),
            unreachable: None,
        };
        results.call()?;
        Ok(results)
    }

    fn call(&mut self) -> Result<(), NetError> {
        let socket = self.context.socket(Kind::Push)?;
        let watch = SocketMonitor::new(&self.context, &socket)?;
        // An address that libzmq refuses is the client's fault, and no reason to end.
        if let Err(error) = socket.connect(&self.url) {
            watch.end(&socket)?;
            self.give_up(error.to_string());
            return Ok(());
        }
        for frame in &self.unconfirmed {
            socket.send(frame)?;
        }
        self.line = Some(Line {
            socket,
            watch: Some(watch),
        });
        Ok(())
    }

    fn hang_up(&mut self) -> Result<(), NetError> {
        match self.line.take() {
            Some(line) => line.close(),
            None => Ok(()),
        }
    }

    fn give_up(&mut self, reason: String) {
        self.dial.give_up();
        self.unconfirmed.clear();
        self.unreachable = Some(reason);
    }

    /// Takes in what became of the attempts to connect.
    pub(super) fn listen(&mut self, now: Tick) -> Result<(), NetError> {
        let Some(line) = &mut self.line else {
            return Ok(());
        };
        let Some(watch) = &line.watch else {
            return Ok(());
        };
        let step = self.dial.see(watch.take(), now);
        if self.dial.is_greeted()
            && let Some(watch) = line.watch.take()
        {
            watch.end(&line.socket)?;
            self.unconfirmed = Vec::new();
        }
        match step {
            Step::HangUp => self.hang_up(),
            _ => Ok(()),
        }
    }

    /// Dials again, or gives up, when it is time to.
    pub(super) fn tend(&mut self, now: Tick) -> Result<(), NetError> {
        let waiting = !self.trusted && !self.unconfirmed.is_empty();
        match self.dial.tick(waiting, now) {
            Step::Redial => self.call(),
            Step::GiveUp => {
                self.give_up("nobody there speaks ZeroMQ's protocol".to_owned());
                self.hang_up()
            }
            Step::Stay | Step::HangUp => Ok(()),
        }
    }

    /// When [`Results::tend`] has something to do next.
    pub(super) fn next_deadline(&self) -> Option<Tick> {
        self.dial.next_deadline()
    }

    /// Why nobody can be reached, once.
    pub(super) fn take_unreachable(&mut self) -> Option<String> {
        self.unreachable.take()
    }

    /// Sends one frame without waiting. `false` when there is no room.
    pub(super) fn send(&mut self, frame: &[u8]) -> Result<bool, NetError> {
        if !self.dial.is_greeted() && !self.dial.has_given_up() {
            self.unconfirmed.push(frame.to_vec());
        }
        match &self.line {
            Some(line) => line.socket.send(frame),
            None => Ok(true),
        }
    }

    /// Forgets whatever could not be delivered, now and when this is dropped.
    pub(super) fn forget_undelivered(&mut self) -> Result<(), NetError> {
        self.unconfirmed.clear();
        match &self.line {
            Some(line) => line.socket.forget_undelivered(),
            None => Ok(()),
        }
    }

    /// Ready when there is room to send, if that is wanted, or news of the attempts to connect.
    pub(super) fn poll_entries(&self, wanted: bool) -> impl Iterator<Item = PollEntry<'_>> {
        self.line.iter().flat_map(move |line| {
            let room = PollEntry::writable(&line.socket, wanted);
            line.watch.iter().map(PollEntry::watch).chain([room])
        })
    }
}

impl Line {
    fn close(mut self) -> Result<(), NetError> {
        self.socket.forget_undelivered()?;
        match self.watch.take() {
            Some(watch) => watch.end(&self.socket),
            None => Ok(()),
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(watch) = self.watch.take() {
            // Out of descriptors, at the worst.
            let _ = watch.end(&self.socket);
        }
    }
}
