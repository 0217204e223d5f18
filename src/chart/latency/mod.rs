//! How long batches took: `tails` has percentiles from the rows, `distribution` all latencies of traced
//! runs, which are never drawn from percentiles: between five points anything can be.

mod distribution;
mod tails;
#[cfg(test)]
mod tests;

use super::grammar::{Chart, Facet};
use super::vocabulary::{self, Quantity};
use super::{Records, Sheet};
use crate::record::comparison_groups;

/// One picture for each work. Traces go with the work where there is only one; else they have a
/// picture of their own, for they don't say which work they are of.
pub(super) fn draw(records: &Records<'_>, sheet: &mut Sheet<'_>) {
    let works = comparison_groups(records.trials);
    let mut distribution = distribution::facet(records.traces);
    if works.is_empty() && distribution.is_none() {
        sheet.leave_out("there is no trial to draw");
    }
    let several = works.len() > 1;
    for work in &works {
        match tails::facet(work) {
            Ok(tails) => {
                let of = if several { &work.slug } else { "" };
                let distribution = distribution.take_if(|_| !several);
                sheet.push(of, chart(work.experiment, Some(tails), distribution));
            }
            Err(reason) => sheet.leave_out(reason),
        }
    }
    if distribution.is_some() {
        sheet.push("traces", chart("traced runs", None, distribution));
    }
}

/// Percentiles above, distributions below: at least one of both.
fn chart(
    of: &str,
    tails: Option<(Facet, Vec<Option<String>>)>,
    distribution: Option<(Facet, Option<String>)>,
) -> Chart {
    let by = match &tails {
        Some(_) => "by percentile, up to the longest",
        None => "by the share of batches that took no longer",
    };
    let (tails, notes) = tails.unzip();
    let (distribution, note) = distribution.unzip();
    let missing =
        "The whole distribution takes a trace of each batch, as mpmt run --trace leaves it.";
    let note = note.unwrap_or_else(|| Some(missing.to_owned()));
    Chart::new(
        vocabulary::title(&Quantity::Latency.name(), of, by),
        notes.unwrap_or_default().into_iter().chain([note]),
        tails.into_iter().chain(distribution).collect(),
    )
}
