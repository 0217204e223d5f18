//! The experiments that a person names, and where they are found.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::UsageError;
use super::input::read;
use crate::spec::{CATALOGUE, Definition, InputSpec, did_you_mean, named};

/// One experiment of a sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExperimentRequest {
    /// Its name.
    pub name: String,
    /// Where relative paths of its input count from.
    pub folder: PathBuf,
    /// A hash of its commands and table, 16 hexadecimal digits.
    pub input_digest: String,
    /// Its definition.
    pub definition: Definition,
}

impl ExperimentRequest {
    /// An experiment whose input is yet to be read.
    pub(super) fn new(name: &str, folder: PathBuf, definition: Definition) -> ExperimentRequest {
        ExperimentRequest {
            name: name.to_owned(),
            folder,
            input_digest: String::new(),
            definition,
        }
    }

    /// Takes files for the input instead of what the experiment says. Its total is then another.
    pub(super) fn take_input(&mut self, mut input: InputSpec) -> Result<(), UsageError> {
        for path in [&mut input.commands, &mut input.table]
            .into_iter()
            .flatten()
        {
            *path = std::path::absolute(&*path).map_err(UsageError::new)?;
        }
        self.definition.input = input;
        self.definition.expected_sum = None;
        Ok(())
    }
}

/// The names of those that come with the program.
pub(super) fn names() -> Vec<&'static str> {
    CATALOGUE.iter().map(|experiment| experiment.name).collect()
}

/// The experiment that comes with the program, or the file, that a word stands for.
pub(super) fn find(text: &str) -> Result<ExperimentRequest, UsageError> {
    if let Some(experiment) = named(text) {
        let definition = Definition::parse(text, experiment.text).map_err(UsageError::new)?;
        return Ok(ExperimentRequest::new(text, PathBuf::new(), definition));
    }
    let path = Path::new(text);
    let looks_like_a_file = text.ends_with(".toml") || text.contains('/') || path.is_file();
    if !looks_like_a_file {
        let hint = did_you_mean(text, names());
        return Err(UsageError::new(format!(
            "no experiment is named '{text}'{hint} (a file's name ends in .toml)"
        )));
    }
    let definition = Definition::parse(text, &read(path)?).map_err(UsageError::new)?;
    let whole = std::path::absolute(path).map_err(UsageError::new)?;
    let folder = whole.parent().unwrap_or(Path::new("")).to_owned();
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    Ok(ExperimentRequest::new(&name, folder, definition))
}
