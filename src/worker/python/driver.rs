//! A job on an interpreter, batch by batch.

use std::fs::File;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam::channel::{Receiver, Sender, unbounded};

use super::frame;
use super::{Agent, AgentError};
use crate::executor::{Batch, Outbox};
use crate::model::{Dispatch, Job};
use crate::process::Exit;

/// An interpreter that runs a job's batches: for whoever hands them over it is what a native
/// [`crate::executor::Runner`] is.
///
/// No batch is announced before it is done, as native ones are for the lead: what that would save
/// is little beside what an interpreter needs for a batch.
#[derive(Debug)]
pub struct Driver {
    agent: Agent,
    outbox: Arc<Outbox>,
    orders: Sender<Order>,
}

enum Order {
    Run(Vec<Batch>),
    Cancel,
}

impl Driver {
    /// Has an agent run a job. With `traced` it is kept when each command ran.
    ///
    /// # Errors
    /// When the system is out of threads or descriptors.
    pub fn open(mut agent: Agent, job: &Job, traced: bool) -> io::Result<Driver> {
        let outbox = Arc::new(Outbox::new(job.dispatch == Dispatch::Pipelined, traced)?);
        let mut first = Vec::new();
        frame::job(job, traced, &mut first);
        let (orders, queue) = unbounded();
        if let Some(pipe) = agent.orders.take() {
            // A pipe that is full must not keep the main thread from its sockets.
            thread::Builder::new()
                .name("orders".to_owned())
                .spawn(move || drop(pass_on(first, pipe, &queue)))?;
        }
        agent.deliver_into(&outbox);
        Ok(Driver {
            agent,
            outbox,
            orders,
        })
    }

    /// Hands batches over, to be run in this order after those handed over before.
    pub fn run(&self, batches: Vec<Batch>) {
        // Where nobody takes them any more, the agent has ended, and that is told by `check`.
        let _ = self.orders.send(Order::Run(batches));
    }

    /// Where finished batches are found. It is also notified when the agent has ended.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// From now on batches that have not begun are announced as done, with a sum of 0, without
    /// being run.
    pub fn cancel(&self) {
        let _ = self.orders.send(Order::Cancel);
    }

    /// Whether the interpreter is still there.
    ///
    /// # Errors
    /// When it is not, with the reason.
    pub fn check(&mut self) -> Result<(), AgentError> {
        self.agent.check()
    }

    /// That nothing was heard for so long is too long. The interpreter is ended.
    pub fn give_up(mut self, patience: Duration) -> AgentError {
        self.agent.silent(patience)
    }

    /// Ends the interpreter, and tells what it used.
    pub fn close(self) -> Option<Exit> {
        let Driver {
            mut agent, orders, ..
        } = self;
        drop(orders);
        agent.end()
    }
}

/// Writes what is to be done into the agent's pipe, until there is nothing more.
fn pass_on(first: Vec<u8>, mut pipe: File, queue: &Receiver<Order>) -> io::Result<()> {
    let mut frames = first;
    pipe.write_all(&frames)?;
    for order in queue {
        frames.clear();
        match order {
            Order::Run(batches) => batches.iter().for_each(|b| frame::batch(b, &mut frames)),
            Order::Cancel => frame::cancel(&mut frames),
        }
        pipe.write_all(&frames)?;
    }
    Ok(())
}
