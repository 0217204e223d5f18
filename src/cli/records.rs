//! What charts and pages are made from: a `trials.csv`, and what lies beside it.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use super::error::UsageError;
use crate::chart::Trace;
use crate::harness::Environment;
use crate::record::{Filter, Trial, read_trace, read_trials, trials_csv};

/// Which records.
#[derive(Args, Clone, Debug)]
pub(super) struct RecordsArgs {
    /// A trials.csv
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
    /// The same as the text of a CSV.
    pub csv: String,
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
    pub(super) fn path(&self) -> &Path {
        &self.trials
    }

    /// Reads them.
    ///
    /// # Errors
    /// A usage error that names the file or the term that can't be read.
    pub(super) fn read(&self) -> Result<Recorded, UsageError> {
        let whole = Recorded::read(&self.trials, &self.trace)?;
        if self.only == Filter::default() {
            return Ok(whole);
        }
        let all = whole.trials.len();
        let trials = self.only.choose(whole.trials).map_err(UsageError::new)?;
        if trials.is_empty() && all > 0 {
            return Err(UsageError::new(format!(
                "none of the {all} trials of {} meets '{}'",
                self.trials.display(),
                self.only
            )));
        }
        let csv = trials_csv(&trials).map_err(UsageError::new)?;
        Ok(Recorded {
            trials,
            csv,
            ..whole
        })
    }
}

impl Recorded {
    /// The trials of a file, and what lies beside it.
    ///
    /// # Errors
    /// A usage error that names the file that can't be read.
    pub(super) fn read(file: &Path, more_traces: &[PathBuf]) -> Result<Self, UsageError> {
        let trials = read_trials(file).map_err(UsageError::new)?;
        let csv = fs::read_to_string(file)
            .map_err(|error| UsageError::new(format!("{}: {error}", file.display())))?;
        let own = file.with_file_name("trace.csv");
        let own = own.exists().then_some(own);
        let traces = (own.iter().chain(more_traces))
            .map(|path| trace(path))
            .collect::<Result<_, _>>()?;
        let text = fs::read_to_string(file.with_file_name("environment.json"));
        let environment: Option<Value> = text.ok().and_then(|t| serde_json::from_str(&t).ok());
        let known = environment
            .clone()
            .map(serde_json::from_value::<Environment>);
        let source = match known {
            Some(Ok(environment)) => environment.source_line(),
            _ => "machine and date not recorded".to_owned(),
        };
        Ok(Recorded {
            trials,
            csv,
            traces,
            environment,
            source,
            folder: file.parent().unwrap_or(Path::new("")).to_owned(),
        })
    }
}

/// A trace, named after the last trial beside it: that is the one it tells of.
fn trace(path: &Path) -> Result<Trace, UsageError> {
    let rows = read_trace(path).map_err(UsageError::new)?;
    let beside = read_trials(&path.with_file_name("trials.csv")).unwrap_or_default();
    let name = match beside.last() {
        Some(trial) => format!("{}, {}", trial.label, trial.dispatch),
        None => path.display().to_string(),
    };
    Ok(Trace { name, rows })
}
