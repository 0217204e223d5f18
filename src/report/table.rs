//! A table in each format.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, TableStyle};
use serde::{Serialize, Serializer};
use unicode_width::UnicodeWidthStr as _;

use super::Cell;

/// On which side a column's values stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Figures.
    Right,
}

/// The head of a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its title; for programs a name with the unit in it, such as `makespan_s`.
    pub title: String,
    /// Where its values stand.
    pub align: Align,
}

/// A column, and what fills it from an item.
pub(super) type Filled<T> = (Column, fn(&T) -> Cell);

/// Letters between two columns: the padding of the left one, and a rule that is not drawn.
pub(super) const GAP: usize = 3;

/// Rows of cells under titles. Each row has a cell for each column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// From left to right.
    pub columns: Vec<Column>,
    /// From top to bottom.
    pub rows: Vec<Vec<Cell>>,
}

impl Column {
    /// A column of words.
    pub fn left(title: impl Into<String>) -> Self {
        Column {
            title: title.into(),
            align: Align::Left,
        }
    }

    /// A column of figures.
    pub fn right(title: impl Into<String>) -> Self {
        Column {
            title: title.into(),
            align: Align::Right,
        }
    }
}

impl Table {
    /// A table of these columns with a row for each item, one function for each column.
    pub(super) fn of<T>(items: &[T], columns: Vec<Filled<T>>) -> Self {
        let row = |item| columns.iter().map(|(_, cell)| cell(item)).collect();
        let rows = items.iter().map(row).collect();
        let columns = columns.into_iter().map(|(column, _)| column).collect();
        Table { columns, rows }
    }

    /// Aligned columns under a rule, in human units.
    ///
    /// # Errors
    /// When `out` refuses it.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let rule = LineStyle::none().fill('─').junction('─');
        let mut table = comfy_table::Table::new();
        table
            .load_style(TableStyle::new().header_separator(rule))
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_header(self.columns.iter().map(|column| column.title.as_str()));
        for row in &self.rows {
            table.add_row(row.iter().map(Cell::to_string));
        }
        let last = self.columns.len().saturating_sub(1);
        for (index, column) in table.column_iter_mut().enumerate() {
            let padding = if index == last { 0 } else { GAP as u16 - 1 };
            column.set_padding((0, padding));
            if self.columns[index].align == Align::Right {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        writeln!(out, "{}", table.trim_fmt())
    }

    /// A table for a Markdown page, in human units.
    ///
    /// # Errors
    /// When `out` refuses it.
    pub fn write_markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        let titles = self.columns.iter().map(|column| markdown(&column.title));
        write_piped(out, titles)?;
        let rules = self.columns.iter().map(|column| match column.align {
            Align::Left => "---".to_owned(),
            Align::Right => "---:".to_owned(),
        });
        write_piped(out, rules)?;
        for row in &self.rows {
            write_piped(out, row.iter().map(|cell| markdown(&cell.to_string())))?;
        }
        Ok(())
    }

    /// Comma-separated plain values under a line of titles.
    ///
    /// # Errors
    /// When `out` refuses it.
    pub fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut rows = csv::WriterBuilder::new()
            .has_headers(false)
            .from_writer(out);
        rows.write_record(self.columns.iter().map(|column| &column.title))?;
        for row in &self.rows {
            rows.serialize(row)?;
        }
        rows.flush()
    }

    /// This table with the columns of another one of as many rows to its right.
    #[must_use]
    pub fn beside(mut self, other: Table) -> Table {
        self.columns.extend(other.columns);
        for (row, cells) in self.rows.iter_mut().zip(other.rows) {
            row.extend(cells);
        }
        self
    }
}

impl Serialize for Table {
    /// An array of one object for each row, with plain values under the columns' titles.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let object = |cells| Object {
            columns: &self.columns,
            cells,
        };
        serializer.collect_seq(self.rows.iter().map(object))
    }
}

/// A row as an object whose keys keep the columns' order.
struct Object<'a> {
    columns: &'a [Column],
    cells: &'a Vec<Cell>,
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let titles = self.columns.iter().map(|column| &column.title);
        serializer.collect_map(titles.zip(self.cells))
    }
}

fn write_piped(out: &mut dyn Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    let cells: Vec<String> = cells.collect();
    writeln!(out, "| {} |", cells.join(" | "))
}

/// A text that Markdown takes as it is.
fn markdown(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('|', "\\|")
        .replace('<', "&lt;")
}

impl Table {
    /// The columns that its text takes on a terminal.
    pub(super) fn width(&self) -> usize {
        let gaps = GAP * self.columns.len().saturating_sub(1);
        let widest = |(index, column): (usize, &Column)| {
            let cells = self.rows.iter().filter_map(|row| row.get(index));
            let widths = cells.map(|cell| cell.to_string().width());
            widths.max().unwrap_or(0).max(column.title.width())
        };
        gaps + (self.columns.iter().enumerate()).map(widest).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::ForPrograms;

    fn sample() -> Table {
        let row =
            |name: &str, seconds: f64| vec![Cell::Text(name.to_owned()), Cell::Seconds(seconds)];
        Table {
            columns: vec![Column::left("what"), Column::right("makespan_s")],
            rows: vec![
                row("a|b, \"c\"", 1.0521),
                row("second", 32.0),
                vec![Cell::Empty; 2],
            ],
        }
    }

    fn written(write: impl Fn(&Table, &mut dyn Write) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&sample(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_terminal_gets_aligned_columns() {
        insta::assert_snapshot!(written(|table, out| table.write_text(out)), @r#"
        what       makespan_s
        ─────────────────────
        a|b, "c"      1.052 s
        second        32.00 s
        "#);
    }

    #[test]
    fn markdown_gets_pipes_and_escapes_its_own_signs() {
        insta::assert_snapshot!(written(|table, out| table.write_markdown(out)), @r#"
        | what | makespan_s |
        | --- | ---: |
        | a\|b, "c" | 1.052 s |
        | second | 32.00 s |
        |  |  |
        "#);
    }

    #[test]
    fn csv_gets_plain_values_and_quotes_what_needs_it() {
        insta::assert_snapshot!(written(|table, out| table.write_csv(out)), @r#"
        what,makespan_s
        "a|b, ""c""",1.0521
        second,32.0
        ,
        "#);
    }

    #[test]
    fn json_gets_typed_values_in_the_order_of_the_columns() {
        insta::assert_snapshot!(written(|table, out| ForPrograms::from(table.clone()).write_json(out)), @r#"
        [
          {
            "what": "a|b, \"c\"",
            "makespan_s": 1.0521
          },
          {
            "what": "second",
            "makespan_s": 32.0
          },
          {
            "what": null,
            "makespan_s": null
          }
        ]
        "#);
    }
}
