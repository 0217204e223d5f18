//! Whose a session is: connections, keys and secrets. Knows no socket.

use rustc_hash::FxHashMap;

use crate::model::{Secret, SessionKey, SessionNo};

/// Who speaks for a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    /// What its batches are numbered under.
    pub(super) key: SessionKey,
    /// What whoever takes it up again has to show.
    pub(super) secret: Secret,
    /// The connection.
    pub(super) peer: Box<[u8]>,
}

/// Finds sessions by the keys and the connections that they have.
///
/// * A connection has one session at the most, and a session one connection.
/// * A session goes to another connection only by its secret.
#[derive(Debug, Default)]
pub(super) struct SessionIndex {
    by_key: FxHashMap<SessionKey, SessionNo>,
    by_peer: FxHashMap<Box<[u8]>, SessionNo>,
}

/// What a connection that says hello with a key is to the sessions that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// It has no session, and nobody has its key.
    New,
    /// The session is its own already.
    Own(SessionNo),
    /// It has shown the secret, so the session is its own from now on.
    TakenUp(SessionNo),
    /// It is to get nothing, for this reason.
    Refused(&'static str),
}

impl SessionIndex {
    /// A connection says hello. `identity` finds that of a session, whose connection this may become.
    pub(super) fn claim<'a>(
        &mut self,
        peer: &[u8],
        key: SessionKey,
        secret: Option<Secret>,
        identity: impl FnOnce(SessionNo) -> Option<&'a mut Identity>,
    ) -> Claim {
        let own = self.of_peer(peer);
        match (self.of_key(key), own) {
            (None, None) => Claim::New,
            (Some(no), Some(own)) if no == own => Claim::Own(no),
            (_, Some(_)) => Claim::Refused(
                "one connection has one session; say goodbye first, or open another connection",
            ),
            (Some(no), None) => match identity(no) {
                Some(identity) if Some(identity.secret) == secret => {
                    let old = std::mem::replace(&mut identity.peer, peer.into());
                    self.by_peer.remove(&old);
                    self.by_peer.insert(peer.into(), no);
                    Claim::TakenUp(no)
                }
                _ => Claim::Refused(
                    "another client has this key; start again, which makes another key",
                ),
            },
        }
    }

    /// A connection whose claim is new opens a session.
    pub(super) fn open(&mut self, no: SessionNo, identity: &Identity) {
        self.by_key.insert(identity.key, no);
        self.by_peer.insert(identity.peer.clone(), no);
    }

    /// A session is over.
    pub(super) fn close(&mut self, identity: &Identity) {
        self.by_key.remove(&identity.key);
        self.by_peer.remove(&identity.peer);
    }

    pub(super) fn of_key(&self, key: SessionKey) -> Option<SessionNo> {
        self.by_key.get(&key).copied()
    }

    pub(super) fn of_peer(&self, peer: &[u8]) -> Option<SessionNo> {
        self.by_peer.get(peer).copied()
    }

    /// How many sessions there are.
    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A connection, a key, and the secret that is shown: that of the key's session, another, or none.
    #[derive(Clone, Copy, Debug)]
    enum Event {
        Hello(u8, u8, Option<bool>),
        Close(u8),
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        let hello =
            (0..4_u8, 0..4_u8, any::<Option<bool>>()).prop_map(|(p, k, s)| Event::Hello(p, k, s));
        let close = (0..4_u8).prop_map(Event::Close);
        proptest::collection::vec(prop_oneof![4 => hello, 1 => close], 0..60)
    }

    fn key(key: u8) -> SessionKey {
        SessionKey::with_control(key.into())
    }

    proptest! {
        /// Beside a list of who owns what that is kept by the rules alone.
        #[test]
        fn a_session_is_of_who_opened_it_or_showed_its_secret(events in events()) {
            let mut index = SessionIndex::default();
            let mut identities: std::collections::BTreeMap<SessionNo, Identity> = Default::default();
            // By key: the session, its connection, its secret.
            let mut truth: std::collections::BTreeMap<u8, (SessionNo, u8, Secret)> = Default::default();
            let mut next = 0;
            for event in events {
                match event {
                    Event::Hello(peer, named, shown) => {
                        let living = truth.get(&named).copied();
                        let secret = shown.map(|right| match living {
                            Some((_, _, secret)) if right => secret,
                            _ => Secret::from_bits(1 << 100),
                        });
                        let busy = truth.values().any(|&(_, owner, _)| owner == peer);
                        match index.claim(&[peer], key(named), secret, |no| identities.get_mut(&no)) {
                            Claim::New => {
                                prop_assert!(living.is_none() && !busy);
                                next += 1;
                                let own = Secret::from_bits(next.into());
                                let identity = Identity { key: key(named), secret: own, peer: [peer].into() };
                                index.open(next, &identity);
                                identities.insert(next, identity);
                                truth.insert(named, (next, peer, own));
                            }
                            Claim::Own(no) => {
                                let (living, owner, _) = living.unwrap();
                                prop_assert_eq!((living, owner), (no, peer));
                            }
                            Claim::TakenUp(no) => {
                                let (living, _, own) = living.unwrap();
                                prop_assert!(!busy && secret == Some(own) && living == no);
                                truth.insert(named, (no, peer, own));
                            }
                            Claim::Refused(_) => prop_assert!(busy || living.is_some()),
                        }
                    }
                    Event::Close(named) => {
                        if let Some((no, owner, _)) = truth.remove(&named) {
                            let identity = identities.remove(&no).unwrap();
                            prop_assert_eq!(&*identity.peer, &[owner]);
                            index.close(&identity);
                        }
                    }
                }
                prop_assert_eq!(index.len(), truth.len());
                for named in 0..4 {
                    let living = truth.get(&named).map(|&(no, _, _)| no);
                    prop_assert_eq!(index.of_key(key(named)), living);
                    let owned = truth.values().find(|&&(_, owner, _)| owner == named);
                    prop_assert_eq!(index.of_peer(&[named]), owned.map(|&(no, _, _)| no));
                }
            }
        }
    }
}
