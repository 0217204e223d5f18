//! Finding a configuration without a grid made by hand.
//!
//! * `search`: which configuration to run next; pure.

mod search;

pub use search::{Search, Space, Standing};
