//! What a picture is made of, before it is painted in any format: what the compositor makes of a
//! chart.

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

/// Whether a line has gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// It has none.
    Solid,
    /// Dashes of 6 pixels with gaps of 4.
    Dashed,
    /// Dots of 2 pixels with gaps of 3.
    Dotted,
}

/// What a scene is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A filled rectangle, from its upper left to its lower right corner. Lines are thin ones.
    Rectangle(Point, Point, RGBColor),
    /// A filled circle: centre and radius.
    Disc(Point, f64, RGBColor),
    /// A line from point to point, of some thickness.
    Line(Vec<Point>, f64, Stroke, RGBColor),
    /// A filled polygon, and how opaque it is: 0 is nothing, 1 hides what is behind.
    Area(Vec<Point>, RGBColor, f64),
    /// A line of text.
    Text(Text),
}

/// Words that a reader gets who comes to a place, with the pointer or the keyboard.
#[derive(Clone, Debug, PartialEq)]
pub struct Tooltip {
    /// The place's upper left corner.
    pub from: Point,
    /// The place's lower right corner.
    pub to: Point,
    /// The values that stand there.
    pub words: String,
}

/// A laid out picture: shapes in the order in which they are painted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// What it shows, in one line.
    pub title: String,
    /// In logical pixels.
    pub width: f64,
    /// In logical pixels.
    pub height: f64,
    /// From the back to the front.
    pub shapes: Vec<Shape>,
    /// In the order in which the keyboard goes through them.
    pub tooltips: Vec<Tooltip>,
}

impl Scene {
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
    pub fn line(&mut self, points: Vec<Point>, thick: f64, stroke: Stroke, colour: RGBColor) {
        self.shapes.push(Shape::Line(points, thick, stroke, colour));
    }

    /// A filled polygon, and how opaque it is.
    pub fn area(&mut self, corners: Vec<Point>, colour: RGBColor, opacity: f64) {
        self.shapes.push(Shape::Area(corners, colour, opacity));
    }

    /// Words for who comes to a place; none where there is nothing to say.
    pub fn tooltip(&mut self, from: Point, to: Point, words: &str) {
        if !words.is_empty() {
            let words = words.to_owned();
            self.tooltips.push(Tooltip { from, to, words });
        }
    }
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
