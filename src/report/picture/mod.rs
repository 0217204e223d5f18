//! Pictures of letters, for a terminal.
//!
//! * `bars`: a column of a table as bars;
//! * `heat_map`: a value for each number of processes and threads; `plane`: which trials make one.
//!
//! Nothing here asks what it is written to: that is told by a [`Style`].

mod bars;
mod heat_map;
mod plane;

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::Table;
pub use bars::Bars;
pub use heat_map::HeatMap;

/// How results look where they are written to. The default is that of a file or a pipe: no
/// pictures, no colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// The columns of the terminal; `None` when it is none.
    pub width: Option<u16>,
    /// Whether it shows colours.
    pub colour: bool,
}

/// What a terminal gets besides a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pictures {
    /// One more column of the table.
    pub bars: Option<Bars>,
    /// Below the table.
    pub maps: Vec<HeatMap>,
}

impl Pictures {
    /// Writes the table, with those of the pictures that there is room for.
    ///
    /// # Errors
    /// When `out` refuses it.
    pub(super) fn write(&self, table: &Table, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let with_bars = self
            .bars
            .as_ref()
            .and_then(|bars| bars.beside(table, style));
        with_bars.as_ref().unwrap_or(table).write_text(out)?;
        for map in self.maps.iter().filter(|map| map.fits(style)) {
            writeln!(out, "\n{}", cut(&map.name, style))?;
            map.write(style, out)?;
        }
        Ok(())
    }
}

/// A line, with its end left out where it is wider than the terminal.
fn cut(line: &str, style: Style) -> String {
    let room = style.width.map_or(usize::MAX, usize::from);
    if line.width() <= room {
        return line.to_owned();
    }
    let mut shorter = line.to_owned();
    while shorter.width() >= room.max(1) {
        shorter.pop();
    }
    format!("{}…", shorter.trim_end())
}
