use std::fs::{File, OpenOptions};
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
    csv::Reader::from_reader(file)
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(|source| StoreError::Row {
            path: path.to_owned(),
            source,
        })
}
