//! What the memory for commands that wait is promised to. Knows no socket.

// What comes from people and peers is not to overflow.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

use super::terms::Terms;
use crate::wire::control::Hello;

/// Commands in a batch, at the most.
pub(super) const MOST_COMMANDS: u64 = 100_000;

/// The number of a batch has 62 bits of its id.
const MOST_BATCHES: u64 = 1 << 62;

/// What a session may hold. An honest one stays far below: batches and acknowledgements travel on
/// different sockets, so what the server counts may for a moment be more than what it granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quota {
    /// Batches that may be out, as the client is told.
    pub(super) window: u64,
    /// Commands that may be.
    commands: u64,
}

impl Quota {
    /// Batches and commands by which what is granted may be exceeded, beside once what it is.
    const SLACK: u64 = 4096;

    /// Whether a session that holds so much, and sends more, does not keep to what it was granted.
    pub(super) fn is_exceeded(&self, batches: u64, commands: u64) -> bool {
        let most = |granted: u64| granted.saturating_mul(2).saturating_add(Self::SLACK);
        batches > most(self.window) || commands > most(self.commands)
    }
}

/// The commands that may wait in the server, and how many are not promised to any session yet.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    left: u64,
}

impl Budget {
    pub(super) fn new(commands: u64) -> Self {
        Budget { left: commands }
    }

    /// What a client can be granted, by what it says that it brings: all that it can make use of,
    /// but at most half of what is left, so that there is always some for the next one.
    ///
    /// # Errors
    /// When its claims can't be true, or not even one of its batches has a place.
    pub(super) fn quota(&self, hello: &Hello, terms: &Terms) -> Result<Quota, String> {
        let (batches, commands) = (hello.batches, hello.commands);
        if batches > MOST_BATCHES {
            return Err(format!(
                "you announce {batches} batches; nobody can number so many"
            ));
        }
        if commands.div_ceil(batches.max(1)) > MOST_COMMANDS {
            return Err(format!(
                "you announce {commands} commands in {batches} batches; a batch has at most \
                 {MOST_COMMANDS} commands"
            ));
        }
        // All batches but the last one have the same size.
        let apart = (commands.saturating_sub(1)).checked_div(batches.saturating_sub(1));
        let largest = apart.unwrap_or(commands);
        let largest = largest.clamp(1, MOST_COMMANDS);
        let wanted = commands.min(terms.window.saturating_mul(largest)).max(1);
        let granted = wanted.min(self.left / 2).max(largest.min(wanted));
        if granted > self.left {
            return Err(format!(
                "the places of all {} commands that this server keeps (--max-commands) are \
                 promised to other clients; try again later, or make batches smaller",
                terms.max_commands
            ));
        }
        let window = if granted == wanted {
            terms.window
        } else {
            granted.checked_div(largest).unwrap_or(1).max(1)
        };
        Ok(Quota {
            window,
            commands: granted,
        })
    }

    /// A session begins.
    pub(super) fn promise(&mut self, quota: &Quota) {
        self.left = self.left.saturating_sub(quota.commands);
    }

    /// A session is over.
    pub(super) fn give_back(&mut self, quota: &Quota) {
        self.left = self.left.saturating_add(quota.commands);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::SessionKey;
    use crate::wire::control::JobRequest;
    use proptest::prelude::*;

    fn terms(max_commands: u64) -> Terms {
        Terms {
            max_threads: 1,
            window: 4096,
            max_clients: 1024,
            allow_remote: false,
            max_loops: 1,
            max_batch_wait: Duration::MAX,
            max_commands,
        }
    }

    fn hello(batches: u64, commands: u64) -> Hello {
        Hello {
            version: 0,
            session: SessionKey::with_control(1),
            batches,
            commands,
            results: String::new(),
            job_request: JobRequest::default(),
            secret: None,
        }
    }

    /// Batches of so many commands.
    fn of(commands: u64, batch: u64) -> Hello {
        hello(commands.div_ceil(batch), commands)
    }

    #[test]
    fn a_grant_as_large_as_numbers_are_is_not_exceeded() {
        let all = Quota {
            window: u64::MAX,
            commands: u64::MAX,
        };
        assert!(!all.is_exceeded(u64::MAX, u64::MAX));
    }

    #[test]
    fn a_thousand_clients_of_the_usual_size_have_the_whole_window() {
        let terms = terms(Terms::MAX_COMMANDS);
        let mut budget = Budget::new(terms.max_commands);
        for _ in 0..terms.max_clients {
            let quota = budget.quota(&of(512, 16), &terms).unwrap();
            assert_eq!(quota.window, terms.window);
            budget.promise(&quota);
        }
    }

    #[test]
    fn large_batches_have_a_smaller_window() {
        let terms = terms(Terms::MAX_COMMANDS);
        let budget = Budget::new(terms.max_commands);
        let quota = budget
            .quota(&of(1_000_000_000, MOST_COMMANDS), &terms)
            .unwrap();
        assert_eq!(quota.window, terms.max_commands / 2 / MOST_COMMANDS);
        let one = budget
            .quota(&of(MOST_COMMANDS, MOST_COMMANDS), &terms)
            .unwrap();
        assert_eq!(one.window, terms.window);
    }

    #[test]
    fn claims_that_can_not_be_true_are_errors() {
        let terms = terms(Terms::MAX_COMMANDS);
        let budget = Budget::new(terms.max_commands);
        for claim in [hello(u64::MAX, 1), hello(1, u64::MAX), hello(0, u64::MAX)] {
            assert!(budget.quota(&claim, &terms).is_err());
        }
        assert!(budget.quota(&hello(0, 0), &terms).is_ok());
    }

    proptest! {
        #[test]
        fn no_more_is_promised_than_there_is_and_who_is_granted_can_keep_to_it(
            most in 1_u64..10_000,
            clients in prop::collection::vec((0_u64..100_000, 1_u64..2000, any::<bool>()), 0..100),
        ) {
            let terms = terms(most);
            let mut budget = Budget::new(most);
            let mut promised: Vec<Quota> = Vec::new();
            for (commands, batch, leaves) in clients {
                if leaves && let Some(quota) = promised.pop() {
                    budget.give_back(&quota);
                }
                let Ok(quota) = budget.quota(&of(commands, batch), &terms) else { continue };
                // It fills its window with whole batches, and is not taken for one who exceeds it.
                let out = quota.window.min(commands.div_ceil(batch));
                prop_assert!(quota.window >= 1);
                prop_assert!(!quota.is_exceeded(out, (out * batch).min(commands)));
                prop_assert!(quota.is_exceeded(u64::MAX, 0) && quota.is_exceeded(0, u64::MAX));
                budget.promise(&quota);
                promised.push(quota);
                let sum: u64 = promised.iter().map(|quota| quota.commands).sum();
                prop_assert_eq!(budget.left + sum, most);
            }
        }
    }
}
