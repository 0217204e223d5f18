//! What each configuration costs, and what is gained for it.
//!
//! * `configurations`: medians of all of them, and the Pareto front of makespan and memory;
//! * `rows`: the figures of those that have a row; `bars`: the rows, drawn in `column`s;
//! * `dots`: the figures of those that have a dot; `scatter`: the dots, drawn on `scales`; `labels`:
//!   where there is room for their names.

mod bars;
mod column;
mod configurations;
mod dots;
mod labels;
mod rows;
mod scales;
mod scatter;
#[cfg(test)]
mod tests;

use super::{ChartError, Drawings, Kind, Records};
use crate::record::Work;
use configurations::Configurations;
use dots::Dots;
use rows::Rows;

/// Two pictures for each work: rows of bars, and makespan against memory.
pub(super) fn draw(records: &Records<'_>, drawings: &mut Drawings) -> Result<(), ChartError> {
    for (work, of) in &drawings.works(Kind::Cost, records.trials) {
        draw_work(work, of, records.source, drawings)?;
    }
    Ok(())
}

fn draw_work(
    work: &Work<'_>,
    of: &str,
    source: &str,
    drawings: &mut Drawings,
) -> Result<(), ChartError> {
    let all = Configurations::of(work);
    if all.fastest_first.len() < 2 {
        let (count, remedy) = match all.fastest_first.len() {
            0 => ("no configuration", "see the column error"),
            _ => ("one configuration", "sweep over several, like -p 1,2,4"),
        };
        let slug = &work.slug;
        drawings.leave_out(
            Kind::Cost,
            format!(
                "{slug} has {count} with a good run, and costs are compared between two or more ({remedy})"
            ),
        );
        return Ok(());
    }
    let rows = Rows::prepare(&all);
    let dots = Dots::prepare(&all);
    let missing = match (rows.columns().is_empty(), dots.is_some()) {
        (true, _) => Some("no CPU times, context switches or memory in its rows (run it again)"),
        (false, false) => Some("no memory in its rows to hold the makespan against (run it again)"),
        (false, true) => None,
    };
    if !rows.columns().is_empty() {
        drawings.push(Kind::Cost, of, bars::figure(&rows, source)?);
    }
    if let Some(dots) = dots {
        let of = format!("{of}-pareto");
        let of = of.trim_start_matches('-');
        drawings.push(Kind::Cost, of, scatter::figure(&dots, source)?);
    }
    if let Some(missing) = missing {
        drawings.leave_out(Kind::Cost, format!("{} has {missing}", work.slug));
    }
    Ok(())
}
