//! Throughput over processes, threads and both, with what theory allows and the law that fits.
//!
//! * `line`: the lines and what was measured along them; `words`: what is said of a facet.
//!
//! Must not know: how a law is fitted, which is for [`crate::stats`], and which trials lie on a
//! line, which is for [`crate::record`].

mod line;
#[cfg(test)]
mod tests;
mod words;

use itertools::Itertools;
use plotters::style::RGBColor;

use super::grammar::{
    Axis as ChartAxis, Chart, Datum, EndLabel, Extent, Facet, Layer, Mark, Ticks,
};
use super::ideal;
use super::palette::Look;
use super::scale::{Scale, ends};
use super::scene::Stroke;
use super::symbol::Symbol;
use super::unit::{self, Unit};
use super::vocabulary::{self, Quantity};
use super::{Records, Sheet};
use crate::model::listed;
use crate::record::{Axis, ComparisonGroup};
use crate::stats::Interval;
use line::{Line, Lines, Point};
use words::variable;

/// Values of an axis that make a line worth drawing.
const FEWEST_VALUES: usize = 3;
/// Lines that a facet shows at most: each has a curve, a band, an ideal and a peak.
const MOST_LINES: usize = 4;
/// The height of a plot area; the same where points have names; and of the row of a peak at its foot.
const HEIGHT: f64 = 190.0;
const SPLITS_HEIGHT: f64 = 250.0;
const PEAK_ROW: f64 = 16.0;

/// One picture for each work.
pub(super) fn draw(records: &Records<'_>, sheet: &mut Sheet<'_>) {
    for (work, of) in &sheet.comparison_groups(records.trials) {
        match Lines::of(work) {
            Ok(lines) => sheet.push(of, chart(work, lines)),
            Err(reason) => sheet.leave_out(reason),
        }
    }
}

fn chart(work: &ComparisonGroup<'_>, all: Lines<'_>) -> Chart {
    let (views, lines) = (all.by_axis(), &all.lines);
    let noun = |view: &&[Line<'_>]| match view[0].along.axis {
        Axis::Product if views.len() > 1 => "their product".to_owned(),
        axis => variable(axis).noun().to_owned(),
    };
    let over = listed(&views.iter().map(noun).collect_vec());
    let points = || {
        lines
            .iter()
            .flat_map(|line| line.points.iter().map(move |point| (line, point)))
    };
    let has_ideal = lines.iter().any(|line| !line.ideal.0.is_empty());
    let has_law = lines.iter().any(|line| line.law().is_some());
    let is_split = |(line, point): (&Line<'_>, &Point<'_>)| {
        line.along.axis == Axis::Product && point.split.is_some()
    };
    let law =
        "Curves: the Universal Scalability Law with its 95 % band, where the runs support it.";
    let split = "Points of one product are named by how it is split, N×M, where there is room.";
    let (through, name) = &all.through;
    let notes = [
        Some(format!("For {}.", vocabulary::work(work))),
        Some(format!(
            "{} Lines through the fastest configuration, {name}.",
            vocabulary::THROUGHPUT
        )),
        vocabulary::explained(points().map(|(_, point)| &point.throughput)),
        has_ideal.then(|| vocabulary::ideal(lines.iter().any(|line| line.along.ideal_is_bound()))),
        has_law.then(|| law.to_owned()),
        points().any(is_split).then(|| split.to_owned()),
    ];
    let through = (through.processes, through.threads);
    let title = vocabulary::title("throughput", work.experiment, &format!("over {over}"));
    let facets = views.iter().map(|view| facet(view, through)).collect();
    Chart::new(title, notes.into_iter().chain(all.notes), facets)
}

/// The lines' bands, curves and ideals along one axis, then their peaks and points.
fn facet(lines: &[Line<'_>], through: (u32, u32)) -> Facet {
    let axis = lines[0].along.axis;
    let points = || lines.iter().flat_map(|line| &line.points);
    let concurrencies = points().map(|point| point.concurrency);
    let concurrencies = concurrencies
        .sorted_by(f64::total_cmp)
        .dedup()
        .collect_vec();
    let ideals = lines.iter().flat_map(|line| &line.ideal.0);
    let fitted = lines
        .iter()
        .filter_map(Line::law)
        .flat_map(|curve| &curve.line);
    let expected = ideals.chain(fitted).map(|(_, throughput)| *throughput);
    let measured = points().flat_map(|point| point.throughput.values());
    let values = measured.chain(expected).collect_vec();
    let y = Scale::suited(&values, Quantity::Throughput.unit(&values));
    let x = Scale::log_around(concurrencies.iter().copied(), Unit::named(""));
    let ticks = concurrencies.iter().map(|&n| (n, unit::tick(n))).collect();
    let x = ChartAxis::with(x, variable(axis).title(), Ticks::measured(ticks));
    let height = if axis == Axis::Product {
        SPLITS_HEIGHT
    } else {
        HEIGHT
    };
    let mut facet = Facet::new(x, Quantity::Throughput.axis(y), height);
    facet.heading = words::heading(axis, through);
    facet.captions = lines.iter().map(words::caption).collect();
    facet.beside = true;
    let looks = Look::series(&lines.iter().map(|line| line.along.runtime()).collect_vec());
    let looked = || lines.iter().zip(&looks);
    let laws = || looked().filter_map(|(line, look)| Some((line.law()?, look)));
    for (curve, look) in laws() {
        let band = curve
            .band
            .iter()
            .map(|&(n, low, high)| Datum::new(n, (low, high)));
        facet.add_layer(Layer::new(Mark::Band, look.colour, band).opacity(0.15));
        let line = curve
            .line
            .iter()
            .map(|&(n, throughput)| Datum::new(n, throughput));
        facet.add(Mark::Line(1.5, Stroke::Solid), look.colour, line);
    }
    ideal::add(
        &mut facet,
        looked().map(|(line, look)| (&line.ideal, look.colour)),
    );
    let peaks = laws().filter_map(|(curve, look)| Some((curve, curve.peak()?, look)));
    let peaks = peaks.collect_vec();
    let ends = ends(concurrencies).unwrap_or((1.0, 1.0));
    for (row, (curve, (at, interval), look)) in peaks.iter().enumerate() {
        let top = (*at, curve.fit.scaling.throughput(*at));
        draw_peak(&mut facet, top, (*interval, ends), (row, look.colour));
    }
    facet.foot = peaks.len() as f64 * PEAK_ROW + if peaks.is_empty() { 0.0 } else { 6.0 };
    // The first line lies above the others, and its points answer first.
    for (line, look) in looked().rev() {
        let points = line.points.iter().map(|point| datum(line, point));
        facet.add(Mark::Point(look.symbol, 3.5), look.colour, points);
    }
    facet
        .labels
        .extend(looked().filter_map(|(line, look)| label(line, *look)));
    facet
}

/// A point, named by how its product is split on the line of the fastest configuration.
fn datum(line: &Line<'_>, point: &Point<'_>) -> Datum {
    let is_named = line.is_best && line.along.axis == Axis::Product;
    let split = point.split.filter(|_| is_named).map(vocabulary::shape);
    let failed = vocabulary::failed(point.group.failed());
    let datum = Datum::new(point.concurrency, &point.throughput);
    datum
        .tooltip(words::tooltip(line, point))
        .text(split.iter().chain(&failed).join(", "))
}

/// A ring at the peak of a curve, and its interval in a row at the foot of the plot area.
fn draw_peak(
    facet: &mut Facet,
    (at, top): (f64, f64),
    (interval, (low, high)): (Interval, (f64, f64)),
    (row, colour): (usize, RGBColor),
) {
    let (lift, foot) = (10.0 + row as f64 * PEAK_ROW, f64::NEG_INFINITY);
    let from = if interval.low < low {
        foot
    } else {
        interval.low
    };
    let to = if interval.high > high {
        f64::INFINITY
    } else {
        interval.high
    };
    let rule = Extent::new(foot, top, top);
    facet.add(
        Mark::Rule(1.0, Stroke::Dotted),
        colour,
        [Datum::new(at, rule)],
    );
    facet.add(
        Mark::Point(Symbol::Ring, 4.0),
        colour,
        [Datum::new(at, top)],
    );
    let whole = Datum::new(Extent::new(from, at, to), foot);
    facet.add_layer(Layer::new(Mark::Point(Symbol::Disc, 2.5), colour, [whole]).lift(lift));
    // Its name is beside the end of the interval that has more room.
    let beside = if facet.x.scale.position(at) > 0.5 {
        from
    } else {
        to
    };
    let name = Datum::new(beside, foot).text(words::peak(at, interval));
    facet.add_layer(Layer::new(Mark::Point(Symbol::Disc, 0.0), colour, [name]).lift(lift));
}

/// The label of a line: its name at the end of its curve. A line that is alone has none, and is
/// known by its points.
fn label(line: &Line<'_>, look: Look) -> Option<EndLabel> {
    let curve = line
        .law()
        .and_then(|curve| curve.line.last())
        .map(|(_, end)| *end);
    let end = curve.or(line.points.last().map(|point| point.throughput.median));
    match line.name.as_str() {
        "" => curve.map(|end| EndLabel::line(end, "USL", Stroke::Solid, look.colour)),
        name => end.map(|end| EndLabel::points(end, name, look)),
    }
}
