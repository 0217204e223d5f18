//! Standard error, as a place that never ends what writes to it.

use std::fmt::Display;
use std::io::{self, Write};

/// Standard error for all that the program says to people: lines, what is traced, last words of
/// children. When the terminal is closed, the reader of the pipe has gone or the disk is full, what
/// is said is lost, and a measurement goes on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Messages;

impl Write for Messages {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match io::stderr().write(bytes) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Ok(bytes.len()),
            other => other,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Says a line on standard error. Whether anybody hears it makes no difference.
pub fn tell(line: impl Display) {
    // In one piece, so that lines of several processes do not mix.
    let line = format!("{line}\n");
    let _ = Messages.write_all(line.as_bytes());
}
