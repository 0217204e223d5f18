//! What a picture is made of, before it is painted in any format.

use plotters::style::RGBColor;

use super::{ChartError, font};

/// A point in logical pixels, from the upper left corner.
pub type Point = (f64, f64);

/// Which end of a text its x names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Anchor {
    /// The text begins there.
    Start,
    /// The text ends there.
    End,
    /// The text is centred there.
    Middle,
}

/// A line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// What it says.
    pub words: String,
    /// Where it stands on its baseline.
    pub at: Point,
    /// Which of its ends stands there.
    pub anchor: Anchor,
    /// Its em, in logical pixels.
    pub em: f64,
    /// Whether it is bold.
    pub bold: bool,
    /// Its colour.
    pub colour: RGBColor,
}

/// What a figure is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A filled rectangle, from its upper left to its lower right corner. Lines are thin ones.
    Rectangle(Point, Point, RGBColor),
    /// A filled circle: centre and radius.
    Disc(Point, f64, RGBColor),
    /// A line from point to point, of some thickness.
    Line(Vec<Point>, f64, RGBColor),
    /// A filled polygon, and how opaque it is: 0 is nothing, 1 hides what is behind.
    Area(Vec<Point>, RGBColor, f64),
    /// A line of text.
    Text(Text),
}

/// Words that a reader gets who comes to a place, with the pointer or the keyboard.
#[derive(Clone, Debug, PartialEq)]
pub struct Tip {
    /// The place's upper left corner.
    pub from: Point,
    /// The place's lower right corner.
    pub to: Point,
    /// The values that stand there.
    pub words: String,
}

/// A laid out picture: shapes in the order in which they are painted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// What it shows, in one line.
    pub title: String,
    /// The same in a sentence or two, for those who can't see it.
    pub description: String,
    /// In logical pixels.
    pub width: f64,
    /// In logical pixels.
    pub height: f64,
    /// From the back to the front.
    pub shapes: Vec<Shape>,
    /// In the order in which the keyboard goes through them.
    pub tips: Vec<Tip>,
}

/// The lengths of a dash and of the gap after it, in logical pixels.
const DASH: (f64, f64) = (6.0, 4.0);
/// The same of a dotted line.
const DOT: (f64, f64) = (2.0, 3.0);

impl Figure {
    /// A horizontal line of some thickness around `y`.
    pub fn horizontal(&mut self, (left, right): (f64, f64), y: f64, thick: f64, colour: RGBColor) {
        let half = thick / 2.0;
        self.rectangle((left, y - half), (right, y + half), colour);
    }

    /// A vertical line of some thickness around `x`.
    pub fn vertical(&mut self, x: f64, (top, bottom): (f64, f64), thick: f64, colour: RGBColor) {
        let half = thick / 2.0;
        self.rectangle((x - half, top), (x + half, bottom), colour);
    }

    /// A filled rectangle.
    pub fn rectangle(&mut self, upper_left: Point, lower_right: Point, colour: RGBColor) {
        let rectangle = Shape::Rectangle(upper_left, lower_right, colour);
        self.shapes.push(rectangle);
    }

    /// A filled circle.
    pub fn disc(&mut self, centre: Point, radius: f64, colour: RGBColor) {
        self.shapes.push(Shape::Disc(centre, radius, colour));
    }

    /// A line of text.
    pub fn text(&mut self, text: Text) {
        self.shapes.push(Shape::Text(text));
    }

    /// A line from point to point.
    pub fn line(&mut self, points: Vec<Point>, thick: f64, colour: RGBColor) {
        self.shapes.push(Shape::Line(points, thick, colour));
    }

    /// A dashed line from point to point.
    pub fn dashed(&mut self, points: &[Point], thick: f64, colour: RGBColor) {
        for dash in dashes(points, DASH) {
            self.line(dash, thick, colour);
        }
    }

    /// A dotted line from point to point.
    pub fn dotted(&mut self, points: &[Point], thick: f64, colour: RGBColor) {
        for dot in dashes(points, DOT) {
            self.line(dot, thick, colour);
        }
    }

    /// A filled polygon, and how opaque it is.
    pub fn area(&mut self, corners: Vec<Point>, colour: RGBColor, opacity: f64) {
        self.shapes.push(Shape::Area(corners, colour, opacity));
    }

    /// Words for who comes to a place.
    pub fn tip(&mut self, from: Point, to: Point, words: impl Into<String>) {
        let words = words.into();
        self.tips.push(Tip { from, to, words });
    }

    /// Words for who comes near a point.
    pub fn tip_around(&mut self, (x, y): Point, reach: f64, words: impl Into<String>) {
        self.tip((x - reach, y - reach), (x + reach, y + reach), words);
    }
}

/// The pieces of a line that its dashes cover, of which each and the gap after it have a length.
fn dashes(points: &[Point], (dash, gap): (f64, f64)) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    let (mut drawn, mut left) = (true, dash);
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let at = |way: f64| {
            let share = way / length;
            (
                from.0 + share * (to.0 - from.0),
                from.1 + share * (to.1 - from.1),
            )
        };
        let mut way = 0.0;
        while way < length {
            let end = (way + left).min(length);
            if drawn {
                match pieces.last_mut() {
                    // A dash that goes round a corner.
                    Some(piece) if way == 0.0 && left < dash => piece.push(at(end)),
                    _ => pieces.push(vec![at(way), at(end)]),
                }
            }
            left -= end - way;
            way = end;
            // What rounding leaves of a dash may be too little to go on by.
            if left <= 1e-6 {
                drawn = !drawn;
                left = if drawn { dash } else { gap };
            }
        }
    }
    pieces
}

impl Text {
    /// Regular text that begins at a point.
    pub fn new(words: impl Into<String>, at: Point, em: f64, colour: RGBColor) -> Self {
        Text {
            words: words.into(),
            at,
            anchor: Anchor::Start,
            em,
            bold: false,
            colour,
        }
    }

    /// The same text by another end.
    pub fn anchored(self, anchor: Anchor) -> Self {
        Text { anchor, ..self }
    }

    /// The same text in bold.
    pub fn bold(self) -> Self {
        Text { bold: true, ..self }
    }

    /// Its left and right end, in logical pixels.
    pub fn extent(&self) -> Result<(f64, f64), ChartError> {
        let width = font::width(&self.words, self.em, self.bold)?;
        let left = match self.anchor {
            Anchor::Start => self.at.0,
            Anchor::Middle => self.at.0 - width / 2.0,
            Anchor::End => self.at.0 - width,
        };
        Ok((left, left + width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_go_round_corners_and_leave_gaps() {
        let pieces = dashes(&[(0.0, 0.0), (13.0, 0.0), (13.0, 20.0)], DASH);
        assert_eq!(pieces[0], [(0.0, 0.0), (6.0, 0.0)]);
        assert_eq!(pieces[1], [(10.0, 0.0), (13.0, 0.0), (13.0, 3.0)]);
        assert_eq!(pieces[2], [(13.0, 7.0), (13.0, 13.0)]);
        assert!(dashes(&[(1.0, 1.0)], DASH).is_empty());
    }

    #[test]
    fn a_dash_of_which_rounding_leaves_a_trace_ends() {
        let pieces = dashes(&[(0.0, 0.0), (0.1, 0.0), (100.0, 0.0)], DOT);
        assert_eq!(pieces.len(), 20);
    }
}
