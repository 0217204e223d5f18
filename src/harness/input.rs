//! The commands and the table that trials are run with, and what a configuration makes of them.

use std::fmt::Write as _;

use super::{Capacity, LoopCost};
use crate::client::Source;
use crate::model::{
    Command, Configuration, IdealInput, Load, Table, TableEntry, WorkloadKind, ideal_makespan,
};

/// The commands and the table that trials are run with.
#[derive(Clone, Debug)]
pub struct Input {
    /// What the client sends, in order.
    pub commands: Vec<Command>,
    /// What the server knows.
    pub entries: Vec<TableEntry>,
}

/// An input whose table can be looked up.
#[derive(Debug)]
pub(super) struct IndexedInput {
    input: Input,
    table: Table,
}

/// What the answers to a trial must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Expected {
    /// Their sum. What a task returns is for its author to know.
    pub(super) sum: Option<i128>,
    /// How many of the commands the server can't know.
    pub(super) unknown: u64,
}

impl IndexedInput {
    pub(super) fn new(input: Input) -> Self {
        let (table, _) = Table::from_entries(input.entries.iter().copied().enumerate());
        IndexedInput { input, table }
    }

    /// What a trial's client sends.
    pub(super) fn source(&self, configuration: &Configuration) -> Source<'_> {
        let Configuration { repeat, batch, .. } = *configuration;
        Source::new(&self.input.commands, repeat, batch)
    }

    /// The waits of the commands that the table knows.
    fn waits_ns<'a>(&'a self, configuration: &'a Configuration) -> impl Iterator<Item = u64> + 'a {
        let commands = self.input.commands.iter();
        let known = commands.filter_map(|&command| self.table.get(command));
        known.map(|instruction| configuration.effective_wait_ns(instruction.wait_ns))
    }

    /// The longest wait of the commands, in seconds.
    pub(super) fn longest_wait_s(&self, configuration: &Configuration) -> f64 {
        self.waits_ns(configuration).max().unwrap_or(0) as f64 / 1e9
    }

    /// The sum that the responses of the table have over all commands.
    pub(super) fn sum(&self, configuration: &Configuration) -> i128 {
        sum_of_responses(&self.input.commands, &self.table, configuration.repeat)
    }

    /// How many of a trial's commands the table does not have.
    fn unknown_commands(&self, configuration: &Configuration) -> u64 {
        let is_unknown = |&&command: &&Command| self.table.get(command).is_none();
        let once = self.input.commands.iter().filter(is_unknown).count() as u64;
        once.saturating_mul(configuration.repeat)
    }

    /// What the answers must be.
    pub(super) fn expected(&self, configuration: &Configuration) -> Expected {
        let is_task = configuration.job.workload == WorkloadKind::Task;
        Expected {
            sum: (!is_task).then(|| self.sum(configuration)),
            unknown: self.unknown_commands(configuration),
        }
    }

    /// Whether a trial can come out right at all, or why not.
    pub(super) fn check(
        &self,
        configuration: &Configuration,
        allow_unknown: bool,
    ) -> Result<(), String> {
        let Expected { sum, unknown } = self.expected(configuration);
        if unknown > 0 && !allow_unknown {
            return Err(format!(
                "the table does not have {unknown} of the {} commands; mend the one or the other, or \
                 pass them over with --allow-unknown",
                self.source(configuration).commands()
            ));
        }
        let too_large = sum.filter(|&sum| i64::try_from(sum).is_err());
        too_large.map_or(Ok(()), |sum| Err(beyond_64_bits(sum)))
    }

    /// The makespan that a configuration allows in theory, in seconds, and whether that is only a
    /// bound. `loop_cost` is that of its job.
    pub(super) fn ideal(
        &self,
        configuration: &Configuration,
        loop_cost: &LoopCost,
        capacity: Capacity,
    ) -> (f64, bool) {
        let waits_s: Vec<f64> = self
            .waits_ns(configuration)
            .map(|ns| ns as f64 / 1e9)
            .collect();
        let load = Load {
            commands: self.source(configuration).commands(),
            unknown: self.unknown_commands(configuration),
            batch: configuration.batch,
            processes: configuration.processes,
            threads: configuration.job.width(),
            locked: loop_cost.locked,
            capacity: capacity.cores,
            rate_per_s: configuration.rate_per_s,
        };
        let input = IdealInput {
            waits_s: &waits_s,
            repeat: configuration.repeat,
            load,
            loop_s: loop_cost.loop_s,
        };
        ideal_makespan(&configuration.job, &input)
    }

    /// The text of the table with the waits that the configuration asks for.
    pub(super) fn table_text(&self, configuration: &Configuration) -> String {
        let mut text = String::new();
        for entry in &self.input.entries {
            let mut entry = *entry;
            let wait_ns = entry.instruction.wait_ns;
            entry.instruction.wait_ns = configuration.effective_wait_ns(wait_ns);
            // Writing to a String can't fail.
            let _ = writeln!(text, "{entry}");
        }
        text
    }
}

/// Commands that the table does not know add nothing.
fn sum_of_responses(commands: &[Command], table: &Table, repeat: u64) -> i128 {
    let known = commands.iter().filter_map(|&command| table.get(command));
    let once: i128 = known.map(|known| i128::from(known.response)).sum();
    // What is beyond even this is as far beyond 64 bits.
    once.saturating_mul(repeat.into())
}

/// Why there is no total.
pub(super) fn beyond_64_bits(sum: i128) -> String {
    format!(
        "the responses add up to {sum}, beyond the 64 bits of a total; try smaller responses, or \
         fewer commands"
    )
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
    let computed = sum_of_responses(&input.commands, &table, 1);
    if computed == i128::from(stated) {
        Ok(())
    } else {
        Err(WrongSum { stated, computed })
    }
}
