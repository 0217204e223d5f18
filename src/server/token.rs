//! The token that clients show where others could connect as well.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::model::Secret;
use crate::process::random_bits;

/// A token, made for one start, and the file that tells it to those who may read that.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) secret: Secret,
    pub(super) file: PathBuf,
}

impl Token {
    /// Makes a token and leaves it in a file of mode 0600. The file may hold an older token, and
    /// nothing else.
    pub(super) fn issue(file: PathBuf) -> io::Result<Token> {
        check_replaceable(&file)?;
        let secret = Secret::from_bits(random_bits()?);
        let folder = match file.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        // It is there whole or not at all, and never readable by others: a temporary file is made
        // with mode 0600.
        let mut made = tempfile::NamedTempFile::new_in(folder)?;
        writeln!(made, "{secret}")?;
        made.persist(&file)?;
        Ok(Token { secret, file })
    }
}

fn check_replaceable(file: &Path) -> io::Result<()> {
    match fs::symlink_metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        // What is no file may have no end.
        Ok(meta) if !meta.is_file() || meta.len() > 64 => {}
        Ok(_) => {
            let text = fs::read_to_string(file).unwrap_or_default();
            if text.trim_end().parse::<Secret>().is_ok() {
                return Ok(());
            }
        }
    }
    Err(io::Error::new(
        io::ErrorKind::AlreadyExists,
        "it holds something else than a token",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_token_replaces_a_token_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        let first = Token::issue(file.clone()).unwrap();
        let second = Token::issue(file.clone()).unwrap();
        assert_ne!(first.secret, second.secret);
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(text.trim_end().parse(), Ok(second.secret));
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        for notes in ["", "notes", &"0".repeat(1000)] {
            fs::write(&file, notes).unwrap();
            assert!(Token::issue(file.clone()).is_err(), "{notes}");
            assert_eq!(fs::read_to_string(&file).unwrap(), notes);
        }
        assert!(Token::issue(folder.path().to_owned()).is_err());
        assert!(Token::issue("/dev/null".into()).is_err());
    }
}
