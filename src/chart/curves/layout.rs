//! Lays curves out: panels below each other over one axis.

use super::lines::Curve;
use super::{Curves, is_wide, words};
use crate::chart::axis::{Axis, LinearAxis, LogAxis};
use crate::chart::figure::{Figure, Text};
use crate::chart::panel::{ABOVE, BELOW, BESIDE, Bounds, EndLabel, NAME, Panel, Scale, label_room};
use crate::chart::series::Series;
use crate::chart::unit::{Unit, mark};
use crate::chart::{ChartError, sheet, theme};

const MAIN_HEIGHT: f64 = 200.0;
const OTHER_HEIGHT: f64 = 110.0;
const HEADING: f64 = 20.0;
/// Right of the panels, for the names of the lines, at most.
const MOST_LABELS: f64 = 210.0;

/// One panel as it is drawn.
struct Shown {
    heading: &'static str,
    unit: String,
    height: f64,
    /// Multiplies values as they are recorded.
    factor: f64,
    axis: Axis,
    /// Of a value, as recorded, in a tip.
    tip: fn(f64) -> Unit,
    of: fn(&Curve) -> &Series,
}

/// Makespan or throughput, and below it what explains it, as far as it was recorded.
pub(super) fn figure(curves: &Curves, source: &str) -> Result<Figure, ChartError> {
    let (mut figure, mut y) = sheet::begin(&words::title(curves), &words::sentences(curves))?;
    let mut labels: Vec<EndLabel> = (curves.curves.iter())
        .map(|curve| curve.main.label_at(0.0))
        .collect();
    labels.push(EndLabel::new(0.0, "ideal", theme::IDEAL));
    let room = label_room(&labels, MOST_LABELS)?;
    let panels = [
        main(curves),
        efficiency(curves),
        switches(curves),
        system(curves),
    ];
    let panels: Vec<Shown> = panels.into_iter().flatten().collect();
    for (index, shown) in panels.iter().enumerate() {
        // The last one names the axis for all.
        let name = match index + 1 == panels.len() {
            true => curves.along.unit(),
            false => "",
        };
        y = draw(&mut figure, curves, (shown, name), (y, room))?;
    }
    sheet::end(figure, source, y)
}

fn main(curves: &Curves) -> Option<Shown> {
    let values = all(curves, |curve| &curve.main);
    let ideals = curves.curves.iter().flat_map(|curve| &curve.ideal.points);
    let values: Vec<f64> = values.into_iter().chain(ideals.map(|(_, y)| *y)).collect();
    let largest = values.iter().copied().fold(0.0, f64::max);
    let (heading, unit, factor) = match curves.throughput {
        true => ("Throughput", "commands per second".to_owned(), 1.0),
        false => {
            let unit = Unit::of_seconds(largest);
            ("Makespan", format!("makespan, {}", unit.name), unit.factor)
        }
    };
    let scaled: Vec<f64> = values.iter().map(|value| value * factor).collect();
    Some(Shown {
        heading,
        unit,
        height: MAIN_HEIGHT,
        factor,
        axis: Axis::suited(&scaled),
        tip: match curves.throughput {
            true => |_| Unit::COMMANDS_PER_SECOND,
            false => Unit::of_seconds,
        },
        of: |curve| &curve.main,
    })
}

fn efficiency(curves: &Curves) -> Option<Shown> {
    let mut values = all(curves, |curve| &curve.efficiency);
    if values.is_empty() {
        return None;
    }
    values.push(100.0);
    Some(Shown {
        heading: "Efficiency",
        unit: "% of the ideal".to_owned(),
        height: OTHER_HEIGHT,
        factor: 1.0,
        axis: Axis::Linear(LinearAxis::from_zero(values)),
        tip: |_| Unit::named("%"),
        of: |curve| &curve.efficiency,
    })
}

/// Only where the number of threads varies: there they tell what more of them cost.
fn switches(curves: &Curves) -> Option<Shown> {
    let values = all(curves, |curve| &curve.switches);
    (curves.along.is_concurrency() && !values.is_empty()).then(|| Shown {
        heading: "Involuntary context switches",
        unit: "switches of all processes".to_owned(),
        height: OTHER_HEIGHT,
        factor: 1.0,
        axis: Axis::suited(&values),
        tip: |_| Unit::named("switches"),
        of: |curve| &curve.switches,
    })
}

fn system(curves: &Curves) -> Option<Shown> {
    let values = all(curves, |curve| &curve.system);
    (curves.along.is_concurrency() && !values.is_empty()).then(|| {
        let unit = Unit::of_seconds(values.iter().copied().fold(0.0, f64::max));
        let scaled: Vec<f64> = values.iter().map(|value| value * unit.factor).collect();
        Shown {
            heading: "CPU time in the kernel",
            unit: format!("{}, of all processes", unit.name),
            height: OTHER_HEIGHT,
            factor: unit.factor,
            axis: Axis::suited(&scaled),
            tip: Unit::of_seconds,
            of: |curve| &curve.system,
        }
    })
}

/// All that an axis has to hold.
fn all(curves: &Curves, of: fn(&Curve) -> &Series) -> Vec<f64> {
    let series = curves.curves.iter().map(of);
    series.flat_map(Series::values).collect()
}

/// Draws a panel below `top`, and tells where it ends.
fn draw(
    figure: &mut Figure,
    curves: &Curves,
    (shown, name): (&Shown, &str),
    (top, room): (f64, f64),
) -> Result<f64, ChartError> {
    let top = top + HEADING + ABOVE;
    let panel = Panel {
        bounds: Bounds {
            left: theme::MARGIN + BESIDE,
            right: theme::WIDTH - theme::MARGIN - room - 8.0,
            top,
            bottom: top + shown.height,
        },
        x: setting(curves, name),
        y: Scale::new(shown.axis.clone(), shown.unit.as_str()),
    };
    let at = (theme::MARGIN, top - ABOVE - 8.0);
    figure.text(Text::new(shown.heading, at, theme::BODY, theme::INK).bold());
    panel.frame(figure);
    let ideal = ideals(figure, &panel, curves, shown);
    // The fastest lies above the others.
    for curve in curves.curves.iter().rev() {
        let series = (shown.of)(curve).times(shown.factor);
        series.join(figure, &panel);
        series.draw(figure, &panel);
    }
    for curve in &curves.curves {
        tips(figure, &panel, curves, (shown, curve));
    }
    let named = (curves.curves.iter()).filter(|curve| !curve.main.name.is_empty());
    let labels = named.filter_map(|curve| (shown.of)(curve).times(shown.factor).label());
    let labels: Vec<EndLabel> = ideal.into_iter().chain(labels).collect();
    panel.end_labels(figure, &labels, room)?;
    let name = if name.is_empty() { 0.0 } else { NAME };
    Ok(panel.bounds.bottom + BELOW - NAME + name + 6.0)
}

/// The axis of the setting, with marks at the values that it took.
fn setting(curves: &Curves, name: &str) -> Scale {
    let values = curves.values.iter().copied();
    let axis = match is_wide(&curves.values) {
        true => Axis::Log(LogAxis::around(values.clone())),
        false => {
            let (low, high) = (
                curves.values.first().copied().unwrap_or(0.0),
                curves.values.last().copied().unwrap_or(0.0),
            );
            let air = 0.04 * (high - low);
            Axis::Linear(LinearAxis::between(low - air, high + air))
        }
    };
    let marks = values.map(|value| (value, marked(value))).collect();
    Scale::measured(axis, name, marks)
}

/// Thousands and millions as such where they are whole.
fn marked(value: f64) -> String {
    match value {
        whole if whole >= 1e4 && whole % 100.0 == 0.0 => mark(whole),
        other => words::short_exact(other),
    }
}

/// The ideals, dashed: one for all lines where they agree, and then its label; 100 % is the ideal of
/// efficiency.
fn ideals(figure: &mut Figure, panel: &Panel, curves: &Curves, shown: &Shown) -> Option<EndLabel> {
    let ends = (*curves.values.first()?, *curves.values.last()?);
    if shown.heading == "Efficiency" {
        panel.dashed(
            figure,
            &[(ends.0, 100.0), (ends.1, 100.0)],
            1.5,
            theme::IDEAL,
        );
        return Some(EndLabel::new(100.0, "ideal", theme::IDEAL));
    }
    if !matches!(shown.heading, "Makespan" | "Throughput") {
        return None;
    }
    let first = curves.curves.first()?;
    let one = (curves.curves.iter()).all(|curve| curve.ideal.is_that_of(&first.ideal));
    let drawn = if one { 1 } else { curves.curves.len() };
    for curve in &curves.curves[..drawn] {
        let colour = if one {
            theme::IDEAL
        } else {
            curve.main.colour()
        };
        let scaled: Vec<(f64, f64)> = (curve.ideal.points.iter())
            .map(|(x, y)| (*x, y * shown.factor))
            .collect();
        panel.dashed(figure, &scaled, 1.5, colour);
    }
    let (_, end) = first.ideal.points.last().filter(|_| one)?;
    Some(EndLabel::new(end * shown.factor, "ideal", theme::IDEAL))
}

fn tips(figure: &mut Figure, panel: &Panel, curves: &Curves, (shown, curve): (&Shown, &Curve)) {
    let series = (shown.of)(curve);
    for point in &series.points {
        let (value, estimate) = point;
        let at = (*value, estimate.median * shown.factor);
        if !panel.holds(at) {
            continue;
        }
        let mut words = words::tip(curves, series, point, shown.tip);
        if shown.height == MAIN_HEIGHT {
            words = words::with_ideal(curve, *value, words, shown.tip);
        }
        figure.tip_around(panel.at(at), 7.0, words);
    }
}
