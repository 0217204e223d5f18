//! The world around the dispatcher: clients, workers, and what is on its way between them. A
//! schedule decides what happens next.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use mpmt::client::{Ledger, ResultKind};
use mpmt::model::{
    AssignmentNo, BatchId, Dispatch, ExecutorKind, Instruction, Job, Ranges, SessionKey, SessionNo,
    WorkerNo, WorkloadKind,
};
use mpmt::server::{Dispatcher, Effects, Load, Outgoing, Session, WorkerLimits};
use mpmt::wire::worker::{FromWorker, ToWorker};

use crate::WINDOW;
use crate::worker::Worker;

/// What the dispatcher asked for, in order.
#[derive(Debug)]
pub enum Action {
    Start(WorkerNo),
    Open(WorkerNo, SessionNo, AssignmentNo),
    Say(WorkerNo, ToWorker),
    Kill(WorkerNo),
    Query(SessionNo, Ranges),
    Fail(SessionNo, u64),
}

/// Keeps what is asked for, with the real order of what is said to workers.
#[derive(Default)]
pub struct Actions {
    pub done: Vec<Action>,
    outgoing: Outgoing,
}

impl Actions {
    fn say(&mut self, worker: WorkerNo, message: ToWorker) {
        let messages = self.outgoing.after_batches(worker, message);
        self.done
            .extend(messages.map(|message| Action::Say(worker, message)));
    }

    fn flush(&mut self) {
        for worker in self.outgoing.begun() {
            let bundle = self.outgoing.flush(worker).unwrap();
            self.done.push(Action::Say(worker, bundle));
        }
    }
}

impl Effects for Actions {
    type Client = SessionNo;

    fn start(&mut self, worker: WorkerNo) {
        self.done.push(Action::Start(worker));
    }
    fn open(&mut self, worker: WorkerNo, session: &SessionNo, job: &Job, assignment: AssignmentNo) {
        self.done.push(Action::Open(worker, *session, assignment));
        let open = ToWorker::Open {
            assignment,
            results: String::new(),
            trusted: false,
            job: job.clone(),
            trace: None,
        };
        self.say(worker, open);
    }
    fn run(&mut self, worker: WorkerNo, sequence: u64, id: BatchId, load: Load<'_>) {
        let full = self.outgoing.add(worker, sequence, id, load);
        self.done
            .extend(full.map(|bundle| Action::Say(worker, bundle)));
    }
    fn close(&mut self, worker: WorkerNo) {
        self.say(worker, ToWorker::Close);
    }
    fn stop(&mut self, worker: WorkerNo) {
        self.say(worker, ToWorker::Stop);
    }
    fn discard(&mut self, worker: WorkerNo) {
        self.done.push(Action::Kill(worker));
    }
    fn query(&mut self, session: &SessionNo, batches: Ranges) {
        self.done.push(Action::Query(*session, batches));
    }
    fn kill(&mut self, worker: WorkerNo, _: &str) {
        self.done.push(Action::Kill(worker));
    }
    fn fail(&mut self, session: &SessionNo, sequence: u64, _: BatchId, _: &str) {
        self.done.push(Action::Fail(*session, sequence));
    }
}

pub struct Client {
    pub ledger: Ledger,
    pub total: u64,
    /// Whether this batch kills whoever runs it.
    pub poison: Option<u64>,
    pub session: Option<SessionNo>,
    pub alive: bool,
    /// On the way to the gateway.
    batches: VecDeque<u64>,
    words: VecDeque<Word>,
    /// On the way from the gateway.
    queries: VecDeque<Ranges>,
    /// On the way from workers.
    results: Vec<(u64, i64)>,
    pub outcomes: BTreeMap<u64, &'static str>,
}

/// What a client says.
enum Word {
    Ack(Ranges),
    Missing(Ranges),
}

pub struct World {
    max_workers: u32,
    pub dispatcher: Dispatcher<SessionNo>,
    actions: Actions,
    pub job: Job,
    pub clients: Vec<Client>,
    pub workers: BTreeMap<WorkerNo, Worker>,
    /// Whose an assignment is.
    assignments: BTreeMap<AssignmentNo, SessionNo>,
    next_session: SessionNo,
    pub now: Duration,
}

pub fn limits(max_workers: u32) -> WorkerLimits {
    WorkerLimits {
        max_workers,
        batch_timeout: Duration::from_secs(60),
        start_timeout: Duration::from_secs(30),
        idle_timeout: Duration::from_secs(20),
        keep: 0,
    }
}

impl World {
    pub fn new(max_workers: u32, dispatch: Dispatch, clients: &[(u64, Option<u64>)]) -> World {
        let job = Job {
            loops: 1,
            threads: 2,
            executor: ExecutorKind::Crossbeam,
            dispatch,
            ..Job::new(WorkloadKind::Noop)
        };
        let mut world = World {
            max_workers,
            dispatcher: Dispatcher::new(limits(max_workers)),
            actions: Actions::default(),
            job,
            clients: Vec::new(),
            workers: BTreeMap::new(),
            assignments: BTreeMap::new(),
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
                words: VecDeque::new(),
                queries: VecDeque::new(),
                results: Vec::new(),
                outcomes: BTreeMap::new(),
            });
        }
        (0..clients.len()).for_each(|client| world.hello(client));
        world
    }

    /// Tells the dispatcher something and carries out what it asks for.
    fn tell(&mut self, event: impl FnOnce(&mut Dispatcher<SessionNo>, Duration, &mut Actions)) {
        event(&mut self.dispatcher, self.now, &mut self.actions);
        self.dispatcher.pump(self.now, &mut self.actions);
        self.carry_out();
        self.dispatcher.check();
    }

    fn carry_out(&mut self) {
        for action in std::mem::take(&mut self.actions.done) {
            self.act(action);
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Start(worker) => drop(self.workers.insert(worker, Worker::default())),
            Action::Open(worker, session, assignment) => {
                let worker = self.workers.get(&worker);
                assert!(
                    worker.is_none_or(|worker| worker.has_started),
                    "only who is there is given work"
                );
                self.assignments.insert(assignment, session);
            }
            Action::Say(worker, message) => {
                if let Some(worker) = self.workers.get_mut(&worker) {
                    worker.orders.push_back(message);
                }
            }
            Action::Kill(worker) => {
                if let Some(worker) = self.workers.get_mut(&worker) {
                    worker.killed = true;
                }
            }
            Action::Query(session, batches) => {
                if let Some(client) = self.client_of(session) {
                    client.queries.push_back(batches);
                }
            }
            Action::Fail(session, sequence) => {
                if let Some(client) = self.client_of(session) {
                    let verdict = client.ledger.failed(sequence, "poison".to_owned());
                    note(client, sequence, verdict, "failed");
                }
            }
        }
    }

    /// The server comes to the end of its turn, and sends what it has gathered.
    pub fn flush(&mut self) {
        self.actions.flush();
        self.carry_out();
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
        let session = Session::new(no, job, processes, true);
        self.tell(|dispatcher, now, fx| dispatcher.open(no, session, now, fx));
        let client = &mut self.clients[client];
        client.session = Some(no);
        client.ledger.acknowledge_again();
        client.batches = client.ledger.unanswered().collect();
    }

    pub fn send(&mut self, client: usize) {
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

    pub fn deliver_batch(&mut self, client: usize, at: usize, twice: bool) {
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
        let id = SessionKey::with_control(u128::from(session)).batch(sequence);
        // Batches of 0 to 3 commands.
        let instructions = vec![
            Instruction {
                response: 1,
                wait_ns: 0,
            };
            sequence as usize % 4
        ];
        let load = Load {
            instructions: &instructions,
            commands: &[],
        };
        self.tell(|dispatcher, now, fx| {
            dispatcher.receive(session, sequence, id, load, now, fx);
        });
    }

    pub fn deliver_result(&mut self, client: usize, at: usize, twice: bool) {
        let client = &mut self.clients[client];
        if client.results.is_empty() || !client.alive {
            return;
        }
        let at = at % client.results.len();
        let (sequence, sum) = if twice {
            client.results[at]
        } else {
            client.results.remove(at)
        };
        let verdict = client.ledger.result(sequence, sum);
        note(client, sequence, verdict, "answered");
    }

    pub fn acknowledge(&mut self, client: usize) {
        let client = &mut self.clients[client];
        let acks = client.ledger.take_acknowledgements();
        if client.alive && !acks.is_empty() {
            client.words.push_back(Word::Ack(acks));
        }
    }

    /// A client hears what it is asked, and answers.
    pub fn answer_query(&mut self, client: usize) {
        let client = &mut self.clients[client];
        if let Some(batches) = client.queries.pop_front().filter(|_| client.alive) {
            let missing = client.ledger.missing(&batches);
            client.words.push_back(Word::Missing(missing));
        }
    }

    pub fn deliver_word(&mut self, client: usize) {
        let client = &mut self.clients[client];
        let Some(session) = client.session.filter(|_| client.alive) else {
            return;
        };
        match client.words.pop_front() {
            Some(Word::Ack(acks)) => {
                self.tell(|dispatcher, _, _| dispatcher.acknowledged(session, &acks));
            }
            Some(Word::Missing(batches)) => {
                self.tell(|dispatcher, now, fx| dispatcher.missing(session, &batches, now, fx));
            }
            None => {}
        }
    }

    fn worker_at(&self, at: usize) -> Option<WorkerNo> {
        let count = self.workers.len();
        self.workers.keys().nth(at.checked_rem(count)?).copied()
    }

    pub fn start(&mut self, worker: WorkerNo) {
        let Some(state) = self.workers.get_mut(&worker).filter(|w| !w.hangs) else {
            return;
        };
        if !std::mem::replace(&mut state.has_started, true) {
            self.tell(|dispatcher, now, fx| {
                dispatcher.ready(worker, now, fx);
            });
        }
    }

    /// A worker that does not hang.
    fn running(&mut self, worker: WorkerNo) -> Option<&mut Worker> {
        self.workers
            .get_mut(&worker)
            .filter(|state| state.has_started && !state.hangs)
    }

    pub fn obey(&mut self, worker: WorkerNo) {
        let job = self.job.clone();
        if let Some(state) = self.running(worker) {
            state.obey(&job);
        }
    }

    /// A worker finishes a command, and dies of it when it is of a poisonous batch.
    pub fn finish_command(&mut self, worker: WorkerNo, at: usize) {
        let Some(state) = self.running(worker) else {
            return;
        };
        let Some(sequence) = state.next_command(at) else {
            return;
        };
        let Some(current) = &mut state.current else {
            return;
        };
        let no = current.no;
        let session = self.assignments[&no];
        let poison = self.client_of(session).and_then(|client| client.poison);
        if poison == Some(sequence) {
            return self.crash(worker, true);
        }
        let current = self
            .running(worker)
            .and_then(|state| state.current.as_mut());
        current.unwrap().finish_command(at);
    }

    pub fn announce(&mut self, worker: WorkerNo, at: usize, count_first: bool) {
        let current = self
            .running(worker)
            .and_then(|state| state.current.as_mut());
        if let Some(current) = current {
            current.announce(at, count_first);
        }
    }

    pub fn collect(&mut self, worker: WorkerNo, window: u64) {
        if let Some(state) = self.running(worker) {
            state.collect(window);
        }
    }

    /// A result leaves a worker's socket, and is on its way to the client.
    pub fn send_result(&mut self, worker: WorkerNo, at: usize) {
        let Some(sent) = self.running(worker).and_then(|state| state.send(at)) else {
            return;
        };
        let session = self.assignments[&sent.assignment];
        if let Some(client) = self.client_of(session) {
            client.results.push((sent.sequence, sent.sum));
        }
    }

    /// The sockets of a worker's earlier assignments give up what they have not got rid of.
    pub fn give_up_lingering(&mut self, worker: WorkerNo) {
        if let Some(state) = self.workers.get_mut(&worker) {
            state.lingering.clear();
        }
    }

    pub fn deliver_news(&mut self, worker: WorkerNo) {
        let news = self.workers.get_mut(&worker).map(|state| &mut state.news);
        match news.and_then(VecDeque::pop_front) {
            Some(FromWorker::Progress(progress)) => {
                self.tell(|dispatcher, now, fx| dispatcher.progress(worker, &progress, now, fx));
            }
            Some(other) => panic!("a worker says {other:?}"),
            None => {}
        }
    }

    /// A worker that was told to, and has done what it holds, ends. One that was killed ends.
    pub fn leave(&mut self, worker: WorkerNo) {
        let Some(state) = self.workers.get(&worker) else {
            return;
        };
        if state.killed {
            self.crash(worker, true);
        } else if state.may_leave() && !state.hangs {
            self.crash(worker, false);
        }
    }

    /// A worker's process ends. Results that are still in its sockets may leave, or be lost with
    /// it.
    pub fn crash(&mut self, worker: WorkerNo, results_too: bool) {
        let Some(state) = self.workers.get_mut(&worker) else {
            return;
        };
        if !results_too && state.has_started && !state.hangs {
            while let Some(sent) = self.workers.get_mut(&worker).unwrap().send(0) {
                let session = self.assignments[&sent.assignment];
                if let Some(client) = self.client_of(session) {
                    client.results.push((sent.sequence, sent.sum));
                }
            }
        }
        self.workers.remove(&worker);
        self.tell(|dispatcher, now, fx| dispatcher.ended(worker, now, fx));
    }

    /// The server is killed and started again: whatever it knew, and its workers, are gone.
    fn restart(&mut self) {
        self.workers.clear();
        self.dispatcher = Dispatcher::new(limits(self.max_workers));
        self.actions = Actions::default();
        self.assignments.clear();
        for client in 0..self.clients.len() {
            if self.clients[client].alive {
                self.clients[client].words.clear();
                self.clients[client].queries.clear();
                self.hello(client);
            }
        }
    }

    /// A connection is lost, and what was on it; the client greets again, and is known.
    fn lose_connection(&mut self, client: usize) {
        let client = &mut self.clients[client];
        client.words.clear();
        client.queries.clear();
        client.ledger.acknowledge_again();
        client.batches = client.ledger.unanswered().collect();
    }

    pub fn kill_client(&mut self, client: usize) {
        // One stays, so that there is something to finish.
        if client == 0 || !std::mem::replace(&mut self.clients[client].alive, false) {
            return;
        }
        let session = self.clients[client].session.take().unwrap();
        self.tell(|dispatcher, now, fx| {
            dispatcher.close(session, now, fx);
        });
    }

    pub fn pass_time(&mut self, seconds: u8) {
        self.now += Duration::from_secs(u64::from(seconds));
        self.tell(|dispatcher, now, fx| dispatcher.tick(now, fx));
        if self.dispatcher.has_given_up() {
            // The server ends when workers can't be started, and somebody starts it again.
            self.restart();
        }
    }

    pub fn step(&mut self, (kind, which, more): (u8, u8, u8)) {
        let client = which as usize % self.clients.len();
        let worker = self.worker_at(which as usize);
        let more = more as usize;
        match (kind % 40, worker) {
            (0..=3, _) => self.send(client),
            (4..=6, _) => self.deliver_batch(client, more, false),
            (7, _) => self.deliver_batch(client, more, true),
            (8..=9, _) => self.deliver_result(client, more, false),
            (10, _) => self.deliver_result(client, more, true),
            (11, _) => self.acknowledge(client),
            (12, _) if more.is_multiple_of(2) => self.answer_query(client),
            (12, _) => self.deliver_word(client),
            (13, Some(worker)) => self.start(worker),
            (14..=15, Some(worker)) => self.obey(worker),
            (16..=18, Some(worker)) => self.finish_command(worker, more),
            (19..=20, Some(worker)) => self.announce(worker, more, more >= 128),
            (21..=22, Some(worker)) => self.collect(worker, more as u64),
            (23, Some(worker)) => self.send_result(worker, more),
            (24..=25, Some(worker)) => self.deliver_news(worker),
            (26, Some(worker)) => self.leave(worker),
            (27, Some(worker)) if more < 96 => self.crash(worker, more.is_multiple_of(2)),
            (27, Some(worker)) if more < 128 => self.workers.get_mut(&worker).unwrap().hangs = true,
            (27, Some(worker)) => self.give_up_lingering(worker),
            (28, _) if more < 24 => self.restart(),
            (28, _) if more < 64 => self.lose_connection(client),
            (28, _) if more < 96 => self.kill_client(client),
            (29, _) => self.pass_time(which % 70),
            (30..=31, _) => self.flush(),
            // What mostly happens in one go.
            (32..=33, Some(worker)) => {
                self.start(worker);
                self.flush();
                (0..=more % 4).for_each(|_| self.obey(worker));
            }
            (34..=35, Some(worker)) => {
                (0..=more % 4).for_each(|_| self.finish_command(worker, more));
                self.announce(worker, more, more >= 128);
            }
            (36..=38, Some(worker)) => {
                self.collect(worker, more as u64);
                (0..3).for_each(|_| self.deliver_news(worker));
                self.flush();
                self.obey(worker);
            }
            (39, _) => {
                self.send(client);
                self.deliver_batch(client, more, false);
            }
            _ => {}
        }
    }

    /// Everything that is under way arrives, and everybody does what there is to do.
    pub fn go_on(&mut self) {
        for client in 0..self.clients.len() {
            self.send(client);
            self.deliver_batch(client, 0, false);
            self.deliver_result(client, 0, false);
            self.acknowledge(client);
            self.answer_query(client);
            self.deliver_word(client);
        }
        self.flush();
        for worker in self.workers.keys().copied().collect::<Vec<_>>() {
            self.work(worker);
        }
    }

    /// A worker does what there is to do for a batch, and the gateway hears of it.
    pub fn work(&mut self, worker: WorkerNo) {
        self.flush();
        self.start(worker);
        self.flush();
        (0..3).for_each(|_| self.obey(worker));
        for _ in 0..3 {
            self.finish_command(worker, 0);
            self.announce(worker, 0, false);
            self.announce(worker, 0, false);
        }
        self.collect(worker, 0);
        self.send_result(worker, 0);
        self.give_up_lingering(worker);
        self.deliver_news(worker);
        self.leave(worker);
    }

    fn is_done(&self) -> bool {
        let is_done = |client: &Client| !client.alive || client.ledger.is_complete();
        self.clients.iter().all(is_done)
    }

    /// From now on nothing goes wrong, and no time passes that would mend anything.
    pub fn go_on_until_done(&mut self, rounds: u32) {
        for _ in 0..rounds {
            self.go_on();
        }
        assert!(self.is_done(), "it does not come to its end by itself");
    }

    /// From now on nothing goes wrong any more. Everything must come to its end.
    pub fn finish(&mut self) {
        for round in 0.. {
            if self.is_done() {
                return;
            }
            assert!(round < 800, "it does not come to its end");
            self.go_on();
            // Those that hang are killed when their time is over.
            self.pass_time(if round % 10 == 9 { 61 } else { 0 });
        }
    }
}

/// Keeps the books that the ledger is checked against.
fn note(client: &mut Client, sequence: u64, verdict: ResultKind, how: &'static str) {
    if verdict == ResultKind::Fresh {
        assert_eq!(client.outcomes.insert(sequence, how), None, "one outcome");
    }
}
