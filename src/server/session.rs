//! One client's leases: which batches the gateway keeps, who holds them, whose results are sent. A
//! batch that is settled is forgotten. Knows no socket.

use std::collections::VecDeque;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::Load;
use super::limits::WorkerLimits;
use super::load::Waits;
use crate::model::{AssignmentNo, BatchId, Command, Instruction, Job, Ranges, WorkerNo};

/// One client's batches, and what else is kept of it.
#[derive(Debug)]
pub struct Session<C> {
    pub(super) client: C,
    pub(super) job: Job,
    /// How many workers may work for it at a time.
    pub(super) processes: u32,
    /// Whether its client tells what it has received.
    acknowledges: bool,
    /// Every batch that is not settled, by sequence number.
    pub(super) leases: FxHashMap<u64, Lease>,
    /// How many commands they have.
    commands: usize,
    /// Those that no worker holds, in the order in which they are given out.
    pub(super) pending: VecDeque<u64>,
    /// How often a batch was given to a worker, whichever.
    given: u64,
    pub(super) retried: u64,
    /// Workers that died, or hung, while they worked for it.
    pub(super) workers_lost: u64,
    /// When to look for results that have not arrived; none while nothing is on its way.
    check_at: Option<Duration>,
    /// When its client was asked what it lacks, if it has not answered.
    queried_at: Option<Duration>,
}

/// Who has sent a result, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) worker: WorkerNo,
    pub(super) assignment: AssignmentNo,
}

/// A batch that is not settled.
#[derive(Debug)]
pub(super) struct Lease {
    id: BatchId,
    instructions: Box<[Instruction]>,
    /// Kept only where the job is told them.
    commands: Box<[Command]>,
    waits: Waits,
    state: LeaseState,
    kills: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LeaseState {
    Pending,
    /// A worker has it, and has not said that it is done.
    Held {
        worker: WorkerNo,
        /// Numbers the times that batches are given out, so that the first of a worker's is known.
        given_no: u64,
    },
    /// The worker has sent the result; the client has not said that it came.
    Sent {
        route: Route,
        since: Duration,
        /// Since when the client, asked for it, lacks it.
        missing: Option<Duration>,
    },
}

/// A batch that is being given to a worker.
pub(super) struct Given<'a> {
    pub(super) sequence: u64,
    pub(super) id: BatchId,
    pub(super) load: Load<'a>,
    /// What it takes of the worker's window.
    pub(super) units: u64,
    /// How long the worker may rightly be silent over it.
    pub(super) waits: Waits,
}

/// What a session keeps the server's memory busy with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Batches that are not settled.
    pub batches: u64,
    /// The commands in them.
    pub commands: u64,
}

/// A batch that is given up.
#[derive(Debug)]
pub(super) struct GivenUp {
    pub(super) sequence: u64,
    pub(super) id: BatchId,
}

impl<C> Session<C> {
    /// A session without batches. `processes` is how many workers may work for it at a time;
    /// `acknowledges` says whether its client tells what it has received.
    pub fn new(client: C, job: Job, processes: u32, acknowledges: bool) -> Self {
        let processes = processes.max(1);
        Session {
            client,
            job,
            processes,
            acknowledges,
            leases: FxHashMap::default(),
            commands: 0,
            pending: VecDeque::new(),
            given: 0,
            retried: 0,
            workers_lost: 0,
            check_at: None,
            queried_at: None,
        }
    }

    pub(super) fn backlog(&self) -> Backlog {
        Backlog {
            batches: self.leases.len() as u64,
            commands: self.commands as u64,
        }
    }

    /// Forgets a batch.
    fn remove(&mut self, sequence: u64) -> Option<Lease> {
        let lease = self.leases.remove(&sequence)?;
        self.commands -= lease.instructions.len();
        Some(lease)
    }

    /// Whether its workers are to stay although they rest: a client that has agreed on them is
    /// there, or its batches are.
    pub(super) fn wants_workers(&self) -> bool {
        self.acknowledges || !self.leases.is_empty()
    }

    /// Takes a batch in; `false` when it is known already.
    pub(super) fn accept(&mut self, sequence: u64, id: BatchId, load: Load<'_>) -> bool {
        if self.leases.contains_key(&sequence) {
            return false;
        }
        let commands = if self.job.is_told_commands() {
            load.commands.into()
        } else {
            Box::default()
        };
        let lease = Lease {
            id,
            instructions: load.instructions.into(),
            commands,
            waits: Waits::of(load.instructions, &self.job),
            state: LeaseState::Pending,
            kills: 0,
        };
        self.commands += lease.instructions.len();
        self.leases.insert(sequence, lease);
        self.pending.push_back(sequence);
        true
    }

    /// The oldest pending batch is given to a worker.
    pub(super) fn hold_next(&mut self, worker: WorkerNo) -> Option<Given<'_>> {
        let sequence = self.pending.pop_front()?;
        self.given += 1;
        let lease = self.leases.get_mut(&sequence)?;
        lease.state = LeaseState::Held {
            worker,
            given_no: self.given,
        };
        let units = self.job.units(lease.instructions.len());
        Some(Given {
            sequence,
            id: lease.id,
            load: Load {
                instructions: &lease.instructions,
                commands: &lease.commands,
            },
            units,
            waits: lease.waits,
        })
    }

    /// Whether the next batch is known to take long, so that nothing should wait behind it.
    pub(super) fn next_is_slow(&self) -> bool {
        let next = self
            .pending
            .front()
            .and_then(|sequence| self.leases.get(sequence));
        next.is_some_and(|lease| !lease.waits.longest.is_zero())
    }

    /// Which of the batches that are not settled are named, in order. What that costs does not grow
    /// with the length of the ranges, nor for each of them with what there is: a hostile peer may
    /// name anything.
    fn among(&self, named: &Ranges) -> Vec<u64> {
        let spans = named.spans();
        if spans.count() <= self.leases.len() as u64 {
            let is_kept = |sequence: &u64| self.leases.contains_key(sequence);
            return spans.numbers().filter(is_kept).collect();
        }
        let mut among: Vec<u64> = self.leases.keys().copied().collect();
        among.retain(|&sequence| spans.contains(sequence));
        among.sort_unstable();
        among
    }

    /// A worker has sent the results of these batches.
    pub(super) fn sent(&mut self, named: &Ranges, route: Route, now: Duration) {
        let is_its = |lease: &Lease| matches!(lease.state, LeaseState::Held { worker, .. } if worker == route.worker);
        for sequence in self.among(named) {
            match self.leases.get_mut(&sequence).filter(|lease| is_its(lease)) {
                Some(lease) if self.acknowledges => {
                    lease.state = LeaseState::Sent {
                        route,
                        since: now,
                        missing: None,
                    };
                }
                Some(_) => drop(self.remove(sequence)),
                None => {}
            }
        }
    }

    /// When its results are to be looked for.
    pub(super) fn check_at(&self) -> Option<Duration> {
        self.check_at
    }

    /// Something may be on its way to the client.
    pub(super) fn check_by(&mut self, at: Duration) {
        if self.acknowledges {
            self.check_at.get_or_insert(at);
        }
    }

    /// The results have been looked for, and are looked for again while any is on its way.
    pub(super) fn check_again(&mut self, at: Duration) {
        let mut states = self.leases.values().map(|lease| lease.state);
        let any = states.any(|state| matches!(state, LeaseState::Sent { .. }));
        self.check_at = any.then_some(at);
    }

    /// The results that have been on their way for longer than they should, as many as one message
    /// may name.
    pub(super) fn late(&self, now: Duration, patience: impl Fn(Route) -> Duration) -> Ranges {
        let is_late = |lease: &Lease| match lease.state {
            LeaseState::Sent { route, since, .. } => since.saturating_add(patience(route)) <= now,
            _ => false,
        };
        let late = self.leases.iter().filter(|(_, lease)| is_late(lease));
        let mut late: Vec<u64> = late.map(|(&sequence, _)| sequence).collect();
        late.sort_unstable();
        late.into_iter().collect::<Ranges>().take()
    }

    /// Whether its client may be asked, which it then is.
    pub(super) fn may_query(&mut self, now: Duration, interval: Duration) -> bool {
        let waits = |asked: Duration| asked.saturating_add(interval) > now;
        let may = !self.queried_at.is_some_and(waits);
        if may {
            self.queried_at = Some(now);
        }
        may
    }

    /// Its client lacks these results. Gives those that it has lacked for too long, oldest first.
    pub(super) fn missing(
        &mut self,
        batches: &Ranges,
        now: Duration,
        patience: impl Fn(Route) -> Duration,
    ) -> Vec<(u64, Route)> {
        self.queried_at = None;
        let mut lost = Vec::new();
        for sequence in self.among(batches) {
            let state = self.leases.get_mut(&sequence).map(|lease| &mut lease.state);
            let Some(LeaseState::Sent { route, missing, .. }) = state else {
                continue;
            };
            let first = *missing.get_or_insert(now);
            if first < now && first.saturating_add(patience(*route)) <= now {
                lost.push((sequence, *route));
            }
        }
        lost
    }

    /// A batch costs the worker that has sent its result, since that does not arrive. Where it can
    /// never arrive, this does not go on for ever.
    pub(super) fn charge(&mut self, sequence: u64) {
        if let Some(lease) = self.leases.get_mut(&sequence) {
            lease.kills = lease.kills.saturating_add(1);
        }
    }

    /// These are pending again, before all others. Says how many there are.
    pub(super) fn run_again(&mut self, lost: impl DoubleEndedIterator<Item = u64>) -> u64 {
        let mut count = 0;
        for sequence in lost.rev() {
            if let Some(lease) = self.leases.get_mut(&sequence) {
                lease.state = LeaseState::Pending;
                self.pending.push_front(sequence);
                count += 1;
            }
        }
        self.retried += count;
        count
    }

    /// The client has the results of these batches.
    pub(super) fn settle(&mut self, acks: &Ranges) {
        let mut was_pending = false;
        for sequence in self.among(acks) {
            let settled = self.remove(sequence);
            // It can be pending: its worker died after the result had left.
            was_pending |= settled.is_some_and(|lease| lease.state == LeaseState::Pending);
        }
        if was_pending {
            let leases = &self.leases;
            self.pending.retain(|pending| leases.contains_key(pending));
        }
    }

    /// A worker is dead: its batches that are not settled are pending again, oldest first. Gives those
    /// that are given up, for they have killed too many.
    pub(super) fn take_back(&mut self, dead: WorkerNo, retried: &mut u64) -> Vec<GivenUp> {
        let mut back: Vec<u64> = self.of_worker(dead).collect();
        back.sort_unstable();
        let suspects = self.suspects(dead);
        let mut given_up = Vec::new();
        for &sequence in back.iter().rev() {
            let Some(lease) = self.leases.get_mut(&sequence) else {
                continue;
            };
            lease.state = LeaseState::Pending;
            lease.kills += u8::from(suspects.contains(&sequence));
            if lease.kills >= WorkerLimits::MAX_KILLS {
                given_up.push(GivenUp {
                    sequence,
                    id: lease.id,
                });
                if self.acknowledges {
                    self.remove(sequence);
                    continue;
                }
                self.commands -= lease.become_nothing();
            }
            self.pending.push_front(sequence);
            self.retried += 1;
            *retried += 1;
        }
        given_up
    }

    /// The work of a batch that a worker holds has failed, and would again. `None` when the worker
    /// does not hold it.
    pub(super) fn give_up(&mut self, sequence: u64, by: WorkerNo) -> Option<GivenUp> {
        let lease = self.leases.get_mut(&sequence)?;
        if !matches!(lease.state, LeaseState::Held { worker, .. } if worker == by) {
            return None;
        }
        let id = lease.id;
        if self.acknowledges {
            self.remove(sequence);
        } else {
            lease.state = LeaseState::Pending;
            self.commands -= lease.become_nothing();
            self.pending.push_front(sequence);
        }
        Some(GivenUp { sequence, id })
    }

    fn of_worker(&self, dead: WorkerNo) -> impl Iterator<Item = u64> + '_ {
        self.leases
            .iter()
            .filter(move |(_, lease)| lease.worker() == Some(dead))
            .map(|(&n, _)| n)
    }

    /// Which batches a dead worker may have died of: under a barrier it ran the one that it was
    /// given first, and the others had not begun; when pipelined it can be any.
    fn suspects(&self, dead: WorkerNo) -> Vec<u64> {
        let mut held: Vec<(u64, u64)> = self
            .leases
            .iter()
            .filter_map(|(&sequence, lease)| match lease.state {
                LeaseState::Held { worker, given_no } if worker == dead => {
                    Some((given_no, sequence))
                }
                _ => None,
            })
            .collect();
        held.sort_unstable();
        if self.job.dispatch == crate::model::Dispatch::Barrier {
            held.truncate(1);
        }
        held.into_iter().map(|(_, sequence)| sequence).collect()
    }

    pub(super) fn check(&self, is_there: impl Fn(WorkerNo) -> bool) {
        let pending = self
            .leases
            .values()
            .filter(|l| l.state == LeaseState::Pending)
            .count();
        assert_eq!(
            pending,
            self.pending.len(),
            "what is pending is queued once"
        );
        let commands: usize = self.leases.values().map(|l| l.instructions.len()).sum();
        assert_eq!(commands, self.commands, "commands are counted");
        for lease in self.leases.values() {
            if let Some(worker) = lease.worker() {
                assert!(is_there(worker), "every lease has an owner");
            }
        }
    }
}

impl Lease {
    /// A client that can't be told that its batch failed is answered with what is left of it.
    /// Gives how many commands it had.
    fn become_nothing(&mut self) -> usize {
        let commands = self.instructions.len();
        (self.instructions, self.commands) = (Box::default(), Box::default());
        self.waits = Waits::default();
        self.kills = 0;
        commands
    }

    fn worker(&self) -> Option<WorkerNo> {
        match self.state {
            LeaseState::Pending => None,
            LeaseState::Held { worker, .. } => Some(worker),
            LeaseState::Sent { route, .. } => Some(route.worker),
        }
    }
}
