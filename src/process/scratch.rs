//! Folders that go with their process, and those that others have left.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

const PREFIX: &str = "mpmt-";
/// What a folder is called while it is being made.
const NEW_PREFIX: &str = ".mpmt-new-";
/// How long that can take.
const MAKING: Duration = Duration::from_secs(60);
const LOCK: &str = "lock";

/// A fresh folder that only this user can enter (mode 0700), for sockets and trial inputs. It is
/// removed when dropped. One whose owner was killed is removed by whoever makes the next: a lock
/// in the folder tells the living from the dead.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
    _lock: File,
}

impl Scratch {
    /// Makes a folder under the system's folder for temporary files, and removes those that the
    /// dead have left there.
    ///
    /// # Errors
    /// When the folder can't be made or written to.
    pub fn create() -> io::Result<Scratch> {
        Self::create_in(&std::env::temp_dir())
    }

    fn create_in(parent: &Path) -> io::Result<Scratch> {
        remove_abandoned(parent);
        // Made under another name and renamed when locked, so that nobody takes it for abandoned
        // in between.
        let folder = tempfile::Builder::new()
            .prefix(NEW_PREFIX)
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in(parent)?;
        let lock = File::create(folder.path().join(LOCK))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        let made = folder.keep();
        let suffix = made
            .file_name()
            .and_then(|name| name.to_str()?.strip_prefix(NEW_PREFIX));
        let name = parent.join(format!("{PREFIX}{}", suffix.unwrap_or("scratch")));
        fs::rename(&made, &name)?;
        Ok(Scratch {
            folder: name,
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

impl Drop for Scratch {
    fn drop(&mut self) {
        // What can't be removed now is removed by whoever makes the next.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Removes our user's folders whose owner is dead. That one can't be looked at or removed is no
/// reason to stop: somebody else may be removing it at this very moment.
fn remove_abandoned(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let (name, path) = (entry.file_name(), entry.path());
        let name = name.to_string_lossy();
        let abandoned = name.starts_with(PREFIX) && is_abandoned(&path).unwrap_or(false)
            || name.starts_with(NEW_PREFIX) && was_never_made(&path).unwrap_or(false);
        if abandoned {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

fn is_ours(folder: &Path) -> io::Result<bool> {
    let meta = fs::symlink_metadata(folder)?;
    Ok(meta.is_dir() && meta.uid() == rustix::process::geteuid().as_raw())
}

fn is_abandoned(folder: &Path) -> io::Result<bool> {
    if !is_ours(folder)? {
        return Ok(false);
    }
    let lock = File::open(folder.join(LOCK))?;
    Ok(flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok())
}

/// Whether its owner was killed between making and renaming it.
fn was_never_made(folder: &Path) -> io::Result<bool> {
    let old = fs::symlink_metadata(folder)?
        .modified()?
        .elapsed()
        .is_ok_and(|age| age > MAKING);
    Ok(old && is_ours(folder)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_the_dead_is_removed_and_that_of_the_living_is_not() {
        let parent = tempfile::tempdir().unwrap();
        let living = Scratch::create_in(parent.path()).unwrap();
        let dead = parent.path().join("mpmt-dead");
        fs::create_dir(&dead).unwrap();
        File::create(dead.join(LOCK)).unwrap();
        let bystander = parent.path().join("mpmt-notes");
        fs::create_dir(&bystander).unwrap();

        let next = Scratch::create_in(parent.path()).unwrap();
        assert!(living.path().exists() && next.path().exists());
        assert!(!dead.exists());
        assert!(
            bystander.exists(),
            "a folder without our lock is not ours to remove"
        );
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
