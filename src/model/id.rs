//! The ids of batches and of sessions.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A batch's id: a UUID that its client chose. The server and the workers only carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BatchId(pub Uuid);

/// What the ids of one client's run have in common. 60 random bits.
///
/// A client builds its ids from this key and a sequence number, as UUIDs, so they are valid for
/// every peer, and both sides can name many batches as a few ranges of sequence numbers. A client
/// with a control channel makes them of version 8 (RFC 9562, section 5.8: the vendor's own
/// layout), by which the gateway knows whose they are; one without makes them look random
/// (version 4), as the first system's are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SessionKey(u64);

/// A session's number inside one server.
pub type SessionNo = u32;
/// A worker's number inside one server.
pub type WorkerNo = u32;
/// The number of an assignment of a worker to a session. They count up and are used once.
pub type AssignmentNo = u64;

/// The nibble of the UUID's version, within its upper half.
const VERSION_MASK: u64 = 0xF000;
const VERSION_8: u64 = 0x8000;
const VERSION_4: u64 = 0x4000;
/// The two bits of the UUID's variant, at the top of its lower half.
const VARIANT_SHIFT: u32 = 62;
const VARIANT_RFC: u64 = 0b10;
const SEQUENCE_MASK: u64 = (1 << VARIANT_SHIFT) - 1;

impl SessionKey {
    /// A key from random bits (the four that hold the UUID's version are not used), for a client
    /// with a control channel.
    pub fn from_bits(bits: u64) -> Self {
        SessionKey((bits & !VERSION_MASK) | VERSION_8)
    }

    /// A key from random bits for a client without a control channel.
    pub fn anonymous(bits: u64) -> Self {
        SessionKey((bits & !VERSION_MASK) | VERSION_4)
    }

    /// The sequence number of an id that was built from this key.
    pub fn sequence_of(self, id: BatchId) -> Option<u64> {
        let (high, low) = id.0.as_u64_pair();
        (high == self.0 && low >> VARIANT_SHIFT == VARIANT_RFC).then_some(low & SEQUENCE_MASK)
    }

    /// The id of this session's batch number `sequence` (62 bits).
    pub fn batch(self, sequence: u64) -> BatchId {
        let low = (VARIANT_RFC << VARIANT_SHIFT) | (sequence & SEQUENCE_MASK);
        BatchId(Uuid::from_u64_pair(self.0, low))
    }
}

impl BatchId {
    /// The session and the sequence number that the id was built from, when it is of version 8.
    pub fn split(self) -> Option<(SessionKey, u64)> {
        let key = SessionKey(self.0.as_u64_pair().0);
        let sequence = key.sequence_of(self)?;
        (key.0 & VERSION_MASK == VERSION_8).then_some((key, sequence))
    }
}

impl fmt::Display for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
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
        let bits = u64::from_str_radix(&text, 16)
            .ok()
            .filter(|bits| text.len() == 16 && bits & VERSION_MASK == VERSION_8);
        bits.map(SessionKey)
            .ok_or_else(|| "a session key is 16 hex digits, the 13th an 8".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_tells_its_session_and_sequence(bits: u64, sequence in 0_u64..1 << 62) {
            let key = SessionKey::from_bits(bits);
            let id = key.batch(sequence);
            prop_assert_eq!(id.split(), Some((key, sequence)));
            prop_assert_eq!(key.sequence_of(id), Some(sequence));
            prop_assert_eq!(id.0.get_version_num(), 8);
            prop_assert_eq!(id.0.get_variant(), uuid::Variant::RFC4122);
        }

        #[test]
        fn an_anonymous_id_tells_it_only_to_its_client(bits: u64, sequence in 0_u64..1 << 62) {
            let key = SessionKey::anonymous(bits);
            let id = key.batch(sequence);
            prop_assert_eq!(id.split(), None);
            prop_assert_eq!(key.sequence_of(id), Some(sequence));
            prop_assert_eq!(SessionKey::from_bits(bits).sequence_of(id), None);
        }

        #[test]
        fn a_key_goes_round_as_text(bits: u64) {
            let key = SessionKey::from_bits(bits);
            prop_assert_eq!(SessionKey::try_from(String::from(key)), Ok(key));
        }
    }

    #[test]
    fn a_random_uuid_of_another_client_is_nobodys_session() {
        let id: Uuid = "6fa459ea-ee8a-4ca4-894e-db77e160355e".parse().unwrap();
        assert_eq!(BatchId(id).split(), None);
    }
}
