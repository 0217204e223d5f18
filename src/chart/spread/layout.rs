//! Puts both parts together, with what has to be said of them.

use super::in_order::{InOrder, parts_blocks};
use super::key;
use super::marks::Mark;
use super::range::{Range, percent};
use super::repeats::{Deviation, FEWEST_FOR_FENCES, Outcome, Repeats, Run};
use super::rows::{MOST_ROWS, Rows};
use crate::chart::estimate::explained;
use crate::chart::figure::Figure;
use crate::chart::{ChartError, sheet};

/// Room for the key above the upper part.
const KEY: f64 = 26.0;
/// From the axis of the upper part to the first row of the lower one.
const BETWEEN: f64 = 68.0;
/// Room for the axis of the lower part.
const BELOW_ROWS: f64 = 40.0;

/// The runs of an experiment, which is named unless it is the only one.
pub(super) fn figure(
    repeats: &Repeats,
    experiment: &str,
    source: &str,
) -> Result<Figure, ChartError> {
    let percents: Vec<f64> = repeats.percents().collect();
    let range = Range::over(&percents);
    let title = match experiment {
        "" => "Every run against the median of its configuration".to_owned(),
        name => format!("Every run of {name} against the median of its configuration"),
    };
    let rows = Rows::new(&repeats.configurations, &range)?;
    let (mut figure, top) = sheet::begin(&title, &sentences(repeats, &range, &rows))?;
    key::draw(&mut figure, top + 12.0, repeats, &range)?;
    let in_order = InOrder::new(repeats, &range, top + KEY);
    in_order.draw(&mut figure);
    let rows = rows.below(in_order.bottom() + BETWEEN);
    rows.draw(&mut figure)?;
    sheet::end(figure, source, rows.bottom() + BELOW_ROWS)
}

fn sentences(repeats: &Repeats, range: &Range, rows: &Rows<'_>) -> Vec<String> {
    let mut sentences = vec![
        "Above, all runs in the order of the experiment: where the running median leaves 0 for \
         long, the machine drifted. Below, the same by configuration, the widest range first."
            .to_owned(),
    ];
    if parts_blocks(repeats) {
        sentences.push("Upright lines part the blocks.".to_owned());
    }
    sentences.extend(explained(rows.estimates()).map(str::to_owned));
    let notes = [
        not_shown(repeats),
        outliers(repeats),
        beyond(repeats, range),
    ];
    sentences.extend(notes.into_iter().flatten());
    sentences
}

/// What has no place in the chart.
fn not_shown(repeats: &Repeats) -> Option<String> {
    let all = repeats.configurations.len();
    let rows =
        (all > MOST_ROWS).then(|| format!("{MOST_ROWS} of {all} configurations have a row."));
    let single = match repeats.single {
        0 => None,
        1 => Some("A configuration with a single good run is not shown.".to_owned()),
        more => Some(format!(
            "{more} configurations with a single good run are not shown."
        )),
    };
    let notes: Vec<String> = rows.into_iter().chain(single).collect();
    (!notes.is_empty()).then(|| notes.join(" "))
}

fn outliers(repeats: &Repeats) -> Option<String> {
    let is_outlier = |(_, run): (usize, &Deviation)| Mark::of(run) != Mark::Plain;
    repeats.good().any(is_outlier).then(|| {
        format!(
            "Outliers lie beyond Tukey's fences of their configuration, which {FEWEST_FOR_FENCES} \
             runs or more have; far ones beyond the outer fences. None is left out."
        )
    })
}

/// What stands at the end of the axis because it lies beyond it.
fn beyond(repeats: &Repeats, range: &Range) -> Option<String> {
    let beyond = repeats.runs.iter().filter_map(|run| match &run.outcome {
        Outcome::Good(deviation) if range.is_beyond(deviation.percent) => {
            Some((run, deviation.percent))
        }
        _ => None,
    });
    let beyond: Vec<(&Run, f64)> = beyond.collect();
    let (farthest, off) = beyond
        .iter()
        .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
    Some(format!(
        "Beyond the axis: {} of {} runs, the farthest {} of {}.",
        beyond.len(),
        repeats.good().count(),
        percent(*off),
        farthest.name
    ))
}
