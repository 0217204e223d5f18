//! Results on stdout, in the format and for the place that was asked for.

use std::fmt::Display;
use std::io::{self, Write};

use anyhow::Context as _;
use clap::Args;

use super::splice::Splice;
use super::terminal;
use crate::report::{Format, Printed, Style};

/// How results are printed.
#[derive(Args, Clone, Debug)]
pub(super) struct PrintArgs {
    /// How to print the results
    #[arg(long, value_enum, default_value = "table")]
    format: Format,

    /// Also puts them as Markdown between <!-- mpmt:NAME --> and <!-- /mpmt:NAME --> in this file;
    /// NAME is the subcommand's unless #NAME follows
    #[arg(long, value_name = "FILE[#NAME]")]
    splice: Option<Splice>,
}

impl PrintArgs {
    /// Whether there is a place to splice into, asked before any work is done.
    ///
    /// # Errors
    /// A usage error that names the file and what it lacks.
    pub(super) fn check(&self, subcommand: &str) -> anyhow::Result<()> {
        match &self.splice {
            Some(splice) => splice.check(subcommand),
            None => Ok(()),
        }
    }

    /// Prints on stdout, and splices where that is asked for. That nobody reads stdout to its end
    /// is no error.
    ///
    /// # Errors
    /// When stdout or the file can't be written to.
    pub(super) fn print(&self, subcommand: &str, results: &impl Printed) -> anyhow::Result<()> {
        if let Some(splice) = &self.splice {
            let mut markdown = Vec::new();
            results.write(Format::Markdown, Style::default(), &mut markdown)?;
            splice.replace(subcommand, &String::from_utf8_lossy(&markdown))?;
        }
        to_stdout(results, self.format)
    }
}

/// Prints on stdout. That nobody reads it to its end is no error.
pub(super) fn to_stdout(results: &impl Printed, format: Format) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    let written = results.write(format, terminal::style(&io::stdout()), &mut stdout);
    passed_over_when_unread(written.and_then(|()| stdout.flush()))
}

/// Prints a line on stdout. That nobody reads it is no error.
///
/// # Errors
/// When stdout can't be written to.
pub(super) fn line(text: impl Display) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    passed_over_when_unread(writeln!(stdout, "{text}").and_then(|()| stdout.flush()))
}

fn passed_over_when_unread(written: io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if is_unread(&error) => Ok(()),
        other => other.context("cannot write to stdout"),
    }
}

/// Whether there is nobody who could read: the reader of a pipe has gone, or the terminal.
pub(super) fn is_unread(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe || error.raw_os_error() == Some(libc::EIO)
}
