//! A plot area: where values stand in it, and its axes.

use itertools::Itertools;

use super::room;
use crate::chart::grammar::{Axis, Datum, Facet, Ticks};
use crate::chart::scene::{Anchor, Point, Scene, Text};
use crate::chart::{font, theme, unit};

/// A line of a row's name or values above its band.
const NAME_LINE: f64 = 16.0;
/// The most height of a band whose name stands above it.
const STACKED: f64 = 22.0;
/// The most height that all rows of cells take together, if they can.
const TALLEST: f64 = 480.0;
/// The height of a band of cells with two lines, with one, and the least with any.
const CELLS: [f64; 3] = [36.0, 27.0, 17.0];
/// Cells are not wider than that, even if there is room.
pub const WIDEST_CELL: f64 = 106.0;
/// The least distance of two ticks of a vertical axis.
const TICK_LINE: f64 = 13.0;
/// The sizes of the lines of its label.
const TICK_EMS: [f64; 2] = [theme::SMALL, theme::TINY];
/// The distances of two round ticks that are tried, the least one first.
const TICK_ROOM: [f64; 6] = [28.0, 34.0, 41.0, 50.0, 70.0, 100.0];

/// A plot area in logical pixels.
#[derive(Clone, Debug)]
pub struct Plot<'a> {
    pub facet: &'a Facet,
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    /// The height of a band, without what stands above it.
    pub pitch: f64,
    /// Room above each band for its name and values.
    pub lead: f64,
    /// Room at the right end for texts behind bars.
    pad: f64,
    /// Whether cells are large enough for their values.
    pub has_values: bool,
}

impl<'a> Plot<'a> {
    /// Between two sides, below `top`. Above each band there are so many lines for its name and
    /// values.
    pub fn new(facet: &'a Facet, lines: f64, (left, right): (f64, f64), top: f64) -> Self {
        let most = if lines > 0.0 { STACKED } else { f64::INFINITY };
        let mut plot = Plot {
            facet,
            left,
            right,
            top,
            bottom: top + facet.height,
            pitch: facet.height.min(most),
            lead: lines * NAME_LINE,
            pad: room::bar_text_room(facet),
            has_values: false,
        };
        let Some(bands) = facet.y.scale.bands() else {
            return plot;
        };
        if let Some(cells) = room::cell_room(facet) {
            let columns = facet.x.scale.bands().unwrap_or(1.0);
            let across = ((right - left) / columns).min(WIDEST_CELL);
            plot.right = left + columns * across;
            plot.pitch = cell_height(facet, bands, cells <= across, across);
            plot.has_values = cells <= across && plot.pitch >= CELLS[2];
        }
        plot.bottom = top + bands * (plot.pitch + plot.lead);
        plot
    }

    /// The width over which values of the horizontal axis stand.
    fn across(&self) -> f64 {
        self.right - self.pad - self.left
    }

    /// Where a value of the horizontal axis stands.
    pub fn x(&self, value: f64) -> f64 {
        match value {
            f64::INFINITY => self.right,
            value => self.left + self.facet.x.scale.position(value) * self.across(),
        }
    }

    /// Where a value of the vertical axis stands.
    pub fn y(&self, value: f64) -> f64 {
        match (self.facet.y.scale.bands(), value) {
            (None, f64::NEG_INFINITY) => self.bottom,
            (None, value) => {
                let low = self.bottom - self.facet.foot;
                low - self.facet.y.scale.position(value) * (low - self.top)
            }
            (Some(_), f64::NEG_INFINITY) => self.top,
            (Some(_), f64::INFINITY) => self.bottom,
            (Some(_), value) => {
                let lead = self.lead * (value + 0.5).floor().max(0.0) + self.lead;
                self.top + lead + (value + 0.5) * self.pitch
            }
        }
    }

    /// Where a datum stands.
    pub fn at(&self, datum: &Datum) -> Point {
        (self.x(datum.x.at), self.y(datum.y.at))
    }

    /// Whether a datum has a place.
    pub fn holds(&self, datum: &Datum) -> bool {
        self.facet.x.scale.holds(datum.x.at) && self.facet.y.scale.holds(datum.y.at)
    }

    /// The upper and the lower end of a row with its name.
    pub fn row(&self, index: usize) -> (f64, f64) {
        let height = self.pitch + self.lead;
        let top = self.top + index as f64 * height;
        (top, top + height)
    }

    /// Draws both axes with grid, ticks and titles.
    pub fn axes(&self, scene: &mut Scene, width: f64) {
        let (left, right, bottom) = (self.left, self.right, self.bottom);
        let is_cells = self.facet.y.scale.bands().is_some() && self.facet.x.scale.bands().is_some();
        self.y_axis(scene);
        if self.facet.table.is_some() && self.pad > 0.0 {
            scene.vertical(left, (self.top, bottom + 4.0), 1.0, theme::RULE);
        }
        for (x, label) in self.x_ticks(width) {
            for ends in self.upright_grid() {
                scene.vertical(x, ends, 1.0, theme::GRID);
            }
            if !is_cells {
                scene.vertical(x, (bottom, bottom + 4.0), 1.0, theme::RULE);
            }
            let (x, _) = label_place(x, &label, width);
            scene.text(Text::quiet(label, (x, bottom + 16.0)).anchored(Anchor::Middle));
        }
        if !is_cells && self.pad == 0.0 {
            scene.horizontal((left, right), bottom, 1.0, theme::RULE);
        }
        let room = width - 2.0 * theme::MARGIN;
        let title = font::fit(&self.facet.x.title, room, theme::SMALL, false);
        let least = theme::MARGIN + font::width(&title, theme::SMALL, false) / 2.0;
        let x = f64::midpoint(left, right).clamp(least, (width - least).max(least));
        scene.text(Text::quiet(title, (x, bottom + 31.0)).anchored(Anchor::Middle));
    }

    /// From where to where upright lines stand at the ticks: through rows of points, but not through
    /// their names nor the values of bars.
    fn upright_grid(&self) -> Vec<(f64, f64)> {
        let rows = self.facet.y.scale.bands().unwrap_or(0.0) as usize;
        match (self.facet.table.is_some() && self.pad == 0.0, self.lead) {
            (false, _) => Vec::new(),
            (true, 0.0) => vec![(self.top, self.bottom)],
            (true, lead) => {
                let rows = (0..rows).map(|row| self.row(row));
                rows.map(|(top, bottom)| (top + lead, bottom)).collect()
            }
        }
    }

    /// Where the horizontal axis ends, with ticks and title.
    pub fn bottom_of_axis(&self) -> f64 {
        let words = if self.facet.x.title.is_empty() {
            22.0
        } else {
            37.0
        };
        self.bottom + words
    }

    fn y_axis(&self, scene: &mut Scene) {
        let is_band = self.facet.y.scale.bands().is_some();
        let mut last = f64::NEG_INFINITY;
        let ends = (self.top, self.bottom - self.facet.foot);
        for (y, label) in y_ticks(&self.facet.y, |value| self.y(value), ends) {
            let count = label.lines().count() as f64;
            let half = TICK_LINE * count / 2.0;
            if (y - last).abs() < half + TICK_LINE / 2.0 {
                continue;
            }
            last = y + half - TICK_LINE / 2.0;
            if !is_band {
                scene.horizontal((self.left, self.right), y, 1.0, theme::GRID);
            }
            for ((index, line), em) in (0..).map(f64::from).zip(label.lines()).zip(TICK_EMS) {
                let y = y + 4.0 + TICK_LINE * (index - (count - 1.0) / 2.0);
                let line = font::fit(line, self.left - 8.0, em, false);
                let line = Text::new(line, (self.left - 6.0, y), em, theme::QUIET);
                scene.text(line.anchored(Anchor::End));
            }
        }
    }

    /// The ticks of the horizontal axis whose labels keep apart.
    fn x_ticks(&self, width: f64) -> Vec<(f64, String)> {
        let axis = &self.facet.x;
        let all_apart = |ticks: &Vec<(f64, String)>| apart(ticks, width).len() == ticks.len();
        let Ticks::At(ticks) = &axis.ticks else {
            let tries = TICK_ROOM.into_iter().map(|least| {
                let ticks = round_ticks(axis, least / self.across()).into_iter();
                let placed = ticks.map(|(place, words)| (self.left + place * self.across(), words));
                placed.collect_vec()
            });
            return tries.into_iter().find(all_apart).unwrap_or_default();
        };
        let placed = ticks.iter().filter(|(value, _)| axis.scale.holds(*value));
        let placed = placed
            .map(|(value, words)| (self.x(*value), words.clone()))
            .collect_vec();
        // Of bands some go at an even distance.
        let every = 1..axis.scale.bands().map_or(0, |_| placed.len());
        let mut some = every.map(|every| placed.iter().step_by(every).cloned().collect_vec());
        some.find(all_apart)
            .unwrap_or_else(|| apart(&placed, width))
    }
}

/// The height of a band of cells.
fn cell_height(facet: &Facet, bands: f64, has_values: bool, across: f64) -> f64 {
    let [two, one, least] = CELLS;
    let wanted = (TALLEST / bands).min(if room::has_two_lines(facet) { two } else { one });
    let is_high = has_values && wanted >= least;
    wanted.min(if is_high {
        wanted
    } else {
        across.max(TICK_LINE)
    })
}

/// The middle of a label at a tick, as near to it as the picture's sides allow, and half its width.
fn label_place(x: f64, words: &str, width: f64) -> (f64, f64) {
    let half = font::width(words, theme::SMALL, false) / 2.0;
    let least = theme::MARGIN - 6.0 + half;
    (x.clamp(least, (width - least).max(least)), half)
}

/// Those labels that are clear of the one before; the last one is always among them.
fn apart(ticks: &[(f64, String)], width: f64) -> Vec<(f64, String)> {
    let mut kept: Vec<(f64, f64, String)> = Vec::new();
    for (index, (x, words)) in ticks.iter().enumerate() {
        let (middle, half) = label_place(*x, words, width);
        let touches = |(_, end, _): &(f64, f64, String)| middle - half < end + 5.0;
        while index + 1 == ticks.len() && kept.last().is_some_and(touches) {
            kept.pop();
        }
        if !kept.last().is_some_and(touches) {
            kept.push((*x, middle + half, words.clone()));
        }
    }
    kept.into_iter().map(|(x, _, words)| (x, words)).collect()
}

/// Round ticks by their place, 0 to 1.
fn round_ticks(axis: &Axis, least: f64) -> Vec<(f64, String)> {
    let ticks = axis.scale.ticks(least).into_iter();
    let ticks = ticks.filter(|(_, tick)| axis.ticks != Ticks::Whole || tick.fract() == 0.0);
    let words = |tick: f64| match axis.ticks {
        Ticks::Signed => unit::signed(tick, &tick.abs().to_string()),
        _ => unit::tick(tick),
    };
    ticks.map(|(place, tick)| (place, words(tick))).collect()
}

/// The ticks of a vertical axis, from the top.
fn y_ticks(axis: &Axis, y: impl Fn(f64) -> f64, (top, bottom): (f64, f64)) -> Vec<(f64, String)> {
    let mut ticks = match &axis.ticks {
        Ticks::At(ticks) => ticks.clone(),
        _ => round_ticks(axis, 26.0 / (bottom - top)),
    };
    for (at, _) in &mut ticks {
        *at = match axis.ticks {
            Ticks::At(_) => y(*at),
            _ => bottom - *at * (bottom - top),
        };
    }
    ticks.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    ticks
}

/// The room left of a plot area that the ticks of its vertical axis take.
pub fn tick_room(facet: &Facet) -> f64 {
    let ticks = y_ticks(&facet.y, |value| value, (0.0, facet.height - facet.foot));
    let lines = ticks
        .iter()
        .flat_map(|(_, words)| words.lines().zip(TICK_EMS));
    let widths = lines.map(|(line, em)| font::width(line, em, false));
    widths.fold(0.0, f64::max).ceil() + 8.0
}
