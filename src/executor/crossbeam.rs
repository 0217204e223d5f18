//! The executor `crossbeam`: persistent threads on one channel.

use std::io;
use std::thread;

use crossbeam::channel::{Sender, unbounded};

use super::{BatchRun, Executor, Task};

/// M persistent threads that take commands from one crossbeam channel. They end when the pool is
/// dropped and the channel is empty.
pub(super) struct Pool {
    tasks: Sender<Task>,
}

impl Pool {
    pub(super) fn new(threads: usize) -> io::Result<Self> {
        let (tasks, queue) = unbounded::<Task>();
        for number in 0..threads {
            let queue = queue.clone();
            thread::Builder::new()
                .name(format!("pool-{number}"))
                .spawn(move || queue.iter().for_each(Task::run))?;
        }
        Ok(Pool { tasks })
    }
}

impl Executor for Pool {
    fn start(&mut self, run: BatchRun) {
        if run.is_empty() {
            run.run_here();
        }
        for task in run.tasks() {
            // The threads live as long as this sender does, so there is always a receiver.
            let _ = self.tasks.send(task);
        }
    }
}
