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
    /// A line of text.
    Text(Text),
}

/// A laid out picture: shapes in the order in which they are painted.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What it shows, for those who can't see it.
    pub title: String,
    /// In logical pixels.
    pub width: f64,
    /// In logical pixels.
    pub height: f64,
    /// From the back to the front.
    pub shapes: Vec<Shape>,
}

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
