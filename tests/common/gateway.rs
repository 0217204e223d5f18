//! A gateway as a process that a test may abuse, and what its clients say.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Command;
use std::time::Duration;

use mpmt::net::{self, PollEntry};
use mpmt::process::{Child, StdoutMode};
use mpmt::server::{Ready, Report};
use rustix::process::Signal;

use super::DEADLINE;

/// A server that is ready. It is killed when it is dropped.
pub struct Gateway {
    pub child: Child,
    /// Its addresses.
    pub ready: Ready,
    stdout: BufReader<File>,
}

impl Gateway {
    /// Starts a command that is a server of `--format json`, and waits until it is ready.
    pub fn start(command: &mut Command) -> Gateway {
        let mut child = Child::spawn(command, StdoutMode::Piped).unwrap();
        let mut stdout = BufReader::new(child.take_stdout().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        Gateway {
            child,
            ready: serde_json::from_str(&line).unwrap(),
            stdout,
        }
    }

    /// Asks it to leave, and gives its report.
    pub fn stop(mut self) -> Report {
        self.child.signal(Signal::TERM);
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        assert!(self.child.wait().unwrap().status.success());
        serde_json::from_str(rest.lines().last().unwrap()).unwrap()
    }
}

/// All that a process says until it ends, which it has to do well, and in time. (It says less than
/// a pipe holds.)
pub fn said_by(client: Child) -> String {
    said_within(DEADLINE, client)
}

/// The same for one that may take longer.
pub fn said_within(deadline: Duration, mut client: Child) -> String {
    let mut ending = [PollEntry::descriptor(&client)];
    net::poll(&mut ending, Some(deadline)).unwrap();
    assert!(ending[0].is_ready(), "a client hangs");
    let mut said = String::new();
    let mut stdout = client.take_stdout().unwrap();
    stdout.read_to_string(&mut said).unwrap();
    assert!(client.wait().unwrap().status.success());
    said
}
