use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::error::UsageError;
use crate::clock;
use crate::harness::Environment;
use crate::record::TrialWriter;

/// A folder of results: `trials.csv`, `environment.json`, and what is drawn from them.
#[derive(Debug)]
pub(super) struct ResultsFolder {
    path: PathBuf,
}

impl ResultsFolder {
    /// The folder that a person names, or a fresh dated one under `results/`.
    ///
    /// # Errors
    /// When it holds results already (nothing is ever overwritten), or can't be written to.
    pub(super) fn create(named: Option<&Path>, what: &str) -> Result<Self, UsageError> {
        let path = match named {
            Some(path) => path.to_owned(),
            None => Path::new("results").join(format!("{}-{what}", clock::folder_stamp())),
        };
        let shown = path.display();
        fs::create_dir_all(&path).map_err(|error| {
            UsageError::new(format!(
                "{shown} can't be made: {error}; name another with -o"
            ))
        })?;
        let folder = ResultsFolder { path };
        if folder.trials().exists() {
            return Err(UsageError::new(format!(
                "{} holds results already, which are never overwritten; name another folder with -o",
                folder.path.display()
            )));
        }
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn trials(&self) -> PathBuf {
        self.path.join("trials.csv")
    }

    /// Opens `trials.csv` and writes `environment.json`.
    pub(super) fn begin(&self, environment: &Environment) -> anyhow::Result<TrialWriter> {
        let rows = TrialWriter::create(&self.trials())
            .map_err(|error| UsageError::new(format!("{error}; name another folder with -o")))?;
        let path = self.path.join("environment.json");
        let mut text = serde_json::to_string_pretty(environment)?;
        text.push('\n');
        fs::write(&path, text).with_context(|| path.display().to_string())?;
        Ok(rows)
    }
}
