//! Every run as a point against the median of its configuration: in the order of the experiment, so
//! that drift is seen, and configuration by configuration, so that spread is.
//!
//! * `repeats`: trials to deviations from medians; `range`: which deviations have a place on an axis,
//!   and which stand at its end;
//! * `in_order`, `rows`: the two facets; `run`: how a run looks.

mod in_order;
mod range;
mod repeats;
mod rows;
mod run;
#[cfg(test)]
mod tests;

use super::grammar::Chart;
use super::vocabulary;
use super::{Records, Sheet};
use range::{Range, percent};
use repeats::{FEWEST_FOR_FENCES, Outcome, Repeats, Run};
use run::Look;

/// What both axes measure.
const DEVIATION: &str = "makespan against the median of its configuration";

/// One chart for each experiment: the order of trials is that of an experiment.
pub(super) fn draw(records: &Records<'_>, sheet: &mut Sheet<'_>) {
    for experiment in sheet.experiments(records.trials) {
        let repeats = Repeats::prepare(&experiment.trials);
        if repeats.configurations.is_empty() {
            sheet.leave_out(format!(
                "{} has no configuration with two good runs; measure each more often (--runs)",
                experiment.name
            ));
            continue;
        }
        sheet.push(&experiment.of, chart(&repeats, experiment.shown));
    }
}

/// The runs of an experiment, which is named unless it is the only one.
fn chart(repeats: &Repeats, experiment: &str) -> Chart {
    let range = Range::over(&repeats.percents().collect::<Vec<f64>>());
    let rows = rows::Rows::of(repeats);
    let mut notes = vec![
        "Above, all runs in the order of the experiment: where the running median leaves 0 for \
         long, the machine drifted. Below, the same by configuration, the widest range first."
            .to_owned(),
    ];
    if in_order::parts_blocks(repeats) {
        notes.push("Upright lines part the blocks.".to_owned());
    }
    notes.extend(vocabulary::explained(rows.estimates()));
    let shown = vocabulary::shown(
        rows::MOST_ROWS.min(repeats.configurations.len()),
        repeats.configurations.len(),
        "configurations as rows",
        "those with the widest range",
    );
    notes.extend(shown);
    notes.extend(match repeats.single {
        0 => None,
        1 => Some("A configuration with a single good run is not shown.".to_owned()),
        more => Some(format!(
            "{more} configurations with a single good run are not shown."
        )),
    });
    if repeats.good().any(|(_, run)| Look::of(run) != Look::Plain) {
        notes.push(format!(
            "Outliers lie beyond Tukey's fences of their configuration, which {FEWEST_FOR_FENCES} \
             runs or more have; far ones beyond the outer fences. None is left out."
        ));
    }
    notes.extend(beyond(repeats, &range));
    Chart {
        title: vocabulary::title(
            "makespan",
            experiment,
            "run by run, against the median of its configuration",
        ),
        notes,
        facets: vec![in_order::facet(repeats, &range), rows.facet(&range)],
    }
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
    let farthest = beyond.iter().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    let (farthest, off) = farthest?;
    Some(format!(
        "Beyond the axis: {} of {} runs, the farthest {} of {}.",
        beyond.len(),
        repeats.good().count(),
        percent(*off),
        farthest.name
    ))
}
