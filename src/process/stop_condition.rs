//! Several descriptors as one.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::epoll;

use super::TimerFd;

/// Several descriptors as one, which is ready when any of them is, or when a time is over. It is
/// how a loop that watches one "stop" descriptor can be stopped for several reasons.
#[derive(Debug)]
pub struct StopCondition {
    any: OwnedFd,
    timer: TimerFd,
}

impl StopCondition {
    /// Ready when one of `descriptors` is, or after `timeout`.
    ///
    /// # Errors
    /// When the process is out of descriptors.
    pub fn new(descriptors: &[BorrowedFd<'_>], timeout: Duration) -> io::Result<StopCondition> {
        let timer = TimerFd::new()?;
        timer.set(timeout)?;
        let any = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        for fd in descriptors.iter().copied().chain([timer.as_fd()]) {
            epoll::add(
                &any,
                fd,
                epoll::EventData::new_u64(0),
                epoll::EventFlags::IN,
            )?;
        }
        Ok(StopCondition { any, timer })
    }

    /// Whether the time is over.
    pub fn is_timed_out(&self) -> bool {
        self.timer.was_due()
    }
}

impl AsFd for StopCondition {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.any.as_fd()
    }
}
