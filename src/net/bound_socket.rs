//! A socket that is bound to an address, and takes its file with it.

use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::ipc::{self, Obstacle};

/// A bound socket, on which nobody listens yet.
#[derive(Debug)]
pub(super) struct BoundSocket {
    socket: OwnedFd,
    url: String,
    /// The path of an ipc socket, and the number of the file that we made there.
    file: Option<(u64, PathBuf)>,
}

impl BoundSocket {
    /// Binds `tcp://HOST:PORT` or `ipc://PATH`. A port of `*` becomes a free one.
    ///
    /// # Errors
    /// When the address is none, or in use, or the system refuses it.
    pub(super) fn bind(url: &str) -> Result<BoundSocket, Obstacle> {
        match url.strip_prefix("ipc://") {
            Some(path) => bind_ipc(url, path),
            None => bind_tcp(url.strip_prefix("tcp://").unwrap_or(url)),
        }
    }

    /// The real address.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Whether other machines' peers may come.
    pub(super) fn is_tcp(&self) -> bool {
        self.url.starts_with("tcp://")
    }
}

fn bind_ipc(url: &str, path: &str) -> Result<BoundSocket, Obstacle> {
    let socket = ipc::listen(path)?;
    let path = (!path.starts_with('@')).then(|| PathBuf::from(path));
    let file = path.map(|path| Ok::<_, io::Error>((file_number(&path)?, path)));
    Ok(BoundSocket {
        socket: socket.into(),
        url: url.to_owned(),
        file: file.transpose()?,
    })
}

fn bind_tcp(address: &str) -> Result<BoundSocket, Obstacle> {
    let invalid = || io::Error::from(io::ErrorKind::InvalidInput);
    let (host, port) = address.rsplit_once(':').ok_or_else(invalid)?;
    let host = match host {
        "*" => "0.0.0.0",
        // Where libzmq dials that name.
        "localhost" => "127.0.0.1",
        host => host.trim_matches(['[', ']']),
    };
    let port = match port {
        "*" => 0,
        port => port.parse().map_err(|_| invalid())?,
    };
    let socket = TcpListener::bind((host, port))?;
    let url = format!("tcp://{}", socket.local_addr()?);
    Ok(BoundSocket {
        socket: socket.into(),
        url,
        file: None,
    })
}

fn file_number(path: &Path) -> io::Result<u64> {
    Ok(std::fs::symlink_metadata(path)?.ino())
}

impl AsFd for BoundSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for BoundSocket {
    fn drop(&mut self) {
        if let Some((number, path)) = &self.file
            && file_number(path).is_ok_and(|there| there == *number)
        {
            // Somebody else may have removed it since.
            let _ = std::fs::remove_file(path);
        }
    }
}
