//! The executor `crossbeam`: persistent threads on one channel.

use std::io;
use std::thread;

use crossbeam::channel::{Sender, unbounded};

use super::{BatchRun, CommandRun, Executor};

/// M persistent threads that take commands from one crossbeam channel. They end when the pool is
/// dropped and the channel is empty.
pub(super) struct Crossbeam {
    commands: Sender<CommandRun>,
}

impl Crossbeam {
    pub(super) fn new(threads: usize) -> io::Result<Self> {
        let (commands, queue) = unbounded::<CommandRun>();
        for number in 0..threads {
            let queue = queue.clone();
            thread::Builder::new()
                .name(format!("crossbeam-{number}"))
                .spawn(move || queue.iter().for_each(CommandRun::run))?;
        }
        Ok(Crossbeam { commands })
    }
}

impl Executor for Crossbeam {
    fn start(&mut self, run: BatchRun) {
        for command in run.commands() {
            // The threads live as long as this sender does, so there is always a receiver.
            let _ = self.commands.send(command);
        }
    }
}
