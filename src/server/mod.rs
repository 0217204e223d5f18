//! The gateway: takes batches from clients, hands them to workers, supervises the workers.
//!
//! The decisions are in [`Dispatcher`], a plain struct; here are the sockets, timers and processes
//! around it. One loop waits for all of them at once.
//!
//! Must not know: what a workload does, how a trial is measured.

mod admission;
mod batch_receiver;
mod chaos;
mod client;
mod dispatcher;
mod effects;
mod gateway;
mod limits;
mod load;
mod options;
mod outgoing;
mod quota;
mod session;
mod session_index;
mod session_manager;
mod supervisor;
mod terms;
mod token;
mod transport;
mod worker_connections;
mod worker_pool;

pub use chaos::{Chaos, ChaosError};
pub use dispatcher::{Counts, Dispatcher};
pub use effects::Effects;
pub use limits::WorkerLimits;
pub use load::Load;
pub use options::{Options, Ready, Report, ServerError, ServerFailure};
pub use outgoing::Outgoing;
pub use session::{Backlog, Session};
pub use terms::Terms;

use std::time::Duration;

use crate::clock::{self, Tick};
use crate::model::{Job, Secret, SessionNo, SpawnMode, Table, WorkerNo};
use crate::net::{
    self, Context, Endpoint, Frame, Kind, Listener, ListenerOptions, NetError, PollEntry, Received,
    Socket,
};
use crate::process::{Lifeline, Scratch, Signals, Usage, descriptor_limit};
use crate::wire::PROTOCOL_VERSION;
use crate::wire::worker::FromWorker;
use batch_receiver::BatchReceiver;
use gateway::Gateway;
use session_manager::SessionManager;
use token::Token;
use transport::Transport;

/// How many file descriptors a server of so many workers needs: for itself and libzmq, and for each
/// worker its process, its lifeline, its exit report, its standard error, its connections.
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

/// The number of the one session that all clients without a control channel share.
const WITHOUT_CONTROL: SessionNo = 0;

/// With so many batches of clients that know no window, or with as many commands as a server keeps,
/// no more are received until there are fewer: they are held back by their own sockets.
const MOST_LEASES: u64 = 262_144;

/// Connections that one of the two listeners may have, though there were descriptors for more: twice
/// as many as there may be clients.
const MOST_CONNECTIONS: usize = 2048;

/// How many descriptors more are of use: for the connections of clients.
pub const SPARE_DESCRIPTORS: u64 = 2 * MOST_CONNECTIONS as u64;

/// How many frames, and how many bytes, are received from a socket before the other sockets, and the
/// signals, are looked at. What a frame costs grows with its length.
const FRAMES_AT_ONCE: usize = 512;
const BYTES_AT_ONCE: usize = 4 << 20;

/// Runs a server until it is told to leave by a signal, its lifeline, or a client, or has nobody
/// to serve (when asked for). `ready` is told its addresses once it can be reached.
///
/// # Errors
/// When an address can't be bound, a socket fails, or workers can't be started.
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
    gateway: Gateway,
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
        let batches = Listener::bind(&options.batches, ListenerOptions::batches(connections))?;
        let listening = ListenerOptions::control(connections)
            .asking_for(token.as_ref().map(|token| token.secret));
        let control = Listener::bind(&url, listening)?;
        let ready = Ready {
            batches: batches.url().to_owned(),
            control: control.url().to_owned(),
            pid: std::process::id(),
            token: token.as_ref().map(|token| token.secret),
            token_file: token.map(|token| token.file),
        };
        let receiver = BatchReceiver::open(batches, table);
        let mut gateway = Gateway {
            now: Duration::ZERO,
            dispatcher: Dispatcher::new(options.limits.clone()),
            transport: Transport::open(context, &options, scratch, control)?,
        };
        let sessions = SessionManager::new(&options, ready.batches.clone());
        if let Some(results) = options.results {
            sessions.admit_without_control(results, options.job, &mut gateway);
        }
        let eager = match options.spawn {
            SpawnMode::Eager => options.limits.max_workers,
            SpawnMode::Lazy => 0,
        };
        Ok(Server {
            gateway,
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
        let eager = self.eager;
        self.gateway()
            .tell(|dispatcher, now, fx| dispatcher.start_workers(eager, now, fx));
        loop {
            if self.gateway.dispatcher.ready_workers() >= self.eager
                && let Some(ready) = ready.take()
            {
                ready(&self.ready);
            }
            let readiness = self.wait()?;
            if self.leaves_at_once() {
                return Ok(());
            }
            self.take_from_clients(readiness.control)?;
            self.take_from_workers()?;
            self.take_batches(readiness.batches)?;
            self.reap()?;
            self.gateway()
                .tell(|dispatcher, now, fx| dispatcher.tick(now, fx));
            self.gateway.transport.flush()?;
            if self.is_over() {
                return Ok(());
            }
        }
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// The gateway, now.
    fn gateway(&mut self) -> &mut Gateway {
        self.gateway.now = self.now();
        &mut self.gateway
    }

    /// Waits until there is something to do, and says which listeners have something to receive.
    fn wait(&self) -> Result<Readiness, NetError> {
        let transport = &self.gateway.transport;
        let deadlines = [
            self.gateway.dispatcher.next_deadline(),
            self.sessions.probe_at(),
            self.leave_by,
        ];
        let next = deadlines.into_iter().flatten().min();
        let mut entries = vec![
            PollEntry::descriptor(&self.signals),
            PollEntry::descriptor(transport.supervisor()),
            PollEntry::readable(transport.workers()),
            PollEntry::descriptor(transport.control()),
        ];
        let mut waits = [
            next.map(|next| next.saturating_sub(self.now())),
            transport.control().due(),
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
            control: entries[3].is_ready() || transport.control().due() == Some(Duration::ZERO),
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
            self.gateway()
                .tell(|dispatcher, now, fx| dispatcher.drain(now, fx));
            self.leave_by = Some(self.gateway.now + self.drain_timeout);
            self.sessions.drain();
        }
    }

    fn is_over(&mut self) -> bool {
        if self.sessions.wants_to_leave() && self.gateway.dispatcher.is_idle() {
            self.leave();
        }
        self.leave_by.is_some() && self.gateway.dispatcher.workers() == 0
    }

    fn take_from_clients(&mut self, is_ready: bool) -> Result<(), ServerError> {
        self.gateway.now = self.now();
        let (sessions, gateway) = (&mut self.sessions, &mut self.gateway);
        let (mut peer, mut frame) = (Vec::new(), Vec::new());
        let mut budget = ReceiveBudget::default();
        while is_ready && budget.allows_one_more(&frame) {
            let control = gateway.transport.control_mut();
            match control.receive_from(&mut peer, &mut frame)? {
                Received::Nothing => break,
                Received::Multipart => sessions.bad_frame("several frames"),
                Received::Frame => sessions.take(&peer, &frame, gateway),
            }
        }
        // After what they have said: the last message of one who left may have been a goodbye.
        if gateway.transport.control_mut().take_lost() {
            sessions.somebody_left(gateway.now);
        }
        sessions.probe(gateway);
        Ok(())
    }

    fn take_from_workers(&mut self) -> Result<(), ServerError> {
        self.gateway.now = self.now();
        let (mut peer, mut frame) = (Frame::default(), Frame::default());
        let mut budget = ReceiveBudget::default();
        while budget.allows_one_more(&frame) {
            let workers = self.gateway.transport.workers();
            match workers.receive_from(&mut peer, &mut frame)? {
                Received::Nothing => break,
                Received::Multipart => self.bad_worker_frame("several frames"),
                Received::Frame => match crate::wire::worker::decode(&frame) {
                    Ok(FromWorker::Hello {
                        version,
                        worker,
                        secret,
                    }) => self.greet_worker(&peer, version, worker, secret),
                    Ok(message) => match self.gateway.transport.worker_of(&peer) {
                        Some(worker) => self.take_from_worker(worker, message),
                        // What it has said last came after its end.
                        None if self.gateway.transport.has_ended(&peer) => {}
                        None => self.bad_worker_frame("a message before a hello"),
                    },
                    Err(error) => self.bad_worker_frame(error),
                },
            }
        }
        Ok(())
    }

    fn greet_worker(&mut self, peer: &[u8], version: u32, worker: WorkerNo, secret: Secret) {
        if version != PROTOCOL_VERSION {
            let what = format_args!("a worker of protocol version {version}");
            return self.bad_worker_frame(what);
        }
        let gateway = &mut self.gateway;
        if let Err(refusal) = gateway.transport.meet(worker, secret, peer) {
            self.bad_worker_frame(format_args!("a hello is refused: {refusal}"));
        } else if !gateway.tell(|dispatcher, now, fx| dispatcher.ready(worker, now, fx)) {
            self.bad_worker_frame("a hello from a worker that nobody expects");
        }
    }

    fn take_from_worker(&mut self, worker: WorkerNo, message: FromWorker) {
        let gateway = &mut self.gateway;
        match message {
            FromWorker::Progress(progress) => {
                gateway.transport.progressed(worker);
                gateway.tell(|dispatcher, now, fx| dispatcher.progress(worker, &progress, now, fx));
            }
            FromWorker::Failed {
                assignment,
                sequence,
                reason,
            } => gateway.tell(|dispatcher, now, fx| {
                dispatcher.failed(worker, (assignment, sequence), &reason, now, fx);
            }),
            // A session whose results nobody takes is over: its work would be for nothing.
            FromWorker::Unreachable { assignment, reason } => {
                if let Some(session) = gateway.dispatcher.session_of(worker, assignment) {
                    let reason = format!("your results address can't be reached: {reason}");
                    self.sessions.expel(session, &reason, gateway);
                }
            }
            FromWorker::Hello { .. } => {}
        }
    }

    fn bad_worker_frame(&mut self, what: impl std::fmt::Display) {
        if self.bad_worker_frames == 0 {
            tracing::warn!("a frame on the workers' socket is passed over: {what}");
        }
        self.bad_worker_frames += 1;
    }

    fn has_room(&self) -> bool {
        let backlog = self.gateway.dispatcher.backlog(WITHOUT_CONTROL);
        backlog.batches < MOST_LEASES && backlog.commands < self.sessions.max_commands()
    }

    fn take_batches(&mut self, is_ready: bool) -> Result<(), ServerError> {
        self.gateway.now = self.now();
        let mut budget = ReceiveBudget::default();
        while is_ready && self.has_room() && budget.allows_one_more(self.receiver.frame()) {
            if !self.receiver.take(&mut self.sessions, &mut self.gateway)? {
                break;
            }
        }
        self.gateway
            .tell(|dispatcher, now, fx| dispatcher.pump(now, fx));
        Ok(())
    }

    /// Listens to children, and reaps those that have ended.
    fn reap(&mut self) -> Result<(), ServerError> {
        let gateway = self.gateway();
        let action = "can't reap a worker";
        let ended =
            (gateway.transport.reap()).map_err(|source| ServerError::System { action, source })?;
        for (worker, end) in ended {
            let gateway = &mut self.gateway;
            gateway.transport.blame(Some(end.clone()));
            let lost = gateway.dispatcher.counts().workers_lost;
            gateway.tell(|dispatcher, now, fx| dispatcher.ended(worker, now, fx));
            if gateway.dispatcher.counts().workers_lost > lost {
                self.last_loss = Some(end.clone());
            }
            if gateway.dispatcher.has_given_up() {
                // For the end of this one, whatever others may have ended of.
                let error = ServerError::NoWorkers(end);
                self.sessions.turn_away(&error, gateway);
                return Err(error);
            }
        }
        self.gateway.transport.blame(None);
        Ok(())
    }

    fn report(mut self) -> Report {
        let transport = &mut self.gateway.transport;
        transport.end_all();
        let counts = self.gateway.dispatcher.counts();
        Report {
            batches: counts.batches,
            retried: counts.retried,
            failed: counts.failed,
            unknown_commands: self.receiver.unknown_commands(),
            bad_frames: self.receiver.bad_frames()
                + self.sessions.bad_frames()
                + self.bad_worker_frames,
            workers_started: transport.workers_started(),
            workers_lost: counts.workers_lost,
            last_loss: self.last_loss,
            peak_rss_kib: transport.workers_peak_rss_kib() + Usage::of_self().peak_rss_kib,
            lock_switches: transport.lock_switches(),
            fastest_loop_ns: transport.fastest_loop_ns(),
        }
    }
}

/// What has been received from a socket since the others were looked at.
#[derive(Default)]
struct ReceiveBudget {
    frames: usize,
    bytes: usize,
}

impl ReceiveBudget {
    /// Whether one more frame may be received, after `last`.
    fn allows_one_more(&mut self, last: &[u8]) -> bool {
        self.bytes += if self.frames == 0 { 0 } else { last.len() };
        self.frames += 1;
        self.frames <= FRAMES_AT_ONCE && self.bytes <= BYTES_AT_ONCE
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
