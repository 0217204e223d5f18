//! The words around a plot area: how much room they take, and which facets stand side by side.

use super::labels::{draw_end_labels, end_label_room};
use super::legend::Flow;
use super::plot::{Plot, WIDEST_CELL, tick_room};
use super::{marks, paragraph, room, table};
use crate::chart::grammar::{Chart, Facet, Layer, Legend, Mark};
use crate::chart::scene::{Anchor, Scene, Text};
use crate::chart::{font, theme};

/// Between two facets side by side.
pub const GAP: f64 = 14.0;
/// Below a row of facets.
pub const BELOW: f64 = 10.0;
/// A line of a heading.
const HEADING: f64 = 20.0;
/// A line with the title of the vertical axis, or with the heads of columns.
const TITLE: f64 = 18.0;
/// Narrower plot areas can't be read: then words stand above them and not beside.
const LEAST_PLOT: f64 = 190.0;
/// The same of rows of points, and of bars with their values.
const LEAST_ROWS: f64 = 150.0;
const LEAST_BARS: f64 = 64.0;
/// Names that are cut shorter say nothing.
const LEAST_NAMES: f64 = 120.0;
/// The least size of a cell that a pointer finds.
const LEAST_CELL: f64 = 10.0;
/// The most room for the names of series, and for those of rows.
const MOST_LABELS: f64 = 215.0;
/// The most for those of bars, of which there are several facets.
const MOST_NAMES: f64 = 170.0;

/// A facet with the room that its words take beside its plot area.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    pub facet: &'a Facet,
    pub left: f64,
    pub right: f64,
    /// The least width of the plot area.
    least: f64,
    /// Whether the names of series stand in the legend.
    names_above: bool,
    /// Whether the names of rows are written.
    has_names: bool,
    /// Room above each band for its name and values, in lines.
    pub lines: f64,
}

/// The facets in rows, side by side as far as there is room.
pub fn rows(chart: &Chart, room: f64) -> Vec<Vec<Frame<'_>>> {
    let plain = || chart.facets.iter().filter(|facet| facet.table.is_none());
    let axes = plain().map(tick_room).fold(0.0, f64::max);
    let labels = plain().map(|facet| end_label_room(&facet.labels, MOST_LABELS));
    let labels = labels.fold(0.0, f64::max);
    // Plot areas below each other have the same ends.
    let names_above = room - axes - labels - 8.0 < LEAST_PLOT;
    let mut rows: Vec<Vec<Frame<'_>>> = Vec::new();
    for facet in &chart.facets {
        let mut frame = Frame {
            facet,
            left: axes,
            right: if names_above { 8.0 } else { labels + 8.0 },
            least: LEAST_PLOT,
            names_above,
            has_names: true,
            lines: 0.0,
        };
        frame.fit(room);
        if let Some(last) = rows.last_mut().filter(|_| facet.beside) {
            let mut longer = last.clone();
            longer.push(frame.clone().beside());
            let least = longer.iter().map(|frame| frame.least).fold(0.0, f64::max);
            if plot_width(&longer, room) >= least && longer.iter().all(|f| f.lines == 0.0) {
                *last = longer;
                continue;
            }
        }
        rows.push(vec![frame]);
    }
    rows
}

/// The width of each plot area of a row.
pub fn plot_width(row: &[Frame<'_>], room: f64) -> f64 {
    let count = row.len() as f64;
    let words: f64 = row.iter().map(|frame| frame.left + frame.right).sum();
    (room - words - GAP * (count - 1.0)) / count
}

impl Frame<'_> {
    /// Finds room beside the plot area for names and values of rows, else above each row.
    fn fit(&mut self, room: f64) {
        if let Some(table) = &self.facet.table {
            let (names, [left, right]) = (table::name_room(table), table::column_room(table));
            let bars = (LEAST_BARS, MOST_NAMES);
            let (least, most) = if self.has_bars() {
                bars
            } else {
                (LEAST_ROWS, MOST_LABELS)
            };
            let beside = left + right + 26.0;
            // Names lose their middle before they stand above their rows.
            let room_for_names = (room - beside - least).max(LEAST_NAMES);
            self.least = least;
            self.left = 6.0 + names.min(most).min(room_for_names) + left + 12.0;
            self.right = right + 8.0;
            if room - self.left - self.right < least {
                self.lines = if names + beside <= room { 1.0 } else { 2.0 };
                (self.left, self.right) = (8.0, 8.0);
            }
        } else if let Some(cells) = room::cell_room(self.facet) {
            let columns = self.facet.x.scale.bands().unwrap_or(1.0);
            let across = ((room - self.left - self.right) / columns).min(WIDEST_CELL);
            let least = if cells <= across {
                cells
            } else {
                LEAST_CELL.min(across)
            };
            self.least = columns * least;
        }
    }

    /// The same right of another one: rows are named once.
    fn beside(mut self) -> Self {
        if self.facet.table.is_some() {
            self.has_names = false;
            (self.left, self.right) = (2.0, self.right - 4.0);
        }
        self
    }

    fn has_bars(&self) -> bool {
        let has_text = |layer: &Layer| layer.data.iter().any(|datum| !datum.text.is_empty());
        let mut bars = self
            .facet
            .layers
            .iter()
            .filter(|layer| layer.mark == Mark::Bar);
        bars.any(has_text)
    }

    /// The legend, with the names of series where they have no room beside the plot area.
    fn legend(&self) -> Vec<Legend> {
        let labels = self.facet.labels.iter().filter(|_| self.names_above);
        let labels = labels.map(|label| &label.name);
        self.facet.legend.iter().chain(labels).cloned().collect()
    }

    /// Room above the plot area, for heading, legend, and the title of the axis or the heads of
    /// columns.
    pub fn head_height(&self, width: f64) -> f64 {
        self.head(&mut Scene::default(), self.head_span(0.0, width), 0.0)
    }

    /// Where the head begins, and how wide it is: above bars, which have heads of their own, only
    /// over the plot area.
    fn head_span(&self, left: f64, width: f64) -> (f64, f64) {
        let only_over_plot = self.has_bars() && self.lines == 0.0;
        let aside = if only_over_plot { self.left } else { 0.0 };
        (left + aside, width - aside)
    }

    /// Draws what stands above the plot area; tells where that ends.
    fn head(&self, scene: &mut Scene, (left, width): (f64, f64), top: f64) -> f64 {
        let facet = self.facet;
        let mut flow = Flow::new(left, left + width, top);
        let facts = font::width(&facet.facts, theme::SMALL, false);
        let heading = font::width(&facet.heading, theme::BODY, true);
        let share_a_line = facts > 0.0 && heading + facts + 16.0 <= width;
        let room = if share_a_line {
            width - facts - 16.0
        } else {
            width
        };
        let lines = font::wrap(&facet.heading, room, theme::BODY, true);
        for (index, line) in (0..).map(f64::from).zip(lines) {
            let at = (left, top + 12.0 + index * HEADING);
            let line = Text::new(line, at, theme::BODY, theme::INK).bold(true);
            flow.begin(line.extent().1 + 14.0, at.1);
            scene.text(line);
        }
        if facts > 0.0 {
            let (at, anchor) = if share_a_line {
                ((left + width, top + 12.0), Anchor::End)
            } else {
                ((left, flow.y + 15.0), Anchor::Start)
            };
            let facts = font::fit(&facet.facts, width, theme::SMALL, false);
            scene.text(Text::new(facts, at, theme::SMALL, theme::INK).anchored(anchor));
            flow.begin(left + width, at.1);
        }
        let has_title = !facet.y.title.is_empty() || facet.table.is_some();
        flow.draw(scene, &self.legend()) + 6.0 + if has_title { TITLE } else { 0.0 }
    }

    /// Draws all of it between two sides, its head below `top` and its plot area below `head`; tells
    /// where it ends.
    pub fn draw(
        &self,
        scene: &mut Scene,
        (left, width): (f64, f64),
        (top, head): (f64, f64),
    ) -> f64 {
        self.head(scene, self.head_span(left, width), top);
        let sides = (left + self.left, left + width - self.right);
        let plot = Plot::new(self.facet, self.lines, sides, head);
        let title = font::fit(&self.facet.y.title, width, theme::SMALL, false);
        scene.text(Text::quiet(title, (left, head - 8.0)));
        if let Some(table) = &self.facet.table {
            let start = if self.has_names { left } else { left - GAP };
            table::draw(scene, table, &plot, ((start, left + width), self.has_names));
        }
        plot.axes(scene, scene.width);
        marks::draw(scene, self.facet, &plot);
        if !self.names_above {
            draw_end_labels(scene, &plot, &self.facet.labels, self.right - 8.0);
        }
        let captions = self.facet.captions.iter();
        captions.fold(plot.bottom_of_axis(), |bottom, caption| {
            paragraph(scene, caption, (left, width), bottom)
        })
    }
}
