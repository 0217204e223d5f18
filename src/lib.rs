//! `mpmt` answers one question with measurements: **for this work, on this machine, how many
//! processes and how many threads?**
//!
//! The rooms, from the ground up; imports run downwards only (`tests/architecture.rs` holds the
//! code to it, `docs/architecture.md` tells why):
//!
//! | floor | rooms |
//! | --- | --- |
//! | 5 | [`cli`]: arguments to calls |
//! | 4 | [`harness`]: trials and experiments · [`report`], [`chart`]: from records alone |
//! | 3 | [`client`], [`server`], [`worker`]: the three actors, which never import each other |
//! | 2 | [`executor`]: thread strategies · [`net`]: all ZeroMQ · [`process`]: children, lifelines, usage |
//! | 1 | [`workload`], [`wire`], [`spec`], [`record`] |
//! | 0 | [`model`], [`stats`], [`clock`] |

// Children that end with their parent, their accounts, signals and clocks are Linux's own.
#[cfg(not(target_os = "linux"))]
compile_error!(
    "mpmt runs on Linux alone; on another system, build and run it in a Linux container"
);

pub mod chart;
pub mod cli;
pub mod client;
pub mod clock;
pub mod executor;
pub mod harness;
pub mod model;
pub mod net;
pub mod process;
pub mod record;
pub mod report;
pub mod server;
pub mod spec;
pub mod stats;
pub mod wire;
pub mod worker;
pub mod workload;
