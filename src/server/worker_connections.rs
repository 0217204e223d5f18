//! Which connection is which worker's. Knows no socket.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::model::{Secret, WorkerNo};

/// The workers that have said hello, with the names that ROUTER has for their connections. Who was
/// first keeps its place.
#[derive(Debug, Default)]
pub(super) struct WorkerConnections {
    names: FxHashMap<WorkerNo, Box<[u8]>>,
    numbers: FxHashMap<Box<[u8]>, WorkerNo>,
    /// Those whose workers have ended lately: what they have said last may come after their end.
    ended: VecDeque<Box<[u8]>>,
}

/// How many connections of workers that have ended are remembered.
const MOST_ENDED: usize = 256;

impl WorkerConnections {
    /// A connection says that it is a worker's, and shows a secret; `expected` is that of the worker,
    /// if there is such a one.
    pub(super) fn meet(
        &mut self,
        name: &[u8],
        worker: WorkerNo,
        shown: Secret,
        expected: Option<Secret>,
    ) -> Result<(), &'static str> {
        if expected != Some(shown) {
            return Err("it does not show the secret of that worker");
        }
        if self.names.contains_key(&worker) || self.numbers.contains_key(name) {
            return Err("the worker, or the connection, has said hello before");
        }
        self.names.insert(worker, name.into());
        self.numbers.insert(name.into(), worker);
        Ok(())
    }

    /// A worker has ended.
    pub(super) fn strike(&mut self, worker: WorkerNo) {
        if let Some(name) = self.names.remove(&worker) {
            self.numbers.remove(&name);
            self.ended.truncate(MOST_ENDED - 1);
            self.ended.push_front(name);
        }
    }

    /// Whether a connection was that of a worker that has ended lately.
    pub(super) fn has_ended(&self, name: &[u8]) -> bool {
        self.ended.iter().any(|ended| **ended == *name)
    }

    pub(super) fn name_of(&self, worker: WorkerNo) -> Option<&[u8]> {
        self.names.get(&worker).map(AsRef::as_ref)
    }

    pub(super) fn worker_of(&self, name: &[u8]) -> Option<WorkerNo> {
        self.numbers.get(name).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Secret = Secret::from_bits(1);
    const TWO: Secret = Secret::from_bits(2);

    #[test]
    fn the_first_with_the_secret_has_the_place_until_it_ends() {
        let mut connections = WorkerConnections::default();
        assert!(connections.meet(b"a", 1, TWO, Some(ONE)).is_err());
        assert!(connections.meet(b"a", 1, ONE, None).is_err());
        assert_eq!(connections.worker_of(b"a"), None);
        connections.meet(b"a", 1, ONE, Some(ONE)).unwrap();

        assert!(
            connections.meet(b"b", 1, ONE, Some(ONE)).is_err(),
            "the worker is there"
        );
        assert!(
            connections.meet(b"a", 2, TWO, Some(TWO)).is_err(),
            "so is the connection"
        );
        assert_eq!(connections.name_of(1), Some(&b"a"[..]));
        assert_eq!(
            (connections.worker_of(b"a"), connections.worker_of(b"b")),
            (Some(1), None)
        );

        connections.strike(1);
        assert_eq!(
            (connections.name_of(1), connections.worker_of(b"a")),
            (None, None)
        );
        assert!(connections.has_ended(b"a") && !connections.has_ended(b"b"));
        connections.meet(b"b", 2, TWO, Some(TWO)).unwrap();
    }

    #[test]
    fn those_that_have_ended_long_ago_are_forgotten() {
        let mut connections = WorkerConnections::default();
        for worker in 1..1000_u32 {
            let name = worker.to_ne_bytes();
            connections.meet(&name, worker, ONE, Some(ONE)).unwrap();
            connections.strike(worker);
        }
        assert!(connections.has_ended(&999_u32.to_ne_bytes()));
        assert!(!connections.has_ended(&1_u32.to_ne_bytes()));
        assert_eq!(connections.ended.len(), MOST_ENDED);
    }
}
