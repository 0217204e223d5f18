use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::epoll;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};

/// Several descriptors as one, which is ready when any of them is, or when a time is over. It is
/// how a loop that watches one "stop" descriptor can be stopped for several reasons.
#[derive(Debug)]
pub struct Gate {
    any: OwnedFd,
    timer: OwnedFd,
}

impl Gate {
    /// Ready when one of `descriptors` is, or after `timeout`.
    ///
    /// # Errors
    /// When the process is out of descriptors.
    pub fn new(descriptors: &[BorrowedFd<'_>], timeout: Duration) -> io::Result<Gate> {
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC)?;
        let zero = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // A timer of zero would be none at all.
        let it_value = Timespec::try_from(timeout.max(Duration::from_nanos(1)))
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        let expiry = Itimerspec {
            it_interval: zero,
            it_value,
        };
        timerfd_settime(&timer, TimerfdTimerFlags::empty(), &expiry)?;
        let any = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        for fd in descriptors.iter().copied().chain([timer.as_fd()]) {
            epoll::add(
                &any,
                fd,
                epoll::EventData::new_u64(0),
                epoll::EventFlags::IN,
            )?;
        }
        Ok(Gate { any, timer })
    }

    /// Whether the time is over.
    pub fn is_timed_out(&self) -> bool {
        let mut entry = [rustix::event::PollFd::new(
            &self.timer,
            rustix::event::PollFlags::IN,
        )];
        let zero = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        matches!(rustix::event::poll(&mut entry, Some(&zero)), Ok(1..))
    }
}

impl AsFd for Gate {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.any.as_fd()
    }
}
