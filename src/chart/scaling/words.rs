//! What is said about scaling: title, sentences, captions and tips.

use super::line::{Curve, Line};
use super::{Scaling, View};
use crate::chart::estimate::explained;
use crate::chart::unit::{Unit, short};
use crate::record::Axis;
use crate::stats::{Fit, Interval};

pub(super) fn title(scaling: &Scaling) -> String {
    let experiment = scaling.name.split(": ").next().unwrap_or_default();
    let over: Vec<&str> = (scaling.views.iter())
        .map(|view| match view.axis {
            Axis::Processes => "processes",
            Axis::Threads => "threads",
            Axis::Product => "both",
        })
        .collect();
    let over = match over.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    };
    format!("Scaling of {experiment}: throughput over {over}")
}

pub(super) fn sentences(scaling: &Scaling) -> Vec<String> {
    let mut sentences = vec![
        format!("{}.", scaling.name),
        format!(
            "Commands per second of the makespan; more is better. Lines through the fastest \
             configuration, {}.",
            scaling.best
        ),
    ];
    let estimates = scaling.lines().flat_map(|line| &line.series.points);
    let explained = explained(estimates.map(|(_, estimate)| estimate));
    sentences.extend(explained.map(str::to_owned));
    if scaling.lines().any(|line| !line.ideal.points.is_empty()) {
        let bound = scaling.lines().any(|line| line.ideal_is_bound);
        sentences.push(match bound {
            true => "Dashed: what the lower bound of the makespan allows.".to_owned(),
            false => "Dashed: what the ideal makespan allows.".to_owned(),
        });
    }
    if scaling.lines().any(|line| line.law().is_some()) {
        let band =
            "Curves: the Universal Scalability Law with its 95 % band, where the runs support it.";
        sentences.push(band.to_owned());
    }
    let splits = scaling
        .views
        .iter()
        .filter(|view| view.axis == Axis::Product);
    let mut splits = splits.flat_map(|view| view.lines.iter().flat_map(|line| &line.splits));
    if splits.any(Option::is_some) {
        sentences.push("Dots of one product differ in how it is split.".to_owned());
    }
    sentences.extend(scaling.notes.iter().cloned());
    sentences
}

/// What stands above a panel.
pub(super) fn heading(view: &View) -> String {
    let (processes, threads) = view.through;
    match view.axis {
        Axis::Processes => format!("Processes of {}", counted(threads, "thread")),
        Axis::Threads => format!("Threads in {}", counted(processes, "process")),
        Axis::Product => "Processes × threads".to_owned(),
    }
}

/// The name of the horizontal axis.
pub(super) fn axis(view: &View) -> &'static str {
    match view.axis {
        Axis::Processes => "processes",
        Axis::Threads => "threads in each process",
        Axis::Product => "threads in all",
    }
}

fn counted(number: u32, word: &str) -> String {
    match number {
        1 => format!("1 {word}"),
        _ if word.ends_with('s') => format!("{number} {word}es"),
        _ => format!("{number} {word}s"),
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

/// What stands below a panel: a sentence or two for each line.
pub(super) fn captions(view: &View) -> Vec<String> {
    (view.lines.iter()).map(caption).collect()
}

fn caption(line: &Line) -> String {
    let of = match line.series.name.as_str() {
        "" => "USL",
        name => name,
    };
    match &line.curve {
        Ok(curve) if curve.fit.is_supported() => format!("{of}: {}.", parameters(&curve.fit)),
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

/// A dot in words.
pub(super) fn tip(view: &View, line: &Line, index: usize) -> String {
    let (concurrency, estimate) = &line.series.points[index];
    let place = match line.splits[index] {
        Some((processes, threads)) => format!(
            "{} of {}",
            counted(processes, "process"),
            counted(threads, "thread")
        ),
        None => format!("{concurrency} {}", axis(view)),
    };
    let mut words = vec![estimate.in_words(Unit::COMMANDS_PER_SECOND)];
    if let Some(ideal) = line.ideal.at(*concurrency) {
        let percent = 100.0 * estimate.median / ideal;
        words.push(format!(
            "ideal {}, of which {percent:.1} % are reached",
            short(ideal)
        ));
    }
    if let Some(curve) = line.law() {
        let fitted = curve.fit.scaling.throughput(*concurrency);
        words.push(format!("the law gives {}", short(fitted)));
    }
    let of = match line.series.name.as_str() {
        "" => place,
        name => format!("{name}, {place}"),
    };
    format!("{of}: {}", words.join("; "))
}
