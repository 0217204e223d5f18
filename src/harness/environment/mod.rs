//! Where figures were measured.

mod cgroup;
mod parse;
mod system;

use std::io;
use std::path::Path;

use rustix::process::{Resource, getrlimit};
use serde::{Deserialize, Serialize};

use super::calibration::Calibration;
use super::doctor;
use crate::clock;
use crate::net;
use crate::process::task_room;
use crate::record::write_whole;

/// Where figures were measured: written as `environment.json` beside them. What the system does
/// not tell is null.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Environment {
    /// When it was looked at: ISO 8601, UTC.
    pub at: String,
    /// When the measurement was over: ISO 8601, UTC.
    pub ended_at: Option<String>,
    /// The processor's own name.
    pub cpu: Option<String>,
    /// Threads that this process can well have at work at once: the cores that its affinity mask
    /// leaves it, within its control group's quota, rounded down.
    pub cores: u32,
    /// Cores that are there.
    pub cores_online: Option<u32>,
    /// Cores that the affinity mask leaves to this process.
    pub cores_allowed: Option<u32>,
    /// The lowest quota of the control groups (v1 or v2) that this process is in, in cores; null
    /// when nothing limits it.
    pub cpu_quota_cores: Option<f64>,
    /// The period that the quota is counted in, in seconds: what takes less time than that can use
    /// more cores than the quota.
    pub cpu_quota_period_s: Option<f64>,
    /// The cores' worth of time that this process may use: the cores that it is allowed, or the
    /// quota of the control groups above it, whichever is less. No whole number.
    pub capacity_cores: Option<f64>,
    /// Hardware threads of a physical core: 1 without simultaneous multithreading (SMT), as far as
    /// a virtual machine tells.
    pub threads_per_core: Option<u32>,
    /// Who decides on the clock frequency.
    pub governor: Option<String>,
    /// Whether the clock may go above its base frequency.
    pub turbo: Option<bool>,
    /// Whether it is a virtual machine.
    pub virtual_machine: Option<bool>,
    /// The maker's name for the machine.
    pub product: Option<String>,
    /// The part of all cores' time since the system started that the hypervisor gave to others.
    pub steal_share_since_boot: Option<f64>,
    /// The same during the measurement.
    pub steal_share_during: Option<f64>,
    /// The part of all cores' time during the measurement in which they worked, for whomever.
    pub busy_share_during: Option<f64>,
    /// What the kernel reads the time from.
    pub clock_source: Option<String>,
    /// Memory, KiB.
    pub memory_kib: Option<u64>,
    /// Memory that is available without swapping, KiB.
    pub memory_available_kib: Option<u64>,
    /// Swap space, KiB.
    pub swap_kib: Option<u64>,
    /// Swap space in use, KiB.
    pub swap_used_kib: Option<u64>,
    /// Pages that went to or came from swap during the measurement, for whomever.
    pub swapped_pages_during: Option<u64>,
    /// When the kernel gives huge pages unasked.
    pub transparent_huge_pages: Option<String>,
    /// File descriptors that a process may open (the soft limit may be raised so far); null when
    /// nothing limits them.
    pub open_files: Option<u64>,
    /// Processes and threads that there may be more, within the tightest limit.
    #[serde(default)]
    pub tasks_left: Option<u64>,
    /// Which limit that is, and where it stands.
    #[serde(default)]
    pub tasks_limit: Option<String>,
    /// Kernel name and release.
    pub kernel: String,
    /// Runnable processes before the measurement, averaged over 1, 5 and 15 minutes.
    pub load: Option<[f64; 3]>,
    /// The same after it.
    pub load_after: Option<[f64; 3]>,
    /// This program.
    pub mpmt: String,
    /// The revision of its sources, if they were under version control.
    pub revision: Option<String>,
    /// Whether the sources had changes beyond that revision.
    pub dirty: Option<bool>,
    /// The compiler that made it.
    pub rustc: Option<String>,
    /// The libzmq that is linked in.
    pub libzmq: String,
    /// Whether it was compiled with optimisation.
    pub optimised: bool,
    /// The command line.
    pub command: Vec<String>,
    /// What was measured of the machine and the harness; null when it was not.
    pub calibration: Option<Calibration>,
    /// What may disturb the figures, with the remedy.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// What counted up at the beginning.
    #[serde(skip)]
    pub(super) counters: system::Counters,
}

impl Environment {
    /// Looks around, before anything is measured. It takes a millisecond, and measures nothing.
    pub fn look() -> Environment {
        let cpuinfo = system::text("/proc/cpuinfo");
        let counters = system::Counters::read();
        let (allowed, quota) = (system::allowed_cores(), cgroup::quota());
        let mut environment = Environment {
            at: clock::timestamp(),
            cpu: parse::field(&cpuinfo, "model name"),
            cores: system::available_cores(),
            cores_online: system::online_cores(),
            cores_allowed: allowed,
            cpu_quota_cores: quota.map(|quota| quota.cores),
            cpu_quota_period_s: quota.map(|quota| quota.period_s),
            capacity_cores: Some(capacity(allowed, quota)),
            threads_per_core: system::siblings(),
            governor: system::governor(),
            turbo: system::turbo(),
            virtual_machine: system::is_virtual(),
            product: system::product(),
            steal_share_since_boot: counters.cpu.and_then(|cpu| cpu.steal_share()),
            clock_source: system::clock_source(),
            transparent_huge_pages: system::huge_pages(),
            open_files: getrlimit(Resource::Nofile).maximum,
            kernel: system::kernel(),
            load: system::load(),
            command: system::command_line(),
            counters,
            ..Environment::default()
        };
        (environment.tasks_left, environment.tasks_limit) =
            task_room().map(|room| (room.left, room.limit)).unzip();
        environment.note_memory();
        environment.note_program();
        environment.warnings = doctor::warnings(&environment);
        environment
    }

    fn note_memory(&mut self) {
        let meminfo = system::text("/proc/meminfo");
        let amount = |name| parse::kibibytes(&meminfo, name);
        self.memory_kib = amount("MemTotal");
        self.memory_available_kib = amount("MemAvailable");
        self.swap_kib = amount("SwapTotal");
        let free = amount("SwapFree");
        self.swap_used_kib = self
            .swap_kib
            .zip(free)
            .map(|(all, free)| all.saturating_sub(free));
    }

    fn note_program(&mut self) {
        self.mpmt = env!("CARGO_PKG_VERSION").to_owned();
        self.revision = non_empty(env!("MPMT_REVISION"));
        self.dirty = env!("MPMT_DIRTY").parse().ok();
        self.rustc = non_empty(env!("MPMT_RUSTC"));
        self.libzmq = net::libzmq_version();
        self.optimised = !cfg!(debug_assertions);
    }

    /// Measures the machine (about half a second of all its cores) and notes it.
    pub fn calibrate(&mut self) {
        self.calibration = Some(Calibration::measure(self.cores));
        self.warnings = doctor::warnings(self);
    }

    /// Notes what is known only when the measurement is over. It may be done again: what was noted
    /// is replaced.
    pub fn close(&mut self) {
        let now = system::Counters::read();
        let cpu = now.cpu.zip(self.counters.cpu);
        let cpu = cpu.map(|(now, before)| now.since(before));
        self.steal_share_during = cpu.and_then(|cpu| cpu.steal_share());
        self.busy_share_during = cpu.and_then(|cpu| cpu.busy_share());
        let swapped = now.swapped_pages.zip(self.counters.swapped_pages);
        self.swapped_pages_during = swapped.map(|(now, before)| now.saturating_sub(before));
        self.load_after = system::load();
        self.ended_at = Some(clock::timestamp());
        self.warnings = doctor::warnings(self);
    }

    /// Writes it as JSON: the file is the old one or the new one at every moment, never a part.
    ///
    /// # Errors
    /// When the folder can't be written to.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        write_whole(path, |file| {
            serde_json::to_writer_pretty(&mut *file, self)?;
            file.write_all(b"\n")
        })
    }

    /// The machine, date and revision in a line, for the foot of a chart.
    pub fn source_line(&self) -> String {
        let cpu = self.cpu.as_deref().unwrap_or("unknown processor");
        let day = self.at.get(..10).unwrap_or(&self.at);
        let revision = self.revision.as_deref().map(|r| r.get(..8).unwrap_or(r));
        let revision = revision.map(|r| format!(" ({r})")).unwrap_or_default();
        let capacity = self.capacity_cores.unwrap_or(f64::from(self.cores));
        format!(
            "{cpu}, {capacity} cores · {day} · mpmt {}{revision}",
            self.mpmt
        )
    }
}

/// What a process may use of the processor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Capacity {
    /// In cores: no whole number under a quota.
    pub cores: f64,
    /// The period of the quota, in seconds, where that is what limits it.
    pub quota_period_s: Option<f64>,
}

impl Capacity {
    /// That of this process.
    pub fn here() -> Capacity {
        let (allowed, quota) = (system::allowed_cores(), cgroup::quota());
        let cores = capacity(allowed, quota);
        let limiting = quota.filter(|quota| quota.cores <= cores);
        Capacity {
            cores,
            quota_period_s: limiting.map(|quota| quota.period_s),
        }
    }
}

/// The cores that are allowed, or the quota, whichever is less.
fn capacity(allowed: Option<u32>, quota: Option<cgroup::Quota>) -> f64 {
    let allowed = f64::from(allowed.unwrap_or_else(system::available_cores));
    quota.map_or(allowed, |quota| quota.cores.min(allowed))
}

fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_whole_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("environment.json");
        let mut here = Environment::look();
        assert!(here.cores >= 1);
        here.write(&path).unwrap();
        here.close();
        here.write(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut read: Environment = serde_json::from_str(&text).unwrap();
        read.counters = here.counters;
        assert_eq!(read, here);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_capacity_is_a_real_number_and_the_least_of_all_limits() {
        let quota = |cores| {
            Some(cgroup::Quota {
                cores,
                period_s: 0.1,
            })
        };
        assert_eq!(capacity(Some(2), quota(1.5)), 1.5);
        assert_eq!(capacity(Some(2), quota(0.5)), 0.5);
        assert_eq!(capacity(Some(2), quota(4.0)), 2.0);
        assert_eq!(capacity(Some(3), None), 3.0);
        let here = Environment::look();
        let capacity = Capacity::here().cores;
        assert_eq!(here.capacity_cores, Some(capacity));
        assert!(capacity > 0.0 && capacity <= f64::from(here.cores_online.unwrap()));
        let text = serde_json::to_value(&here).unwrap();
        assert_eq!(text["capacity_cores"].as_f64(), Some(capacity));
    }

    #[test]
    fn the_end_is_known_only_when_it_has_come() {
        let mut here = Environment::look();
        assert_eq!((&here.ended_at, here.load_after), (&None, None));
        here.close();
        assert!(here.ended_at.is_some_and(|end| end > here.at));
        assert!(here.load_after.is_some());
    }

    #[test]
    fn a_file_without_the_newer_fields_is_still_read() {
        let text = r#"{"at": "2026-01-31T12:00:00Z", "cpu": "A", "cores": 2, "kernel": "Linux 6",
            "mpmt": "0.1.0", "libzmq": "4.3.5", "optimised": true, "command": []}"#;
        let read: Environment = serde_json::from_str(text).unwrap();
        assert_eq!(read.source_line(), "A, 2 cores · 2026-01-31 · mpmt 0.1.0");
        assert_eq!(read.warnings, Vec::<String>::new());
    }
}
