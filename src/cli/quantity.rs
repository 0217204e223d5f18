//! Figures as they are typed, within what can be meant.

// What comes from people and peers is not to overflow.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::model::Instruction;

/// Runs of one configuration: more than anybody waits for.
pub(super) const MOST_RUNS: i64 = 1_000_000;

/// Passes over the commands: more than anybody waits for, and few enough to be multiplied by the
/// lines of any file.
pub(super) const MOST_REPEATS: u64 = 1_000_000_000;

/// A number within a range; `meant` says which.
pub(super) fn number_within(
    text: &str,
    range: RangeInclusive<f64>,
    meant: &str,
) -> Result<f64, String> {
    let number = text.parse::<f64>().ok();
    let number = number.filter(|number| range.contains(number));
    number.ok_or_else(|| format!("it is {meant}"))
}

/// A share from the command line, such as `5%` or `2.5 %`, as a part of 1.
pub(super) fn share(text: &str) -> Result<f64, String> {
    let hint = || "it is a share in percent, like 5%".to_owned();
    let number = text.trim().strip_suffix('%').ok_or_else(hint)?;
    let percent: f64 = number.trim().parse().map_err(|_| hint())?;
    if (0.0..=1000.0).contains(&percent) {
        Ok(percent / 100.0)
    } else {
        Err("it is a share from 0% to 1000%, like 5%".to_owned())
    }
}

/// How narrow an interval is to be, from the command line: a share above 0 and below all.
pub(super) fn precision(text: &str) -> Result<f64, String> {
    match share(text)? {
        part if part > 0.0 && part < 1.0 => Ok(part),
        _ => Err("it is a share between 0% and 100%, like 2%".to_owned()),
    }
}

/// A duration from the command line, such as `20ms`. Longer ones than a wait can be are beyond the
/// clocks that measure them.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if duration.as_secs_f64() <= Instruction::MAX_WAIT_S {
        Ok(duration)
    } else {
        Err(format!("it is at most {} s", Instruction::MAX_WAIT_S))
    }
}

/// A probability from the command line, such as 0.05: above 0 and below 1.
pub(super) fn probability(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(p) if p > 0.0 && p < 1.0 => Ok(p),
        _ => Err("it is a probability above 0 and below 1, like 0.05".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_carry_their_sign_and_probabilities_have_none() {
        assert_eq!(share("5%"), Ok(0.05));
        assert_eq!(share(" 2.5 % "), Ok(0.025));
        for wrong in ["5", "0.05", "-1%", "NaN%", "inf%", "x%", "%", ""] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
        assert_eq!(probability("0.05"), Ok(0.05));
        for wrong in ["0", "1", "5%", "NaN", ""] {
            assert!(probability(wrong).is_err(), "{wrong}");
        }
        assert_eq!(precision("2%"), Ok(0.02));
        for wrong in ["0%", "100%", "0.02", "2", "nan%", ""] {
            assert!(precision(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations_end_where_clocks_do() {
        assert_eq!(duration("1m 30s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("3000000000s").unwrap().as_secs(), 3_000_000_000);
        for wrong in ["3000000001s", "18446744073709551615s", "1", "-1s", ""] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
