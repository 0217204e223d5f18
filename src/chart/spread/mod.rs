//! Every run as a dot against the median of its configuration: in the order of the experiment, so
//! that drift is seen, and configuration by configuration, so that spread is.
//!
//! * `repeats`: trials to deviations from medians;
//! * `range`: which deviations have a place on an axis, and which stand at its end;
//! * `marks`: how a run looks; `key`: what that means;
//! * `in_order`, `rows`: the two parts of the chart, which `layout` puts together.

mod in_order;
mod key;
mod layout;
mod marks;
mod range;
mod repeats;
mod rows;
#[cfg(test)]
mod tests;

use super::{ChartError, Drawings, Kind, Records};
use crate::record::{by_experiment, slug};
use repeats::Repeats;

/// One chart for each experiment: the order of trials is that of an experiment.
pub(super) fn draw(records: &Records<'_>, drawings: &mut Drawings) -> Result<(), ChartError> {
    let experiments = by_experiment(records.trials);
    if experiments.is_empty() {
        drawings.leave_out(Kind::Spread, "there is no trial to draw");
    }
    let several = experiments.len() > 1;
    for (experiment, trials) in experiments {
        let repeats = Repeats::prepare(&trials);
        if repeats.configurations.is_empty() {
            let reason = format!(
                "{experiment} has no configuration with two good runs; measure each more often \
                 (--runs)"
            );
            drawings.leave_out(Kind::Spread, reason);
            continue;
        }
        let (of, name) = match several {
            true => (slug(experiment), experiment),
            false => (String::new(), ""),
        };
        let figure = layout::figure(&repeats, name, records.source)?;
        drawings.push(Kind::Spread, &of, figure);
    }
    Ok(())
}
