//! What a worker and its interpreter's agent say to each other. `agent.py` tells the layout.

use std::fmt;
use std::io::{self, Read};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Tick;
use crate::executor::{Batch, Completion, Span};
use crate::model::{Dispatch, Job, Verb};

/// What an interpreter says that it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Identity {
    /// Its own path, which is not what it was started by where that is a shim; empty when it does
    /// not know.
    #[serde(default)]
    pub executable: String,
    /// The implementation, such as `CPython`.
    pub implementation: String,
    /// Its version, and that of the language where it is another.
    pub version: String,
    /// Whether its lock is on; `None` when it does not say (before CPython 3.13).
    pub gil_enabled: Option<bool>,
}

impl Identity {
    /// Whether one thread at a time computes. An interpreter that does not say has such a lock.
    pub fn is_locked(&self) -> bool {
        self.gil_enabled != Some(false)
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.implementation, self.version)
    }
}

/// What the agent says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    /// It is there.
    Hello(Identity),
    /// So many commands are done, of batches that are not.
    Commands(u32),
    /// The task can't be loaded, and why.
    NotLoaded(String),
    /// A batch is done.
    Done(Done),
    /// It can't go on.
    Fault(String),
}

/// A batch that is done.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Done {
    pub(super) completion: Completion,
    /// How many of its commands have not been told before.
    pub(super) untold: u32,
    /// When each of its commands ran, if that was asked for.
    pub(super) spans: Vec<Span>,
    /// The least CPU time that the loops of a command of it took; zero when it has no loops.
    pub(super) fastest_loop: Duration,
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum AgentClosed {
    /// It has ended, or said that it can't go on.
    Ended(Option<String>),
    /// It can't load its task.
    NotLoaded(String),
    /// It said something else; what, in words.
    ProtocolError(String),
}

/// Longer than any answer: that of a traced batch of 100,000 commands has 2.4 MB. Text that is
/// taken for a length is longer still.
const LONGEST: u32 = 16 * 1024 * 1024;

/// The next answer.
pub(super) fn read(from: &mut impl Read) -> Result<Answer, AgentClosed> {
    let mut length = [0; 4];
    fill(from, &mut length, 0)?;
    let bytes = length;
    let length = u32::from_le_bytes(bytes);
    if !(1..=LONGEST).contains(&length) {
        let what = format!("'{}'", bytes.escape_ascii());
        return Err(AgentClosed::ProtocolError(what));
    }
    let mut frame = vec![0; length as usize];
    fill(from, &mut frame, 4)?;
    decode(&frame).ok_or_else(|| {
        let kind = char::from(frame[0]).escape_default();
        AgentClosed::ProtocolError(format!("a frame of kind '{kind}' and {length} bytes"))
    })
}

/// Reads to the end of `buffer`; `before` bytes of the frame have been read already.
fn fill(from: &mut impl Read, buffer: &mut [u8], before: usize) -> Result<(), AgentClosed> {
    let mut filled = 0;
    while filled < buffer.len() {
        match from.read(&mut buffer[filled..]) {
            Ok(0) if filled + before == 0 => return Err(AgentClosed::Ended(None)),
            Ok(0) => return Err(AgentClosed::ProtocolError("half a frame".to_owned())),
            Ok(length) => filled += length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(AgentClosed::Ended(Some(error.to_string()))),
        }
    }
    Ok(())
}

fn decode(frame: &[u8]) -> Option<Answer> {
    let (kind, body) = frame.split_first()?;
    Some(match kind {
        b'H' => Answer::Hello(serde_json::from_slice(body).ok()?),
        b'N' => Answer::Commands(u32::from_le_bytes(body.try_into().ok()?)),
        b'D' => Answer::Done(decode_done(body)?),
        b'X' => Answer::Done(decode_failed(body)?),
        b'L' => Answer::NotLoaded(String::from_utf8_lossy(body).into_owned()),
        b'F' => Answer::Fault(String::from_utf8_lossy(body).into_owned()),
        _ => return None,
    })
}

fn decode_done(mut body: &[u8]) -> Option<Done> {
    let sequence = u64::from_le_bytes(take(&mut body)?);
    let untold = u32::from_le_bytes(take(&mut body)?);
    let sum = Ok(i64::from_le_bytes(take(&mut body)?));
    let fastest_loop = Duration::from_nanos(u64::from_le_bytes(take(&mut body)?));
    let mut spans = Vec::new();
    while !body.is_empty() {
        spans.push(Span {
            sequence,
            index: u32::from_le_bytes(take(&mut body)?) as usize,
            thread: u32::from_le_bytes(take(&mut body)?),
            started: Tick::from_nanos(u64::from_le_bytes(take(&mut body)?)),
            finished: Tick::from_nanos(u64::from_le_bytes(take(&mut body)?)),
        });
    }
    Some(Done {
        completion: Completion { sequence, sum },
        untold,
        spans,
        fastest_loop,
    })
}

fn decode_failed(mut body: &[u8]) -> Option<Done> {
    let sequence = u64::from_le_bytes(take(&mut body)?);
    let untold = u32::from_le_bytes(take(&mut body)?);
    let sum = Err(String::from_utf8_lossy(body).into());
    Some(Done {
        completion: Completion { sequence, sum },
        untold,
        spans: Vec::new(),
        fastest_loop: Duration::ZERO,
    })
}

fn take<const N: usize>(body: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = body.split_first_chunk()?;
    *body = rest;
    Some(*head)
}

/// A job as the agent wants to know it.
#[derive(Serialize)]
struct Order<'a> {
    executor: &'a str,
    threads: u32,
    pipelined: bool,
    sleeps: bool,
    /// 0 when it does not compute.
    loops: u64,
    traced: bool,
    /// Whether batches say which commands they have, for a task.
    task: bool,
}

/// Appends the frame that says which job it is.
pub(super) fn job(job: &Job, traced: bool, out: &mut Vec<u8>) {
    let order = Order {
        executor: job.executor.as_str(),
        threads: job.threads.max(1),
        pipelined: job.dispatch == Dispatch::Pipelined,
        sleeps: job.sleeps(),
        loops: if job.computes() { job.loops } else { 0 },
        traced,
        task: job.is_told_commands(),
    };
    // Serialising these types can't fail.
    let json = serde_json::to_vec(&order).unwrap_or_default();
    frame(b'J', json.len(), out);
    out.extend_from_slice(&json);
}

/// Appends a batch's frame.
pub(super) fn batch(batch: &Batch, out: &mut Vec<u8>) {
    let instructions = &batch.instructions[batch.own.clone()];
    // None of them, or one for each.
    let commands = batch.commands.get(batch.own.clone()).unwrap_or_default();
    let length = 16 * instructions.len() + 5 * commands.len();
    frame(b'B', 8 + length, out);
    out.extend_from_slice(&batch.sequence.to_le_bytes());
    for instruction in instructions {
        out.extend_from_slice(&instruction.response.to_le_bytes());
        out.extend_from_slice(&instruction.wait_ns.to_le_bytes());
    }
    for command in commands {
        out.extend_from_slice(&command.address.octets());
        out.push(u8::from(command.verb == Verb::Bar));
    }
}

/// Appends the frame that cancels what has not begun.
pub(super) fn cancel(out: &mut Vec<u8>) {
    frame(b'C', 0, out);
}

/// Appends a frame's head; a body of so many bytes follows.
fn frame(kind: u8, body: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&(1 + body as u32).to_le_bytes());
    out.push(kind);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Command, Instruction};
    use proptest::prelude::*;
    use std::sync::Arc;

    fn framed(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        frame(kind, body.len(), &mut out);
        out.extend_from_slice(body);
        out
    }

    #[test]
    fn every_answer_is_understood() {
        let hello = framed(
            b'H',
            br#"{"implementation": "CPython", "version": "3.13.0", "gil_enabled": false}"#,
        );
        let Ok(Answer::Hello(identity)) = read(&mut &hello[..]) else {
            panic!("no hello");
        };
        assert_eq!(identity.to_string(), "CPython 3.13.0");
        assert!(!identity.is_locked());
        let end = [&7_u64.to_le_bytes()[..], &3_u32.to_le_bytes()].concat();
        let ended = |sum, fastest_ns| {
            Ok(Answer::Done(Done {
                completion: Completion { sequence: 7, sum },
                untold: 3,
                spans: Vec::new(),
                fastest_loop: Duration::from_nanos(fastest_ns),
            }))
        };
        let fastest = 5_u64.to_le_bytes();
        let done = [&end[..], &(-3_i64).to_le_bytes(), &fastest].concat();
        assert_eq!(read(&mut &framed(b'D', &done)[..]), ended(Ok(-3), 5));
        let failed = [&end[..], b"it hurts"].concat();
        let sum = Err("it hurts".into());
        assert_eq!(read(&mut &framed(b'X', &failed)[..]), ended(sum, 0));
        assert_eq!(
            read(&mut &framed(b'L', b"no")[..]),
            Ok(Answer::NotLoaded("no".to_owned()))
        );
        assert_eq!(
            read(&mut &framed(b'N', &[2, 0, 0, 0])[..]),
            Ok(Answer::Commands(2))
        );
        assert_eq!(
            read(&mut &framed(b'F', b"no")[..]),
            Ok(Answer::Fault("no".to_owned()))
        );
    }

    #[test]
    fn a_batch_says_its_commands_where_there_are_any() {
        let instruction = Instruction {
            response: 2,
            wait_ns: 3,
        };
        let command: Command = "1.2.3.4:bar".parse().unwrap();
        let mut told = Batch {
            sequence: 1,
            instructions: Arc::from([instruction; 3]),
            commands: Arc::from([command; 3]),
            own: 1..3,
        };
        let frame_of = |one: &Batch| {
            let mut out = Vec::new();
            batch(one, &mut out);
            out
        };
        let with = frame_of(&told);
        assert_eq!(with.len(), 5 + 8 + 2 * (16 + 5));
        assert_eq!(with[..4], (1 + 8 + 2 * (16 + 5_u32)).to_le_bytes());
        assert!(with.ends_with(&[1, 2, 3, 4, 1, 1, 2, 3, 4, 1]));
        told.commands = Arc::default();
        assert_eq!(frame_of(&told).len(), 5 + 8 + 2 * 16);
    }

    #[test]
    fn the_end_and_rubbish_are_told_apart() {
        assert_eq!(read(&mut &b""[..]), Err(AgentClosed::Ended(None)));
        for rubbish in [
            &b"hi"[..],
            b"Hello, world\n",
            b"\0\0\0\0",
            b"\x09\0\0\0Dshort",
        ] {
            let told = read(&mut &rubbish[..]);
            assert!(
                matches!(told, Err(AgentClosed::ProtocolError(_))),
                "{told:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, kind in prop::sample::select(&b"HNDXLF"[..])) {
            let _ = read(&mut &bytes[..]);
            let _ = read(&mut &framed(kind, &bytes)[..]);
        }
    }
}
