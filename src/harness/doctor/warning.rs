//! The warnings in words, each with its remedy.

use std::fmt;

/// What may disturb a measurement. Its text says why, and what to do about it.
#[derive(Clone, Debug, PartialEq)]
pub enum Warning {
    /// The clock frequency follows the load, by this governor.
    Governor(String),
    /// The clock goes above its base frequency while heat and power allow it.
    Turbo,
    /// Physical cores have so many hardware threads.
    Smt(u32),
    /// The control group may use fewer cores than the process sees.
    Quota {
        /// What it may use, in cores.
        quota: f64,
        /// What the process sees.
        cores: u32,
    },
    /// It is a virtual machine.
    Virtual,
    /// The hypervisor gave this share of the time to others.
    Steal(f64),
    /// So many processes were runnable before the measurement.
    Load {
        /// Averaged over a minute.
        load: f64,
        /// Cores to run them.
        cores: u32,
    },
    /// Only this share of the memory is available.
    Memory(f64),
    /// So many pages went to or came from swap during the measurement.
    Swapping(u64),
    /// So much of the swap space is in use, KiB.
    Swap(u64),
    /// It was compiled without optimisation.
    Debug,
    /// A process may open only so many file descriptors; so many are needed.
    Descriptors {
        /// The hard limit.
        limit: u64,
        /// For many workers.
        needed: u64,
    },
    /// There may be only so many processes and threads more; so many are needed.
    Tasks {
        /// Which limit it is.
        limit: String,
        /// What it leaves.
        left: u64,
        /// For many workers.
        needed: u64,
    },
    /// The kernel reads the time from a slow source.
    ClockSource(String),
    /// A reading of the clock takes so long, in seconds.
    ClockRead(f64),
    /// Sleeps take so much longer than asked, in seconds.
    Sleep(f64),
    /// The same loops take times that differ by this share.
    LoopSpread(f64),
    /// All cores together are so many times slower than one alone.
    Together(f64),
    /// The sources had changes beyond the revision.
    Dirty,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::Governor(governor) => write!(
                f,
                "the clock frequency follows the load (governor {governor}): set it with \
                 'sudo cpupower frequency-set -g performance'"
            ),
            Warning::Turbo => f.write_str(
                "the clock runs faster while few cores work: turn turbo off with 'echo 1 | sudo \
                 tee /sys/devices/system/cpu/intel_pstate/no_turbo', or 'echo 0' into \
                 cpufreq/boost there",
            ),
            Warning::Smt(threads) => write!(
                f,
                "{threads} hardware threads share a physical core, so the ideal for CPU work is \
                 optimistic: turn SMT off with 'echo off | sudo tee \
                 /sys/devices/system/cpu/smt/control', or read CPU figures as of threads"
            ),
            Warning::Quota { quota, cores } => write!(
                f,
                "the control group may use {quota} of {cores} cores and is stopped when it has; work \
                 shorter than its period can burst past that, and past its ideal: raise the quota \
                 (docker --cpus, CPUQuota=, cpu.max) or pin to whole cores with taskset"
            ),
            Warning::Virtual => f.write_str(
                "this is a virtual machine, and its neighbours can't be seen: repeat more often \
                 (--runs), watch the steal time, or measure on bare metal",
            ),
            Warning::Steal(share) => write!(
                f,
                "the hypervisor gave {:.1} % of the time to others: measure at another hour, or \
                 on a machine with dedicated cores",
                share * 100.0
            ),
            Warning::Load { load, cores } => write!(
                f,
                "a load of {load} on {cores} cores before the measurement: close other programs \
                 and wait until 'uptime' shows less"
            ),
            Warning::Memory(share) => write!(
                f,
                "only {:.1} % of the memory is available: close other programs, or run fewer \
                 processes",
                share * 100.0
            ),
            Warning::Swapping(pages) => write!(
                f,
                "{pages} pages went to or came from swap during the measurement: free memory and \
                 measure again"
            ),
            Warning::Swap(kib) => write!(
                f,
                "{} MiB are in swap and may have to come back: free memory, then 'sudo swapoff -a \
                 && sudo swapon -a'",
                kib / 1024
            ),
            Warning::Debug => f.write_str(
                "this program was compiled without optimisation: use 'cargo build --release'",
            ),
            Warning::Descriptors { limit, needed } => write!(
                f,
                "a process may open {limit} files, and many workers need {needed}: raise the hard \
                 limit ('ulimit -Hn', LimitNOFILE=)"
            ),
            Warning::Tasks {
                limit,
                left,
                needed,
            } => write!(
                f,
                "{limit} leaves {left} processes and threads, and many workers need {needed}: raise it"
            ),
            Warning::ClockSource(source) => write!(
                f,
                "the time comes from {source}, which is slow to read: boot with clocksource=tsc \
                 if the processor's counter is stable"
            ),
            Warning::ClockRead(seconds) => write!(
                f,
                "reading the clock takes {:.1} µs: look at the clock source, and trust no latency \
                 below a hundred times that",
                seconds * 1e6
            ),
            Warning::Sleep(seconds) => write!(
                f,
                "a sleep of 1 ms takes {:.2} ms longer: take waits well above that (--wait), and \
                 keep the machine idle",
                seconds * 1e3
            ),
            Warning::LoopSpread(share) => write!(
                f,
                "the same loops take times that differ by {:.1} %: close other programs, fix the \
                 clock frequency, and repeat more often (--runs)",
                share * 100.0
            ),
            Warning::Together(times) => write!(
                f,
                "with all cores at work each is {times:.2} times slower, so the ideal for CPU \
                 work is optimistic: close other programs, and look at SMT, turbo, and steal time"
            ),
            Warning::Dirty => f.write_str(
                "the sources had changes when this program was compiled, so its revision does not \
                 tell what was measured: commit them and compile again",
            ),
        }
    }
}
