//! What is said about curves: title, sentences and tips.

use super::lines::Curve;
use super::{Curves, is_wide};
use crate::chart::estimate::{Estimate, explained};
use crate::chart::series::Series;
use crate::chart::unit::{Unit, short};

/// Gaps that are named one by one.
const MOST_GAPS: usize = 4;

pub(super) fn title(curves: &Curves) -> String {
    let figure = if curves.throughput {
        "Throughput"
    } else {
        "Makespan"
    };
    let experiment = curves.name.split(": ").next().unwrap_or_default();
    format!("{figure} of {experiment} over {}", curves.along.title())
}

pub(super) fn sentences(curves: &Curves) -> Vec<String> {
    let mut sentences = vec![
        match curves.common.as_str() {
            "" => format!("{}.", curves.name),
            common => format!("{}, {common}.", curves.name),
        },
        match curves.throughput {
            true => "Commands per second of the makespan; more is better.".to_owned(),
            false => "From the client's first send to its last result; less is better.".to_owned(),
        },
    ];
    let points = curves.curves.iter().flat_map(|curve| &curve.main.points);
    let explained = explained(points.map(|(_, estimate)| estimate));
    sentences.extend(explained.map(str::to_owned));
    if curves
        .curves
        .iter()
        .any(|curve| !curve.ideal.points.is_empty())
    {
        let bound = curves.curves.iter().any(|curve| curve.ideal_is_bound);
        let bound = if bound {
            ", a bound that may be out of reach"
        } else {
            ""
        };
        sentences.push(format!("Dashed: the ideal{bound}."));
    }
    if curves.combinations > curves.curves.len() {
        sentences.push(format!(
            "{} of {} combinations of the other settings: the fastest, the slowest, and evenly by \
             rank between.",
            curves.curves.len(),
            curves.combinations
        ));
    }
    if curves.measured > curves.values.len() {
        sentences.push(format!(
            "{} of {} values, evenly by {}.",
            curves.values.len(),
            curves.measured,
            if is_wide(&curves.values) {
                "ratio"
            } else {
                "rank"
            }
        ));
    }
    sentences.extend(gaps(&curves.gaps));
    sentences
}

fn gaps(gaps: &[String]) -> Option<String> {
    let named = &gaps[..gaps.len().min(MOST_GAPS)];
    let more = match gaps.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!gaps.is_empty()).then(|| format!("Without a good run: {}{more}.", named.join("; ")))
}

/// A median in words, in the unit that suits it.
pub(super) fn tip(
    curves: &Curves,
    series: &Series,
    (value, estimate): &(f64, Estimate),
    unit: fn(f64) -> Unit,
) -> String {
    let figure = estimate.in_words(unit(estimate.median));
    let place = format!("{} {}", short_exact(*value), curves.along.unit());
    match series.name.as_str() {
        "" => format!("{place}: {figure}"),
        name => format!("{name}, {place}: {figure}"),
    }
}

/// The tip of a makespan or throughput, which tells the ideal as well.
pub(super) fn with_ideal(curve: &Curve, value: f64, tip: String, unit: fn(f64) -> Unit) -> String {
    match curve.ideal.at(value) {
        Some(ideal) => format!("{tip}; ideal {}", unit(ideal).with_name(ideal)),
        None => tip,
    }
}

/// A setting's value as it was given, without the noise of its unit.
pub(super) fn short_exact(value: f64) -> String {
    let rounded: f64 = short(value).parse().unwrap_or(value);
    match (value - value.round()).abs() < 1e-9 {
        true => format!("{value:.0}"),
        false => rounded.to_string(),
    }
}
