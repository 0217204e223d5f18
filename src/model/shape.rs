//! The two numbers that are asked for: N processes of M threads each.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Worker processes, and threads of each; written `8x16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Shape {
    /// Worker processes.
    pub processes: u32,
    /// Threads of each.
    pub threads: u32,
}

/// A text that is no shape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a number of processes and of threads; write 8x16 for 8 processes of 16 threads"
)]
pub struct ShapeError(String);

impl Shape {
    /// So many processes of so many threads.
    pub const fn new(processes: u32, threads: u32) -> Shape {
        Shape { processes, threads }
    }

    /// The rule of thumb of web servers: one more than two processes for each core, of one thread
    /// each (gunicorn's documentation, "How many workers?").
    pub const fn rule_of_thumb(cores: u32) -> Shape {
        Shape::new(cores.saturating_mul(2).saturating_add(1), 1)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.processes, self.threads)
    }
}

impl FromStr for Shape {
    type Err = ShapeError;

    fn from_str(text: &str) -> Result<Shape, ShapeError> {
        let numbers = text.trim().split_once('x');
        let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
        numbers
            .and_then(|(processes, threads)| Some(Shape::new(number(processes)?, number(threads)?)))
            .ok_or_else(|| ShapeError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_is_read_as_it_is_written() {
        let shape = Shape::new(8, 16);
        assert_eq!(shape.to_string().parse(), Ok(shape));
        for wrong in ["8", "8x", "x16", "0x1", "8x0", "8x16x2", "-8x1", ""] {
            assert!(wrong.parse::<Shape>().is_err(), "{wrong}");
        }
    }
}
