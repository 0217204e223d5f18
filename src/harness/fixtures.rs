//! What clients were answered, for the tests of what is made of it.

use std::time::Duration;

use crate::client::{ClientOutcome, Ending};
use crate::wire::control::SessionStats;

/// What came of a client that had all 32 answers in 2 s.
pub(super) fn answers(sum: i128, unknown_commands: Option<u64>) -> ClientOutcome {
    ClientOutcome {
        ending: Ending::Complete,
        makespan: Duration::from_secs(2),
        first_result: None,
        latency: None,
        batch_spans: Vec::new(),
        sum,
        results: 32,
        batches: 32,
        duplicates: 0,
        strays: 0,
        failures: Vec::new(),
        grant: None,
        stats: unknown_commands.map(|unknown_commands| SessionStats {
            retried: 0,
            unknown_commands,
        }),
    }
}
