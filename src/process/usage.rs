//! What processes used, by the kernel's account.

use serde::{Deserialize, Serialize};

/// What processes used, from the kernel's own accounting (getrusage(2)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// CPU time in user mode, seconds.
    pub user_s: f64,
    /// CPU time in the kernel, seconds.
    pub system_s: f64,
    /// Context switches because a thread waited.
    pub voluntary_switches: u64,
    /// Context switches because a thread was pre-empted.
    pub involuntary_switches: u64,
    /// The largest resident set of any one of the processes, KiB.
    pub peak_rss_kib: u64,
}

impl Usage {
    /// What this process has used so far. Its children are not in it.
    pub fn of_self() -> Usage {
        Usage::of(libc::RUSAGE_SELF)
    }

    /// What the children of this process used that have been waited for.
    pub fn of_children() -> Usage {
        Usage::of(libc::RUSAGE_CHILDREN)
    }

    fn of(whom: libc::c_int) -> Usage {
        // SAFETY: rusage is plain data, for which all zeros is a valid value.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: the pointer is to a live local of the right type. It can't fail for ourselves and
        // our children.
        unsafe { libc::getrusage(whom, &raw mut usage) };
        Usage::from(&usage)
    }
}

impl From<&libc::rusage> for Usage {
    fn from(usage: &libc::rusage) -> Self {
        let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
        Usage {
            user_s: seconds(usage.ru_utime),
            system_s: seconds(usage.ru_stime),
            voluntary_switches: usage.ru_nvcsw as u64,
            involuntary_switches: usage.ru_nivcsw as u64,
            peak_rss_kib: usage.ru_maxrss as u64,
        }
    }
}
