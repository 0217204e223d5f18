//! The dispatcher and the ledger under random schedules of everything that can happen between
//! them: messages that are delivered late, out of order, twice or never, workers that die, hang
//! or are poisoned by a batch, a server that is restarted, clients that vanish. No socket, clock
//! or process: the world below holds what is under way, and a schedule decides what happens next.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use mpmt::client::{Ledger, Verdict};
use mpmt::model::{
    BatchId, Dispatch, ExecutorKind, Instruction, Job, Ranges, Runtime, SessionKey, SessionNo,
    WorkerNo, WorkloadKind,
};
use mpmt::server::{Dispatcher, Effects, Limits, Load};
use mpmt::wire::fleet::Progress;
use proptest::prelude::*;

const WINDOW: u64 = 5;

/// What the dispatcher asked for, in order.
#[derive(Debug)]
enum Action {
    Start(WorkerNo),
    Open(WorkerNo, SessionNo),
    Assign(WorkerNo, SessionNo, u64, usize),
    Close,
    Stop(WorkerNo),
    Kill(WorkerNo),
    Fail(SessionNo, u64),
}

#[derive(Default)]
struct Actions(Vec<Action>);

impl Effects for Actions {
    fn start(&mut self, worker: WorkerNo) {
        self.0.push(Action::Start(worker));
    }
    fn open(&mut self, worker: WorkerNo, session: SessionNo) {
        self.0.push(Action::Open(worker, session));
    }
    fn assign(
        &mut self,
        worker: WorkerNo,
        session: SessionNo,
        sequence: u64,
        _: BatchId,
        load: Load<'_>,
    ) {
        self.0.push(Action::Assign(
            worker,
            session,
            sequence,
            load.instructions.len(),
        ));
    }
    fn close(&mut self, _: WorkerNo) {
        self.0.push(Action::Close);
    }
    fn stop(&mut self, worker: WorkerNo) {
        self.0.push(Action::Stop(worker));
    }
    fn discard(&mut self, worker: WorkerNo) {
        self.0.push(Action::Kill(worker));
    }
    fn kill(&mut self, worker: WorkerNo, _: &str) {
        self.0.push(Action::Kill(worker));
    }
    fn fail(&mut self, session: SessionNo, sequence: u64, _: BatchId, _: &str) {
        self.0.push(Action::Fail(session, sequence));
    }
}

/// A worker process, as far as the gateway can tell.
#[derive(Default)]
struct Worker {
    has_started: bool,
    session: SessionNo,
    queue: VecDeque<(u64, usize)>,
    units: u64,
    window: u64,
    /// Progress that it has sent and the gateway has not seen.
    progress: VecDeque<Progress>,
    stopping: bool,
    hangs: bool,
}

struct Client {
    ledger: Ledger,
    total: u64,
    /// Whether this batch kills whoever runs it.
    poison: Option<u64>,
    session: Option<SessionNo>,
    alive: bool,
    /// On the way to the gateway.
    batches: VecDeque<u64>,
    acks: VecDeque<Ranges>,
    /// On the way from workers.
    results: Vec<u64>,
    settled: BTreeMap<u64, &'static str>,
}

struct World {
    dispatcher: Dispatcher,
    job: Job,
    clients: Vec<Client>,
    workers: BTreeMap<WorkerNo, Worker>,
    next_session: SessionNo,
    now: Duration,
}

fn limits() -> Limits {
    Limits {
        max_workers: 3,
        batch_timeout: Duration::from_secs(60),
        start_timeout: Duration::from_secs(30),
        idle_timeout: Duration::from_secs(20),
        keep: 0,
    }
}

/// The sum that a batch must have.
fn sum_of(sequence: u64) -> i64 {
    sequence as i64 * 7 + 1
}

impl World {
    fn new(dispatch: Dispatch, clients: &[(u64, Option<u64>)]) -> World {
        let mut world = World {
            dispatcher: Dispatcher::new(limits()),
            job: Job {
                workload: WorkloadKind::Noop,
                loops: 1,
                threads: 2,
                executor: ExecutorKind::Crossbeam,
                dispatch,
                runtime: Runtime::Native,
                switch_interval: Job::DEFAULT_SWITCH_INTERVAL,
                own: None,
            },
            clients: Vec::new(),
            workers: BTreeMap::new(),
            next_session: 0,
            now: Duration::ZERO,
        };
        for &(total, poison) in clients {
            world.clients.push(Client {
                ledger: Ledger::new(total, WINDOW),
                total,
                poison,
                session: None,
                alive: true,
                batches: VecDeque::new(),
                acks: VecDeque::new(),
                results: Vec::new(),
                settled: BTreeMap::new(),
            });
        }
        (0..clients.len()).for_each(|client| world.hello(client));
        world
    }

    /// Tells the dispatcher something and carries out what it asks for.
    fn tell(&mut self, event: impl FnOnce(&mut Dispatcher, Duration, &mut Actions)) {
        let mut actions = Actions::default();
        event(&mut self.dispatcher, self.now, &mut actions);
        self.dispatcher.pump(self.now, &mut actions);
        actions.0.into_iter().for_each(|action| self.act(action));
        self.dispatcher.check();
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Start(worker) => drop(self.workers.insert(worker, Worker::default())),
            Action::Open(worker, session) => {
                if let Some(worker) = self.workers.get_mut(&worker) {
                    assert!(
                        worker.queue.is_empty(),
                        "a worker changes seats with empty hands"
                    );
                    worker.session = session;
                    worker.window = self.job.initial_window();
                }
            }
            Action::Assign(worker, session, sequence, instructions) => {
                if let Some(worker) = self.workers.get_mut(&worker) {
                    assert!(worker.has_started, "only who is there is given work");
                    assert_eq!(worker.session, session, "and only of its own session");
                    worker.queue.push_back((sequence, instructions));
                }
            }
            Action::Close => {}
            Action::Stop(worker) => {
                if let Some(worker) = self.workers.get_mut(&worker) {
                    worker.stopping = true;
                }
            }
            Action::Kill(worker) => self.crash(worker, true),
            Action::Fail(session, sequence) => {
                if let Some(client) = self.client_of(session) {
                    let verdict = client.ledger.failed(sequence, "poison".to_owned());
                    note(client, sequence, verdict, "failed");
                }
            }
        }
    }

    fn client_of(&mut self, session: SessionNo) -> Option<&mut Client> {
        self.clients
            .iter_mut()
            .find(|client| client.alive && client.session == Some(session))
    }

    /// A client greets a gateway that does not know it, and sends again what is not answered.
    fn hello(&mut self, client: usize) {
        self.next_session += 1;
        let no = self.next_session;
        let job = self.job.clone();
        let processes = 1 + client as u32;
        self.tell(|dispatcher, _, fx| dispatcher.open(no, job, processes, true, fx));
        let client = &mut self.clients[client];
        client.session = Some(no);
        client.ledger.acknowledge_again();
        client.batches = client.ledger.unanswered().collect();
    }

    fn send(&mut self, client: usize) {
        let client = &mut self.clients[client];
        if client.alive
            && let Some(next) = client.ledger.next_to_send()
        {
            client.ledger.sent();
            client.batches.push_back(next);
            assert!(
                client.ledger.unanswered().count() as u64 <= WINDOW,
                "the window holds"
            );
        }
    }

    fn deliver_batch(&mut self, client: usize, at: usize, twice: bool) {
        let client = &mut self.clients[client];
        let Some(session) = client.session.filter(|_| client.alive) else {
            return;
        };
        if client.batches.is_empty() {
            return;
        }
        let at = at % client.batches.len();
        let sequence = if twice {
            client.batches[at]
        } else {
            client.batches.remove(at).unwrap()
        };
        let id = SessionKey::from_bits(u64::from(session)).batch(sequence);
        let instructions = [Instruction {
            response: 1,
            wait_ns: 0,
        }; 3];
        let load = Load {
            instructions: &instructions,
            commands: &[],
        };
        self.tell(|dispatcher, now, fx| {
            dispatcher.receive(session, sequence, id, load, now, fx);
        });
    }

    fn deliver_result(&mut self, client: usize, at: usize, twice: bool) {
        let client = &mut self.clients[client];
        if client.results.is_empty() || !client.alive {
            return;
        }
        let at = at % client.results.len();
        let sequence = if twice {
            client.results[at]
        } else {
            client.results.remove(at)
        };
        let verdict = client.ledger.result(sequence, sum_of(sequence));
        note(client, sequence, verdict, "answered");
    }

    fn acknowledge(&mut self, client: usize) {
        let client = &mut self.clients[client];
        let acks = client.ledger.take_acknowledgements();
        if client.alive && !acks.is_empty() {
            client.acks.push_back(acks);
        }
    }

    fn deliver_ack(&mut self, client: usize) {
        let client = &mut self.clients[client];
        let Some(session) = client.session.filter(|_| client.alive) else {
            return;
        };
        if let Some(acks) = client.acks.pop_front() {
            self.tell(|dispatcher, _, _| dispatcher.acknowledged(session, &acks));
        }
    }

    fn worker_at(&self, at: usize) -> Option<WorkerNo> {
        let count = self.workers.len();
        self.workers.keys().nth(at.checked_rem(count)?).copied()
    }

    fn start(&mut self, worker: WorkerNo) {
        let Some(state) = self.workers.get_mut(&worker) else {
            return;
        };
        if !std::mem::replace(&mut state.has_started, true) {
            self.tell(|dispatcher, now, fx| {
                dispatcher.started(worker, now, fx);
            });
        }
    }

    /// A worker runs its next batch, and dies of it when it is poison.
    fn work(&mut self, worker: WorkerNo, window: u64) {
        let Some(state) = self.workers.get_mut(&worker).filter(|state| !state.hangs) else {
            return;
        };
        let Some(&(sequence, instructions)) = state.queue.front() else {
            if state.stopping {
                self.crash(worker, false);
            }
            return;
        };
        let session = state.session;
        let job = self.job.clone();
        let client = self
            .clients
            .iter_mut()
            .find(|client| client.session == Some(session));
        if client
            .as_ref()
            .is_some_and(|client| client.poison == Some(sequence))
        {
            return self.crash(worker, true);
        }
        state.queue.pop_front();
        state.units += job.units(instructions);
        state.window = job.initial_window() + window % 4;
        let progress = Progress {
            session,
            finished: [sequence].into_iter().collect(),
            units: state.units,
            window: state.window,
        };
        state.progress.push_back(progress);
        if let Some(client) = client {
            client.results.push(sequence);
        }
    }

    fn deliver_progress(&mut self, worker: WorkerNo) {
        let Some(state) = self.workers.get_mut(&worker) else {
            return;
        };
        if let Some(progress) = state.progress.pop_front() {
            self.tell(|dispatcher, now, fx| dispatcher.progress(worker, &progress, now, fx));
        }
    }

    /// A worker's process ends. Its results may have left, or may be lost with it.
    fn crash(&mut self, worker: WorkerNo, results_too: bool) {
        let Some(state) = self.workers.remove(&worker) else {
            return;
        };
        let session = state.session;
        if results_too && let Some(client) = self.client_of(session) {
            for sequence in state
                .progress
                .iter()
                .flat_map(|p| p.finished.iter().flatten())
            {
                client.results.retain(|&result| result != sequence);
            }
        }
        self.tell(|dispatcher, now, fx| dispatcher.ended(worker, now, fx));
    }

    /// The server is killed and started again: whatever it knew, and its workers, are gone.
    fn restart(&mut self) {
        self.workers.clear();
        self.dispatcher = Dispatcher::new(limits());
        for client in 0..self.clients.len() {
            if self.clients[client].alive {
                self.clients[client].acks.clear();
                self.hello(client);
            }
        }
    }

    /// A connection is lost, and what was on it; the client greets again, and is known.
    fn lose_connection(&mut self, client: usize) {
        let client = &mut self.clients[client];
        client.acks.clear();
        client.ledger.acknowledge_again();
        client.batches = client.ledger.unanswered().collect();
    }

    fn kill_client(&mut self, client: usize) {
        // One stays, so that there is something to finish.
        if client == 0 || !std::mem::replace(&mut self.clients[client].alive, false) {
            return;
        }
        let session = self.clients[client].session.take().unwrap();
        self.tell(|dispatcher, now, fx| dispatcher.close(session, now, fx));
    }

    fn pass_time(&mut self, seconds: u8) {
        self.now += Duration::from_secs(u64::from(seconds));
        self.tell(|dispatcher, now, fx| dispatcher.tick(now, fx));
        if self.dispatcher.has_given_up() {
            // The server ends when workers can't be started, and somebody starts it again.
            self.restart();
        }
    }

    fn step(&mut self, (kind, which, more): (u8, u8, u8)) {
        let client = which as usize % self.clients.len();
        let worker = self.worker_at(which as usize);
        let more = more as usize;
        match (kind % 20, worker) {
            (0..=3, _) => self.send(client),
            (4..=6, _) => self.deliver_batch(client, more, false),
            (7, _) => self.deliver_batch(client, more, true),
            (8..=9, _) => self.deliver_result(client, more, false),
            (10, _) => self.deliver_result(client, more, true),
            (11, _) => self.acknowledge(client),
            (12, _) => self.deliver_ack(client),
            (13, Some(worker)) => self.start(worker),
            (14..=15, Some(worker)) => self.work(worker, more as u64),
            (16, Some(worker)) => self.deliver_progress(worker),
            (17, Some(worker)) if more < 96 => self.crash(worker, more.is_multiple_of(2)),
            (17, Some(worker)) if more < 128 => self.workers.get_mut(&worker).unwrap().hangs = true,
            (18, _) if more < 24 => self.restart(),
            (18, _) if more < 64 => self.lose_connection(client),
            (18, _) if more < 80 => self.kill_client(client),
            (19, _) => self.pass_time(which % 70),
            _ => {}
        }
    }

    /// From now on nothing goes wrong any more. Everything must come to its end.
    fn finish(&mut self) {
        for round in 0.. {
            if self
                .clients
                .iter()
                .all(|client| !client.alive || client.ledger.is_complete())
            {
                return;
            }
            assert!(round < 600, "it does not come to its end");
            for client in 0..self.clients.len() {
                self.send(client);
                self.deliver_batch(client, 0, false);
                self.deliver_result(client, 0, false);
                self.acknowledge(client);
                self.deliver_ack(client);
            }
            for worker in self.workers.keys().copied().collect::<Vec<_>>() {
                self.start(worker);
                self.work(worker, 0);
                self.deliver_progress(worker);
            }
            // Those that hang are killed when their time is over.
            self.pass_time(if round % 10 == 9 { 61 } else { 0 });
        }
    }
}

/// Keeps the books that the ledger is checked against.
fn note(client: &mut Client, sequence: u64, verdict: Verdict, how: &'static str) {
    if verdict == Verdict::Fresh {
        assert_eq!(client.settled.insert(sequence, how), None, "settled once");
    }
}

fn check_end(world: &World) {
    for client in world.clients.iter().filter(|client| client.alive) {
        assert_eq!(
            client.settled.len() as u64,
            client.total,
            "every batch is settled"
        );
        let answered = client.settled.iter().filter(|(_, how)| **how == "answered");
        let expected: i128 = answered
            .map(|(&sequence, _)| i128::from(sum_of(sequence)))
            .sum();
        assert_eq!(
            client.ledger.sum(),
            expected,
            "the total is of just what was answered"
        );
        if let Some(poison) = client.poison.filter(|&poison| poison < client.total) {
            assert_eq!(client.settled[&poison], "failed", "poison is given up");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_every_batch_is_answered_or_failed_exactly_once(
        pipelined: bool,
        clients in prop::collection::vec((0_u64..12, prop::option::weighted(0.2, 0_u64..12)), 1..4),
        schedule in prop::collection::vec(any::<(u8, u8, u8)>(), 0..150),
    ) {
        let dispatch = if pipelined { Dispatch::Pipelined } else { Dispatch::Barrier };
        let mut world = World::new(dispatch, &clients);
        schedule.into_iter().for_each(|step| world.step(step));
        world.finish();
        check_end(&world);
    }
}

#[test]
fn without_faults_nothing_is_done_twice() {
    let mut world = World::new(Dispatch::Barrier, &[(40, None), (3, None)]);
    world.finish();
    check_end(&world);
    assert_eq!(world.dispatcher.counts().retried, 0);
    assert!(
        world
            .clients
            .iter()
            .all(|client| client.ledger.duplicates() == 0)
    );
}

#[test]
fn a_schedule_that_once_left_a_batch_behind_comes_to_its_end() {
    let mut world = World::new(Dispatch::Barrier, &[(0, None), (2, None), (2, None)]);
    for step in [
        (0, 140, 0),
        (60, 166, 0),
        (60, 146, 0),
        (204, 1, 0),
        (44, 29, 0),
        (73, 44, 0),
        (134, 126, 0),
        (184, 101, 0),
        (36, 42, 0),
        (0, 0, 0),
        (20, 1, 0),
        (24, 40, 0),
        (178, 53, 64),
        (19, 31, 0),
        (59, 99, 0),
    ] {
        world.step(step);
    }
    world.finish();
    check_end(&world);
}

#[test]
fn a_batch_that_comes_while_all_workers_are_leaving_is_not_forgotten() {
    let mut world = World::new(
        Dispatch::Barrier,
        &[(1, None), (1, None), (1, None), (3, None)],
    );
    // Three workers, all idle: their clients have left.
    for client in [1, 2, 3] {
        world.send(client);
        world.deliver_batch(client, 0, false);
    }
    for worker in world.workers.keys().copied().collect::<Vec<_>>().repeat(3) {
        world.start(worker);
        world.work(worker, 0);
        world.deliver_progress(worker);
    }
    [1, 2, 3]
        .into_iter()
        .for_each(|client| world.kill_client(client));
    assert_eq!(world.workers.len(), 3);
    // They are sent home, and before they have gone somebody wants something.
    world.pass_time(30);
    assert!(world.workers.values().all(|worker| worker.stopping));
    world.send(0);
    world.deliver_batch(0, 0, false);
    assert_eq!(world.workers.len(), 3, "no more than the maximum");
    world.finish();
    check_end(&world);
}

#[test]
fn a_hello_that_comes_after_a_worker_was_discarded_does_not_bring_it_back() {
    let (mut dispatcher, mut actions) = (Dispatcher::new(limits()), Actions::default());
    dispatcher.start_workers(1, Duration::ZERO, &mut actions);
    let Some(Action::Start(worker)) = actions.0.pop() else {
        panic!("no worker was started")
    };
    dispatcher.drain(&mut actions);
    dispatcher.started(worker, Duration::ZERO, &mut actions);
    dispatcher.ended(worker, Duration::ZERO, &mut actions);
    assert_eq!(dispatcher.counts().workers_lost, 0);
}

#[test]
fn a_small_client_is_not_starved_by_a_large_one() {
    let mut world = World::new(Dispatch::Barrier, &[(3, None), (400, None), (400, None)]);
    let mut rounds = 0;
    while !world.clients[0].ledger.is_complete() {
        rounds += 1;
        assert!(rounds < 60, "the small client waits for the large ones");
        for client in [2, 1, 0] {
            (0..3).for_each(|_| world.send(client));
            (0..3).for_each(|_| world.deliver_batch(client, 0, false));
            (0..3).for_each(|_| world.deliver_result(client, 0, false));
            world.acknowledge(client);
            world.deliver_ack(client);
        }
        for worker in world.workers.keys().copied().collect::<Vec<_>>() {
            world.start(worker);
            world.work(worker, 3);
            world.deliver_progress(worker);
        }
    }
}
