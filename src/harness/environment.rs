use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::clock;
use crate::net;

/// Where figures were measured: written as `environment.json` beside them. What the system does
/// not tell is null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Environment {
    /// When it was looked at: ISO 8601, UTC.
    pub at: String,
    /// The processor's own name.
    pub cpu: Option<String>,
    /// Cores that this process may use.
    pub cores: u32,
    /// Who decides on the clock frequency.
    pub governor: Option<String>,
    /// Memory, KiB.
    pub memory_kib: Option<u64>,
    /// Kernel name and release.
    pub kernel: String,
    /// Runnable processes, averaged over 1, 5 and 15 minutes.
    pub load: Option<[f64; 3]>,
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
}

impl Environment {
    /// Looks around.
    pub fn look() -> Environment {
        let uname = rustix::system::uname();
        let text = |part: &std::ffi::CStr| part.to_string_lossy().into_owned();
        Environment {
            at: clock::timestamp(),
            cpu: field_of("/proc/cpuinfo", "model name"),
            cores: available_cores(),
            governor: first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            memory_kib: field_of("/proc/meminfo", "MemTotal")
                .and_then(|text| text.trim_end_matches("kB").trim().parse().ok()),
            kernel: format!("{} {}", text(uname.sysname()), text(uname.release())),
            load: load(),
            mpmt: env!("CARGO_PKG_VERSION").to_owned(),
            revision: non_empty(env!("MPMT_REVISION")),
            dirty: env!("MPMT_DIRTY").parse().ok(),
            rustc: non_empty(env!("MPMT_RUSTC")),
            libzmq: net::libzmq_version(),
            optimised: !cfg!(debug_assertions),
            command: command_line(),
        }
    }

    /// The machine, date and revision in a line, for the foot of a chart.
    pub fn source_line(&self) -> String {
        let cpu = self.cpu.as_deref().unwrap_or("unknown processor");
        let day = self.at.get(..10).unwrap_or(&self.at);
        let revision = self.revision.as_deref().map(|r| r.get(..8).unwrap_or(r));
        let revision = revision.map(|r| format!(" ({r})")).unwrap_or_default();
        format!(
            "{cpu}, {} cores · {day} · mpmt {}{revision}",
            self.cores, self.mpmt
        )
    }
}

/// Cores that this process may use.
fn available_cores() -> u32 {
    std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32)
}

/// The command line, with the program as its bare name: where it lies says nothing.
fn command_line() -> Vec<String> {
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

fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn first_line(path: &str) -> Option<String> {
    fs::read_to_string(path)
        .ok()?
        .lines()
        .next()
        .map(|line| line.trim().to_owned())
}

fn field_of(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':')
        .map(|(_, value)| value.trim().to_owned())
}

fn load() -> Option<[f64; 3]> {
    let line = first_line("/proc/loadavg")?;
    let mut fields = line
        .split_whitespace()
        .map_while(|field| field.parse().ok());
    Some([fields.next()?, fields.next()?, fields.next()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_round_as_json() {
        let here = Environment::look();
        assert!(here.cores >= 1);
        let text = serde_json::to_string(&here).unwrap();
        assert_eq!(serde_json::from_str::<Environment>(&text).unwrap(), here);
    }
}
