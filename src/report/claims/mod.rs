//! The published claims, held against a record: which are reproduced, and how it is told.
//!
//! * `judge`: a verdict for each claim on each runtime;
//! * `write`: the verdicts as a table for people.

mod judge;
mod write;

pub(super) use judge::{Claimed, Finding, OnRuntime, Verdict, claimed};
pub(super) use write::{figure, how_sure, published_figure, reasons, summary};

use super::document::Block;
use crate::record::Trial;

/// The verdicts on the published claims, for people; nothing when the record has none of the published
/// experiment.
pub fn claim_blocks(trials: &[Trial]) -> Vec<Block> {
    write::blocks(&claimed(trials))
}
