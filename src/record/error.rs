//! What can go wrong with a file of records.

use std::path::PathBuf;

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
    /// A row can't be read.
    #[error("{}:{line}: {reason}", path.display())]
    BadRow {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// Which column, and what is wrong with it.
        reason: String,
    },
    /// A row can't be written.
    #[error("{}: {source}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        source: csv::Error,
    },
}
