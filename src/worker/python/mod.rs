//! Real interpreters: a worker of the `python` runtime drives one Python process, which runs the
//! same batches on as many threads as a native worker would.
//!
//! * `agent.py`: what runs in the interpreter, a part of this program;
//! * `frame`: what worker and agent say to each other, as values and as bytes;
//! * [`Agent`]: an interpreter that has been started, and what becomes of it;
//! * [`Driver`]: one that runs a job's batches, in the place of a native runner.
//!
//! An interpreter works for one session and ends with it. It can't outlive its worker: what the
//! worker says to it comes to an end, and where it does not listen, PR_SET_PDEATHSIG kills it.
//!
//! Must not know: sockets, sessions, what a result is for.

mod agent;
mod driver;
mod error;
mod frame;
#[cfg(test)]
mod tests;

pub use agent::{Agent, PATIENCE};
pub use driver::Driver;
pub use error::AgentError;
pub use frame::Identity;
