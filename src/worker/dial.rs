//! How long, and how often, a client's results address is dialled. Knows no socket and no clock.

use std::time::Duration;

use crate::clock::Tick;
use crate::net::Seen;

/// Results that wait so long for an address where nobody listens, or that answers with something
/// else, wait no more.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client that is stopped says nothing at all: its system takes the connection, and no more.
/// That may be a person who thinks.
const PATIENCE_WITH_THE_SILENT: Duration = Duration::from_secs(60);

/// Who takes a connection and keeps it for so long is silent, not something else.
const SILENCE: Duration = Duration::from_secs(2);

/// The pauses between attempts: libzmq itself would begin anew with its shortest after every
/// connection that was taken.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The attempts to reach a client, until the first handshake. After that it is a peer, however long
/// it is away.
#[derive(Debug)]
pub(super) struct Dial {
    state: State,
    pause: Duration,
    /// Whether the last one who took a connection kept it, saying nothing.
    is_silent: bool,
    /// Since when results have been waiting.
    waiting_since: Option<Tick>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Being connected.
    Calling,
    /// Connected, and the other side has not shaken hands.
    Reached(Tick),
    /// To be tried again then.
    Pausing(Tick),
    Greeted,
    GivenUp,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing.
    Stay,
    /// Close the connection, whatever is at its other end.
    HangUp,
    /// Connect once more.
    Redial,
    /// Tell that nobody takes the results.
    GiveUp,
}

impl Dial {
    pub(super) fn new() -> Self {
        Dial {
            state: State::Calling,
            pause: FIRST_PAUSE,
            is_silent: false,
            waiting_since: None,
        }
    }

    /// Whether results can be sent.
    pub(super) fn is_greeted(&self) -> bool {
        self.state == State::Greeted
    }

    /// Whether results will never be sent.
    pub(super) fn has_given_up(&self) -> bool {
        self.state == State::GivenUp
    }

    /// The address can't even be tried.
    pub(super) fn give_up(&mut self) {
        self.state = State::GivenUp;
    }

    /// Takes in what happened to the connection.
    pub(super) fn see(&mut self, seen: Seen, now: Tick) -> Step {
        match self.state {
            State::Greeted | State::GivenUp | State::Pausing(_) => Step::Stay,
            _ if seen.connected => {
                self.state = State::Greeted;
                Step::Stay
            }
            state if seen.failed || seen.disconnected => {
                self.is_silent =
                    matches!(state, State::Reached(since) if now.since(since) >= SILENCE);
                self.state = State::Pausing(now.after(self.pause));
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
                Step::HangUp
            }
            State::Calling if seen.reached => {
                self.state = State::Reached(now);
                Step::Stay
            }
            State::Calling | State::Reached(_) => Step::Stay,
        }
    }

    /// Time has passed; `waiting` is whether there are results to send.
    pub(super) fn tick(&mut self, waiting: bool, now: Tick) -> Step {
        match (waiting, self.waiting_since) {
            (false, _) => self.waiting_since = None,
            (true, None) => self.waiting_since = Some(now),
            (true, Some(_)) => {}
        }
        match self.state {
            State::Greeted | State::GivenUp => Step::Stay,
            _ if self.gives_up_at().is_some_and(|at| at <= now) => {
                self.state = State::GivenUp;
                Step::GiveUp
            }
            State::Pausing(until) if until <= now => {
                self.state = State::Calling;
                Step::Redial
            }
            _ => Step::Stay,
        }
    }

    fn gives_up_at(&self) -> Option<Tick> {
        let silent = self.is_silent || matches!(self.state, State::Reached(_));
        let patience = if silent {
            PATIENCE_WITH_THE_SILENT
        } else {
            PATIENCE
        };
        Some(self.waiting_since?.after(patience))
    }

    /// When [`Dial::tick`] has something to do next.
    pub(super) fn next_deadline(&self) -> Option<Tick> {
        let redial = match self.state {
            State::Greeted | State::GivenUp => return None,
            State::Pausing(until) => Some(until),
            State::Calling | State::Reached(_) => None,
        };
        redial.into_iter().chain(self.gives_up_at()).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const REACHED: Seen = Seen {
        connected: false,
        disconnected: false,
        reached: true,
        failed: false,
        refused: false,
        foreign: false,
    };
    const FAILED: Seen = Seen {
        failed: true,
        reached: false,
        ..REACHED
    };
    const GREETED: Seen = Seen {
        connected: true,
        reached: false,
        ..REACHED
    };

    /// How often, and for how long, an address is tried that keeps a connection for `kept`, when it
    /// takes one at all.
    fn try_out(kept: Option<Duration>) -> (u32, Duration) {
        let (start, mut dials) = (Tick::from_nanos(0), 1);
        let (mut dial, mut now) = (Dial::new(), start);
        let mut fails_at = kept.map(|kept| now.after(kept));
        dial.see(
            if kept.is_some() {
                REACHED
            } else {
                Seen::default()
            },
            now,
        );
        loop {
            match dial.tick(true, now) {
                Step::GiveUp => return (dials, now.since(start)),
                Step::Redial => {
                    dials += 1;
                    dial.see(REACHED, now);
                    fails_at = kept.map(|kept| now.after(kept));
                }
                _ => {}
            }
            now = fails_at
                .into_iter()
                .chain(dial.next_deadline())
                .min()
                .unwrap();
            if fails_at.is_some_and(|at| at <= now) {
                fails_at = None;
                assert_eq!(dial.see(FAILED, now), Step::HangUp);
            }
        }
    }

    #[test]
    fn what_speaks_something_else_is_dialled_seldom_and_given_up() {
        let (dials, took) = try_out(Some(Duration::from_millis(1)));
        assert!((10..25).contains(&dials), "{dials}");
        assert!(took >= PATIENCE && took < PATIENCE * 2, "{took:?}");
    }

    #[test]
    fn where_nobody_listens_it_is_given_up() {
        assert_eq!(try_out(None), (1, PATIENCE));
    }

    #[test]
    fn a_client_that_is_stopped_has_more_time() {
        let (_, took) = try_out(Some(Duration::from_secs(5)));
        assert!(took >= PATIENCE_WITH_THE_SILENT, "{took:?}");
    }

    #[test]
    fn nobody_is_given_up_while_no_result_waits() {
        let mut dial = Dial::new();
        let now = Tick::from_nanos(0);
        for hours in 0..10 {
            assert_eq!(
                dial.tick(false, now.after(Duration::from_secs(3600 * hours))),
                Step::Stay
            );
        }
    }

    proptest! {
        #[test]
        fn who_has_greeted_once_is_never_given_up(events in prop::collection::vec((0_u8..4, any::<bool>(), 0_u64..100), 0..100)) {
            let (mut dial, mut now) = (Dial::new(), Tick::from_nanos(0));
            dial.see(GREETED, now);
            for (event, waiting, seconds) in events {
                now = now.after(Duration::from_secs(seconds));
                let seen = [REACHED, FAILED, GREETED, Seen::default()][usize::from(event)];
                prop_assert_eq!(dial.see(seen, now), Step::Stay);
                prop_assert_eq!(dial.tick(waiting, now), Step::Stay);
                prop_assert!(dial.is_greeted() && dial.next_deadline().is_none());
            }
        }
    }
}
