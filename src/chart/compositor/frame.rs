//! The words around a plot area: how much room they take, and which facets stand side by side.

use super::labels::{draw_end_labels, end_label_room};
use super::legend::Flow;
use super::plot::{Plot, WIDEST_CELL, tick_room};
use super::{marks, paragraph, room, table};
use crate::chart::grammar::{Chart, Facet, Layer, Legend, Mark};
use crate::chart::scene::{Anchor, Scene, Text};
use crate::chart::{ChartError, font, theme};

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
pub fn rows<'a>(chart: &'a Chart, room: f64) -> Result<Vec<Vec<Frame<'a>>>, ChartError> {
    let mut axes: f64 = 0.0;
    let mut labels: f64 = 0.0;
    for facet in &chart.facets {
        if facet.table.is_none() {
            axes = axes.max(tick_room(facet)?);
            labels = labels.max(end_label_room(&facet.labels, MOST_LABELS)?);
        }
    }
    // Plot areas below each other have the same ends.
    let names_above = room - axes - labels - 8.0 < LEAST_PLOT;
    let mut rows: Vec<Vec<Frame<'a>>> = Vec::new();
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
        frame.fit(room)?;
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
    Ok(rows)
}

/// The width of each plot area of a row.
pub fn plot_width(row: &[Frame<'_>], room: f64) -> f64 {
    let count = row.len() as f64;
    let words: f64 = row.iter().map(|frame| frame.left + frame.right).sum();
    (room - words - GAP * (count - 1.0)) / count
}

impl Frame<'_> {
    /// Finds room beside the plot area for names and values of rows, else above each row.
    fn fit(&mut self, room: f64) -> Result<(), ChartError> {
        if let Some(table) = &self.facet.table {
            let (names, [left, right]) = (table::name_room(table)?, table::column_room(table)?);
            let has_bars = self.has_bars();
            self.least = if has_bars { LEAST_BARS } else { LEAST_ROWS };
            let beside = left + right + 26.0;
            // Names lose their middle before they stand above their rows.
            let room_for_names = (room - beside - self.least).max(LEAST_NAMES);
            let most = if has_bars { MOST_NAMES } else { MOST_LABELS };
            self.left = 6.0 + names.min(most).min(room_for_names) + left + 12.0;
            self.right = right + 8.0;
            if room - self.left - self.right < self.least {
                self.lines = if names + beside <= room { 1.0 } else { 2.0 };
                (self.left, self.right) = (8.0, 8.0);
            }
        } else if let Some(cells) = room::cell_room(self.facet)? {
            let columns = self.facet.x.scale.bands().unwrap_or(1.0);
            let across = ((room - self.left - self.right) / columns).min(WIDEST_CELL);
            self.least = columns
                * if cells <= across {
                    cells
                } else {
                    LEAST_CELL.min(across)
                };
        }
        Ok(())
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
        let is_bar = |mark: Mark| mark == Mark::Bar;
        let texts = |layer: &Layer| layer.data.iter().any(|datum| !datum.text.is_empty());
        self.facet
            .layers
            .iter()
            .any(|layer| is_bar(layer.mark) && texts(layer))
    }

    /// The legend, with the names of series where they have no room beside the plot area.
    fn legend(&self) -> Vec<Legend> {
        let mut legend = self.facet.legend.clone();
        for label in self.facet.labels.iter().filter(|_| self.names_above) {
            legend.push(Legend {
                key: label.key.clone(),
                words: label.words.clone(),
            });
        }
        legend
    }

    /// Room above the plot area, for heading, legend, and the title of the axis or the heads of
    /// columns.
    pub fn head_height(&self, width: f64) -> Result<f64, ChartError> {
        let mut scene = Scene::default();
        self.head(&mut scene, self.head_span(0.0, width), 0.0)
    }

    /// Where the head begins, and how wide it is: above bars, which have heads of their own, only
    /// over the plot area.
    fn head_span(&self, left: f64, width: f64) -> (f64, f64) {
        if self.has_bars() && self.lines == 0.0 {
            (left + self.left, width - self.left)
        } else {
            (left, width)
        }
    }

    /// Draws what stands above the plot area; tells where that ends.
    fn head(
        &self,
        scene: &mut Scene,
        (left, width): (f64, f64),
        top: f64,
    ) -> Result<f64, ChartError> {
        let facet = self.facet;
        let mut flow = Flow::new(left, left + width, top);
        if !facet.heading.is_empty() {
            let facts = font::width(&facet.facts, theme::SMALL, false)?;
            let heading = font::width(&facet.heading, theme::BODY, true)?;
            let share = if facts > 0.0 && heading + facts + 16.0 <= width {
                width - facts - 16.0
            } else {
                width
            };
            for (index, line) in font::wrap(&facet.heading, share, theme::BODY, true)?
                .into_iter()
                .enumerate()
            {
                let at = (left, top + 12.0 + index as f64 * HEADING);
                let line = Text::new(line, at, theme::BODY, theme::INK).bold();
                flow.begin(line.extent()?.1 + 14.0, at.1);
                scene.text(line);
            }
            if facts > 0.0 {
                let (x, anchor) = if share < width {
                    (left + width, Anchor::End)
                } else {
                    (left, Anchor::Start)
                };
                let y = if share < width {
                    top + 12.0
                } else {
                    flow.y() + 15.0
                };
                let facts = font::fit(&facet.facts, width, theme::SMALL, false)?;
                let facts = Text::new(facts, (x, y), theme::SMALL, theme::INK);
                scene.text(facts.anchored(anchor));
                flow.begin(left + width, y);
            }
        }
        let mut bottom = flow.draw(scene, &self.legend())?;
        if !facet.y.title.is_empty() || facet.table.is_some() {
            bottom += TITLE;
        }
        Ok(bottom + 6.0)
    }

    /// Draws all of it between two sides, its head below `top` and its plot area below `head`; tells
    /// where it ends.
    pub fn draw(
        &self,
        scene: &mut Scene,
        (left, width): (f64, f64),
        (top, head): (f64, f64),
    ) -> Result<f64, ChartError> {
        self.head(scene, self.head_span(left, width), top)?;
        let sides = (left + self.left, left + width - self.right);
        let plot = Plot::new(self.facet, self.lines, sides, head)?;
        if !self.facet.y.title.is_empty() {
            let at = (left, head - 8.0);
            let title = font::fit(&self.facet.y.title, width, theme::SMALL, false)?;
            scene.text(Text::new(title, at, theme::SMALL, theme::QUIET));
        }
        if let Some(table) = &self.facet.table {
            let ends = if self.has_names {
                (left, left + width)
            } else {
                (left - GAP, left + width)
            };
            table::draw(scene, table, &plot, (ends, self.has_names))?;
        }
        plot.axes(scene, scene.width)?;
        marks::draw(scene, self.facet, &plot)?;
        if !self.names_above {
            draw_end_labels(scene, &plot, &self.facet.labels, self.right - 8.0)?;
        }
        let mut bottom = plot.bottom_of_axis();
        for caption in &self.facet.captions {
            bottom = paragraph(scene, caption, (left, width), bottom)?;
        }
        Ok(bottom)
    }
}
