//! What this system tells of itself: reads, and leaves the sense of it to the parsers.

use std::fs;
use std::path::Path;

use super::parse::{self, CpuTimes};

const CPU: &str = "/sys/devices/system/cpu";

/// The whole text; empty when it can't be read.
pub(super) fn text(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// The first line, if there is something on it.
pub(super) fn line(path: &str) -> Option<String> {
    let line = text(path).lines().next()?.trim().to_owned();
    (!line.is_empty()).then_some(line)
}

fn of_cpu(name: &str) -> String {
    text(&format!("{CPU}/{name}"))
}

/// Threads that can well be at work at once: its affinity mask, within its control group's quota,
/// rounded down.
pub(super) fn available_cores() -> u32 {
    std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32)
}

/// Cores that are there.
pub(super) fn online_cores() -> Option<u32> {
    parse::list_length(&of_cpu("online"))
}

/// Cores that the affinity mask leaves to this process.
pub(super) fn allowed_cores() -> Option<u32> {
    parse::list_length(&parse::field(
        &text("/proc/self/status"),
        "Cpus_allowed_list",
    )?)
}

/// Hardware threads of the first physical core.
pub(super) fn siblings() -> Option<u32> {
    parse::list_length(&of_cpu("cpu0/topology/thread_siblings_list"))
}

pub(super) fn governor() -> Option<String> {
    line(&format!("{CPU}/cpu0/cpufreq/scaling_governor"))
}

/// Whether the clock may go above its base frequency. intel_pstate has a switch that says the
/// opposite (Documentation/admin-guide/pm/intel_pstate.rst); the others have `boost`, for all
/// cores or for each (Documentation/admin-guide/pm/cpufreq.rst).
pub(super) fn turbo() -> Option<bool> {
    parse::flag(&of_cpu("intel_pstate/no_turbo"))
        .map(|off| !off)
        .or_else(|| parse::flag(&of_cpu("cpufreq/boost")))
        .or_else(|| parse::flag(&of_cpu("cpu0/cpufreq/boost")))
}

pub(super) fn clock_source() -> Option<String> {
    line("/sys/devices/system/clocksource/clocksource0/current_clocksource")
}

/// Whether this is a virtual machine: the processor says so, or the kernel knows its hypervisor.
pub(super) fn is_virtual() -> Option<bool> {
    let hypervisor = line("/sys/hypervisor/type").map(|_| true);
    hypervisor.or_else(|| parse::has_hypervisor_flag(&text("/proc/cpuinfo")))
}

/// The maker's name for the machine.
pub(super) fn product() -> Option<String> {
    let words = ["sys_vendor", "product_name"]
        .iter()
        .filter_map(|name| line(&format!("/sys/class/dmi/id/{name}")));
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| words.join(" "))
}

pub(super) fn load() -> Option<[f64; 3]> {
    parse::load(&text("/proc/loadavg"))
}

pub(super) fn huge_pages() -> Option<String> {
    parse::chosen(&text("/sys/kernel/mm/transparent_hugepage/enabled"))
}

/// Kernel name and release.
pub(super) fn kernel() -> String {
    let uname = rustix::system::uname();
    let text = |part: &std::ffi::CStr| part.to_string_lossy().into_owned();
    format!("{} {}", text(uname.sysname()), text(uname.release()))
}

/// What counts up while a measurement goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// What the cores did.
    pub cpu: Option<CpuTimes>,
    /// Pages that went to or came from swap.
    pub swapped_pages: Option<u64>,
}

impl Counters {
    pub(super) fn read() -> Self {
        Counters {
            cpu: parse::cpu_times(&text("/proc/stat")),
            swapped_pages: parse::swapped_pages(&text("/proc/vmstat")),
        }
    }
}

/// The command line, with the program as its bare name: where it lies says nothing.
pub(super) fn command_line() -> Vec<String> {
    let mut words: Vec<String> = std::env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    if let Some(program) = words.first_mut()
        && let Some(name) = Path::new(&*program).file_name()
    {
        *program = name.to_string_lossy().into_owned();
    }
    words
}
