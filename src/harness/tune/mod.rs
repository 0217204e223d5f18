//! Finding a configuration without a grid made by hand.
//!
//! * `search`: which configuration to run next; pure;
//! * `run`: the search carried out, within a budget.

mod run;
mod search;

pub use run::{EXPERIMENT, SearchEnd, Tuning};
pub use search::{Search, Space, Standing};
