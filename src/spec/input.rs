//! Which commands and table an experiment is about.

use std::net::Ipv4Addr;
use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize};

use super::{Generator, ResponseSpan, WaitSpan};

/// The `[input]` of an experiment: a table that is generated, or files; by default the 512 commands
/// that come with the program.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InputSpec {
    /// Commands to generate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The first address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Ipv4Addr>,
    /// The response of each: a value, or a range to draw it from.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "number_or_text"
    )]
    pub response: Option<String>,
    /// The wait of each: a value, or a range to draw it from.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "number_or_text"
    )]
    pub wait: Option<String>,
    /// The seed of the draws.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// A commands file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commands: Option<PathBuf>,
    /// A table file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<PathBuf>,
}

/// Where commands and table come from.
#[derive(Clone, Debug)]
pub enum InputSource {
    /// Files; what is not named is the one that comes with the program.
    Files {
        /// The commands file.
        commands: Option<PathBuf>,
        /// The table file.
        table: Option<PathBuf>,
    },
    /// Entries to generate; the commands are theirs, in order.
    Generated(Generator),
}

/// Commands that are generated when nothing is said of their number.
const DEFAULT_COUNT: u64 = 512;
const DEFAULT_BASE: Ipv4Addr = Ipv4Addr::new(137, 72, 95, 0);

impl InputSpec {
    /// Where the input comes from.
    ///
    /// # Errors
    /// With the key, and what is wrong with its value.
    pub fn source(&self) -> Result<InputSource, (&'static str, String)> {
        let generates = self.count.is_some()
            || self.base.is_some()
            || self.response.is_some()
            || self.wait.is_some()
            || self.seed.is_some();
        if !generates {
            return Ok(InputSource::Files {
                commands: self.commands.clone(),
                table: self.table.clone(),
            });
        }
        if self.commands.is_some() || self.table.is_some() {
            let reason = "files and a generated table exclude each other; leave out commands and table, or count, base, response, wait and seed";
            return Err(("input", reason.to_owned()));
        }
        Ok(InputSource::Generated(self.generator()?))
    }

    fn generator(&self) -> Result<Generator, (&'static str, String)> {
        let response: ResponseSpan = (self.response.as_deref().unwrap_or("1").parse())
            .map_err(|error| ("input.response", format!("{error}")))?;
        let wait: WaitSpan = (self.wait.as_deref().unwrap_or("1").parse())
            .map_err(|error| ("input.wait", format!("{error}")))?;
        Generator::new(
            self.count.unwrap_or(DEFAULT_COUNT),
            self.base.unwrap_or(DEFAULT_BASE),
            response,
            wait,
            self.seed.unwrap_or(1),
        )
        .map_err(|error| ("input", error.to_string()))
    }
}

fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(
        untagged,
        expecting = "a number, or a text such as \"1..5\" or \"20ms\""
    )]
    enum Form {
        Integer(i64),
        Number(f64),
        Text(String),
    }
    Ok(Some(match Form::deserialize(deserializer)? {
        Form::Integer(number) => number.to_string(),
        Form::Number(number) => number.to_string(),
        Form::Text(text) => text,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Result<InputSource, (&'static str, String)> {
        toml::from_str::<InputSpec>(text).unwrap().source()
    }

    #[test]
    fn the_default_is_what_comes_with_the_program() {
        let files = source("").unwrap();
        assert!(matches!(
            files,
            InputSource::Files {
                commands: None,
                table: None
            }
        ));
    }

    #[test]
    fn a_table_is_generated_as_asked() {
        let InputSource::Generated(generator) =
            source("count = 4\nresponse = 3\nwait = 0.02").unwrap()
        else {
            panic!("it is generated");
        };
        let lines: Vec<String> = generator.map(|entry| entry.to_string()).collect();
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[0], "137.72.95.0:foo:3:0.02");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_key() {
        assert_eq!(source("count = 0").unwrap_err().0, "input");
        assert_eq!(source("wait = \"2..1\"").unwrap_err().0, "input.wait");
        assert_eq!(source("response = 1.5").unwrap_err().0, "input.response");
        assert_eq!(source("count = 1\ntable = \"x\"").unwrap_err().0, "input");
    }
}
