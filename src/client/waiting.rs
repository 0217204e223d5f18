//! A client that has not found its server yet.

use std::time::Duration;

use super::ClientError;
use crate::clock::{self, Tick};

/// How long a server may take to be found before a person is told what is waited for.
const SILENCE: Duration = Duration::from_secs(2);

/// The wait for a server, from the start until it is found.
pub(super) struct Waiting {
    server: String,
    since: Tick,
    limit: Option<Duration>,
    is_told: bool,
}

impl Waiting {
    pub(super) fn new(server: &str, limit: Option<Duration>) -> Self {
        Waiting {
            server: server.to_owned(),
            since: clock::now(),
            limit,
            is_told: false,
        }
    }

    /// How long until there is something to say.
    pub(super) fn left(&self) -> Option<Duration> {
        let silence = (!self.is_told).then_some(SILENCE);
        let next = silence.into_iter().chain(self.limit).min()?;
        Some(next.saturating_sub(self.since.elapsed()))
    }

    /// Tells what is waited for, once it is time to.
    ///
    /// # Errors
    /// When it has been waited for as long as it was to be.
    pub(super) fn check(&mut self) -> Result<(), ClientError> {
        let waited = self.since.elapsed();
        if let Some(limit) = self.limit.filter(|&limit| waited >= limit) {
            let server = self.server.clone();
            return Err(ClientError::NotFound { server, limit });
        }
        if waited >= SILENCE && !self.is_told {
            self.is_told = true;
            tracing::warn!(
                "waiting for a server at {}; start one there, or check the address",
                self.server
            );
        }
        Ok(())
    }
}
