//! The conversation between the gateway and its workers: postcard, one message a frame. Batches
//! travel in bundles and completions as ranges, so that neither costs a message each.

use serde::{Deserialize, Serialize};

use crate::model::{AssignmentNo, BatchId, Command, Instruction, Job, Ranges, Secret, WorkerNo};

/// What a worker says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FromWorker {
    /// I am here and know nothing yet.
    Hello {
        /// [`super::PROTOCOL_VERSION`] of the worker.
        version: u32,
        /// The number that it was started with.
        worker: WorkerNo,
        /// What proves that it is that worker.
        secret: Secret,
    },
    /// What I have finished, and how much more I want.
    Progress(Progress),
    /// A batch can't be done, whoever tries: its work itself failed.
    Failed {
        /// The assignment that the batch was given in.
        assignment: AssignmentNo,
        /// The gateway's number for it.
        sequence: u64,
        /// Why, in words.
        reason: String,
    },
    /// Results can't be sent: where the session's client wants them, nobody takes them.
    Unreachable {
        /// The assignment that the batches were given in.
        assignment: AssignmentNo,
        /// Why, in words.
        reason: String,
    },
}

/// A worker's finished batches and its credit.
///
/// Each batch that it was given is told once, here or as [`FromWorker::Failed`]: by that, and not by
/// the units, the gateway knows what the worker holds. Units are credit; when pipelined they run
/// ahead of the batches, since a command that is done frees a thread before its batch is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The assignment that the batches were given in.
    pub assignment: AssignmentNo,
    /// Batches that need not be run any more: their results are on their way to the client, or
    /// nobody waits for them.
    pub finished: Ranges,
    /// Units finished in this assignment: batches under a barrier, commands when pipelined.
    pub units: u64,
    /// How many unfinished units it wants to hold.
    pub window: u64,
}

/// What the gateway says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToWorker {
    /// What follows is of another session. Said only to a worker that holds nothing.
    Open {
        /// What the worker is to name in what it tells.
        assignment: AssignmentNo,
        /// Where its client wants the results.
        results: String,
        /// Whether that is the server's own setting, which is dialled for ever, and not what a client
        /// said.
        trusted: bool,
        /// How to run its batches.
        job: Job,
        /// The file to write down in when each command ran, if it is to be.
        trace: Option<String>,
    },
    /// Batches to run, in this order.
    Run(Bundle),
    /// The session is over: what has not begun need not be done.
    Close,
    /// Leave when what you hold is done.
    Stop,
    /// You are not the worker that you say you are, or not one of this gateway's.
    Reject {
        /// In words.
        reason: String,
    },
}

/// Batches of one session, laid out flat: few allocations, however many they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bundle {
    /// The batches, in the order in which they are to be run.
    pub heads: Vec<Head>,
    /// The instructions of all of them, one batch after the other.
    pub instructions: Vec<Instruction>,
    /// The commands of all of them, one for each instruction, where the job is told them; else
    /// none, which costs nothing.
    pub commands: Vec<Command>,
}

/// One batch of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// The gateway's number for it within its session.
    pub sequence: u64,
    /// The client's id for it.
    pub id: BatchId,
    /// How many of the bundle's instructions are its own.
    pub instructions: u32,
}

impl Bundle {
    /// Adds a batch. `commands` are as many as the instructions, or none.
    pub fn push(
        &mut self,
        sequence: u64,
        id: BatchId,
        instructions: &[Instruction],
        commands: &[Command],
    ) {
        self.heads.push(Head {
            sequence,
            id,
            instructions: instructions.len() as u32,
        });
        self.instructions.extend_from_slice(instructions);
        self.commands.extend_from_slice(commands);
    }

    /// Each batch with where its instructions stand.
    ///
    /// # Errors
    /// When the counts of the heads are not the number of instructions, or not all of these have
    /// commands though some do: a broken peer.
    pub fn batches(&self) -> Result<Vec<(Head, std::ops::Range<usize>)>, WorkerMessageError> {
        let mut start = 0_usize;
        let mut batches = Vec::with_capacity(self.heads.len());
        for head in &self.heads {
            let end = start.checked_add(head.instructions as usize);
            let end = end.ok_or(WorkerMessageError::Counts)?;
            batches.push((*head, start..end));
            start = end;
        }
        let commands = self.commands.len();
        if start == self.instructions.len() && [0, start].contains(&commands) {
            Ok(batches)
        } else {
            Err(WorkerMessageError::Counts)
        }
    }
}

/// What a worker is told at its start, as a line of JSON on its standard input: who it is, and where
/// its gateway is. Arguments and the environment can be seen by others; a pipe can't.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ticket {
    /// The gateway's address for workers.
    pub gateway: String,
    /// The number under which the gateway knows it.
    pub worker: WorkerNo,
    /// What proves that it is that worker.
    pub secret: Secret,
}

/// What a worker leaves on its standard output at its end, as a line of JSON. It is no message: a
/// pipe keeps what was said however the process ended, and what is in it can't be overtaken by the
/// news of that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExitReport {
    /// How often the interpreter lock went from one thread to another.
    pub lock_switches: u64,
    /// The least CPU time that the loops of a command took, if they were timed.
    pub fastest_loop_ns: Option<u64>,
    /// The peak resident sets of the worker and of the interpreter that it drove, added up, KiB.
    pub peak_rss_kib: u64,
    /// Why it ended although nobody had told it to.
    pub fault: Option<String>,
}

/// Why a frame is not a message of this conversation.
#[derive(Debug, thiserror::Error)]
pub enum WorkerMessageError {
    /// It can't be decoded.
    #[error("not a worker message: {0}")]
    Codec(#[from] postcard::Error),
    /// There are bytes after its end.
    #[error("not a worker message: {0} bytes too many")]
    Trailing(usize),
    /// A bundle's counts do not add up.
    #[error("not a worker message: the bundle's counts do not add up")]
    Counts,
}

/// Appends a message to `out`.
///
/// # Errors
/// None in practice: a `Vec` takes all bytes and these types can all be serialised.
pub fn encode<T: Serialize>(message: &T, out: &mut Vec<u8>) -> Result<(), WorkerMessageError> {
    *out = postcard::to_extend(message, std::mem::take(out))?;
    Ok(())
}

/// Decodes a frame, as [`FromWorker`] or [`ToWorker`].
///
/// # Errors
/// On anything that is not exactly one such message.
pub fn decode<'a, T: Deserialize<'a>>(frame: &'a [u8]) -> Result<T, WorkerMessageError> {
    match postcard::take_from_bytes(frame)? {
        (message, []) => Ok(message),
        (_, rest) => Err(WorkerMessageError::Trailing(rest.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    #[test]
    fn a_bundle_goes_round() {
        let mut bundle = Bundle::default();
        bundle.push(
            3,
            BatchId(Uuid::from_u128(9)),
            &[Instruction {
                response: -1,
                wait_ns: 5,
            }; 3],
            &["10.0.0.1:foo".parse().unwrap(); 3],
        );
        bundle.push(4, BatchId(Uuid::from_u128(8)), &[], &[]);
        let message = ToWorker::Run(bundle);
        let mut frame = Vec::new();
        encode(&message, &mut frame).unwrap();
        assert_eq!(decode::<ToWorker>(&frame).unwrap(), message);
        frame.push(0);
        assert!(matches!(
            decode::<ToWorker>(&frame),
            Err(WorkerMessageError::Trailing(1))
        ));
    }

    #[test]
    fn a_bundle_whose_counts_do_not_add_up_is_an_error() {
        let mut bundle = Bundle::default();
        bundle.push(
            3,
            BatchId(Uuid::nil()),
            &[Instruction {
                response: 1,
                wait_ns: 0,
            }],
            &[],
        );
        assert_eq!(bundle.batches().unwrap()[0].1, 0..1);
        bundle.commands = vec!["10.0.0.1:foo".parse().unwrap(); 2];
        assert!(bundle.batches().is_err());
        bundle.commands.clear();
        bundle.heads[0].instructions = 2;
        assert!(bundle.batches().is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = decode::<ToWorker>(&bytes);
            let _ = decode::<FromWorker>(&bytes);
        }
    }
}
