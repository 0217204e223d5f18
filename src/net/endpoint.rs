//! Addresses, and which of them stay on this machine.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

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
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
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
