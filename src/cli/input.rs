//! The commands and the table that the work is read from, and what is said of bad lines.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::Args;

use super::error::UsageError;
use crate::harness::{DEFAULT_COMMANDS, DEFAULT_TABLE, Input};
use crate::model::{BadLine, Command, Parsed, Table, TableEntry, counted, parse_lines};
use crate::process::tell;
use crate::record::read_text;
use crate::spec::{InputSource, InputSpec};

/// How many bad lines have a message each.
const TOLD: usize = 10;

/// Which files the work is read from.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Input")]
pub(super) struct InputArgs {
    /// File of commands, one `<ip>:<foo|bar>` a line [default: the 512 of data/client_data.txt]
    #[arg(long, value_name = "FILE")]
    commands: Option<PathBuf>,

    /// File of the table, one `<ip>:<command>:<response>:<wait>` a line [default: data/server_data.txt]
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,

    /// Treats a malformed line as an error, instead of skipping it with a message
    #[arg(long)]
    strict: bool,

    /// Skips commands that the table does not have, instead of failing the trial
    #[arg(long)]
    allow_unknown: bool,
}

impl InputArgs {
    pub(super) fn read(&self) -> Result<Input, UsageError> {
        read_files(self.commands.as_deref(), self.table.as_deref(), self.strict)
    }

    /// The files as an experiment names them; nothing when none is given.
    pub(super) fn spec(&self) -> Option<InputSpec> {
        (self.commands.is_some() || self.table.is_some()).then(|| InputSpec {
            commands: self.commands.clone(),
            table: self.table.clone(),
            ..InputSpec::default()
        })
    }

    pub(super) fn is_strict(&self) -> bool {
        self.strict
    }

    pub(super) fn allows_unknown(&self) -> bool {
        self.allow_unknown
    }
}

/// What an experiment says of its input, made or read. Relative paths count from `folder`.
pub(super) fn read_input(
    spec: &InputSpec,
    folder: &Path,
    strict: bool,
) -> Result<Input, UsageError> {
    let source = spec.source();
    match source.map_err(|(key, reason)| UsageError::new(format!("{key}: {reason}")))? {
        InputSource::Generated(generator) => {
            let entries: Vec<TableEntry> = generator.collect();
            let commands = entries.iter().map(|entry| entry.command).collect();
            Ok(Input { commands, entries })
        }
        InputSource::Files { commands, table } => {
            let from = |path: Option<PathBuf>| path.map(|path| folder.join(path));
            read_files(from(commands).as_deref(), from(table).as_deref(), strict)
        }
    }
}

/// The commands and the table of these files, or those that come with the program.
fn read_files(
    commands: Option<&Path>,
    table: Option<&Path>,
    strict: bool,
) -> Result<Input, UsageError> {
    let numbered = match commands {
        Some(path) => read_numbered_commands(path, strict)?,
        None => parse_lines(DEFAULT_COMMANDS, str::parse).good,
    };
    let entries = match table {
        Some(path) => read_entries_once(path, strict)?,
        None => without_numbers(Table::parse_entries(DEFAULT_TABLE).good),
    };
    let named = commands.unwrap_or(Path::new("the commands"));
    tell_unknown(named, &numbered, &entries);
    Ok(Input {
        commands: without_numbers(numbered),
        entries,
    })
}

/// Tells of commands that are not in the table.
fn tell_unknown(path: &Path, commands: &[(usize, Command)], entries: &[TableEntry]) {
    let known: HashSet<Command> = entries.iter().map(|entry| entry.command).collect();
    let is_unknown = |(_, command): &&(usize, Command)| !known.contains(command);
    let unknown: Vec<_> = commands.iter().filter(is_unknown).collect();
    let reason = |command| format!("the table does not have {command}");
    let lines = unknown
        .iter()
        .map(|(line, command)| (*line, reason(command)));
    tell_lines(path, lines);
}

fn without_numbers<T>(lines: Vec<(usize, T)>) -> Vec<T> {
    lines.into_iter().map(|(_, value)| value).collect()
}

/// The commands of a file.
pub(super) fn read_commands(path: &Path, strict: bool) -> Result<Vec<Command>, UsageError> {
    Ok(without_numbers(read_numbered_commands(path, strict)?))
}

fn read_numbered_commands(path: &Path, strict: bool) -> Result<Vec<(usize, Command)>, UsageError> {
    let parsed = parse_lines(&read(path)?, str::parse);
    check(path, parsed, strict, "<ip>:<foo|bar>")
}

/// The table of a file.
pub(super) fn read_table(path: &Path, strict: bool) -> Result<Table, UsageError> {
    let (table, repeated) = Table::from_entries(read_entries(path, strict)?);
    tell_repeated(path, &repeated);
    Ok(table)
}

/// The entries of a file's table, each command once.
fn read_entries_once(path: &Path, strict: bool) -> Result<Vec<TableEntry>, UsageError> {
    let entries = read_entries(path, strict)?;
    let (table, repeated) = Table::from_entries(entries.iter().copied());
    tell_repeated(path, &repeated);
    let stands = |entry: &TableEntry| table.get(entry.command) == Some(entry.instruction);
    let mut seen = HashSet::new();
    let once = without_numbers(entries).into_iter().filter(stands);
    Ok(once.filter(|entry| seen.insert(entry.command)).collect())
}

fn tell_repeated(path: &Path, lines: &[usize]) {
    const REASON: &str = "this command is in the table already; the last one stands";
    tell_lines(path, lines.iter().map(|&line| (line, REASON)));
}

fn read_entries(path: &Path, strict: bool) -> Result<Vec<(usize, TableEntry)>, UsageError> {
    check(
        path,
        Table::parse_entries(&read(path)?),
        strict,
        "<ip>:<command>:<response>:<wait>",
    )
}

/// The text of a file.
pub(super) fn read(path: &Path) -> Result<String, UsageError> {
    read_text(path)
        .map_err(|error| UsageError::new(format!("{} can't be read: {error}", path.display())))
}

/// The good lines, if the bad ones leave enough to go on with.
fn check<T>(
    path: &Path,
    parsed: Parsed<T>,
    strict: bool,
    form: &str,
) -> Result<Vec<(usize, T)>, UsageError> {
    tell_lines(
        path,
        parsed
            .bad
            .iter()
            .map(|BadLine { line, reason }| (*line, reason)),
    );
    let name = path.display();
    if strict && !parsed.bad.is_empty() {
        let count = parsed.bad.len();
        return Err(UsageError::new(format!(
            "{name}: {}, which --strict does not allow; correct {}, or leave --strict out",
            counted(count, "malformed line"),
            if count == 1 { "it" } else { "them" }
        )));
    }
    if parsed.good.is_empty() {
        return Err(UsageError::new(format!(
            "{name} has no good line; each has the form {form}"
        )));
    }
    Ok(parsed.good)
}

/// Tells of lines on stderr: the first ones, then a count.
fn tell_lines(path: &Path, lines: impl ExactSizeIterator<Item = (usize, impl std::fmt::Display)>) {
    let count = lines.len();
    for (line, reason) in lines.take(TOLD) {
        tell(format_args!("{}:{line}: {reason}", path.display()));
    }
    if count > TOLD {
        tell(format_args!(
            "{}: and {} more",
            path.display(),
            count - TOLD
        ));
    }
}
