//! Every run as a point against the median of its configuration: in the order of the experiment, so
//! that drift is seen, and configuration by configuration, so that spread is.
//!
//! * `repeats`: trials to deviations from medians; `in_order`, `rows`: the two facets.

mod in_order;
mod repeats;
mod rows;
#[cfg(test)]
mod tests;

use itertools::Itertools;
use plotters::style::RGBColor;

use super::grammar::{Chart, Datum, Facet, Layer, Mark};
use super::scale::Scale;
use super::symbol::Symbol;
use super::unit::{Unit, signed};
use super::{Records, Sheet, theme, vocabulary};
use crate::stats::Sample;
use repeats::{FEWEST_FOR_FENCES, Look, Repeats, Run};

/// What both axes measure.
const DEVIATION: &str = "makespan against the median of its configuration";
/// An axis is never narrower than this, in percent on each side: less is no difference.
const LEAST: f64 = 0.5;
/// The part of all deviations that an axis holds whatever the others are.
const NEARLY_ALL: f64 = 0.98;

/// One chart for each experiment: the order of trials is that of an experiment.
pub(super) fn draw(records: &Records<'_>, sheet: &mut Sheet<'_>) {
    for experiment in sheet.experiments(records.trials) {
        let repeats = Repeats::of(&experiment.trials);
        if repeats.rows.is_empty() {
            sheet.leave_out(format!(
                "{} has no configuration with two good runs; measure each more often (--runs)",
                experiment.name
            ));
        } else {
            sheet.push(&experiment.of, chart(&repeats, experiment.shown));
        }
    }
}

/// The runs of an experiment, which is named unless it is the only one.
fn chart(repeats: &Repeats<'_>, experiment: &str) -> Chart {
    let scale = scale(&repeats.good().map(|(_, percent)| percent).collect_vec());
    let rows = rows::shown(repeats);
    let has_outliers = repeats.good().any(|(run, _)| run.look != Look::Plain);
    let far = beyond(repeats, &scale).collect_vec();
    let farthest = far.iter().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    let notes = [
        Some(
            "Above, all runs in the order of the experiment: where the running median leaves 0 for \
             long, the machine drifted. Below, the same by configuration, the widest range first."
                .to_owned(),
        ),
        in_order::parts_blocks(repeats).then(|| "Upright lines part the blocks.".to_owned()),
        vocabulary::explained(rows.iter().filter_map(|(_, estimate)| estimate.as_ref())),
        vocabulary::shown(
            rows.len(),
            repeats.rows.len(),
            "configurations as rows",
            "those with the widest range",
        ),
        match repeats.single {
            0 => None,
            1 => Some("A configuration with a single good run is not shown.".to_owned()),
            more => Some(format!("{more} configurations with a single good run are not shown.")),
        },
        has_outliers.then(|| {
            format!(
                "Outliers lie beyond Tukey's fences of their configuration, which {FEWEST_FOR_FENCES} \
                 runs or more have; far ones beyond the outer fences. None is left out."
            )
        }),
        farthest.map(|(run, off)| {
            format!(
                "Beyond the axis: {} of {} runs, the farthest {} of {}.",
                far.len(),
                repeats.good().count(),
                percent(*off),
                run.name
            )
        }),
    ];
    let by = "run by run, against the median of its configuration";
    Chart::new(
        vocabulary::title("makespan", experiment, by),
        notes,
        vec![in_order::facet(repeats, &scale), rows::facet(&rows, &scale)],
    )
}

/// An axis for these deviations, in percent, with 0 on it. One that is more than twice as large as
/// 98 % of them are would squeeze all others, and stands at its end.
fn scale(percents: &[f64]) -> Scale {
    let below = reach(percents.iter().map(|percent| -percent));
    let above = reach(percents.iter().copied());
    let least = LEAST.max(0.2 * below.max(above));
    Scale::around([-below.max(least), above.max(least)], Unit::named("%"))
}

/// How far to one side an axis has to reach.
fn reach(percents: impl Iterator<Item = f64>) -> f64 {
    let Ok(sample) = Sample::new(percents.map(|percent| percent.max(0.0)).collect()) else {
        return 0.0;
    };
    let usual = sample.quantile(NEARLY_ALL);
    if sample.max() <= 2.0 * usual {
        sample.max()
    } else {
        1.5 * usual
    }
}

/// The runs that stand at the end of the axis because they lie beyond it.
fn beyond<'a>(
    repeats: &'a Repeats<'a>,
    scale: &'a Scale,
) -> impl Iterator<Item = (&'a Run<'a>, f64)> {
    repeats
        .good()
        .filter(|(_, percent)| scale.within(*percent).is_infinite())
}

/// A deviation in words: `+1.25 %`, `−12.5 %`, `+933 %`.
fn percent(percent: f64) -> String {
    let decimals = match percent.abs() {
        size if size >= 99.95 => 0,
        size if size >= 9.995 => 1,
        _ => 2,
    };
    let digits = format!("{:.decimals$}", percent.abs());
    match digits.as_str() {
        "0.00" => signed(0.0, "0"),
        _ => signed(percent, &digits),
    }
}

impl Look {
    const ALL: [Look; 4] = [Look::Plain, Look::Mild, Look::Severe, Look::Failed];

    fn words(self) -> &'static str {
        match self {
            Look::Plain => "a run",
            Look::Mild => "outlier",
            Look::Severe => "far outlier",
            Look::Failed => "failed",
        }
    }

    fn symbol(self) -> (Symbol, f64, RGBColor) {
        match self {
            Look::Plain => (Symbol::Disc, 2.0, theme::QUIET),
            Look::Mild => (Symbol::Ring, 2.75, theme::PUBLISHED),
            Look::Severe => (Symbol::Diamond, 3.5, theme::PUBLISHED),
            Look::Failed => (Symbol::Cross, 3.5, theme::INK),
        }
    }
}

/// Adds runs by their look, what is not plain in front of another layer, and those beyond the axis,
/// which stand at its end, with symbols for either side.
fn add_runs(facet: &mut Facet, runs: Vec<(Datum, Look)>, ends: [Symbol; 2], between: Layer) {
    let side = |datum: &Datum| {
        [datum.x.at, datum.y.at]
            .into_iter()
            .find(|at| at.is_infinite())
    };
    let is_beyond = |(datum, look): &(Datum, Look)| *look != Look::Failed && side(datum).is_some();
    let (beyond, within): (Vec<_>, Vec<_>) = runs.into_iter().partition(is_beyond);
    let mut within = within
        .into_iter()
        .map(|(datum, look)| (look, datum))
        .into_group_map();
    let mut layer = |look: Look| {
        let (symbol, radius, colour) = look.symbol();
        let data = within.remove(&look).unwrap_or_default();
        Layer::new(Mark::Point(symbol, radius), colour, data)
    };
    facet.add_layer(layer(Look::Plain));
    facet.add_layer(between);
    facet.add_layer(layer(Look::Mild));
    facet.add_layer(layer(Look::Severe));
    facet.add_layer(layer(Look::Failed).lift(7.0));
    for (symbol, end) in ends.into_iter().zip([f64::NEG_INFINITY, f64::INFINITY]) {
        let data = beyond.iter().filter(|(datum, _)| side(datum) == Some(end));
        let data = data.map(|(datum, _)| datum.clone());
        facet.add(Mark::Point(symbol, 3.0), theme::PUBLISHED, data);
    }
}

/// How many of them are not plain, as the end of a sentence: `; 2 outliers, 1 failed`.
fn counted(looks: impl Iterator<Item = Look>) -> String {
    let counts = looks.counts();
    let mut told = Look::ALL[1..].iter().filter_map(|look| {
        let count = *counts.get(look)?;
        let plural = if count > 1 && *look != Look::Failed {
            "s"
        } else {
            ""
        };
        Some(format!("{count} {}{plural}", look.words()))
    });
    let told = told.join(", ");
    if told.is_empty() {
        told
    } else {
        format!("; {told}")
    }
}
