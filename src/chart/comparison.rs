//! Measured against ideal and published makespans: a row for each configuration.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

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
    Published, PublishedFigure, Status, Summary, Trial, summarise, waits_are_scaled,
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
        let comparison = Comparison::prepare(experiment.trials, records.published);
        match comparison.rows.len() {
            many if many > MOST_ROWS => sheet.leave_out(format!(
                "{} has {many} configurations, and more than {MOST_ROWS} rows can't be \
                 compared by eye (--only takes some of them)",
                experiment.name
            )),
            _ => sheet.push(&experiment.of, comparison.chart(experiment.shown)),
        }
    }
}

/// Measured against ideal and published makespans.
#[derive(Clone, Debug, PartialEq)]
struct Comparison {
    /// One row for each configuration, in the order of what they were asked.
    rows: Vec<Summary>,
    /// What a reader has to know so as not to be misled, one sentence each.
    notes: Vec<String>,
}

impl Comparison {
    /// Groups the trials by configuration and looks up what was published for the same work.
    fn prepare<'a>(
        trials: impl IntoIterator<Item = &'a Trial>,
        published: &[Published],
    ) -> Comparison {
        let trials: Vec<Trial> = by_axes(trials).into_iter().cloned().collect();
        let rows = summarise(&trials, published);
        let failed = rows.iter().filter(|row| row.not_ok > 0);
        let failed: Vec<_> = failed
            .map(|row| (row.name.clone(), row.not_ok, row.runs))
            .collect();
        let notes = [
            scaled_waits(&trials),
            other_work(&rows),
            lower_bounds(&rows),
            vocabulary::failures(&failed, MOST_ROWS),
        ];
        let notes = notes.into_iter().flatten().collect();
        Comparison { rows, notes }
    }

    fn has_published(&self) -> bool {
        self.rows.iter().any(|row| published_s(row).is_some())
    }

    /// The chart; an experiment is named where it is one of several.
    fn chart(&self, experiment: &str) -> Chart {
        let has_ideal = self.rows.iter().any(|row| row.ideal_s.is_some());
        let by = match (self.has_published(), has_ideal) {
            (true, _) => "by configuration: measured, ideal and published",
            (false, true) => "by configuration: measured and ideal",
            (false, false) => "by configuration",
        };
        let runs = self.rows.iter().filter_map(|row| Some(row.measured?.runs));
        let mut notes = vec![vocabulary::MAKESPAN.to_owned()];
        if let Some(most) = runs.max().filter(|most| *most > 1) {
            notes.push(format!(
                "Measured: median of up to {most} runs, with a line from the fastest to the slowest \
                 where it is longer than the point."
            ));
        }
        notes.extend(self.notes.iter().cloned());
        let title = vocabulary::title("makespan", experiment, by);
        Chart {
            title,
            notes,
            facets: vec![self.facet()],
        }
    }

    fn facet(&self) -> Facet {
        let values: Vec<f64> = self.rows.iter().flat_map(values).collect();
        let (looks, legend) = self.looks();
        let decimals = decimals(&values);
        let x = Quantity::Makespan.axis(Scale::log(values, Unit::of_seconds(1.0)));
        let mut facet = Facet::new(x, Axis::rows(self.rows.len()), ROW);
        facet.table = Some(self.table(&looks, decimals));
        facet.legend = legend;
        self.layers(&mut facet, &looks);
        facet
    }

    /// How the measured point of each row looks: by runtime, else by workload, where they differ.
    fn looks(&self) -> (Vec<Look>, Vec<Legend>) {
        let runtimes: BTreeSet<_> = self.rows.iter().map(|row| &row.runtime).collect();
        let workloads: BTreeSet<_> = self.rows.iter().map(|row| row.workload).collect();
        let key = |Look { symbol, colour }, words| Legend::point(symbol, POINT, colour, words);
        let by_workload = runtimes.len() == 1 && workloads.len() > 1;
        let look = |row: &Summary| {
            if by_workload {
                Look::of_workload(row.workload)
            } else {
                Look::of_runtime(&row.runtime)
            }
        };
        let by_runtime = runtimes.iter().filter(|_| runtimes.len() > 1);
        let by_runtime = by_runtime.map(|one| key(Look::of_runtime(one), format!("{one} runtime")));
        let workloads = workloads.into_iter().filter(|_| by_workload);
        let workloads = workloads.map(|one| key(Look::of_workload(one), format!("{one} work")));
        let looks = self.rows.iter().map(look).collect();
        (looks, by_runtime.chain(workloads).collect())
    }

    fn table(&self, looks: &[Look], decimals: usize) -> Table {
        type Looked<'a> = (&'a Summary, &'a Look);
        let rows: Vec<Looked<'_>> = self.rows.iter().zip(looks).collect();
        let one = looks.iter().all(|look| *look == looks[0]);
        let fixed = |seconds: f64| format!("{seconds:.decimals$}");
        let marked = |head, symbol, radius, colour| Column {
            symbol: Some((symbol, radius)),
            ..Column::new(head, colour)
        };
        let (symbol, radius, colour) = if one {
            (looks[0].symbol, POINT, looks[0].colour)
        } else {
            (Symbol::Disc, 0.0, theme::INK)
        };
        let measured = Column {
            bold: true,
            ..marked("measured", symbol, radius, colour)
        };
        let columns = [
            marked("published", Symbol::Ring, 4.0, theme::PUBLISHED_TEXT),
            marked("ideal", Symbol::Tick, 6.0, theme::IDEAL),
            measured,
            Column::new("failed", theme::PUBLISHED_TEXT),
        ];
        let published = |row: &Looked<'_>| published_s(row.0).map(|s| s.to_string());
        let ideal = |row: &Looked<'_>| {
            let bound = if row.0.ideal_is_bound { "≥ " } else { "" };
            row.0
                .ideal_s
                .map(|ideal| format!("{bound}{}", fixed(ideal)))
        };
        let median = |row: &Looked<'_>| match row.0.measured {
            Some(measured) => fixed(measured.median),
            None if row.0.status == Status::Timeout => "timeout".to_owned(),
            None => "failed".to_owned(),
        };
        let values: [&dyn Fn(&Looked<'_>) -> String; 4] = [
            &|row| published(row).unwrap_or_default(),
            &|row| ideal(row).unwrap_or_default(),
            &median,
            &|row| vocabulary::of_total((row.0.not_ok, row.0.runs)),
        ];
        let columns: Vec<_> = columns.into_iter().zip(values).collect();
        let row = |(row, look): &Looked<'_>| Row {
            name: row.name.clone(),
            tooltip: in_words(row),
            colour: Some(look.colour),
            ..Row::default()
        };
        Table::new(theme::BODY, &rows, row, &columns)
    }

    /// Back to front: what joins the marks, then the marks, the measured one last. A row without a
    /// good run has none, and says why.
    fn layers(&self, facet: &mut Facet, looks: &[Look]) {
        let rows = || (0..).map(f64::from).zip(&self.rows);
        let placed = |of: fn(&Summary) -> Option<f64>| {
            let good = rows().filter(|(_, row)| row.measured.is_some());
            let values = good.filter_map(move |(y, row)| Some((y, of(row)?)));
            let values = values.filter(|(_, seconds)| is_positive(*seconds));
            values
                .map(|(y, seconds)| Datum::new(seconds, y))
                .collect::<Vec<Datum>>()
        };
        let joints = rows().filter_map(|(y, row)| {
            let (a, b) = (published_s(row)?, row.measured?.median);
            Some(Datum::new((a.min(b), a.max(b)), y))
        });
        let failures = rows()
            .filter(|(_, row)| row.measured.is_none())
            .map(|(y, row)| {
                let reason = row.error.as_deref().unwrap_or("no reason recorded");
                let reason: Vec<&str> = reason.split_whitespace().collect();
                let words = format!("{}: {}", row.status, reason.join(" "));
                Datum::new(f64::NEG_INFINITY, y).text(words)
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
            placed(|row| row.ideal_s),
        );
        for ((y, row), look) in rows().zip(looks) {
            let measured = row.measured.filter(|measured| is_positive(measured.min));
            let extent = measured.map(|of| Extent {
                low: of.min,
                at: of.median,
                high: of.max,
            });
            let data = extent.map(|extent| Datum::new(extent, y));
            facet.add(Mark::Point(look.symbol, POINT), look.colour, data);
        }
        facet.add(Mark::Text, theme::PUBLISHED_TEXT, failures);
    }
}

fn scaled_waits(trials: &[Trial]) -> Option<String> {
    let scales: BTreeSet<String> = (trials.iter())
        .filter(|trial| waits_are_scaled(trial))
        .map(|trial| trial.time_scale.to_string())
        .collect();
    let scales: Vec<String> = scales.into_iter().collect();
    (!scales.is_empty()).then(|| {
        format!(
            "Waits are multiplied by {}; published seconds are for whole waits and not shown with them.",
            scales.join(" or ")
        )
    })
}

fn other_work(rows: &[Summary]) -> Option<String> {
    let other = (rows.iter()).filter(|row| row.published == PublishedFigure::OtherWork);
    let names: Vec<&str> = other.map(|row| row.name.as_str()).collect();
    (!names.is_empty()).then(|| {
        format!(
            "Not the published work ({} commands, {} s or {} million loops each), so without its seconds: {}.",
            PublishedFigure::COMMANDS,
            PublishedFigure::WAIT_S,
            PublishedFigure::LOOPS / 1_000_000,
            names.join(", ")
        )
    })
}

fn lower_bounds(rows: &[Summary]) -> Option<String> {
    rows.iter()
        .any(|row| row.ideal_is_bound && row.ideal_s.is_some())
        .then(|| "≥ marks an ideal that is only a lower bound.".to_owned())
}

/// The whole row in words.
fn in_words(row: &Summary) -> String {
    let mut words = vec![match row.measured {
        Some(spread) if spread.runs > 1 => format!(
            "measured {:.4} s, from {:.4} to {:.4} in {} runs",
            spread.median, spread.min, spread.max, spread.runs
        ),
        Some(spread) => format!("measured {:.4} s", spread.median),
        None => row.status.to_string(),
    }];
    if let Some(ideal) = row.ideal_s {
        let bound = if row.ideal_is_bound { "at least " } else { "" };
        words.push(format!("ideal {bound}{ideal:.4} s"));
    }
    if let Some(efficiency) = row.efficiency {
        words.push(format!("efficiency {:.1} %", 100.0 * efficiency));
    }
    words.extend(published_s(row).map(|seconds| format!("published {seconds} s")));
    let again = row.run_again_s.filter(|_| !row.runtime.is_native());
    words.extend(again.map(|seconds| format!("the first system run again {seconds} s")));
    words.extend(vocabulary::failed(row.not_ok, row.runs));
    words.extend(row.error.clone());
    format!("{}: {}", row.name, words.join("; "))
}

fn published_s(row: &Summary) -> Option<f64> {
    match row.published {
        PublishedFigure::Seconds(seconds) => Some(seconds),
        _ => None,
    }
}

/// Everything that has a mark in a row.
fn values(row: &Summary) -> Vec<f64> {
    let Some(measured) = row.measured else {
        return Vec::new();
    };
    let others = [published_s(row), row.ideal_s];
    let ends = [measured.min, measured.max];
    ends.into_iter()
        .chain(others.into_iter().flatten())
        .collect()
}

/// Decimals that leave two digits of the smallest value, and hundredths at least.
fn decimals(values: &[f64]) -> usize {
    let smallest = values.iter().copied().filter(|&value| is_positive(value));
    let smallest = smallest.fold(1.0, f64::min);
    (1.0 - smallest.log10().floor()).clamp(2.0, 6.0) as usize
}
