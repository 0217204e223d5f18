//! Who works and who has room: the workers as the dispatcher sees them.

use std::collections::VecDeque;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::limits::Limits;
use crate::model::{Job, SessionNo, WorkerNo};

/// The workers, and where those with room are found.
#[derive(Debug, Default)]
pub(super) struct Crew {
    workers: FxHashMap<WorkerNo, Worker>,
    next: WorkerNo,
    /// Workers without a seat, those idle longest first.
    idle: VecDeque<WorkerNo>,
    /// Workers with a seat and room, by session, first free first.
    free: FxHashMap<SessionNo, VecDeque<WorkerNo>>,
    /// How many seats each session has.
    seats: FxHashMap<SessionNo, u32>,
}

/// One worker, as the gateway sees it.
#[derive(Debug)]
pub(super) struct Worker {
    stage: Stage,
    /// Whether it has said hello, whatever became of it.
    has_started: bool,
    seat: Option<SessionNo>,
    /// Units given to it, and finished by it, since it started.
    given: u64,
    finished: u64,
    window: u64,
    /// The window within which even slow batches are given.
    floor: u64,
    /// Whether it holds a batch that is known to take long.
    slow: bool,
    /// Units given to it since it sat down, or last held nothing.
    turn: u64,
    /// Whether it is in the list of those that are idle or free.
    listed: bool,
    /// When it last did anything.
    since: Duration,
    /// How long, beyond the time limit, it may rightly be silent.
    allowance: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Starting,
    Started,
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

    pub(super) fn is_started(&self) -> bool {
        self.stage == Stage::Started
    }

    /// Whether it has ever said hello.
    pub(super) fn has_started(&self) -> bool {
        self.has_started
    }

    /// Whether its end is expected.
    pub(super) fn is_leaving(&self) -> bool {
        self.stage == Stage::Leaving
    }

    pub(super) fn start(&mut self, now: Duration) {
        self.stage = Stage::Started;
        self.has_started = true;
        self.since = now;
    }

    pub(super) fn leave(&mut self) {
        self.stage = Stage::Leaving;
    }

    /// When it last did anything.
    pub(super) fn since(&self) -> Duration {
        self.since
    }

    pub(super) fn seat(&self) -> Option<SessionNo> {
        self.seat
    }

    pub(super) fn is_drained(&self) -> bool {
        self.given == self.finished
    }

    /// Whether it may be given a batch.
    pub(super) fn has_room(&self, slow: bool) -> bool {
        let limit = if slow || self.slow {
            self.floor
        } else {
            self.window
        };
        self.is_started() && self.given - self.finished < limit
    }

    /// Whether it has been given a window's worth of batches without a pause.
    pub(super) fn turn_is_over(&self) -> bool {
        self.turn >= self.window
    }

    /// It is given a batch.
    pub(super) fn take(&mut self, units: u64, wait: Duration, now: Duration) {
        if self.is_drained() {
            self.since = now;
            self.allowance = Duration::ZERO;
            self.slow = false;
            self.turn = 0;
        }
        self.given += units;
        self.turn += units;
        self.slow |= !wait.is_zero();
        self.allowance = self.allowance.max(wait);
    }

    /// It has finished so many units since it started.
    pub(super) fn progress(&mut self, finished: u64, window: u64, now: Duration) {
        // A worker that claims more than it was given is one that we can't believe.
        self.finished = finished.clamp(self.finished, self.given);
        self.window = window.max(self.floor);
        self.since = now;
        self.slow &= !self.is_drained();
    }

    /// When it is to be taken for hung, if it is to do anything.
    fn due(&self, limits: &Limits) -> Option<Duration> {
        match self.stage {
            Stage::Starting => Some(self.since.saturating_add(limits.start_timeout)),
            Stage::Started if !self.is_drained() => {
                let patience = limits.batch_timeout.saturating_add(self.allowance);
                Some(self.since.saturating_add(patience))
            }
            _ => None,
        }
    }
}

impl Crew {
    /// A new worker, that is to be started; with a seat, if it is for a session.
    pub(super) fn hire(&mut self, seat: Option<SessionNo>, now: Duration) -> WorkerNo {
        self.next += 1;
        let worker = Worker {
            stage: Stage::Starting,
            has_started: false,
            seat,
            given: 0,
            finished: 0,
            window: 0,
            floor: 0,
            slow: false,
            turn: 0,
            listed: false,
            since: now,
            allowance: Duration::ZERO,
        };
        self.workers.insert(self.next, worker);
        self.count_seat(seat);
        self.next
    }

    /// A worker has ended. Gives what was known of it.
    pub(super) fn dismiss(&mut self, no: WorkerNo) -> Option<Worker> {
        self.unlist(no);
        let worker = self.workers.remove(&no)?;
        self.uncount_seat(worker.seat);
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

    pub(super) fn started(&self) -> u32 {
        self.workers
            .values()
            .filter(|worker| worker.is_started())
            .count() as u32
    }

    /// How many workers work for a session, or are being started for it.
    pub(super) fn seated(&self, session: SessionNo) -> u32 {
        self.seats.get(&session).copied().unwrap_or(0)
    }

    /// Workers of a session that have started.
    pub(super) fn of_session(&self, session: SessionNo) -> Vec<WorkerNo> {
        let seated = |(&no, worker): (&WorkerNo, &Worker)| {
            (worker.seat == Some(session) && worker.is_started()).then_some(no)
        };
        self.workers.iter().filter_map(seated).collect()
    }

    /// Started workers that hold nothing.
    pub(super) fn drained(&self) -> impl Iterator<Item = (WorkerNo, &Worker)> {
        let drained = |worker: &Worker| worker.is_started() && worker.is_drained();
        self.workers
            .iter()
            .filter(move |(_, worker)| drained(worker))
            .map(|(&no, w)| (no, w))
    }

    /// Seats a worker that holds nothing.
    pub(super) fn seat(&mut self, no: WorkerNo, session: SessionNo, job: &Job) {
        self.unlist(no);
        let Some(worker) = self.workers.get_mut(&no) else {
            return;
        };
        let old = worker.seat.replace(session);
        worker.floor = job.initial_window();
        worker.window = worker.floor;
        worker.turn = 0;
        self.uncount_seat(old);
        self.count_seat(Some(session));
    }

    /// A session is over: its workers have no seat any more. Those that hold something become
    /// idle when they do not.
    pub(super) fn unseat_all(&mut self, session: SessionNo, now: Duration) {
        self.free.remove(&session);
        self.seats.remove(&session);
        let mut idle = Vec::new();
        for (&no, worker) in &mut self.workers {
            if worker.seat == Some(session) {
                worker.seat = None;
                worker.listed = false;
                if worker.is_started() && worker.is_drained() {
                    idle.push(no);
                }
            }
        }
        idle.into_iter().for_each(|no| self.make_idle(no, now));
    }

    fn count_seat(&mut self, seat: Option<SessionNo>) {
        if let Some(session) = seat {
            *self.seats.entry(session).or_insert(0) += 1;
        }
    }

    fn uncount_seat(&mut self, seat: Option<SessionNo>) {
        if let Some(count) = seat.and_then(|session| self.seats.get_mut(&session)) {
            *count -= 1;
        }
    }

    /// Puts a worker without a seat where it can be found.
    pub(super) fn make_idle(&mut self, no: WorkerNo, now: Duration) {
        if let Some(worker) = self.workers.get_mut(&no).filter(|worker| !worker.listed) {
            worker.listed = true;
            worker.since = now;
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
        self.delist(no);
        Some(no)
    }

    /// The session's worker that has had room longest.
    pub(super) fn pop_free(&mut self, session: SessionNo) -> Option<WorkerNo> {
        let no = self.free.get_mut(&session)?.pop_front()?;
        self.delist(no);
        Some(no)
    }

    fn delist(&mut self, no: WorkerNo) {
        if let Some(worker) = self.workers.get_mut(&no) {
            worker.listed = false;
        }
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
        if let Some(free) = worker.seat.and_then(|session| self.free.get_mut(&session)) {
            free.retain(|&other| other != no);
        }
    }

    /// Workers that are taken for hung, each with the reason. They are told once.
    pub(super) fn overdue(&mut self, limits: &Limits, now: Duration) -> Vec<(WorkerNo, String)> {
        let mut overdue = Vec::new();
        for (&no, worker) in &mut self.workers {
            if worker.due(limits).is_some_and(|due| due <= now) {
                let doing = if worker.is_started() {
                    "finished nothing"
                } else {
                    "not started"
                };
                let silent = now.saturating_sub(worker.since).as_secs_f64();
                overdue.push((no, format!("it has {doing} for {silent:.1} s")));
                worker.stage = Stage::Condemned;
            }
        }
        overdue.iter().for_each(|&(no, _)| self.unlist(no));
        overdue
    }

    /// When the next worker will be taken for hung.
    pub(super) fn next_overdue(&self, limits: &Limits) -> Option<Duration> {
        self.workers
            .values()
            .filter_map(|worker| worker.due(limits))
            .min()
    }
}
