//! The table of a server: from commands to instructions.

use std::fmt;

use rustc_hash::FxHashMap;

use super::{Command, Instruction, Parsed, parse_lines};

/// One line `<ip>:<command>:<response>:<wait>` of a table file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableEntry {
    /// The command that the line answers.
    pub command: Command,
    /// What it answers with.
    pub instruction: Instruction,
}

impl TableEntry {
    fn parse(line: &str) -> Result<Self, String> {
        let fields: Vec<&str> = line.split(':').collect();
        let [address, verb, response, wait] = fields[..] else {
            return Err(format!(
                "expected <ipv4>:<foo|bar>:<response>:<wait>, found {} field(s)",
                fields.len()
            ));
        };
        Ok(TableEntry {
            command: Command::from_parts(address, verb).map_err(|e| e.to_string())?,
            instruction: Instruction::from_parts(response, wait).map_err(|e| e.to_string())?,
        })
    }
}

impl fmt::Display for TableEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // f64's Display is the shortest text that reads back as the same number.
        let wait_s = self.instruction.wait_ns as f64 / 1e9;
        write!(f, "{}:{}:{wait_s}", self.command, self.instruction.response)
    }
}

/// The server's in-memory table: from command to instruction, one hash look-up each.
#[derive(Clone, Debug, Default)]
pub struct Table {
    entries: FxHashMap<Command, Instruction>,
}

impl Table {
    /// Reads the lines of a table file.
    pub fn parse_entries(text: &str) -> Parsed<TableEntry> {
        parse_lines(text, TableEntry::parse)
    }

    /// A table of entries with their line numbers. Of a repeated key the last one stands; the
    /// second value lists the lines that were repeats.
    pub fn from_entries(
        entries: impl IntoIterator<Item = (usize, TableEntry)>,
    ) -> (Self, Vec<usize>) {
        let mut table = Table::default();
        let mut repeated = Vec::new();
        for (line, entry) in entries {
            if table
                .entries
                .insert(entry.command, entry.instruction)
                .is_some()
            {
                repeated.push(line);
            }
        }
        (table, repeated)
    }

    /// The instruction for a command, if the table has it.
    pub fn get(&self, command: Command) -> Option<Instruction> {
        self.entries.get(&command).copied()
    }

    /// How many commands the table knows.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether the table knows no command at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Gives every entry another wait: a function of the old one, in nanoseconds.
    pub fn map_waits(&mut self, wait_ns: impl Fn(u64) -> u64) {
        for instruction in self.entries.values_mut() {
            instruction.wait_ns = wait_ns(instruction.wait_ns);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_repeated_key_the_last_stands_and_is_told() {
        let parsed = Table::parse_entries("1.1.1.1:foo:1:1\n1.1.1.1:bar:2:0\n1.1.1.1:foo:3:0.5\n");
        let (table, repeated) = Table::from_entries(parsed.good);
        assert_eq!(table.len(), 2);
        assert_eq!(repeated, [3]);
        let foo = table.get("1.1.1.1:foo".parse().unwrap()).unwrap();
        assert_eq!(
            foo,
            Instruction {
                response: 3,
                wait_ns: 500_000_000
            }
        );
    }

    #[test]
    fn every_kind_of_bad_field_is_refused_with_a_reason() {
        for line in [
            "1.1.1.1:foo:1",
            "1.1.1.1:foo:x:1",
            "1.1.1.1:foo:1:-1",
            "1.1.1:foo:1:1",
            "a:b:c:d:e",
        ] {
            let parsed = Table::parse_entries(line);
            assert!(parsed.good.is_empty(), "{line}");
            assert!(!parsed.bad[0].reason.is_empty());
        }
    }

    #[test]
    fn an_entry_is_written_as_it_is_read() {
        for line in [
            "137.72.95.0:foo:1:1",
            "10.0.0.1:bar:-5:0.02",
            "10.0.0.1:bar:5:0",
        ] {
            assert_eq!(Table::parse_entries(line).good[0].1.to_string(), line);
        }
    }
}
