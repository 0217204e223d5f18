//! The gateway's side of the control conversation: clients come, say what they have received, and
//! go. What they are granted is decided by [`Admission`].

use std::time::Duration;

use super::WITHOUT_CONTROL;
use super::admission::{Admission, Refusal};
use super::client::{Client, ControlSession};
use super::gateway::Gateway;
use super::session::Session;
use super::session_index::{Claim, Identity, SessionIndex};
use super::{Options, ServerError};
use crate::model::{Instruction, Job, Secret, SessionKey, SessionNo};
use crate::net::{Endpoint, EndpointError, Routed};
use crate::process::random_bits;
use crate::wire::control::{self, FromClient, Hello, SessionStats, ToClient};

/// How long after a lost connection clients are looked for once more.
const PROBE_AGAIN: Duration = Duration::from_millis(100);

/// Opens and closes sessions, and finds them by what their clients say.
#[derive(Debug)]
pub(super) struct SessionManager {
    admission: Admission,
    index: SessionIndex,
    next: SessionNo,
    probe_at: Option<Duration>,
    leaves_when_idle: bool,
    has_served: bool,
    bad_frames: u64,
}

impl SessionManager {
    pub(super) fn new(options: &Options, batches: String) -> Self {
        SessionManager {
            admission: Admission::new(options, batches),
            index: SessionIndex::default(),
            next: WITHOUT_CONTROL,
            probe_at: None,
            leaves_when_idle: options.exit_when_idle,
            has_served: false,
            bad_frames: 0,
        }
    }

    /// From now on clients without a control channel are served.
    pub(super) fn admit_without_control(&self, results: String, job: Job, gateway: &mut Gateway) {
        let client = Client {
            no: WITHOUT_CONTROL,
            results,
            control: None,
        };
        let session = Session::new(client, job, self.admission.max_workers(), false);
        open(session, gateway);
    }

    /// A client without a control channel gives up. All that such clients have sent is dropped:
    /// they can't be told apart.
    pub(super) fn abort_without_control(&self, gateway: &mut Gateway) {
        let job = gateway.dispatcher.job(WITHOUT_CONTROL).cloned();
        if let (Some(job), Some((client, _))) = (job, close(WITHOUT_CONTROL, gateway)) {
            tracing::info!("a client without a control channel gives up; its batches are dropped");
            self.admit_without_control(client.results, job, gateway);
        }
    }

    pub(super) fn session_of(&self, key: SessionKey) -> Option<SessionNo> {
        self.index.of_key(key)
    }

    pub(super) fn max_commands(&self) -> u64 {
        self.admission.terms().max_commands
    }

    /// Whether a session may send a batch of these, by what it has been granted and what it holds.
    pub(super) fn check(
        &self,
        no: SessionNo,
        instructions: &[Instruction],
        gateway: &Gateway,
    ) -> Result<(), Refusal> {
        let Some(control) = gateway.control_of(no) else {
            return Ok(());
        };
        let backlog = gateway.dispatcher.backlog(no);
        let granted = (&control.grant, &control.quota);
        self.admission.check_batch(granted, backlog, instructions)
    }

    /// Ends a session, and tells its client why.
    pub(super) fn expel(&mut self, no: SessionNo, reason: &str, gateway: &mut Gateway) {
        // The clients without a control channel are told nothing, and stay.
        if gateway.control_of(no).is_none() {
            return;
        }
        tracing::warn!(session = no, "a client's session is closed: {reason}");
        if let Some((client, _)) = self.close(no, gateway) {
            let reason = reason.to_owned();
            gateway
                .transport
                .tell_client(&client, &ToClient::Reject { reason });
        }
    }

    /// Takes in what a client says.
    pub(super) fn take(&mut self, peer: &[u8], frame: &[u8], gateway: &mut Gateway) {
        let message = match control::decode(frame) {
            Ok(FromClient::Hello(hello)) => return self.greet(peer, hello, gateway),
            Ok(message) => message,
            Err(error) => return self.bad_frame(error),
        };
        // Whatever else is said is about a session, that of the connection that says it.
        match (message, self.index.of_peer(peer)) {
            (FromClient::Ack(acks), Some(no)) => gateway.dispatcher.acknowledged(no, &acks),
            (FromClient::Missing(batches), Some(no)) => {
                gateway.tell(|dispatcher, now, fx| dispatcher.missing(no, &batches, now, fx));
            }
            (FromClient::Bye, Some(no)) => self.shut_down(no, gateway),
            (FromClient::StopWhenIdle, Some(_)) => self.leaves_when_idle = true,
            (FromClient::Hello(_), _) | (_, None) => self.bad_frame("a message before a hello"),
        }
    }

    fn greet(&mut self, peer: &[u8], hello: Hello, gateway: &mut Gateway) {
        let claim = (self.index).claim(peer, hello.session, hello.secret, |no| {
            gateway.identity_mut(no)
        });
        let session = match claim {
            Claim::New => self.admit(peer, &hello, gateway),
            Claim::Own(no) | Claim::TakenUp(no) => Ok(no),
            Claim::Refused(reason) => Err(reason.to_owned()),
        };
        let answer = match session.map(|no| gateway.control_of(no)) {
            Ok(Some(control)) => ToClient::Welcome(control.grant.clone()),
            // The index knows no others.
            Ok(None) => return,
            Err(reason) => ToClient::Reject { reason },
        };
        if gateway.transport.tell(peer, &answer) == Routed::Gone {
            self.somebody_left(gateway.now);
        }
    }

    /// Opens a session, or says why not.
    fn admit(
        &mut self,
        peer: &[u8],
        hello: &Hello,
        gateway: &mut Gateway,
    ) -> Result<SessionNo, String> {
        let secret = match hello.secret {
            Some(secret) => secret,
            None => Secret::from_bits(random_bits().map_err(|error| error.to_string())?),
        };
        let (grant, quota) = self.admission.grant(hello, secret, self.index.len())?;
        self.check_results(&hello.results)
            .map_err(|error| format!("your results address: {error}"))?;
        self.next += 1;
        let no = self.next;
        self.has_served = true;
        let identity = Identity {
            key: hello.session,
            secret,
            peer: peer.into(),
        };
        self.index.open(no, &identity);
        self.admission.promise(&quota);
        let (job, processes) = (grant.job.clone(), grant.processes);
        let client = Client {
            no,
            results: hello.results.clone(),
            control: Some(ControlSession {
                identity,
                grant,
                quota,
                unknown_commands: 0,
            }),
        };
        open(Session::new(client, job, processes, true), gateway);
        Ok(no)
    }

    /// Whether results can, and may, be sent to an address.
    fn check_results(&self, url: &str) -> Result<(), EndpointError> {
        let results: Endpoint = url.parse()?;
        results.check_local(self.admission.terms().allow_remote)?;
        results.check_dialable()?;
        results.check_ours()
    }

    /// A client has all it wanted, and is told what it took.
    fn shut_down(&mut self, no: SessionNo, gateway: &mut Gateway) {
        if let Some((client, retried)) = self.close(no, gateway) {
            let unknown_commands = client.control.as_ref().map_or(0, |it| it.unknown_commands);
            let stats = SessionStats {
                retried,
                unknown_commands,
            };
            gateway
                .transport
                .tell_client(&client, &ToClient::Complete(stats));
        }
    }

    /// Ends a session. Gives who it was, and how often its batches were given to a worker again.
    fn close(&mut self, no: SessionNo, gateway: &mut Gateway) -> Option<(Client, u64)> {
        let (client, retried) = close(no, gateway)?;
        if let Some(control) = &client.control {
            self.index.close(&control.identity);
            self.admission.give_back(&control.quota);
        }
        Some((client, retried))
    }

    /// From now on no new client is served.
    pub(super) fn drain(&mut self) {
        self.admission.drain();
    }

    /// Tells all clients why they are not served any more.
    pub(super) fn turn_away(&self, why: &ServerError, gateway: &mut Gateway) {
        let reason = why.to_string();
        for (_, client) in gateway.dispatcher.clients() {
            let reason = reason.clone();
            gateway
                .transport
                .tell_client(client, &ToClient::Reject { reason });
        }
    }

    /// A connection was lost; whose, nobody says.
    pub(super) fn somebody_left(&mut self, now: Duration) {
        self.probe_at = Some(now);
    }

    /// When the clients are to be looked for.
    pub(super) fn probe_at(&self) -> Option<Duration> {
        self.probe_at
    }

    /// Looks for the clients, if it is time to, and drops the work of those that are gone.
    pub(super) fn probe(&mut self, gateway: &mut Gateway) {
        let now = gateway.now;
        let Some(at) = self.probe_at.filter(|&at| at <= now) else {
            return;
        };
        // The first look follows at once on the loss, and is followed by a second.
        self.probe_at = (at + PROBE_AGAIN > now).then_some(now + PROBE_AGAIN);
        let mut gone = Vec::new();
        for (no, client) in gateway.dispatcher.clients() {
            if gateway.transport.tell_client(client, &ToClient::Ping) == Some(Routed::Gone) {
                gone.push(no);
            }
        }
        for no in gone {
            tracing::warn!(session = no, "a client has gone; its work is cancelled");
            self.close(no, gateway);
        }
    }

    /// Whether the server is to leave, as soon as nothing is left to do.
    pub(super) fn wants_to_leave(&self) -> bool {
        self.leaves_when_idle && self.has_served && self.index.len() == 0
    }

    pub(super) fn bad_frame(&mut self, what: impl std::fmt::Display) {
        if self.bad_frames == 0 {
            tracing::warn!("a frame on the control socket is passed over: {what} (told once)");
        }
        self.bad_frames += 1;
    }

    /// Frames that were no control messages.
    pub(super) fn bad_frames(&self) -> u64 {
        self.bad_frames
    }
}

fn open(session: Session<Client>, gateway: &mut Gateway) {
    gateway.tell(|dispatcher, now, fx| dispatcher.open(session.client.no, session, now, fx));
}

fn close(no: SessionNo, gateway: &mut Gateway) -> Option<(Client, u64)> {
    gateway.tell(|dispatcher, now, fx| dispatcher.close(no, now, fx))
}
