//! What a tree of processes holds at one moment, read from /proc.

use std::fs;

/// A look at a process and all that it started, at once: what the kernel's accounting does not sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProcessTreeSnapshot {
    /// Processes.
    pub processes: u64,
    /// Threads of all of them.
    pub threads: u64,
    /// Proportional set size of all of them, KiB: a page that k processes share counts 1/k in each
    /// (proc_pid_smaps(5)).
    pub pss_kib: u64,
}

impl ProcessTreeSnapshot {
    /// How many threads a process, its children, and theirs have. Cheap.
    pub fn threads(pid: u32) -> u64 {
        family(pid).into_iter().filter_map(threads_of).sum()
    }

    /// Looks at a process, its children, and theirs. The kernel walks all of their memory for it, so this
    /// is for when nothing is being timed.
    pub fn take(pid: u32) -> ProcessTreeSnapshot {
        family(pid)
            .into_iter()
            .fold(ProcessTreeSnapshot::default(), |process_tree, pid| {
                ProcessTreeSnapshot {
                    processes: process_tree.processes + 1,
                    threads: process_tree.threads + threads_of(pid).unwrap_or(0),
                    pss_kib: process_tree.pss_kib + pss_of(pid).unwrap_or(0),
                }
            })
    }
}

/// The process itself and its descendants, as far as main threads started them. One that ends
/// meanwhile is not counted.
fn family(pid: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let children = children.unwrap_or_default();
    let numbers = children.split_whitespace().filter_map(|n| n.parse().ok());
    let mut all = vec![pid];
    numbers.for_each(|child| all.extend(family(child)));
    all
}

fn threads_of(pid: u32) -> Option<u64> {
    field(
        &fs::read_to_string(format!("/proc/{pid}/status")).ok()?,
        "Threads:",
    )
}

fn pss_of(pid: u32) -> Option<u64> {
    field(
        &fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?,
        "Pss:",
    )
}

/// The number behind a name, with or without a unit behind it.
fn field(text: &str, name: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    value.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_a_thread_and_memory() {
        let process_tree = ProcessTreeSnapshot::take(std::process::id());
        assert!(
            process_tree.processes >= 1 && process_tree.threads >= 1 && process_tree.pss_kib > 0,
            "{process_tree:?}"
        );
        assert!(ProcessTreeSnapshot::threads(std::process::id()) >= 1);
    }

    #[test]
    fn children_of_children_count() {
        use crate::process::{Child, StdoutMode};
        use std::io::Read as _;
        let mut command = std::process::Command::new("sh");
        // What runs in the background of a shell reads from /dev/null, unless told otherwise. Our
        // end of the pipe closes with the child, so nobody waits for ever.
        let script = "exec 3<&0; sh -c 'echo ready; read line <&3' & wait";
        command.args(["-c", script]);
        let mut child = Child::spawn(&mut command, StdoutMode::Piped).unwrap();
        let mut ready = [0; 6];
        child.take_stdout().unwrap().read_exact(&mut ready).unwrap();
        assert_eq!(ProcessTreeSnapshot::take(child.pid()).processes, 2);
    }

    #[test]
    fn a_field_is_found_with_and_without_a_unit() {
        assert_eq!(field("Rss: 9 kB\nPss:     123 kB\n", "Pss:"), Some(123));
        assert_eq!(field("Threads:\t17\n", "Threads:"), Some(17));
        assert_eq!(field("", "Pss:"), None);
    }
}
