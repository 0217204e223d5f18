//! What on this machine will disturb a measurement: judges an [`Environment`], and looks at
//! nothing else.

mod checks;
mod warning;

pub use warning::Warning;

use std::fmt;

use super::Environment;

/// How a finding is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// It disturbs nothing.
    Good,
    /// The system does not tell.
    Unknown,
    /// Figures are less sure for it.
    Warn,
    /// Figures should not be published.
    Bad,
}

impl Grade {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Grade::Good => "good",
            Grade::Unknown => "unknown",
            Grade::Warn => "warn",
            Grade::Bad => "bad",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What was looked at.
    pub check: &'static str,
    /// How it is to be taken.
    pub grade: Grade,
    /// What was seen, in human units; empty when it is unknown.
    pub value: String,
    /// What is wrong, and the remedy.
    pub warning: Option<Warning>,
}

/// Looks at everything that an environment tells. What has not been measured yet (the calibration,
/// the time during the measurement) is left out.
pub fn examine(environment: &Environment) -> Vec<Finding> {
    let mut findings = checks::of_machine(environment);
    if environment.ended_at.is_some() {
        findings.extend(checks::of_measurement(environment));
    }
    if let Some(calibration) = &environment.calibration {
        findings.extend(checks::of_calibration(calibration));
    }
    findings.extend(checks::of_program(environment));
    findings
}

/// The texts of all warnings, the worst first.
pub(super) fn warnings(environment: &Environment) -> Vec<String> {
    let mut findings = examine(environment);
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.grade));
    let warnings = findings.into_iter().filter_map(|finding| finding.warning);
    warnings.map(|warning| warning.to_string()).collect()
}

#[cfg(test)]
mod tests;
