use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::process::Command;

use rustc_hash::FxHashMap;
use rustix::event::epoll;
use rustix::process::Signal;

use crate::model::WorkerNo;
use crate::process::{Child, StdoutMode};

/// The worker processes: started, watched all at once, killed, reaped.
#[derive(Debug)]
pub(super) struct Fleet {
    program: PathBuf,
    gateway: String,
    children: FxHashMap<WorkerNo, Child>,
    /// Holds the pidfd of every child, so that the server polls one descriptor, however many.
    ends: OwnedFd,
    /// Workers that could not be started at all.
    stillborn: Vec<WorkerNo>,
    started: u64,
    peak_rss_kib: u64,
    last_words: String,
}

impl Fleet {
    /// No workers yet. They will run `program` and dial `gateway`.
    pub(super) fn new(program: PathBuf, gateway: String) -> io::Result<Self> {
        Ok(Fleet {
            program,
            gateway,
            children: FxHashMap::default(),
            ends: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            stillborn: Vec::new(),
            started: 0,
            peak_rss_kib: 0,
            last_words: String::new(),
        })
    }

    pub(super) fn start(&mut self, worker: WorkerNo) {
        if let Err(error) = self.try_start(worker) {
            tracing::error!("{error}");
            self.last_words = error.to_string();
            self.stillborn.push(worker);
        }
    }

    fn try_start(&mut self, worker: WorkerNo) -> anyhow::Result<()> {
        let mut command = Command::new(&self.program);
        command
            .args(["worker", "--lifeline", "--number", &worker.to_string()])
            .arg(&self.gateway);
        let child = Child::spawn(&mut command, StdoutMode::Stderr)?;
        let data = epoll::EventData::new_u64(u64::from(worker));
        epoll::add(&self.ends, &child, data, epoll::EventFlags::IN)?;
        self.children.insert(worker, child);
        self.started += 1;
        Ok(())
    }

    pub(super) fn kill(&self, worker: WorkerNo) {
        if let Some(child) = self.children.get(&worker) {
            child.signal(Signal::KILL);
        }
    }

    /// Reaps those that have ended, and says which.
    pub(super) fn bury(&mut self) -> io::Result<Vec<WorkerNo>> {
        let mut ended = std::mem::take(&mut self.stillborn);
        for worker in self.ready()? {
            let Some(child) = self.children.get_mut(&worker) else {
                continue;
            };
            let Some(exit) = child.try_reap()? else {
                continue;
            };
            tracing::debug!(worker, "worker ended: {exit}");
            self.last_words = format!("the last one ended with {exit}");
            self.peak_rss_kib += exit.usage.peak_rss_kib;
            // Dropping the child closes its pidfd, which takes it out of the epoll as well.
            self.children.remove(&worker);
            ended.push(worker);
        }
        Ok(ended)
    }

    fn ready(&self) -> io::Result<Vec<WorkerNo>> {
        let mut events: Vec<epoll::Event> = Vec::with_capacity(64);
        let zero = rustix::event::Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        match epoll::wait(
            &self.ends,
            rustix::buffer::spare_capacity(&mut events),
            Some(&zero),
        ) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(events
            .iter()
            .map(|event| event.data.u64() as WorkerNo)
            .collect())
    }

    /// Ends all that are left, at once.
    pub(super) fn end_all(&mut self) {
        self.children
            .values()
            .for_each(|child| child.signal(Signal::KILL));
        for (_, mut child) in self.children.drain() {
            if let Ok(exit) = child.wait() {
                self.peak_rss_kib += exit.usage.peak_rss_kib;
            }
        }
    }

    pub(super) fn started(&self) -> u64 {
        self.started
    }

    /// The peak resident sets of those that have been reaped, added up, KiB.
    pub(super) fn peak_rss_kib(&self) -> u64 {
        self.peak_rss_kib
    }

    /// Why the last one ended, or could not be started.
    pub(super) fn last_words(&self) -> &str {
        &self.last_words
    }
}

/// The descriptor becomes readable when a worker has ended.
impl AsFd for Fleet {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.ends.as_fd()
    }
}
