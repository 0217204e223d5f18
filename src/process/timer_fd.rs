//! A timer that a poll can watch.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};

/// A descriptor that becomes readable at a time, to the microsecond or so. (A poll's own timeout
/// is in milliseconds.)
#[derive(Debug)]
pub struct TimerFd {
    timer: OwnedFd,
}

const ZERO: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 0,
};

impl TimerFd {
    /// A timer that is never due.
    ///
    /// # Errors
    /// When the process is out of descriptors.
    pub fn new() -> io::Result<TimerFd> {
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC)?;
        Ok(TimerFd { timer })
    }

    /// Rings once, after so long; whatever it was set to before is forgotten.
    ///
    /// # Errors
    /// When the time is longer than the system can count.
    pub fn set(&self, after: Duration) -> io::Result<()> {
        // A timer of zero would be none at all.
        let it_value = Timespec::try_from(after.max(Duration::from_nanos(1)))
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        let once = Itimerspec {
            it_interval: ZERO,
            it_value,
        };
        timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &once)?;
        Ok(())
    }

    /// Is not due any more, and has not been.
    ///
    /// # Errors
    /// None is known.
    pub fn disarm(&self) -> io::Result<()> {
        let never = Itimerspec {
            it_interval: ZERO,
            it_value: ZERO,
        };
        timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &never)?;
        Ok(())
    }

    /// Whether it was due.
    pub fn was_due(&self) -> bool {
        let mut entry = [PollFd::new(&self.timer, PollFlags::IN)];
        matches!(poll(&mut entry, Some(&ZERO)), Ok(1..))
    }
}

impl AsFd for TimerFd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.timer.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_is_silenced_has_not_rung() {
        let timer = TimerFd::new().unwrap();
        assert!(!timer.was_due());
        timer.set(Duration::ZERO).unwrap();
        let mut entry = [PollFd::new(&timer, PollFlags::IN)];
        poll(&mut entry, None).unwrap();
        assert!(timer.was_due());
        timer.disarm().unwrap();
        assert!(!timer.was_due());
    }
}
