//! How a run looks: a dot, or a shape of its own.

use plotters::style::RGBColor;

use super::repeats::Deviation;
use crate::chart::figure::{Figure, Point};
use crate::chart::theme;
use crate::stats::Place;

/// The radius of a plain run.
const DOT: f64 = 2.0;
/// Half the size of all other marks.
const MARK: f64 = 3.5;

/// What a mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// A run like the others.
    Plain,
    /// Beyond an inner fence.
    Mild,
    /// Beyond an outer fence.
    Severe,
    /// Not ok.
    Bad,
}

impl Mark {
    /// The mark of a good run.
    pub fn of(deviation: &Deviation) -> Mark {
        match deviation.place {
            Place::Inside => Mark::Plain,
            Place::LowMild | Place::HighMild => Mark::Mild,
            Place::LowSevere | Place::HighSevere => Mark::Severe,
        }
    }

    /// What it says.
    pub fn words(self) -> &'static str {
        match self {
            Mark::Plain => "a run",
            Mark::Mild => "outlier",
            Mark::Severe => "far outlier",
            Mark::Bad => "not ok",
        }
    }

    /// Draws it around a point.
    pub fn draw(self, figure: &mut Figure, centre: Point) {
        match self {
            Mark::Plain => figure.disc(centre, DOT, theme::QUIET),
            Mark::Mild => {
                figure.disc(centre, MARK, theme::PUBLISHED);
                figure.disc(centre, MARK - 1.5, theme::PAPER);
            }
            Mark::Severe => figure.area(diamond(centre), theme::PUBLISHED, 1.0),
            Mark::Bad => cross(figure, centre, theme::INK),
        }
    }
}

/// How many of them are not plain, as the end of a sentence: `; 2 outliers, 1 not ok`.
pub(super) fn counted(marks: impl Iterator<Item = Mark> + Clone) -> String {
    let counts = [Mark::Mild, Mark::Severe, Mark::Bad].map(|what| {
        let count = marks.clone().filter(|mark| *mark == what).count();
        let plural = if count > 1 && what != Mark::Bad {
            "s"
        } else {
            ""
        };
        (count > 0).then(|| format!("{count} {}{plural}", what.words()))
    });
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    match counts.is_empty() {
        true => String::new(),
        false => format!("; {}", counts.join(", ")),
    }
}

/// Which way a triangle points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Up,
    Down,
    Left,
    Right,
}

/// A triangle at the end of an axis: the run lies beyond it.
pub(super) fn beyond(figure: &mut Figure, (x, y): Point, way: Way) {
    let (a, b) = (MARK, MARK + 1.0);
    let corners = match way {
        Way::Up => [(x - a, y + b), (x + a, y + b), (x, y - a)],
        Way::Down => [(x - a, y - b), (x + a, y - b), (x, y + a)],
        Way::Left => [(x + b, y - a), (x + b, y + a), (x - a, y)],
        Way::Right => [(x - b, y - a), (x - b, y + a), (x + a, y)],
    };
    figure.area(corners.to_vec(), theme::PUBLISHED, 1.0);
}

fn diamond((x, y): Point) -> Vec<Point> {
    let reach = MARK + 1.0;
    vec![
        (x, y - reach),
        (x + reach, y),
        (x, y + reach),
        (x - reach, y),
    ]
}

fn cross(figure: &mut Figure, (x, y): Point, colour: RGBColor) {
    figure.line(
        vec![(x - MARK, y - MARK), (x + MARK, y + MARK)],
        1.5,
        colour,
    );
    figure.line(
        vec![(x - MARK, y + MARK), (x + MARK, y - MARK)],
        1.5,
        colour,
    );
}
