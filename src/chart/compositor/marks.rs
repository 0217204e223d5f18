//! The layers of a facet as shapes, and their tooltips.

use std::collections::BTreeSet;

use plotters::style::RGBColor;

use super::labels::Obstacles;
use super::plot::Plot;
use super::room::GUTTER;
use crate::chart::grammar::{Datum, Extent, Facet, Fill, Layer, Mark};
use crate::chart::scale::Scale;
use crate::chart::scene::{Anchor, Area, Point, Scene, Stroke, Text};
use crate::chart::symbol::Symbol;
use crate::chart::{font, theme};

/// Cells that are smaller have the narrow gutter.
const SMALL_CELL: f64 = 16.0;
/// An interval that is not longer than its point on both sides would only make it look ragged.
const POINT: f64 = 3.5;
/// The radius of a star on the corner of its cell.
const STAR: f64 = 5.5;

/// Draws all layers; what lies in front answers the pointer first.
pub fn draw(scene: &mut Scene, facet: &Facet, plot: &Plot<'_>) {
    for layer in &facet.layers {
        match layer.mark {
            Mark::Line(thick, stroke) => {
                scene.line(points(layer, plot), thick, stroke, layer.colour);
            }
            Mark::Step(thick) => scene.line(steps(layer, plot), thick, Stroke::Solid, layer.colour),
            Mark::Band => band(scene, layer, plot),
            Mark::Outline => outline(scene, layer, plot),
            _ => placed(layer, plot).for_each(|datum| one(scene, layer, datum, plot)),
        }
    }
    point_texts(scene, facet, plot);
    for layer in facet.layers.iter().rev() {
        for datum in placed(layer, plot) {
            scene.tooltip(place(layer, datum, plot), &datum.tooltip);
        }
    }
}

/// The data that have a place.
fn placed<'a>(layer: &'a Layer, plot: &'a Plot<'_>) -> impl DoubleEndedIterator<Item = &'a Datum> {
    layer.data.iter().filter(|datum| plot.holds(datum))
}

fn points(layer: &Layer, plot: &Plot<'_>) -> Vec<Point> {
    placed(layer, plot).map(|datum| plot.at(datum)).collect()
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
    let corner = |datum: &Datum, value: f64| (plot.x(datum.x.at), plot.y(value));
    let lower = placed(layer, plot).map(|datum| corner(datum, datum.y.low));
    let upper = placed(layer, plot)
        .rev()
        .map(|datum| corner(datum, datum.y.high));
    scene.area(lower.chain(upper).collect(), layer.colour, layer.opacity);
}

/// What a datum extends over.
fn extent(layer: &Layer, datum: &Datum, plot: &Plot<'_>) -> Area {
    let ends =
        |scale: &Scale, of: Extent| [if scale.holds(of.low) { of.low } else { of.at }, of.high];
    let [a, b] = ends(&plot.facet.x.scale, datum.x).map(|value| plot.x(value));
    let [c, d] = ends(&plot.facet.y.scale, datum.y).map(|value| plot.y(value) - layer.lift);
    ((a.min(b), c.min(d)), (a.max(b), c.max(d)))
}

/// What is so far around a point.
fn around((x, y): Point, reach: f64) -> Area {
    ((x - reach, y - reach), (x + reach, y + reach))
}

/// Where a datum answers the pointer.
fn place(layer: &Layer, datum: &Datum, plot: &Plot<'_>) -> Area {
    match layer.mark {
        Mark::Bar => {
            let (from, to) = extent(layer, datum, plot);
            (from, (to.0.max(from.0 + 1.0), to.1))
        }
        Mark::Cell(_) => field(datum, plot),
        Mark::Point(_, radius) => around(plot.at(datum), radius + 3.5),
        _ => around(plot.at(datum), 7.0),
    }
}

fn one(scene: &mut Scene, layer: &Layer, datum: &Datum, plot: &Plot<'_>) {
    let colour = datum.colour.unwrap_or(layer.colour);
    let (x, y) = plot.at(datum);
    let at = (x, y - layer.lift);
    let area = extent(layer, datum, plot);
    match layer.mark {
        Mark::Point(_, 0.0) => {}
        Mark::Point(Symbol::Star, _) => star(scene, datum, plot, colour),
        Mark::Point(symbol, radius) => {
            interval(scene, area, at, colour);
            symbol.draw(scene, at, radius, colour);
        }
        Mark::Bar => bar(
            scene,
            area,
            datum,
            (colour, datum.opacity.unwrap_or(layer.opacity)),
        ),
        Mark::Cell(Fill::Colour) => cell(scene, datum, plot, colour),
        Mark::Cell(fill) => empty_cell(scene, field(datum, plot), fill),
        Mark::Rule(thick, Stroke::Solid) if area.0.1 == area.1.1 => {
            scene.horizontal((area.0.0, area.1.0), area.0.1, thick, colour);
        }
        Mark::Rule(thick, Stroke::Solid) => {
            scene.vertical(area.0.0, (area.0.1, area.1.1), thick, colour);
        }
        Mark::Rule(thick, stroke) => scene.line(vec![area.0, area.1], thick, stroke, colour),
        Mark::Interval => interval(scene, area, at, colour),
        Mark::Text => {
            let words = font::cut(&datum.text, plot.right - plot.left - 12.0, theme::SMALL);
            let text = Text::new(words, (plot.left + 6.0, at.1 + 4.0), theme::SMALL, colour);
            let (left, right) = text.extent();
            let behind = ((left - 3.0, at.1 - 8.0), (right + 3.0, at.1 + 8.0));
            scene.rectangle(behind, theme::PAPER);
            scene.text(text);
        }
        Mark::Line(..) | Mark::Step(_) | Mark::Band | Mark::Outline => {}
    }
}

/// A rectangle that can be seen, apart from its neighbour where there is room for it.
fn bar(scene: &mut Scene, (from, to): Area, datum: &Datum, (colour, opacity): (RGBColor, f64)) {
    let right = match to.0 - from.0 {
        wide if wide >= 3.0 => to.0 - 0.5,
        _ => to.0.max(from.0 + 0.5),
    };
    match opacity {
        0.0 => {}
        full if full > 0.95 => scene.rectangle((from, (right, to.1)), colour),
        partly => {
            let corners = vec![from, (to.0, from.1), to, (from.0, to.1)];
            scene.area(corners, colour, partly);
        }
    }
    let at = (to.0 + 5.0, f64::midpoint(from.1, to.1) + 4.0);
    scene.text(Text::quiet(&datum.text, at));
}

/// With caps, but where both its extents have a length.
fn interval(scene: &mut Scene, (from, to): Area, at: Point, colour: RGBColor) {
    let least = 2.0 * POINT + 2.0;
    let is_crossed = to.0 > from.0 && to.1 > from.1;
    let (thick, cap) = if is_crossed { (1.0, 0.0) } else { (1.5, POINT) };
    if to.0 - from.0 > least {
        scene.horizontal((from.0, to.0), at.1, thick, colour);
        for x in [from.0, to.0] {
            scene.vertical(x, (at.1 - cap, at.1 + cap), thick, colour);
        }
    }
    if to.1 - from.1 > least {
        scene.vertical(at.0, (from.1, to.1), thick, colour);
        for y in [from.1, to.1] {
            scene.horizontal((at.0 - cap, at.0 + cap), y, thick, colour);
        }
    }
}

/// The free space between two cells.
fn gutter(plot: &Plot<'_>) -> f64 {
    match (plot.x(1.0) - plot.x(0.0)).min(plot.pitch) {
        small if small < SMALL_CELL => GUTTER.1,
        _ => GUTTER.0,
    }
}

/// What a cell fills.
fn field(datum: &Datum, plot: &Plot<'_>) -> Area {
    let half = gutter(plot) / 2.0;
    let (x, y) = (datum.x.at, datum.y.at);
    let (left, right) = (plot.x(x - 0.5) + half, plot.x(x + 0.5) - half);
    (
        (left, plot.y(y - 0.5) + half),
        (right, plot.y(y + 0.5) - half),
    )
}

fn middle((from, to): Area) -> Point {
    (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1))
}

/// The length of the shorter side.
fn shorter((from, to): Area) -> f64 {
    (to.0 - from.0).min(to.1 - from.1)
}

fn empty_cell(scene: &mut Scene, area: Area, fill: Fill) {
    let (from, to) = area;
    let inner = ((from.0 + 1.0, from.1 + 1.0), (to.0 - 1.0, to.1 - 1.0));
    let paper = if fill == Fill::Empty {
        theme::PAPER
    } else {
        theme::BAND
    };
    scene.rectangle(area, theme::GRID);
    scene.rectangle(inner, paper);
    if fill == Fill::Crossed {
        let reach = (shorter(area) / 2.0 - 2.0).clamp(1.0, 5.0);
        Symbol::Cross.draw(scene, middle(area), reach, theme::QUIET);
    }
}

fn cell(scene: &mut Scene, datum: &Datum, plot: &Plot<'_>, colour: RGBColor) {
    let area = field(datum, plot);
    let (x, y) = middle(area);
    scene.rectangle(area, colour);
    if !plot.has_values {
        return;
    }
    let ink = theme::text_on(colour);
    let mut lines = datum.text.lines();
    let value = lines.next().unwrap_or_default();
    // Its last words are left out where they have no room.
    let mut below = lines
        .next()
        .filter(|_| plot.pitch > 30.0)
        .unwrap_or_default();
    while font::width(below, theme::TINY, false) > area.1.0 - area.0.0 - 2.0 {
        below = below.rsplit_once(' ').map_or("", |(start, _)| start);
    }
    let baseline = if below.is_empty() { y + 4.0 } else { y - 2.0 };
    let value = Text::new(value, (x, baseline), theme::SMALL, ink).bold(datum.bold);
    scene.text(value.anchored(Anchor::Middle));
    let below = Text::new(below, (x, y + 10.0), theme::TINY, ink);
    scene.text(below.anchored(Anchor::Middle));
}

/// A star on the corner of its cell, so that it leaves values alone, but in the midst of a cell that
/// has none.
fn star(scene: &mut Scene, datum: &Datum, plot: &Plot<'_>, colour: RGBColor) {
    let (at, radius) = if plot.has_values {
        ((plot.x(datum.x.at + 0.5), plot.y(datum.y.at - 0.5)), STAR)
    } else {
        let area = field(datum, plot);
        (middle(area), shorter(area) / 2.0 - 1.5)
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
            let [left, right] = [-0.5, 0.5].map(|side| plot.x(column as f64 + side));
            let [top, bottom] = [-0.5, 0.5].map(|side| plot.y(row as f64 + side));
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
fn point_texts(scene: &mut Scene, facet: &Facet, plot: &Plot<'_>) {
    let is_front = facet
        .layers
        .iter()
        .any(|layer| matches!(layer.mark, Mark::Step(_)));
    let bounds = (
        (plot.left + 2.0, plot.top - 4.0),
        (plot.right + 4.0, plot.bottom - 2.0),
    );
    let mut obstacles = Obstacles::within(bounds);
    for layer in &facet.layers {
        match layer.mark {
            Mark::Line(..) => obstacles.line(&points(layer, plot)),
            Mark::Step(_) => obstacles.line(&steps(layer, plot)),
            Mark::Point(..) | Mark::Interval | Mark::Rule(..) => {
                let is_point = matches!(layer.mark, Mark::Point(..));
                let is_named = layer.data.iter().any(|datum| !datum.text.is_empty());
                let reach = if is_point { 4.5 } else { 0.0 };
                for datum in placed(layer, plot) {
                    let (from, to) = extent(layer, datum, plot);
                    let area = (around(from, reach).0, around(to, reach).1);
                    obstacles.mark(area, is_point && !is_named && is_front);
                }
            }
            _ => {}
        }
    }
    for layer in facet
        .layers
        .iter()
        .filter(|layer| matches!(layer.mark, Mark::Point(..)))
    {
        for datum in placed(layer, plot).filter(|datum| !datum.text.is_empty()) {
            let width = font::width(&datum.text, theme::SMALL, false);
            let (x, y) = plot.at(datum);
            let own = if datum.bold {
                Some(theme::INK)
            } else {
                datum.colour
            };
            let ink = own.unwrap_or(layer.colour);
            if let Some((at, anchor)) = obstacles.place((x, y - layer.lift), width, is_front) {
                scene.text(Text::new(&datum.text, at, theme::SMALL, ink).anchored(anchor));
            }
        }
    }
}
