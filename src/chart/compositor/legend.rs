//! What marks mean: keys and words in lines, as many of both as there is room.

use crate::chart::grammar::{Key, Legend};
use crate::chart::scene::{Scene, Text};
use crate::chart::symbol::Symbol;
use crate::chart::{font, theme};

const LINE: f64 = 17.0;
/// The width of a scale of colours, and the fields that it consists of.
const COLOURS: (f64, u32) = (72.0, 36);

/// The place of the next key.
#[derive(Clone, Copy, Debug)]
pub struct Flow {
    left: f64,
    right: f64,
    x: f64,
    /// The baseline.
    pub y: f64,
}

impl Flow {
    /// From a corner on, up to the right end; nothing stands there yet.
    pub fn new(left: f64, right: f64, top: f64) -> Self {
        let (x, y) = (right, top);
        Flow { left, right, x, y }
    }

    /// Behind something on a baseline.
    pub fn begin(&mut self, x: f64, y: f64) {
        (self.x, self.y) = (x, y);
    }

    /// Draws keys with their words; tells where the last line ends.
    pub fn draw(mut self, scene: &mut Scene, legend: &[Legend]) -> f64 {
        let whole = legend
            .iter()
            .map(|Legend { key, words }| key_width(key) + small(words) + 14.0);
        // What is behind a heading is all of it.
        if self.x + whole.sum::<f64>() - 14.0 > self.right {
            self.x = self.right;
        }
        for Legend { key, words } in legend {
            let width = key_width(key);
            let words = font::fit(words, self.right - self.left - width, theme::SMALL, false);
            let whole = width + small(&words);
            if self.x + whole > self.right {
                (self.x, self.y) = (self.left, self.y + LINE);
            }
            self.key(scene, key);
            scene.text(Text::quiet(words, (self.x + width, self.y)));
            self.x += whole + 14.0;
        }
        self.y + 2.0
    }

    fn key(&self, scene: &mut Scene, key: &Key) {
        let (x, y) = (self.x, self.y - 4.0);
        match key {
            Key::Point(symbol, radius, colour) => {
                symbol.draw(scene, (x + 5.0, y), *radius, *colour);
            }
            Key::Line(thick, stroke, colour) => {
                scene.line(vec![(x, y), (x + 18.0, y)], *thick, *stroke, *colour);
            }
            Key::Fields(colours) => {
                for (index, colour) in (0..).map(f64::from).zip(colours) {
                    let left = x + 12.0 * index;
                    scene.rectangle(((left, y - 4.0), (left + 11.0, y + 4.0)), *colour);
                }
            }
            Key::Interval(colour) => {
                let (right, top, bottom) = (x + 22.0, y - 6.0, y + 6.0);
                let corners = vec![(x, top), (right, top), (right, bottom), (x, bottom)];
                scene.area(corners, *colour, 0.25);
                Symbol::Tick.draw(scene, (x + 11.0, y), 7.0, *colour);
            }
            Key::Colours(colours, low, high) => {
                let (bar, steps) = COLOURS;
                let from = x + small(low) + 5.0;
                scene.text(Text::quiet(low, (x, self.y)));
                for index in (0..steps).map(f64::from) {
                    let left = from + bar * index / f64::from(steps);
                    let share = (index + 0.5) / f64::from(steps);
                    // Each lies over the rest of the bar, so that no paper shows between two.
                    let area = ((left, self.y - 9.0), (from + bar, self.y));
                    scene.rectangle(area, colours.colour(colours.at(share)));
                }
                scene.text(Text::quiet(high, (from + bar + 5.0, self.y)));
            }
        }
    }
}

fn small(words: &str) -> f64 {
    font::width(words, theme::SMALL, false)
}

fn key_width(key: &Key) -> f64 {
    match key {
        Key::Point(..) => 14.0,
        Key::Line(..) => 23.0,
        Key::Fields(colours) => 12.0 * colours.len() as f64 + 3.0,
        Key::Interval(_) => 28.0,
        Key::Colours(_, low, high) => COLOURS.0 + small(low) + small(high) + 10.0,
    }
}
