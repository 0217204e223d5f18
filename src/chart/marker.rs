//! Marks of measured values: each line of a panel has its colour and its shape, so that a grey
//! print and any eye tell them apart.

use plotters::style::RGBColor;

use super::figure::{Figure, Point};
use super::theme;

/// Half of a mark's width, in logical pixels.
pub const REACH: f64 = 3.5;

/// Draws the mark of the line of this number, from 0; the shapes begin anew after the seventh.
pub fn draw(figure: &mut Figure, (x, y): Point, number: usize, colour: RGBColor) {
    let r = REACH;
    match number % 7 {
        0 => figure.disc((x, y), r, colour),
        1 => figure.rectangle((x - r, y - r), (x + r, y + r), colour),
        2 => polygon(figure, (x, y), &diamond(r + 1.0), colour),
        3 => polygon(figure, (x, y), &triangle(r + 1.0), colour),
        4 => polygon(figure, (x, y), &triangle(-r - 1.0), colour),
        5 => ring(figure, (x, y), colour),
        _ => {
            figure.rectangle((x - r, y - r), (x + r, y + r), colour);
            let hole = r - 1.5;
            figure.rectangle((x - hole, y - hole), (x + hole, y + hole), theme::PAPER);
        }
    }
}

/// A ring around a place of a curve, such as its peak.
pub fn ring(figure: &mut Figure, centre: Point, colour: RGBColor) {
    figure.disc(centre, REACH + 1.5, colour);
    figure.disc(centre, REACH, theme::PAPER);
}

fn diamond(reach: f64) -> [Point; 4] {
    [(0.0, -reach), (reach, 0.0), (0.0, reach), (-reach, 0.0)]
}

/// Its tip is up when `reach` is above zero.
fn triangle(reach: f64) -> [Point; 3] {
    let foot = 0.7 * reach;
    [(0.0, -reach), (reach, foot), (-reach, foot)]
}

fn polygon(figure: &mut Figure, (x, y): Point, corners: &[Point], colour: RGBColor) {
    let corners = corners.iter().map(|(right, down)| (x + right, y + down));
    figure.area(corners.collect(), colour, 1.0);
}
