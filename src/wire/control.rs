//! The conversation between a client and the gateway beside the data path: JSON, one message a
//! frame, `{"hello": {...}}` and so on. Optional: a peer of the first system does not know it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::{
    Dispatch, ExecutorKind, Job, Ranges, Runtime, Secret, SessionKey, WorkloadKind,
};

/// What a client says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FromClient {
    /// Who I am, what I bring, what I would like. Said first, and again after a reconnection.
    Hello(Hello),
    /// Batches whose results I have, as ranges of their sequence numbers.
    Ack(Ranges),
    /// Of the batches that were asked about, those whose results I have not. The others I
    /// acknowledge, too.
    Missing(Ranges),
    /// I have all that I wanted.
    Bye,
    /// Please leave once nobody is served any more. Like all but a hello, of a session alone.
    StopWhenIdle,
}

/// A client's first words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// [`super::PROTOCOL_VERSION`] of the client.
    pub version: u32,
    /// What the ids of its batches have in common.
    pub session: SessionKey,
    /// How many batches it will send.
    pub batches: u64,
    /// How many commands they hold.
    pub commands: u64,
    /// Where it wants its results: an endpoint that it has bound.
    pub results: String,
    /// What it would like.
    pub job_request: JobRequest,
    /// What proves, over another connection, that the session is its own: the secret of the grant.
    /// One that is new may bring a secret, which the session then has; so nothing is lost with a
    /// welcome that it never got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret>,
}

/// What a client would like; the server's own settings stand for what is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JobRequest {
    /// Worker processes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processes: Option<u32>,
    /// Threads in each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<u32>,
    /// How they run a batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executor: Option<ExecutorKind>,
    /// What a command does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<WorkloadKind>,
    /// Loops of a command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loops: Option<u64>,
    /// When a worker takes its next batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispatch: Option<Dispatch>,
    /// What a command runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime: Option<Runtime>,
    /// How long a thread waits for the interpreter lock before it asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub switch_interval: Option<Duration>,
}

/// What the gateway says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ToClient {
    /// You are served, on these terms.
    Welcome(Grant),
    /// You are not, for this reason.
    Reject {
        /// In words, with what to try.
        reason: String,
    },
    /// A batch that could not be done and will not be tried again.
    Failed {
        /// Its sequence number.
        batch: u64,
        /// In words.
        reason: String,
    },
    /// Which of these have you no result of? They were sent some time ago. Answered by
    /// [`FromClient::Missing`].
    Query(Ranges),
    /// Your session is over; what it took.
    Complete(SessionStats),
    /// Are you there? Needs no answer: that it can be delivered is the answer.
    Ping,
}

/// What the gateway grants a client, within its own limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Where to send batches.
    pub batches: String,
    /// Worker processes, at the most.
    pub processes: u32,
    /// What each of them runs.
    pub job: Job,
    /// Batches that may be out at any time.
    pub window: u64,
    /// What takes the session up again over another connection.
    pub secret: Secret,
}

/// What a session took, as the gateway counted it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionStats {
    /// Batches that were given to a worker again.
    pub retried: u64,
    /// Commands that the table did not have.
    pub unknown_commands: u64,
}

/// Why a frame is not a message of this conversation.
#[derive(Debug, thiserror::Error)]
#[error("not a control message: {0}")]
pub struct ControlError(#[from] serde_json::Error);

/// Appends a message to `out`.
pub fn encode<T: Serialize>(message: &T, out: &mut Vec<u8>) {
    // Neither writing to a Vec nor serialising these types can fail.
    let _ = serde_json::to_writer(out, message);
}

/// Decodes a frame, as [`FromClient`] or [`ToClient`].
///
/// # Errors
/// On anything that is not exactly one such message.
pub fn decode<'a, T: Deserialize<'a>>(frame: &'a [u8]) -> Result<T, ControlError> {
    Ok(serde_json::from_slice(frame)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_hello_goes_round() {
        let hello = FromClient::Hello(Hello {
            version: 1,
            session: SessionKey::with_control(7),
            batches: 32,
            commands: 512,
            results: "ipc:///tmp/x".to_owned(),
            job_request: JobRequest {
                threads: Some(16),
                ..JobRequest::default()
            },
            secret: Some(Secret::from_bits(9)),
        });
        let mut frame = Vec::new();
        encode(&hello, &mut frame);
        assert_eq!(decode::<FromClient>(&frame).unwrap(), hello);
    }

    #[test]
    fn unknown_kinds_and_fields_are_errors() {
        for frame in [
            r#"{"hallo":{}}"#,
            r#""bye!""#,
            r#"{"ack":[[1]]}"#,
            r#"{"hello":{"x":1}}"#,
            "",
        ] {
            assert!(decode::<FromClient>(frame.as_bytes()).is_err(), "{frame}");
        }
    }

    proptest! {
        #[test]
        fn acknowledgements_go_round(numbers: Vec<u64>) {
            let ack = FromClient::Ack(numbers.into_iter().collect());
            let mut frame = Vec::new();
            encode(&ack, &mut frame);
            prop_assert_eq!(decode::<FromClient>(&frame).unwrap(), ack);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = decode::<FromClient>(&bytes);
            let _ = decode::<ToClient>(&bytes);
        }
    }
}
