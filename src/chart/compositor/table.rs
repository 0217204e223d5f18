//! Names and values beside bands: in columns where there is room, else above each band.

use itertools::Itertools;

use super::plot::Plot;
use crate::chart::grammar::{Column, Table};
use crate::chart::scene::{Anchor, Scene, Text};
use crate::chart::symbol::Symbol;
use crate::chart::{font, theme};

/// Above the names.
const HEAD: &str = "configuration";
/// Between two columns.
const GAP: f64 = 14.0;
/// Before the words of a head that has a symbol.
const SYMBOL: f64 = 18.0;
/// From the side of a row to its words.
const INSET: f64 = 6.0;

/// The width of the widest name.
pub fn name_room(table: &Table) -> f64 {
    let names = table
        .rows
        .iter()
        .map(|row| font::width(&row.name, table.em, row.bold));
    names
        .fold(font::width(HEAD, theme::SMALL, false), f64::max)
        .ceil()
}

/// The size of a column.
struct Measure {
    /// With the gap before it.
    width: f64,
    /// The width of the longest fraction: numbers stand so far from the right end that all their
    /// points are below each other.
    fraction: f64,
}

fn measure(table: &Table) -> Vec<Measure> {
    let measure = |(index, column): (usize, &Column)| {
        let symbol = if shown_symbol(column).is_some() {
            SYMBOL
        } else {
            0.0
        };
        let head = symbol + font::width(&column.head, theme::SMALL, false);
        let (mut widest, mut fraction): (f64, f64) = (0.0, 0.0);
        for value in table.rows.iter().filter_map(|row| row.values.get(index)) {
            let own = fraction_of(table, value).unwrap_or(0.0);
            widest = widest.max(font::width(value, table.em, column.bold) - own);
            fraction = fraction.max(own);
        }
        let width = head.max(widest + fraction).ceil() + GAP;
        Measure { width, fraction }
    };
    table.columns.iter().enumerate().map(measure).collect()
}

fn shown_symbol(column: &Column) -> Option<(Symbol, f64)> {
    column.symbol.filter(|(_, radius)| *radius > 0.0)
}

/// The width of a number from its point on; `None` of what is no number.
fn fraction_of(table: &Table, value: &str) -> Option<f64> {
    let number = value.trim_start_matches("≥ ");
    let digits = number.find('.').map_or("", |point| &number[point..]);
    number
        .parse::<f64>()
        .ok()
        .map(|_| font::width(digits, table.em, false))
}

/// The width of all columns left of the plot area, and of those right of it.
pub fn column_room(table: &Table) -> [f64; 2] {
    let mut room = [0.0, 0.0];
    for (measure, column) in measure(table).iter().zip(&table.columns) {
        room[usize::from(!column.is_left)] += measure.width;
    }
    room
}

/// The right ends of the columns.
fn right_ends(table: &Table, measures: &[Measure], plot: &Plot<'_>, right: f64) -> Vec<f64> {
    let (mut before, mut behind) = (plot.left - 12.0, right - INSET);
    let ends = table
        .columns
        .iter()
        .zip(measures)
        .rev()
        .map(|(column, measure)| {
            let is_before = column.is_left && plot.lead == 0.0;
            let next = if is_before { &mut before } else { &mut behind };
            let end = *next;
            *next -= measure.width;
            end
        });
    let mut ends = ends.collect_vec();
    ends.reverse();
    ends
}

/// Draws stripes, names, heads and values, between the two sides of the rows; names and values only
/// beside the first of several plot areas.
pub fn draw(
    scene: &mut Scene,
    table: &Table,
    plot: &Plot<'_>,
    ((left, right), has_names): ((f64, f64), bool),
) {
    for index in (0..table.rows.len()).step_by(2) {
        let (top, bottom) = plot.row(index);
        scene.rectangle(((left, top), (right, bottom)), theme::BAND);
    }
    let (measures, room) = (measure(table), column_room(table));
    let ends = right_ends(table, &measures, plot, right);
    if has_names {
        heads(scene, table, (left, plot.top - 8.0), &ends);
    }
    for (index, row) in table.rows.iter().enumerate() {
        let (top, bottom) = plot.row(index);
        scene.tooltip(((left, top), (right, bottom)), &row.tooltip);
        if !has_names {
            continue;
        }
        let is_stacked = plot.lead > 0.0;
        let first = if is_stacked {
            top + 13.0
        } else {
            f64::midpoint(top, bottom) + 4.0
        };
        let (name_end, values) = match plot.lead {
            0.0 => (plot.left - 12.0 - room[0], first),
            lead if lead < 20.0 => (right - room.iter().sum::<f64>() - INSET, first),
            _ => (right - INSET, first + 15.0),
        };
        let name = font::fit(&row.name, name_end - left - INSET, table.em, row.bold);
        let name = Text::new(name, (left + INSET, first), table.em, theme::INK);
        scene.text(name.bold(row.bold));
        for (index, (value, column)) in row.values.iter().zip(&table.columns).enumerate() {
            let own = fraction_of(table, value);
            let lead = own.map_or(0.0, |own| measures[index].fraction - own);
            let own_colour = row
                .colour
                .filter(|_| column.bold && column.symbol.is_some());
            let colour = own_colour.unwrap_or(column.colour);
            let value = Text::new(value, (ends[index] - lead, values), table.em, colour);
            scene.text(value.bold(column.bold).anchored(Anchor::End));
        }
    }
}

/// The heads of names and columns; those with a symbol are the legend of their marks as well.
fn heads(scene: &mut Scene, table: &Table, (left, y): (f64, f64), ends: &[f64]) {
    let mut clear = f64::INFINITY;
    for (column, end) in table.columns.iter().zip(ends) {
        let head = Text::new(&column.head, (*end, y), theme::SMALL, column.colour);
        let head = head.anchored(Anchor::End);
        let (start, _) = head.extent();
        if let Some((symbol, radius)) = shown_symbol(column) {
            symbol.draw(scene, (start - 11.0, y - 4.0), radius, column.colour);
        }
        clear = clear.min(start - SYMBOL);
        scene.text(head);
    }
    let head = font::fit(HEAD, clear - left - INSET, theme::SMALL, false);
    scene.text(Text::quiet(head, (left + INSET, y)));
}
