//! What an experiment is made of: its definition, and the inputs that are generated for it.
//!
//! Must not know: files, sockets, processes, threads, the clock. It turns texts and numbers into
//! values; whoever calls it reads and writes.

mod generate;
mod span;

pub use generate::{GenerateError, Generator};
pub use span::{ResponseSpan, SpanError, WaitSpan};
