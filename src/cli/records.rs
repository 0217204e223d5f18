//! What charts and pages are made from: a `trials.csv`, and what lies beside it.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use super::error::UsageError;
use super::results::{environment_beside, trials_file};
use crate::chart::Trace;
use crate::harness::Environment;
use crate::record::{Filter, Trial, read_trace, read_trials};

/// Which records.
#[derive(Args, Clone, Debug)]
pub(super) struct RecordsArgs {
    /// A trials.csv, or its folder
    #[arg(value_name = "TRIALS.csv")]
    trials: PathBuf,

    /// Only the trials that meet all terms, like 'workload=io processes>=4'; a word alone is part of
    /// the configuration's or the experiment's name
    #[arg(
        long,
        value_name = "FILTER",
        default_value = "",
        hide_default_value = true
    )]
    only: Filter,

    /// More traces to draw timelines of, beside the trace.csv next to TRIALS.csv
    #[arg(long, value_name = "TRACE.csv")]
    trace: Vec<PathBuf>,
}

/// All that was recorded of a measurement.
#[derive(Debug)]
pub(super) struct Recorded {
    /// The rows that the filter takes.
    pub trials: Vec<Trial>,
    /// What threads did.
    pub traces: Vec<Trace>,
    /// `environment.json`, if it is there.
    pub environment: Option<Value>,
    /// The machine, date and revision in a line.
    pub source: String,
    /// The folder of the CSV.
    pub folder: PathBuf,
}

impl RecordsArgs {
    /// The file that was named.
    pub(super) fn path(&self) -> PathBuf {
        trials_file(self.trials.clone())
    }

    /// Reads them.
    ///
    /// # Errors
    /// A usage error that names the file or the term that can't be read.
    pub(super) fn read(&self) -> Result<Recorded, UsageError> {
        let (file, only) = (self.path(), &self.only);
        let mut recorded = Recorded::read(&file, &self.trace)?;
        let all = recorded.trials.len();
        recorded.trials = only.choose(recorded.trials).map_err(UsageError::new)?;
        if recorded.trials.is_empty() && all > 0 {
            let shown = file.display();
            return Err(UsageError::new(format!(
                "none of the {all} trials of {shown} meets '{only}'"
            )));
        }
        Ok(recorded)
    }
}

impl Recorded {
    /// The trials of a file, and what lies beside it.
    ///
    /// # Errors
    /// A usage error that names the file that can't be read.
    pub(super) fn read(file: &Path, more_traces: &[PathBuf]) -> Result<Self, UsageError> {
        let trials = read_trials(file).map_err(UsageError::new)?;
        let own = file.with_file_name("trace.csv");
        let own = own.exists().then_some(own);
        let traces = (own.iter().chain(more_traces))
            .map(|path| trace(path, file, &trials))
            .collect::<Result<_, _>>()?;
        let environment = environment_beside(file)?;
        let known = environment
            .clone()
            .map(serde_json::from_value::<Environment>);
        let source = match known {
            Some(Ok(environment)) => environment.source_line(),
            _ => "machine and date not recorded".to_owned(),
        };
        Ok(Recorded {
            trials,
            traces,
            environment,
            source,
            folder: file.parent().unwrap_or(Path::new("")).to_owned(),
        })
    }
}

/// A trace, named after the last trial beside it: that is the one it tells of.
fn trace(path: &Path, file: &Path, trials: &[Trial]) -> Result<Trace, UsageError> {
    let rows = read_trace(path).map_err(UsageError::new)?;
    let beside = path.with_file_name("trials.csv");
    let last = if beside == file {
        trials.last().cloned()
    } else {
        read_trials(&beside)
            .ok()
            .and_then(|trials| trials.last().cloned())
    };
    let name = match last {
        Some(trial) => format!("{}, {}", trial.label, trial.dispatch),
        None => path.display().to_string(),
    };
    Ok(Trace { name, rows })
}
