//! What each configuration costs, and what is gained for it.
//!
//! * `configurations`: medians of all of them, and the Pareto front of makespan and memory;
//! * `bars`: a row for each with its costs; `scatter`: a point for each, makespan against memory.

mod bars;
mod configurations;
mod scatter;
#[cfg(test)]
mod tests;

use super::{Records, Sheet};
use crate::record::ComparisonGroup;
use bars::Bars;
use configurations::Configurations;
use scatter::Scatter;

/// Two pictures for each work: rows of bars, and makespan against memory.
pub(super) fn draw(records: &Records<'_>, sheet: &mut Sheet<'_>) {
    for (work, of) in &sheet.comparison_groups(records.trials) {
        draw_work(work, of, sheet);
    }
}

fn draw_work(work: &ComparisonGroup<'_>, of: &str, sheet: &mut Sheet<'_>) {
    let all = Configurations::of(work);
    let slug = &work.slug;
    let (count, remedy) = match all.fastest_first.len() {
        0 => ("no configuration", "see the column error"),
        1 => ("one configuration", "sweep over several, like -p 1,2,4"),
        _ => ("", ""),
    };
    if !count.is_empty() {
        sheet.leave_out(format!(
            "{slug} has {count} with a good run, and costs are compared between two or more ({remedy})"
        ));
        return;
    }
    let (bars, scatter) = (Bars::prepare(&all), Scatter::prepare(&all));
    let missing = match (bars.quantities().is_empty(), &scatter) {
        (true, _) => Some("no CPU times, context switches or memory in its rows (run it again)"),
        (false, None) => Some("no memory in its rows to hold the makespan against (run it again)"),
        (false, Some(_)) => None,
    };
    if !bars.quantities().is_empty() {
        sheet.push(of, bars.chart());
    }
    if let Some(scatter) = scatter {
        sheet.push(
            format!("{of}-pareto").trim_start_matches('-'),
            scatter.chart(),
        );
    }
    if let Some(missing) = missing {
        sheet.leave_out(format!("{slug} has {missing}"));
    }
}
