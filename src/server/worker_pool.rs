//! Who works and who has room: the workers as the dispatcher sees them, without their processes
//! (`supervisor.rs`) and their connections (`worker_connections.rs`).

use std::collections::VecDeque;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::limits::WorkerLimits;
use super::load::Waits;
use crate::model::{AssignmentNo, Job, SessionNo, WorkerNo};

/// The workers, and where those with room are found.
#[derive(Debug, Default)]
pub(super) struct WorkerPool {
    workers: FxHashMap<WorkerNo, Worker>,
    next: WorkerNo,
    assignments: AssignmentNo,
    /// When a worker last said hello: the others that start have had to share the cores with it.
    last_ready: Duration,
    /// Workers that are assigned to no session, those idle longest first.
    idle: VecDeque<WorkerNo>,
    /// Workers with room, by session, first free first.
    free: FxHashMap<SessionNo, VecDeque<WorkerNo>>,
    /// How many workers each session has.
    counts: FxHashMap<SessionNo, u32>,
}

/// One worker, as the gateway sees it.
#[derive(Debug)]
pub(super) struct Worker {
    stage: Stage,
    /// Whether it has said hello, whatever became of it.
    has_been_ready: bool,
    assigned: Option<SessionNo>,
    /// What it was told last to work on, and whose that is, though the session may be over.
    assignment: AssignmentNo,
    session: SessionNo,
    /// How many batches it holds: it was given them, and has not answered for them.
    held: u64,
    /// Units given to it, and finished by it, in this assignment: credit, which says how much it may
    /// be given, and not what it holds.
    given: u64,
    finished: u64,
    window: u64,
    /// The window within which even slow batches are given.
    floor: u64,
    /// Whether it holds a batch that is known to take long.
    slow: bool,
    /// Units given to it since it was assigned, or last held nothing: after a window's worth, its
    /// quantum, it may be asked to yield to another session.
    quantum_used: u64,
    /// When it was assigned, and how long it then took to finish anything: what a change costs.
    assigned_at: Duration,
    change_cost: Option<Duration>,
    /// Whether it is in the list of those that are idle or free.
    listed: bool,
    /// When it last did anything.
    since: Duration,
    /// When it last said anything.
    heard: Duration,
    /// Whether it says, while it runs a batch, that it does: not so an interpreter under a barrier.
    sends_heartbeats: bool,
    /// How long, beyond the time limit, it may rightly finish nothing, or say nothing.
    waits: Waits,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Starting,
    /// It has said hello.
    Ready,
    /// Told to leave.
    Leaving,
    /// Killed; its end is not seen yet.
    Condemned,
}

impl Worker {
    /// Whether its hello is waited for.
    pub(super) fn is_starting(&self) -> bool {
        self.stage == Stage::Starting
    }

    pub(super) fn is_ready(&self) -> bool {
        self.stage == Stage::Ready
    }

    /// Whether it has ever said hello.
    pub(super) fn has_been_ready(&self) -> bool {
        self.has_been_ready
    }

    /// Whether it was told to leave. (One that is condemned was not: its end counts as a loss.)
    pub(super) fn is_leaving(&self) -> bool {
        self.stage == Stage::Leaving
    }

    pub(super) fn leave(&mut self, now: Duration) {
        self.stage = Stage::Leaving;
        (self.since, self.heard) = (now, now);
    }

    /// Its end is wanted at once.
    pub(super) fn condemn(&mut self) {
        self.stage = Stage::Condemned;
    }

    /// What it works on.
    pub(super) fn assignment(&self) -> AssignmentNo {
        self.assignment
    }

    /// The session that its assignment is of.
    pub(super) fn session(&self) -> SessionNo {
        self.session
    }

    /// When it last did anything.
    pub(super) fn since(&self) -> Duration {
        self.since
    }

    /// The session that it works for, or is being started for.
    pub(super) fn assigned(&self) -> Option<SessionNo> {
        self.assigned
    }

    /// Whether it has answered for all that it was given.
    pub(super) fn holds_nothing(&self) -> bool {
        self.held == 0
    }

    /// Whether it may be given a batch.
    pub(super) fn has_room(&self, slow: bool) -> bool {
        let limit = if slow || self.slow {
            self.floor
        } else {
            self.window
        };
        self.is_ready() && self.given.saturating_sub(self.finished) < limit
    }

    /// Whether it has been given a window's worth of batches without a pause.
    pub(super) fn has_used_its_quantum(&self) -> bool {
        self.quantum_used >= self.window
    }

    /// Whether it has worked for its session for so long that another change is a fifth of its time
    /// at the most: an interpreter takes longer to start than many a batch to run.
    pub(super) fn has_paid_off(&self, now: Duration) -> bool {
        const LONGEST: Duration = Duration::from_secs(1);
        let cost = match self.change_cost {
            Some(cost) => cost,
            None if self.given == 0 => Duration::ZERO,
            None => return false,
        };
        now.saturating_sub(self.assigned_at) >= cost.saturating_mul(5).min(LONGEST)
    }

    /// It is given a batch.
    pub(super) fn take(&mut self, units: u64, waits: Waits, now: Duration) {
        if self.holds_nothing() {
            (self.since, self.heard) = (now, now);
            self.waits = Waits::default();
            self.slow = false;
            self.quantum_used = 0;
        }
        self.held += 1;
        self.given += units;
        self.quantum_used += units;
        self.slow |= !waits.longest.is_zero();
        self.waits.batch = self.waits.batch.max(waits.batch);
        self.waits.longest = self.waits.longest.max(waits.longest);
    }

    /// It has answered for so many batches.
    pub(super) fn answered(&mut self, batches: u64, now: Duration) {
        // A worker that claims more than it was given is one that we can't believe.
        self.held = self.held.saturating_sub(batches);
        self.heard = now;
        if batches > 0 {
            self.since = now;
            let cost = now.saturating_sub(self.assigned_at);
            self.change_cost.get_or_insert(cost);
        }
    }

    /// It has finished so many units in its assignment.
    pub(super) fn progress(&mut self, finished: u64, window: u64, now: Duration) {
        let before = self.finished;
        self.finished = finished.clamp(self.finished, self.given);
        self.window = window.max(self.floor);
        self.heard = now;
        if self.finished > before {
            self.since = now;
        }
        self.slow &= !self.holds_nothing();
    }

    /// When it is to be taken for hung, if it is to do anything. `last_ready` is when a worker last
    /// said hello.
    fn due(&self, limits: &WorkerLimits, last_ready: Duration) -> Option<Duration> {
        match self.stage {
            // However many are started at once, they get ready one after the other.
            Stage::Starting => Some(
                self.since
                    .max(last_ready)
                    .saturating_add(limits.start_timeout),
            ),
            Stage::Ready if self.holds_nothing() => None,
            Stage::Ready | Stage::Leaving => Some(self.patience_ends(limits)),
            Stage::Condemned => None,
        }
    }

    /// When it will have done nothing, or said nothing, for too long.
    fn patience_ends(&self, limits: &WorkerLimits) -> Duration {
        let patience = limits.batch_timeout.saturating_add(self.waits.batch);
        let by_work = self.since.saturating_add(patience);
        if !self.sends_heartbeats {
            return by_work;
        }
        let patience = limits.batch_timeout.max(WorkerLimits::HEARTBEAT_TIMEOUT);
        let patience = patience.saturating_add(self.waits.longest);
        by_work.min(self.heard.saturating_add(patience))
    }

    /// What it has not done, when it is taken for hung.
    fn omission(&self) -> &'static str {
        match self.stage {
            Stage::Starting => "not started",
            Stage::Leaving => "been told to leave and has not left",
            Stage::Ready | Stage::Condemned => "finished nothing",
        }
    }
}

impl WorkerPool {
    /// A new worker, that is to be started; assigned, if it is for a session.
    pub(super) fn add(&mut self, assigned: Option<SessionNo>, now: Duration) -> WorkerNo {
        self.next += 1;
        let worker = Worker {
            stage: Stage::Starting,
            has_been_ready: false,
            assigned,
            assignment: 0,
            session: 0,
            held: 0,
            given: 0,
            finished: 0,
            window: 0,
            floor: 0,
            slow: false,
            quantum_used: 0,
            assigned_at: now,
            change_cost: None,
            listed: false,
            since: now,
            heard: now,
            sends_heartbeats: false,
            waits: Waits::default(),
        };
        self.workers.insert(self.next, worker);
        self.count(assigned);
        self.next
    }

    /// A worker has said hello.
    pub(super) fn set_ready(&mut self, no: WorkerNo, now: Duration) {
        self.last_ready = now;
        if let Some(worker) = self.workers.get_mut(&no) {
            worker.stage = Stage::Ready;
            worker.has_been_ready = true;
            (worker.since, worker.heard) = (now, now);
        }
    }

    /// A worker has ended. Gives what was known of it.
    pub(super) fn remove(&mut self, no: WorkerNo) -> Option<Worker> {
        self.unlist(no);
        let worker = self.workers.remove(&no)?;
        self.uncount(worker.assigned);
        Some(worker)
    }

    pub(super) fn get(&self, no: WorkerNo) -> Option<&Worker> {
        self.workers.get(&no)
    }

    pub(super) fn get_mut(&mut self, no: WorkerNo) -> Option<&mut Worker> {
        self.workers.get_mut(&no)
    }

    pub(super) fn numbers(&self) -> Vec<WorkerNo> {
        self.workers.keys().copied().collect()
    }

    pub(super) fn len(&self) -> u32 {
        self.workers.len() as u32
    }

    /// Workers that are to stay, as far as is known now.
    pub(super) fn staying(&self) -> u32 {
        self.workers
            .values()
            .filter(|worker| !worker.is_leaving())
            .count() as u32
    }

    pub(super) fn ready(&self) -> u32 {
        self.workers
            .values()
            .filter(|worker| worker.is_ready())
            .count() as u32
    }

    /// How many workers work for a session, or are being started for it.
    pub(super) fn assigned_to(&self, session: SessionNo) -> u32 {
        self.counts.get(&session).copied().unwrap_or(0)
    }

    /// Workers of a session that are ready.
    pub(super) fn of_session(&self, session: SessionNo) -> Vec<WorkerNo> {
        let ready = |(&no, worker): (&WorkerNo, &Worker)| {
            (worker.assigned == Some(session) && worker.is_ready()).then_some(no)
        };
        self.workers.iter().filter_map(ready).collect()
    }

    /// Workers that are ready and hold nothing.
    pub(super) fn holding_nothing(&self) -> impl Iterator<Item = (WorkerNo, &Worker)> {
        let is_free = |worker: &Worker| worker.is_ready() && worker.holds_nothing();
        self.workers
            .iter()
            .filter(move |(_, worker)| is_free(worker))
            .map(|(&no, w)| (no, w))
    }

    /// Assigns a worker that holds nothing to a session. Gives the number of its assignment.
    pub(super) fn assign(
        &mut self,
        no: WorkerNo,
        session: SessionNo,
        job: &Job,
        now: Duration,
    ) -> AssignmentNo {
        self.unlist(no);
        self.assignments += 1;
        if let Some(worker) = self.workers.get_mut(&no) {
            let old = worker.assigned.replace(session);
            worker.assignment = self.assignments;
            worker.session = session;
            // What units of the last assignment it has not told does not matter any more.
            (worker.given, worker.finished) = (0, 0);
            worker.floor = job.initial_window();
            worker.sends_heartbeats = job.tells_of_commands();
            worker.window = worker.floor;
            worker.quantum_used = 0;
            (worker.assigned_at, worker.change_cost) = (now, None);
            self.uncount(old);
            self.count(Some(session));
        }
        self.assignments
    }

    /// A session is over: its workers are assigned to none any more. Those that hold something become
    /// idle when they do not.
    pub(super) fn unassign_all(&mut self, session: SessionNo, now: Duration) {
        self.free.remove(&session);
        self.counts.remove(&session);
        let mut idle = Vec::new();
        for (&no, worker) in &mut self.workers {
            if worker.assigned == Some(session) {
                worker.assigned = None;
                worker.listed = false;
                if worker.is_ready() && worker.holds_nothing() {
                    idle.push(no);
                }
            }
        }
        idle.into_iter().for_each(|no| self.make_idle(no, now));
    }

    fn count(&mut self, assigned: Option<SessionNo>) {
        if let Some(session) = assigned {
            *self.counts.entry(session).or_insert(0) += 1;
        }
    }

    fn uncount(&mut self, assigned: Option<SessionNo>) {
        if let Some(count) = assigned.and_then(|session| self.counts.get_mut(&session)) {
            *count -= 1;
        }
    }

    /// Puts a worker that is assigned to no session where it can be found.
    pub(super) fn make_idle(&mut self, no: WorkerNo, now: Duration) {
        if let Some(worker) = self.workers.get_mut(&no).filter(|worker| !worker.listed) {
            worker.listed = true;
            (worker.since, worker.heard) = (now, now);
            self.idle.push_back(no);
        }
    }

    /// Puts a worker with room where its session finds it.
    pub(super) fn make_free(&mut self, no: WorkerNo, session: SessionNo) {
        if let Some(worker) = self.workers.get_mut(&no).filter(|worker| !worker.listed) {
            worker.listed = true;
            self.free.entry(session).or_default().push_back(no);
        }
    }

    pub(super) fn has_idle(&self) -> bool {
        !self.idle.is_empty()
    }

    /// The worker that became idle last: the one whose memory is warm.
    pub(super) fn pop_idle(&mut self) -> Option<WorkerNo> {
        let no = self.idle.pop_back()?;
        Some(self.popped(no))
    }

    /// The session's worker that has had room longest.
    pub(super) fn pop_free(&mut self, session: SessionNo) -> Option<WorkerNo> {
        let no = self.free.get_mut(&session)?.pop_front()?;
        Some(self.popped(no))
    }

    /// A worker is in none of the lists any more.
    fn popped(&mut self, no: WorkerNo) -> WorkerNo {
        if let Some(worker) = self.workers.get_mut(&no) {
            worker.listed = false;
        }
        no
    }

    /// Takes a worker out of the lists, from whichever place.
    pub(super) fn unlist(&mut self, no: WorkerNo) {
        let Some(worker) = self.workers.get_mut(&no) else {
            return;
        };
        if !std::mem::take(&mut worker.listed) {
            return;
        }
        self.idle.retain(|&other| other != no);
        if let Some(free) = worker
            .assigned
            .and_then(|session| self.free.get_mut(&session))
        {
            free.retain(|&other| other != no);
        }
    }

    /// Workers that are taken for hung, each with the reason. Each is condemned by that, so the
    /// dispatcher hears of it once.
    pub(super) fn overdue(
        &mut self,
        limits: &WorkerLimits,
        now: Duration,
    ) -> Vec<(WorkerNo, String)> {
        let mut overdue = Vec::new();
        for (&no, worker) in &mut self.workers {
            let due = worker.due(limits, self.last_ready);
            if due.is_some_and(|due| due <= now) {
                let omission = worker.omission();
                let idle_s = now.saturating_sub(worker.since).as_secs_f64();
                overdue.push((no, format!("it has {omission} for {idle_s:.1} s")));
                worker.condemn();
            }
        }
        overdue.iter().for_each(|&(no, _)| self.unlist(no));
        overdue
    }

    /// When the next worker will be taken for hung.
    pub(super) fn next_overdue(&self, limits: &WorkerLimits) -> Option<Duration> {
        self.workers
            .values()
            .filter_map(|worker| worker.due(limits, self.last_ready))
            .min()
    }
}
