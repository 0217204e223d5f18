//! The verdicts on the published claims, when the record can have any.

use serde::Serialize;

use crate::record::Trial;
use crate::report::claims::{
    Claimed, Finding, OnRuntime, Verdict, claimed, figure, how_sure, published_figure, reasons,
    summary,
};

/// All claims as the templates take them.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Claims {
    /// How many verdicts there are of each kind.
    pub(super) summary: String,
    pub(super) claims: Vec<ClaimView>,
}

/// A claim.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct ClaimView {
    says: String,
    note: Option<String>,
    /// What counts as reproduced.
    counts: String,
    pub(super) on: Vec<VerdictView>,
}

/// The verdict on a runtime.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct VerdictView {
    pub(super) verdict: String,
    /// A word for its looks.
    pub(super) class: &'static str,
    /// Which runtime, and what was measured against what was published.
    pub(super) why: String,
}

/// `None` when the record has none of the published experiment.
pub(super) fn claims(trials: &[Trial]) -> Option<Claims> {
    let all = claimed(trials);
    (!all.is_empty()).then(|| Claims {
        summary: summary(&all),
        claims: all.iter().map(view).collect(),
    })
}

fn view(one: &Claimed) -> ClaimView {
    ClaimView {
        says: one.claim.says.clone(),
        note: one.claim.note.clone(),
        counts: one.claim.counts.clone(),
        on: one.on.iter().map(verdict).collect(),
    }
}

fn verdict(on: &OnRuntime) -> VerdictView {
    let measured: Vec<String> = on.findings.iter().filter_map(in_words).collect();
    let words = [measured, reasons(on)].concat().join("; ");
    VerdictView {
        verdict: on.verdict.to_string(),
        class: match on.verdict {
            Verdict::Reproduced => "held",
            Verdict::NotReproduced | Verdict::Contradicted => "fallen",
            Verdict::CantTell => "open",
        },
        why: match &on.runtime {
            Some(runtime) => format!("{runtime}: {words}"),
            None => words,
        },
    }
}

/// Such as "I/O: 2x16 halves 1x16: 2.00× measured (one run each), 2× published".
fn in_words(finding: &Finding) -> Option<String> {
    let (ratio, measured) = (&finding.ratio, finding.measured.as_ref().ok()?);
    let published =
        published_figure(ratio).map_or_else(String::new, |figure| format!(", {figure} published"));
    let sure = match measured.interval {
        Some(_) => format!("95 % interval {}", how_sure(measured)),
        None => how_sure(measured),
    };
    let figure = figure(ratio, measured.ratio);
    Some(format!("{figure} measured ({sure}){published}"))
}
