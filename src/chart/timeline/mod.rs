//! What every thread of every worker did during a trial, from its trace.
//!
//! * `lanes`: rows of a trace to one lane for each thread;
//! * `bars`: what of a lane is drawn, so that it can be seen;
//! * `layout`: the traces of one work, one above the other over the same time;
//! * `panel`: one of them; `key`: what its colours mean.

mod bars;
mod key;
mod lanes;
mod layout;
mod panel;
#[cfg(test)]
mod tests;

use super::{ChartError, Drawings, Kind, Records, Trace};
use lanes::Timeline;

/// More of them in one picture would no longer be held against each other.
const MOST_TRACES: usize = 6;

/// One chart for the traces of each work.
pub(super) fn draw(records: &Records<'_>, drawings: &mut Drawings) -> Result<(), ChartError> {
    if records.traces.is_empty() {
        drawings.leave_out(
            Kind::Timeline,
            "there is no trace; 'mpmt run --trace -o DIR' leaves one beside its trials.csv, and \
             --trace names more",
        );
    }
    let (timelines, empty) = prepare(records.traces);
    if !empty.is_empty() {
        let reason = format!("no command ran in {}", empty.join(", "));
        drawings.leave_out(Kind::Timeline, reason);
    }
    let works = by_work(timelines);
    let several = works.len() > 1;
    for (number, mut timelines) in (1..).zip(works) {
        if timelines.len() > MOST_TRACES {
            let reason = too_many(&timelines);
            drawings.leave_out(Kind::Timeline, reason);
            timelines.truncate(MOST_TRACES);
        }
        let of = if several {
            format!("{number}")
        } else {
            String::new()
        };
        let figure = layout::figure(&timelines, records.source)?;
        drawings.push(Kind::Timeline, &of, figure);
    }
    Ok(())
}

/// The timelines of those traces that have one, and the names of the others.
fn prepare(traces: &[Trace]) -> (Vec<Timeline>, Vec<&str>) {
    let (mut timelines, mut empty) = (Vec::new(), Vec::new());
    for trace in traces {
        match Timeline::prepare(trace) {
            Some(timeline) => timelines.push(timeline),
            None => empty.push(trace.name.as_str()),
        }
    }
    (timelines, empty)
}

/// Traces of as many commands in as many batches, in the order in which they first appear: a trace
/// says no more of its work, and their times can be held against each other.
fn by_work(timelines: Vec<Timeline>) -> Vec<Vec<Timeline>> {
    let mut works: Vec<Vec<Timeline>> = Vec::new();
    for timeline in timelines {
        let same = |work: &&mut Vec<Timeline>| work[0].size == timeline.size;
        match works.iter_mut().find(same) {
            Some(work) => work.push(timeline),
            None => works.push(vec![timeline]),
        }
    }
    works
}

fn too_many(timelines: &[Timeline]) -> String {
    let more: Vec<&str> = (timelines[MOST_TRACES..].iter())
        .map(|timeline| timeline.name.as_str())
        .collect();
    format!(
        "{} traces of the same work are more than the {MOST_TRACES} that one picture holds; not \
         shown: {}",
        timelines.len(),
        more.join(", ")
    )
}
