//! A folder of results, and whose it is while it is written.

use std::fmt::Display;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use serde_json::Value;

use super::error::UsageError;
use super::request::Request;
use crate::clock;
use crate::harness::Environment;
use crate::record::{Trial, TrialWriter, read_text, write_whole};

/// A folder of results: `trials.csv`, `environment.json`, of a sweep `sweep.json` with all that was
/// asked, and what is drawn from them. It is locked as long as this value lives, against another
/// process that would write into it too; the lock goes with the process, however it ends.
#[derive(Debug)]
pub(super) struct ResultsFolder {
    path: PathBuf,
    /// Where it is measured; what is known only at the end is added when this value goes.
    environment: Option<Environment>,
    _lock: File,
}

impl ResultsFolder {
    /// The folder that a person names, or a fresh dated one under `results/`.
    ///
    /// # Errors
    /// When it holds results already (nothing is ever overwritten), another process writes into
    /// it, or it can't be written to.
    pub(super) fn create(named: Option<&Path>, what: &str) -> Result<Self, UsageError> {
        let path = match named {
            Some(path) => fs::create_dir_all(path).map(|()| path.to_owned()),
            None => {
                let name = format!("{}-{what}", clock::folder_stamp());
                make_fresh(Path::new("results"), &name)
            }
        };
        let path = path.map_err(|error| {
            let path = named.unwrap_or(Path::new("results"));
            UsageError::new(format!(
                "{} can't be made: {error}; name another with -o",
                path.display()
            ))
        })?;
        let folder = ResultsFolder {
            _lock: lock(&path)?,
            environment: None,
            path,
        };
        if folder.request().exists() {
            return Err(UsageError::new(format!(
                "{0} holds a sweep already, which is never overwritten; go on with it by \
                 'mpmt sweep --resume {0}', or name another folder with -o",
                folder.path.display()
            )));
        }
        if folder.trials().exists() {
            return Err(UsageError::new(format!(
                "{} holds results already, which are never overwritten; name another folder with -o",
                folder.path.display()
            )));
        }
        Ok(folder)
    }

    /// The folder of a sweep that is to go on, and all that it was asked.
    ///
    /// # Errors
    /// When no sweep was begun there, or another process writes into it.
    pub(super) fn reopen(path: &Path) -> Result<(Self, Request), UsageError> {
        let request = path.join("sweep.json");
        let text = read_text(&request).map_err(|error| {
            UsageError::new(format!(
                "no sweep can be resumed in {}: sweep.json can't be read: {error}",
                path.display()
            ))
        })?;
        let request = serde_json::from_str(&text)
            .map_err(|error| UsageError::new(format!("{}: {error}", request.display())))?;
        let folder = ResultsFolder {
            _lock: lock(path)?,
            environment: None,
            path: path.to_owned(),
        };
        Ok((folder, request))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn trials(&self) -> PathBuf {
        self.path.join("trials.csv")
    }

    fn request(&self) -> PathBuf {
        self.path.join("sweep.json")
    }

    fn environment_file(&self) -> PathBuf {
        self.path.join("environment.json")
    }

    /// Looks around and measures the machine, and opens `trials.csv`.
    pub(super) fn begin(&mut self) -> anyhow::Result<TrialWriter> {
        let rows = TrialWriter::create(&self.trials())
            .map_err(|error| UsageError::new(format!("{error}; name another folder with -o")))?;
        self.look_around()?;
        Ok(rows)
    }

    fn look_around(&mut self) -> anyhow::Result<()> {
        let mut environment = Environment::look();
        environment.calibrate();
        let path = self.environment_file();
        environment
            .write(&path)
            .with_context(|| path.display().to_string())?;
        say_warnings(&environment);
        self.environment = Some(environment);
        Ok(())
    }

    /// Begins a sweep: keeps the request first, so that the sweep can be resumed from then on.
    pub(super) fn begin_sweep(
        &mut self,
        request: &Request,
    ) -> anyhow::Result<(TrialWriter, Vec<Trial>)> {
        let path = self.request();
        let written = write_whole(&path, |file| {
            serde_json::to_writer_pretty(&mut *file, request)?;
            file.write_all(b"\n")
        });
        written.with_context(|| path.display().to_string())?;
        Ok((self.begin()?, Vec::new()))
    }

    /// Opens `trials.csv` to go on with it. The machine is looked at when it was not before.
    pub(super) fn go_on(&mut self) -> anyhow::Result<(TrialWriter, Vec<Trial>)> {
        let opened = TrialWriter::resume(&self.trials()).map_err(UsageError::new)?;
        if !self.environment_file().exists() {
            self.look_around()?;
        }
        Ok(opened)
    }

    /// Notes in `environment.json` what is known only when the measurement is over. It is done once,
    /// at the latest when this value goes.
    pub(super) fn close(&mut self) {
        let path = self.environment_file();
        if let Some(mut environment) = self.environment.take() {
            environment.close();
            if let Err(error) = environment.write(&path) {
                tracing::warn!("{}: {error}", path.display());
            }
        }
    }
}

impl Drop for ResultsFolder {
    fn drop(&mut self) {
        self.close();
    }
}

/// Makes a folder of this name, or, as often as somebody has it already, of one with the next number.
fn make_fresh(parent: &Path, name: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(parent)?;
    let mut path = parent.join(name);
    let mut number = 2_u64;
    loop {
        match fs::create_dir(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            done => return done.map(|()| path),
        }
        path = parent.join(format!("{name}-{number}"));
        number += 1;
    }
}

/// Locks a folder, or tells who has to be waited for.
fn lock(folder: &Path) -> Result<File, UsageError> {
    let shown = folder.display();
    let open = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(folder.join(".lock"));
    let file =
        open.map_err(|error| UsageError::new(format!("{shown} can't be written to: {error}")))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(Errno::WOULDBLOCK) => Err(UsageError::new(format!(
            "another mpmt is writing into {shown}; wait for its end, or name another folder with -o"
        ))),
        Err(error) => Err(UsageError::new(format!("{shown} can't be locked: {error}"))),
    }
}

/// The `trials.csv` that a person names, or means by its folder.
pub(super) fn trials_file(path: PathBuf) -> PathBuf {
    if path.is_dir() {
        path.join("trials.csv")
    } else {
        path
    }
}

/// What the `environment.json` beside a `trials.csv` holds, if there is one.
///
/// # Errors
/// A usage error that names it, when it can't be read.
pub(super) fn environment_beside(trials: &Path) -> Result<Option<Value>, UsageError> {
    let path = trials.with_file_name("environment.json");
    let told = |error: &dyn Display| UsageError::new(format!("{}: {error}", path.display()));
    match read_text(&path) {
        Ok(text) => (serde_json::from_str(&text).map(Some)).map_err(|error| told(&error)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(told(&error)),
    }
}

/// Says again what disturbed the measurement whose rows are in a file, if that was written down.
pub(super) fn say_warnings_beside(trials: &Path) -> Result<(), UsageError> {
    let environment = environment_beside(trials)?.map(serde_json::from_value);
    if let Some(Ok(environment)) = environment {
        say_warnings(&environment);
    }
    Ok(())
}

fn say_warnings(environment: &Environment) {
    for warning in &environment.warnings {
        tracing::warn!("{warning}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_begin_in_the_same_second_have_folders_of_their_own() {
        let parent = tempfile::tempdir().unwrap();
        let results = parent.path().join("results");
        let make = || make_fresh(&results, "2026-11-28T160000-sweep").unwrap();
        let names = [make(), make(), make()].map(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.trim_start_matches("2026-11-28T160000-").to_owned()
        });
        assert_eq!(names, ["sweep", "sweep-2", "sweep-3"]);
    }
}
