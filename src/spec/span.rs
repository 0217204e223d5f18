//! A value, or a range to draw from.

use std::str::FromStr;

use crate::model::{Instruction, InstructionError, parse_wait};

/// Why a text is neither a value nor a range of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    /// One end of the range is missing.
    #[error("range '{0}' lacks an end; write LOW..HIGH (both included), or a single value")]
    Open(String),
    /// The range's low end lies above its high end, so that nothing is in it.
    #[error("range '{low}..{high}' is reversed, so nothing is in it; try '{high}..{low}'")]
    Reversed {
        /// The text before the dots.
        low: String,
        /// The text after them.
        high: String,
    },
    /// A value is not an integer response.
    #[error("{0}; write a value such as 1, or a range such as -5..5")]
    Response(InstructionError),
    /// A value is not a wait.
    #[error(
        "'{0}' is not a wait of at least 0 (and at most {max} s); write seconds or a duration such as 1, 0.02 or 20ms, or a range of them such as 10ms..500ms",
        max = Instruction::MAX_WAIT_S
    )]
    Wait(String),
}

/// The responses that may be drawn: a single one or an inclusive range. Never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseSpan {
    low: i64,
    high: i64,
}

/// The waits that may be drawn, in whole microseconds: a single one or an inclusive range. Never
/// empty. Whole microseconds are finer than a sleep is, and keep table files short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitSpan {
    low_us: u64,
    high_us: u64,
}

impl ResponseSpan {
    /// The lowest and the highest response, both included.
    pub fn ends(self) -> (i64, i64) {
        (self.low, self.high)
    }

    pub(super) fn draw(self, rng: &mut fastrand::Rng) -> i64 {
        rng.i64(self.low..=self.high)
    }
}

impl WaitSpan {
    /// The shortest and the longest wait in microseconds, both included.
    pub fn ends_us(self) -> (u64, u64) {
        (self.low_us, self.high_us)
    }

    pub(super) fn draw_ns(self, rng: &mut fastrand::Rng) -> u64 {
        rng.u64(self.low_us..=self.high_us).saturating_mul(1000)
    }
}

/// Reads `VALUE` or `LOW..HIGH`, both integers of 64 bits.
impl FromStr for ResponseSpan {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let (low, high) = parse_ends(text, |value| {
            value
                .parse()
                .map_err(|_| SpanError::Response(InstructionError::Response(value.to_owned())))
        })?;
        Ok(ResponseSpan { low, high })
    }
}

/// Reads `VALUE` or `LOW..HIGH`, each a decimal number of seconds (`0.02`) or a duration with a
/// unit (`20ms`), and rounds to whole microseconds.
impl FromStr for WaitSpan {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let (low_ns, high_ns) = parse_ends(text, parse_wait_or_duration)?;
        Ok(WaitSpan {
            low_us: to_us(low_ns),
            high_us: to_us(high_ns),
        })
    }
}

/// The two ends of `LOW..HIGH`, in order; both the same for a single value.
fn parse_ends<T: PartialOrd + Copy>(
    text: &str,
    parse: impl Fn(&str) -> Result<T, SpanError>,
) -> Result<(T, T), SpanError> {
    let Some((low, high)) = text.split_once("..") else {
        let value = parse(text)?;
        return Ok((value, value));
    };
    if low.is_empty() || high.is_empty() {
        return Err(SpanError::Open(text.to_owned()));
    }
    let ends = (parse(low)?, parse(high)?);
    if ends.0 > ends.1 {
        return Err(SpanError::Reversed {
            low: low.to_owned(),
            high: high.to_owned(),
        });
    }
    Ok(ends)
}

pub(super) fn parse_wait_or_duration(text: &str) -> Result<u64, SpanError> {
    let refuse = || SpanError::Wait(text.to_owned());
    if let Ok(wait_ns) = parse_wait(text) {
        return Ok(wait_ns);
    }
    let duration = humantime::parse_duration(text).map_err(|_| refuse())?;
    if duration.as_secs_f64() > Instruction::MAX_WAIT_S {
        return Err(refuse());
    }
    u64::try_from(duration.as_nanos()).map_err(|_| refuse())
}

fn to_us(ns: u64) -> u64 {
    ns.saturating_add(500) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn waits_us(text: &str) -> (u64, u64) {
        text.parse::<WaitSpan>().unwrap().ends_us()
    }

    #[test]
    fn a_wait_is_seconds_or_has_a_unit() {
        for (text, us) in [
            ("1", 1_000_000),
            ("1s", 1_000_000),
            ("0.02", 20_000),
            ("20ms", 20_000),
            ("0", 0),
            ("0.0000014", 1),
        ] {
            assert_eq!(waits_us(text), (us, us), "{text}");
        }
        assert_eq!(waits_us("0.01..0.5"), (10_000, 500_000));
        assert_eq!(waits_us("10ms..500ms"), (10_000, 500_000));
        assert_eq!(waits_us("0..1s"), (0, 1_000_000));
        assert_eq!(waits_us("1..2"), (1_000_000, 2_000_000));
    }

    #[test]
    fn what_is_no_wait_is_refused_by_name() {
        for text in ["-1", "nan", "inf", "", "ms", "1x", "200y", "1e300", "1..x"] {
            let error = text.parse::<WaitSpan>();
            assert!(matches!(error, Err(SpanError::Wait(_))), "{text}");
        }
    }

    #[test]
    fn a_response_may_be_negative_but_not_a_fraction() {
        assert_eq!("-5..5".parse::<ResponseSpan>().unwrap().ends(), (-5, 5));
        assert_eq!("7".parse::<ResponseSpan>().unwrap().ends(), (7, 7));
        for text in ["1.5", "x", "", "1..=2", "1...2"] {
            assert!(text.parse::<ResponseSpan>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_range_has_two_ends_in_order() {
        for text in ["..", "1..", "..1"] {
            let error = text.parse::<ResponseSpan>();
            assert_eq!(error, Err(SpanError::Open(text.to_owned())));
        }
        let error = "5..1".parse::<ResponseSpan>().unwrap_err();
        assert!(error.to_string().ends_with("try '1..5'"), "{error}");
        let error = "1s..20ms".parse::<WaitSpan>().unwrap_err();
        assert!(error.to_string().ends_with("try '20ms..1s'"), "{error}");
    }

    proptest! {
        #[test]
        fn what_is_drawn_lies_within_the_ends(a: i64, b: i64, seed: u64) {
            let span = ResponseSpan { low: a.min(b), high: a.max(b) };
            let drawn = span.draw(&mut fastrand::Rng::with_seed(seed));
            prop_assert!((span.low..=span.high).contains(&drawn));
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".{0,20}") {
            let _ = text.parse::<WaitSpan>();
            let _ = text.parse::<ResponseSpan>();
        }
    }
}
