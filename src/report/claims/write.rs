//! The verdicts as a table, with the reasons below it.

use indexmap::IndexMap;
use itertools::Itertools as _;

use super::judge::{Claimed, Finding, Measured, OnRuntime, Verdict};
use crate::record::{Against, Ratio};
use crate::report::document::Block;
use crate::report::{Cell, Column, Table};

pub(super) fn blocks(all: &[Claimed]) -> Vec<Block> {
    if all.is_empty() {
        return Vec::new();
    }
    let notes = all.iter().filter_map(|one| {
        let note = one.claim.note.as_ref()?;
        Some(format!("Claim {}: {note}", one.claim.number))
    });
    let untold = untold(all).into_iter().map(|(reason, which)| {
        let which: Vec<String> = which.into_iter().unique().collect();
        format!("Can't tell {}: {reason}.", which.join(", "))
    });
    let lines: Vec<String> = notes.chain(untold).collect();
    vec![
        Block::Heading(format!("The published claims: {}", summary(all))),
        Block::Table(table(all)),
        Block::Words(lines.join("\n")),
    ]
}

/// How many verdicts there are of each kind.
pub(in crate::report) fn summary(all: &[Claimed]) -> String {
    let verdicts = || all.iter().flat_map(|one| &one.on).map(|on| on.verdict);
    let kinds = [
        Verdict::Reproduced,
        Verdict::NotReproduced,
        Verdict::Contradicted,
        Verdict::CantTell,
    ];
    let counts = kinds.map(|kind| (verdicts().filter(|verdict| *verdict == kind).count(), kind));
    let told = counts.iter().filter(|(count, _)| *count > 0);
    told.map(|(count, kind)| format!("{count} {kind}"))
        .join(", ")
}

/// Whether more than one runtime is there to be told apart.
fn has_runtimes(all: &[Claimed]) -> bool {
    all.iter().any(|one| one.on.len() > 1)
}

/// What keeps claims from being told, and which.
fn untold(all: &[Claimed]) -> IndexMap<String, Vec<String>> {
    let with_runtimes = has_runtimes(all);
    let mut by_reason: IndexMap<String, Vec<String>> = IndexMap::new();
    for (one, on) in all
        .iter()
        .flat_map(|one| one.on.iter().map(move |on| (one, on)))
    {
        let number = one.claim.number;
        let which = match on.runtime.as_ref().filter(|_| with_runtimes) {
            Some(runtime) => format!("{number} on {runtime}"),
            None => number.to_string(),
        };
        for reason in reasons(on) {
            by_reason.entry(reason).or_default().push(which.clone());
        }
    }
    by_reason
}

/// Why a claim can't be told, when it can't.
pub(in crate::report) fn reasons(on: &OnRuntime) -> Vec<String> {
    let reasons = on.findings.iter().filter_map(Finding::reason);
    let reasons = reasons.filter(|_| on.verdict == Verdict::CantTell);
    reasons.map(str::to_owned).unique().collect()
}

fn table(all: &[Claimed]) -> Table {
    let with_runtimes = has_runtimes(all);
    let mut columns = vec![Column::left("claim"), Column::right("published")];
    columns.extend(with_runtimes.then(|| Column::left("runtime")));
    columns.extend([
        Column::right("measured"),
        Column::right("95 % interval"),
        Column::left("verdict"),
    ]);
    let mut rows = Vec::new();
    for one in all {
        for on in &one.on {
            for (place, finding) in on.findings.iter().enumerate() {
                let Finding { ratio, measured } = finding;
                let measured = measured.as_ref().ok();
                let mut row = vec![
                    Cell::Text(format!("{} {}", one.claim.number, ratio.short)),
                    Cell::maybe(published_figure(ratio), Cell::Text),
                ];
                let runtime =
                    || Cell::maybe(on.runtime.as_ref().map(ToString::to_string), Cell::Text);
                row.extend(with_runtimes.then(runtime));
                row.push(Cell::maybe(
                    measured.map(|of| figure(ratio, of.ratio)),
                    Cell::Text,
                ));
                row.push(Cell::maybe(measured.map(how_sure), Cell::Text));
                // One verdict for all ratios of a claim.
                let verdict = (place == 0).then(|| on.verdict.to_string());
                row.push(Cell::maybe(verdict, Cell::Text));
                rows.push(row);
            }
        }
    }
    Table { columns, rows }
}

/// A figure of a ratio in its own unit, such as `15.2×` or `32.1 waits`.
pub(in crate::report) fn figure(ratio: &Ratio, value: f64) -> String {
    match ratio.to {
        Against::Wait => format!("{} waits", plain(value)),
        _ => Cell::Times(value).to_string(),
    }
}

/// What was published of a ratio, as it was said.
pub(in crate::report) fn published_figure(ratio: &Ratio) -> Option<String> {
    let value = ratio.published?;
    Some(match ratio.to {
        Against::Wait => format!("{value} waits"),
        _ => format!("{value}×"),
    })
}

/// The interval, or why there is none.
pub(in crate::report) fn how_sure(measured: &Measured) -> String {
    match measured.interval {
        Some(interval) => format!("{} to {}", plain(interval.low), plain(interval.high)),
        None if measured.is_one_run_each => "one run each".to_owned(),
        None => format!("too few runs: {}", measured.fewest_runs),
    }
}

fn plain(value: f64) -> String {
    let times = Cell::Times(value).to_string();
    times.trim_end_matches('×').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Runtime;
    use crate::record::Trial;
    use crate::report::claims::judge::fixtures::nine_on;
    use crate::report::claims::{claim_blocks, claimed};
    use crate::report::{Format, Report, written};
    use unicode_width::UnicodeWidthStr as _;

    fn told(trials: &[Trial]) -> String {
        let report = Report {
            answers: claim_blocks(trials),
            ..Report::default()
        };
        written(&report, Format::Table).trim_start().to_owned()
    }

    #[test]
    fn seven_verdicts_stand_in_a_table() {
        insta::assert_snapshot!(told(&nine_on(&Runtime::Native)), @"
        The published claims: 5 reproduced, 1 not reproduced, 1 can't tell

        claim                              published     measured   95 % interval   verdict
        ──────────────────────────────────────────────────────────────────────────────────────────
        1 I/O: 32x16 faster than 32x1            17×        15.2×    one run each   not reproduced
        2 I/O: 8x16 faster than 32x1              4×        3.97×    one run each   reproduced
        3 I/O: 1x16 takes 32 waits          32 waits   32.1 waits    one run each   reproduced
        4 I/O: 2x16 halves 1x16                   2×        2.00×    one run each   reproduced
        5 I/O: 1x16 slow by the lock                                                can't tell
        6 CPU: 2x16 takes what 2x1 takes       0.91×        1.01×    1.01 to 1.02   reproduced
        7 CPU: 8x16 little gain on 2x16        0.92×        1.13×    1.13 to 1.14   reproduced
        7 CPU: 4x1 little gain on 2x1          0.91×        1.07×    1.06 to 1.08

        Claim 1: Its own timings give 17 s / 1.35 s = 12.6, not 17, and the ideals 16.
        Can't tell 5: it needs native or pipelined rows beside rows under a lock: mpmt reproduce --runtime all.
        ");
    }

    #[test]
    fn each_runtime_has_its_verdicts() {
        let of_all = Runtime::all().map(|runtime| nine_on(&runtime)).concat();
        insta::assert_snapshot!(told(&of_all), @"
        The published claims: 15 reproduced, 3 not reproduced, 2 contradicted

        claim                              published   runtime     measured   95 % interval   verdict
        ────────────────────────────────────────────────────────────────────────────────────────────────────
        1 I/O: 32x16 faster than 32x1            17×   native         15.2×    one run each   not reproduced
        1 I/O: 32x16 faster than 32x1            17×   gil            15.2×    one run each   not reproduced
        1 I/O: 32x16 faster than 32x1            17×   python         15.2×    one run each   not reproduced
        2 I/O: 8x16 faster than 32x1              4×   native         3.97×    one run each   reproduced
        2 I/O: 8x16 faster than 32x1              4×   gil            3.97×    one run each   reproduced
        2 I/O: 8x16 faster than 32x1              4×   python         3.97×    one run each   reproduced
        3 I/O: 1x16 takes 32 waits          32 waits   native    32.1 waits    one run each   reproduced
        3 I/O: 1x16 takes 32 waits          32 waits   gil       32.1 waits    one run each   reproduced
        3 I/O: 1x16 takes 32 waits          32 waits   python    32.1 waits    one run each   reproduced
        4 I/O: 2x16 halves 1x16                   2×   native         2.00×    one run each   reproduced
        4 I/O: 2x16 halves 1x16                   2×   gil            2.00×    one run each   reproduced
        4 I/O: 2x16 halves 1x16                   2×   python         2.00×    one run each   reproduced
        5 I/O: 1x16 slow by the lock                   gil            1.00×    one run each   contradicted
        5 I/O: 1x16 slow by the lock                   python         1.00×    one run each   contradicted
        6 CPU: 2x16 takes what 2x1 takes       0.91×   native         1.01×    1.01 to 1.02   reproduced
        6 CPU: 2x16 takes what 2x1 takes       0.91×   gil            1.01×    1.01 to 1.02   reproduced
        6 CPU: 2x16 takes what 2x1 takes       0.91×   python         1.01×    1.01 to 1.02   reproduced
        7 CPU: 8x16 little gain on 2x16        0.92×   native         1.13×    1.13 to 1.14   reproduced
        7 CPU: 4x1 little gain on 2x1          0.91×   native         1.07×    1.06 to 1.08
        7 CPU: 8x16 little gain on 2x16        0.92×   gil            1.13×    1.13 to 1.14   reproduced
        7 CPU: 4x1 little gain on 2x1          0.91×   gil            1.07×    1.06 to 1.08
        7 CPU: 8x16 little gain on 2x16        0.92×   python         1.13×    1.13 to 1.14   reproduced
        7 CPU: 4x1 little gain on 2x1          0.91×   python         1.07×    1.06 to 1.08

        Claim 1: Its own timings give 17 s / 1.35 s = 12.6, not 17, and the ideals 16.
        ");
    }

    #[test]
    fn a_hundred_columns_are_enough() {
        let of_all = Runtime::all().map(|runtime| nine_on(&runtime)).concat();
        for trials in [&of_all, &nine_on(&Runtime::Native)] {
            let table = table(&claimed(trials));
            assert!(table.width() <= 100, "{}", table.width());
            for line in told(trials).lines() {
                assert!(line.width() <= 120, "{line}");
            }
        }
    }

    #[test]
    fn another_record_has_none() {
        assert_eq!(claim_blocks(&crate::record::fixtures::nine()), []);
    }
}
