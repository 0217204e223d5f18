//! What the machine and the code that runs commands take, measured where trials are to run: what
//! ideals are made of, and what a figure has beside the work itself.
//!
//! * `loop_cost`: how long the loops of a job take, whatever runs them;
//! * `native`: commands of native jobs, timed one by one;
//! * `machine`: the clock, sleeps, and cores that compute at the same time;
//! * `batch_cost`: a batch of commands that do nothing.

mod batch_cost;
mod loop_cost;
mod machine;
mod native;

pub use batch_cost::{batch_cost_s, measure_batch_cost};
pub use loop_cost::LoopCost;
pub use machine::Calibration;
