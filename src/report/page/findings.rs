//! What the records of one question show beyond the recommendation, a sentence each, with numbers.

use super::asked::{CandidateView, QuestionView};
use crate::record::{Memory, Trial};
use crate::report::Cell;

/// Names of a list, at the most; the rest is counted.
const NAMED: usize = 6;

/// In the order of what a reader wants to know first.
pub(super) fn findings(asked: &QuestionView<'_>) -> Vec<String> {
    let fixed = [
        ends(asked),
        price_of_the_pick(asked),
        efficiency(asked),
        against_published(asked),
        front(asked),
    ];
    let mut findings: Vec<String> = fixed.into_iter().flatten().collect();
    findings.extend(asked.question.scalings.findings());
    findings
}

/// The fastest and the slowest.
fn ends(asked: &QuestionView<'_>) -> Option<String> {
    let rows = asked.by_median();
    let (fastest, slowest) = (rows.first()?, rows.last()?);
    if rows.len() < 2 {
        return None;
    }
    Some(format!(
        "{} is the fastest of {} ({}); {} is the slowest ({}) and takes {} as long.",
        fastest.name(),
        rows.len(),
        fastest.median_in_words(),
        slowest.name(),
        slowest.median_in_words(),
        Cell::maybe(ratio(slowest, fastest), Cell::Times),
    ))
}

/// What is won and lost by not taking the fastest.
fn price_of_the_pick(asked: &QuestionView<'_>) -> Option<String> {
    let (pick, best) = (asked.pick()?, asked.best()?);
    if pick.index == best.index {
        return None;
    }
    let longer = 100.0 * (ratio(&pick, &best)? - 1.0);
    let saved = match (pick.candidate().memory_kib, best.candidate().memory_kib) {
        (Some(less), Some(more)) if more > 0.0 && less < more => format!(
            ", for {:.0} % less memory ({} against {})",
            100.0 * (1.0 - less / more),
            pick.memory(),
            best.memory()
        ),
        _ => String::new(),
    };
    Some(format!(
        "The median of the recommended {} is {longer:.1} % longer than that of the fastest{saved}.",
        pick.name()
    ))
}

fn efficiency(asked: &QuestionView<'_>) -> Option<String> {
    let row = asked.pick().or_else(|| asked.best())?;
    let group = row.group();
    let (efficiency, ideal) = (group.median(Trial::efficiency)?, group.ideal_s()?);
    let bound = if group.ideal_is_bound() {
        ", which is only a lower bound"
    } else {
        ""
    };
    Some(format!(
        "{} reaches {} of the ideal: in theory it could take {}{bound}.",
        row.name(),
        Cell::Share(efficiency),
        Cell::Seconds(ideal)
    ))
}

/// Those with a published figure for the same work: how many are faster, and by how much.
fn against_published(asked: &QuestionView<'_>) -> Option<String> {
    let mut rows: Vec<CandidateView<'_>> = asked
        .rows()
        .filter(|row| row.times_faster().is_some())
        .collect();
    let times = |row: &CandidateView<'_>| row.times_faster().unwrap_or(0.0);
    rows.sort_by(|a, b| times(a).total_cmp(&times(b)));
    let (least, most) = (rows.first()?, rows.last()?);
    let faster = rows.iter().filter(|row| times(row) > 1.0).count();
    let shown = |row: &CandidateView<'_>| {
        let published = Cell::maybe(row.published_s(), Cell::Seconds);
        let times = Cell::maybe(row.times_faster(), Cell::Times);
        format!(
            "{times} ({}: {} against {published})",
            row.name(),
            row.median_in_words()
        )
    };
    let words = match (faster, rows.len()) {
        (_, 1) => format!("As fast as published: {}", shown(least)),
        (faster, all) => format!(
            "{} with a published makespan were faster here: as fast as that from {} to {}",
            if faster == all {
                format!("All {all} configurations")
            } else {
                format!("{faster} of {all} configurations")
            },
            shown(least),
            shown(most)
        ),
    };
    Some(format!(
        "{words}. The published makespans are of another machine and of Python."
    ))
}

/// What no other beats in everything.
fn front(asked: &QuestionView<'_>) -> Option<String> {
    let question = &asked.question;
    let rows = asked.by_median();
    let names: Vec<&str> = (rows.iter())
        .filter(|row| row.is_on_front())
        .map(CandidateView::name)
        .collect();
    if rows.len() < 2 {
        return None;
    }
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} slower ones"),
    };
    let objectives = match question.memory {
        Memory::Unknown => "time and processes".to_owned(),
        memory => format!("time, memory ({}) and processes", memory.as_str()),
    };
    Some(format!(
        "{} of {} are on the Pareto front, where none other beats them in {objectives} at once: \
         {}{more}.",
        names.len(),
        question.candidates.len(),
        names[..names.len().min(NAMED)].join(", ")
    ))
}

/// How many times as long the one takes as the other.
fn ratio(longer: &CandidateView<'_>, shorter: &CandidateView<'_>) -> Option<f64> {
    let ratio = longer.median_s()? / shorter.median_s()?;
    ratio.is_finite().then_some(ratio)
}
