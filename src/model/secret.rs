//! Secrets: what only those who were told it can show.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// 128 random bits, as text 32 hex digits. Its `Debug` does not tell them, so that they get into no
/// message by accident.
#[derive(Clone, Copy, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Secret(u128);

/// A text that is no secret. It does not repeat the text, which may be nearly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret is 32 hex digits")]
pub struct NoSecret;

impl Secret {
    /// A secret from bits that nobody can guess.
    pub const fn from_bits(bits: u128) -> Self {
        Secret(bits)
    }
}

/// Takes the same time whatever the bits are: a comparison of whole words has no early end, other
/// than one of texts, whose time would tell how much of a guess is right.
impl PartialEq for Secret {
    fn eq(&self, other: &Secret) -> bool {
        std::hint::black_box(self.0 ^ other.0) == 0
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl FromStr for Secret {
    type Err = NoSecret;

    fn from_str(text: &str) -> Result<Self, NoSecret> {
        let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let bits = u128::from_str_radix(text, 16).ok().filter(|_| is_hex);
        bits.map(Secret).ok_or(NoSecret)
    }
}

impl TryFrom<String> for Secret {
    type Error = NoSecret;

    fn try_from(text: String) -> Result<Self, NoSecret> {
        text.parse()
    }
}

impl From<Secret> for String {
    fn from(secret: Secret) -> String {
        secret.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_goes_round_as_text_and_is_like_no_other(bits: u128, flip in 0_u32..128) {
            let secret = Secret::from_bits(bits);
            prop_assert_eq!(secret.to_string().parse(), Ok(secret));
            prop_assert_ne!(secret, Secret::from_bits(bits ^ (1 << flip)));
        }

        #[test]
        fn it_is_not_shown_by_accident(bits: u128) {
            prop_assert_eq!(format!("{:?}", Secret::from_bits(bits)), "Secret(..)");
        }
    }

    #[test]
    fn what_is_not_32_hex_digits_is_none() {
        for text in [
            "",
            "0",
            &"0".repeat(31),
            &"0".repeat(33),
            &"g".repeat(32),
            &format!("+{}", "0".repeat(31)),
        ] {
            assert_eq!(text.parse::<Secret>(), Err(NoSecret), "{text}");
        }
    }
}
