//! The gateway's side of the control conversation: who is served, on which terms.

use std::time::Duration;

use rustc_hash::FxHashMap;

use super::dispatcher::Dispatcher;
use super::load::Waits;
use super::quota::{Budget, Quota};
use super::register::{Claim, Register};
use super::transport::Transport;
use super::{OLD_WIRE, Options, ServerError};
use crate::model::{
    ExecutorKind, Instruction, Job, OwnWork, Runtime, Secret, SessionKey, SessionNo, WorkloadKind,
};
use crate::net::{Endpoint, NetError, Routed};
use crate::process::random_bits;
use crate::wire::PROTOCOL_VERSION;
use crate::wire::control::{self, FromClient, Grant, Hello, JobRequest, SessionStats, ToClient};

/// The most that a server grants to a client.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Threads in each worker.
    pub max_threads: u32,
    /// Batches that may be out at any time.
    pub window: u64,
    /// Clients at a time.
    pub max_clients: usize,
    /// Whether results may be sent to other machines.
    pub allow_remote: bool,
    /// Loops of a command.
    pub max_loops: u64,
    /// How long a batch may sleep.
    pub max_batch_wait: Duration,
    /// Commands that are kept, of all clients together.
    pub max_commands: u64,
}

impl Terms {
    /// The most loops of a command, unless a server is told otherwise: some seconds of work.
    pub const MAX_LOOPS: u64 = 10_000_000_000;
    /// How long a batch may sleep, unless a server is told otherwise.
    pub const MAX_BATCH_WAIT: Duration = Duration::from_secs(3600);
    /// The most commands that are kept, unless a server is told otherwise: 16 bytes each.
    pub const MAX_COMMANDS: u64 = 8_000_000;
}

/// Why a batch is not taken.
pub(super) enum Refusal {
    /// It asks for too much.
    Batch(String),
    /// Its client does not keep to what it was granted.
    Session(String),
}

/// How long after a lost connection clients are looked for once more.
const PROBE_AGAIN: Duration = Duration::from_millis(100);

/// Who is served, and on which terms.
pub(super) struct SessionManager {
    batches: String,
    job: Job,
    max_workers: u32,
    terms: Terms,
    budget: Budget,
    sessions: FxHashMap<SessionNo, Client>,
    register: Register,
    next: SessionNo,
    old_wire: Option<(String, Job)>,
    probe_at: Option<Duration>,
    leaves_when_idle: bool,
    draining: bool,
    has_served: bool,
    bad_frames: u64,
}

struct Client {
    grant: Grant,
    quota: Quota,
    unknown_commands: u64,
}

impl SessionManager {
    pub(super) fn new(options: &Options, batches: String) -> Self {
        SessionManager {
            batches,
            job: options.job.clone(),
            max_workers: options.limits.max_workers,
            terms: options.terms.clone(),
            budget: Budget::new(options.terms.max_commands),
            sessions: FxHashMap::default(),
            register: Register::default(),
            next: OLD_WIRE,
            old_wire: None,
            probe_at: None,
            leaves_when_idle: options.exit_when_idle,
            draining: false,
            has_served: false,
            bad_frames: 0,
        }
    }

    /// From now on clients without a control channel are served.
    pub(super) fn admit_old_wire(&mut self, results: String, job: Job, transport: &mut Transport) {
        transport.open_session(OLD_WIRE, results.clone(), job.clone(), None);
        self.old_wire = Some((results, job));
    }

    pub(super) fn serves_old_wire(&self) -> bool {
        self.old_wire.is_some()
    }

    /// A client without a control channel gives up. All that such clients have sent is dropped:
    /// they can't be told apart.
    pub(super) fn abort_old_wire(
        &mut self,
        dispatcher: &mut Dispatcher,
        transport: &mut Transport,
        now: Duration,
    ) {
        if let Some((_, job)) = &self.old_wire {
            tracing::info!("a client without a control channel gives up; its batches are dropped");
            dispatcher.close(OLD_WIRE, now, transport);
            dispatcher.open(
                OLD_WIRE,
                job.clone(),
                self.max_workers,
                false,
                now,
                transport,
            );
        }
    }

    pub(super) fn session_of(&self, key: SessionKey) -> Option<SessionNo> {
        self.register.of_key(key)
    }

    pub(super) fn max_commands(&self) -> u64 {
        self.terms.max_commands
    }

    /// Whether a session may send a batch of these, by what it has been granted and what it holds.
    pub(super) fn check(
        &self,
        no: SessionNo,
        instructions: &[Instruction],
        dispatcher: &Dispatcher,
    ) -> Result<(), Refusal> {
        let Some(client) = self.sessions.get(&no) else {
            return Ok(());
        };
        let held = dispatcher.held(no);
        let (batches, commands) = (held.batches + 1, held.commands + instructions.len() as u64);
        if client.quota.is_exceeded(batches, commands) {
            return Err(Refusal::Session(format!(
                "you have {batches} batches of {commands} commands unsettled, more than your window \
                 of {} batches and the commands that you announced",
                client.quota.window
            )));
        }
        let (wait, most) = (
            Waits::of(instructions, &client.grant.job).batch,
            self.terms.max_batch_wait,
        );
        if wait > most {
            let format = humantime::format_duration;
            return Err(Refusal::Batch(format!(
                "its waits take up to {} on {} threads; this server takes batches of up to {} \
                 (--max-batch-wait)",
                format(Duration::from_secs(wait.as_secs())),
                client.grant.job.width(),
                format(most)
            )));
        }
        Ok(())
    }

    /// Tells a client that a batch will not be run.
    pub(super) fn refuse(
        &self,
        no: SessionNo,
        batch: u64,
        reason: String,
        transport: &mut Transport,
    ) -> Result<(), NetError> {
        if let Some(peer) = self.register.peer_of(no) {
            transport.tell(peer, &ToClient::Failed { batch, reason })?;
        }
        Ok(())
    }

    /// Ends a session, and tells its client why.
    pub(super) fn expel(
        &mut self,
        no: SessionNo,
        reason: &str,
        now: Duration,
        dispatcher: &mut Dispatcher,
        transport: &mut Transport,
    ) -> Result<(), NetError> {
        // The clients without a control channel are told nothing, and stay.
        if !self.sessions.contains_key(&no) {
            return Ok(());
        }
        tracing::warn!(session = no, "a client's session is closed: {reason}");
        if let Some((_, peer)) = self.close(no, now, dispatcher, transport) {
            let reason = reason.to_owned();
            transport.tell(&peer, &ToClient::Reject { reason })?;
        }
        Ok(())
    }

    pub(super) fn note_unknown(&mut self, no: SessionNo, commands: u64) {
        if let Some(client) = self.sessions.get_mut(&no) {
            client.unknown_commands += commands;
        }
    }

    /// Takes in what a client says.
    pub(super) fn hear(
        &mut self,
        peer: &[u8],
        frame: &[u8],
        now: Duration,
        dispatcher: &mut Dispatcher,
        transport: &mut Transport,
    ) -> Result<(), NetError> {
        let message = match control::decode(frame) {
            Ok(FromClient::Hello(hello)) => {
                return self.greet(peer, hello, now, dispatcher, transport);
            }
            Ok(message) => message,
            Err(error) => {
                self.bad_frame(error);
                return Ok(());
            }
        };
        // Whatever else is said is about a session, that of the connection that says it.
        match (message, self.register.of_peer(peer)) {
            (FromClient::Ack(acks), Some(no)) => dispatcher.acknowledged(no, &acks),
            (FromClient::Missing(batches), Some(no)) => {
                dispatcher.missing(no, &batches, now, transport);
            }
            (FromClient::Bye, Some(no)) => self.part(no, now, dispatcher, transport)?,
            (FromClient::StopWhenIdle, Some(_)) => self.leaves_when_idle = true,
            (FromClient::Hello(_), _) | (_, None) => self.bad_frame("a message before a hello"),
        }
        Ok(())
    }

    fn greet(
        &mut self,
        peer: &[u8],
        hello: Hello,
        now: Duration,
        dispatcher: &mut Dispatcher,
        transport: &mut Transport,
    ) -> Result<(), NetError> {
        let session = match self.register.claim(peer, hello.session, hello.secret) {
            Claim::New => self.admit(peer, &hello, now, dispatcher, transport),
            Claim::Own(no) => Ok(no),
            Claim::TakenUp(no) => {
                transport.move_session(no, peer);
                Ok(no)
            }
            Claim::Refused(reason) => Err(reason.to_owned()),
        };
        let answer = match session.map(|no| self.sessions.get(&no)) {
            Ok(Some(client)) => ToClient::Welcome(client.grant.clone()),
            // The register knows no others.
            Ok(None) => return Ok(()),
            Err(reason) => ToClient::Reject { reason },
        };
        if transport.tell(peer, &answer)? == Routed::Gone {
            self.somebody_left(now);
        }
        Ok(())
    }

    /// What a client is granted, or why it is not.
    fn grant(&self, hello: &Hello, secret: Secret) -> Result<(Grant, Quota), String> {
        if hello.version != PROTOCOL_VERSION {
            return Err(format!(
                "you speak version {} of the protocol, this server version {PROTOCOL_VERSION}; \
                 use the same release of mpmt on both sides",
                hello.version
            ));
        }
        if self.draining {
            return Err("this server is leaving; start another, and try again".to_owned());
        }
        if self.register.len() >= self.terms.max_clients {
            return Err(format!(
                "{} clients are being served already",
                self.terms.max_clients
            ));
        }
        let results: Endpoint = hello
            .results
            .parse()
            .map_err(|error| format!("your results address: {error}"))?;
        results
            .check_local(self.terms.allow_remote)
            .and_then(|()| results.check_dialable())
            .and_then(|()| results.check_ours())
            .map_err(|error| format!("your results address: {error}"))?;
        if hello.job_request.executor == Some(ExecutorKind::Sequential)
            && hello.job_request.threads > Some(1)
        {
            return Err(
                "the sequential executor has one thread; ask for one, or for another".to_owned(),
            );
        }
        let job = self.granted_job(&hello.job_request);
        if job.loops > self.terms.max_loops {
            return Err(format!(
                "you ask for {} loops of a command; this server grants up to {} (--max-loops)",
                job.loops, self.terms.max_loops
            ));
        }
        self.check_runtime(&job)?;
        let quota = self.budget.quota(hello, &self.terms)?;
        let grant = Grant {
            batches: self.batches.clone(),
            processes: hello
                .job_request
                .processes
                .unwrap_or(self.max_workers)
                .clamp(1, self.max_workers),
            job,
            window: quota.window,
            secret,
        };
        Ok((grant, quota))
    }

    fn granted_job(&self, job_request: &JobRequest) -> Job {
        let threads = job_request
            .threads
            .unwrap_or(self.job.threads)
            .clamp(1, self.terms.max_threads);
        let workload = job_request.workload.unwrap_or(self.job.workload);
        let own = self.job.own.clone();
        Job {
            workload,
            loops: job_request.loops.unwrap_or(self.job.loops),
            threads,
            executor: job_request
                .executor
                .unwrap_or_else(|| self.default_executor(threads)),
            dispatch: job_request.dispatch.unwrap_or(self.job.dispatch),
            runtime: job_request
                .runtime
                .as_ref()
                .unwrap_or(&self.job.runtime)
                .clone(),
            switch_interval: job_request
                .switch_interval
                .unwrap_or(self.job.switch_interval),
            own: own.filter(|own| own.workload() == workload),
        }
    }

    /// Whether a job's runtime can be had. Which programs this user's processes start is not for a
    /// client to say, so the only interpreter, and the only work of a person's own, is that which the
    /// server was started with.
    fn check_runtime(&self, job: &Job) -> Result<(), String> {
        let own = &self.job.runtime;
        if job.runtime.interpreter().is_some() && job.runtime != *own {
            return Err(format!(
                "this server has no {0} runtime; start it with --runtime {0}",
                job.runtime
            ));
        }
        let is_own = matches!(job.workload, WorkloadKind::Task | WorkloadKind::Exec);
        if is_own && job.own.is_none() {
            return Err(format!(
                "this server has no {0} to run; start it with --{0}",
                job.workload
            ));
        }
        OwnWork::check(job.own.as_ref(), job.workload, &job.runtime).map_err(|e| e.to_string())?;
        if job.runtime == Runtime::Gil {
            Job::check_switch_interval(job.switch_interval).map_err(|e| e.to_string())?;
        }
        let executor = job.runtime.check_executor(job.executor);
        executor.map_err(|error| error.to_string())
    }

    /// The server's own executor, unless that has one thread and the client asks for more.
    fn default_executor(&self, threads: u32) -> ExecutorKind {
        match self.job.executor {
            ExecutorKind::Sequential => ExecutorKind::default_for(threads),
            own => own,
        }
    }

    /// Opens a session, or says why not.
    fn admit(
        &mut self,
        peer: &[u8],
        hello: &Hello,
        now: Duration,
        dispatcher: &mut Dispatcher,
        transport: &mut Transport,
    ) -> Result<SessionNo, String> {
        let secret = match hello.secret {
            Some(secret) => secret,
            None => Secret::from_bits(random_bits().map_err(|error| error.to_string())?),
        };
        let (grant, quota) = self.grant(hello, secret)?;
        self.next += 1;
        let no = self.next;
        self.has_served = true;
        self.register.open(no, peer, hello.session, secret);
        transport.open_session(no, hello.results.clone(), grant.job.clone(), Some(peer));
        dispatcher.open(no, grant.job.clone(), grant.processes, true, now, transport);
        let client = Client {
            grant,
            quota,
            unknown_commands: 0,
        };
        self.budget.promise(&quota);
        self.sessions.insert(no, client);
        Ok(no)
    }

    /// A client has all it wanted, and is told what it took.
    fn part(
        &mut self,
        no: SessionNo,
        now: Duration,
        dispatcher: &mut Dispatcher,
        transport: &mut Transport,
    ) -> Result<(), NetError> {
        let retried = dispatcher.retried_of(no);
        if let Some((client, peer)) = self.close(no, now, dispatcher, transport) {
            let stats = SessionStats {
                retried,
                unknown_commands: client.unknown_commands,
            };
            transport.tell(&peer, &ToClient::Complete(stats))?;
        }
        Ok(())
    }

    /// Ends a session, and gives who it was.
    fn close(
        &mut self,
        no: SessionNo,
        now: Duration,
        dispatcher: &mut Dispatcher,
        transport: &mut Transport,
    ) -> Option<(Client, Box<[u8]>)> {
        dispatcher.close(no, now, transport);
        transport.close_session(no);
        let peer = self.register.close(no)?;
        let client = self.sessions.remove(&no)?;
        self.budget.give_back(&client.quota);
        Some((client, peer))
    }

    /// From now on no new client is served.
    pub(super) fn drain(&mut self) {
        self.draining = true;
    }

    /// Tells all clients why they are not served any more.
    pub(super) fn turn_away(
        &self,
        why: &ServerError,
        transport: &mut Transport,
    ) -> Result<(), NetError> {
        let reason = why.to_string();
        for (_, peer) in self.register.peers() {
            let reason = reason.clone();
            transport.tell(peer, &ToClient::Reject { reason })?;
        }
        Ok(())
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
    pub(super) fn probe(
        &mut self,
        now: Duration,
        dispatcher: &mut Dispatcher,
        transport: &mut Transport,
    ) -> Result<(), NetError> {
        let Some(at) = self.probe_at.filter(|&at| at <= now) else {
            return Ok(());
        };
        // The first look follows at once on the news, and is followed by a second.
        self.probe_at = (at + PROBE_AGAIN > now).then_some(now + PROBE_AGAIN);
        let mut gone = Vec::new();
        for (no, peer) in self.register.peers() {
            if transport.tell(peer, &ToClient::Ping)? == Routed::Gone {
                gone.push(no);
            }
        }
        for no in gone {
            tracing::warn!(session = no, "a client has gone; its work is cancelled");
            self.close(no, now, dispatcher, transport);
        }
        Ok(())
    }

    /// Whether the server is to leave, as soon as nothing is left to do.
    pub(super) fn wants_to_leave(&self) -> bool {
        self.leaves_when_idle && self.has_served && self.sessions.is_empty()
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
