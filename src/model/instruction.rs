//! What the table gives for a command.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What the server's table gives for a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instruction {
    /// The integer that goes into the batch's sum.
    pub response: i64,
    /// How long I/O work sleeps, in nanoseconds.
    pub wait_ns: u64,
}

/// Why a field of a table line is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstructionError {
    /// The response is not a 64-bit integer.
    #[error("response '{0}' is not an integer (64 bits)")]
    Response(String),
    /// The wait is not a finite number of seconds of at least 0.
    #[error("wait '{0}' is not a finite number of seconds of at least 0 (and at most {max})", max = Instruction::MAX_WAIT_S)]
    Wait(String),
}

impl Instruction {
    /// The longest wait that a table may ask for, in seconds: a hundred years or so.
    pub const MAX_WAIT_S: f64 = 3.0e9;

    /// The wait as a duration.
    pub fn wait(self) -> Duration {
        Duration::from_nanos(self.wait_ns)
    }

    /// An instruction from the two fields of a table line.
    ///
    /// # Errors
    /// When the response is not an integer, or the wait not a finite number of at least 0.
    pub fn from_parts(response: &str, wait: &str) -> Result<Self, InstructionError> {
        Ok(Instruction {
            response: response
                .parse()
                .map_err(|_| InstructionError::Response(response.to_owned()))?,
            wait_ns: parse_wait(wait)?,
        })
    }
}

/// A wait in nanoseconds from a decimal number of seconds.
///
/// # Errors
/// When the text is not a number, or the number not finite, negative, or beyond
/// [`Instruction::MAX_WAIT_S`].
pub fn parse_wait(text: &str) -> Result<u64, InstructionError> {
    let refuse = || InstructionError::Wait(text.to_owned());
    let seconds: f64 = text.parse().map_err(|_| refuse())?;
    if !(0.0..=Instruction::MAX_WAIT_S).contains(&seconds) {
        return Err(refuse());
    }
    Ok((seconds * 1e9).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_finite_and_not_negative() {
        for text in ["-1", "nan", "inf", "-0.001", "1e300", "", "1s", " 1"] {
            assert!(parse_wait(text).is_err(), "{text}");
        }
        assert_eq!(parse_wait("0"), Ok(0));
        assert_eq!(parse_wait("1"), Ok(1_000_000_000));
        assert_eq!(parse_wait("0.02"), Ok(20_000_000));
    }

    #[test]
    fn a_response_is_an_integer_of_64_bits() {
        assert!(Instruction::from_parts("1.5", "0").is_err());
        assert!(Instruction::from_parts("9223372036854775808", "0").is_err());
        assert_eq!(Instruction::from_parts("-7", "0").unwrap().response, -7);
    }
}
