//! Listening at a path without taking anything away from anybody.

use std::fs::{self, File};
use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener};
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::fs::{FlockOperation, Mode, flock};
use rustix::io::Errno;
use rustix::process::umask;

/// How long another, who has found the same dead socket, is waited for. Not for ever: anybody who
/// can read a folder can hold its lock.
const PATIENCE: Duration = Duration::from_secs(1);

/// Why nobody can listen at a path.
#[derive(Debug)]
pub(super) enum Obstacle {
    /// A socket of a living process.
    InUse,
    /// Something that is not ours to remove.
    Occupied(&'static str),
    /// The system refuses.
    System(io::Error),
}

impl From<io::Error> for Obstacle {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AddrInUse => Obstacle::InUse,
            _ => Obstacle::System(error),
        }
    }
}

/// Listens at a path, or at an abstract name when it begins with `@`. The kernel gives a path only
/// when nothing lies there. A socket that no living process has is removed; whatever else lies
/// there stays. Only this user can connect to a path, wherever it is.
pub(super) fn listen(path: &str) -> Result<UnixListener, Obstacle> {
    let listener = match path.strip_prefix('@') {
        Some(name) => UnixListener::bind_addr(&SocketAddr::from_abstract_name(name)?)?,
        None => listen_at(Path::new(path), PATIENCE)?,
    };
    // Whoever connects may be gone when it is to be accepted, which nobody waits for.
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn listen_at(path: &Path, patience: Duration) -> Result<UnixListener, Obstacle> {
    match bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
        done => return Ok(done?),
    }
    let _lock = lock_for_removal(path.parent(), patience);
    remove_dead(path)?;
    Ok(bind(path)?)
}

/// Makes a socket file that only this user can connect to: for that the kernel asks for leave to
/// write it. libzmq could look at the peer itself (`ZMQ_IPC_FILTER_UID`), but is built without.
/// Sockets are bound on the main thread, as a process starts; what another thread made at this very
/// moment would get less leave, never more.
fn bind(path: &Path) -> io::Result<UnixListener> {
    let before = umask(Mode::from_raw_mode(0o177));
    let bound = UnixListener::bind(path);
    umask(before);
    bound
}

fn remove_dead(path: &Path) -> Result<(), Obstacle> {
    let kind = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        meta => meta?.file_type(),
    };
    if !kind.is_socket() {
        return Err(Obstacle::Occupied(name_of(kind)));
    }
    // A datagram socket tells the dead from the living without a connection, which would wait when
    // the other's queue is full: it is refused by the dead alone, also before they listen.
    match UnixDatagram::unbound()?.connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            Ok(fs::remove_file(path)?)
        }
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Err(Obstacle::Occupied("a socket that is closed to you"))
        }
        _ => Err(Obstacle::InUse),
    }
}

fn name_of(kind: fs::FileType) -> &'static str {
    match kind {
        _ if kind.is_file() => "a file",
        _ if kind.is_dir() => "a folder",
        _ if kind.is_symlink() => "a symbolic link",
        _ if kind.is_fifo() => "a named pipe",
        _ => "a device",
    }
}

/// Has those who find the same dead socket at the same moment come one after another: the second
/// would remove what the first has bound. Not every file system has locks.
fn lock_for_removal(folder: Option<&Path>, patience: Duration) -> Option<File> {
    let folder = folder.filter(|folder| *folder != Path::new(""));
    let folder = File::open(folder.unwrap_or(Path::new("."))).ok()?;
    for _ in 0..patience.as_millis() {
        match flock(&folder, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => thread::sleep(Duration::from_millis(1)),
            locked => return locked.is_ok().then_some(folder),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt as _;
    use std::os::unix::net::UnixStream;

    use rustix::fs::OFlags;

    fn is_in_use(path: &Path) -> bool {
        matches!(listen(path.to_str().unwrap()), Err(Obstacle::InUse))
    }

    #[test]
    fn the_living_keep_their_path_and_the_dead_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["ours", "stream", "datagram"].map(|name| folder.path().join(name));
        let ours = listen(paths[0].to_str().unwrap()).unwrap();
        let stream = UnixListener::bind(&paths[1]).unwrap();
        let datagram = UnixDatagram::bind(&paths[2]).unwrap();
        for path in &paths {
            assert!(is_in_use(path), "{path:?}");
        }
        drop((ours, stream, datagram));
        for path in &paths {
            assert!(path.exists());
            let listener = listen(path.to_str().unwrap()).unwrap();
            let _connected = UnixStream::connect(path).unwrap();
            listener.accept().unwrap();
        }
    }

    #[test]
    fn one_whose_queue_is_full_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let listener = UnixListener::bind(&path).unwrap();
        rustix::net::listen(&listener, 0).unwrap();
        let _waiting = UnixStream::connect(&path).unwrap();
        assert!(is_in_use(&path));
    }

    #[test]
    fn nobody_removes_a_dead_socket_while_another_is_about_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        drop(UnixListener::bind(&path).unwrap());
        let dead = fs::symlink_metadata(&path).unwrap().ino();
        let lock = lock_for_removal(path.parent(), PATIENCE);
        thread::scope(|scope| {
            let second = scope.spawn(|| listen_at(&path, Duration::from_secs(60)));
            // Time to do wrong.
            for _ in 0..100 {
                thread::sleep(Duration::from_millis(1));
                assert_eq!(fs::symlink_metadata(&path).unwrap().ino(), dead);
            }
            remove_dead(&path).unwrap();
            let _first = UnixListener::bind(&path).unwrap();
            drop(lock);
            assert!(matches!(second.join().unwrap(), Err(Obstacle::InUse)));
        });
    }

    #[test]
    fn a_stranger_who_holds_the_folder_s_lock_holds_nobody_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        drop(UnixListener::bind(&path).unwrap());
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        let held = rustix::fs::open(folder.path(), flags, Mode::empty()).unwrap();
        flock(&held, FlockOperation::LockExclusive).unwrap();
        listen(path.to_str().unwrap()).unwrap();
    }
}
