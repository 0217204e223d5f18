//! The dispatcher with what carries its decisions out, at one moment: what every event is told to.

use std::time::Duration;

use super::client::{Client, ControlSession};
use super::dispatcher::Dispatcher;
use super::session_index::Identity;
use super::transport::Transport;
use crate::model::SessionNo;
use crate::wire::control::ToClient;

/// The gateway's state, its sockets and processes, and the time of the event that is dealt with,
/// since the server's start.
pub(super) struct Gateway {
    pub(super) now: Duration,
    pub(super) dispatcher: Dispatcher<Client>,
    pub(super) transport: Transport,
}

impl Gateway {
    /// Tells the dispatcher of an event, and has what it decides carried out.
    pub(super) fn tell<R>(
        &mut self,
        event: impl FnOnce(&mut Dispatcher<Client>, Duration, &mut Transport) -> R,
    ) -> R {
        event(&mut self.dispatcher, self.now, &mut self.transport)
    }

    /// Tells a session's client that a batch will not be run.
    pub(super) fn refuse(&mut self, no: SessionNo, batch: u64, reason: String) {
        if let Some(client) = self.dispatcher.client(no) {
            self.transport
                .tell_client(client, &ToClient::Failed { batch, reason });
        }
    }

    /// Some of a session's commands are not in the table.
    pub(super) fn note_unknown(&mut self, no: SessionNo, commands: u64) {
        if let Some(control) = self.control_mut(no) {
            control.unknown_commands += commands;
        }
    }

    /// The control conversation of a session, if it has one.
    pub(super) fn control_of(&self, no: SessionNo) -> Option<&ControlSession> {
        self.dispatcher.client(no)?.control.as_ref()
    }

    pub(super) fn control_mut(&mut self, no: SessionNo) -> Option<&mut ControlSession> {
        self.dispatcher.client_mut(no)?.control.as_mut()
    }

    pub(super) fn identity_mut(&mut self, no: SessionNo) -> Option<&mut Identity> {
        self.control_mut(no).map(|control| &mut control.identity)
    }
}
