//! Who holds which batch, and what to do when a worker dies: the gateway's decisions, as a plain
//! struct. Events are its methods; what to do about them goes to an [`Effects`]. No socket, clock
//! or process inside, so thousands of random fault schedules run in a test in a second.
//!
//! * A batch is *pending*, *held* by a worker, or *sent*: its result is on its way to the client.
//!   It is *settled*, and forgotten, when its client acknowledges the result; the batch of a client
//!   that acknowledges nothing, when its worker says that the result is sent. The client is asked
//!   for a result that is late, and the batch of one that is lost is run again.
//! * A worker is *starting* until its hello makes it *ready*. It is assigned to one session at a time,
//!   and to another only when it holds nothing: when it has answered for each batch that it was
//!   given. It may be given as many units (see [`Job::units`]) as its window says.
//! * A worker that has ended is *replaced* when somebody waits for a worker
//!   (`Dispatcher::replace_workers`).

use std::collections::VecDeque;
use std::time::Duration;

use rustc_hash::FxHashMap;

use crate::model::{AssignmentNo, BatchId, Job, Ranges, SessionNo, WorkerNo};
use crate::wire::worker::Progress;

use super::Load;
use super::effects::Effects;
use super::limits::WorkerLimits;
use super::session::{Backlog, Route, Session};
use super::worker_pool::{Worker, WorkerPool};

/// What the dispatcher has counted since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Batches received, once each.
    pub batches: u64,
    /// Batches given to a worker again.
    pub retried: u64,
    /// Workers that ended without being told to.
    pub workers_lost: u64,
    /// Batches that were given up.
    pub failed: u64,
}

/// The gateway's state and rules, and the one table of its sessions. `C` is what whoever carries
/// them out keeps of a session's client.
#[derive(Debug)]
pub struct Dispatcher<C> {
    limits: WorkerLimits,
    sessions: FxHashMap<SessionNo, Session<C>>,
    /// Sessions with pending batches, in the order in which they are served next.
    waiting: VecDeque<SessionNo>,
    /// Sessions that no worker was free for, while the others are being served.
    unserved: VecDeque<SessionNo>,
    pool: WorkerPool,
    counts: Counts,
    draining: bool,
    failed_starts: u32,
}

impl<C> Dispatcher<C> {
    /// No sessions, no workers.
    pub fn new(limits: WorkerLimits) -> Self {
        Dispatcher {
            limits,
            sessions: FxHashMap::default(),
            waiting: VecDeque::new(),
            unserved: VecDeque::new(),
            pool: WorkerPool::default(),
            counts: Counts::default(),
            draining: false,
            failed_starts: 0,
        }
    }

    /// Starts workers until there are `count`, without waiting for batches.
    pub fn start_workers(&mut self, count: u32, now: Duration, fx: &mut impl Effects<Client = C>) {
        while self.pool.len() < count.min(self.limits.max_workers) {
            fx.start(self.pool.add(None, now));
        }
    }

    /// A session begins.
    pub fn open(
        &mut self,
        no: SessionNo,
        session: Session<C>,
        now: Duration,
        fx: &mut impl Effects<Client = C>,
    ) {
        let processes = session.processes;
        self.sessions.insert(no, session);
        // Idle workers are assigned at once, so that the first batch finds them ready.
        while self.pool.assigned_to(no) < processes
            && let Some(worker) = self.pool.pop_idle()
        {
            self.assign(worker, no, now, fx);
            self.offer(worker, now);
        }
    }

    /// What is kept of a session's client.
    pub fn client(&self, no: SessionNo) -> Option<&C> {
        self.sessions.get(&no).map(|session| &session.client)
    }

    /// The same, to be changed.
    pub fn client_mut(&mut self, no: SessionNo) -> Option<&mut C> {
        self.sessions
            .get_mut(&no)
            .map(|session| &mut session.client)
    }

    /// All sessions' clients.
    pub fn clients(&self) -> impl Iterator<Item = (SessionNo, &C)> {
        self.sessions
            .iter()
            .map(|(&no, session)| (no, &session.client))
    }

    /// How a session's batches are run.
    pub fn job(&self, no: SessionNo) -> Option<&Job> {
        self.sessions.get(&no).map(|session| &session.job)
    }

    /// A session ends: its pending batches are dropped, and its workers are told. Gives its client,
    /// and how often batches of it were given to a worker again.
    pub fn close(
        &mut self,
        no: SessionNo,
        now: Duration,
        fx: &mut impl Effects<Client = C>,
    ) -> Option<(C, u64)> {
        let session = self.sessions.remove(&no)?;
        self.waiting.retain(|&waiting| waiting != no);
        self.pool
            .of_session(no)
            .into_iter()
            .for_each(|worker| fx.close(worker));
        self.pool.unassign_all(no, now);
        self.pump(now, fx);
        Some((session.client, session.retried))
    }

    /// A batch came in. `false` when it is known already, or the session is not.
    pub fn receive(
        &mut self,
        no: SessionNo,
        sequence: u64,
        id: BatchId,
        load: Load<'_>,
        now: Duration,
        fx: &mut impl Effects<Client = C>,
    ) -> bool {
        let Some(session) = self.sessions.get_mut(&no) else {
            return false;
        };
        if !session.accept(sequence, id, load) {
            return false;
        }
        self.counts.batches += 1;
        if session.pending.len() == 1 {
            self.waiting.push_back(no);
        }
        self.start_on_demand(no, now, fx);
        true
    }

    /// One worker for each received batch, up to the maximum, unless one is free.
    fn start_on_demand(&mut self, no: SessionNo, now: Duration, fx: &mut impl Effects<Client = C>) {
        let Some(session) = self.sessions.get(&no) else {
            return;
        };
        let may_grow = self.pool.assigned_to(no) < session.processes
            && self.pool.len() < self.limits.max_workers
            && !self.pool.has_idle()
            && !self.draining;
        if may_grow {
            fx.start(self.pool.add(Some(no), now));
        }
    }

    /// A worker has said hello: it is ready for batches. `false` when nobody of that number is expected.
    pub fn ready(
        &mut self,
        worker: WorkerNo,
        now: Duration,
        fx: &mut impl Effects<Client = C>,
    ) -> bool {
        let known = self.pool.get(worker);
        let Some(state) = known.filter(|state| !state.is_ready()) else {
            return false;
        };
        if !state.is_starting() {
            // It was told to leave, or killed, while its hello was on its way.
            return true;
        }
        let assigned = state.assigned();
        self.pool.set_ready(worker, now);
        self.failed_starts = 0;
        if let Some(no) = assigned {
            self.assign(worker, no, now, fx);
        }
        self.offer(worker, now);
        self.pump(now, fx);
        true
    }

    /// A worker tells what it has finished.
    pub fn progress(
        &mut self,
        worker: WorkerNo,
        progress: &Progress,
        now: Duration,
        fx: &mut impl Effects<Client = C>,
    ) {
        let assignment = progress.assignment;
        let Some(state) = self.working_on(worker, assignment) else {
            return;
        };
        let lengths = progress
            .finished
            .iter()
            .map(|range| range.end() - range.start());
        let answered = lengths.fold(0, |sum: u64, length| sum.saturating_add(length + 1));
        state.answered(answered, now);
        state.progress(progress.units, progress.window, now);
        let no = state.session();
        if let Some(session) = self.sessions.get_mut(&no) {
            let route = Route { worker, assignment };
            session.sent(&progress.finished, route, now);
            session.check_by(now + self.limits.check_interval());
        }
        self.offer(worker, now);
        self.pump(now, fx);
    }

    /// A worker, if that is what it works on. (What it still says of an assignment before that is
    /// of no use to anybody.)
    fn working_on(&mut self, worker: WorkerNo, assignment: AssignmentNo) -> Option<&mut Worker> {
        let state = self.pool.get_mut(worker)?;
        let counts = state.assignment() == assignment && (state.is_ready() || state.is_leaving());
        counts.then_some(state)
    }

    /// A worker tells that the work of a batch failed: nobody need try it again.
    pub fn failed(
        &mut self,
        worker: WorkerNo,
        (assignment, sequence): (AssignmentNo, u64),
        reason: &str,
        now: Duration,
        fx: &mut impl Effects<Client = C>,
    ) {
        let Some(state) = self.working_on(worker, assignment) else {
            return;
        };
        state.answered(1, now);
        let no = state.session();
        if let Some(session) = self.sessions.get_mut(&no) {
            let was_waiting = !session.pending.is_empty();
            if let Some(failed) = session.give_up(sequence, worker) {
                self.counts.failed += 1;
                fx.fail(&session.client, failed.sequence, failed.id, reason);
            }
            if !was_waiting && !session.pending.is_empty() {
                self.waiting.push_back(no);
            }
        }
        self.offer(worker, now);
        self.pump(now, fx);
    }

    /// A worker has ended. Whatever of its work is not settled is done again by another.
    pub fn ended(&mut self, worker: WorkerNo, now: Duration, fx: &mut impl Effects<Client = C>) {
        let Some(state) = self.pool.remove(worker) else {
            return;
        };
        self.take_back(worker, fx);
        if !state.is_leaving() {
            self.counts.workers_lost += 1;
            let session = self.sessions.get_mut(&state.session());
            if let Some(session) = session.filter(|_| state.has_been_ready()) {
                session.workers_lost += 1;
            }
            self.failed_starts += u32::from(!state.has_been_ready());
        }
        self.replace_workers(now, fx);
        self.pump(now, fx);
    }

    fn take_back(&mut self, worker: WorkerNo, fx: &mut impl Effects<Client = C>) {
        for (&no, session) in &mut self.sessions {
            let was_waiting = !session.pending.is_empty();
            for failed in session.take_back(worker, &mut self.counts.retried) {
                self.counts.failed += 1;
                let reason = format!("it has killed {} workers", WorkerLimits::MAX_KILLS);
                fx.fail(&session.client, failed.sequence, failed.id, &reason);
            }
            if !was_waiting && !session.pending.is_empty() {
                self.waiting.push_back(no);
            }
        }
    }

    /// A worker has ended, so there is room for another: each session that waits for one gets one, and
    /// the server keeps as many as it is to keep.
    fn replace_workers(&mut self, now: Duration, fx: &mut impl Effects<Client = C>) {
        if self.draining || self.has_given_up() {
            return;
        }
        let mut waiting: Vec<SessionNo> = self.waiting.iter().copied().collect();
        waiting.sort_by_key(|no| self.workers_lost_by(*no));
        for no in waiting {
            let pending = self
                .sessions
                .get(&no)
                .map_or(0, |session| session.pending.len());
            (0..pending.min(self.limits.max_workers as usize))
                .for_each(|_| self.start_on_demand(no, now, fx));
        }
        self.start_workers(self.limits.keep, now, fx);
    }

    /// A client has the results of these batches.
    pub fn acknowledged(&mut self, no: SessionNo, acks: &Ranges) {
        let Some(session) = self.sessions.get_mut(&no) else {
            return;
        };
        let was_waiting = !session.pending.is_empty();
        session.settle(acks);
        if was_waiting && session.pending.is_empty() {
            self.waiting.retain(|&waiting| waiting != no);
        }
    }

    /// Time has passed: hung workers are killed, those that nobody needs are told to leave, and
    /// clients are asked for the results that are late.
    pub fn tick(&mut self, now: Duration, fx: &mut impl Effects<Client = C>) {
        for (worker, reason) in self.pool.overdue(&self.limits, now) {
            fx.kill(worker, &reason);
        }
        for worker in self.unneeded(now) {
            self.retire(worker, now, fx);
        }
        self.query(now, fx);
    }

    /// Asks clients for the results that were sent some time ago and are not acknowledged.
    fn query(&mut self, now: Duration, fx: &mut impl Effects<Client = C>) {
        let (pool, limits) = (&self.pool, &self.limits);
        for session in self.sessions.values_mut() {
            if session.check_at().is_none_or(|at| at > now) {
                continue;
            }
            let late = session.late(now, |route| patience(pool, limits, route));
            session.check_again(now + limits.check_interval());
            if !late.is_empty() && session.may_query(now, limits.query_interval()) {
                fx.query(&session.client, late);
            }
        }
    }

    /// A client was asked, and lacks these results. A result that it lacks again when it is asked
    /// later is lost with its connection, or waits in a worker that is stopped: its batch is run
    /// again.
    pub fn missing(
        &mut self,
        no: SessionNo,
        batches: &Ranges,
        now: Duration,
        fx: &mut impl Effects<Client = C>,
    ) {
        let Some(session) = self.sessions.get_mut(&no) else {
            return;
        };
        let (pool, limits) = (&self.pool, &self.limits);
        let was_waiting = !session.pending.is_empty();
        let lost = session.missing(batches, now, |route| patience(pool, limits, route));
        let (stopped, gone): (Vec<_>, Vec<_>) =
            lost.into_iter().partition(|&(_, route)| is_on(pool, route));
        stopped
            .iter()
            .for_each(|&(sequence, _)| session.charge(sequence));
        self.counts.retried += session.run_again(gone.into_iter().map(|(sequence, _)| sequence));
        if !was_waiting && !session.pending.is_empty() {
            self.waiting.push_back(no);
        }
        for (_, route) in stopped {
            self.kill(route.worker, fx);
        }
        self.replace_workers(now, fx);
        self.pump(now, fx);
    }

    /// Kills a worker whose results do not arrive, though it says that it has sent them.
    fn kill(&mut self, worker: WorkerNo, fx: &mut impl Effects<Client = C>) {
        if let Some(state) = self.pool.get_mut(worker).filter(|state| state.is_ready()) {
            state.condemn();
            self.pool.unlist(worker);
            fx.kill(worker, "results that it has sent have not arrived");
        }
    }

    /// Workers that nobody has needed for so long that they are to leave.
    fn unneeded(&self, now: Duration) -> Vec<WorkerNo> {
        let surplus = self.pool.staying().saturating_sub(self.limits.keep) as usize;
        let due = |since: Duration| since.saturating_add(self.limits.idle_timeout) <= now;
        self.resting()
            .filter(|&(_, since)| due(since))
            .map(|(no, _)| no)
            .take(surplus)
            .collect()
    }

    /// Workers that nobody needs now, and since when.
    fn resting(&self) -> impl Iterator<Item = (WorkerNo, Duration)> + '_ {
        let wanted = |no: &SessionNo| self.sessions.get(no).is_some_and(Session::wants_workers);
        let rests = move |state: &Worker| !state.assigned().as_ref().is_some_and(wanted);
        self.pool
            .holding_nothing()
            .filter(move |(_, s)| rests(s))
            .map(|(no, state)| (no, state.since()))
    }

    /// When [`Dispatcher::tick`] has something to do next, as far as is known now.
    pub fn next_deadline(&self) -> Option<Duration> {
        let surplus = self.pool.staying() > self.limits.keep;
        let rests = self
            .resting()
            .map(|(_, since)| since)
            .filter(|_| surplus)
            .min();
        let leaves = rests.map(|since| since.saturating_add(self.limits.idle_timeout));
        let checks = self.sessions.values().filter_map(Session::check_at).min();
        let overdue = self.pool.next_overdue(&self.limits);
        [overdue, leaves, checks].into_iter().flatten().min()
    }

    /// Drains the server: no more work is given out, and every worker leaves when it holds nothing.
    pub fn drain(&mut self, now: Duration, fx: &mut impl Effects<Client = C>) {
        self.draining = true;
        for worker in self.pool.numbers() {
            self.retire(worker, now, fx);
        }
    }

    fn retire(&mut self, worker: WorkerNo, now: Duration, fx: &mut impl Effects<Client = C>) {
        let Some(state) = self.pool.get_mut(worker) else {
            return;
        };
        let is_ready = state.is_ready();
        state.leave(now);
        self.pool.unlist(worker);
        if is_ready {
            fx.stop(worker);
        } else {
            fx.discard(worker);
        }
    }

    /// Gives out as many batches as there are workers for, a batch from each session, round robin.
    pub fn pump(&mut self, now: Duration, fx: &mut impl Effects<Client = C>) {
        if self.draining {
            return;
        }
        while let Some(no) = self.next_waiting() {
            match self.worker_for(no, now, fx) {
                None => self.unserved.push_back(no),
                Some(worker) => {
                    if self.give_next(worker, no, now, fx) {
                        self.waiting.push_back(no);
                    }
                }
            }
        }
        std::mem::swap(&mut self.waiting, &mut self.unserved);
    }

    /// The session to serve next: one whose batches have cost no workers before one whose have.
    fn next_waiting(&mut self) -> Option<SessionNo> {
        if self.counts.workers_lost == 0 {
            return self.waiting.pop_front();
        }
        let records = self.waiting.iter().map(|&no| self.workers_lost_by(no));
        let (at, _) = records.enumerate().min_by_key(|&(_, lost)| lost)?;
        self.waiting.remove(at)
    }

    fn workers_lost_by(&self, no: SessionNo) -> u64 {
        self.sessions
            .get(&no)
            .map_or(0, |session| session.workers_lost)
    }

    /// Gives the session's oldest pending batch to the worker; `true` when there are more.
    fn give_next(
        &mut self,
        worker: WorkerNo,
        no: SessionNo,
        now: Duration,
        fx: &mut impl Effects<Client = C>,
    ) -> bool {
        let (Some(session), Some(state)) = (self.sessions.get_mut(&no), self.pool.get_mut(worker))
        else {
            return false;
        };
        if let Some(given) = session.hold_next(worker) {
            state.take(given.units, given.waits, now);
            fx.run(worker, given.sequence, given.id, given.load);
        }
        let more = !session.pending.is_empty();
        self.offer(worker, now);
        more
    }

    /// A worker that may take the session's next batch, if there is one.
    fn worker_for(
        &mut self,
        no: SessionNo,
        now: Duration,
        fx: &mut impl Effects<Client = C>,
    ) -> Option<WorkerNo> {
        let session = self.sessions.get(&no)?;
        let slow = session.next_is_slow();
        while let Some(worker) = self.pool.pop_free(no) {
            // One without room is offered again when it has made progress.
            let state = self.pool.get(worker)?;
            if state.has_room(slow) && !self.must_yield(no, state, now) {
                return Some(worker);
            }
        }
        if self.pool.assigned_to(no) >= session.processes {
            return None;
        }
        let worker = self.pool.pop_idle().or_else(|| self.borrow(no, now))?;
        self.assign(worker, no, now, fx);
        Some(worker)
    }

    /// A worker of another session that has more than its share, or nothing to do.
    fn borrow(&mut self, no: SessionNo, now: Duration) -> Option<WorkerNo> {
        if self.sessions.len() < 2 {
            return None;
        }
        let share = (self.limits.max_workers as usize / self.sessions.len()).max(1) as u32;
        let mine = self.pool.assigned_to(no);
        let sessions = &self.sessions;
        let can_lend = |pool: &WorkerPool, worker: &Worker| {
            let Some(other) = worker.assigned().filter(|&other| other != no) else {
                return false;
            };
            let idle = sessions
                .get(&other)
                .is_none_or(|session| session.pending.is_empty());
            let in_need = mine < share && pool.assigned_to(other) > share || mine == 0;
            idle || in_need && worker.has_paid_off(now)
        };
        self.pool
            .holding_nothing()
            .find(|&(_, state)| can_lend(&self.pool, state))
            .map(|(no, _)| no)
    }

    /// Assigns a worker that holds nothing to a session.
    fn assign(
        &mut self,
        worker: WorkerNo,
        no: SessionNo,
        now: Duration,
        fx: &mut impl Effects<Client = C>,
    ) {
        let Some(session) = self.sessions.get(&no) else {
            return;
        };
        let assignment = self.pool.assign(worker, no, &session.job, now);
        fx.open(worker, &session.client, &session.job, assignment);
    }

    /// Puts a worker where those with room are looked for.
    fn offer(&mut self, worker: WorkerNo, now: Duration) {
        let Some(state) = self.pool.get(worker).filter(|state| state.is_ready()) else {
            return;
        };
        match state.assigned() {
            None if state.holds_nothing() => self.pool.make_idle(worker, now),
            Some(no) if state.has_room(false) && !self.must_yield(no, state, now) => {
                self.pool.make_free(worker, no);
            }
            _ => {}
        }
    }

    /// Whether a worker is given nothing more for now, so that it comes to hold nothing and can change
    /// its session: it has used its quantum, and another session waits that has no worker at all.
    fn must_yield(&self, no: SessionNo, state: &Worker, now: Duration) -> bool {
        let may_go_on =
            state.holds_nothing() || !state.has_used_its_quantum() || !state.has_paid_off(now);
        if self.sessions.len() < 2 || may_go_on {
            return false;
        }
        self.waiting
            .iter()
            .any(|&other| other != no && self.pool.assigned_to(other) == 0)
    }

    /// What has been counted.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Workers that are there or on their way.
    pub fn workers(&self) -> u32 {
        self.pool.len()
    }

    /// Workers that are ready.
    pub fn ready_workers(&self) -> u32 {
        self.pool.ready()
    }

    /// Whether nobody holds, or waits for, anything.
    pub fn is_idle(&self) -> bool {
        self.waiting.is_empty()
            && self
                .sessions
                .values()
                .all(|session| session.leases.is_empty())
    }

    /// Whether workers can't be started at all: so many have failed to, one after another.
    pub fn has_given_up(&self) -> bool {
        self.failed_starts >= WorkerLimits::MAX_FAILED_STARTS
    }

    /// The session of what a worker works on.
    pub fn session_of(&self, worker: WorkerNo, assignment: AssignmentNo) -> Option<SessionNo> {
        let state = self.pool.get(worker)?;
        (state.assignment() == assignment).then(|| state.session())
    }

    /// What a session keeps the server's memory busy with.
    pub fn backlog(&self, no: SessionNo) -> Backlog {
        self.sessions
            .get(&no)
            .map_or(Backlog::default(), Session::backlog)
    }

    /// Whether a batch is kept.
    pub fn keeps(&self, no: SessionNo, sequence: u64) -> bool {
        self.sessions
            .get(&no)
            .is_some_and(|session| session.leases.contains_key(&sequence))
    }

    /// Checks what must always hold.
    ///
    /// # Panics
    /// When it does not. For tests.
    #[doc(hidden)]
    pub fn check(&self) {
        for (no, session) in &self.sessions {
            session.check(|worker| self.pool.get(worker).is_some());
            let waits = self.waiting.contains(no);
            assert_eq!(
                waits,
                !session.pending.is_empty(),
                "a session waits when it has pending"
            );
            assert!(
                self.pool.assigned_to(*no) <= session.processes,
                "no more workers than granted"
            );
        }
        assert!(
            self.pool.len() <= self.limits.max_workers,
            "no more workers than allowed"
        );
    }
}

/// Whether a worker still is where it sent a result from.
fn is_on(pool: &WorkerPool, route: Route) -> bool {
    pool.get(route.worker)
        .is_some_and(|state| state.assignment() == route.assignment)
}

/// How long a result may be on its way before its client is asked for it, and how long the client
/// may then go without it: half of what a worker may take to finish anything. What was sent by a
/// worker that has gone on to another session has been given up by its socket after a second.
fn patience(pool: &WorkerPool, limits: &WorkerLimits, route: Route) -> Duration {
    let patience = limits.batch_timeout / 2;
    if is_on(pool, route) {
        patience
    } else {
        patience.min(WorkerLimits::LINGER)
    }
}
