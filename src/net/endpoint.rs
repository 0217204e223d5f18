//! Addresses, and which of them stay on this machine.

use std::fmt;
use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::Path;
use std::str::FromStr;

use rustix::fs::{Access, access};
use rustix::io::Errno;

/// An address that a socket binds or connects to: `tcp://HOST:PORT` or `ipc://PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    text: String,
    kind: EndpointKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum EndpointKind {
    Tcp { loopback: bool },
    Ipc,
}

/// Why an address can't be used. Each says what to try.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Neither of the two forms.
    #[error(
        "'{0}' is not an address; use tcp://HOST:PORT (a port of * takes a free one) or ipc://PATH"
    )]
    Form(String),
    /// The port is not a number.
    #[error("'{0}' has no port of 1 to 65535, nor *")]
    Port(String),
    /// The path does not fit into a socket address.
    #[error("the path of '{0}' is longer than the {max} bytes that a socket can have; choose a shorter folder", max = Endpoint::MAX_IPC_PATH)]
    PathTooLong(String),
    /// A peer on another machine could reach it.
    #[error(
        "'{0}' is not on this machine (loopback or ipc), and nothing is encrypted; use tcp://127.0.0.1:PORT, or give --allow-remote if you know who can reach it"
    )]
    Remote(String),
    /// It is one to listen at, not one to connect to.
    #[error("nobody can connect to '{0}'; name one host and one port, or a path")]
    NotDialable(String),
    /// There is something else at the path.
    #[error("there is no socket at the path of '{0}'; bind one there first")]
    NoSocket(String),
    /// Somebody else's program listens there, or could.
    #[error(
        "'{0}' may be of another user; use a socket, or a folder that only its owner may write to, of the user who runs the server"
    )]
    NotOurs(String),
    /// Only another user can connect there.
    #[error(
        "'{0}' belongs to another user of this machine; ask for an address over tcp and its token, or start a server of your own"
    )]
    Forbidden(String),
}

impl Endpoint {
    /// The longest path that fits into a `sockaddr_un`, in bytes.
    pub const MAX_IPC_PATH: usize = 107;

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether only processes of this machine can reach it.
    pub fn is_local(&self) -> bool {
        !matches!(self.kind, EndpointKind::Tcp { loopback: false })
    }

    /// Whether it is an `ipc://` address.
    pub fn is_ipc(&self) -> bool {
        matches!(self.kind, EndpointKind::Ipc)
    }

    /// The path of its socket, if it has one. A name that starts with `@` is no path (unix(7): the
    /// abstract namespace), and everybody's.
    fn path(&self) -> Option<&str> {
        let path = self.text.strip_prefix("ipc://");
        path.filter(|path| !path.starts_with('@'))
    }

    /// Whether only this user can reach it: an ipc path, which is bound so.
    pub fn is_private(&self) -> bool {
        self.path().is_some()
    }

    /// Checks that this user may connect to it, if it is there. One who may not would wait for ever.
    ///
    /// # Errors
    /// When an ipc path is another user's.
    pub fn check_allowed(&self) -> Result<(), EndpointError> {
        match self.path().map(|path| access(path, Access::WRITE_OK)) {
            Some(Err(Errno::ACCESS)) => Err(EndpointError::Forbidden(self.text.clone())),
            _ => Ok(()),
        }
    }

    /// Checks that the address may be used at all.
    ///
    /// # Errors
    /// When another machine could reach it and `allow_remote` is not set.
    pub fn check_local(&self, allow_remote: bool) -> Result<(), EndpointError> {
        if self.is_local() || allow_remote {
            return Ok(());
        }
        Err(EndpointError::Remote(self.text.clone()))
    }

    /// Checks that it can be connected to, as it stands.
    ///
    /// # Errors
    /// When it is for listening only: any port, any interface.
    pub fn check_dialable(&self) -> Result<(), EndpointError> {
        let EndpointKind::Tcp { .. } = self.kind else {
            return Ok(());
        };
        let address = self.text.trim_start_matches("tcp://");
        let (host, port) = address.rsplit_once(':').unwrap_or((address, "*"));
        let ip: Result<IpAddr, _> = host.trim_matches(['[', ']']).parse();
        if port == "*" || host == "*" || ip.is_ok_and(|ip| ip.is_unspecified()) {
            return Err(EndpointError::NotDialable(self.text.clone()));
        }
        Ok(())
    }

    /// Checks that whoever listens at an ipc path is of this process's user: its socket is, or,
    /// where there is none yet, the folder, and nobody else may write to that. Of a tcp port nobody
    /// can tell.
    ///
    /// # Errors
    /// When it is not so.
    pub fn check_ours(&self) -> Result<(), EndpointError> {
        let Some(path) = self.text.strip_prefix("ipc://") else {
            return Ok(());
        };
        if path.starts_with('@') {
            // A name of its own kind, that no file and so no owner belongs to.
            return Err(EndpointError::NotOurs(self.text.clone()));
        }
        let us = rustix::process::geteuid().as_raw();
        // Not through a link: what it leads to may change.
        if let Ok(found) = fs::symlink_metadata(path) {
            return match (found.file_type().is_socket(), found.uid() == us) {
                (true, true) => Ok(()),
                (true, false) => Err(EndpointError::NotOurs(self.text.clone())),
                (false, _) => Err(EndpointError::NoSocket(self.text.clone())),
            };
        }
        let folder = Path::new(path)
            .parent()
            .filter(|folder| *folder != Path::new(""));
        let folder = fs::metadata(folder.unwrap_or(Path::new(".")));
        match folder {
            Ok(folder) if folder.uid() == us && folder.mode() & 0o022 == 0 => Ok(()),
            _ => Err(EndpointError::NotOurs(self.text.clone())),
        }
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        // libzmq ends at a NUL, and takes what is before a semicolon for where to connect from.
        if text.contains(|c: char| c.is_control() || c == ';') {
            return Err(EndpointError::Form(text.to_owned()));
        }
        let kind = if let Some(path) = text.strip_prefix("ipc://") {
            ipc(text, path)?
        } else if let Some(address) = text.strip_prefix("tcp://") {
            tcp(text, address)?
        } else {
            return Err(EndpointError::Form(text.to_owned()));
        };
        Ok(Endpoint {
            text: text.to_owned(),
            kind,
        })
    }
}

fn ipc(text: &str, path: &str) -> Result<EndpointKind, EndpointError> {
    // libzmq's words for an address of its own choice, and for a name without a name.
    if ["", "*", "@"].contains(&path) {
        return Err(EndpointError::Form(text.to_owned()));
    }
    if path.len() > Endpoint::MAX_IPC_PATH {
        return Err(EndpointError::PathTooLong(text.to_owned()));
    }
    Ok(EndpointKind::Ipc)
}

fn tcp(text: &str, address: &str) -> Result<EndpointKind, EndpointError> {
    let (host, port) = address
        .rsplit_once(':')
        .ok_or_else(|| EndpointError::Form(text.to_owned()))?;
    if host.is_empty() {
        return Err(EndpointError::Form(text.to_owned()));
    }
    if port != "*" && !port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Err(EndpointError::Port(text.to_owned()));
    }
    let address: Result<IpAddr, _> = host.trim_matches(['[', ']']).parse();
    let loopback = host == "localhost" || address.is_ok_and(|ip| ip.is_loopback());
    Ok(EndpointKind::Tcp { loopback })
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Endpoint, EndpointError> {
        text.parse()
    }

    #[test]
    fn both_forms_are_taken_and_others_are_not() {
        for text in [
            "tcp://127.0.0.1:5555",
            "tcp://localhost:*",
            "tcp://[::1]:80",
            "ipc:///tmp/x",
        ] {
            assert!(parse(text).unwrap().is_local(), "{text}");
        }
        for text in [
            "",
            "5555",
            "udp://1.1.1.1:1",
            "tcp://",
            "tcp://:1",
            "ipc://",
            "ipc://*",
            "ipc://@",
        ] {
            assert!(matches!(parse(text), Err(EndpointError::Form(_))), "{text}");
        }
        for text in [
            "tcp://127.0.0.1:0",
            "tcp://127.0.0.1:70000",
            "tcp://127.0.0.1:x",
        ] {
            assert!(matches!(parse(text), Err(EndpointError::Port(_))), "{text}");
        }
    }

    #[test]
    fn what_libzmq_would_read_otherwise_is_refused() {
        for text in [
            "ipc:///tmp/a\0b",
            "tcp://127.0.0.1:1;127.0.0.1:2",
            "ipc:///a\nb",
        ] {
            assert!(
                matches!(parse(text), Err(EndpointError::Form(_))),
                "{text:?}"
            );
        }
    }

    #[test]
    fn what_is_for_listening_can_not_be_dialled() {
        for text in [
            "tcp://127.0.0.1:*",
            "tcp://*:5555",
            "tcp://0.0.0.0:1",
            "tcp://[::]:1",
        ] {
            assert!(parse(text).unwrap().check_dialable().is_err(), "{text}");
        }
        for text in ["tcp://127.0.0.1:5555", "tcp://localhost:1", "ipc:///tmp/x"] {
            assert!(parse(text).unwrap().check_dialable().is_ok(), "{text}");
        }
    }

    #[test]
    fn our_own_are_sockets_and_folders_that_only_we_may_write_to() {
        let folder = tempfile::tempdir().unwrap();
        let at =
            |name: &str| parse(&format!("ipc://{}", folder.path().join(name).display())).unwrap();
        assert_eq!(at("new").check_ours(), Ok(()));
        let mode = |mode| {
            fs::set_permissions(
                folder.path(),
                std::os::unix::fs::PermissionsExt::from_mode(mode),
            )
            .unwrap()
        };
        mode(0o777);
        assert!(matches!(
            at("new").check_ours(),
            Err(EndpointError::NotOurs(_))
        ));
        let _listener =
            std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
        assert_eq!(at("socket").check_ours(), Ok(()));
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(matches!(
            at("file").check_ours(),
            Err(EndpointError::NoSocket(_))
        ));
        std::os::unix::fs::symlink("socket", folder.path().join("link")).unwrap();
        assert!(matches!(
            at("link").check_ours(),
            Err(EndpointError::NoSocket(_))
        ));
        assert!(parse("ipc:///nowhere/x").unwrap().check_ours().is_err());
        assert!(parse("ipc://@abstract").unwrap().check_ours().is_err());
        assert_eq!(parse("tcp://127.0.0.1:1").unwrap().check_ours(), Ok(()));
    }

    #[test]
    fn what_other_machines_can_reach_is_refused_unless_allowed() {
        for text in [
            "tcp://*:5555",
            "tcp://0.0.0.0:5555",
            "tcp://10.0.0.1:1",
            "tcp://host:1",
        ] {
            let endpoint = parse(text).unwrap();
            assert!(endpoint.check_local(false).is_err(), "{text}");
            assert!(endpoint.check_local(true).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_path_that_does_not_fit_a_socket_is_refused() {
        let fits = format!("ipc:///{}", "x".repeat(Endpoint::MAX_IPC_PATH - 1));
        assert!(parse(&fits).is_ok());
        assert!(matches!(
            parse(&format!("{fits}x")),
            Err(EndpointError::PathTooLong(_))
        ));
    }
}
