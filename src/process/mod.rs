//! Child processes and what they leave: starting, lifelines, signals, reaping, resource use,
//! scratch folders.
//!
//! Must not know: ZeroMQ, what the children do.
//!
//! How nothing is left behind: a parent holds the write end of a pipe that is its child's standard
//! input, and says nothing on it. When the parent ends, however it ends, the kernel closes the
//! pipe, and the child, which watches it beside its sockets, goes ([`Lifeline`]). For a child that
//! can't watch (stopped, or busy), PR_SET_PDEATHSIG is the second line.

mod child;
mod image;
mod lifeline;
mod limits;
mod messages;
mod process_tree;
mod program;
mod random;
mod scratch;
mod signals;
mod stderr_tail;
mod stop_condition;
mod tasks;
mod timer_fd;
mod usage;

pub use child::{Child, Exit, SpawnError, StdoutMode, spare_children_signal_stacks};
pub use image::{Program, bear_name_of_program};
pub use lifeline::{Lifeline, die_with_parent};
pub use limits::{DescriptorShortage, descriptor_limit, ensure_descriptors};
pub use messages::{Messages, tell};
pub use process_tree::ProcessTreeSnapshot;
pub use program::run_program;
pub use random::random_bits;
pub use scratch::{NoPlace, Scratch};
pub use signals::Signals;
pub use stderr_tail::{StderrTail, StderrThread};
pub use stop_condition::StopCondition;
pub use tasks::{TaskRoom, TaskShortage, ensure_tasks, task_room};
pub use timer_fd::TimerFd;
pub use usage::Usage;
