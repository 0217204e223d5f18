//! The gateway: takes batches from clients, transport them to workers, supervises the workers.
//!
//! The decisions are in [`Dispatcher`], a plain struct; here are the sockets, timers and processes
//! around it. One loop waits for all of them at once.
//!
//! Must not know: what a workload does, how a trial is measured.

mod batch_receiver;
mod chaos;
mod dispatcher;
mod effects;
mod limits;
mod load;
mod options;
mod outgoing;
mod quota;
mod register;
mod roll;
mod session;
mod session_manager;
mod supervisor;
mod token;
mod transport;
mod worker_pool;

pub use chaos::{Chaos, ChaosError};
pub use dispatcher::{Counts, Dispatcher};
pub use effects::Effects;
pub use limits::Limits;
pub use load::Load;
pub use options::{Failure, Options, Ready, Report, ServerError};
pub use outgoing::Outgoing;
pub use session::Held;
pub use session_manager::Terms;

use std::time::Duration;

use crate::clock::{self, Tick};
use crate::model::{AssignmentNo, Job, SessionNo, SpawnMode, Table};
use crate::net::{
    self, Context, Door, Endpoint, Frame, Kind, Listener, NetError, PollEntry, Received, Socket,
};
use crate::process::{Lifeline, Scratch, Signals, Usage, descriptor_limit};
use crate::wire::PROTOCOL_VERSION;
use crate::wire::worker::{FromWorker, Progress};
use batch_receiver::BatchReceiver;
use session_manager::SessionManager;
use token::Token;
use transport::Transport;

/// How many file descriptors a server of so many workers needs: for itself and libzmq, and for each
/// worker its process, its lifeline, its exit_report, its standard error, its connections.
pub fn descriptors_needed(workers: u32) -> u64 {
    64 + 6 * u64::from(workers)
}

/// How many processes and threads so many workers of a job need: for the client, the server and
/// libzmq, and for each worker its own (as many as trials had, `peak_threads`), those that run its
/// commands, and the programs that these wait for.
pub fn tasks_needed(workers: u32, job: &Job) -> u64 {
    const SHARED: u64 = 16;
    const WORKER: u64 = 4;
    const INTERPRETER: u64 = 4;
    let threads = u64::from(job.width());
    let interpreter = job.runtime.interpreter().map_or(0, |_| INTERPRETER);
    let programs = job.exec().map_or(0, |_| threads);
    SHARED + u64::from(workers) * (WORKER + interpreter + threads + programs)
}

/// The session of the clients that have no control channel.
const OLD_WIRE: SessionNo = 0;

/// With so many batches of clients that know no window, or with as many commands as a server keeps,
/// no more are received until there are fewer: they are held back by their own sockets.
const MOST_LEASES: u64 = 262_144;

/// Connections that one of the two listeners may have, though there were descriptors for more: twice
/// as many as there may be clients.
const MOST_CONNECTIONS: usize = 2048;

/// How many descriptors more are of use: for the connections of clients.
pub const SPARE_DESCRIPTORS: u64 = 2 * MOST_CONNECTIONS as u64;

/// How many frames, and how many bytes, are received from a socket before the others, and signals,
/// get their turn. What a frame costs grows with its length.
const TURN: usize = 512;
const TURN_BYTES: usize = 4 << 20;

/// Runs a server until it is told to leave by a signal, its lifeline, or a client, or has nobody
/// to serve (when asked for). `ready` is told its addresses once it can be reached.
///
/// # Errors
/// When an address can't be had, a socket fails, or workers can't be started.
pub fn run(
    context: &Context,
    options: Options,
    table: &Table,
    signals: Signals,
    lifeline: Option<Lifeline>,
    ready: impl FnOnce(&Ready),
) -> Result<Report, ServerError> {
    options.say_limits();
    let mut server = Server::open(context, options, table, signals, lifeline)?;
    server.serve(ready)?;
    Ok(server.report())
}

struct Server<'a> {
    dispatcher: Dispatcher,
    transport: Transport,
    sessions: SessionManager,
    receiver: BatchReceiver<'a>,
    signals: Signals,
    lifeline: Option<Lifeline>,
    ready: Ready,
    eager: u32,
    started: Tick,
    drain_timeout: Duration,
    leave_by: Option<Duration>,
    bad_worker_frames: u64,
    /// How the last worker ended that had not been told to.
    last_loss: Option<String>,
}

/// Which listeners have something to receive.
struct Readiness {
    control: bool,
    batches: bool,
}

impl<'a> Server<'a> {
    fn open(
        context: &Context,
        options: Options,
        table: &'a Table,
        signals: Signals,
        lifeline: Option<Lifeline>,
    ) -> Result<Self, ServerError> {
        let scratch = Scratch::create().map_err(ServerError::Folder)?;
        let url = options
            .control
            .clone()
            .unwrap_or_else(|| scratch.endpoint("control.ipc"));
        let token = token_for(&url, &options, &scratch)?;
        let connections = connections(&options);
        let batches = Listener::bind(&options.batches, Door::batches(connections))?;
        let door = Door::control(connections).asking_for(token.as_ref().map(|token| token.secret));
        let control = Listener::bind(&url, door)?;
        let ready = Ready {
            batches: batches.url().to_owned(),
            control: control.url().to_owned(),
            pid: std::process::id(),
            token: token.as_ref().map(|token| token.secret),
            token_file: token.map(|token| token.file),
        };
        let receiver = BatchReceiver::open(batches, table);
        let mut transport = Transport::open(context, &options, scratch, control)?;
        let mut dispatcher = Dispatcher::new(options.limits.clone());
        let mut sessions = SessionManager::new(&options, ready.batches.clone());
        if let Some(results) = options.results {
            let processes = options.limits.max_workers;
            let now = Duration::ZERO;
            dispatcher.open(
                OLD_WIRE,
                options.job.clone(),
                processes,
                false,
                now,
                &mut transport,
            );
            sessions.admit_old_wire(results, options.job, &mut transport);
        }
        let eager = match options.spawn {
            SpawnMode::Eager => options.limits.max_workers,
            SpawnMode::Lazy => 0,
        };
        Ok(Server {
            dispatcher,
            transport,
            sessions,
            receiver,
            signals,
            lifeline,
            ready,
            eager,
            started: clock::now(),
            drain_timeout: options.drain_timeout,
            leave_by: None,
            bad_worker_frames: 0,
            last_loss: None,
        })
    }

    fn serve(&mut self, ready: impl FnOnce(&Ready)) -> Result<(), ServerError> {
        let mut ready = Some(ready);
        self.dispatcher
            .start_workers(self.eager, self.now(), &mut self.transport);
        loop {
            if self.dispatcher.started_workers() >= self.eager
                && let Some(ready) = ready.take()
            {
                ready(&self.ready);
            }
            let ready_to_read = self.wait()?;
            if self.leaves_at_once() {
                return Ok(());
            }
            self.hear_clients(ready_to_read.control)?;
            self.hear_workers()?;
            self.take_batches(ready_to_read.batches)?;
            self.reap()?;
            self.dispatcher.tick(self.now(), &mut self.transport);
            self.transport.flush()?;
            if self.is_over() {
                return Ok(());
            }
        }
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Waits until there is something to do, and says which listeners have something to receive.
    fn wait(&self) -> Result<Readiness, NetError> {
        let deadlines = [
            self.dispatcher.next_deadline(),
            self.sessions.probe_at(),
            self.leave_by,
        ];
        let next = deadlines.into_iter().flatten().min();
        let mut entries = vec![
            PollEntry::descriptor(&self.signals),
            PollEntry::descriptor(self.transport.supervisor()),
            PollEntry::readable(self.transport.workers()),
            PollEntry::descriptor(self.transport.control()),
        ];
        let mut waits = [
            next.map(|next| next.saturating_sub(self.now())),
            self.transport.control().due(),
            None,
        ];
        if self.has_room() {
            entries.push(PollEntry::descriptor(self.receiver.socket()));
            waits[2] = self.receiver.socket().due();
        }
        entries.extend(self.lifeline.as_ref().map(PollEntry::descriptor));
        net::poll(&mut entries, waits.into_iter().flatten().min())?;
        let has_room = self.has_room();
        Ok(Readiness {
            control: entries[3].is_ready()
                || self.transport.control().due() == Some(Duration::ZERO),
            batches: has_room
                && (entries[4].is_ready() || self.receiver.socket().due() == Some(Duration::ZERO)),
        })
    }

    /// Looks for signals and at the lifeline; `true` when there is no time to finish anything.
    fn leaves_at_once(&mut self) -> bool {
        if self.lifeline.as_ref().is_some_and(Lifeline::is_cut) {
            return true;
        }
        let signals = self.signals.take();
        if signals == 0 {
            return self.leave_by.is_some_and(|leave_by| leave_by <= self.now());
        }
        let second = self.leave_by.is_some() || signals > 1;
        self.leave();
        second
    }

    /// Begins to leave: what runs is finished, nothing new is begun.
    fn leave(&mut self) {
        if self.leave_by.is_none() {
            self.leave_by = Some(self.now() + self.drain_timeout);
            self.dispatcher.drain(self.now(), &mut self.transport);
            self.sessions.drain();
        }
    }

    fn is_over(&mut self) -> bool {
        if self.sessions.wants_to_leave() && self.dispatcher.is_idle() {
            self.leave();
        }
        self.leave_by.is_some() && self.dispatcher.workers() == 0
    }

    fn hear_clients(&mut self, ready_to_read: bool) -> Result<(), ServerError> {
        let now = self.now();
        let (mut peer, mut frame) = (Vec::new(), Vec::new());
        let (dispatcher, transport) = (&mut self.dispatcher, &mut self.transport);
        let mut turn = Turn::default();
        while ready_to_read && turn.goes_on(&frame) {
            match transport
                .control_mut()
                .receive_from(&mut peer, &mut frame)?
            {
                Received::Nothing => break,
                Received::Multipart => self.sessions.bad_frame("several frames"),
                Received::Frame => self
                    .sessions
                    .hear(&peer, &frame, now, dispatcher, transport)?,
            }
        }
        // After what they have said: the last word of one who left may have been a goodbye.
        if transport.control_mut().take_lost() {
            self.sessions.somebody_left(now);
        }
        self.sessions.probe(now, dispatcher, transport)?;
        Ok(())
    }

    fn hear_workers(&mut self) -> Result<(), ServerError> {
        let (mut peer, mut frame) = (Frame::default(), Frame::default());
        let mut turn = Turn::default();
        while turn.goes_on(&frame) {
            match self
                .transport
                .workers()
                .receive_from(&mut peer, &mut frame)?
            {
                Received::Nothing => break,
                Received::Multipart => self.bad_worker_frame("several frames"),
                Received::Frame => match crate::wire::worker::decode(&frame) {
                    Ok(message) => self.hear_worker(&peer, message)?,
                    Err(error) => self.bad_worker_frame(error),
                },
            }
        }
        Ok(())
    }

    fn hear_worker(&mut self, peer: &[u8], message: FromWorker) -> Result<(), NetError> {
        let now = self.now();
        match message {
            FromWorker::Hello {
                version: PROTOCOL_VERSION,
                worker,
                secret,
            } => {
                if let Err(refusal) = self.transport.meet(worker, secret, peer) {
                    self.bad_worker_frame(format_args!("a hello is refused: {refusal}"));
                } else if !self.dispatcher.started(worker, now, &mut self.transport) {
                    self.bad_worker_frame("a hello from a worker that nobody expects");
                }
            }
            FromWorker::Hello { version, .. } => {
                self.bad_worker_frame(format_args!("a worker of protocol version {version}"));
            }
            FromWorker::Progress(progress) => self.note_progress(peer, &progress, now),
            FromWorker::Failed {
                assignment,
                sequence,
                reason,
            } => self.note_failure(peer, (assignment, sequence), &reason),
            FromWorker::Unreachable { assignment, reason } => {
                return self.note_unreachable(peer, assignment, &reason);
            }
        }
        Ok(())
    }

    /// A session whose results nobody takes is over: its work would be for nothing.
    fn note_unreachable(
        &mut self,
        peer: &[u8],
        assignment: AssignmentNo,
        reason: &str,
    ) -> Result<(), NetError> {
        let Some(worker) = self.transport.worker_of(peer) else {
            self.bad_worker_frame("news of a client before a hello");
            return Ok(());
        };
        let Some(session) = self.dispatcher.session_of(worker, assignment) else {
            return Ok(());
        };
        let now = self.now();
        let reason = format!("your results address can't be reached: {reason}");
        self.sessions.expel(
            session,
            &reason,
            now,
            &mut self.dispatcher,
            &mut self.transport,
        )
    }

    fn note_progress(&mut self, peer: &[u8], progress: &Progress, now: Duration) {
        match self.transport.worker_of(peer) {
            Some(worker) => {
                self.transport.progressed(worker);
                self.dispatcher
                    .progress(worker, progress, now, &mut self.transport);
            }
            None => self.bad_worker_frame("progress before a hello"),
        }
    }

    fn note_failure(&mut self, peer: &[u8], batch: (AssignmentNo, u64), reason: &str) {
        let now = self.now();
        match self.transport.worker_of(peer) {
            Some(worker) => {
                self.dispatcher
                    .failed(worker, batch, reason, now, &mut self.transport);
            }
            None => self.bad_worker_frame("a failure before a hello"),
        }
    }

    fn bad_worker_frame(&mut self, what: impl std::fmt::Display) {
        if self.bad_worker_frames == 0 {
            tracing::warn!("a frame on the workers' socket is passed over: {what}");
        }
        self.bad_worker_frames += 1;
    }

    fn has_room(&self) -> bool {
        let held = self.dispatcher.held(OLD_WIRE);
        held.batches < MOST_LEASES && held.commands < self.sessions.max_commands()
    }

    fn take_batches(&mut self, ready_to_read: bool) -> Result<(), ServerError> {
        let now = self.now();
        let mut turn = Turn::default();
        while ready_to_read && self.has_room() && turn.goes_on(self.receiver.frame()) {
            let (sessions, dispatcher) = (&mut self.sessions, &mut self.dispatcher);
            if !self
                .receiver
                .take(sessions, dispatcher, &mut self.transport, now)?
            {
                break;
            }
        }
        self.dispatcher.pump(now, &mut self.transport);
        Ok(())
    }

    /// Listens to children, and reaps those that have ended.
    fn reap(&mut self) -> Result<(), ServerError> {
        let action = "can't reap a worker";
        let ended = self
            .transport
            .reap()
            .map_err(|source| ServerError::System { action, source })?;
        for (worker, end) in ended {
            self.transport.blame(Some(end.clone()));
            let lost = self.dispatcher.counts().workers_lost;
            self.dispatcher
                .ended(worker, self.now(), &mut self.transport);
            if self.dispatcher.counts().workers_lost > lost {
                self.last_loss = Some(end.clone());
            }
            if self.dispatcher.has_given_up() {
                // For the end of this one, whatever others may have ended of.
                let error = ServerError::NoWorkers(end);
                self.sessions.turn_away(&error, &mut self.transport)?;
                return Err(error);
            }
        }
        self.transport.blame(None);
        Ok(())
    }

    fn report(mut self) -> Report {
        self.transport.end_all();
        let counts = self.dispatcher.counts();
        Report {
            batches: counts.batches,
            retried: counts.retried,
            failed: counts.failed,
            unknown_commands: self.receiver.unknown_commands(),
            bad_frames: self.receiver.bad_frames()
                + self.sessions.bad_frames()
                + self.bad_worker_frames,
            workers_started: self.transport.workers_started(),
            workers_lost: counts.workers_lost,
            last_loss: self.last_loss,
            peak_rss_kib: self.transport.workers_peak_rss_kib() + Usage::of_self().peak_rss_kib,
            lock_switches: self.transport.lock_switches(),
            fastest_loop_ns: self.transport.fastest_loop_ns(),
        }
    }
}

/// What has been received from a socket since the others had their turn.
#[derive(Default)]
struct Turn {
    frames: usize,
    bytes: usize,
}

impl Turn {
    /// Whether one more frame may be received, after `last`.
    fn goes_on(&mut self, last: &[u8]) -> bool {
        self.bytes += if self.frames == 0 { 0 } else { last.len() };
        self.frames += 1;
        self.frames <= TURN && self.bytes <= TURN_BYTES
    }
}

/// How many connections each of the two listeners may have: what is left of the descriptors when
/// the workers have theirs.
fn connections(options: &Options) -> usize {
    let reserved = descriptors_needed(options.limits.max_workers);
    let left = descriptor_limit().saturating_sub(reserved) / 2;
    usize::try_from(left)
        .unwrap_or(MOST_CONNECTIONS)
        .clamp(8, MOST_CONNECTIONS)
}

/// The token for a control channel that others could reach as well.
fn token_for(
    url: &str,
    options: &Options,
    scratch: &Scratch,
) -> Result<Option<Token>, ServerError> {
    if url.parse().is_ok_and(|url: Endpoint| url.is_private()) {
        return Ok(None);
    }
    let file = options.token_file.clone();
    let file = file.unwrap_or_else(|| scratch.file("token"));
    let token = Token::issue(file.clone());
    token
        .map(Some)
        .map_err(|source| ServerError::Token { file, source })
}

fn socket_at(context: &Context, kind: Kind, url: &str) -> Result<(Socket, String), NetError> {
    let mut socket = context.socket(kind)?;
    let bound = socket.bind(url)?;
    Ok((socket, bound))
}
