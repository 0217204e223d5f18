//! An emulated interpreter lock, after CPython's own: what `Python/ceval_gil.c` does in versions
//! 3.11 to 3.13 (`take_gil`, `drop_gil`, and the comment at the head of the file), which is the
//! "new GIL" of Antoine Pitrou, 2009.
//!
//! * The lock is a flag under a mutex, with a condition variable. Whoever computes holds it. It is
//!   let go around a blocking wait, and when a command is done.
//! * A thread that wants it waits on the condition variable for the *switch interval* (5 ms), again
//!   and again. When an interval is over and nobody has taken the lock meanwhile, it sets the *drop
//!   request*. So one that has just taken the lock has a whole interval before it is asked.
//! * The holder looks at the request at its checkpoints: an atomic load, relaxed, every
//!   [`Preemption::CADENCE`] loops. (CPython looks at its eval breaker at every jump backwards.)
//! * *Forced switching*: whoever lets go of the lock with the request set waits until another has
//!   really taken it. Without that it would have it again before a sleeping thread wakes up.
//! * The number of switches goes up whenever somebody else takes the lock than the last holder.
//!
//! CPython has a mutex of its own for forced switching; one is enough here. Neither lock says who
//! is next: any waiter can be.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use crate::clock;
use crate::workload::Preemption;

/// One lock for all threads of a worker that compute.
#[derive(Debug)]
pub(super) struct InterpreterLock {
    interval: Duration,
    state: Mutex<State>,
    /// Somebody has let go of the lock.
    released: Condvar,
    /// Somebody else than the last holder has taken it.
    switched: Condvar,
    /// A waiter asks the holder to let go.
    drop_request: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    held: bool,
    last_holder: Option<ThreadId>,
    switches: u64,
}

/// The lock, held by this thread.
#[derive(Debug)]
pub(super) struct LockGuard<'a> {
    lock: &'a InterpreterLock,
    /// The CPU time that it took to hand it over and to have it back, at checkpoints.
    waited: Cell<Duration>,
}

impl InterpreterLock {
    /// A lock that nobody holds, for which a thread waits `interval` before it asks for it.
    pub(super) fn new(interval: Duration) -> Self {
        InterpreterLock {
            interval,
            state: Mutex::default(),
            released: Condvar::new(),
            switched: Condvar::new(),
            drop_request: AtomicBool::new(false),
        }
    }

    /// Takes the lock, for this thread, until what is returned is dropped.
    pub(super) fn hold(&self) -> LockGuard<'_> {
        self.take();
        LockGuard {
            lock: self,
            waited: Cell::default(),
        }
    }

    /// How often it went from one thread to another.
    pub(super) fn switches(&self) -> u64 {
        self.state().switches
    }

    fn take(&self) {
        let mut state = self.state();
        while state.held {
            let seen = state.switches;
            let waited = self.released.wait_timeout(state, self.interval);
            let (now, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            state = now;
            if timeout.timed_out() && state.held && state.switches == seen {
                self.drop_request.store(true, Ordering::Relaxed);
            }
        }
        state.held = true;
        let me = thread::current().id();
        if state.last_holder.replace(me) != Some(me) {
            state.switches += 1;
            self.switched.notify_all();
        }
        // Whoever still waits asks again after an interval of its own.
        self.drop_request.store(false, Ordering::Relaxed);
    }

    fn release(&self) {
        let mut state = self.state();
        state.held = false;
        self.released.notify_one();
        // Whoever asked still waits, so somebody takes it.
        let mine = state.switches;
        while self.drop_request.load(Ordering::Relaxed) && state.switches == mine {
            let waited = self.switched.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing is left half-done where a thread could panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Preemption for LockGuard<'_> {
    /// About half a microsecond.
    const CADENCE: u64 = 2048;

    #[inline]
    fn checkpoint(&self) {
        if self.lock.drop_request.load(Ordering::Relaxed) {
            let before = clock::thread_cpu();
            self.lock.release();
            self.lock.take();
            let took = clock::thread_cpu().saturating_sub(before);
            self.waited.set(self.waited.get() + took);
        }
    }

    fn waited(&self) -> Duration {
        self.waited.get()
    }

    fn blocking<R>(&self, wait: impl FnOnce() -> R) -> R {
        self.lock.release();
        let result = wait();
        self.lock.take();
        result
    }
}

impl Drop for LockGuard<'_> {
    fn drop(&mut self) {
        self.lock.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::{burn, expected_witness};
    use std::sync::Barrier;
    use std::sync::atomic::AtomicU32;
    use std::sync::mpsc::channel;

    /// Runs a test's body on a thread of its own, and fails when it does not come back.
    fn within_deadline(body: impl FnOnce() + Send + 'static) {
        let (done, wait) = channel();
        thread::spawn(move || {
            body();
            let _ = done.send(());
        });
        wait.recv_timeout(Duration::from_secs(60))
            .expect("it failed, or is not done within the deadline");
    }

    #[test]
    fn there_are_never_two_holders() {
        within_deadline(|| {
            let lock = InterpreterLock::new(Duration::from_micros(50));
            let holders = AtomicU32::new(0);
            let alone = || {
                assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
                burn(100, &crate::workload::Free);
                assert_eq!(holders.fetch_sub(1, Ordering::SeqCst), 1);
            };
            let compute = || {
                for round in 0..300 {
                    let held = lock.hold();
                    for _ in 0..10 {
                        alone();
                        held.checkpoint();
                    }
                    if round % 10 == 0 {
                        held.blocking(thread::yield_now);
                    }
                    alone();
                }
            };
            thread::scope(|scope| {
                (0..8).for_each(|_| drop(scope.spawn(compute)));
            });
            assert!(lock.switches() >= 8, "each has had it");
        });
    }

    #[test]
    fn a_waiter_has_it_after_one_interval_and_before_two_although_another_computes() {
        // Long beside what a busy machine takes to wake a thread; and it is the median that counts.
        const INTERVAL: Duration = Duration::from_millis(100);
        const ROUNDS: usize = 7;
        within_deadline(|| {
            let lock = InterpreterLock::new(INTERVAL);
            let over = AtomicBool::new(false);
            let mut waits: Vec<Duration> = thread::scope(|scope| {
                scope.spawn(|| {
                    let held = lock.hold();
                    while !over.load(Ordering::Relaxed) {
                        burn(1_000_000, &held);
                    }
                });
                let wait = |_| {
                    while !lock.state().held {
                        thread::yield_now();
                    }
                    let start = clock::now();
                    drop(lock.hold());
                    start.elapsed()
                };
                let waits = (0..ROUNDS).map(wait).collect();
                over.store(true, Ordering::Relaxed);
                waits
            });
            waits.sort();
            assert!(waits[0] >= INTERVAL, "nobody lets go unasked: {waits:?}");
            let median = waits[ROUNDS / 2];
            assert!(median <= 2 * INTERVAL, "{waits:?}");
            assert_eq!(lock.switches() as usize, 2 * ROUNDS + 1);
        });
    }

    #[test]
    fn whoever_lets_go_on_request_does_not_have_it_again_before_another_had_it() {
        within_deadline(|| {
            let lock = InterpreterLock::new(Duration::from_micros(200));
            let over = AtomicBool::new(false);
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        while !over.load(Ordering::Relaxed) {
                            drop(lock.hold());
                        }
                    });
                }
                let held = lock.hold();
                let mut asked = 0;
                while asked < 50 {
                    let (is_asked, before) =
                        (lock.drop_request.load(Ordering::Relaxed), lock.switches());
                    held.checkpoint();
                    if is_asked {
                        asked += 1;
                        assert!(lock.switches() >= before + 2, "another, and me again");
                    }
                }
                over.store(true, Ordering::Relaxed);
            });
        });
    }

    #[test]
    fn a_sleeper_does_not_hold_it() {
        within_deadline(|| {
            let lock = InterpreterLock::new(Duration::from_secs(10));
            let (wake, sleep) = channel();
            let asleep = Barrier::new(2);
            thread::scope(|scope| {
                let (lock, asleep) = (&lock, &asleep);
                scope.spawn(move || {
                    lock.hold().blocking(|| {
                        asleep.wait();
                        // It sleeps until somebody has had the lock.
                        sleep.recv().unwrap();
                    });
                });
                asleep.wait();
                drop(lock.hold());
                wake.send(()).unwrap();
            });
            assert_eq!(lock.switches(), 3, "the sleeper, the other, the sleeper");
        });
    }

    #[test]
    fn a_thread_that_nobody_waits_for_keeps_it_and_its_loops_are_right() {
        let lock = InterpreterLock::new(Duration::from_micros(1));
        for _ in 0..3 {
            assert_eq!(burn(100_000, &lock.hold()), expected_witness(100_000));
        }
        assert_eq!(lock.switches(), 1);
    }
}
