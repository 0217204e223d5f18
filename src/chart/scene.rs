//! What a picture is made of, before it is painted in any format: what the compositor makes of a
//! chart.

use plotters::style::RGBColor;

use super::{font, theme};

/// A point in logical pixels, from the upper left corner.
pub type Point = (f64, f64);

/// The upper left and the lower right corner of a rectangle.
pub type Area = (Point, Point);

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
pub enum Primitive {
    /// A filled rectangle, from its upper left to its lower right corner. Lines are thin ones.
    Rectangle(Area, RGBColor),
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
    /// The place.
    pub area: Area,
    /// The values that stand there.
    pub words: String,
}

/// A laid out picture: primitives in the order in which they are painted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// What it shows, in one line.
    pub title: String,
    /// In logical pixels.
    pub width: f64,
    /// In logical pixels.
    pub height: f64,
    /// From the back to the front.
    pub primitives: Vec<Primitive>,
    /// In the order in which the keyboard goes through them.
    pub tooltips: Vec<Tooltip>,
}

impl Scene {
    /// A horizontal line of some thickness around `y`.
    pub fn horizontal(&mut self, (left, right): (f64, f64), y: f64, thick: f64, colour: RGBColor) {
        let half = thick / 2.0;
        self.rectangle(((left, y - half), (right, y + half)), colour);
    }

    /// A vertical line of some thickness around `x`.
    pub fn vertical(&mut self, x: f64, (top, bottom): (f64, f64), thick: f64, colour: RGBColor) {
        let half = thick / 2.0;
        self.rectangle(((x - half, top), (x + half, bottom)), colour);
    }

    /// A filled rectangle.
    pub fn rectangle(&mut self, area: Area, colour: RGBColor) {
        self.primitives.push(Primitive::Rectangle(area, colour));
    }

    /// A filled circle.
    pub fn disc(&mut self, centre: Point, radius: f64, colour: RGBColor) {
        self.primitives
            .push(Primitive::Disc(centre, radius, colour));
    }

    /// A line of text, unless it is empty.
    pub fn text(&mut self, text: Text) {
        if !text.words.is_empty() {
            self.primitives.push(Primitive::Text(text));
        }
    }

    /// A line from point to point.
    pub fn line(&mut self, points: Vec<Point>, thick: f64, stroke: Stroke, colour: RGBColor) {
        self.primitives
            .push(Primitive::Line(points, thick, stroke, colour));
    }

    /// A filled polygon, and how opaque it is.
    pub fn area(&mut self, corners: Vec<Point>, colour: RGBColor, opacity: f64) {
        self.primitives
            .push(Primitive::Area(corners, colour, opacity));
    }

    /// Words for who comes to a place; none where there is nothing to say.
    pub fn tooltip(&mut self, area: Area, words: &str) {
        let words = words.to_owned();
        let told = Some(Tooltip { area, words }).filter(|tooltip| !tooltip.words.is_empty());
        self.tooltips.extend(told);
    }
}

impl Text {
    /// Regular text that begins at a point.
    pub fn new(words: impl Into<String>, at: Point, em: f64, colour: RGBColor) -> Self {
        let (words, anchor, bold) = (words.into(), Anchor::Start, false);
        Text {
            words,
            at,
            anchor,
            em,
            bold,
            colour,
        }
    }

    /// Small quiet text that begins at a point.
    pub fn quiet(words: impl Into<String>, at: Point) -> Self {
        Text::new(words, at, theme::SMALL, theme::QUIET)
    }

    /// The same text by another end.
    pub fn anchored(self, anchor: Anchor) -> Self {
        Text { anchor, ..self }
    }

    /// The same text in bold or not.
    pub fn bold(self, bold: bool) -> Self {
        Text { bold, ..self }
    }

    /// Its left and right end, in logical pixels.
    pub fn extent(&self) -> (f64, f64) {
        let width = font::width(&self.words, self.em, self.bold);
        let left = self.anchor.left(self.at.0, width);
        (left, left + width)
    }
}

impl Anchor {
    /// Where what is so wide begins, if this end of it stands at `x`.
    pub fn left(self, x: f64, width: f64) -> f64 {
        match self {
            Anchor::Start => x,
            Anchor::Middle => x - width / 2.0,
            Anchor::End => x - width,
        }
    }
}
