//! What counts as good enough, from the command line.

use std::path::Path;
use std::time::Duration;

use bytesize::ByteSize;
use clap::Args;
use serde_json::Value;

use super::error::UsageError;
use super::quantity::{duration, share};
use super::results::environment_beside;
use crate::report::recommend::{CostKind, Question, Terms};

/// What is good enough, cheap, and allowed.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "What is good enough")]
pub(super) struct TermsArgs {
    /// How much longer than the fastest it may take
    #[arg(long, value_name = "SHARE", default_value = "5%", value_parser = share)]
    within: f64,

    /// What is to be small
    #[arg(long, value_enum, default_value_t)]
    cost: CostKind,

    /// Takes none with more memory than this, like 2GiB
    #[arg(long, value_name = "SIZE")]
    max_memory: Option<ByteSize>,

    /// Takes none with more processes
    #[arg(long, value_name = "N")]
    pub(super) max_processes: Option<u32>,

    /// Takes none with more threads in a process
    #[arg(long, value_name = "M")]
    pub(super) max_threads: Option<u32>,

    /// Takes the cheapest whose p99 batch latency is at most this, like 200ms
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    p99: Option<Duration>,
}

impl TermsArgs {
    /// With the noise that the machine of a `trials.csv` had, if the file beside it tells.
    ///
    /// # Errors
    /// A usage error that names that file, when it can't be read.
    pub(super) fn terms(&self, trials: &Path) -> Result<Terms, UsageError> {
        let terms = Terms {
            within: self.within,
            cost: self.cost,
            max_memory_kib: self.max_memory.map(|size| size.as_u64() / 1024),
            max_processes: self.max_processes,
            max_threads: self.max_threads,
            p99_s: self.p99.map(|p99| p99.as_secs_f64()),
            ..Terms::default()
        };
        Ok(terms.with_loop_spread(loop_spread(environment_beside(trials)?.as_ref())))
    }
}

/// What is good enough when nobody says, with the noise of the machine that an `environment.json`
/// tells of.
pub(super) fn usual_terms(environment: Option<&Value>) -> Terms {
    Terms::default().with_loop_spread(loop_spread(environment))
}

/// How much the loops of the calibration scattered, see [`Terms::with_loop_spread`].
fn loop_spread(environment: Option<&Value>) -> Option<f64> {
    environment?["calibration"]["loop_spread"].as_f64()
}

/// Warns in one line of medians that may be unstable, and says what lists them.
pub(super) fn say_warnings_in_short(questions: &[Question<'_>], trials: &Path) {
    let unstable: usize = questions.iter().map(Question::unstable).sum();
    let all: usize = questions.iter().map(Question::configurations).sum();
    if unstable > 0 {
        let verb = if unstable == 1 { "is" } else { "are" };
        tracing::warn!(
            "{unstable} of {all} configurations {verb} unstable: mpmt recommend --warnings {}",
            trials.display()
        );
    }
}
