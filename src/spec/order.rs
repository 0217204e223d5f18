//! The order of the trials in a block.

/// In which order a block's configurations are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As they are given.
    AsGiven,
    /// Shuffled, for each block anew, from a seed.
    Shuffled(u64),
}

impl Order {
    /// The places of `count` things in a block. It depends on the seed, the block and the count
    /// alone, so that a sweep that goes on later goes on in the same order.
    pub fn of_block(self, block: u32, count: usize) -> Vec<usize> {
        let mut places: Vec<usize> = (0..count).collect();
        if let Order::Shuffled(seed) = self {
            // The multiplier keeps the seeds of neighbouring blocks and of neighbouring sweeps apart.
            let mixed = seed.wrapping_add(u64::from(block).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            fastrand::Rng::with_seed(mixed).shuffle(&mut places);
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn as_given_is_as_given() {
        assert_eq!(Order::AsGiven.of_block(3, 4), [0, 1, 2, 3]);
    }

    /// Pins the order itself: a recorded seed must mean the same in every version.
    #[test]
    fn a_seed_stands_for_this_very_order() {
        let order = Order::Shuffled(7);
        insta::assert_compact_debug_snapshot!([order.of_block(1, 9), order.of_block(2, 9)]);
    }

    proptest! {
        #[test]
        fn every_block_has_everything_once_and_the_same_each_time(seed: u64, block: u32, count in 0..60_usize) {
            let places = Order::Shuffled(seed).of_block(block, count);
            prop_assert_eq!(&Order::Shuffled(seed).of_block(block, count), &places);
            let mut sorted = places;
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..count).collect::<Vec<_>>());
        }
    }
}
