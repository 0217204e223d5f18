//! The commands and the table that trials are run with.

use crate::model::{Command, Table, TableEntry};

/// The commands and the table that trials are run with.
#[derive(Clone, Debug)]
pub struct Input {
    /// What the client sends, in order.
    pub commands: Vec<Command>,
    /// What the server knows.
    pub entries: Vec<TableEntry>,
}

/// The sum that the responses of the commands must have: those that the table does not know add
/// nothing.
pub(super) fn expected_sum(commands: &[Command], table: &Table, repeat: u64) -> i128 {
    let known = commands.iter().filter_map(|&command| table.get(command));
    let once: i128 = known.map(|known| i128::from(known.response)).sum();
    // What is beyond even this is as far beyond 64 bits.
    once.saturating_mul(repeat.into())
}

/// The total that an experiment states is not the total of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected_sum is {stated}, but the table's responses to one pass over the commands add up to {computed}; \
     mend one of the two"
)]
pub struct WrongSum {
    /// What the definition says.
    pub stated: i64,
    /// What the input gives.
    pub computed: i128,
}

/// Holds a stated total against the input. (Every trial's total is held against the input's.)
///
/// # Errors
/// When they differ.
pub fn check_expected_sum(input: &Input, stated: i64) -> Result<(), WrongSum> {
    let (table, _) = Table::from_entries(input.entries.iter().copied().enumerate());
    let computed = expected_sum(&input.commands, &table, 1);
    if computed == i128::from(stated) {
        Ok(())
    } else {
        Err(WrongSum { stated, computed })
    }
}
