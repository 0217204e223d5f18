use std::fs::{File, OpenOptions};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::Trial;

/// Why records could not be written or read. Each names the file.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file can't be opened or made.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A row can't be written or read.
    #[error("{}: {source}", path.display())]
    Row {
        /// Which file.
        path: PathBuf,
        /// Which row, and what is wrong with it.
        source: csv::Error,
    },
}

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
    /// cut off. Returns the rows that are there.
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
        let whole = whole_rows(&bytes);
        file.set_len(whole as u64).map_err(file_error)?;
        let trials = rows_of(path, &bytes[..whole])?;
        let rows = csv::WriterBuilder::new()
            .has_headers(whole == 0)
            .from_writer(file);
        let path = path.to_owned();
        Ok((TrialWriter { path, rows }, trials))
    }

    /// Writes one row.
    ///
    /// # Errors
    /// When the disk refuses it.
    pub fn write(&mut self, trial: &Trial) -> Result<(), StoreError> {
        let row_error = |source| StoreError::Row {
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

/// Reads the rows of a `trials.csv`.
///
/// # Errors
/// When the file can't be opened, or a row does not have the columns of [`Trial`].
pub fn read_trials(path: &Path) -> Result<Vec<Trial>, StoreError> {
    let file = File::open(path).map_err(|source| StoreError::File {
        path: path.to_owned(),
        source,
    })?;
    rows_of(path, file)
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

/// The length of the rows that end in a line end, which inside quotes is none.
fn whole_rows(bytes: &[u8]) -> usize {
    let mut quoted = false;
    let mut whole = 0;
    for (place, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => whole = place + 1,
            _ => {}
        }
    }
    whole
}

fn rows_of(path: &Path, from: impl Read) -> Result<Vec<Trial>, StoreError> {
    csv::Reader::from_reader(from)
        .deserialize()
        .map(|row| row.map(Trial::without_what_does_not_apply))
        .collect::<Result<_, _>>()
        .map_err(|source| StoreError::Row {
            path: path.to_owned(),
            source,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::samples;

    #[test]
    fn wherever_it_was_cut_off_the_rows_go_on_as_if_nothing_had_happened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trials.csv");
        let trials = [
            samples::failed("io-mp-1x1", "a \"quoted\"\nreason, of two lines"),
            samples::trial("io-mp-2x1", (2.0, 1.0)),
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
