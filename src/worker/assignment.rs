//! What a worker holds of a session: batches from the moment they come to the moment that the
//! gateway is told of them. Knows no socket, thread or clock.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::clock::Tick;
use crate::executor::Completion;
use crate::model::{AssignmentNo, Dispatch, Job, Ranges};
use crate::wire::worker::{FromWorker, Head, Progress};

/// A worker's account of the batches that it was given in one assignment. What happens is told to
/// it; which results to send, and what to tell the gateway, is read from it.
///
/// Every batch is told exactly once, as finished or as failed, and a result is told when it has
/// been handed to the socket, not before. Until then the batch is held.
#[derive(Debug)]
pub struct Assignment {
    no: AssignmentNo,
    dispatch: Dispatch,
    /// What is being run, by sequence number, with when it came.
    running: FxHashMap<u64, (Head, Tick)>,
    /// The same in the order in which it came. The first one runs; of others it may be done.
    order: VecDeque<u64>,
    /// Results that are to be sent.
    results: VecDeque<(Head, i64)>,
    finished: Ranges,
    /// Batches whose work failed, with the reasons.
    failed: Vec<(u64, String)>,
    units: u64,
    reported: Option<(u64, u64)>,
    cancelled: bool,
}

impl Assignment {
    /// Nothing is held yet.
    pub fn new(no: AssignmentNo, job: &Job) -> Self {
        Assignment {
            no,
            dispatch: job.dispatch,
            running: FxHashMap::default(),
            order: VecDeque::new(),
            results: VecDeque::new(),
            finished: Ranges::default(),
            failed: Vec::new(),
            units: 0,
            reported: Some((0, job.initial_window())),
            cancelled: false,
        }
    }

    /// A batch has come, and is to be run.
    pub fn take(&mut self, head: Head, now: Tick) {
        self.running.insert(head.sequence, (head, now));
        self.order.push_back(head.sequence);
    }

    /// A batch that runs, and when it came.
    pub fn running(&self, sequence: u64) -> Option<(&Head, Tick)> {
        let (head, taken) = self.running.get(&sequence)?;
        Some((head, *taken))
    }

    /// The oldest batch that runs.
    pub fn oldest(&self) -> Option<u64> {
        self.order.front().copied()
    }

    /// Commands are done, which frees their threads: units, when pipelined.
    pub fn commands_done(&mut self, commands: u64) {
        if self.dispatch == Dispatch::Pipelined {
            self.units += commands;
        }
    }

    /// A batch is wholly done. Says how many commands it had.
    pub fn batch_done(&mut self, completion: Completion) -> u64 {
        let Some(head) = self.end(completion.sequence) else {
            return 0;
        };
        if self.dispatch == Dispatch::Barrier {
            self.units += 1;
        }
        match completion.sum {
            _ if self.cancelled => self.finished.push(head.sequence),
            Err(reason) => self.failed.push((head.sequence, reason.into())),
            Ok(sum) => self.results.push_back((head, sum)),
        }
        u64::from(head.instructions)
    }

    fn end(&mut self, sequence: u64) -> Option<Head> {
        let (head, _) = self.running.remove(&sequence)?;
        while let Some(first) = self.order.front()
            && !self.running.contains_key(first)
        {
            self.order.pop_front();
        }
        Some(head)
    }

    /// The result to send next.
    pub fn next_result(&self) -> Option<(Head, i64)> {
        self.results.front().copied()
    }

    /// The result that [`Assignment::next_result`] gave is on its way.
    pub fn result_sent(&mut self) {
        if let Some((head, _)) = self.results.pop_front() {
            self.finished.push(head.sequence);
        }
    }

    /// Nobody waits for the results any more.
    pub fn cancel(&mut self) {
        self.cancelled = true;
        for (head, _) in self.results.drain(..) {
            self.finished.push(head.sequence);
        }
    }

    /// What to tell the gateway, in this order, for a worker that wants to hold `window` units.
    pub fn report(&mut self, window: u64) -> Vec<FromWorker> {
        let assignment = self.no;
        let failed = self.failed.drain(..);
        let mut report: Vec<FromWorker> = failed
            .map(|(sequence, reason)| FromWorker::Failed {
                assignment,
                sequence,
                reason,
            })
            .collect();
        let state = (self.units, window);
        // One message holds so many ranges, and no more.
        while Some(state) != self.reported || !self.finished.is_empty() {
            self.reported = Some(state);
            report.push(FromWorker::Progress(Progress {
                assignment,
                finished: self.finished.take(),
                units: self.units,
                window,
            }));
        }
        report
    }

    /// Commands are being run, though no batch is finished: the next report is not empty, and so is a
    /// heartbeat.
    pub fn heartbeat(&mut self) {
        self.reported = None;
    }

    /// What the gateway knows the assignment by.
    pub fn no(&self) -> AssignmentNo {
        self.no
    }

    /// Whether nothing runs.
    pub fn rests(&self) -> bool {
        self.running.is_empty()
    }

    /// Units finished so far.
    pub fn units(&self) -> u64 {
        self.units
    }

    /// Whether nothing runs and nothing is to be sent.
    pub fn holds_nothing(&self) -> bool {
        self.running.is_empty() && self.results.is_empty()
    }

    /// Whether results are to be sent.
    pub fn has_results(&self) -> bool {
        !self.results.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::model::BatchId;
    use crate::model::{ExecutorKind, WorkloadKind};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn job(dispatch: Dispatch) -> Job {
        Job {
            loops: 1,
            threads: 2,
            executor: ExecutorKind::Crossbeam,
            dispatch,
            ..Job::new(WorkloadKind::Noop)
        }
    }

    fn head(sequence: u64) -> Head {
        Head {
            sequence,
            id: BatchId(Uuid::nil()),
            instructions: 3,
        }
    }

    /// What was told of which batches, in the order in which it was.
    fn told(news: &[FromWorker]) -> Vec<u64> {
        let of_one = |one: &FromWorker| match one {
            FromWorker::Failed { sequence, .. } => vec![*sequence],
            FromWorker::Progress(progress) => progress.finished.iter().flatten().collect(),
            FromWorker::Hello { .. } | FromWorker::Unreachable { .. } => Vec::new(),
        };
        news.iter().flat_map(of_one).collect()
    }

    proptest! {
        #[test]
        fn every_batch_is_told_once_and_not_before_its_result_is_sent(
            pipelined: bool,
            steps in prop::collection::vec((0_u8..6, any::<u16>()), 0..200),
        ) {
            let dispatch = if pipelined { Dispatch::Pipelined } else { Dispatch::Barrier };
            let mut assignment = Assignment::new(7, &job(dispatch));
            let (mut running, mut unsent, mut all) = (Vec::new(), 0, Vec::new());
            let (mut given, mut cancelled) = (0, false);
            for (kind, more) in steps {
                match kind {
                    0 => {
                        assignment.take(head(given), clock::now());
                        running.push(given);
                        given += 1;
                    }
                    1 | 2 if !running.is_empty() => {
                        let sequence = running.remove(more as usize % running.len());
                        let sum = if kind == 1 { Ok(1) } else { Err("no".into()) };
                        unsent += usize::from(sum.is_ok() && !cancelled);
                        assignment.commands_done(3);
                        assignment.batch_done(Completion { sequence, sum });
                    }
                    3 if assignment.next_result().is_some() => {
                        assignment.result_sent();
                        unsent -= 1;
                    }
                    4 if more < 3000 => {
                        assignment.cancel();
                        (cancelled, unsent) = (true, 0);
                    }
                    5 => all.extend(told(&assignment.report(2))),
                    _ => {}
                }
                prop_assert_eq!(assignment.holds_nothing(), running.is_empty() && unsent == 0);
                prop_assert_eq!(assignment.oldest(), running.iter().min().copied());
            }
            all.extend(told(&assignment.report(2)));
            prop_assert_eq!(all.len() + running.len() + unsent, given as usize);
            all.sort_unstable();
            all.dedup();
            prop_assert_eq!(all.len() + running.len() + unsent, given as usize, "told twice");
        }
    }

    #[test]
    fn nothing_new_is_not_told() {
        let mut assignment = Assignment::new(7, &job(Dispatch::Pipelined));
        assert_eq!(assignment.report(2), []);
        assignment.commands_done(1);
        assert_eq!(assignment.report(2).len(), 1);
        assert_eq!(assignment.report(2), []);
        assert_eq!(assignment.report(3).len(), 1);
    }
}
