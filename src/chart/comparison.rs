//! Measured against ideal and published makespans: a row for each configuration.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::grammar::{Axis, Chart, Column, Datum, Extent, Facet, Layer, Legend, Mark, Row, Table};
use super::order::by_axes;
use super::palette::Look;
use super::scale::{Scale, is_positive};
use super::scene::Stroke;
use super::symbol::Symbol;
use super::unit::Unit;
use super::vocabulary::{self, Quantity};
use super::{Records, Sheet, theme};
use crate::record::{
    Published, PublishedFigure, Status, Summary, Trial, by_experiment, slug, summarise,
    waits_are_scaled,
};

/// Beyond this a reader looks for a row and not at the chart; a heat map shows more at a glance.
const MOST_ROWS: usize = 40;
/// The height of a row.
const ROW: f64 = 30.0;
/// The radius of a measured point.
const POINT: f64 = 4.0;

/// One chart for each experiment.
pub(super) fn draw(records: &Records<'_>, sheet: &mut Sheet<'_>) {
    let experiments = by_experiment(records.trials);
    if experiments.is_empty() {
        sheet.leave_out("there is no trial to draw");
    }
    let several = experiments.len() > 1;
    for (experiment, trials) in experiments {
        let (of, name) = match several {
            true => (slug(experiment), experiment),
            false => (String::new(), ""),
        };
        let comparison = Comparison::prepare(trials, records.published);
        match comparison.rows.len() {
            many if many > MOST_ROWS => sheet.leave_out(format!(
                "{experiment} has {many} configurations, and more than {MOST_ROWS} rows can't be \
                 compared by eye (--only takes some of them)"
            )),
            _ => sheet.push(&of, comparison.chart(name)),
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
        let against = match (
            self.has_published(),
            self.rows.iter().any(|row| row.ideal_s.is_some()),
        ) {
            (true, _) => "by configuration: measured, ideal and published",
            (false, true) => "by configuration: measured and ideal",
            (false, false) => "by configuration",
        };
        let runs = |row: &Summary| row.measured.map_or(0, |measured| measured.runs);
        let most = self.rows.iter().map(runs).max().unwrap_or(0);
        let mut notes = vec![vocabulary::MAKESPAN.to_owned()];
        if most > 1 {
            notes.push(format!(
                "Measured: median of up to {most} runs, with a line from the fastest to the slowest \
                 where it is longer than the point."
            ));
        }
        notes.extend(self.notes.iter().cloned());
        Chart {
            title: vocabulary::title(&Quantity::Makespan.name(), experiment, against),
            notes,
            facets: vec![self.facet()],
        }
    }

    fn facet(&self) -> Facet {
        let values: Vec<f64> = self.rows.iter().flat_map(values).collect();
        let (looks, legend) = self.looks();
        let decimals = decimals(&values);
        let x = Quantity::Makespan.axis(Scale::log(values, Unit::of_seconds(1.0)));
        let bands = Axis::new(Scale::band(self.rows.len() as f64), "");
        let mut facet = Facet::new(x, bands, ROW);
        let one = looks
            .first()
            .filter(|look| looks.iter().all(|other| other == *look));
        facet.table = Some(self.table(&looks, one, decimals));
        facet.legend = legend;
        self.layers(&mut facet, &looks);
        facet
    }

    /// How the measured point of each row looks: by runtime, else by workload, where they differ.
    fn looks(&self) -> (Vec<Look>, Vec<Legend>) {
        let runtimes: BTreeSet<_> = self.rows.iter().map(|row| &row.runtime).collect();
        let workloads: BTreeSet<_> = self.rows.iter().map(|row| row.workload).collect();
        let legend =
            |look: Look, words: String| Legend::point(look.symbol, POINT, look.colour, words);
        let by_runtime = || {
            self.rows
                .iter()
                .map(|row| Look::of_runtime(&row.runtime))
                .collect()
        };
        match (runtimes.len(), workloads.len()) {
            (2.., _) => {
                let keys = runtimes
                    .iter()
                    .map(|r| legend(Look::of_runtime(r), format!("{r} runtime")));
                (by_runtime(), keys.collect())
            }
            (_, 2..) => {
                let looks = self.rows.iter().map(|row| Look::of_workload(row.workload));
                let keys = workloads
                    .iter()
                    .map(|w| legend(Look::of_workload(*w), format!("{w} work")));
                (looks.collect(), keys.collect())
            }
            _ => (by_runtime(), Vec::new()),
        }
    }

    fn table(&self, looks: &[Look], one: Option<&Look>, decimals: usize) -> Table {
        let fixed = |seconds: f64| format!("{seconds:.decimals$}");
        let colour = one.map_or(theme::INK, |look| look.colour);
        let head = |head: &str, symbol, colour| Column {
            symbol,
            colour,
            ..Column::new(head)
        };
        let ideal = |row: &Summary| {
            let bound = if row.ideal_is_bound { "≥ " } else { "" };
            row.ideal_s
                .map_or(String::new(), |ideal| format!("{bound}{}", fixed(ideal)))
        };
        let measured = |row: &Summary| match row.measured {
            Some(measured) => fixed(measured.median),
            None if row.status == Status::Timeout => "timeout".to_owned(),
            None => "failed".to_owned(),
        };
        type Values<'a> = &'a dyn Fn(&Summary) -> String;
        let published = |row: &Summary| published_s(row).map_or(String::new(), |s| s.to_string());
        let failed = |row: &Summary| match row.not_ok {
            0 => String::new(),
            failed => format!("{failed} of {}", row.runs),
        };
        let all: [(Column, Values<'_>); 4] = [
            (
                head(
                    "published",
                    Some((Symbol::Ring, 4.0)),
                    theme::PUBLISHED_TEXT,
                ),
                &published,
            ),
            (
                head("ideal", Some((Symbol::Tick, 6.0)), theme::IDEAL),
                &ideal,
            ),
            (
                Column {
                    bold: true,
                    ..head(
                        "measured",
                        Some(one.map_or((Symbol::Disc, 0.0), |look| (look.symbol, POINT))),
                        colour,
                    )
                },
                &measured,
            ),
            (head("failed", None, theme::PUBLISHED_TEXT), &failed),
        ];
        let has_values = |of: Values<'_>| self.rows.iter().any(|row| !of(row).is_empty());
        let (columns, values): (Vec<Column>, Vec<Values<'_>>) =
            all.into_iter().filter(|(_, of)| has_values(*of)).unzip();
        let row = |(row, look): (&Summary, &Look)| Row {
            name: row.name.clone(),
            tooltip: in_words(row),
            values: values.iter().map(|of| of(row)).collect(),
            colour: Some(look.colour),
            ..Row::default()
        };
        Table {
            head: "configuration",
            em: theme::BODY,
            rows: self.rows.iter().zip(looks).map(row).collect(),
            columns,
        }
    }

    /// Back to front: what joins the marks, then the marks, the measured one last. A row without a
    /// good run has none, and says why.
    fn layers(&self, facet: &mut Facet, looks: &[Look]) {
        let [
            mut joints,
            mut published,
            mut ideals,
            mut intervals,
            mut failures,
        ] = [const { Vec::new() }; 5];
        let mut points: Vec<Layer> = Vec::new();
        for (index, (row, look)) in self.rows.iter().zip(looks).enumerate() {
            let y = index as f64;
            let Some(measured) = row.measured else {
                let reason = row.error.as_deref().unwrap_or("no reason recorded");
                let reason: Vec<&str> = reason.split_whitespace().collect();
                let words = format!("{}: {}", row.status, reason.join(" "));
                failures.push(Datum::new(f64::NEG_INFINITY, y).text(words));
                continue;
            };
            let published_s = published_s(row).filter(|seconds| is_positive(*seconds));
            published.extend(published_s.map(|seconds| Datum::new(seconds, y)));
            let ideal = row.ideal_s.filter(|seconds| is_positive(*seconds));
            ideals.extend(ideal.map(|seconds| Datum::new(seconds, y)));
            if is_positive(measured.min) {
                let (low, at, high) = (measured.min, measured.median, measured.max);
                joints.extend(published_s.map(|s| Datum::new((s.min(at), s.max(at)), y)));
                intervals.push(Datum::new(Extent { low, at, high }, y).coloured(look.colour));
                let mark = Mark::Point(look.symbol, POINT);
                points.push(Layer::new(mark, look.colour, [Datum::new(at, y)]));
            }
        }
        facet.add(Layer::new(
            Mark::Rule(2.0, Stroke::Solid),
            theme::RULE,
            joints,
        ));
        facet.add(Layer::new(
            Mark::Point(Symbol::Ring, 5.0),
            theme::PUBLISHED,
            published,
        ));
        facet.add(Layer::new(
            Mark::Point(Symbol::Tick, 10.0),
            theme::IDEAL,
            ideals,
        ));
        facet.add(Layer::new(Mark::Interval(true), theme::MEASURED, intervals));
        points.into_iter().for_each(|layer| facet.add(layer));
        facet.add(Layer::new(Mark::Text, theme::PUBLISHED_TEXT, failures));
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
