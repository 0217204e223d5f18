//! The verdicts on the published claims, when the record can have any.

use indexmap::IndexMap;
use itertools::Itertools as _;
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
    /// The numbers of the claims by verdict, a line for each runtime.
    pub(super) in_short: Vec<String>,
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
        in_short: in_short(&all),
        claims: all.iter().map(view).collect(),
    })
}

/// Such as "native: 2, 3, 4 reproduced; 1 not reproduced".
fn in_short(all: &[Claimed]) -> Vec<String> {
    let mut by_runtime: IndexMap<String, IndexMap<Verdict, Vec<u32>>> = IndexMap::new();
    for (one, on) in (all.iter()).flat_map(|one| one.on.iter().map(move |on| (one, on))) {
        let runtime = on.runtime.as_ref();
        // What can be told of no runtime is said beside the first.
        let named = runtime.map(ToString::to_string);
        let first = || by_runtime.keys().next().cloned().unwrap_or_default();
        let verdicts = by_runtime.entry(named.unwrap_or_else(first)).or_default();
        let numbers = verdicts.entry(on.verdict).or_default();
        numbers.push(one.claim.number);
    }
    let of_one = |(runtime, verdicts): (String, IndexMap<Verdict, Vec<u32>>)| {
        let told = verdicts.iter();
        let told =
            told.map(|(verdict, numbers)| format!("{} {verdict}", numbers.iter().join(", ")));
        format!("{runtime}: {}", told.collect::<Vec<_>>().join("; "))
    };
    by_runtime.into_iter().map(of_one).collect()
}

fn view(one: &Claimed) -> ClaimView {
    ClaimView {
        says: one.claim.says.clone(),
        note: one.claim.note.clone(),
        counts: one.claim.counts.clone(),
        on: one
            .on
            .iter()
            .map(|on| verdict(on, one.claim.ratio.len() > 1))
            .collect(),
    }
}

fn verdict(on: &OnRuntime, has_ratios: bool) -> VerdictView {
    let in_words = |finding| in_words(finding, has_ratios);
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

/// Such as "2.00× measured (one run each), 2× published", with a name where a claim has several ratios.
fn in_words(finding: &Finding, is_named: bool) -> Option<String> {
    let (ratio, measured) = (&finding.ratio, finding.measured.as_ref().ok()?);
    let published =
        published_figure(ratio).map_or_else(String::new, |figure| format!(", {figure} published"));
    let sure = match measured.interval {
        Some(_) => format!("95 % interval {}", how_sure(measured)),
        None => how_sure(measured),
    };
    let figure = figure(ratio, measured.ratio);
    let name = if is_named {
        format!("{}: ", ratio.short)
    } else {
        String::new()
    };
    Some(format!("{name}{figure} measured ({sure}){published}"))
}
