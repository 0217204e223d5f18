//! Chance that nobody can guess.

use std::io;

/// 128 bits from the system's random source, for keys and secrets. What is to come out the same for
/// a seed takes its chance elsewhere.
///
/// # Errors
/// When the system has none, which no Linux of today says.
pub fn random_bits() -> io::Result<u128> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(u128::from_ne_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_is_sometimes_set_and_sometimes_not() {
        let draws: Vec<u128> = (0..100).map(|_| random_bits().unwrap()).collect();
        assert_eq!(draws.iter().fold(0, |all, draw| all | draw), u128::MAX);
        assert_eq!(draws.iter().fold(u128::MAX, |all, draw| all & draw), 0);
    }
}
