//! What is said about scaling: title, notes, captions and tooltips.

use super::line::{Curve, Line, Point};
use super::{Scaling, View};
use crate::chart::unit::short;
use crate::chart::vocabulary::{self, Quantity, counted, listed};
use crate::chart::x_variable::XVariable;
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

impl Scaling {
    pub(super) fn title(&self) -> String {
        let noun = |view: &View| match view.axis {
            Axis::Product if self.views.len() > 1 => "their product".to_owned(),
            axis => variable(axis).noun().to_owned(),
        };
        let over: Vec<String> = self.views.iter().map(noun).collect();
        let over = format!("over {}", listed(&over));
        vocabulary::title(&Quantity::Throughput.name(), &self.experiment, &over)
    }

    pub(super) fn all_notes(&self) -> Vec<String> {
        let mut notes = vec![
            format!("For {}.", self.work),
            format!(
                "{} Lines through the fastest configuration, {}.",
                vocabulary::THROUGHPUT,
                self.best
            ),
        ];
        let estimates = self.lines().flat_map(|line| &line.points);
        notes.extend(vocabulary::explained(
            estimates.map(|point| &point.throughput),
        ));
        if self.lines().any(|line| !line.ideal.points.is_empty()) {
            notes.push(vocabulary::ideal(
                self.lines().any(|line| line.ideal_is_bound),
            ));
        }
        if self.lines().any(|line| line.law().is_some()) {
            notes.push(
                "Curves: the Universal Scalability Law with its 95 % band, where the runs support it."
                    .to_owned(),
            );
        }
        let product = self.views.iter().filter(|view| view.axis == Axis::Product);
        let mut points = product.flat_map(|view| view.lines.iter().flat_map(|line| &line.points));
        if points.any(|point| point.split.is_some()) {
            notes.push(
                "Points of one product are named by how it is split, N×M, where there is room."
                    .to_owned(),
            );
        }
        notes.extend(self.notes.iter().cloned());
        notes
    }
}

/// What stands above a facet.
pub(super) fn heading(view: &View) -> String {
    let (processes, threads) = view.through;
    match view.axis {
        Axis::Processes => format!("Processes of {}", counted(u64::from(threads), "thread")),
        Axis::Threads => format!("Threads in {}", counted(u64::from(processes), "process")),
        Axis::Product => "Processes × threads".to_owned(),
    }
}

/// What stands beside a peak.
pub(super) fn peak(at: f64, interval: Interval) -> String {
    let (low, high) = (counts(interval.low), counts(interval.high));
    format!("peak at {} ({low} to {high})", counts(at))
}

fn counts(value: f64) -> String {
    match value {
        large if large >= 1e6 => "any number".to_owned(),
        small if small < 20.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// What stands below a facet, of each line.
pub(super) fn caption(line: &Line) -> String {
    let of = match line.name.as_str() {
        "" => "USL",
        name => name,
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
    let doubts = curve.fit.doubts.iter().map(ToString::to_string);
    // The first of one that is poor says that nothing is to be read from it: no more needs to be said.
    let told = if curve.is_poor() { 1 } else { usize::MAX };
    doubts.take(told).collect::<Vec<String>>().join("; ")
}

fn parameters(fit: &Fit) -> String {
    let around = |value: f64, Interval { low, high, .. }: Interval| {
        format!("{} ({} to {})", small(value), small(low), small(high))
    };
    format!(
        "contention {}, coherency {}, R² {:.2}",
        around(fit.scaling.sigma, fit.sigma),
        around(fit.scaling.kappa, fit.kappa),
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
pub(super) fn tooltip(view: &View, line: &Line, point: &Point) -> String {
    let Point {
        concurrency,
        throughput,
        split,
        failed,
    } = point;
    let place = match split {
        Some((processes, threads)) => {
            let processes = counted(u64::from(*processes), "process");
            format!("{processes} of {}", counted(u64::from(*threads), "thread"))
        }
        None => format!("{concurrency} {}", variable(view.axis).title()),
    };
    let mut words = vec![Quantity::Throughput.estimate(throughput)];
    if let Some(ideal) = line.ideal.at(*concurrency) {
        let percent = 100.0 * throughput.median / ideal;
        words.push(format!(
            "ideal {}, of which {percent:.1} % are reached",
            short(ideal)
        ));
    }
    if let Some(curve) = line.law() {
        let fitted = curve.fit.scaling.throughput(*concurrency);
        words.push(format!("the law gives {}", short(fitted)));
    }
    words.extend(vocabulary::failed(failed.0, failed.1));
    let of = match line.name.as_str() {
        "" => place,
        name => format!("{name}, {place}"),
    };
    format!("{of}: {}", words.join("; "))
}
