//! A worker process as the schedules drive it: the real account of what it holds
//! ([`Assignment`]), and around it each step that the real process takes by itself. None of them is
//! merged with another, so that whatever can happen between two of them happens here, too.

use std::collections::VecDeque;

use mpmt::clock;
use mpmt::executor::Completion;
use mpmt::model::{AssignmentNo, Dispatch, Job};
use mpmt::wire::worker::{FromWorker, ToWorker};
use mpmt::worker::Assignment;

use crate::sum_of;

/// A worker process.
#[derive(Default)]
pub struct Worker {
    pub has_started: bool,
    pub stopping: bool,
    /// It does nothing any more.
    pub hangs: bool,
    /// It has been killed, and has not ended yet.
    pub killed: bool,
    /// On the way to it.
    pub orders: VecDeque<ToWorker>,
    /// On the way to the gateway.
    pub news: VecDeque<FromWorker>,
    pub current: Option<CurrentAssignment>,
    /// Results that the sockets of earlier assignments still send.
    pub lingering: Vec<Sent>,
}

/// A result in a socket of a worker.
#[derive(Clone, Copy)]
pub struct Sent {
    pub assignment: AssignmentNo,
    pub sequence: u64,
    pub sum: i64,
}

/// Its place at one session.
pub struct CurrentAssignment {
    pub no: AssignmentNo,
    assignment: Assignment,
    dispatch: Dispatch,
    window: u64,
    running: VecDeque<Running>,
    /// Batches that are done: the thread that did the last command has both to do, in an order
    /// that nobody may rely on.
    announcing: Vec<Announcing>,
    // The outbox.
    completions: Vec<Completion>,
    counted: u64,
    /// Results in the socket.
    socket: Vec<Sent>,
}

struct Running {
    sequence: u64,
    commands: u64,
    left: u64,
}

struct Announcing {
    completion: Option<Completion>,
    commands: Option<u64>,
}

impl Worker {
    /// Takes the next order in.
    pub fn obey(&mut self, job: &Job) {
        match self.orders.pop_front() {
            Some(ToWorker::Open { assignment, .. }) => {
                if let Some(old) = self.current.take() {
                    assert!(
                        old.is_empty(),
                        "a worker that goes on to another session holds nothing"
                    );
                    self.lingering.extend(old.socket);
                }
                self.current = Some(CurrentAssignment::new(assignment, job));
            }
            Some(ToWorker::Run(bundle)) => {
                let current = self.current.as_mut().expect("batches come after a session");
                for (head, _) in bundle.batches().unwrap() {
                    let commands = u64::from(head.instructions);
                    current.assignment.take(head, clock::now());
                    current.running.push_back(Running {
                        sequence: head.sequence,
                        commands,
                        left: commands,
                    });
                }
            }
            Some(ToWorker::Close) => {
                if let Some(current) = &mut self.current {
                    current.assignment.cancel();
                    current.socket.clear();
                }
            }
            Some(ToWorker::Stop) => self.stopping = true,
            Some(ToWorker::Reject { reason }) => panic!("the dispatcher rejects nobody: {reason}"),
            None => {}
        }
    }

    /// Whether it may end by itself.
    pub fn may_leave(&self) -> bool {
        self.stopping
            && self
                .current
                .as_ref()
                .is_none_or(|s| s.assignment.holds_nothing())
    }

    /// The batch that a command of is run next.
    pub fn next_command(&self, at: usize) -> Option<u64> {
        let current = self.current.as_ref()?;
        Some(current.running.get(current.index(at)?)?.sequence)
    }

    /// Sends results, and tells the gateway of them.
    pub fn collect(&mut self, window: u64) {
        if let Some(current) = &mut self.current {
            self.news.extend(current.collect(window));
        }
    }

    /// A result leaves one of its sockets.
    pub fn send(&mut self, at: usize) -> Option<Sent> {
        let current = self.current.iter_mut().map(|current| &mut current.socket);
        let mut sockets = current.chain([&mut self.lingering]);
        let socket = sockets.find(|socket| !socket.is_empty())?;
        Some(socket.remove(at % socket.len()))
    }
}

impl CurrentAssignment {
    fn new(no: AssignmentNo, job: &Job) -> CurrentAssignment {
        CurrentAssignment {
            no,
            assignment: Assignment::new(no, job),
            dispatch: job.dispatch,
            window: job.initial_window(),
            running: VecDeque::new(),
            announcing: Vec::new(),
            completions: Vec::new(),
            counted: 0,
            socket: Vec::new(),
        }
    }

    /// What is lost with it: nothing may be.
    fn is_empty(&self) -> bool {
        self.assignment.holds_nothing() && self.completions.is_empty() && self.running.is_empty()
    }

    /// Under a barrier it is the first one; when pipelined any that the threads have come to.
    fn index(&self, at: usize) -> Option<usize> {
        match self.dispatch {
            Dispatch::Barrier if !self.announcing.is_empty() => None,
            Dispatch::Barrier => Some(0),
            Dispatch::Pipelined => at.checked_rem(self.running.len()),
        }
    }

    /// A thread finishes a command.
    pub fn finish_command(&mut self, at: usize) {
        let Some(index) = self.index(at) else { return };
        let Some(batch) = self.running.get_mut(index) else {
            return;
        };
        if batch.left > 1 {
            batch.left -= 1;
            self.counted += u64::from(self.dispatch == Dispatch::Pipelined);
            return;
        }
        let batch = self.running.remove(index).unwrap();
        let sum = Ok(sum_of(batch.sequence));
        let completion = Completion {
            sequence: batch.sequence,
            sum,
        };
        // An empty batch counts as one command.
        let commands = u64::from(self.dispatch == Dispatch::Pipelined);
        debug_assert!(batch.commands == 0 || batch.left == 1);
        self.announcing.push(Announcing {
            completion: Some(completion),
            commands: Some(commands),
        });
    }

    /// The thread puts its batch into the outbox, or counts its last command.
    pub fn announce(&mut self, at: usize, count_first: bool) {
        let Some(index) = at.checked_rem(self.announcing.len()) else {
            return;
        };
        let batch = &mut self.announcing[index];
        if count_first || batch.completion.is_none() {
            self.counted += batch.commands.take().unwrap_or(0);
        }
        if !count_first {
            self.completions.extend(batch.completion.take());
        }
        if batch.completion.is_none() && batch.commands.is_none() {
            self.announcing.remove(index);
        }
    }

    /// The main thread takes the outbox out, sends the results, and says what it has to say.
    fn collect(&mut self, window: u64) -> Vec<FromWorker> {
        self.assignment
            .commands_done(std::mem::take(&mut self.counted));
        for completion in self.completions.drain(..) {
            self.assignment.batch_done(completion);
        }
        while let Some((head, sum)) = self.assignment.next_result() {
            self.assignment.result_sent();
            self.socket.push(Sent {
                assignment: self.no,
                sequence: head.sequence,
                sum,
            });
        }
        self.assignment.report(self.window + window % 4)
    }
}
