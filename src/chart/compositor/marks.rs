//! The layers of a facet as shapes, and their tooltips.

use std::collections::BTreeSet;

use plotters::style::RGBColor;

use super::labels::{LabelRequest, Obstacles};
use super::plot::Plot;
use super::room::GUTTER;
use crate::chart::grammar::{Datum, Facet, Fill, Layer, Mark};
use crate::chart::scene::{Anchor, Point, Scene, Stroke, Text};
use crate::chart::symbol::Symbol;
use crate::chart::{ChartError, font, theme};

/// Cells that are smaller have the narrow gutter.
const SMALL_CELL: f64 = 16.0;
/// An interval that is not longer than its point on both sides would only make it look ragged.
const POINT: f64 = 3.5;
/// The radius of a star on the corner of its cell.
const STAR: f64 = 5.5;

/// Draws all layers; what lies in front answers the pointer first.
pub fn draw(scene: &mut Scene, facet: &Facet, plot: &Plot<'_>) -> Result<(), ChartError> {
    for layer in &facet.layers {
        match layer.mark {
            Mark::Line(thick, stroke) => {
                scene.line(points(layer, plot), thick, stroke, layer.colour);
            }
            Mark::Step(thick) => scene.line(steps(layer, plot), thick, Stroke::Solid, layer.colour),
            Mark::Band => band(scene, layer, plot),
            Mark::Outline => outline(scene, layer, plot),
            _ => {
                for datum in layer.data.iter().filter(|datum| plot.holds(datum)) {
                    one(scene, layer, datum, plot)?;
                }
            }
        }
    }
    point_texts(scene, facet, plot)?;
    for layer in facet.layers.iter().rev() {
        for datum in layer.data.iter().filter(|datum| plot.holds(datum)) {
            let (from, to) = place(layer, datum, plot);
            scene.tooltip(from, to, &datum.tooltip);
        }
    }
    Ok(())
}

fn points(layer: &Layer, plot: &Plot<'_>) -> Vec<Point> {
    let placed = layer.data.iter().filter(|datum| plot.holds(datum));
    placed.map(|datum| plot.at(datum)).collect()
}

/// Level until the next place.
fn steps(layer: &Layer, plot: &Plot<'_>) -> Vec<Point> {
    let mut steps: Vec<Point> = Vec::new();
    for (x, y) in points(layer, plot) {
        steps.extend(steps.last().map(|last| (x, last.1)));
        steps.push((x, y));
    }
    steps
}

fn band(scene: &mut Scene, layer: &Layer, plot: &Plot<'_>) {
    let placed = || layer.data.iter().filter(|datum| plot.holds(datum));
    let corner = |datum: &Datum, value: f64| (plot.x(datum.x.at), plot.y(value));
    let lower = placed().map(|datum| corner(datum, datum.y.low));
    let upper = placed().rev().map(|datum| corner(datum, datum.y.high));
    scene.area(lower.chain(upper).collect(), layer.colour, layer.opacity);
}

/// The corners of what a datum extends over.
fn extent(layer: &Layer, datum: &Datum, plot: &Plot<'_>) -> (Point, Point) {
    let end = |low: f64, at: f64, holds: bool| if holds { low } else { at };
    let (scale_x, scale_y) = (&plot.facet.x.scale, &plot.facet.y.scale);
    let (x, y) = (datum.x, datum.y);
    let xs = [end(x.low, x.at, scale_x.holds(x.low)), x.high].map(|value| plot.x(value));
    let ys =
        [end(y.low, y.at, scale_y.holds(y.low)), y.high].map(|value| plot.y(value) - layer.lift);
    (
        (xs[0].min(xs[1]), ys[0].min(ys[1])),
        (xs[0].max(xs[1]), ys[0].max(ys[1])),
    )
}

/// Where a datum answers the pointer.
fn place(layer: &Layer, datum: &Datum, plot: &Plot<'_>) -> (Point, Point) {
    let (x, y) = (plot.x(datum.x.at), plot.y(datum.y.at));
    match layer.mark {
        Mark::Bar => {
            let (from, to) = extent(layer, datum, plot);
            (from, (to.0.max(from.0 + 1.0), to.1))
        }
        Mark::Cell(_) => field(datum, plot),
        Mark::Point(_, radius) => {
            let reach = radius + 3.5;
            ((x - reach, y - reach), (x + reach, y + reach))
        }
        _ => ((x - 7.0, y - 7.0), (x + 7.0, y + 7.0)),
    }
}

fn one(scene: &mut Scene, layer: &Layer, datum: &Datum, plot: &Plot<'_>) -> Result<(), ChartError> {
    let colour = datum.colour.unwrap_or(layer.colour);
    let opacity = datum.opacity.unwrap_or(layer.opacity);
    let (x, y) = plot.at(datum);
    let at = (x, y - layer.lift);
    match layer.mark {
        Mark::Point(_, 0.0) => {}
        Mark::Point(Symbol::Star, _) => star(scene, datum, plot, colour),
        Mark::Point(symbol, radius) => {
            interval(scene, extent(layer, datum, plot), at, colour);
            symbol.draw(scene, at, radius, colour);
        }
        Mark::Bar => bar(scene, (extent(layer, datum, plot), datum), colour, opacity),
        Mark::Cell(fill) => cell(scene, datum, plot, (fill, colour))?,
        Mark::Rule(thick, stroke) => {
            let (from, to) = extent(layer, datum, plot);
            match stroke {
                Stroke::Solid if from.1 == to.1 => {
                    scene.horizontal((from.0, to.0), from.1, thick, colour)
                }
                Stroke::Solid => scene.vertical(from.0, (from.1, to.1), thick, colour),
                _ => scene.line(vec![from, to], thick, stroke, colour),
            }
        }
        Mark::Interval => interval(scene, extent(layer, datum, plot), at, colour),
        Mark::Text => {
            let words = font::cut(&datum.text, plot.right - plot.left - 12.0, theme::SMALL)?;
            let text = Text::new(words, (plot.left + 6.0, at.1 + 4.0), theme::SMALL, colour);
            let (left, right) = text.extent()?;
            scene.rectangle(
                (left - 3.0, at.1 - 8.0),
                (right + 3.0, at.1 + 8.0),
                theme::PAPER,
            );
            scene.text(text);
        }
        Mark::Line(..) | Mark::Step(_) | Mark::Band | Mark::Outline => {}
    }
    Ok(())
}

/// A rectangle that can be seen, apart from its neighbour where there is room for it.
fn bar(
    scene: &mut Scene,
    ((from, to), datum): ((Point, Point), &Datum),
    colour: RGBColor,
    opacity: f64,
) {
    let right = match to.0 - from.0 {
        wide if wide >= 3.0 => to.0 - 0.5,
        _ => to.0.max(from.0 + 0.5),
    };
    match opacity {
        0.0 => {}
        full if full > 0.95 => scene.rectangle(from, (right, to.1), colour),
        partly => {
            let corners = vec![from, (to.0, from.1), to, (from.0, to.1)];
            scene.area(corners, colour, partly);
        }
    }
    if !datum.text.is_empty() {
        let at = (to.0 + 5.0, f64::midpoint(from.1, to.1) + 4.0);
        scene.text(Text::new(&datum.text, at, theme::SMALL, theme::QUIET));
    }
}

/// With caps, but where both its extents have a length.
fn interval(scene: &mut Scene, (from, to): (Point, Point), at: Point, colour: RGBColor) {
    let least = 2.0 * POINT + 2.0;
    let (is_wide, is_high) = (to.0 - from.0 > least, to.1 - from.1 > least);
    let (thick, cap) = if to.0 > from.0 && to.1 > from.1 {
        (1.0, 0.0)
    } else {
        (1.5, POINT)
    };
    if is_wide {
        scene.horizontal((from.0, to.0), at.1, thick, colour);
        for x in [from.0, to.0] {
            scene.vertical(x, (at.1 - cap, at.1 + cap), thick, colour);
        }
    }
    if is_high {
        scene.vertical(at.0, (from.1, to.1), thick, colour);
        for y in [from.1, to.1] {
            scene.horizontal((at.0 - cap, at.0 + cap), y, thick, colour);
        }
    }
}

/// The free space between two cells, and the corners of what a cell fills.
fn gutter(plot: &Plot<'_>) -> f64 {
    match (plot.x(1.0) - plot.x(0.0)).min(plot.pitch) {
        small if small < SMALL_CELL => GUTTER.1,
        _ => GUTTER.0,
    }
}

fn field(datum: &Datum, plot: &Plot<'_>) -> (Point, Point) {
    let half = gutter(plot) / 2.0;
    let (x, y) = (datum.x.at, datum.y.at);
    (
        (plot.x(x - 0.5) + half, plot.y(y - 0.5) + half),
        (plot.x(x + 0.5) - half, plot.y(y + 0.5) - half),
    )
}

fn middle((from, to): (Point, Point)) -> Point {
    (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1))
}

fn cell(
    scene: &mut Scene,
    datum: &Datum,
    plot: &Plot<'_>,
    (fill, colour): (Fill, RGBColor),
) -> Result<(), ChartError> {
    let (from, to) = field(datum, plot);
    let (x, y) = middle((from, to));
    if fill != Fill::Colour {
        scene.rectangle(from, to, theme::GRID);
        let paper = if fill == Fill::Empty {
            theme::PAPER
        } else {
            theme::BAND
        };
        scene.rectangle(
            (from.0 + 1.0, from.1 + 1.0),
            (to.0 - 1.0, to.1 - 1.0),
            paper,
        );
        if fill == Fill::Crossed {
            let reach = ((to.0 - from.0).min(to.1 - from.1) / 2.0 - 2.0).clamp(1.0, 5.0);
            Symbol::Cross.draw(scene, (x, y), reach, theme::QUIET);
        }
        return Ok(());
    }
    scene.rectangle(from, to, colour);
    if !plot.has_values {
        return Ok(());
    }
    let ink = theme::text_on(colour);
    let mut lines = datum.text.lines();
    let value = lines.next().unwrap_or_default();
    // Its last words are left out where they have no room.
    let mut below = lines
        .next()
        .filter(|_| plot.pitch > 30.0)
        .unwrap_or_default();
    while font::width(below, theme::TINY, false)? > to.0 - from.0 - 2.0 {
        below = below.rsplit_once(' ').map_or("", |(start, _)| start);
    }
    let baseline = if below.is_empty() { y + 4.0 } else { y - 2.0 };
    let mut value = Text::new(value, (x, baseline), theme::SMALL, ink);
    value.bold = datum.bold;
    scene.text(value.anchored(Anchor::Middle));
    if !below.is_empty() {
        let below = Text::new(below, (x, y + 10.0), theme::TINY, ink);
        scene.text(below.anchored(Anchor::Middle));
    }
    Ok(())
}

/// A star on the corner of its cell, so that it leaves values alone, but in the midst of a cell that
/// has none.
fn star(scene: &mut Scene, datum: &Datum, plot: &Plot<'_>, colour: RGBColor) {
    let (from, to) = field(datum, plot);
    let (at, radius) = if plot.has_values {
        ((plot.x(datum.x.at + 0.5), plot.y(datum.y.at - 0.5)), STAR)
    } else {
        (
            middle((from, to)),
            (to.0 - from.0).min(to.1 - from.1) / 2.0 - 1.5,
        )
    };
    scene.disc(at, radius + 1.5, theme::PAPER);
    Symbol::Star.draw(scene, at, radius.max(1.0), colour);
}

/// The edges of cells beyond which their area ends, with paper behind that keeps them apart from
/// dark cells.
fn outline(scene: &mut Scene, layer: &Layer, plot: &Plot<'_>) {
    let number = |datum: &Datum| (datum.x.at as i64, datum.y.at as i64);
    let cells: BTreeSet<(i64, i64)> = layer.data.iter().map(number).collect();
    let thick = if gutter(plot) < 2.0 { 1.5 } else { 2.0 };
    for (thick, colour) in [(thick + 2.0, theme::PAPER), (thick, layer.colour)] {
        for &(column, row) in &cells {
            let half = thick / 2.0;
            let edge = |number: i64, side: f64| number as f64 + side;
            let (left, right) = (plot.x(edge(column, -0.5)), plot.x(edge(column, 0.5)));
            let (top, bottom) = (plot.y(edge(row, -0.5)), plot.y(edge(row, 0.5)));
            for (neighbour, y) in [(row - 1, top), (row + 1, bottom)] {
                if !cells.contains(&(column, neighbour)) {
                    scene.horizontal((left - half, right + half), y, thick, colour);
                }
            }
            for (neighbour, x) in [(column - 1, left), (column + 1, right)] {
                if !cells.contains(&(neighbour, row)) {
                    scene.vertical(x, (top - half, bottom + half), thick, colour);
                }
            }
        }
    }
}

/// The texts of points, where they have room between marks and other texts.
fn point_texts(scene: &mut Scene, facet: &Facet, plot: &Plot<'_>) -> Result<(), ChartError> {
    let is_point = |layer: &&Layer| matches!(layer.mark, Mark::Point(..));
    let is_front = facet
        .layers
        .iter()
        .any(|layer| matches!(layer.mark, Mark::Step(_)));
    let mut wishes = Vec::new();
    for layer in facet.layers.iter().filter(is_point) {
        for datum in layer
            .data
            .iter()
            .filter(|d| !d.text.is_empty() && plot.holds(d))
        {
            let width = font::width(&datum.text, theme::SMALL, false)?;
            let (x, y) = plot.at(datum);
            wishes.push((
                LabelRequest {
                    point: (x, y - layer.lift),
                    width,
                    is_front,
                },
                datum,
                layer,
            ));
        }
    }
    if wishes.is_empty() {
        return Ok(());
    }
    let mut obstacles = Obstacles::within(
        (plot.left + 2.0, plot.top - 4.0),
        (plot.right + 4.0, plot.bottom - 2.0),
    );
    for layer in &facet.layers {
        match layer.mark {
            Mark::Line(..) => obstacles.line(&points(layer, plot)),
            Mark::Step(_) => obstacles.line(&steps(layer, plot)),
            Mark::Point(..) | Mark::Interval | Mark::Rule(..) => {
                let named = layer.data.iter().any(|datum| !datum.text.is_empty());
                for datum in layer.data.iter().filter(|datum| plot.holds(datum)) {
                    let reach = if is_point(&layer) { 4.5 } else { 0.0 };
                    let (from, to) = extent(layer, datum, plot);
                    let quiet = is_point(&layer) && !named && is_front;
                    obstacles.mark(
                        (from.0 - reach, from.1 - reach),
                        (to.0 + reach, to.1 + reach),
                        quiet,
                    );
                }
            }
            _ => {}
        }
    }
    for (request, datum, layer) in wishes {
        if let Some((at, anchor)) = obstacles.place(&request) {
            let ink = if datum.bold {
                theme::INK
            } else {
                datum.colour.unwrap_or(layer.colour)
            };
            let text = Text::new(&datum.text, at, theme::SMALL, ink);
            scene.text(text.anchored(anchor));
        }
    }
    Ok(())
}
