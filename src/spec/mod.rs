//! What an experiment is made of: its definition (TOML), the axes and configurations in it, the
//! inputs that are generated for it, the order of its trials and the keys that tell them apart.
//!
//! Must not know: files, sockets, processes, threads, the clock. It turns texts and numbers into
//! values; whoever calls it reads and writes.

// What comes from people and peers is not to overflow.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod axes;
mod axis;
mod catalogue;
mod experiment;
mod generate;
mod input;
mod key;
mod nearest;
mod order;
mod span;

pub use axes::{Axes, AxesError};
pub use axis::{Axis, AxisError, AxisValue};
pub use catalogue::{CATALOGUE, Named, named};
pub use experiment::{Definition, DefinitionError};
pub use generate::{GenerateError, Generator};
pub use input::{InputSource, InputSpec};
pub use key::{Repetition, input_digest, trial_key};
pub use nearest::{did_you_mean, nearest};
pub use order::Order;
pub use span::{ResponseSpan, SpanError, WaitSpan};
