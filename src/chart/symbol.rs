//! Symbols of points: each series of a facet has its colour and its shape, so that a grey print and
//! any eye tell them apart.

use plotters::style::RGBColor;

use super::scene::{Point, Scene, Stroke};
use super::theme;

/// The shape of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// A filled circle.
    Disc,
    /// A filled square.
    Square,
    /// A filled square on its corner.
    Diamond,
    /// A triangle.
    Up,
    /// A triangle on its corner.
    Down,
    /// A circle with paper in it.
    Ring,
    /// A square with paper in it.
    HollowSquare,
    /// A triangle whose corner is on the left.
    Left,
    /// A triangle whose corner is on the right.
    Right,
    /// Two crossed strokes.
    Cross,
    /// A stroke upright.
    Tick,
    /// A star of five points.
    Star,
}

impl Symbol {
    /// Those that tell series apart.
    pub const SERIES: [Symbol; 7] = [
        Symbol::Disc,
        Symbol::Square,
        Symbol::Diamond,
        Symbol::Up,
        Symbol::Down,
        // No ring for a runtime: that is the mark of published figures.
        Symbol::HollowSquare,
        Symbol::Ring,
    ];

    /// Draws it around a point; `r` is half of its width, in logical pixels.
    pub fn draw(self, scene: &mut Scene, (x, y): Point, r: f64, colour: RGBColor) {
        let mut polygon = |corners: &[Point]| {
            let corners = corners.iter().map(|(right, down)| (x + right, y + down));
            scene.area(corners.collect(), colour, 1.0);
        };
        let around = |r: f64| ((x - r, y - r), (x + r, y + r));
        let (far, foot) = (r + 1.0, 0.7 * (r + 1.0));
        match self {
            Symbol::Disc => scene.disc((x, y), r, colour),
            Symbol::Square => scene.rectangle(around(r), colour),
            Symbol::Diamond => polygon(&[(0.0, -far), (far, 0.0), (0.0, far), (-far, 0.0)]),
            Symbol::Up => polygon(&[(0.0, -far), (far, foot), (-far, foot)]),
            Symbol::Down => polygon(&[(0.0, far), (far, -foot), (-far, -foot)]),
            Symbol::Left => polygon(&[(-far, 0.0), (foot, far), (foot, -far)]),
            Symbol::Right => polygon(&[(far, 0.0), (-foot, far), (-foot, -far)]),
            Symbol::Star => polygon(&star(r)),
            Symbol::Ring => {
                scene.disc((x, y), far, colour);
                scene.disc((x, y), r - 0.75, theme::PAPER);
            }
            Symbol::HollowSquare => {
                scene.rectangle(around(r), colour);
                scene.rectangle(around(r - 1.5), theme::PAPER);
            }
            Symbol::Cross => {
                for slope in [r, -r] {
                    let ends = vec![(x - r, y - slope), (x + r, y + slope)];
                    scene.line(ends, 1.5, Stroke::Solid, colour);
                }
            }
            Symbol::Tick => scene.vertical(x, (y - r, y + r), 2.0, colour),
        }
    }
}

fn star(radius: f64) -> [Point; 10] {
    std::array::from_fn(|index| {
        let reach = [radius, radius * 0.42][index % 2];
        let angle = std::f64::consts::PI * (index as f64 / 5.0 - 0.5);
        (reach * angle.cos(), reach * angle.sin())
    })
}
