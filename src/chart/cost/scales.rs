//! The scales of makespan and memory. Values are in the units of the scales.

use crate::chart::axis::{Axis, LinearAxis, LogAxis};
use crate::chart::panel::Scale;
use crate::chart::unit::{self, Unit};

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
pub fn memory_scale(memories: &[f64], name: &str) -> Scale {
    match Axis::suited(memories) {
        axis @ Axis::Log(_) => Scale::new(axis, format!("{name}, logarithmic scale")),
        axis @ Axis::Linear(_) => Scale::new(axis, name),
    }
}
