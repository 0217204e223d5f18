//! The ids of batches and of sessions.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A batch's id: a UUID that its client makes. The gateway reads the session and the sequence number
/// out of one that was made for a control channel; workers only carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BatchId(pub Uuid);

/// What the ids of one client's run have in common: 82 bits that nobody can guess, for who knows
/// them can name the session's batches.
///
/// A client builds its ids from this key and a sequence number. The ids are UUIDs, so every peer
/// takes them. Since they are numbered, both sides can name many batches as a few ranges. With a
/// control channel the ids are of version 8 (RFC 9562, section 5.8: the vendor's own layout); by that
/// the gateway knows that it can read a session out of them. Without one they look random (version
/// 4), as the first system's are, and tell their sequence number to their own client alone.
///
/// ```text
/// bits   127..80    79..76    75..64    63..62    61..40    39..0
///        key        version   key       variant   key       sequence
/// ```
///
/// As text a key is the id of its batch 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SessionKey(u128);

/// A session's number inside one server.
pub type SessionNo = u32;
/// A worker's number inside one server.
pub type WorkerNo = u32;
/// The number of an assignment of a worker to a session. They count up and are used once.
pub type AssignmentNo = u64;

const VERSION_MASK: u128 = 0xF << 76;
const VERSION_8: u128 = 8 << 76;
const VERSION_4: u128 = 4 << 76;
const VARIANT_MASK: u128 = 0b11 << 62;
const VARIANT_RFC: u128 = 0b10 << 62;
const SEQUENCE_MASK: u128 = (1 << SessionKey::SEQUENCE_BITS) - 1;

impl SessionKey {
    /// How many bits a sequence number has.
    pub const SEQUENCE_BITS: u32 = 40;

    /// A key from random bits, of which the lower 82 count, for a client with a control channel.
    pub fn with_control(bits: u128) -> Self {
        SessionKey(spread(bits) | VERSION_8 | VARIANT_RFC)
    }

    /// A key from random bits for a client without a control channel.
    pub fn without_control(bits: u128) -> Self {
        SessionKey(spread(bits) | VERSION_4 | VARIANT_RFC)
    }

    /// The sequence number of an id that was built from this key.
    pub fn sequence_of(self, id: BatchId) -> Option<u64> {
        let bits = id.0.as_u128();
        (bits & !SEQUENCE_MASK == self.0).then_some((bits & SEQUENCE_MASK) as u64)
    }

    /// The id of this session's batch number `sequence`.
    pub fn batch(self, sequence: u64) -> BatchId {
        BatchId(Uuid::from_u128(
            self.0 | u128::from(sequence) & SEQUENCE_MASK,
        ))
    }

    fn is_of_version_8(self) -> bool {
        self.0 & (VERSION_MASK | VARIANT_MASK) == VERSION_8 | VARIANT_RFC
    }
}

/// Puts the lower 82 bits where a UUID has room for them.
fn spread(bits: u128) -> u128 {
    let (low, middle, high) = (bits & 0x3F_FFFF, bits >> 22 & 0xFFF, bits >> 34);
    low << 40 | middle << 64 | high << 80
}

impl BatchId {
    /// The session and the sequence number that the id was built from, when it is of version 8.
    pub fn split(self) -> Option<(SessionKey, u64)> {
        let key = SessionKey(self.0.as_u128() & !SEQUENCE_MASK);
        let sequence = key.sequence_of(self)?;
        key.is_of_version_8().then_some((key, sequence))
    }
}

impl fmt::Display for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Uuid::from_u128(self.0).hyphenated().fmt(f)
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<SessionKey> for String {
    fn from(key: SessionKey) -> String {
        key.to_string()
    }
}

impl TryFrom<String> for SessionKey {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let id: Option<Uuid> = text.parse().ok();
        let first = id.and_then(|id| BatchId(id).split());
        match first {
            Some((key, 0)) => Ok(key),
            _ => Err("a session key is a UUID of version 8, whose last 40 bits are 0".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: u128 = (1 << 82) - 1;

    proptest! {
        #[test]
        fn an_id_tells_its_session_and_sequence(bits: u128, sequence in 0_u64..1 << 40) {
            let key = SessionKey::with_control(bits);
            let id = key.batch(sequence);
            prop_assert_eq!(id.split(), Some((key, sequence)));
            prop_assert_eq!(key.sequence_of(id), Some(sequence));
            prop_assert_eq!(id.0.get_version_num(), 8);
            prop_assert_eq!(id.0.get_variant(), uuid::Variant::RFC4122);
        }

        #[test]
        fn an_id_without_control_tells_it_only_to_its_client(bits: u128, sequence in 0_u64..1 << 40) {
            let key = SessionKey::without_control(bits);
            let id = key.batch(sequence);
            prop_assert_eq!(id.split(), None);
            prop_assert_eq!(key.sequence_of(id), Some(sequence));
            prop_assert_eq!(SessionKey::with_control(bits).sequence_of(id), None);
            prop_assert_eq!(id.0.get_version_num(), 4);
            prop_assert_eq!(id.0.get_variant(), uuid::Variant::RFC4122);
        }

        #[test]
        fn keys_differ_as_their_82_bits_do(bits: u128, other: u128, flip in 0_u32..82) {
            let key = SessionKey::with_control(bits);
            prop_assert_ne!(key, SessionKey::with_control(bits ^ (1 << flip)));
            let same = bits & KEY | other & !KEY;
            prop_assert_eq!(key, SessionKey::with_control(same));
        }

        #[test]
        fn a_key_goes_round_as_text(bits: u128) {
            let key = SessionKey::with_control(bits);
            prop_assert_eq!(SessionKey::try_from(String::from(key)), Ok(key));
        }
    }

    #[test]
    fn a_text_that_is_no_key_is_refused() {
        let key = SessionKey::with_control(5);
        for text in [
            "",
            "0123456789ab8def",
            &key.batch(1).0.to_string(),
            &Uuid::nil().to_string(),
        ] {
            assert!(SessionKey::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_random_uuid_of_another_client_is_nobodys_session() {
        let id: Uuid = "6fa459ea-ee8a-4ca4-894e-db77e160355e".parse().unwrap();
        assert_eq!(BatchId(id).split(), None);
    }
}
