//! The scales of makespan and memory. Values are in the units of the scales.

use crate::chart::axis::{Axis, LinearAxis, LogAxis};
use crate::chart::panel::Scale;
use crate::chart::unit::{self, Unit};

/// Memory of which the largest is this many times the smallest is told apart better by ratios.
const WIDE: f64 = 10.0;

/// A logarithmic scale with some room at its low end for names.
pub fn time_scale(times: &[f64], unit: Unit) -> Scale {
    let low = times.iter().copied().fold(f64::INFINITY, f64::min);
    let high = times.iter().copied().fold(low, f64::max);
    let axis = LogAxis::around([low * (low / high).powf(0.1), high]);
    let name = format!("makespan, {}, logarithmic scale", unit.name);
    // Where all lie close together, round numbers are closer than those of a logarithmic series.
    let few = axis.ticks(0.1).len() < 3;
    let ticks = LinearAxis::between(low, high).ticks(0.12);
    let marks = ticks.into_iter().map(|tick| (tick, unit::mark(tick)));
    match few && high > low {
        true => Scale::marked(Axis::Log(axis), name, marks.collect()),
        false => Scale::new(Axis::Log(axis), name),
    }
}

/// A scale from zero, or a logarithmic one where the values lie far apart.
pub fn memory_scale(memories: &[f64], name: String) -> Scale {
    let low = memories.iter().copied().fold(f64::INFINITY, f64::min);
    let high = memories.iter().copied().fold(0.0, f64::max);
    let all = memories.iter().copied();
    match low > 0.0 && high > WIDE * low {
        true => Scale::new(
            Axis::Log(LogAxis::over(all)),
            format!("{name}, logarithmic scale"),
        ),
        false => Scale::new(Axis::Linear(LinearAxis::from_zero(all)), name),
    }
}
