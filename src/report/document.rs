//! Tables with words around them.

use std::io::{self, Write};

use super::{ForPrograms, Format, HeatMap, Printed, Style, Table};

/// Tables with words around them for people, and rows for programs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// What `table` and `markdown` show, from top to bottom.
    pub for_people: Vec<Block>,
    /// What `csv` and `json` hold.
    pub for_programs: ForPrograms,
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// What follows is about this.
    Heading(String),
    /// Sentences.
    Words(String),
    /// A line to type into a shell.
    Command(String),
    /// A table.
    Table(Table),
    /// A picture that a terminal gets where it is wide enough, and nothing else does.
    Map(HeatMap),
}

impl Printed for Document {
    fn write(&self, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Csv => self.for_programs.write_csv(out),
            Format::Json => self.for_programs.write_json(out),
            Format::Table | Format::Markdown => write_blocks(&self.for_people, format, style, out),
        }
    }
}

/// One block after another, an empty line between two.
pub(super) fn write_blocks(
    blocks: &[Block],
    format: Format,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let shown = |block: &&Block| match block {
        Block::Map(map) => format == Format::Table && map.fits(style),
        _ => true,
    };
    for (index, block) in blocks.iter().filter(shown).enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        match (block, format) {
            (Block::Table(table), Format::Markdown) => table.write_markdown(out)?,
            (Block::Table(table), _) => table.write_text(out)?,
            (Block::Map(map), _) => map.write(style, out)?,
            (Block::Heading(text), Format::Markdown) => writeln!(out, "**{text}**")?,
            (Block::Command(line), Format::Markdown) => writeln!(out, "```sh\n{line}\n```")?,
            (Block::Command(line), _) => writeln!(out, "  {line}")?,
            (Block::Heading(text) | Block::Words(text), Format::Table) => {
                write_words(text, style, out)?;
            }
            (Block::Heading(text) | Block::Words(text), _) => writeln!(out, "{text}")?,
        }
    }
    Ok(())
}

/// Sentences, each on a line of its own; where a terminal has a width, on as many as it takes.
fn write_words(text: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match style.width {
        Some(width) => {
            // No line begins with a sign of percent.
            let text = text.replace(" %", "\u{a0}%");
            writeln!(out, "{}", textwrap::fill(&text, usize::from(width)))
        }
        None => writeln!(out, "{text}"),
    }
}
