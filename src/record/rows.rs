//! The one reader of CSV: exact about what a row says, and tolerant of what spreadsheets, editors
//! and crashes make of a file.
//!
//! A byte order mark is skipped, fields may be separated by `;` or tabs, blank rows pass, and a last
//! row that is cut off is left out. How a single field may be written is for `field` to know.

use std::fs;
use std::io;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};
use serde::de::DeserializeOwned;
use serde::de::value::{self, MapDeserializer};

use super::StoreError;
use super::field::Field;
use crate::model::{BYTE_ORDER_MARK, decode};

/// The rows of a file.
#[derive(Debug)]
pub(super) struct Rows<T> {
    /// Each with its line, from 1.
    pub rows: Vec<(usize, T)>,
    /// How many bytes of the file are whole rows.
    pub whole: usize,
    /// The line of the last row when it is cut off: it is none of `rows`.
    pub torn: Option<usize>,
}

impl<T> Rows<T> {
    /// Says what was left out.
    pub fn warn(&self, path: &Path) {
        if let Some(line) = self.torn {
            let shown = path.display();
            tracing::warn!(
                "{shown}:{line}: the last row is cut off, and is left out; if it is whole, end its line"
            );
        }
    }
}

/// The text of a file, without a byte order mark.
///
/// # Errors
/// When it can't be read, or is no UTF-8.
pub fn read_text(path: &Path) -> io::Result<String> {
    let text = decode(fs::read(path)?);
    text.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Reads the rows of a file.
pub(super) fn read_rows<T: DeserializeOwned>(path: &Path) -> Result<Rows<T>, StoreError> {
    let bytes = fs::read(path).map_err(|source| StoreError::File {
        path: path.to_owned(),
        source,
    })?;
    parse_rows(path, &bytes)
}

/// The rows that the bytes of a file hold.
pub(super) fn parse_rows<T: DeserializeOwned>(
    path: &Path,
    bytes: &[u8],
) -> Result<Rows<T>, StoreError> {
    let refuse = |line, reason| StoreError::BadRow {
        path: path.to_owned(),
        line,
        reason,
    };
    // What is cut off may end inside of a letter, so it goes before the letters are looked at.
    let ended = length_of_ended_rows(bytes);
    let text = decode(bytes[..ended].to_vec()).map_err(|error| StoreError::File {
        path: path.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidData, error),
    })?;
    let mark = ended - text.len();
    let mut lines = LineNumbers::new(&text);
    let separator = separator(&text);
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .from_reader(text.as_bytes());
    // The text is UTF-8 and in memory, and rows may be of any length: nothing is left to fail.
    let broken = |error: csv::Error| refuse(1, error.to_string());
    let header = reader.headers().map_err(broken)?.clone();
    let mut found = Rows {
        rows: Vec::new(),
        whole: ended,
        torn: None,
    };
    // A short row is a torn one as long as no other follows.
    let mut short: Option<(usize, usize, usize)> = None;
    let mut row = StringRecord::new();
    while reader.read_record(&mut row).map_err(broken)? {
        if row.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        if let Some((_, line, fields)) = short {
            return Err(refuse(line, wrong_length(fields, header.len())));
        }
        let (start, line) = lines.of(&row);
        if row.len() < header.len() {
            short = Some((start, line, row.len()));
            continue;
        }
        if row.iter().skip(header.len()).any(|field| !field.is_empty()) {
            return Err(refuse(line, wrong_length(row.len(), header.len())));
        }
        let value = value_of(&row, &header).map_err(|reason| refuse(line, reason))?;
        found.rows.push((line, value));
    }
    if let Some((start, line, _)) = short {
        (found.whole, found.torn) = (mark + start, Some(line));
    } else if !is_blank(&bytes[ended..], separator) {
        found.torn = Some(1 + text.matches('\n').count());
    }
    Ok(found)
}

fn is_blank(row: &[u8], separator: u8) -> bool {
    (row.iter()).all(|&byte| byte == separator || byte.is_ascii_whitespace())
}

fn wrong_length(fields: usize, wanted: usize) -> String {
    format!("the row has {fields} fields, and the header {wanted}")
}

/// The length of the rows that end in a line end, which inside quotes is none.
fn length_of_ended_rows(bytes: &[u8]) -> usize {
    let mut quoted = false;
    let mut ended = 0;
    for (place, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => ended = place + 1,
            _ => {}
        }
    }
    if bytes.starts_with(BYTE_ORDER_MARK) {
        ended.max(BYTE_ORDER_MARK.len())
    } else {
        ended
    }
}

/// What the first row is separated by: a comma, unless something else is there more often.
fn separator(text: &str) -> u8 {
    let header = text.trim_start().lines().next().unwrap_or_default();
    let count = |sign: &u8| header.bytes().filter(|byte| byte == sign).count();
    // Of several that are as frequent the last one is taken.
    let signs = [b'\t', b';', b','];
    signs.into_iter().max_by_key(count).unwrap_or(b',')
}

/// Lines as an editor counts them. (The CSV reader's own count is that of the row before.)
struct LineNumbers<'a> {
    text: &'a str,
    /// Up to where they are counted.
    start: usize,
    line: usize,
}

impl<'a> LineNumbers<'a> {
    fn new(text: &'a str) -> Self {
        LineNumbers {
            text,
            start: 0,
            line: 1,
        }
    }

    /// Where a row begins, and in which line. Rows come in their order.
    fn of(&mut self, row: &StringRecord) -> (usize, usize) {
        let place = row.position().map_or(0, |place| place.byte() as usize);
        // Empty lines before a row count as a part of it.
        let rest = &self.text[place..];
        let start = place + (rest.len() - rest.trim_start_matches(['\r', '\n']).len());
        self.line += self.text[self.start..start].matches('\n').count();
        self.start = start;
        (start, self.line)
    }
}

/// A row as a value, or which column is wrong and why.
fn value_of<T: DeserializeOwned>(row: &StringRecord, header: &StringRecord) -> Result<T, String> {
    let fields = header.iter().zip(row.iter().map(Field));
    let row = MapDeserializer::<_, value::Error>::new(fields);
    serde_path_to_error::deserialize(row).map_err(|error| match error.path().to_string() {
        // Of the row as a whole: a column is missing.
        path if path == "." => error.inner().to_string().replace("field", "column"),
        column => format!("{column}: {}", error.inner()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Row {
        name: String,
        size: u32,
        #[serde(default)]
        share: Option<f64>,
    }

    fn row(name: &str, size: u32, share: Option<f64>) -> Row {
        Row {
            name: name.to_owned(),
            size,
            share,
        }
    }

    fn read(text: &str) -> Rows<Row> {
        parse_rows(Path::new("x.csv"), text.as_bytes()).unwrap()
    }

    fn refused(text: &str) -> String {
        let rows = parse_rows::<Row>(Path::new("x.csv"), text.as_bytes());
        rows.unwrap_err().to_string()
    }

    #[test]
    fn rows_are_the_same_whatever_program_has_saved_them() {
        let wanted = [(2, row("a", 1, Some(0.5))), (3, row("b, c", 2, None))];
        for text in [
            "name,size,share\na,1,0.5\n\"b, c\",2,\n",
            "\u{feff}name,size,share\r\na,1,0.5\r\n\"b, c\",2,\r\n",
            "name;size;share\na;1;0.5\nb, c;2;\n",
            "name;size;share\na;1;0,5\nb, c;2;\n",
            "name\tsize\tshare\na\t1\t0.5\nb, c\t2\t\n",
        ] {
            let found = read(text);
            assert_eq!(found.rows, wanted, "{text}");
            assert_eq!((found.torn, found.whole), (None, text.len()), "{text}");
        }
    }

    #[test]
    fn blank_rows_pass_and_lines_are_those_of_an_editor() {
        let found = read("name,size,share\r\n\r\n,,\r\n\"a\nb\",1,\r\n \r\nc,2,,\r\n,,\n,,");
        assert_eq!(
            found.rows,
            [(4, row("a\nb", 1, None)), (7, row("c", 2, None))]
        );
        assert_eq!(found.torn, None);
    }

    #[test]
    fn a_last_row_that_is_cut_off_is_left_out_wherever_it_was_cut() {
        let whole = "\u{feff}name,size,share\na,1,\n";
        let last = "\"d\n\u{e4}, e\",22,0.5\n";
        let text = format!("{whole}{last}");
        for length in whole.len() + 1..text.len() {
            let bytes = &text.as_bytes()[..length];
            let found = parse_rows::<Row>(Path::new("x.csv"), bytes).unwrap();
            assert_eq!(found.rows, [(2, row("a", 1, None))], "{length}");
            assert_eq!((found.torn, found.whole), (Some(3), whole.len()));
        }
        // An editor has ended its line since.
        let found = read(&format!("{whole}b,1\n\n"));
        assert_eq!((found.torn, found.whole), (Some(3), whole.len()));
    }

    #[test]
    fn errors_name_the_file_the_line_and_the_column() {
        insta::assert_snapshot!(refused("name,size\n\na,x\n"), @"x.csv:3: size: 'x' is no whole number that this column can hold");
        insta::assert_snapshot!(refused("name,size\na,1\nb,\n"), @"x.csv:3: size: '' is no whole number that this column can hold");
        insta::assert_snapshot!(refused("name,share\na,1\n"), @"x.csv:2: missing column `size`");
        insta::assert_snapshot!(refused("name,size\na\nb,1\n"), @"x.csv:2: the row has 1 fields, and the header 2");
        insta::assert_snapshot!(refused("name,size\na,1,2\n"), @"x.csv:2: the row has 3 fields, and the header 2");
        let rows = parse_rows::<Row>(Path::new("x.csv"), b"name,size\n\xE4,1\n");
        insta::assert_snapshot!(rows.unwrap_err(), @"x.csv: line 2 is not UTF-8; save it as UTF-8");
    }
}
