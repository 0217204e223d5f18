//! What the gateway keeps of a session's client, beside its batches. Knows no socket.

use super::quota::Quota;
use super::session_index::Identity;
use crate::model::SessionNo;
use crate::wire::control::Grant;

/// A client.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) no: SessionNo,
    /// Where it wants its results.
    pub(super) results: String,
    /// Who speaks for it, and on which terms; nobody for all those without a control channel.
    pub(super) control: Option<ControlSession>,
}

/// The control conversation with a client.
#[derive(Debug)]
pub(super) struct ControlSession {
    pub(super) identity: Identity,
    pub(super) grant: Grant,
    pub(super) quota: Quota,
    /// Commands of it that the table did not have.
    pub(super) unknown_commands: u64,
}
