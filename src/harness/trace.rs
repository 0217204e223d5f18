//! A trial's trace, put together from what the client and the workers have seen.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use crate::record::{BatchSpan, TraceRow, WorkerSpan, trace_rows, write_chrome_trace};

/// Puts together what the client has kept and the workers have written into `scratch`, and leaves
/// it as `trace.csv` and `trace.json` in `folder`.
pub(super) fn leave(folder: &Path, scratch: &Path, batches: &[BatchSpan]) -> io::Result<()> {
    let rows = gather(scratch, batches)?;
    fs::create_dir_all(folder)?;
    let mut table = csv::Writer::from_path(folder.join("trace.csv"))?;
    rows.iter().try_for_each(|row| table.serialize(row))?;
    table.flush()?;
    let mut events = BufWriter::new(File::create(folder.join("trace.json"))?);
    write_chrome_trace(&rows, &mut events)?;
    events.flush()
}

fn gather(scratch: &Path, batches: &[BatchSpan]) -> io::Result<Vec<TraceRow>> {
    let mut rows = Vec::new();
    for entry in fs::read_dir(scratch)? {
        let entry = entry?;
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("worker-"));
        let number = number.and_then(|name| name.strip_suffix(".csv")?.parse().ok());
        if let Some(worker) = number {
            rows.extend(trace_rows(batches, worker, &spans(&entry.path())?));
        }
    }
    rows.sort_by(|a, b| a.started_s.total_cmp(&b.started_s));
    Ok(rows)
}

/// The spans of one worker. The last line of one that was killed may be torn, and is left out.
fn spans(path: &Path) -> io::Result<Vec<WorkerSpan>> {
    let mut rows = csv::ReaderBuilder::new().flexible(true).from_path(path)?;
    Ok(rows.deserialize().filter_map(Result::ok).collect())
}
