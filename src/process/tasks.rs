//! How many processes and threads there may be. The kernel counts both alike, as tasks: per user
//! (RLIMIT_NPROC, getrlimit(2)), per control group (pids.max, cgroups(7)), and in all (threads-max
//! and pid_max, proc(5)).

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::{Resource, getrlimit};

/// How many tasks more one of the limits leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRoom {
    /// So many.
    pub left: u64,
    /// Which limit it is, and where it stands.
    pub limit: String,
}

/// Too few processes and threads for what was asked.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{needed} processes and threads are needed for {what}, but {} leaves {}; raise it, or ask for less",
    .room.limit, .room.left
)]
pub struct TaskShortage {
    needed: u64,
    room: TaskRoom,
    what: String,
}

/// Makes sure that this process may have `needed` processes and threads more.
///
/// # Errors
/// When one of the limits leaves fewer.
pub fn ensure_tasks(needed: u64, what: &str) -> Result<(), TaskShortage> {
    match task_room() {
        Some(room) if room.left < needed => Err(TaskShortage {
            needed,
            room,
            what: what.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// What the tightest of all limits leaves; nothing when the system tells of none.
pub fn task_room() -> Option<TaskRoom> {
    let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let groups = groups(&text("/proc/self/cgroup"), &text("/proc/self/mountinfo"));
    let of_groups = groups.iter().flat_map(|(mount, folder)| {
        let above = folder.ancestors();
        above.take_while(move |folder| folder.starts_with(mount))
    });
    let of_system = ["/proc/sys/kernel/threads-max", "/proc/sys/kernel/pid_max"];
    let there = tasks_there(&text("/proc/loadavg")).unwrap_or(0);
    let of_system = of_system.into_iter().filter_map(|path| {
        let limit: u64 = text(path).trim().parse().ok()?;
        Some(TaskRoom {
            left: limit.saturating_sub(there),
            limit: format!("{path} ({limit}, of which {there} are in use)"),
        })
    });
    let rooms = of_groups.filter_map(room_of_group).chain(of_system);
    rooms.chain(room_of_user()).min_by_key(|room| room.left)
}

/// What a control group leaves. In both versions the files have the same names and texts.
fn room_of_group(folder: &Path) -> Option<TaskRoom> {
    let number = |name: &str| -> Option<u64> {
        let text = fs::read_to_string(folder.join(name)).ok()?;
        text.trim().parse().ok()
    };
    // No number: `max`, which is no limit.
    let limit = number("pids.max")?;
    let there = number("pids.current").unwrap_or(0);
    let path = folder.join("pids.max");
    Some(TaskRoom {
        left: limit.saturating_sub(there),
        limit: format!("{} ({limit}, of which {there} are in use)", path.display()),
    })
}

/// What the limit of this user leaves. The kernel holds neither root to it, nor who may exceed it.
fn room_of_user() -> Option<TaskRoom> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let limit = getrlimit(Resource::Nproc).current?;
    let user = rustix::process::getuid().as_raw();
    if user == 0 || may_exceed(&status) {
        return None;
    }
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let there: u64 = entries
        .filter_map(|entry| fs::read_to_string(entry.path().join("status")).ok())
        .filter(|status| number_of(status, "Uid:") == Some(u64::from(user)))
        .filter_map(|status| number_of(&status, "Threads:"))
        .sum();
    Some(TaskRoom {
        left: limit.saturating_sub(there),
        limit: format!("'ulimit -u' ({limit}, of which {there} are in use)"),
    })
}

/// Whether a process with this /proc/PID/status has CAP_SYS_ADMIN or CAP_SYS_RESOURCE.
fn may_exceed(status: &str) -> bool {
    const ADMIN: u32 = 21;
    const RESOURCE: u32 = 24;
    let set = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let set = set.and_then(|set| u64::from_str_radix(set.trim(), 16).ok());
    set.is_some_and(|set| set & (1 << ADMIN | 1 << RESOURCE) != 0)
}

/// The first number of a field of /proc/PID/status.
fn number_of(status: &str, field: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix(field))?;
    value.split_whitespace().next()?.parse().ok()
}

/// The tasks of the whole system: /proc/loadavg, `0.1 0.2 0.3 <running>/<all> <last pid>`.
fn tasks_there(loadavg: &str) -> Option<u64> {
    let tasks = loadavg.split(' ').nth(3)?;
    tasks.split_once('/')?.1.parse().ok()
}

/// The mount points and folders of the control groups that may count the tasks of this process, from
/// the texts of /proc/self/cgroup and /proc/self/mountinfo.
fn groups(cgroup: &str, mountinfo: &str) -> Vec<(PathBuf, PathBuf)> {
    let has_pids = |list: &str| list.split(',').any(|word| word == "pids");
    let found = cgroup.lines().filter_map(|line| {
        let mut fields = line.splitn(3, ':');
        let (_, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
        // The second version has one hierarchy, without names of controllers.
        let unified = controllers.is_empty();
        if !unified && !has_pids(controllers) {
            return None;
        }
        mountinfo.lines().find_map(|line| {
            let (place, kind) = line.split_once(" - ")?;
            let place: Vec<&str> = place.split(' ').collect();
            let kind: Vec<&str> = kind.split(' ').collect();
            let fits = if unified {
                kind.first() == Some(&"cgroup2")
            } else {
                kind.first() == Some(&"cgroup") && has_pids(kind.last()?)
            };
            let (root, mount) = (place.get(3)?, PathBuf::from(place.get(4)?));
            // A container may be told a path elsewhere; then what is mounted is its own.
            let below = Path::new(path).strip_prefix(root).unwrap_or(Path::new(""));
            fits.then(|| (mount.clone(), mount.join(below)))
        })
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_the_system_has_is_refused_and_the_limit_is_named() {
        let error = ensure_tasks(1 << 40, "a test").unwrap_err().to_string();
        assert!(error.contains("are needed for a test"), "{error}");
        assert_eq!(ensure_tasks(1, "a test"), Ok(()));
    }

    #[test]
    fn a_control_group_leaves_what_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        assert_eq!(room_of_group(folder.path()), None);
        write("pids.max", "max\n");
        write("pids.current", "30\n");
        assert_eq!(room_of_group(folder.path()), None);
        write("pids.max", "100\n");
        let room = room_of_group(folder.path()).unwrap();
        assert_eq!(room.left, 70);
        assert!(room.limit.contains("pids.max (100"), "{room:?}");
    }

    #[test]
    fn the_groups_of_both_versions_are_found() {
        let v2 = "30 23 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
        let mount = PathBuf::from("/sys/fs/cgroup");
        let found = groups("0::/user.slice/session\n", v2);
        assert_eq!(found, [(mount.clone(), mount.join("user.slice/session"))]);
        let v1 = "32 31 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n\
                  33 31 0:29 /docker/1 /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n";
        let mount = mount.join("pids");
        let found = groups("4:cpu:/a\n1:pids:/docker/1/sub\n", v1);
        assert_eq!(found, [(mount.clone(), mount.join("sub"))]);
        let found = groups("1:pids:/other\n", v1);
        assert_eq!(found, [(mount.clone(), mount.join(""))]);
    }

    #[test]
    fn who_is_held_to_the_limit_of_a_user_is_told_by_capabilities() {
        assert!(may_exceed("Name:\tx\nCapEff:\t000001ffffffffff\n"));
        assert!(may_exceed("CapEff:\t0000000001000000\n"));
        assert!(!may_exceed("CapEff:\t0000000000000400\n"));
        assert!(!may_exceed(""));
        assert_eq!(
            number_of("Uid:\t7\t8\nThreads:\t12\n", "Threads:"),
            Some(12)
        );
        assert_eq!(tasks_there("0.1 0.2 0.3 2/345 99\n"), Some(345));
    }
}
