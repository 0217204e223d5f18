//! Which program a process starts as its child: another one, or its own again.

use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The image that a process runs. It can be run again when its file has been replaced or deleted.
/// Between fork and exec it is the parent's.
const IMAGE: &str = "/proc/self/exe";

/// A program to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// This one, whatever lies at its path by now.
    This,
    /// The one at a path.
    At(PathBuf),
}

impl Program {
    /// A command that starts it. In listings of processes the same program has the same name.
    pub fn command(&self) -> Command {
        match self {
            Program::At(path) => Command::new(path),
            Program::This => {
                let mut command = Command::new(IMAGE);
                if let Some(name) = std::env::args_os().next() {
                    command.arg0(name);
                }
                command
            }
        }
    }
}

/// What a command starts, in words.
pub(super) fn in_words(command: &Command) -> String {
    match command.get_program() {
        program if program == OsStr::new(IMAGE) => format!("this program again ({IMAGE})"),
        program => program.to_string_lossy().into_owned(),
    }
}

/// Gives this process the name of its program. The kernel names a process after the path that it
/// was started from, so one that was started by [`Program::This`] is called `exe` until then.
pub fn bear_name_of_program() {
    let program = std::env::args_os().next().unwrap_or_default();
    let name = Path::new(&program).file_name().unwrap_or_default();
    if let Ok(name) = CString::new(name.as_bytes()) {
        // It is for people who look at processes; nothing depends on it.
        let _ = rustix::thread::set_name(&name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_program_is_started_from_its_image_and_told_in_words() {
        let this = Program::This.command().arg("--help").output().unwrap();
        assert!(this.status.success(), "{this:?}");
        assert_eq!(
            in_words(&Program::This.command()),
            "this program again (/proc/self/exe)"
        );
        let other = Program::At("/no/such".into());
        assert_eq!(in_words(&other.command()), "/no/such");
    }
}
