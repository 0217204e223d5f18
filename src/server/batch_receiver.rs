//! The data path of the gateway: frames in, leases out.

use super::admission::Refusal;
use super::gateway::Gateway;
use super::quota::MOST_COMMANDS;
use super::session_manager::SessionManager;
use super::{Load, WITHOUT_CONTROL};
use crate::model::{BatchId, Command, Instruction, SessionNo, Table};
use crate::net::{Listener, NetError, Received};
use crate::wire::data::{self, Message};

/// Where batches come in, and commands become instructions.
pub(super) struct BatchReceiver<'a> {
    socket: Listener,
    table: &'a Table,
    frame: Vec<u8>,
    commands: Vec<Command>,
    instructions: Vec<Instruction>,
    /// The number of the next batch of a client without a control channel: the gateway numbers these,
    /// from 1.
    next_without_control: u64,
    unknown_commands: u64,
    bad_frames: u64,
}

impl<'a> BatchReceiver<'a> {
    pub(super) fn open(socket: Listener, table: &'a Table) -> Self {
        BatchReceiver {
            socket,
            table,
            frame: Vec::new(),
            commands: Vec::new(),
            instructions: Vec::new(),
            next_without_control: 0,
            unknown_commands: 0,
            bad_frames: 0,
        }
    }

    pub(super) fn socket(&self) -> &Listener {
        &self.socket
    }

    /// What was received last.
    pub(super) fn frame(&self) -> &[u8] {
        &self.frame
    }

    /// Takes one frame in; `false` when there is none.
    pub(super) fn take(
        &mut self,
        sessions: &mut SessionManager,
        gateway: &mut Gateway,
    ) -> Result<bool, NetError> {
        match self.socket.receive(&mut self.frame)? {
            Received::Nothing => return Ok(false),
            Received::Multipart => self.bad_frame("it has several frames"),
            Received::Frame => match data::decode(&self.frame, &mut self.commands) {
                Err(error) => self.bad_frame(error),
                Ok(Message::Batch { id, malformed }) => {
                    self.batch(id, malformed, sessions, gateway);
                }
                Ok(Message::Abort) => sessions.abort_without_control(gateway),
                // A client that has all it wanted needs nothing more.
                Ok(Message::Complete) => {}
                Ok(Message::Result { .. }) => self.bad_frame("it is a result"),
            },
        }
        Ok(true)
    }

    fn batch(
        &mut self,
        id: BatchId,
        malformed: u64,
        sessions: &mut SessionManager,
        gateway: &mut Gateway,
    ) {
        let Some((session, sequence)) = self.whose(id, sessions, gateway) else {
            return self.bad_frame("it is a batch of a client that is not known, or not any more");
        };
        if gateway.dispatcher.keeps(session, sequence) {
            return;
        }
        let before = self.commands.len();
        let sent = before as u64 + malformed;
        if sent > MOST_COMMANDS {
            let reason =
                format!("it has {sent} commands; a batch has at most {MOST_COMMANDS} commands");
            self.bad_frame(&reason);
            if session != WITHOUT_CONTROL {
                return gateway.refuse(session, sequence, reason);
            }
            // A client without a control channel can't be told: its batch is emptied, and answered with 0.
            self.commands.clear();
        }
        self.instructions.clear();
        let table = self.table;
        self.commands.retain(|&command| {
            let instruction = table.get(command);
            self.instructions.extend(instruction);
            instruction.is_some()
        });
        let unknown = malformed + (before - self.commands.len()) as u64;
        if let Err(refusal) = sessions.check(session, &self.instructions, gateway) {
            return match refusal {
                Refusal::Batch(reason) => gateway.refuse(session, sequence, reason),
                Refusal::Session(reason) => sessions.expel(session, &reason, gateway),
            };
        }
        let load = Load {
            instructions: &self.instructions,
            commands: &self.commands,
        };
        let is_new = gateway
            .tell(|dispatcher, now, fx| dispatcher.receive(session, sequence, id, load, now, fx));
        if is_new && unknown > 0 {
            self.note_unknown(unknown);
            gateway.note_unknown(session, unknown);
        }
    }

    /// The session of a batch and its number there.
    fn whose(
        &mut self,
        id: BatchId,
        sessions: &SessionManager,
        gateway: &Gateway,
    ) -> Option<(SessionNo, u64)> {
        if let Some((key, sequence)) = id.split() {
            return Some((sessions.session_of(key)?, sequence));
        }
        gateway.dispatcher.client(WITHOUT_CONTROL)?;
        self.next_without_control += 1;
        Some((WITHOUT_CONTROL, self.next_without_control))
    }

    fn note_unknown(&mut self, unknown: u64) {
        if self.unknown_commands == 0 {
            tracing::warn!("a command is not in the table, and is dropped (told once)");
        }
        self.unknown_commands += unknown;
    }

    fn bad_frame(&mut self, what: impl std::fmt::Display) {
        if self.bad_frames == 0 {
            tracing::warn!("a frame on the batches socket is passed over: {what} (told once)");
        }
        self.bad_frames += 1;
    }

    /// Commands that the table did not have.
    pub(super) fn unknown_commands(&self) -> u64 {
        self.unknown_commands
    }

    /// Frames that were no batches.
    pub(super) fn bad_frames(&self) -> u64 {
        self.bad_frames
    }
}
