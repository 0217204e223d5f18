//! Measured against ideal and published makespans: a row for each configuration.

#[cfg(test)]
mod tests;

use itertools::Itertools;

use super::grammar::{Axis, Chart, Column, Datum, Extent, Facet, Legend, Mark, Row, Table};
use super::order::by_axes;
use super::palette::Look;
use super::scale::{Scale, is_positive};
use super::scene::Stroke;
use super::symbol::Symbol;
use super::unit::Unit;
use super::vocabulary::{self, Quantity};
use super::{Records, Sheet, theme};
use crate::record::{
    AgainstPublished, PublishedFigure, Status, Trial, against_published, waits_are_scaled,
};

/// Beyond this a reader looks for a row and not at the chart; a heat map shows more at a glance.
const MOST_ROWS: usize = 40;
/// The height of a row.
const ROW: f64 = 30.0;
/// The radius of a measured point.
const POINT: f64 = 4.0;

/// One chart for each experiment.
pub(super) fn draw(records: &Records<'_>, sheet: &mut Sheet<'_>) {
    for experiment in sheet.experiments(records.trials) {
        let trials = by_axes(experiment.trials);
        let rows = against_published(trials.iter().copied(), records.published);
        match rows.len() {
            many if many > MOST_ROWS => sheet.leave_out(format!(
                "{} has {many} configurations, and more than {MOST_ROWS} rows can't be \
                 compared by eye (--only takes some of them)",
                experiment.name
            )),
            _ => sheet.push(&experiment.of, chart(&rows, &trials, experiment.shown)),
        }
    }
}

/// The chart; an experiment is named where it is one of several.
fn chart(rows: &[AgainstPublished<'_>], trials: &[&Trial], experiment: &str) -> Chart {
    let has_published = rows.iter().any(|row| published_s(row).is_some());
    let by = match (
        has_published,
        rows.iter().any(|row| row.group.ideal_s().is_some()),
    ) {
        (true, _) => "by configuration: measured, ideal and published",
        (false, true) => "by configuration: measured and ideal",
        (false, false) => "by configuration",
    };
    let runs = rows.iter().map(|row| row.group.good().len());
    let most = runs.max().filter(|most| *most > 1);
    let has_bound = rows
        .iter()
        .any(|row| row.group.ideal_is_bound() && row.group.ideal_s().is_some());
    let failed = rows
        .iter()
        .map(|row| (row.group.name.clone(), row.group.failed()));
    let notes = [
        Some(vocabulary::MAKESPAN.to_owned()),
        most.map(|most| {
            format!(
                "Measured: median of up to {most} runs, with a line from the fastest to the slowest \
                 where it is longer than the point."
            )
        }),
        scaled_waits(trials),
        other_work(rows),
        has_bound.then(|| "≥ marks an ideal that is only a lower bound.".to_owned()),
        vocabulary::failures(failed, MOST_ROWS),
    ];
    Chart::new(
        vocabulary::title("makespan", experiment, by),
        notes,
        vec![facet(rows)],
    )
}

/// Back to front: what joins the marks, then the marks, the measured one last. A row without a good
/// run has none, and says why.
fn facet(summaries: &[AgainstPublished<'_>]) -> Facet {
    let values = summaries.iter().flat_map(values).collect_vec();
    let (looks, legend) = looks(summaries);
    let rows = (0..).map(f64::from).zip(summaries).collect_vec();
    let x = Quantity::Makespan.axis(Scale::log(values.iter().copied(), Unit::of_seconds(1.0)));
    let mut facet = Facet::new(x, Axis::rows(summaries.len()), ROW);
    facet.table = Some(table(summaries, &looks, decimals(&values)));
    facet.legend = legend;
    let placed = |of: fn(&AgainstPublished<'_>) -> Option<f64>| {
        let good = rows.iter().filter(|(_, row)| !row.group.good().is_empty());
        let values = good.filter_map(move |(y, row)| Some((*y, of(row)?)));
        let values = values.filter(|(_, seconds)| is_positive(*seconds));
        values
            .map(|(y, seconds)| Datum::new(seconds, y))
            .collect_vec()
    };
    let joints = rows.iter().filter_map(|(y, row)| {
        let (a, b) = (published_s(row)?, row.group.makespan_s()?);
        Some(Datum::new((a.min(b), a.max(b)), *y))
    });
    facet.add(Mark::Rule(2.0, Stroke::Solid), theme::RULE, joints);
    facet.add(
        Mark::Point(Symbol::Ring, 5.0),
        theme::PUBLISHED,
        placed(published_s),
    );
    facet.add(
        Mark::Point(Symbol::Tick, 10.0),
        theme::IDEAL,
        placed(|row| row.group.ideal_s()),
    );
    for ((y, row), look) in rows.iter().zip(looks) {
        let measured = row.group.makespans();
        let measured = measured.filter(|measured| is_positive(measured.min()));
        let extent = measured.map(|of| Extent::new(of.min(), of.median(), of.max()));
        let data = extent.map(|extent| Datum::new(extent, *y));
        facet.add(Mark::Point(look.symbol, POINT), look.colour, data);
    }
    let failures = rows.iter().filter(|(_, row)| row.group.good().is_empty());
    let failures = failures.map(|(y, row)| {
        let words = vocabulary::ended(row.group.status(), row.group.error());
        Datum::new(f64::NEG_INFINITY, *y).text(words)
    });
    facet.add(Mark::Text, theme::PUBLISHED_TEXT, failures);
    facet
}

/// How the measured point of each row looks: by runtime, else by workload, where they differ.
fn looks(rows: &[AgainstPublished<'_>]) -> (Vec<Look>, Vec<Legend>) {
    let legend = Legend::runtimes(rows.iter().map(|row| &row.group.trial().runtime), POINT);
    let workloads = rows
        .iter()
        .map(|row| row.group.trial().workload)
        .sorted()
        .dedup()
        .collect_vec();
    if !legend.is_empty() || workloads.len() < 2 {
        let looks = rows
            .iter()
            .map(|row| Look::of_runtime(&row.group.trial().runtime));
        return (looks.collect(), legend);
    }
    let looks = rows
        .iter()
        .map(|row| Look::of_workload(row.group.trial().workload));
    let word = |one| Legend::look(Look::of_workload(one), POINT, format!("{one} work"));
    (looks.collect(), workloads.into_iter().map(word).collect())
}

fn table(rows: &[AgainstPublished<'_>], looks: &[Look], decimals: usize) -> Table {
    let looked = rows.iter().zip(looks).collect_vec();
    let fixed = |seconds: f64| format!("{seconds:.decimals$}");
    let measured = match looks.iter().all_equal_value() {
        Ok(look) => Column::new("measured", look.colour).marked(look.symbol, POINT),
        Err(_) => Column::new("measured", theme::INK).marked(Symbol::Disc, 0.0),
    };
    let columns = [
        Column::new("published", theme::PUBLISHED_TEXT).marked(Symbol::Ring, 4.0),
        Column::new("ideal", theme::IDEAL).marked(Symbol::Tick, 6.0),
        measured.bold(),
        Column::failed(),
    ];
    let values = |(row, _): &(&AgainstPublished<'_>, &Look)| {
        let bound = if row.group.ideal_is_bound() {
            "≥ "
        } else {
            ""
        };
        let ideal = row
            .group
            .ideal_s()
            .map(|ideal| format!("{bound}{}", fixed(ideal)));
        let measured = match row.group.makespan_s() {
            Some(median) => fixed(median),
            None if row.group.status() == Status::Timeout => "timeout".to_owned(),
            None => "failed".to_owned(),
        };
        [
            published_s(row).map_or(String::new(), |seconds| seconds.to_string()),
            ideal.unwrap_or_default(),
            measured,
            vocabulary::of_total(row.group.failed()),
        ]
    };
    let row = |(row, look): &(&AgainstPublished<'_>, &Look)| Row {
        colour: Some(look.colour),
        ..Row::new(row.group.name.as_str(), in_words(row))
    };
    Table::new(theme::BODY, &looked, row, columns, values)
}

fn scaled_waits(trials: &[&Trial]) -> Option<String> {
    let scaled = trials.iter().filter(|trial| waits_are_scaled(trial));
    let scales = scaled
        .map(|trial| trial.time_scale.to_string())
        .sorted()
        .dedup()
        .join(" or ");
    (!scales.is_empty()).then(|| {
        format!(
            "Waits are multiplied by {scales}; published seconds are for whole waits and not shown \
             with them."
        )
    })
}

fn other_work(rows: &[AgainstPublished<'_>]) -> Option<String> {
    let other = (rows.iter()).filter(|row| row.published == PublishedFigure::OtherWork);
    let names = other.map(|row| row.group.name.as_str()).join(", ");
    (!names.is_empty()).then(|| {
        format!(
            "Not the published work ({} commands, {} s or {} million loops each), so without its \
             seconds: {names}.",
            PublishedFigure::COMMANDS,
            PublishedFigure::WAIT_S,
            PublishedFigure::LOOPS / 1_000_000,
        )
    })
}

/// The whole row in words.
fn in_words(row: &AgainstPublished<'_>) -> String {
    let measured = match row.group.makespans() {
        Some(runs) if runs.len() > 1 => format!(
            "measured {:.4} s, from {:.4} to {:.4} in {} runs",
            runs.median(),
            runs.min(),
            runs.max(),
            runs.len()
        ),
        Some(run) => format!("measured {:.4} s", run.median()),
        None => row.group.status().to_string(),
    };
    let bound = if row.group.ideal_is_bound() {
        "at least "
    } else {
        ""
    };
    let again = row
        .run_again_s
        .filter(|_| !row.group.trial().runtime.is_native());
    let known = [
        Some(measured),
        row.group
            .ideal_s()
            .map(|ideal| format!("ideal {bound}{ideal:.4} s")),
        row.group
            .median(Trial::efficiency)
            .map(|share| format!("efficiency {:.1} %", 100.0 * share)),
        published_s(row).map(|seconds| format!("published {seconds} s")),
        again.map(|seconds| format!("the first system run again {seconds} s")),
        vocabulary::failed(row.group.failed()),
        row.group.error().map(str::to_owned),
    ];
    vocabulary::about(&row.group.name, known)
}

fn published_s(row: &AgainstPublished<'_>) -> Option<f64> {
    row.published.seconds()
}

/// Everything that has a mark in a row.
fn values(row: &AgainstPublished<'_>) -> Vec<f64> {
    let measured = row.group.makespans().map(|measured| {
        let others = [published_s(row), row.group.ideal_s()];
        [measured.min(), measured.max()]
            .into_iter()
            .chain(others.into_iter().flatten())
    });
    measured.into_iter().flatten().collect()
}

/// Decimals that leave two digits of the smallest value, and hundredths at least.
fn decimals(values: &[f64]) -> usize {
    let smallest = values.iter().copied().filter(|&value| is_positive(value));
    let smallest = smallest.fold(1.0, f64::min);
    (1.0 - smallest.log10().floor()).clamp(2.0, 6.0) as usize
}
