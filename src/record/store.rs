//! Rows in a file, and what is whole of them after a crash.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use indexmap::map::Entry;

use super::rows::{Rows, parse_rows, read_rows};
use super::{StoreError, Trial, TrialId, with_fastest_loops, write_whole};

/// Appends rows to a `trials.csv`. Each row is on its way to the disk when `write` returns, so
/// that a later failure loses nothing.
#[derive(Debug)]
pub struct TrialWriter {
    path: PathBuf,
    rows: csv::Writer<File>,
}

impl TrialWriter {
    /// Makes a new file.
    ///
    /// # Errors
    /// When it exists already (nothing is ever overwritten), or can't be made.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let file = OpenOptions::new().write(true).create_new(true).open(path);
        let file = file.map_err(|source| StoreError::File {
            path: path.to_owned(),
            source,
        })?;
        Ok(TrialWriter {
            path: path.to_owned(),
            rows: csv::Writer::from_writer(file),
        })
    }

    /// Opens a file to go on with it, or makes it. A last row that was not written to its end is
    /// cut off, and the rows of an older version get the columns of this one. Returns the rows that
    /// are there.
    ///
    /// # Errors
    /// When the file can't be read, mended or written, or a whole row is not one of [`Trial`].
    pub fn resume(path: &Path) -> Result<(Self, Vec<Trial>), StoreError> {
        let file_error = |source| StoreError::File {
            path: path.to_owned(),
            source,
        };
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        let mut file = options.open(path).map_err(file_error)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(file_error)?;
        let rows = parse_rows(path, &bytes)?;
        let whole = rows.whole;
        let trials = trials_of(path, rows);
        let row_error = |source| StoreError::Write {
            path: path.to_owned(),
            source,
        };
        let text = text_of(&trials).map_err(row_error)?;
        if first_line(&text) == first_line(&bytes) {
            file.set_len(whole as u64).map_err(file_error)?;
        } else {
            file = replace(path, &text).map_err(file_error)?;
        }
        let rows = csv::WriterBuilder::new()
            .has_headers(trials.is_empty())
            .from_writer(file);
        let path = path.to_owned();
        Ok((TrialWriter { path, rows }, trials))
    }

    /// Writes one row.
    ///
    /// # Errors
    /// When the disk refuses it.
    pub fn write(&mut self, trial: &Trial) -> Result<(), StoreError> {
        let row_error = |source| StoreError::Write {
            path: self.path.clone(),
            source,
        };
        self.rows.serialize(trial).map_err(row_error)?;
        self.rows.flush().map_err(|source| StoreError::File {
            path: self.path.clone(),
            source,
        })
    }
}

/// Reads the rows of a `trials.csv`, with the ideals that follow from all of them together
/// ([`with_fastest_loops`]), and warns of what is left out.
///
/// # Errors
/// When the file can't be opened, or a row does not have the columns of [`Trial`].
pub fn read_trials(path: &Path) -> Result<Vec<Trial>, StoreError> {
    Ok(with_fastest_loops(trials_of(path, read_rows(path)?)))
}

/// The trials that the rows of a file stand for, each once.
fn trials_of(path: &Path, rows: Rows<Trial>) -> Vec<Trial> {
    rows.warn(path);
    let mut trials: IndexMap<TrialId, (usize, Trial)> = IndexMap::new();
    let mut again = Vec::new();
    for (line, trial) in rows.rows {
        match trials.entry(trial.id()) {
            Entry::Occupied(first) => again.push((line, first.get().0)),
            Entry::Vacant(place) => {
                place.insert((line, trial.counted()));
            }
        }
    }
    if let Some((line, first)) = again.first() {
        tracing::warn!(
            "{}: {} of the rows are of trials that it has already (line {line} is of the same as \
             line {first}); each trial counts once",
            path.display(),
            again.len()
        );
    }
    trials.into_values().map(|(_, trial)| trial).collect()
}

/// Trials as the text of a `trials.csv`.
///
/// # Errors
/// When a trial can't be written as a row.
pub fn trials_csv(trials: &[Trial]) -> Result<String, csv::Error> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    trials.iter().try_for_each(|trial| rows.serialize(trial))?;
    let bytes = rows
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Rows as they are written, under their header; nothing when there are none.
fn text_of(trials: &[Trial]) -> csv::Result<Vec<u8>> {
    let mut text = Vec::new();
    let mut rows = csv::Writer::from_writer(&mut text);
    trials.iter().try_for_each(|trial| rows.serialize(trial))?;
    rows.flush()?;
    drop(rows);
    Ok(text)
}

fn first_line(bytes: &[u8]) -> Option<&[u8]> {
    bytes.split_inclusive(|&byte| byte == b'\n').next()
}

/// Puts other bytes in the place of a file, and opens it at its end.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<File> {
    write_whole(path, |file| file.write_all(bytes))?;
    OpenOptions::new().append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fixtures;

    #[test]
    fn rows_of_an_older_version_get_the_new_columns_when_it_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trials.csv");
        let trial = fixtures::trial("io-mp-1x1", (2.0, 1.0));
        let mut new = TrialWriter::create(&path).unwrap();
        new.write(&trial).unwrap();
        new.write(&trial).unwrap();
        let whole = std::fs::read_to_string(&path).unwrap();
        // What was written before there were runtimes: a row without the last five columns.
        let older = |line: &str| line.rsplitn(6, ',').last().unwrap().to_owned();
        let mut lines = whole.lines().map(older);
        let old = format!("{}\n{}\n", lines.next().unwrap(), lines.next().unwrap());
        std::fs::write(&path, old).unwrap();
        assert_eq!(read_trials(&path).unwrap(), std::slice::from_ref(&trial));
        let (mut writer, there) = TrialWriter::resume(&path).unwrap();
        assert_eq!(there, std::slice::from_ref(&trial));
        writer.write(&trial).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), whole);
    }

    #[test]
    fn wherever_it_was_cut_off_the_rows_go_on_as_if_nothing_had_happened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trials.csv");
        let trials = [
            fixtures::failed("io-mp-1x1", "a \"quoted\"\nreason, of two lines"),
            fixtures::trial("io-mp-2x1", (2.0, 1.0)),
        ];
        let mut writer = TrialWriter::create(&path).unwrap();
        trials.iter().for_each(|trial| writer.write(trial).unwrap());
        let whole = std::fs::read(&path).unwrap();
        for length in 0..=whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            let (mut writer, there) = TrialWriter::resume(&path).unwrap();
            assert_eq!(there, trials[..there.len()], "{length}");
            let rest = &trials[there.len()..];
            rest.iter().for_each(|trial| writer.write(trial).unwrap());
            assert_eq!(std::fs::read(&path).unwrap(), whole, "{length}");
        }
    }
}
