//! The client's side of the control conversation: a state machine, and the socket under it.

use std::os::fd::AsFd;
use std::time::Duration;

use super::{ClientError, Source};
use crate::clock;
use crate::model::{Ranges, Secret, SessionKey};
use crate::net::{
    self, Context, Endpoint, Frame, Kind, NetError, PollEntry, Received, Socket, SocketMonitor,
};
use crate::wire::PROTOCOL_VERSION;
use crate::wire::control::{self, FromClient, Grant, Hello, JobRequest, SessionStats, ToClient};

/// How long a client that has all its answers waits for the gateway's account of them.
const PARTING: Duration = Duration::from_secs(5);

/// The conversation with the gateway beside the data path. It greets, and greets again when the
/// connection was lost and is back: the gateway at the other end may be another one.
pub(super) struct Channel {
    socket: Socket,
    watch: SocketMonitor,
    hello: Hello,
    stop_server: bool,
    /// A welcome is expected: we are new to the gateway, or may be.
    awaiting_welcome: bool,
    connected: bool,
    grant: Option<Grant>,
    stats: Option<SessionStats>,
    malformed: u64,
    url: String,
}

/// What the gateway said that concerns the client.
pub(super) enum ControlEvent {
    /// The gateway serves us; what it was sent before, it may not know.
    Welcome(Grant),
    /// It does not.
    Reject(String),
    /// A batch that it can't do.
    Failed { batch: u64, reason: String },
    /// It asks which of these results we have not got.
    Query(Ranges),
}

/// A client's first words. They bring the session's secret, which is the client's own from the
/// beginning: a welcome that gets lost with its connection would take the gateway's with it.
pub(super) fn hello(
    key: SessionKey,
    secret: Secret,
    source: &Source<'_>,
    results: String,
    job_request: JobRequest,
) -> Hello {
    Hello {
        version: PROTOCOL_VERSION,
        session: key,
        batches: source.batches(),
        commands: source.commands(),
        results,
        job_request,
        secret: Some(secret),
    }
}

impl Channel {
    pub(super) fn open(
        context: &Context,
        url: &str,
        token: Option<Secret>,
        hello: Hello,
        stop_server: bool,
    ) -> Result<Self, ClientError> {
        let socket = context.socket(Kind::Dealer)?;
        if !url.parse().is_ok_and(|url: Endpoint| url.is_private()) {
            let token = token.ok_or_else(|| ClientError::NoToken(url.to_owned()))?;
            socket.show_token(token)?;
        }
        let watch = SocketMonitor::new(context, &socket)?;
        socket.connect(url)?;
        Ok(Channel {
            socket,
            watch,
            hello,
            stop_server,
            awaiting_welcome: true,
            connected: false,
            grant: None,
            stats: None,
            malformed: 0,
            url: url.to_owned(),
        })
    }

    pub(super) fn poll_entries(&self) -> [PollEntry<'_>; 2] {
        [
            PollEntry::readable(&self.socket),
            PollEntry::watch(&self.watch),
        ]
    }

    /// Takes in all that came.
    pub(super) fn listen(&mut self) -> Result<Vec<ControlEvent>, ClientError> {
        self.greet()?;
        let mut event = Vec::new();
        let mut frame = Frame::default();
        loop {
            match self.socket.receive(&mut frame)? {
                Received::Nothing => return Ok(event),
                Received::Multipart => self.malformed("a message of several frames"),
                Received::Frame => match control::decode(&frame) {
                    Ok(message) => event.extend(self.take(message)),
                    Err(error) => self.malformed(error),
                },
            }
        }
    }

    /// Says hello over every new connection.
    fn greet(&mut self) -> Result<(), ClientError> {
        let seen = self.watch.take();
        if seen.refused {
            return Err(ClientError::WrongToken(self.url.clone()));
        }
        if seen.foreign {
            return Err(ClientError::Foreign(self.url.clone()));
        }
        if seen.disconnected {
            self.connected = false;
        }
        if seen.connected {
            // Every time: what was said over the last connection, the gateway at the other end of
            // this one may never have heard.
            self.connected = true;
            self.awaiting_welcome = true;
            self.say(&FromClient::Hello(self.hello.clone()))?;
        }
        Ok(())
    }

    fn take(&mut self, message: ToClient) -> Option<ControlEvent> {
        match message {
            ToClient::Welcome(grant) => {
                if self.grant.is_none() {
                    self.tell_what_is_cut(&grant);
                }
                self.grant = Some(grant.clone());
                std::mem::take(&mut self.awaiting_welcome).then_some(ControlEvent::Welcome(grant))
            }
            ToClient::Reject { reason } => Some(ControlEvent::Reject(reason)),
            ToClient::Failed { batch, reason } => Some(ControlEvent::Failed { batch, reason }),
            ToClient::Query(batches) => Some(ControlEvent::Query(batches)),
            ToClient::Complete(stats) => {
                self.stats = Some(stats);
                None
            }
            ToClient::Ping => None,
        }
    }

    fn tell_what_is_cut(&self, grant: &Grant) {
        let job_request = &self.hello.job_request;
        let cut = |asked: Option<u32>, granted, what| {
            let asked = asked.filter(|&asked| asked > granted)?;
            Some(format!("{granted} of {asked} {what}"))
        };
        let cuts = [
            cut(job_request.processes, grant.processes, "processes"),
            cut(job_request.threads, grant.job.threads, "threads"),
        ];
        let cuts: Vec<String> = cuts.into_iter().flatten().collect();
        if !cuts.is_empty() {
            tracing::warn!(
                "the server grants no more than {}; start one with a higher maximum, or ask for less",
                cuts.join(" and ")
            );
        }
    }

    fn malformed(&mut self, what: impl std::fmt::Display) {
        if self.malformed == 0 {
            tracing::warn!("a frame on the control channel is passed over: {what}");
        }
        self.malformed += 1;
    }

    /// Tells the gateway which results are in.
    pub(super) fn acknowledge(&mut self, acks: Ranges) -> Result<(), NetError> {
        self.say(&FromClient::Ack(acks))
    }

    /// Answers the gateway which results are not in.
    pub(super) fn miss(&mut self, batches: Ranges) -> Result<(), NetError> {
        self.say(&FromClient::Missing(batches))
    }

    /// Says goodbye and, unless nobody wants to wait for it, waits for the session's statistics: not
    /// for one that has gone, not for long, and not after `shutdown` has become ready.
    pub(super) fn part(
        &mut self,
        acks: Ranges,
        shutdown: Option<&impl AsFd>,
    ) -> Result<(), ClientError> {
        if !self.connected {
            return Ok(());
        }
        if !acks.is_empty() {
            self.acknowledge(acks)?;
        }
        if self.stop_server {
            self.say(&FromClient::StopWhenIdle)?;
        }
        self.say(&FromClient::Bye)?;
        let Some(shutdown) = shutdown else {
            return Ok(());
        };
        let end = clock::now().after(PARTING);
        while self.stats.is_none() && self.connected {
            let left = end.since(clock::now());
            let [socket, watch] = self.poll_entries();
            let mut entries = [PollEntry::descriptor(shutdown), socket, watch];
            net::poll(&mut entries, Some(left))?;
            if left.is_zero() || entries[0].is_ready() {
                break;
            }
            self.listen()?;
        }
        Ok(())
    }

    fn say(&self, message: &FromClient) -> Result<(), NetError> {
        let mut frame = Vec::new();
        control::encode(message, &mut frame);
        self.socket.send(&frame)?;
        Ok(())
    }

    /// What was granted, and what it took.
    pub(super) fn into_terms(self) -> (Option<Grant>, Option<SessionStats>) {
        (self.grant, self.stats)
    }
}
