//! The tables that a person or a program reads: of one configuration's runs, and of
//! configurations against what is ideal and what was published.
//!
//! What is written on a terminal may have pictures: bars, and maps of cells. How wide it is and whether
//! it has colours is told from above (`Style`).
//!
//! A report has one table for people (few columns, human units) and one for programs (every
//! figure, plain numbers, units in the columns' names).
//!
//! Must not know: how a trial is run. Whatever a table says comes from a record.

mod cell;
pub mod claims;
pub mod columns;
pub mod compare;
mod comparison;
pub mod document;
pub mod environment_diff;
pub mod page;
mod picture;
mod programs;
pub mod recommend;
mod scaling;
mod table;
mod trial_summary;

use std::io::{self, Write};

pub use cell::Cell;
pub use comparison::comparison;
use document::Block;
pub use picture::{Bars, HeatMap, Pictures, Style};
pub use programs::{AnswerRow, AnswerText, Answers, Contrast, ForPrograms};
pub use table::{Align, Column, Table};
pub use trial_summary::trial_summary;

/// How results are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Aligned columns for a terminal.
    #[default]
    Table,
    /// Comma-separated values, raw numbers.
    Csv,
    /// Raw numbers: an array of objects; with answers, an object that holds them and the array.
    Json,
    /// A table for a Markdown page.
    Markdown,
}

/// The same results twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// What `table` and `markdown` show.
    pub for_people: Table,
    /// What `csv` and `json` hold.
    pub for_programs: ForPrograms,
    /// What a terminal gets besides `for_people`.
    pub pictures: Pictures,
    /// What people are told below the table.
    pub answers: Vec<Block>,
}

impl From<Table> for Report {
    /// One table for people and programs alike.
    fn from(table: Table) -> Report {
        Report {
            for_people: table.clone(),
            for_programs: table.into(),
            ..Report::default()
        }
    }
}

/// What can be printed in every format.
pub trait Printed {
    /// Writes it. The style matters to [`Format::Table`] alone.
    ///
    /// # Errors
    /// When `out` refuses it.
    fn write(&self, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()>;
}

impl Printed for Report {
    /// Writes the table that suits the format.
    fn write(&self, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Table => self.pictures.write(&self.for_people, style, out)?,
            Format::Markdown => self.for_people.write_markdown(out)?,
            Format::Csv => return self.for_programs.write_csv(out),
            Format::Json => return self.for_programs.write_json(out),
        }
        if !self.answers.is_empty() {
            writeln!(out)?;
        }
        document::write_blocks(&self.answers, format, style, out)
    }
}

#[cfg(test)]
fn written(report: &impl Printed, format: Format) -> String {
    written_on(report, format, Style::default())
}

#[cfg(test)]
fn written_on(report: &impl Printed, format: Format, style: Style) -> String {
    let mut out = Vec::new();
    report.write(format, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
