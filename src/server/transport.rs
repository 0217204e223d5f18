//! The dispatcher's decisions, carried out over sockets and processes.

use std::io;
use std::path::PathBuf;

use super::chaos::FaultInjector;
use super::client::Client;
use super::effects::Effects;
use super::outgoing::Outgoing;
use super::supervisor::ProcessSupervisor;
use super::worker_connections::WorkerConnections;
use super::{Load, Options, ServerError, socket_at};
use crate::model::{AssignmentNo, BatchId, Job, Ranges, Secret, WorkerNo, split_reason};
use crate::net::{Context, Kind, Listener, NetError, Routed, Socket};
use crate::process::Scratch;
use crate::wire::control::{self, ToClient};
use crate::wire::worker::{self as messages, ToWorker};

/// What carries out the dispatcher's decisions: the sockets to workers and clients, and the worker
/// processes.
pub(super) struct Transport {
    supervisor: ProcessSupervisor,
    workers: Socket,
    control: Listener,
    connections: WorkerConnections,
    outgoing: Outgoing,
    /// The folder in which workers write down when each command ran.
    trace: Option<PathBuf>,
    faults: FaultInjector,
    failure: Option<NetError>,
    /// How the worker ended whose batches are being taken back.
    end: Option<String>,
    frame: Vec<u8>,
    /// Holds the workers' socket; removed when the server is.
    _scratch: Scratch,
}

impl Transport {
    pub(super) fn open(
        context: &Context,
        options: &Options,
        scratch: Scratch,
        control: Listener,
    ) -> Result<Self, ServerError> {
        let (workers, url) = socket_at(context, Kind::Router, &scratch.endpoint("workers.ipc"))?;
        let action = "can't watch child processes";
        let supervisor = ProcessSupervisor::new(options.program.clone(), url, &options.job)
            .map_err(|source| ServerError::System { action, source })?;
        Ok(Transport {
            supervisor,
            workers,
            control,
            connections: WorkerConnections::default(),
            outgoing: Outgoing::default(),
            trace: options.trace.clone(),
            faults: FaultInjector::new(options.chaos),
            failure: None,
            end: None,
            frame: Vec::new(),
            _scratch: scratch,
        })
    }

    pub(super) fn supervisor(&self) -> &ProcessSupervisor {
        &self.supervisor
    }

    pub(super) fn workers(&self) -> &Socket {
        &self.workers
    }

    pub(super) fn control(&self) -> &Listener {
        &self.control
    }

    pub(super) fn control_mut(&mut self) -> &mut Listener {
        &mut self.control
    }

    /// A peer says that it is a worker. It is told, and not met, when it can't show that worker's
    /// secret, or when the worker, or the peer, has said hello before.
    pub(super) fn meet(
        &mut self,
        worker: WorkerNo,
        secret: Secret,
        name: &[u8],
    ) -> Result<(), &'static str> {
        let expected = self.supervisor.secret_of(worker);
        let met = self.connections.meet(name, worker, secret, expected);
        if let Err(refusal) = met {
            let reason = refusal.to_owned();
            let rejection = ToWorker::Reject { reason };
            let sent = transmit(&self.workers, name, &rejection, &mut self.frame);
            self.note(sent);
        }
        met
    }

    pub(super) fn worker_of(&self, name: &[u8]) -> Option<WorkerNo> {
        self.connections.worker_of(name)
    }

    /// Whether a connection of the workers' socket was that of one that has ended lately.
    pub(super) fn has_ended(&self, name: &[u8]) -> bool {
        self.connections.has_ended(name)
    }

    /// Says something on a connection of the control socket; tells whether it is still there.
    pub(super) fn tell(&mut self, peer: &[u8], message: &ToClient) -> Routed {
        self.frame.clear();
        control::encode(message, &mut self.frame);
        self.control.send_to(peer, &self.frame)
    }

    /// Tells a client something, if it has a control channel. That it is gone is seen by the next
    /// probe.
    pub(super) fn tell_client(&mut self, client: &Client, message: &ToClient) -> Option<Routed> {
        let control = client.control.as_ref()?;
        Some(self.tell(&control.identity.peer, message))
    }

    /// Sends what has been gathered, and carries out injected faults.
    pub(super) fn flush(&mut self) -> Result<(), NetError> {
        for worker in self.outgoing.begun() {
            if let Some(bundle) = self.outgoing.flush(worker) {
                self.send(worker, bundle);
            }
        }
        for worker in self.faults.take_running() {
            self.supervisor.kill(worker);
        }
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Says something to a worker, after the batches that it was given before.
    fn say(&mut self, worker: WorkerNo, message: ToWorker) {
        let messages = self.outgoing.after_batches(worker, message);
        messages.for_each(|message| self.send(worker, message));
    }

    fn send(&mut self, worker: WorkerNo, message: ToWorker) {
        if let Some(name) = self.connections.name_of(worker) {
            let sent = transmit(&self.workers, name, &message, &mut self.frame);
            self.note(sent);
        }
        self.outgoing.reuse(worker, message);
    }

    /// Keeps the first failure, to be told by [`Transport::flush`].
    fn note(&mut self, sent: Result<(), NetError>) {
        if let Err(error) = sent {
            self.failure.get_or_insert(error);
        }
    }

    /// A worker has made progress, which some do not survive.
    pub(super) fn progressed(&mut self, worker: WorkerNo) {
        if self.faults.kills_after_progress(worker) {
            self.supervisor.kill(worker);
        }
    }

    /// What is given up from now on is given up because of this end of a worker, or, without one,
    /// for another reason.
    pub(super) fn blame(&mut self, end: Option<String>) {
        self.end = end;
    }

    /// Listens to workers, reaps those that have ended, and says which, and of what.
    pub(super) fn reap(&mut self) -> io::Result<Vec<(WorkerNo, String)>> {
        let ended = self.supervisor.reap()?;
        for (worker, _) in &ended {
            self.outgoing.forget(*worker);
            self.faults.forget(*worker);
            self.connections.strike(*worker);
        }
        Ok(ended)
    }

    pub(super) fn end_all(&mut self) {
        self.supervisor.end_all();
    }

    pub(super) fn workers_started(&self) -> u64 {
        self.supervisor.started()
    }

    pub(super) fn workers_peak_rss_kib(&self) -> u64 {
        self.supervisor.peak_rss_kib()
    }

    pub(super) fn lock_switches(&self) -> u64 {
        self.supervisor.lock_switches()
    }

    pub(super) fn fastest_loop_ns(&self) -> Option<u64> {
        self.supervisor.fastest_loop_ns()
    }
}

/// Sends a message to a connection of the workers' socket. That it is gone is seen, and dealt with,
/// when its process ends.
fn transmit(
    workers: &Socket,
    name: &[u8],
    message: &ToWorker,
    frame: &mut Vec<u8>,
) -> Result<(), NetError> {
    frame.clear();
    if let Err(error) = messages::encode(message, frame) {
        tracing::error!("a message to a worker can't be encoded: {error}");
        return Ok(());
    }
    workers.send_to(name, frame).map(drop)
}

impl Effects for Transport {
    type Client = Client;

    fn start(&mut self, worker: WorkerNo) {
        self.supervisor.start(worker);
    }

    fn open(&mut self, worker: WorkerNo, client: &Client, job: &Job, assignment: AssignmentNo) {
        self.supervisor.reassign(worker);
        let (results, job) = (client.results.clone(), job.clone());
        let trusted = client.control.is_none();
        let file = |folder: &PathBuf| folder.join(format!("worker-{worker}.csv"));
        let trace = self
            .trace
            .as_ref()
            .map(|folder| file(folder).display().to_string());
        self.say(
            worker,
            ToWorker::Open {
                assignment,
                results,
                trusted,
                job,
                trace,
            },
        );
    }

    fn run(&mut self, worker: WorkerNo, sequence: u64, id: BatchId, load: Load<'_>) {
        if self.faults.kills_before_batch(worker) {
            self.supervisor.kill(worker);
        }
        if let Some(bundle) = self.outgoing.add(worker, sequence, id, load) {
            self.send(worker, bundle);
        }
    }

    fn close(&mut self, worker: WorkerNo) {
        self.say(worker, ToWorker::Close);
    }

    fn stop(&mut self, worker: WorkerNo) {
        self.say(worker, ToWorker::Stop);
    }

    fn discard(&mut self, worker: WorkerNo) {
        self.supervisor.kill(worker);
    }

    fn kill(&mut self, worker: WorkerNo, reason: &str) {
        tracing::warn!(worker, "killing a worker: {reason}");
        self.supervisor.kill_for(worker, reason);
    }

    fn fail(&mut self, client: &Client, sequence: u64, id: BatchId, reason: &str) {
        let reason = &match &self.end {
            Some(end) => format!("{reason}; {end}"),
            None => reason.to_owned(),
        };
        // A traceback is for the client.
        let (line, _) = split_reason(reason);
        tracing::error!(session = client.no, batch = %id.0, "a batch is given up: {line}");
        let failed = ToClient::Failed {
            batch: sequence,
            reason: reason.clone(),
        };
        self.tell_client(client, &failed);
    }

    fn query(&mut self, client: &Client, batches: Ranges) {
        self.tell_client(client, &ToClient::Query(batches));
    }
}
