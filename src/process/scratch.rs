//! Folders that go with their process, and those that others have left.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rustix::fs::{FlockOperation, flock};

const PREFIX: &str = "mpmt-";
const LOCK: &str = "lock";
const VARIABLE: &str = "TMPDIR";

/// The longest path that a socket may have (unix(7)), and what of it lies below the folder for
/// temporary files: `/mpmt-XXXXXX/` and the longest name of a socket.
const LONGEST_PATH: usize = 107;
const LONGEST_BELOW: usize = 32;

/// Where the folders of this process lie, once it is settled.
static PLACE: OnceLock<Place> = OnceLock::new();

/// Where folders with sockets can lie, and why not where TMPDIR says.
#[derive(Debug)]
struct Place {
    folder: PathBuf,
    instead: Option<String>,
}

/// There is no folder that sockets can lie in.
#[derive(Debug, thiserror::Error)]
#[error(
    "no folder for sockets: {}; set TMPDIR to a folder of yours with a path of at most {most} bytes",
    .0.join("; "), most = LONGEST_PATH - LONGEST_BELOW
)]
pub struct NoPlace(Vec<String>);

/// A fresh folder that only this user can enter (mode 0700), for sockets and trial inputs. It is
/// removed when dropped. One whose owner was killed is removed by whoever makes the next: a lock
/// in the folder tells the living from the dead, and the mark in it our folders from others.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
    _lock: File,
}

impl Scratch {
    /// Settles where all folders of this process lie: where TMPDIR says, unless sockets can't lie
    /// there. Returns, at the first time, what a person should know of that.
    ///
    /// # Errors
    /// When they can lie nowhere.
    pub fn settle() -> Result<Option<&'static str>, NoPlace> {
        if PLACE.get().is_some() {
            return Ok(None);
        }
        let place = Place::among(&wanted(), &others())?;
        Ok(PLACE.get_or_init(|| place).instead.as_deref())
    }

    /// Makes a folder where it is settled, and removes those that the dead have left there.
    ///
    /// # Errors
    /// When the folder can't be made or written to.
    pub fn create() -> io::Result<Scratch> {
        Self::settle().map_err(io::Error::other)?;
        match PLACE.get() {
            Some(place) => Self::create_in(&place.folder),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn create_in(parent: &Path) -> io::Result<Scratch> {
        remove_abandoned(parent);
        // A name that exists already is not used: another is tried.
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in(parent)?;
        let mut lock = File::create_new(folder.path().join(LOCK))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        // Marked when it is locked, so that nobody takes it for abandoned in between.
        lock.write_all(mark(folder.path()).as_bytes())?;
        Ok(Scratch {
            folder: folder.keep(),
            _lock: lock,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The path of a file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// An `ipc://` endpoint in it.
    pub fn endpoint(&self, name: &str) -> String {
        format!("ipc://{}", self.file(name).display())
    }
}

impl Place {
    /// The first folder that sockets can lie in.
    fn among(wanted: &Path, others: &[PathBuf]) -> Result<Place, NoPlace> {
        let mut reasons = Vec::new();
        for folder in std::iter::once(wanted).chain(others.iter().map(PathBuf::as_path)) {
            match try_out(folder) {
                Ok(folder) => {
                    let used = folder.display().to_string();
                    let instead = |reason: &String| format!("{reason}; {used} is used instead");
                    let instead = reasons.first().map(instead);
                    return Ok(Place { folder, instead });
                }
                Err(reason) => reasons.push(if reasons.is_empty() {
                    format!("{VARIABLE} ({}) {reason}", folder.display())
                } else {
                    format!("{} {reason}", folder.display())
                }),
            }
        }
        Err(NoPlace(reasons))
    }
}

/// Where folders should lie. A variable that is empty is none.
fn wanted() -> PathBuf {
    match env::var_os(VARIABLE) {
        Some(folder) if !folder.is_empty() => folder.into(),
        _ => PathBuf::from("/tmp"),
    }
}

/// Where they may lie when they can't lie there: folders that everybody, or this user, may write to.
fn others() -> Vec<PathBuf> {
    let own = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let all = ["/tmp", "/var/tmp", "/dev/shm"].map(PathBuf::from);
    own.into_iter().chain(all).collect()
}

/// Whether sockets can lie in a folder: its absolute path, or why not, in words that go behind it.
fn try_out(folder: &Path) -> Result<PathBuf, String> {
    let unusable = |error: io::Error| format!("can't be used: {error}");
    // Those who are started find it wherever they are.
    let folder = std::path::absolute(folder).map_err(unusable)?;
    let text = folder.to_str().ok_or("is not UTF-8, as addresses are")?;
    // libzmq takes what is before a semicolon for where to connect from.
    if text.contains(|c: char| c.is_control() || c == ';') {
        return Err("has characters that addresses can't have".to_owned());
    }
    if text.len() > LONGEST_PATH - LONGEST_BELOW {
        return Err(format!(
            "is too long: a socket's path may have {LONGEST_PATH} bytes"
        ));
    }
    let trial = Scratch::create_in(&folder).map_err(unusable)?;
    UnixListener::bind(trial.file("socket")).map_err(unusable)?;
    Ok(folder)
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What can't be removed now is removed by whoever makes the next.
        let _ = remove(&self.folder);
    }
}

/// Removes our user's folders whose owner is dead. That one can't be looked at or removed is no
/// reason to stop: somebody else may be removing it at this very moment.
fn remove_abandoned(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX)
            && let Ok(Some(_lock)) = lock_of_dead(&entry.path())
        {
            let _ = remove(&entry.path());
        }
    }
}

/// Removes a folder, its lock last: what one leaves who is killed meanwhile still bears our mark.
fn remove(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == LOCK {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    fs::remove_dir_all(folder)
}

/// What the lock of a folder says. No folder without it, nor a copy under another name, is removed.
fn mark(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    format!("mpmt removes {name} when nobody holds the lock of this file\n")
}

/// The lock of a folder that is ours and nobody's any more, held: nobody else removes it meanwhile.
fn lock_of_dead(folder: &Path) -> io::Result<Option<File>> {
    let user = rustix::process::geteuid().as_raw();
    let meta = fs::symlink_metadata(folder)?;
    if !meta.is_dir() || meta.uid() != user {
        return Ok(None);
    }
    // Not by way of a link, and without waiting for whoever writes into a named pipe.
    let lock = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(folder.join(LOCK))?;
    if !lock.metadata()?.is_file() || lock.metadata()?.uid() != user {
        return Ok(None);
    }
    let (mark, mut text) = (mark(folder), Vec::new());
    (&lock).take(mark.len() as u64 + 1).read_to_end(&mut text)?;
    if text != mark.as_bytes() || flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
        return Ok(None);
    }
    // Whoever held it until now may have removed the folder, and its name may be another's.
    let is_there = lock.metadata()?.nlink() == 1;
    Ok(is_there.then_some(lock))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    /// A folder as one of ours leaves it whose process is killed.
    fn abandoned(parent: &Path) -> PathBuf {
        let scratch = Scratch::create_in(parent).unwrap();
        let path = scratch.path().to_owned();
        fs::write(scratch.file("table.txt"), "").unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        let moved = parent.join(format!("kept-from-its-own-end-{name}"));
        fs::rename(&path, &moved).unwrap();
        drop(scratch);
        fs::rename(&moved, &path).unwrap();
        path
    }

    #[test]
    fn where_sockets_can_lie_is_found_and_nowhere_names_the_variable() {
        let parent = tempfile::tempdir().unwrap();
        let missing = parent.path().join("missing");
        let long = parent.path().join("x".repeat(LONGEST_PATH));
        fs::create_dir(&long).unwrap();
        let among = |others: &[&Path]| {
            let others: Vec<_> = others.iter().map(|other| other.to_path_buf()).collect();
            Place::among(&missing, &others)
        };
        let place = among(&[&long, parent.path()]).unwrap();
        assert_eq!(place.folder, parent.path());
        assert!(place.instead.unwrap().contains("missing"));
        let nowhere = among(&[&long]).unwrap_err().to_string();
        assert!(
            nowhere.contains("set TMPDIR") && nowhere.contains("is too long"),
            "{nowhere}"
        );
        let place = Place::among(parent.path(), &[]).unwrap();
        assert_eq!(
            (place.folder.as_path(), place.instead),
            (parent.path(), None)
        );
    }

    #[test]
    fn every_socket_of_ours_fits() {
        // What tempfile draws is six characters long.
        for name in ["batches.ipc", "control.ipc", "results.ipc", "workers.ipc"] {
            assert!(format!("/{PREFIX}XXXXXX/{name}").len() <= LONGEST_BELOW);
        }
    }

    #[test]
    fn the_folder_of_the_dead_is_removed_and_that_of_the_living_is_not() {
        let parent = tempfile::tempdir().unwrap();
        let dead = abandoned(parent.path());
        let living = Scratch::create_in(parent.path()).unwrap();
        assert!(!dead.exists());
        let next = Scratch::create_in(parent.path()).unwrap();
        assert!(living.path().exists() && next.path().exists());
    }

    #[test]
    fn what_does_not_bear_our_mark_stays() {
        let parent = tempfile::tempdir().unwrap();
        let folder = |name: &str| {
            let path = parent.path().join(name);
            fs::create_dir(&path).unwrap();
            fs::write(path.join("notes"), "mine").unwrap();
            path
        };
        let marked = abandoned(parent.path());
        let mut kept = vec![folder("mpmt-notes"), folder(".mpmt-new-notes")];
        for (name, text) in [
            ("mpmt-empty", String::new()),
            ("mpmt-other", "17\n".to_owned()),
            ("mpmt-copy", mark(&marked)),
            ("mpmt-longer", mark(Path::new("mpmt-longer")) + "and more"),
            ("elsewhere", mark(Path::new("elsewhere"))),
        ] {
            let path = folder(name);
            fs::write(path.join(LOCK), text).unwrap();
            kept.push(path);
        }
        let [of_link, of_folder, of_fifo] = ["mpmt-link", "mpmt-folder", "mpmt-fifo"].map(folder);
        let target = parent.path().join("target");
        fs::write(&target, mark(&of_link)).unwrap();
        symlink(&target, of_link.join(LOCK)).unwrap();
        fs::create_dir(of_folder.join(LOCK)).unwrap();
        let fifo = Command::new("mkfifo").arg(of_fifo.join(LOCK)).status();
        assert!(fifo.unwrap().success());
        kept.extend([of_link, of_folder, of_fifo]);
        // A folder of ours in name and mark, by way of a link.
        let linked = folder("linked");
        fs::write(linked.join(LOCK), mark(Path::new("mpmt-linked"))).unwrap();
        symlink(&linked, parent.path().join("mpmt-linked")).unwrap();
        kept.push(linked);
        for path in &kept {
            // As old as what nobody works on any more.
            let day = std::time::Duration::from_secs(86_400);
            let old = std::time::SystemTime::now().checked_sub(day).unwrap();
            File::open(path).unwrap().set_modified(old).unwrap();
        }

        drop(Scratch::create_in(parent.path()).unwrap());
        assert!(!marked.exists());
        for path in kept {
            assert_eq!(fs::read(path.join("notes")).unwrap(), b"mine", "{path:?}");
        }
    }

    #[test]
    fn many_at_once_have_folders_of_their_own_and_remove_no_living_one() {
        let parent = tempfile::tempdir().unwrap();
        let made: Vec<Scratch> = std::thread::scope(|scope| {
            let makers: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        abandoned(parent.path());
                        let make = |_| Scratch::create_in(parent.path()).unwrap();
                        (0..25).map(make).collect::<Vec<_>>()
                    })
                })
                .collect();
            let made = makers.into_iter().flat_map(|maker| maker.join().unwrap());
            made.collect()
        });
        let mut paths: Vec<_> = made.iter().map(Scratch::path).collect();
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), 200);
        assert!(paths.iter().all(|path| path.join(LOCK).exists()));
    }

    #[test]
    fn only_its_owner_can_enter_and_it_goes_with_its_value() {
        let parent = tempfile::tempdir().unwrap();
        let scratch = Scratch::create_in(parent.path()).unwrap();
        let path = scratch.path().to_owned();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o700
        );
        drop(scratch);
        assert!(!path.exists());
    }
}
