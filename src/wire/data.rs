//! Batches and results: a JSON array in one frame, kind first.
//!
//! * batch, client to gateway: `[1, "<uuid>", ["<ip>:<command>", ...]]`
//! * result, worker to client: `[2, "<uuid>", <sum>]`, or `[2, <sum>]` from a peer without ids
//! * abort `[3]` and complete `[4]`, either way

use std::fmt;
use std::io::Write as _;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, SeqAccess, Visitor};
use uuid::Uuid;

use crate::model::{BatchId, Command};

const BATCH: u64 = 1;
const RESULT: u64 = 2;
const ABORT: u64 = 3;
const COMPLETE: u64 = 4;

/// A decoded frame of the data path. A batch's commands are in the buffer given to [`decode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// Work for the gateway.
    Batch {
        /// The client's id for it.
        id: BatchId,
        /// How many of its texts were not commands at all.
        malformed: u64,
    },
    /// The answer to a batch.
    Result {
        /// The batch's id; `None` from a peer that sends none.
        id: Option<BatchId>,
        /// The sum of its responses.
        sum: i64,
    },
    /// The sender gives up.
    Abort,
    /// The sender has all it wanted.
    Complete,
}

/// Why a frame is not a message of the data path.
#[derive(Debug, thiserror::Error)]
#[error("not a message of the data path: {0}")]
pub struct DataError(#[from] serde_json::Error);

/// Decodes a frame. The commands of a batch replace what is in `commands`, whose memory is used
/// again from frame to frame.
///
/// # Errors
/// On anything that is not exactly one of the four messages.
pub fn decode(frame: &[u8], commands: &mut Vec<Command>) -> Result<Message, DataError> {
    commands.clear();
    let mut json = serde_json::Deserializer::from_slice(frame);
    let message = json.deserialize_seq(MessageVisitor { commands })?;
    json.end()?;
    Ok(message)
}

/// Appends a batch to `out`.
pub fn encode_batch(id: BatchId, commands: impl IntoIterator<Item = Command>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"[1,\"");
    push_id(id, out);
    out.extend_from_slice(b"\",[");
    for (index, command) in commands.into_iter().enumerate() {
        out.extend_from_slice(if index == 0 { b"\"" } else { b",\"" });
        command.write_to(out);
        out.push(b'"');
    }
    out.extend_from_slice(b"]]");
}

/// Appends a result to `out`.
pub fn encode_result(id: BatchId, sum: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(b"[2,\"");
    push_id(id, out);
    // Writing to a Vec can't fail.
    let _ = write!(out, "\",{sum}]");
}

/// The frame that says that the sender gives up.
pub const ABORT_FRAME: &[u8] = b"[3]";

fn push_id(id: BatchId, out: &mut Vec<u8>) {
    let mut buffer = Uuid::encode_buffer();
    out.extend_from_slice(id.0.hyphenated().encode_lower(&mut buffer).as_bytes());
}

struct MessageVisitor<'a> {
    commands: &'a mut Vec<Command>,
}

impl<'de> Visitor<'de> for MessageVisitor<'_> {
    type Value = Message;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array that starts with the kind of message")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Message, A::Error> {
        let kind: u64 = required(&mut seq, "a kind")?;
        let message = match kind {
            BATCH => batch(&mut seq, self.commands)?,
            RESULT => result(&mut seq)?,
            ABORT => Message::Abort,
            COMPLETE => Message::Complete,
            other => return Err(A::Error::custom(format_args!("unknown kind {other}"))),
        };
        match seq.next_element::<IgnoredAny>()? {
            None => Ok(message),
            Some(_) => Err(A::Error::custom("more elements than the kind has")),
        }
    }
}

fn batch<'de, A: SeqAccess<'de>>(
    seq: &mut A,
    commands: &mut Vec<Command>,
) -> Result<Message, A::Error> {
    let id = BatchId(required(seq, "an id")?);
    let malformed = seq
        .next_element_seed(CommandsSeed { commands })?
        .ok_or_else(|| A::Error::custom("a batch without its commands"))?;
    Ok(Message::Batch { id, malformed })
}

fn result<'de, A: SeqAccess<'de>>(seq: &mut A) -> Result<Message, A::Error> {
    match required(seq, "an id or a sum")? {
        IdOrSum::Sum(sum) => Ok(Message::Result { id: None, sum }),
        IdOrSum::Id(id) => Ok(Message::Result {
            id: Some(BatchId(id)),
            sum: required(seq, "a sum")?,
        }),
    }
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum IdOrSum {
    Sum(i64),
    Id(Uuid),
}

fn required<'de, A: SeqAccess<'de>, T: serde::Deserialize<'de>>(
    seq: &mut A,
    what: &str,
) -> Result<T, A::Error> {
    seq.next_element()?
        .ok_or_else(|| A::Error::custom(format_args!("{what} is missing")))
}

/// Reads an array of command texts straight into the buffer and counts those that are none.
struct CommandsSeed<'a> {
    commands: &'a mut Vec<Command>,
}

impl<'de> DeserializeSeed<'de> for CommandsSeed<'_> {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for CommandsSeed<'_> {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of \"<ipv4>:<foo|bar>\"")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<u64, A::Error> {
        let mut malformed = 0_u64;
        while let Some(command) = seq.next_element_seed(CommandSeed)? {
            match command {
                Some(command) => self.commands.push(command),
                None => malformed = malformed.saturating_add(1),
            }
        }
        Ok(malformed)
    }
}

struct CommandSeed;

impl<'de> DeserializeSeed<'de> for CommandSeed {
    type Value = Option<Command>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for CommandSeed {
    type Value = Option<Command>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<Command>, E> {
        Ok(text.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SessionKey;
    use proptest::prelude::*;

    fn read(frame: &str) -> Result<(Message, Vec<Command>), DataError> {
        let mut commands = Vec::new();
        decode(frame.as_bytes(), &mut commands).map(|message| (message, commands))
    }

    const ID: &str = "6fa459ea-ee8a-4ca4-894e-db77e160355e";

    fn id() -> BatchId {
        BatchId(ID.parse().unwrap())
    }

    #[test]
    fn a_batch_of_a_peer_that_writes_spaces_is_read() {
        let (message, commands) = read(&format!(
            r#"[1, "{ID}", ["137.72.95.0:foo", "137.72.95.0:bar"]]"#
        ))
        .unwrap();
        assert_eq!(
            message,
            Message::Batch {
                id: id(),
                malformed: 0
            }
        );
        assert_eq!(commands[1].to_string(), "137.72.95.0:bar");
    }

    #[test]
    fn texts_that_are_no_commands_are_counted() {
        let (message, commands) = read(&format!(
            r#"[1,"{ID}",["x","1.2.3.4:foo","1.2.3.4:\u0066oo"]]"#
        ))
        .unwrap();
        assert_eq!(
            message,
            Message::Batch {
                id: id(),
                malformed: 1
            }
        );
        assert_eq!(commands.len(), 2);
    }

    #[test]
    fn results_come_with_and_without_an_id() {
        assert_eq!(
            read("[2, 16]").unwrap().0,
            Message::Result { id: None, sum: 16 }
        );
        let with_id = read(&format!(r#"[2, "{ID}", -3]"#)).unwrap().0;
        assert_eq!(
            with_id,
            Message::Result {
                id: Some(id()),
                sum: -3
            }
        );
    }

    #[test]
    fn abort_and_complete_are_known() {
        assert_eq!(read("[3]").unwrap().0, Message::Abort);
        assert_eq!(read("[4]").unwrap().0, Message::Complete);
        assert_eq!(
            decode(ABORT_FRAME, &mut Vec::new()).unwrap(),
            Message::Abort
        );
    }

    #[test]
    fn whatever_else_is_an_error() {
        let deep = "[".repeat(100_000);
        let in_batch = format!(r#"[1,"{ID}",{}"#, "[".repeat(100_000));
        for frame in [
            "",
            "[]",
            "{}",
            "1",
            "[0]",
            "[5]",
            "[-1]",
            "[1]",
            "[2]",
            "[3,1]",
            "[3] [3]",
            "[2, 99999999999999999999]",
            "[2, 1.5]",
            r#"[1,"not-a-uuid",[]]"#,
            &format!(r#"[1,"{ID}",[1]]"#),
            &format!(r#"[1,"{ID}","1.1.1.1:foo"]"#),
            &format!(r#"[2,"{ID}"]"#),
            &deep,
            &in_batch,
        ] {
            assert!(read(frame).is_err(), "{}", &frame[..frame.len().min(60)]);
        }
        assert!(decode(b"[2, \xff]", &mut Vec::new()).is_err());
    }

    proptest! {
        #[test]
        fn batches_go_round(bits: u128, sequence in 0_u64..1 << 40, addresses: Vec<u32>) {
            let id = SessionKey::with_control(bits).batch(sequence);
            let commands: Vec<Command> = addresses
                .into_iter()
                .map(|bits| Command {
                    address: std::net::Ipv4Addr::from_bits(bits),
                    verb: if bits % 2 == 0 { crate::model::Verb::Foo } else { crate::model::Verb::Bar },
                })
                .collect();
            let mut frame = Vec::new();
            encode_batch(id, commands.iter().copied(), &mut frame);
            let mut back = Vec::new();
            let message = decode(&frame, &mut back).unwrap();
            prop_assert_eq!(message, Message::Batch { id, malformed: 0 });
            prop_assert_eq!(back, commands);
        }

        #[test]
        fn results_go_round(bits: u128, sequence in 0_u64..1 << 40, sum: i64) {
            let id = SessionKey::with_control(bits).batch(sequence);
            let mut frame = Vec::new();
            encode_result(id, sum, &mut frame);
            let message = decode(&frame, &mut Vec::new()).unwrap();
            prop_assert_eq!(message, Message::Result { id: Some(id), sum });
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = decode(&bytes, &mut Vec::new());
        }
    }
}
