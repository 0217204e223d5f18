//! What is said of scaling: headings, captions and tooltips.

use itertools::Itertools;

use super::line::{Curve, Line, Point};
use crate::chart::unit::short;
use crate::chart::vocabulary::{self, Quantity};
use crate::chart::x_variable::XVariable;
use crate::model::counted;
use crate::record::Axis;
use crate::stats::{Fit, Interval};

/// What varies along an axis.
pub(super) fn variable(axis: Axis) -> XVariable {
    match axis {
        Axis::Processes => XVariable::Processes,
        Axis::Threads => XVariable::Threads,
        Axis::Product => XVariable::Product,
    }
}

/// What stands above a facet, of lines through so many processes and threads.
pub(super) fn heading(axis: Axis, (processes, threads): (u32, u32)) -> String {
    match axis {
        Axis::Processes => format!("Processes of {}", counted(threads as usize, "thread")),
        Axis::Threads => format!("Threads in {}", counted(processes as usize, "process")),
        Axis::Product => "Processes × threads".to_owned(),
    }
}

/// What stands beside a peak.
pub(super) fn peak(at: f64, interval: Interval) -> String {
    let [at, low, high] = [at, interval.low, interval.high].map(counts);
    format!("peak at {at} ({low} to {high})")
}

fn counts(value: f64) -> String {
    match value {
        large if large >= 1e6 => "any number".to_owned(),
        small if small < 20.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// What stands below a facet, of each line.
pub(super) fn caption(line: &Line<'_>) -> String {
    let of = if line.name.is_empty() {
        "USL"
    } else {
        &line.name
    };
    match &line.curve {
        Ok(curve) if curve.fit.is_supported() => {
            let peak = curve
                .peak()
                .map(|(at, interval)| format!("{}, ", peak(at, interval)));
            format!(
                "{of}: {}{}.",
                peak.unwrap_or_default(),
                parameters(&curve.fit)
            )
        }
        Ok(curve) => format!("{of}: no law is drawn; {}.", doubts(curve)),
        Err(why) => format!("{of}: no law is fitted; {why}."),
    }
}

fn doubts(curve: &Curve) -> String {
    // The first of one that is poor says that nothing is to be read from it: no more needs to be said.
    let told = if curve.is_poor() { 1 } else { usize::MAX };
    curve.fit.doubts.iter().take(told).join("; ")
}

fn parameters(fit: &Fit) -> String {
    let around = |value: f64, Interval { low, high, .. }: Interval| {
        format!("{} ({} to {})", small(value), small(low), small(high))
    };
    let contention = around(fit.scaling.sigma, fit.sigma);
    let coherency = around(fit.scaling.kappa, fit.kappa);
    format!(
        "contention {contention}, coherency {coherency}, R² {:.2}",
        fit.r_squared
    )
}

/// A parameter with three decimals, or two digits where it is smaller; what is nearly nothing is
/// nothing.
fn small(value: f64) -> String {
    match value {
        tiny if tiny < 5e-7 => "0".to_owned(),
        tiny if tiny < 1e-2 => format!("{tiny:.*}", (1.0 - tiny.log10().floor()) as usize),
        value => format!("{value:.3}"),
    }
}

/// A point in words.
pub(super) fn tooltip(line: &Line<'_>, point: &Point<'_>) -> String {
    let place = match point.split {
        Some((processes, threads)) => {
            let processes = counted(processes as usize, "process");
            format!("{processes} of {}", counted(threads as usize, "thread"))
        }
        None => format!(
            "{} {}",
            point.concurrency,
            variable(line.along.axis).title()
        ),
    };
    let ideal = line.ideal.at(point.concurrency).map(|ideal| {
        let percent = 100.0 * point.throughput.median / ideal;
        format!(
            "ideal {}, of which {percent:.1} % are reached",
            short(ideal)
        )
    });
    let law = line.law().map(|curve| {
        let fitted = curve.fit.scaling.throughput(point.concurrency);
        format!("the law gives {}", short(fitted))
    });
    let throughput = Some(Quantity::Throughput.told(&point.throughput));
    let failed = vocabulary::failed(point.group.failed());
    vocabulary::about(
        &vocabulary::on_line(&line.name, &place),
        [throughput, ideal, law, failed],
    )
}
