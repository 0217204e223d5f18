//! When each command was sent, run and answered.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::StoreError;
use super::rows::read_rows;

/// When one command ran in a worker, on the machine's monotonic clock: what a worker writes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerSpan {
    /// The batch's number.
    pub batch: u64,
    /// The command's place in it, from 0.
    pub index: u64,
    /// When the worker took the batch, nanoseconds.
    pub taken_ns: u64,
    /// When the command began.
    pub started_ns: u64,
    /// When it was done.
    pub finished_ns: u64,
    /// The thread that ran it.
    pub thread: u32,
}

/// When a batch was out, as its client saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchSpan {
    /// When it was to be sent, nanoseconds.
    pub due_ns: u64,
    /// When it was sent.
    pub sent_ns: u64,
    /// When its result came; 0 when none did.
    pub received_ns: u64,
}

/// One row of `trace.csv`: the life of one command (once for each worker that ran it). Times are
/// in seconds since the client's first send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TraceRow {
    /// The batch's number.
    pub batch: u64,
    /// The command's place in it, from 0.
    pub index: u64,
    /// The worker that ran it.
    pub worker: u32,
    /// The thread that ran it: they are numbered in each worker.
    pub thread: u32,
    /// When the batch was to be sent.
    pub due_s: f64,
    /// When it was sent.
    pub sent_s: f64,
    /// When the worker took the batch.
    pub taken_s: f64,
    /// When the command began.
    pub started_s: f64,
    /// When it was done.
    pub finished_s: f64,
    /// When the batch's result came to the client; empty when it did not.
    pub received_s: Option<f64>,
}

/// Puts together what the client and one worker have seen. A span of a batch that the client does
/// not know is left out.
pub fn trace_rows(batches: &[BatchSpan], worker: u32, spans: &[WorkerSpan]) -> Vec<TraceRow> {
    let start = batches.iter().map(|batch| batch.sent_ns).min().unwrap_or(0);
    let since = |ns: u64| (ns as i128 - i128::from(start)) as f64 / 1e9;
    let row = |span: &WorkerSpan| {
        let batch = batches.get(usize::try_from(span.batch).ok()?)?;
        Some(TraceRow {
            batch: span.batch,
            index: span.index,
            worker,
            thread: span.thread,
            due_s: since(batch.due_ns),
            sent_s: since(batch.sent_ns),
            taken_s: since(span.taken_ns),
            started_s: since(span.started_ns),
            finished_s: since(span.finished_ns),
            received_s: (batch.received_ns > 0).then(|| since(batch.received_ns)),
        })
    };
    spans.iter().filter_map(row).collect()
}

/// Reads a `trace.csv`.
///
/// # Errors
/// With the file, and the line that can't be read.
pub fn read_trace(path: &Path) -> Result<Vec<TraceRow>, StoreError> {
    let found = read_rows(path)?;
    found.warn(path);
    Ok(found.rows.into_iter().map(|(_, row)| row).collect())
}

/// One event of the Trace Event Format, which the Chrome and Perfetto viewers open.
///
/// Source: "Trace Event Format", the Chromium project; complete events, phase `X`.
#[derive(Serialize)]
struct Event<'a> {
    name: String,
    cat: &'a str,
    ph: &'a str,
    /// Microseconds.
    ts: f64,
    /// Microseconds.
    dur: f64,
    pid: u32,
    tid: u32,
    args: Args,
}

#[derive(Serialize)]
struct Args {
    batch: u64,
    index: u64,
    waited_us: f64,
}

/// Writes rows as a trace for the Chrome and Perfetto viewers: workers as processes, commands as
/// slices of their threads.
///
/// # Errors
/// When `out` refuses it.
pub fn write_chrome_trace(rows: &[TraceRow], out: impl io::Write) -> io::Result<()> {
    let events: Vec<Event<'_>> = rows.iter().map(event).collect();
    let trace = serde_json::json!({ "displayTimeUnit": "ms", "traceEvents": events });
    Ok(serde_json::to_writer(out, &trace)?)
}

fn event(row: &TraceRow) -> Event<'static> {
    Event {
        name: format!("batch {} command {}", row.batch, row.index),
        cat: "command",
        ph: "X",
        ts: row.started_s * 1e6,
        dur: (row.finished_s - row.started_s) * 1e6,
        pid: row.worker,
        tid: row.thread,
        args: Args {
            batch: row.batch,
            index: row.index,
            waited_us: (row.started_s - row.taken_s) * 1e6,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<TraceRow> {
        let batches = [BatchSpan {
            due_ns: 900,
            sent_ns: 1000,
            received_ns: 9000,
        }];
        let span = |batch| WorkerSpan {
            batch,
            index: 1,
            taken_ns: 2000,
            started_ns: 3000,
            finished_ns: 5000,
            thread: 4,
        };
        trace_rows(&batches, 7, &[span(0), span(1)])
    }

    #[test]
    fn times_count_from_the_first_send_and_strangers_are_left_out() {
        let rows = rows();
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].due_s, rows[0].sent_s), (-1e-7, 0.0));
        assert_eq!((rows[0].started_s, rows[0].received_s), (2e-6, Some(8e-6)));
    }

    #[test]
    fn the_viewers_get_complete_events_in_microseconds() {
        let mut out = Vec::new();
        write_chrome_trace(&rows(), &mut out).unwrap();
        let trace: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let event = &trace["traceEvents"][0];
        assert_eq!(event["ph"], "X");
        assert_eq!(
            (event["ts"].as_f64(), event["dur"].as_f64()),
            (Some(2.0), Some(2.0))
        );
        assert_eq!(
            (event["pid"].as_u64(), event["tid"].as_u64()),
            (Some(7), Some(4))
        );
    }
}
