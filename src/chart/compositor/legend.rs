//! What marks mean: keys and words in lines, as many of both as there is room.

use crate::chart::grammar::{Key, Legend};
use crate::chart::scene::{Scene, Text};
use crate::chart::symbol::Symbol;
use crate::chart::{ChartError, font, theme};

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
    y: f64,
}

impl Flow {
    /// From a corner on, up to the right end; nothing stands there yet.
    pub fn new(left: f64, right: f64, top: f64) -> Self {
        Flow {
            left,
            right,
            x: right,
            y: top,
        }
    }

    /// Behind something on a baseline.
    pub fn begin(&mut self, x: f64, y: f64) {
        (self.x, self.y) = (x, y);
    }

    /// The baseline.
    pub fn y(&self) -> f64 {
        self.y
    }

    /// Draws keys with their words; tells where the last line ends.
    pub fn draw(mut self, scene: &mut Scene, legend: &[Legend]) -> Result<f64, ChartError> {
        let mut whole = 0.0;
        for Legend { key, words } in legend {
            whole += self.key_width(key)? + font::width(words, theme::SMALL, false)? + 14.0;
        }
        // What is behind a heading is all of it.
        if self.x + whole - 14.0 > self.right {
            self.x = self.right;
        }
        for Legend { key, words } in legend {
            let width = self.key_width(key)?;
            let words = font::fit(words, self.right - self.left - width, theme::SMALL, false)?;
            let whole = width + font::width(&words, theme::SMALL, false)?;
            if self.x + whole > self.right {
                (self.x, self.y) = (self.left, self.y + LINE);
            }
            self.key(scene, key)?;
            let at = (self.x + width, self.y);
            if !words.is_empty() {
                scene.text(Text::new(words, at, theme::SMALL, theme::QUIET));
            }
            self.x += whole + 14.0;
        }
        Ok(self.y + 2.0)
    }

    fn key_width(&self, key: &Key) -> Result<f64, ChartError> {
        Ok(match key {
            Key::Point(..) => 14.0,
            Key::Line(..) => 23.0,
            Key::Fields(colours) => 12.0 * colours.len() as f64 + 3.0,
            Key::Interval(_) => 28.0,
            Key::Colours(_, low, high) => {
                let ends = [low, high].map(|end| font::width(end, theme::SMALL, false));
                let [low, high] = ends;
                COLOURS.0 + low? + high? + 10.0
            }
        })
    }

    fn key(&self, scene: &mut Scene, key: &Key) -> Result<(), ChartError> {
        let (x, y) = (self.x, self.y - 4.0);
        match key {
            Key::Point(symbol, radius, colour) => {
                symbol.draw(scene, (x + 5.0, y), *radius, *colour)
            }
            Key::Line(thick, stroke, colour) => {
                scene.line(vec![(x, y), (x + 18.0, y)], *thick, *stroke, *colour);
            }
            Key::Fields(colours) => {
                for (index, colour) in colours.iter().enumerate() {
                    let left = x + 12.0 * index as f64;
                    scene.rectangle((left, y - 4.0), (left + 11.0, y + 4.0), *colour);
                }
            }
            Key::Interval(colour) => {
                let corners = vec![
                    (x, y - 6.0),
                    (x + 22.0, y - 6.0),
                    (x + 22.0, y + 6.0),
                    (x, y + 6.0),
                ];
                scene.area(corners, *colour, 0.25);
                Symbol::Tick.draw(scene, (x + 11.0, y), 7.0, *colour);
            }
            Key::Colours(colours, low, high) => {
                let (bar, steps) = COLOURS;
                let low = Text::new(low, (x, self.y), theme::SMALL, theme::QUIET);
                let from = low.extent()?.1 + 5.0;
                scene.text(low);
                for index in 0..steps {
                    let left = from + bar * f64::from(index) / f64::from(steps);
                    let share = (f64::from(index) + 0.5) / f64::from(steps);
                    // Each lies over the rest of the bar, so that no paper shows between two.
                    let (from, to) = ((left, self.y - 9.0), (from + bar, self.y));
                    scene.rectangle(from, to, colours.colour(colours.at(share)));
                }
                let at = (from + bar + 5.0, self.y);
                scene.text(Text::new(high, at, theme::SMALL, theme::QUIET));
            }
        }
        Ok(())
    }
}
