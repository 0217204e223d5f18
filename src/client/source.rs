//! The commands of a run as batches that can be made again.

use crate::model::Command;

/// The commands of a run, cut into batches. A batch is found by its number, so what is not
/// answered can be sent again without being kept.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    commands: &'a [Command],
    repeat: u64,
    batch: u64,
}

impl<'a> Source<'a> {
    /// Goes through `commands` `repeat` times, `batch` (at least 1) commands to a batch.
    pub fn new(commands: &'a [Command], repeat: u64, batch: u32) -> Self {
        Source {
            commands,
            repeat,
            batch: u64::from(batch.max(1)),
        }
    }

    /// How many commands there are in all.
    pub fn commands(&self) -> u64 {
        // So many that nobody lives to see the last: as good as any number there.
        (self.commands.len() as u64).saturating_mul(self.repeat)
    }

    /// How many batches they make.
    pub fn batches(&self) -> u64 {
        self.commands().div_ceil(self.batch)
    }

    /// The commands of batch `number`, from 0.
    pub fn batch(&self, number: u64) -> impl Iterator<Item = Command> + '_ {
        let start = number * self.batch;
        let end = (start + self.batch).min(self.commands()).max(start);
        // One division for the batch, not one for every command.
        let first = (start % self.commands.len().max(1) as u64) as usize;
        let taken = (end - start) as usize;
        self.commands
            .iter()
            .cycle()
            .skip(first)
            .take(taken)
            .copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn more_than_64_bits_of_commands_are_not_few() {
        let commands = ["1.1.1.1:foo".parse().unwrap(); 2];
        assert_eq!(Source::new(&commands, 1 << 63, 1).batches(), u64::MAX);
    }

    proptest! {
        #[test]
        fn the_batches_are_all_commands_in_order(
            count in 0_usize..50, repeat in 0_u64..4, batch in 1_u32..20,
        ) {
            let commands: Vec<Command> = (0..count)
                .map(|n| format!("1.1.1.{n}:foo").parse().unwrap())
                .collect();
            let source = Source::new(&commands, repeat, batch);
            let all: Vec<Command> =
                (0..source.batches()).flat_map(|n| source.batch(n).collect::<Vec<_>>()).collect();
            prop_assert_eq!(all, commands.repeat(repeat as usize));
            prop_assert!((0..source.batches()).all(|n| (1..=batch as usize).contains(&source.batch(n).count())));
        }
    }
}
