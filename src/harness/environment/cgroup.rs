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

/// How much of the processor a group may use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Quota {
    /// In cores.
    pub(super) cores: f64,
    /// A group that has used its share of a period stands still until the next: in seconds.
    pub(super) period_s: f64,
}

/// The lowest quota that limits this process; nothing when there is none.
pub(super) fn quota() -> Option<Quota> {
    quota_below(Path::new("/"))
}

/// The same, where the files of the system lie below `root`.
fn quota_below(root: &Path) -> Option<Quota> {
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
    let groups = groups(&read("proc/self/cgroup"), &read("proc/self/mountinfo"));
    let quotas = groups.iter().flat_map(|group| quotas(root, group));
    quotas.min_by(|a, b| a.cores.total_cmp(&b.cores))
}

/// The quotas of a group and of all above it, as far as they can be seen from here.
fn quotas(root: &Path, group: &Group) -> Vec<Quota> {
    let folders = group.folder.ancestors();
    let folders = folders.take_while(|folder| folder.starts_with(&group.mount));
    let quotas = folders.filter_map(|folder| {
        let folder = root.join(folder.strip_prefix("/").unwrap_or(folder));
        quota_of(&folder, group.version)
    });
    quotas.collect()
}

fn quota_of(folder: &Path, version: u8) -> Option<Quota> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
    match version {
        2 => quota_v2(&read("cpu.max")?),
        _ => quota_v1(&read("cpu.cfs_quota_us")?, &read("cpu.cfs_period_us")?),
    }
}

/// cpu.max: `<quota|max> <period>`, both in microseconds.
fn quota_v2(max: &str) -> Option<Quota> {
    let (quota, period) = max.trim().split_once(' ')?;
    quota_v1(quota, period)
}

/// cpu.cfs_quota_us and cpu.cfs_period_us; a quota of -1 is none.
fn quota_v1(quota: &str, period: &str) -> Option<Quota> {
    let quota: f64 = quota.trim().parse().ok()?;
    let period: f64 = period.trim().parse().ok()?;
    (quota > 0.0 && period > 0.0).then(|| Quota {
        cores: quota / period,
        period_s: period / 1e6,
    })
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
            let (root, mount) = mounted(mountinfo, version, path)?;
            Some(Group {
                folder: mount.join(below(path, &root).unwrap_or(Path::new(""))),
                mount,
                version,
            })
        })
        .collect()
}

/// A group's path below the folder of the hierarchy that is mounted.
fn below<'a>(path: &'a str, root: &str) -> Option<&'a Path> {
    Path::new(path).strip_prefix(root).ok()
}

/// The root and the mount point of the hierarchy: of several mounts, the one that shows the most of
/// what is above the group. A container may see none that holds the group's path; then what is
/// mounted is its own. A line of mountinfo: `id parent major:minor root mount-point options
/// [optional fields] - type source super-options`.
fn mounted(mountinfo: &str, version: u8, path: &str) -> Option<(String, PathBuf)> {
    let mounts = mountinfo.lines().filter_map(|line| {
        let (place, kind) = line.split_once(" - ")?;
        let place: Vec<&str> = place.split(' ').collect();
        let mut kind = kind.split(' ');
        let (name, options) = (kind.next()?, kind.nth(1)?);
        let fits = match version {
            2 => name == "cgroup2",
            _ => name == "cgroup" && has_word(options, "cpu"),
        };
        fits.then_some((place.get(3)?.to_string(), PathBuf::from(place.get(4)?)))
    });
    mounts.min_by_key(|(root, _)| match below(path, root) {
        Some(_) => (0, root.len()),
        None => (1, 0),
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
        let cores = |quota: Option<Quota>| quota.map(|quota| quota.cores);
        assert_eq!(cores(quota_v2("150000 100000\n")), Some(1.5));
        assert_eq!(cores(quota_v2("max 100000\n")), None);
        assert_eq!(cores(quota_v1("50000\n", "100000\n")), Some(0.5));
        assert_eq!(cores(quota_v1("-1\n", "100000\n")), None);
        assert_eq!(cores(quota_v1("", "100000\n")), None);
        let half = quota_v1("10000\n", "20000\n").unwrap();
        assert_eq!(half.period_s, 0.02);
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

    /// A system with such files in it, each given as its path and text.
    fn system(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    fn cores_of(files: &[(&str, &str)]) -> Option<f64> {
        quota_below(system(files).path()).map(|quota| quota.cores)
    }

    const V2: &str = "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
    const V1: &str = "33 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n";

    #[test]
    fn the_lowest_quota_on_the_way_up_counts() {
        let inner = "sys/fs/cgroup/outer/inner/cpu.max";
        let outer = "sys/fs/cgroup/outer/cpu.max";
        let v2 = |inner_max, outer_max| {
            cores_of(&[
                ("proc/self/cgroup", "0::/outer/inner\n"),
                ("proc/self/mountinfo", V2),
                (inner, inner_max),
                (outer, outer_max),
            ])
        };
        assert_eq!(v2("max 100000\n", "150000 100000\n"), Some(1.5));
        assert_eq!(v2("50000 100000\n", "150000 100000\n"), Some(0.5));
        assert_eq!(v2("300000 100000\n", "25000 50000\n"), Some(0.5));
        assert_eq!(v2("max 100000\n", "max 100000\n"), None);
    }

    #[test]
    fn it_does_in_the_first_version_too() {
        let at = |path: &str, name| format!("sys/fs/cgroup/cpu,cpuacct/{path}cpu.cfs_{name}_us");
        let files = [
            ("proc/self/cgroup".to_owned(), "4:cpu,cpuacct:/a/b\n0::/\n"),
            ("proc/self/mountinfo".to_owned(), V1),
            (at("a/b/", "quota"), "-1\n"),
            (at("a/b/", "period"), "100000\n"),
            (at("a/", "quota"), "75000\n"),
            (at("a/", "period"), "50000\n"),
        ];
        let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), *t)).collect();
        assert_eq!(cores_of(&files), Some(1.5));
    }

    #[test]
    fn both_versions_at_once_are_both_asked() {
        let unified = "34 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
        let mounts = format!("{V1}{unified}");
        let files = [
            ("proc/self/cgroup", "4:cpu,cpuacct:/a\n0::/b\n"),
            ("proc/self/mountinfo", &mounts),
            ("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "200000\n"),
            ("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n"),
            ("sys/fs/cgroup/unified/b/cpu.max", "120000 100000\n"),
        ];
        assert_eq!(cores_of(&files), Some(1.2));
        assert_eq!(cores_of(&files[..4]), Some(2.0));
        assert_eq!(cores_of(&files[..2]), None);
    }

    #[test]
    fn of_several_mounts_the_one_that_shows_most_is_read() {
        let part = "29 23 0:26 /outer/inner /mnt rw - cgroup2 cgroup2 rw\n";
        let mounts = format!("{part}{V2}");
        let files = [
            ("proc/self/cgroup", "0::/outer/inner\n"),
            ("proc/self/mountinfo", &mounts),
            ("sys/fs/cgroup/outer/cpu.max", "150000 100000\n"),
        ];
        assert_eq!(cores_of(&files), Some(1.5));
    }
}
