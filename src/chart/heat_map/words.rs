//! What is said with a heat map.

use super::HeatMap;
use super::grid::{Cell, Grid, Place};
use super::measure::{Map, Measure};
use crate::chart::estimate::Estimate;
use crate::chart::unit::Unit;

/// The title of a picture with these panels.
pub fn title(map: &HeatMap, panels: &[Map]) -> String {
    let names: Vec<String> = panels.iter().map(|map| noun(map.measure)).collect();
    let shown = listed(&names);
    let way = match map.among.as_str() {
        "" => String::new(),
        among => format!(" ({among})"),
    };
    let mut letters = shown.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let shown: String = first.into_iter().chain(letters).collect();
    format!("{shown} by processes and threads: {}{way}", map.experiment)
}

/// What a reader has to know, one sentence each.
pub fn sentences(map: &HeatMap, panels: &[Map]) -> Vec<String> {
    let mut sentences = vec![subject(map)];
    sentences.extend(best(&map.grid, panels));
    sentences.push(better(&map.grid, panels));
    sentences.extend(precision(&map.grid));
    sentences.extend(gaps(&map.grid));
    sentences
}

/// The work and how it is run.
fn subject(map: &HeatMap) -> String {
    let named = format!("{}: ", map.experiment);
    let work = map.work.strip_prefix(&named).unwrap_or(&map.work);
    let way = map.way.in_words(map.one_thread_is_sequential);
    format!("For {work}: {way}.")
}

/// A place in words.
pub fn place((processes, threads): Place) -> String {
    let of_processes = if processes == 1 { "" } else { "es" };
    let of_threads = if threads == 1 { "" } else { "s" };
    format!("{processes} process{of_processes} × {threads} thread{of_threads}")
}

fn pair((processes, threads): Place) -> String {
    format!("{processes}×{threads}")
}

/// All figures of a cell in words.
pub fn cell(grid: &Grid, at: Place, cell: &Cell) -> String {
    let mut words = Vec::new();
    if let Some(makespan) = &cell.makespan {
        let unit = Unit::of_seconds(makespan.median);
        words.push(format!("makespan {}", makespan.in_words(unit)));
    }
    if let Some(share) = cell.efficiency {
        let least = if grid.ideal_is_bound { "at least " } else { "" };
        words.push(format!(
            "efficiency {least}{}",
            Unit::PERCENT.with_name(share)
        ));
    }
    if let Some(kib) = cell.memory {
        let unit = Unit::of_kibibytes(kib);
        words.push(format!(
            "memory ({}) {}",
            grid.memory.as_str(),
            unit.with_name(kib)
        ));
    }
    if let Some((status, error)) = &cell.failure {
        let runs = format!("{} of {} runs {status}", cell.not_ok, cell.runs);
        words.push(match error.as_str() {
            "" => runs,
            error => format!("{runs}: {error}"),
        });
    }
    format!("{}: {}", place(at), words.join("; "))
}

/// Half the interval as a share of the median, where there are several runs.
pub fn half_width(estimate: &Estimate) -> Option<f64> {
    let half = (estimate.high - estimate.low) / 2.0;
    (estimate.runs > 1).then_some(half / estimate.median)
}

/// A share as what is added and taken away.
pub fn plus_minus(share: f64) -> String {
    let percent = 100.0 * share;
    match percent {
        small if small < 9.95 => format!("±{small:.1} %"),
        large => format!("±{large:.0} %"),
    }
}

fn noun(measure: Measure) -> String {
    let noun = match measure {
        Measure::Makespan => "makespan",
        Measure::Efficiency => "efficiency",
        Measure::Memory => "memory",
    };
    noun.to_owned()
}

fn listed(words: &[String]) -> String {
    match words {
        [init @ .., last] if !init.is_empty() => format!("{} and {last}", init.join(", ")),
        words => words.join(""),
    }
}

fn best(grid: &Grid, panels: &[Map]) -> Option<String> {
    let (at, seconds) = grid.best()?;
    let unit = panels.first()?.unit;
    let fastest = format!(
        "The star marks the fastest, {} in {}",
        place(at),
        unit.with_name(seconds)
    );
    Some(match grid.near_best().len() {
        1 => format!("{fastest}; no other is within 5 % of it."),
        cells => format!("{fastest}; the outline holds the {cells} cells within 5 % of it."),
    })
}

/// What is better, and how it is coloured.
fn better(grid: &Grid, panels: &[Map]) -> String {
    let better = |map: &Map| {
        let better = match map.measure {
            Measure::Makespan => "a shorter makespan",
            Measure::Efficiency if grid.ideal_is_bound => {
                "a higher efficiency (ideal / makespan; at least as shown, for the ideal is a lower \
                 bound)"
            }
            Measure::Efficiency => "a higher efficiency (ideal / makespan)",
            Measure::Memory => "less memory",
        };
        match map.ramp.is_log {
            true => format!("{better} (logarithmic)"),
            false => better.to_owned(),
        }
    };
    let better: Vec<String> = panels.iter().map(better).collect();
    format!("Brighter is better: {}.", listed(&better))
}

/// How far the medians may be believed.
fn precision(grid: &Grid) -> Option<String> {
    let estimates: Vec<(Place, Estimate)> = (grid.cells())
        .filter_map(|(place, cell)| Some((place, cell.makespan?)))
        .collect();
    let runs = estimates.iter().map(|(_, estimate)| estimate.runs);
    let (least, most) = (runs.clone().min()?, runs.max()?);
    let widths = estimates
        .iter()
        .filter_map(|(at, estimate)| Some((*at, half_width(estimate)?)));
    let (at, widest) = widths.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let runs = match least == most {
        true => format!("{most} runs"),
        false => format!("{least} to {most} runs"),
    };
    let half = match estimates
        .iter()
        .filter(|(_, estimate)| estimate.is_interval)
        .count()
    {
        0 => "half the way from the fastest to the slowest run",
        all if all == estimates.len() => "half the 95 % interval",
        _ => {
            "half the 95 % interval, or half the way from the fastest to the slowest of fewer than six runs"
        }
    };
    Some(format!(
        "Medians of {runs}; ± is {half}, at most {} ({}).",
        plus_minus(widest),
        pair(at)
    ))
}

fn gaps(grid: &Grid) -> Option<String> {
    let failed = grid.cells().any(|(_, cell)| cell.makespan.is_none());
    let partly = grid
        .cells()
        .filter(|(_, cell)| cell.makespan.is_some() && cell.not_ok > 0);
    let mut words = Vec::new();
    if !grid.is_full() {
        words.push("An empty cell was not measured.".to_owned());
    }
    if failed {
        words.push("A crossed cell has no good run.".to_owned());
    }
    match partly.count() {
        0 => {}
        1 => words.push("In one cell some runs are not ok and do not count.".to_owned()),
        cells => words.push(format!(
            "In {cells} cells some runs are not ok and do not count."
        )),
    }
    (!words.is_empty()).then(|| words.join(" "))
}
