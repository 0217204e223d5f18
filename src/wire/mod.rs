//! Messages and their codecs: what goes over the sockets, as values and as bytes.
//!
//! * [`data`]: batches and results, the JSON of the first system.
//! * [`control`]: the JSON conversation between a client and the gateway.
//! * [`worker`]: the binary conversation between the gateway and its workers.
//!
//! Must not know: sockets, who sends, what is done with a message. Bytes from outside are never
//! trusted: every decoder returns an error on whatever it does not know.

// What comes from people and peers is not to overflow.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

pub mod check;
pub mod control;
pub mod data;
pub mod worker;

/// The version of the control and worker conversations. A peer of another version is rejected.
/// Version 2 knows runtimes, version 3 work of a person's own, version 4 assignments, queries, clients
/// that can't be reached, and the secrets by which a session and a worker's place belong to who was
/// given them.
pub const PROTOCOL_VERSION: u32 = 4;
