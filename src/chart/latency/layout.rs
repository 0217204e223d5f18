//! Lays the latencies out: percentiles above, distributions below.

use super::Latency;
use super::distribution::{Distribution, Traced};
use super::tails::Tails;
use crate::chart::axis::{Axis, LinearAxis, LogAxis};
use crate::chart::estimate::explained;
use crate::chart::figure::{Figure, Text};
use crate::chart::panel::{ABOVE, BELOW, BESIDE, Bounds, EndLabel, Panel, Scale, label_room};
use crate::chart::series::Series;
use crate::chart::unit::Unit;
use crate::chart::{ChartError, marker, sheet, theme};

const TAILS_HEIGHT: f64 = 240.0;
const DISTRIBUTION_HEIGHT: f64 = 170.0;
const HEADING: f64 = 20.0;
/// Right of a panel, for the names of its lines, at most.
const MOST_LABELS: f64 = 200.0;

/// Both panels as far as there are records for them.
pub(super) fn figure(latency: &Latency, source: &str) -> Result<Figure, ChartError> {
    let (mut figure, mut y) = sheet::begin(&title(latency), &sentences(latency))?;
    let labels = [tail_labels(latency), run_labels(latency)].concat();
    let room = label_room(&labels, MOST_LABELS)?;
    if let Some(tails) = &latency.tails {
        y = draw_tails(&mut figure, tails, (y, room))?;
    }
    if let Some(distribution) = &latency.distribution {
        y = draw_distribution(&mut figure, distribution, (y, room))?;
    }
    sheet::end(figure, source, y)
}

fn title(latency: &Latency) -> String {
    match &latency.tails {
        Some(tails) => {
            let experiment = tails.name.split(": ").next().unwrap_or_default();
            format!("Batch latency of {experiment}: percentiles up to the longest")
        }
        None => "Batch latency of traced runs: share of batches that took no longer".to_owned(),
    }
}

fn sentences(latency: &Latency) -> Vec<String> {
    let mut sentences = Vec::new();
    if let Some(tails) = &latency.tails {
        sentences.push(format!("{}.", tails.name));
        sentences.push(counted_from(tails).to_owned());
        let estimates = tails.lines.iter().flat_map(|line| &line.points);
        let explained = explained(estimates.map(|(_, estimate)| estimate));
        sentences.extend(explained.map(str::to_owned));
        if tails.configurations > tails.lines.len() {
            sentences.push(format!(
                "{} of {} configurations: the one with the shortest makespan, the one with the \
                 longest, and evenly by rank between.",
                tails.lines.len(),
                tails.configurations
            ));
        }
        if tails.few_batches {
            let rule = "Percentiles are of runs with enough batches for them: at least 100 for the \
                        99th, 1,000 for the 99.9th.";
            sentences.push(rule.to_owned());
        }
    }
    match &latency.distribution {
        Some(distribution) if distribution.traces > distribution.runs.len() => {
            let shown = distribution.runs.len();
            let all = distribution.traces;
            sentences.push(format!("The first {shown} of {all} traces."));
        }
        Some(_) => {}
        None => sentences.push(
            "The whole distribution takes a trace of each batch, as mpmt run --trace leaves it."
                .to_owned(),
        ),
    }
    sentences
}

fn counted_from(tails: &Tails) -> &'static str {
    match tails.has_rate {
        true => "From when a batch was due to its result, both ends at the client; less is better.",
        false => {
            "From the sending of a batch to its result, so with its wait for a worker; less is \
             better."
        }
    }
}

fn tail_labels(latency: &Latency) -> Vec<EndLabel> {
    let lines = latency.tails.iter().flat_map(|tails| &tails.lines);
    lines.filter_map(Series::label).collect()
}

fn run_labels(latency: &Latency) -> Vec<EndLabel> {
    let distribution = latency.distribution.as_ref();
    distribution.map(labels_of_runs).unwrap_or_default()
}

fn labels_of_runs(distribution: &Distribution) -> Vec<EndLabel> {
    let label = |(number, run): (usize, &Traced)| EndLabel {
        mark: Some(number),
        ..EndLabel::new(100.0, run.name.as_str(), theme::series(number))
    };
    distribution.runs.iter().enumerate().map(label).collect()
}

/// A panel of the sheet's width below `top`, with room for names right of it.
fn bounds((top, room): (f64, f64), height: f64) -> Bounds {
    let top = top + HEADING + ABOVE;
    Bounds {
        left: theme::MARGIN + BESIDE,
        right: theme::WIDTH - theme::MARGIN - room - 8.0,
        top,
        bottom: top + height,
    }
}

fn heading(figure: &mut Figure, bounds: &Bounds, words: &str) {
    let at = (theme::MARGIN, bounds.top - ABOVE - 8.0);
    figure.text(Text::new(words, at, theme::BODY, theme::INK).bold());
}

fn draw_tails(figure: &mut Figure, tails: &Tails, place: (f64, f64)) -> Result<f64, ChartError> {
    let largest = (tails.lines.iter())
        .flat_map(Series::values)
        .fold(0.0, f64::max);
    let unit = Unit::of_seconds(largest);
    let lines: Vec<Series> = (tails.lines.iter())
        .map(|line| line.times(unit.factor))
        .collect();
    let mark = |&(place, name): &(f64, &str)| (place, name.to_owned());
    let marks = tails.places.iter().map(mark).collect();
    let places = tails.places.iter().map(|(place, _)| *place);
    let panel = Panel {
        bounds: bounds(place, TAILS_HEIGHT),
        x: Scale::marked(
            Axis::Log(LogAxis::around(places)),
            "percentile of a run's batches",
            marks,
        ),
        y: Scale::new(
            Axis::Log(LogAxis::over(lines.iter().flat_map(Series::values))),
            format!("latency, {}", unit.name),
        ),
    };
    heading(figure, &panel.bounds, "Percentiles");
    panel.frame(figure);
    for line in lines.iter().rev() {
        line.join(figure, &panel);
    }
    // The fastest lies above the others, and is the first of the tips.
    for line in lines.iter().rev() {
        line.draw(figure, &panel);
    }
    for line in &lines {
        tips(figure, &panel, (tails, line), &unit);
    }
    let labels: Vec<EndLabel> = lines.iter().filter_map(Series::label).collect();
    panel.end_labels(figure, &labels, place.1)?;
    Ok(panel.bounds.bottom + BELOW + 8.0)
}

fn tips(figure: &mut Figure, panel: &Panel, (tails, line): (&Tails, &Series), unit: &Unit) {
    for (place, estimate) in &line.points {
        let name = tails.places.iter().find(|(x, _)| x == place);
        let name = name.map_or("", |(_, name)| name);
        let seconds = estimate.times(1.0 / unit.factor);
        let seconds = seconds.in_words(Unit::of_seconds(seconds.median));
        let words = format!("{}, {name}: {seconds}", line.name);
        figure.tip_around(panel.at((*place, estimate.median)), 7.0, words);
    }
}

fn draw_distribution(
    figure: &mut Figure,
    distribution: &Distribution,
    place: (f64, f64),
) -> Result<f64, ChartError> {
    let all = || distribution.runs.iter().flat_map(|run| &run.steps);
    let unit = Unit::of_seconds(all().map(|(seconds, _)| *seconds).fold(0.0, f64::max));
    let latencies = all().map(|(seconds, _)| seconds * unit.factor);
    let panel = Panel {
        bounds: bounds(place, DISTRIBUTION_HEIGHT),
        x: Scale::new(
            Axis::Log(LogAxis::over(latencies)),
            format!("latency, {}", unit.name),
        ),
        y: Scale::new(
            Axis::Linear(LinearAxis::between(0.0, 100.0)),
            "% of the batches took no longer",
        ),
    };
    heading(figure, &panel.bounds, "Every batch of a traced run");
    panel.frame(figure);
    for (number, run) in distribution.runs.iter().enumerate() {
        draw_run(figure, &panel, (number, run), &unit);
    }
    panel.end_labels(figure, &labels_of_runs(distribution), place.1)?;
    Ok(panel.bounds.bottom + BELOW + 8.0)
}

/// A curve with its mark at the median, and at the ends of the middle eight tenths.
fn draw_run(figure: &mut Figure, panel: &Panel, (number, run): (usize, &Traced), unit: &Unit) {
    let colour = theme::series(number);
    let corners: Vec<(f64, f64)> = (run.corners().into_iter())
        .map(|(seconds, share)| (seconds * unit.factor, share * 100.0))
        .collect();
    panel.line(figure, &corners, 1.5, colour);
    for share in [0.1, 0.5, 0.9] {
        let Some(seconds) = run.quantile(share) else {
            continue;
        };
        let at = panel.at((seconds * unit.factor, share * 100.0));
        marker::draw(figure, at, number, colour);
        let words = format!(
            "{}: {:.0} % of {} batches took no longer than {}",
            run.name,
            share * 100.0,
            run.batches,
            unit.with_name(seconds)
        );
        figure.tip_around(at, 7.0, words);
    }
}
