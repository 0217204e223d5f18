//! The command line: each subcommand's arguments become calls into the rooms below, and what comes
//! back becomes text and an exit code.
//!
//! Must not know: how anything is done. One file per subcommand.

/// The error that `main` turns into exit code 2.
pub mod error;
/// `mpmt generate`: commands and table files.
pub mod generate;
mod output;
