//! How long batches took: percentiles from the rows, and the whole distribution from traces.
//!
//! * `tails`: percentiles of the latency, by configuration; `distribution`: all latencies of a
//!   traced run; `layout`: both as panels of one picture.
//!
//! A distribution is never drawn from percentiles: between five points anything can be.

mod distribution;
mod layout;
mod tails;
#[cfg(test)]
mod tests;

use super::{ChartError, Drawings, Kind, Records};
use crate::record::works;
use distribution::Distribution;
use tails::Tails;

/// What a picture shows: at least one of both.
#[derive(Clone, Debug, PartialEq)]
struct Latency {
    /// Percentiles by configuration.
    pub tails: Option<Tails>,
    /// All latencies of traced runs.
    pub distribution: Option<Distribution>,
}

/// One picture for each work. Traces go with the work where there is only one; else they have a
/// picture of their own, for they don't say which work they are of.
pub(super) fn draw(records: &Records<'_>, drawings: &mut Drawings) -> Result<(), ChartError> {
    let works = works(records.trials);
    let mut distribution = Distribution::prepare(records.traces);
    if works.is_empty() && distribution.is_none() {
        drawings.leave_out(Kind::Latency, "there is no trial to draw");
    }
    let several = works.len() > 1;
    for work in &works {
        match Tails::prepare(work) {
            Ok(tails) => {
                let latency = Latency {
                    tails: Some(tails),
                    distribution: distribution.take_if(|_| !several),
                };
                let of = if several { &work.slug } else { "" };
                let figure = layout::figure(&latency, records.source)?;
                drawings.push(Kind::Latency, of, figure);
            }
            Err(reason) => drawings.leave_out(Kind::Latency, reason),
        }
    }
    if distribution.is_some() {
        let latency = Latency {
            tails: None,
            distribution,
        };
        let figure = layout::figure(&latency, records.source)?;
        drawings.push(Kind::Latency, "traces", figure);
    }
    Ok(())
}
