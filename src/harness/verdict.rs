//! Whether what a client was answered is right, and if not, why.

use super::input::{Expected, beyond_64_bits};
use super::outcome::TrialFailure;
use crate::client::ClientOutcome;

/// Holds the answers against what they must be.
pub(super) fn judge(answers: &ClientOutcome, expected: Expected) -> Result<(), TrialFailure> {
    if let Some(failure) = answers.failures.first() {
        return Err(TrialFailure::failed(match answers.failures.len() {
            1 => format!("a batch failed: {}", failure.reason),
            count => format!("{count} batches failed; the first: {}", failure.reason),
        }));
    }
    let (dropped, unknown) = (
        answers.stats.map(|it| it.unknown_commands),
        expected.unknown,
    );
    if let Some(dropped) = dropped.filter(|&dropped| dropped != unknown) {
        return Err(TrialFailure::failed(format!(
            "the server did not run {dropped} of the commands, and did not know {unknown}"
        )));
    }
    let sum = answers.sum;
    if i64::try_from(sum).is_err() {
        return Err(TrialFailure::failed(beyond_64_bits(sum)));
    }
    match expected.sum.filter(|&expected| expected != sum) {
        Some(expected) => Err(TrialFailure::failed(format!(
            "the total is {sum} and should be {expected}"
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::fixtures::answers;

    /// The reason for which a trial whose responses add up to 512 fails.
    fn reason(answers: &ClientOutcome, unknown: u64) -> Option<String> {
        let sum = Some(512);
        let failure = judge(answers, Expected { sum, unknown }).err();
        failure.map(|failure| failure.reason)
    }

    #[test]
    fn what_the_server_did_not_run_must_be_what_it_could_not_know() {
        assert_eq!(reason(&answers(512, Some(0)), 0), None);
        assert_eq!(reason(&answers(512, None), 0), None);
        assert_eq!(reason(&answers(512, Some(12)), 12), None);
        for (counted, unknown) in [(3, 0), (0, 3), (3, 6)] {
            let reason = reason(&answers(512, Some(counted)), unknown);
            let told = format!("the server did not run {counted} of the commands");
            assert!(reason.unwrap().starts_with(&told));
        }
    }

    #[test]
    fn a_total_must_be_the_right_one_and_fit_into_64_bits() {
        let reason = |sum| reason(&answers(sum, None), 0).unwrap();
        assert_eq!(reason(511), "the total is 511 and should be 512");
        let wrapped = 512 + (1 << 64);
        assert_eq!(reason(wrapped), beyond_64_bits(wrapped));
    }

    #[test]
    fn what_a_task_returns_is_for_its_author_to_know_as_long_as_it_fits() {
        let of_task = Expected {
            sum: None,
            unknown: 0,
        };
        assert_eq!(judge(&answers(7, None), of_task), Ok(()));
        assert!(judge(&answers(1 << 64, None), of_task).is_err());
    }
}
