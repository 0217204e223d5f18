//! The share of the processor that a control group may use. Sources: cgroups(7) and the kernel's
//! Documentation/admin-guide/cgroup-v2.rst (cpu.max) and Documentation/scheduler/sched-bwc.rst
//! (cpu.cfs_quota_us).
//!
//! Every group above ours limits us too, so the lowest quota on the way up is ours.

use std::fs;
use std::path::{Path, PathBuf};

/// A folder of the control group that decides on the processor, in the hierarchy's own format.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    mount: PathBuf,
    folder: PathBuf,
    version: u8,
}

/// The lowest quota that limits this process, in cores; nothing when there is none.
pub(super) fn quota_cores() -> Option<f64> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let groups = groups(&read("/proc/self/cgroup"), &read("/proc/self/mountinfo"));
    groups.iter().filter_map(lowest_quota).reduce(f64::min)
}

fn lowest_quota(group: &Group) -> Option<f64> {
    let folders = group.folder.ancestors();
    folders
        .take_while(|folder| folder.starts_with(&group.mount))
        .filter_map(|folder| quota_of(folder, group.version))
        .reduce(f64::min)
}

fn quota_of(folder: &Path, version: u8) -> Option<f64> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
    match version {
        2 => quota_v2(&read("cpu.max")?),
        _ => quota_v1(&read("cpu.cfs_quota_us")?, &read("cpu.cfs_period_us")?),
    }
}

/// cpu.max: `<quota|max> <period>`, both in microseconds.
fn quota_v2(max: &str) -> Option<f64> {
    let (quota, period) = max.trim().split_once(' ')?;
    quota_v1(quota, period)
}

/// cpu.cfs_quota_us and cpu.cfs_period_us; a quota of -1 is none.
fn quota_v1(quota: &str, period: &str) -> Option<f64> {
    let quota: f64 = quota.trim().parse().ok()?;
    let period: f64 = period.trim().parse().ok()?;
    (quota > 0.0 && period > 0.0).then(|| quota / period)
}

/// Where the groups of this process are, from the texts of /proc/self/cgroup and
/// /proc/self/mountinfo.
fn groups(cgroup: &str, mountinfo: &str) -> Vec<Group> {
    let memberships = cgroup.lines().filter_map(|line| {
        let mut fields = line.splitn(3, ':');
        let (_, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
        let version = match controllers {
            "" => 2,
            list if has_word(list, "cpu") => 1,
            _ => return None,
        };
        Some((version, path))
    });
    memberships
        .filter_map(|(version, path)| {
            let (root, mount) = mounted(mountinfo, version)?;
            Some(Group {
                folder: mount.join(below(path, &root)),
                mount,
                version,
            })
        })
        .collect()
}

/// A group's path below the folder of the hierarchy that is mounted. A container may see a path
/// that lies elsewhere; then what is mounted is its own.
fn below<'a>(path: &'a str, root: &str) -> &'a Path {
    Path::new(path)
        .strip_prefix(root)
        .unwrap_or_else(|_| Path::new(""))
}

/// The root and the mount point of the hierarchy. A line of mountinfo: `id parent major:minor root
/// mount-point options [optional fields] - type source super-options`.
fn mounted(mountinfo: &str, version: u8) -> Option<(String, PathBuf)> {
    mountinfo.lines().find_map(|line| {
        let (place, kind) = line.split_once(" - ")?;
        let place: Vec<&str> = place.split(' ').collect();
        let mut kind = kind.split(' ');
        let (name, options) = (kind.next()?, kind.nth(1)?);
        let fits = match version {
            2 => name == "cgroup2",
            _ => name == "cgroup" && has_word(options, "cpu"),
        };
        fits.then_some((place.get(3)?.to_string(), PathBuf::from(place.get(4)?)))
    })
}

fn has_word(list: &str, word: &str) -> bool {
    list.split(',').any(|each| each == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_a_number_of_cores_in_both_versions() {
        assert_eq!(quota_v2("150000 100000\n"), Some(1.5));
        assert_eq!(quota_v2("max 100000\n"), None);
        assert_eq!(quota_v1("50000\n", "100000\n"), Some(0.5));
        assert_eq!(quota_v1("-1\n", "100000\n"), None);
        assert_eq!(quota_v1("", "100000\n"), None);
    }

    #[test]
    fn the_group_is_found_where_its_hierarchy_is_mounted() {
        let v2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
        let found = groups("0::/user.slice/session\n", v2);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].folder,
            Path::new("/sys/fs/cgroup/user.slice/session")
        );
        assert_eq!(found[0].version, 2);
    }

    #[test]
    fn the_first_version_has_a_hierarchy_for_each_controller() {
        let v1 = "32 31 0:30 / /sys/fs/cgroup/cpuacct rw - cgroup cgroup rw,cpuacct\n\
                  33 31 0:29 /docker/1 /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n";
        let found = groups("4:memory:/a\n1:cpu:/docker/1/sub\n0::/\n", v1);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].folder, Path::new("/sys/fs/cgroup/cpu/sub"));
        assert_eq!(found[0].version, 1);
        let elsewhere = groups("1:cpu:/other\n", v1);
        assert_eq!(elsewhere[0].folder, Path::new("/sys/fs/cgroup/cpu/"));
    }

    #[test]
    fn the_lowest_quota_on_the_way_up_counts() {
        let mount = tempfile::tempdir().unwrap();
        let inner = mount.path().join("outer/inner");
        fs::create_dir_all(&inner).unwrap();
        fs::write(inner.join("cpu.max"), "max 100000\n").unwrap();
        fs::write(mount.path().join("outer/cpu.max"), "200000 100000\n").unwrap();
        let group = Group {
            mount: mount.path().to_owned(),
            folder: inner,
            version: 2,
        };
        assert_eq!(lowest_quota(&group), Some(2.0));
    }
}
