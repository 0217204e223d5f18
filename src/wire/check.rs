//! What must hold of a decoder for whatever bytes it is given: it returns, and what it has
//! understood is encoded and understood again as the same. For fuzzing, and for the test that
//! replays the fuzzer's corpus.
//!
//! Each function panics when it does not hold.

use super::control::{self, FromClient, ToClient};
use super::data::{self, Message};
use super::worker::{self, FromWorker, ToWorker};

/// Holds the data path's decoder to it.
pub fn data(frame: &[u8]) {
    let mut commands = Vec::new();
    let Ok(message) = data::decode(frame, &mut commands) else {
        return;
    };
    let mut again = Vec::new();
    match message {
        Message::Batch { id, .. } => data::encode_batch(id, commands.iter().copied(), &mut again),
        Message::Result { id: Some(id), sum } => data::encode_result(id, sum, &mut again),
        Message::Result { id: None, .. } | Message::Abort | Message::Complete => return,
    }
    let mut commands_again = Vec::new();
    let understood = data::decode(&again, &mut commands_again).expect("what we write we read");
    let expected = match message {
        Message::Batch { id, .. } => Message::Batch { id, malformed: 0 },
        other => other,
    };
    assert_eq!((understood, commands_again), (expected, commands));
}

/// Holds the control conversation's decoder to it.
pub fn control(frame: &[u8]) {
    let mut again = Vec::new();
    if let Ok(message) = control::decode::<FromClient>(frame) {
        control::encode(&message, &mut again);
        assert_eq!(
            control::decode::<FromClient>(&again).expect("what we write we read"),
            message
        );
    }
    again.clear();
    if let Ok(message) = control::decode::<ToClient>(frame) {
        control::encode(&message, &mut again);
        assert_eq!(
            control::decode::<ToClient>(&again).expect("what we write we read"),
            message
        );
    }
}

/// Holds the workers' conversation's decoder to it.
pub fn worker(frame: &[u8]) {
    let mut again = Vec::new();
    if let Ok(message) = worker::decode::<FromWorker>(frame) {
        worker::encode(&message, &mut again).expect("it is written");
        assert_eq!(
            worker::decode::<FromWorker>(&again).expect("what we write we read"),
            message
        );
    }
    again.clear();
    if let Ok(message) = worker::decode::<ToWorker>(frame) {
        if let ToWorker::Run(bundle) = &message {
            // It may be wrong, and must say so.
            let _ = bundle.batches();
        }
        worker::encode(&message, &mut again).expect("it is written");
        assert_eq!(
            worker::decode::<ToWorker>(&again).expect("what we write we read"),
            message
        );
    }
}
