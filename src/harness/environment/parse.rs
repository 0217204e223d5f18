//! What the texts of /proc and /sys say: a text in, a value out. Formats: proc(5), cgroups(7), and
//! the kernel's Documentation/ABI.
//!
//! Must not know: where the texts come from.

/// The value of the first line `name: value`, if there is one.
pub(super) fn field(text: &str, name: &str) -> Option<String> {
    let mut fields = text.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = fields.find(|(each, _)| each.trim() == name)?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// The count of the line `name count`.
fn count(text: &str, name: &str) -> Option<u64> {
    let mut counts = text.lines().filter_map(|line| line.split_once(' '));
    let (_, count) = counts.find(|(each, _)| *each == name)?;
    count.trim().parse().ok()
}

/// An amount of /proc/meminfo, KiB.
pub(super) fn kibibytes(meminfo: &str, name: &str) -> Option<u64> {
    let value = field(meminfo, name)?;
    value.strip_suffix("kB")?.trim().parse().ok()
}

/// The load of /proc/loadavg: runnable processes, averaged over 1, 5 and 15 minutes.
pub(super) fn load(loadavg: &str) -> Option<[f64; 3]> {
    let mut fields = loadavg.split_whitespace().map_while(|f| f.parse().ok());
    Some([fields.next()?, fields.next()?, fields.next()?])
}

/// How many a list like `0-3,8` has.
pub(super) fn list_length(list: &str) -> Option<u32> {
    list.trim().split(',').try_fold(0_u32, |sum, part| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        sum.checked_add(last.checked_sub(first)?.checked_add(1)?)
    })
}

/// A `0` or a `1`.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text.trim() {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    }
}

/// Whether /proc/cpuinfo has the flag that every hypervisor sets for its guests; nothing where
/// there are no flags (they are x86's).
pub(super) fn has_hypervisor_flag(cpuinfo: &str) -> Option<bool> {
    let flags = field(cpuinfo, "flags")?;
    Some(flags.split_whitespace().any(|flag| flag == "hypervisor"))
}

/// The choice in brackets of a text like `always [madvise] never`.
pub(super) fn chosen(text: &str) -> Option<String> {
    let (_, rest) = text.split_once('[')?;
    rest.split_once(']').map(|(choice, _)| choice.to_owned())
}

/// What all cores did since the system started, in ticks of USER_HZ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CpuTimes {
    /// Everything, idleness too.
    pub total: u64,
    /// Nothing to do, or waiting for I/O.
    pub idle: u64,
    /// Ready to run, but the hypervisor ran somebody else.
    pub steal: u64,
}

impl CpuTimes {
    /// The share of the time that was stolen, from 0 to 1.
    pub fn steal_share(self) -> Option<f64> {
        self.share(self.steal)
    }

    /// The share of the time in which cores worked, from 0 to 1.
    pub fn busy_share(self) -> Option<f64> {
        self.share(self.total.saturating_sub(self.idle + self.steal))
    }

    /// To the millionth: a record needs no more digits, and reads back as it was written.
    fn share(self, part: u64) -> Option<f64> {
        let share = part as f64 / self.total as f64;
        (self.total > 0).then(|| (share * 1e6).round() / 1e6)
    }

    /// What was added since `earlier`.
    pub fn since(self, earlier: CpuTimes) -> CpuTimes {
        CpuTimes {
            total: self.total.saturating_sub(earlier.total),
            idle: self.idle.saturating_sub(earlier.idle),
            steal: self.steal.saturating_sub(earlier.steal),
        }
    }
}

/// The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal; what
/// follows (guest, guest_nice) is in user and nice already.
pub(super) fn cpu_times(stat: &str) -> Option<CpuTimes> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<u64> = line
        .split_whitespace()
        .take(8)
        .map_while(|field| field.parse().ok())
        .collect();
    let &[_, _, _, idle, iowait, _, _, steal] = ticks.as_slice() else {
        return None;
    };
    Some(CpuTimes {
        total: ticks.iter().sum(),
        idle: idle + iowait,
        steal,
    })
}

/// Pages that were written to and read from swap since the system started, of /proc/vmstat.
pub(super) fn swapped_pages(vmstat: &str) -> Option<u64> {
    Some(count(vmstat, "pswpin")? + count(vmstat, "pswpout")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CPUINFO: &str = "processor\t: 0\nmodel\t\t: 2\nmodel name\t: AMD EPYC\ncache size\t: 1 KB\n\
                           flags\t\t: fpu vme hypervisor lahf_lm\nbugs\t\t: srso\n";

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        assert_eq!(field(CPUINFO, "model name").as_deref(), Some("AMD EPYC"));
        assert_eq!(field(CPUINFO, "model").as_deref(), Some("2"));
        assert_eq!(field(CPUINFO, "cache"), None);
        assert_eq!(field(CPUINFO, "Model"), None);
        assert_eq!(field("model name\t:\n", "model name"), None);
    }

    #[test]
    fn a_guest_is_known_by_its_flag() {
        assert_eq!(has_hypervisor_flag(CPUINFO), Some(true));
        assert_eq!(has_hypervisor_flag("flags\t: fpu vme\n"), Some(false));
        assert_eq!(has_hypervisor_flag("Features\t: fp asimd\n"), None);
    }

    #[test]
    fn memory_is_read_in_kib() {
        let text = "MemTotal:       24684092 kB\nMemFree:    16 kB\nHugePages_Total:       0\n";
        assert_eq!(kibibytes(text, "MemTotal"), Some(24_684_092));
        assert_eq!(kibibytes(text, "HugePages_Total"), None);
        assert_eq!(kibibytes(text, "MemAvailable"), None);
    }

    #[test]
    fn the_load_has_three_numbers() {
        assert_eq!(
            load("6.10 5.59 3.69 6/132 10627\n"),
            Some([6.1, 5.59, 3.69])
        );
        assert_eq!(load("6.10 5.59\n"), None);
        assert_eq!(load(""), None);
    }

    #[test]
    fn lists_of_cores_are_counted() {
        assert_eq!(list_length("0\n"), Some(1));
        assert_eq!(list_length("0-3,8,10-11\n"), Some(7));
        for bad in ["", "x", "3-1", "0-4294967295"] {
            assert_eq!(list_length(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_choice_stands_in_brackets() {
        assert_eq!(
            chosen("always [madvise] never\n").as_deref(),
            Some("madvise")
        );
        assert_eq!(chosen("never\n"), None);
    }

    #[test]
    fn stolen_and_busy_time_are_shares_of_all_time() {
        let times = cpu_times("cpu  100 0 50 800 40 0 0 10 7 0\ncpu0 1 2\n").unwrap();
        assert_eq!((times.total, times.idle, times.steal), (1000, 840, 10));
        assert_eq!(times.steal_share(), Some(0.01));
        assert_eq!(times.busy_share(), Some(0.15));
        let later = cpu_times("cpu  150 0 50 830 40 0 0 30 7 0\n").unwrap();
        assert_eq!(later.since(times).steal_share(), Some(0.2));
        assert_eq!(later.since(times).busy_share(), Some(0.5));
        assert_eq!(later.since(later).steal_share(), None);
        assert_eq!(cpu_times("cpu  1 2 3\n"), None);
        assert_eq!(cpu_times("intr 5\n"), None);
    }

    #[test]
    fn swapping_is_counted_both_ways() {
        let text = "pswpin 3\npswpout 4\nswpin_zero 9\n";
        assert_eq!(swapped_pages(text), Some(7));
        assert_eq!(swapped_pages("pgpgin 3\n"), None);
    }

    #[test]
    fn a_flag_is_a_nought_or_a_one() {
        assert_eq!(flag("1\n"), Some(true));
        assert_eq!(flag("0"), Some(false));
        assert_eq!(flag("notsupported"), None);
    }
}
