//! Commands and tables from a seed.

use std::net::Ipv4Addr;

use crate::model::{Command, Instruction, TableEntry, Verb};

use super::{ResponseSpan, WaitSpan};

/// The commands of one address, in the order in which they are generated.
const VERBS: [Verb; 2] = [Verb::Foo, Verb::Bar];

/// Why nothing can be generated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GenerateError {
    /// No command was asked for.
    #[error("0 commands were asked for, and there is nothing to generate; ask for 1 or more")]
    NoCommands,
    /// The addresses would go on past 255.255.255.255.
    #[error(
        "{count} commands from {base} upward run past 255.255.255.255; ask for at most {most}, or start from a lower address"
    )]
    TooFewAddresses {
        /// Commands that were asked for.
        count: u64,
        /// The first address.
        base: Ipv4Addr,
        /// Commands that there is room for from there.
        most: u64,
    },
    /// The sum that a client would have to print may not fit into 64 bits.
    #[error(
        "{count} responses between {low} and {high} may add up to more than 64 bits hold; try smaller responses or fewer commands"
    )]
    SumTooLarge {
        /// Commands that were asked for.
        count: u64,
        /// The lowest response.
        low: i64,
        /// The highest response.
        high: i64,
    },
}

/// Produces table entries, one a command: `foo` then `bar` for each address from a base upward,
/// with response and wait drawn from their spans.
///
/// The same arguments give the same entries. Responses and waits are drawn independently, so that
/// another span for the one leaves the other as it was; and a longer table begins with a shorter
/// one of the same seed.
#[derive(Clone, Debug)]
pub struct Generator {
    first: u32,
    numbers: std::ops::Range<u64>,
    responses: ResponseSpan,
    waits: WaitSpan,
    response_rng: fastrand::Rng,
    wait_rng: fastrand::Rng,
}

impl Generator {
    /// A generator of `count` commands (an odd count ends with a `foo`).
    ///
    /// # Errors
    /// When `count` is 0, when the addresses would run past 255.255.255.255, or when the
    /// responses might add up to more than an `i64` holds.
    pub fn new(
        count: u64,
        base: Ipv4Addr,
        responses: ResponseSpan,
        waits: WaitSpan,
        seed: u64,
    ) -> Result<Self, GenerateError> {
        check(count, base, responses)?;
        let mut response_rng = fastrand::Rng::with_seed(seed);
        let wait_rng = response_rng.fork();
        Ok(Generator {
            first: base.to_bits(),
            numbers: 0..count,
            responses,
            waits,
            response_rng,
            wait_rng,
        })
    }

    fn command(&self, number: u64) -> Command {
        const PER_ADDRESS: u64 = VERBS.len() as u64;
        // Within 32 bits: `check` has seen to it.
        let address = u64::from(self.first).saturating_add(number / PER_ADDRESS);
        Command {
            address: Ipv4Addr::from_bits(address as u32),
            verb: VERBS[(number % PER_ADDRESS) as usize],
        }
    }
}

impl Iterator for Generator {
    type Item = TableEntry;

    fn next(&mut self) -> Option<TableEntry> {
        let number = self.numbers.next()?;
        Some(TableEntry {
            command: self.command(number),
            instruction: Instruction {
                response: self.responses.draw(&mut self.response_rng),
                wait_ns: self.waits.draw_ns(&mut self.wait_rng),
            },
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.numbers.size_hint()
    }
}

fn check(count: u64, base: Ipv4Addr, responses: ResponseSpan) -> Result<(), GenerateError> {
    if count == 0 {
        return Err(GenerateError::NoCommands);
    }
    let addresses = u64::from(!base.to_bits()).saturating_add(1);
    let most = addresses.saturating_mul(VERBS.len() as u64);
    if count > most {
        return Err(GenerateError::TooFewAddresses { count, base, most });
    }
    let (low, high) = responses.ends();
    let sum = |response: i64| i64::try_from(i128::from(response).saturating_mul(i128::from(count)));
    if sum(low).is_err() || sum(high).is_err() {
        return Err(GenerateError::SumTooLarge { count, low, high });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn generate(
        count: u64,
        base: &str,
        responses: &str,
        waits: &str,
        seed: u64,
    ) -> Result<Vec<TableEntry>, GenerateError> {
        let generator = Generator::new(
            count,
            base.parse().unwrap(),
            responses.parse().unwrap(),
            waits.parse().unwrap(),
            seed,
        )?;
        Ok(generator.collect())
    }

    #[test]
    fn each_address_has_foo_then_bar() {
        let entries = generate(5, "10.0.0.255", "1", "20ms", 1).unwrap();
        let lines: Vec<_> = entries.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "10.0.0.255:foo:1:0.02",
                "10.0.0.255:bar:1:0.02",
                "10.0.1.0:foo:1:0.02",
                "10.0.1.0:bar:1:0.02",
                "10.0.1.1:foo:1:0.02",
            ]
        );
    }

    #[test]
    fn the_last_address_can_be_used_but_not_passed() {
        let entries = generate(4, "255.255.255.254", "1", "1", 1).unwrap();
        assert_eq!(entries[3].command.to_string(), "255.255.255.255:bar");
        let error = generate(5, "255.255.255.254", "1", "1", 1).unwrap_err();
        assert!(error.to_string().contains("at most 4"), "{error}");
        assert!(generate(u64::MAX, "0.0.0.0", "0", "1", 1).is_err());
    }

    #[test]
    fn no_commands_are_refused() {
        let none = generate(0, "10.0.0.0", "1", "1", 1);
        assert_eq!(none, Err(GenerateError::NoCommands));
    }

    #[test]
    fn a_sum_beyond_64_bits_is_refused() {
        assert!(generate(1, "10.0.0.0", "9223372036854775807", "1", 1).is_ok());
        for responses in ["9223372036854775807", "-9223372036854775808..0"] {
            let error = generate(2, "10.0.0.0", responses, "1", 1);
            assert!(matches!(error, Err(GenerateError::SumTooLarge { .. })));
        }
    }

    /// Pins the numbers themselves: whoever has a seed in a README must get the same file.
    #[test]
    fn a_seed_stands_for_these_very_values() {
        let entries = generate(4, "10.0.0.0", "1..100", "10ms..500ms", 7).unwrap();
        let values: Vec<_> = entries
            .iter()
            .map(|e| (e.instruction.response, e.instruction.wait_ns / 1000))
            .collect();
        assert_eq!(
            values,
            [(23, 203_896), (72, 228_069), (49, 125_182), (12, 69_962)]
        );
    }

    #[test]
    fn another_span_for_the_waits_leaves_the_responses_as_they_were() {
        let responses = |waits| -> Vec<i64> {
            let entries = generate(100, "10.0.0.0", "1..1000", waits, 1).unwrap();
            entries.iter().map(|e| e.instruction.response).collect()
        };
        assert_eq!(responses("1"), responses("0..3s"));
    }

    proptest! {
        #[test]
        fn a_longer_table_begins_with_a_shorter_one(short in 1..50_u64, more in 0..50_u64, seed: u64) {
            let few = generate(short, "10.0.0.0", "-9..9", "0..1", seed).unwrap();
            let many = generate(short + more, "10.0.0.0", "-9..9", "0..1", seed).unwrap();
            prop_assert_eq!(few.len() as u64, short);
            prop_assert_eq!(&few[..], &many[..few.len()]);
        }

        #[test]
        fn a_line_reads_back_as_the_entry_it_was_written_from(seed: u64) {
            for entry in generate(20, "10.0.0.0", "-1000..1000", "0..1000000", seed).unwrap() {
                let parsed = crate::model::Table::parse_entries(&entry.to_string());
                prop_assert_eq!(parsed.good, [(1, entry)]);
            }
        }
    }
}
