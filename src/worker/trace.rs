//! What a worker writes down of each command.

use std::fs::{File, OpenOptions};

use crate::clock::Tick;
use crate::executor::Span;
use crate::record::WorkerSpan;
use crate::wire::worker::Head;

/// A file that says when each command ran.
pub(super) struct Trace {
    rows: csv::Writer<File>,
}

impl Trace {
    /// Writes at the end of a file, which is made if it is not there.
    pub(super) fn append(path: &str) -> Result<Trace, csv::Error> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let is_new = file.metadata()?.len() == 0;
        let rows = csv::WriterBuilder::new()
            .has_headers(is_new)
            .from_writer(file);
        Ok(Trace { rows })
    }

    pub(super) fn write(&mut self, head: &Head, taken: Tick, span: &Span) -> csv::Result<()> {
        self.rows.serialize(WorkerSpan {
            batch: head.sequence,
            index: span.index as u64,
            taken_ns: taken.nanos(),
            started_ns: span.started.nanos(),
            finished_ns: span.finished.nanos(),
            thread: span.thread,
        })
    }

    pub(super) fn flush(&mut self) -> csv::Result<()> {
        Ok(self.rows.flush()?)
    }
}
