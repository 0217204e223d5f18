//! What was asked can not be done as asked.

/// What was asked can't be done as asked. `main` ends with exit code 2 when the error that it gets
/// is one of these, and with 1 otherwise.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(String);

impl UsageError {
    /// A usage error of which the text (or the error that it stands for) says what to try.
    pub fn new(reason: impl ToString) -> Self {
        UsageError(reason.to_string())
    }
}
