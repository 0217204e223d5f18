//! Files that appear whole or not at all, and stdout.

use std::convert::Infallible;
use std::fmt;
use std::fs;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context;

use super::error::UsageError;
use super::print::is_unread;
use crate::record::{write_new, write_whole};

/// Where a subcommand writes a file to: a path, or `-` for stdout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Output {
    /// The process's stdout.
    Stdout,
    /// A file, which appears whole or not at all.
    File(PathBuf),
}

impl FromStr for Output {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "-" => Output::Stdout,
            path => Output::File(path.into()),
        })
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Output::Stdout => f.write_str("stdout"),
            Output::File(path) => path.display().fmt(f),
        }
    }
}

impl Output {
    /// Whether it can be written, asked before any work is done.
    ///
    /// # Errors
    /// A [`UsageError`] when the file exists and `force` is not given, or when it is something
    /// other than a file (which not even `force` replaces).
    pub(super) fn check(&self, force: bool) -> Result<(), UsageError> {
        let Output::File(path) = self else {
            return Ok(());
        };
        match fs::metadata(path) {
            Ok(found) if !found.is_file() => Err(UsageError::new(format!(
                "{self} is not a regular file; name another, or write to stdout with -"
            ))),
            Ok(_) if !force => Err(exists(path)),
            _ => Ok(()),
        }
    }

    /// Writes what `fill` writes. A reader of stdout that has gone away is no error.
    ///
    /// # Errors
    /// Those of [`Output::check`], and what the system says when it can't write.
    pub(super) fn write(
        &self,
        force: bool,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        self.check(force)?;
        match self {
            Output::Stdout => write_stdout(fill).context("cannot write to stdout"),
            Output::File(path) => write_file(path, force, fill),
        }
    }
}

fn write_stdout(fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    match fill(&mut out).and_then(|()| out.flush()) {
        Err(error) if is_unread(&error) => {
            // What is left in the buffers must not be tried again when they are dropped.
            let _ = out.into_parts();
            Ok(())
        }
        result => result,
    }
}

fn write_file(
    path: &Path,
    force: bool,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let written = if force {
        write_whole(path, fill)
    } else {
        write_new(path, fill)
    };
    match written {
        Err(error) if !force && error.kind() == ErrorKind::AlreadyExists => {
            Err(exists(path).into())
        }
        other => other.with_context(|| format!("cannot write {}", path.display())),
    }
}

fn exists(path: &Path) -> UsageError {
    UsageError::new(format!(
        "{} exists already; name another file, or replace it with --force",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, force: bool, text: &str) -> anyhow::Result<()> {
        let output = Output::File(path.to_owned());
        output.write(force, |out| out.write_all(text.as_bytes()))
    }

    #[test]
    fn an_existing_file_is_replaced_by_force_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write(&path, false, "old").unwrap();
        let error = write(&path, false, "new").unwrap_err();
        assert!(error.is::<UsageError>());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        write(&path, true, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }

    #[test]
    fn what_is_not_a_file_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path(), Path::new("/dev/null")] {
            assert!(write(path, true, "").unwrap_err().is::<UsageError>());
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = write(&folder.path().join("no/file"), false, "").unwrap_err();
        assert!(format!("{error:#}").contains("no/file"));
        assert!(!error.is::<UsageError>());
    }
}
