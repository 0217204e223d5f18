//! The client: sends batches, collects their results, and keeps account of both.
//!
//! Must not know: how the server runs a batch, where commands and durations go afterwards.

mod channel;
mod latency;
mod ledger;
mod options;
mod pacer;
mod source;
mod waiting;

pub use latency::Latency;
pub use ledger::{BatchFailure, Ledger, ResultKind};
pub use options::{ClientError, ClientOutcome, Ending, Options};
pub use source::Source;

use std::os::fd::AsFd;

use crate::clock::{self, Tick};
use crate::model::{Ranges, Secret, SessionKey};
use crate::net::{
    self, Context, Frame, Kind, NetError, PollEntry, Received, Socket, SocketMonitor,
};
use crate::process::{TimerFd, random_bits};
use crate::record::BatchSpan;
use crate::wire::data::{self, Message};
use channel::{Channel, ControlEvent};
use latency::Stopwatch;
use pacer::Pacer;
use waiting::Waiting;

/// How far a client is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Batches sent so far, once each.
    pub sent: u64,
    /// Batches answered, or failed for good.
    pub answered: u64,
}

/// Sends all batches of `source` and collects their results, until all are answered or
/// `shutdown` becomes ready. `progress` is told, now and then, how far it is.
///
/// # Errors
/// When a socket fails, or the server refuses or gives up.
pub fn run(
    context: &Context,
    options: &Options,
    source: &Source<'_>,
    shutdown: &impl AsFd,
    progress: &mut dyn FnMut(Progress),
) -> Result<ClientOutcome, ClientError> {
    let mut client = Client::open(context, options, source)?;
    let ending = client.serve(shutdown, progress)?;
    client.part(ending, shutdown)?;
    Ok(client.outcome(ending))
}

/// How many frames are received, or sent, before the other direction is looked at.
const FRAMES_AT_ONCE: usize = 512;

struct Client<'a> {
    context: &'a Context,
    source: &'a Source<'a>,
    key: SessionKey,
    results: Socket,
    batches: Option<Socket>,
    channel: Option<Channel>,
    /// Until the server is found.
    waiting: Option<Waiting>,
    /// Without a channel: tells when the server is found.
    watch: Option<SocketMonitor>,
    until_failure: bool,
    ledger: Ledger,
    resend: std::vec::IntoIter<u64>,
    /// What the gateway asked for, to be answered when all results that are here are read.
    query: Option<Ranges>,
    first_send: Option<Tick>,
    first_result: Option<Tick>,
    last_result: Option<Tick>,
    malformed: u64,
    frame: Vec<u8>,
    pacer: Pacer,
    timer: TimerFd,
    stopwatch: Stopwatch,
    /// Grows with the number of batches, so it is kept only when asked for.
    spans: Option<Vec<BatchSpan>>,
}

impl<'a> Client<'a> {
    fn open(
        context: &'a Context,
        options: &Options,
        source: &'a Source<'a>,
    ) -> Result<Self, ClientError> {
        if source.batches() > 1 << SessionKey::SEQUENCE_BITS {
            return Err(ClientError::TooManyBatches(source.batches()));
        }
        let mut results = context.socket(Kind::Pull)?;
        let results_url = results.bind(&options.results)?;
        let (key, channel) = match &options.control {
            None => (SessionKey::without_control(random_bits()?), None),
            Some(url) => {
                let key = SessionKey::with_control(random_bits()?);
                let secret = Secret::from_bits(random_bits()?);
                let job_request = options.job_request.clone();
                let hello = channel::hello(key, secret, source, results_url, job_request);
                (
                    key,
                    Some(Channel::open(
                        context,
                        url,
                        options.token,
                        hello,
                        options.stop_server,
                    )?),
                )
            }
        };
        let (batches, watch) = match (&options.batches, &channel) {
            (Some(url), None) => {
                let socket = context.socket(Kind::Push)?;
                let watch = SocketMonitor::new(context, &socket)?;
                socket.connect(url)?;
                (Some(socket), Some(watch))
            }
            (None, None) => return Err(ClientError::NoServer),
            (_, Some(_)) => (None, None),
        };
        let server = options.control.as_ref().or(options.batches.as_ref());
        let limit = options.connect_timeout;
        Ok(Client {
            context,
            source,
            key,
            results,
            batches,
            channel,
            waiting: server.map(|server| Waiting::new(server, limit)),
            watch,
            until_failure: options.until_failure,
            ledger: Ledger::new(source.batches(), options.window),
            resend: Vec::new().into_iter(),
            query: None,
            first_send: None,
            first_result: None,
            last_result: None,
            malformed: 0,
            frame: Vec::new(),
            pacer: Pacer::new(options.rate_per_s),
            timer: TimerFd::new()?,
            stopwatch: Stopwatch::new(options.window, clock::now()),
            spans: options.trace.then(Vec::new),
        })
    }

    fn serve(
        &mut self,
        shutdown: &impl AsFd,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Ending, ClientError> {
        let mut frame = Frame::default();
        while !self.ledger.is_complete() {
            if self.wait(shutdown)? {
                return Ok(Ending::Interrupted);
            }
            self.listen()?;
            self.look_for_server()?;
            if self.until_failure && self.ledger.has_failures() {
                return Ok(Ending::Failed);
            }
            self.collect(&mut frame)?;
            self.acknowledge()?;
            self.send_batches()?;
            progress(Progress {
                sent: self.ledger.sent_so_far(),
                answered: self.ledger.answered(),
            });
        }
        Ok(Ending::Complete)
    }

    /// Waits for whatever comes next; `true` when it is to stop.
    fn wait(&self, shutdown: &impl AsFd) -> Result<bool, ClientError> {
        self.set_timer()?;
        let mut entries = vec![
            PollEntry::descriptor(shutdown),
            PollEntry::descriptor(&self.timer),
            PollEntry::readable(&self.results),
        ];
        if let Some(batches) = &self.batches {
            entries.push(PollEntry::writable(batches, self.has_to_send()));
        }
        if let Some(channel) = &self.channel {
            entries.extend(channel.poll_entries());
        }
        entries.extend(self.watch.as_ref().map(PollEntry::watch));
        net::poll(&mut entries, self.waiting.as_ref().and_then(Waiting::left))?;
        Ok(entries[0].is_ready())
    }

    /// Whether the server is there by now: it has welcomed us, or, without a channel, shaken hands.
    fn look_for_server(&mut self) -> Result<(), ClientError> {
        let is_found = match &self.watch {
            Some(watch) => watch.take().connected,
            None => self.batches.is_some(),
        };
        match &mut self.waiting {
            Some(waiting) if !is_found => return waiting.check(),
            _ => self.waiting = None,
        }
        if let (Some(batches), Some(watch)) = (&self.batches, self.watch.take()) {
            watch.end(batches)?;
        }
        Ok(())
    }

    fn has_to_send(&self) -> bool {
        self.resend.len() > 0 || self.next_due(clock::now()).is_some()
    }

    /// The next batch, if the window has room for it and it is due.
    fn next_due(&self, now: Tick) -> Option<u64> {
        let next = self.ledger.next_to_send()?;
        self.pacer
            .due(next)
            .is_none_or(|due| due <= now)
            .then_some(next)
    }

    /// Sets the timer to when the next batch is due, if that is what there is to wait for. One that
    /// was due and is left alone would end every wait at once.
    fn set_timer(&self) -> std::io::Result<()> {
        if !self.pacer.is_open_loop() {
            return Ok(());
        }
        let now = clock::now();
        let next = self.ledger.next_to_send();
        let due = next.and_then(|next| self.pacer.due(next));
        match due.filter(|&due| due > now) {
            Some(due) => self.timer.set(due.since(now)),
            None => self.timer.disarm(),
        }
    }

    /// Takes in what the gateway says beside the data path.
    fn listen(&mut self) -> Result<(), ClientError> {
        let Some(channel) = &mut self.channel else {
            return Ok(());
        };
        for event in channel.listen()? {
            match event {
                ControlEvent::Welcome(grant) => {
                    self.ledger.limit_window(grant.window);
                    self.ledger.acknowledge_again();
                    self.batches = Some(connect(self.context, &grant.batches)?);
                    self.resend = self.ledger.unanswered().collect::<Vec<_>>().into_iter();
                }
                ControlEvent::Failed { batch, reason } => {
                    self.ledger.failed(batch, reason);
                    self.last_result = Some(clock::now());
                }
                ControlEvent::Query(batches) => self.query = Some(batches),
                ControlEvent::Reject(reason) => return Err(ClientError::Rejected(reason)),
            }
        }
        Ok(())
    }

    fn collect(&mut self, frame: &mut Frame) -> Result<(), ClientError> {
        let before = self.ledger.answered();
        let mut no_commands = Vec::new();
        for _ in 0..FRAMES_AT_ONCE {
            match self.results.receive(frame)? {
                Received::Nothing => {
                    self.answer_query()?;
                    break;
                }
                Received::Multipart => self.malformed("a message of several frames"),
                Received::Frame => match data::decode(frame, &mut no_commands) {
                    Ok(message) => self.take(message)?,
                    Err(error) => self.malformed(error),
                },
            }
        }
        if self.ledger.answered() > before {
            let now = clock::now();
            self.first_result.get_or_insert(now);
            self.last_result = Some(now);
        }
        Ok(())
    }

    fn answer_query(&mut self) -> Result<(), NetError> {
        let (Some(batches), Some(channel)) = (self.query.take(), &mut self.channel) else {
            return Ok(());
        };
        channel.miss(self.ledger.missing(&batches))
    }

    fn take(&mut self, message: Message) -> Result<(), ClientError> {
        match message {
            // Beside a control channel every answer has an id, and the end is told over the channel.
            // What has neither comes from a stranger, who can reach this socket but not the channel.
            Message::Result { id: None, .. } | Message::Abort if self.channel.is_some() => {
                self.ledger.stray()
            }
            Message::Result { id: None, sum } => self.ledger.result_without_id(sum),
            Message::Result { id: Some(id), sum } => match self.key.sequence_of(id) {
                Some(sequence) => self.result(sequence, sum),
                None => self.ledger.stray(),
            },
            Message::Abort => {
                return Err(ClientError::Aborted {
                    answered: self.ledger.answered(),
                    batches: self.source.batches(),
                });
            }
            Message::Complete => return Ok(()),
            Message::Batch { .. } => self.ledger.stray(),
        };
        Ok(())
    }

    fn result(&mut self, sequence: u64, sum: i64) -> ResultKind {
        let verdict = self.ledger.result(sequence, sum);
        if verdict == ResultKind::Fresh {
            let now = clock::now();
            self.stopwatch.received(sequence, now);
            let spans = self.spans.as_mut();
            if let Some(span) = spans.and_then(|spans| spans.get_mut(sequence as usize)) {
                span.received_ns = now.nanos();
            }
        }
        verdict
    }

    fn malformed(&mut self, what: impl std::fmt::Display) {
        if self.malformed == 0 {
            tracing::warn!(
                "a frame on the results socket is not a result, and is passed over: {what}"
            );
        }
        self.malformed += 1;
    }

    fn acknowledge(&mut self) -> Result<(), NetError> {
        loop {
            let acks = self.ledger.take_acknowledgements();
            match &mut self.channel {
                Some(channel) if !acks.is_empty() => channel.acknowledge(acks)?,
                _ => return Ok(()),
            }
        }
    }

    fn send_batches(&mut self) -> Result<(), NetError> {
        if self.batches.is_some() {
            self.pacer.start(clock::now());
        }
        for _ in 0..FRAMES_AT_ONCE {
            let now = clock::now();
            let again = self.resend.as_slice().first().copied();
            let Some(sequence) = again.or_else(|| self.next_due(now)) else {
                break;
            };
            if !self.send(sequence, now)? {
                break;
            }
            if self.resend.next().is_none() {
                self.ledger.sent();
                let due = self.pacer.due(sequence).unwrap_or(now);
                self.stopwatch.sent(sequence, due);
                if let Some(spans) = &mut self.spans {
                    let (due_ns, sent_ns) = (due.nanos(), now.nanos());
                    spans.push(BatchSpan {
                        due_ns,
                        sent_ns,
                        received_ns: 0,
                    });
                }
            }
        }
        Ok(())
    }

    fn send(&mut self, sequence: u64, now: Tick) -> Result<bool, NetError> {
        let Some(batches) = &self.batches else {
            return Ok(false);
        };
        self.frame.clear();
        data::encode_batch(
            self.key.batch(sequence),
            self.source.batch(sequence),
            &mut self.frame,
        );
        self.first_send.get_or_insert(now);
        batches.send(&self.frame)
    }

    /// Says goodbye, so that the server can forget this client. One that has all its answers hears
    /// what they took; one that is told to stop does not wait for it.
    fn part(&mut self, ending: Ending, shutdown: &impl AsFd) -> Result<(), ClientError> {
        let acks = self.ledger.take_acknowledgements();
        match (&mut self.channel, &self.batches, ending) {
            (Some(channel), _, Ending::Complete) => channel.part(acks, Some(shutdown)),
            (Some(channel), _, Ending::Interrupted | Ending::Failed) => {
                channel.part(acks, None::<&TimerFd>)
            }
            (None, Some(batches), Ending::Interrupted | Ending::Failed) => {
                batches.send(data::ABORT_FRAME)?;
                Ok(())
            }
            (None, _, _) => Ok(()),
        }
    }

    fn outcome(self, ending: Ending) -> ClientOutcome {
        let since_start = |tick: Option<Tick>| Some(tick?.since(self.first_send?));
        let (grant, stats) = self.channel.map(Channel::into_terms).unwrap_or_default();
        ClientOutcome {
            ending,
            makespan: since_start(self.last_result).unwrap_or_default(),
            first_result: since_start(self.first_result),
            latency: self.stopwatch.latency(),
            batch_spans: self.spans.unwrap_or_default(),
            sum: self.ledger.sum(),
            results: self.ledger.results(),
            batches: self.source.batches(),
            duplicates: self.ledger.duplicates(),
            strays: self.ledger.strays() + self.malformed,
            failures: self.ledger.into_failures(),
            grant,
            stats,
        }
    }
}

fn connect(context: &Context, url: &str) -> Result<Socket, NetError> {
    let socket = context.socket(Kind::Push)?;
    socket.connect(url)?;
    Ok(socket)
}
