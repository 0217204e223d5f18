//! Lays a heat map out.

use super::HeatMap;
use super::grid::Grid;
use super::marks::Marks;
use super::measure::Map;
use super::panel::Panel;
use super::words;
use crate::chart::figure::Figure;
use crate::chart::{ChartError, sheet, theme};

/// Free space between two panels, side by side.
const GAP: f64 = 20.0;
/// Free space between two panels, one below the other.
const BETWEEN: f64 = 10.0;
/// The most places that answer the pointer; with more, only those of the first panel do.
const MOST_TIPS: usize = 2000;

/// The makespan over the whole width, and below it efficiency and memory.
pub(super) fn figure(map: &HeatMap, source: &str) -> Result<Figure, ChartError> {
    let maps = Map::all(&map.grid);
    let title = words::title(map, &maps);
    let (mut figure, top) = sheet::begin(&title, &words::sentences(map, &maps))?;
    let panels = placed(&map.grid, &maps, top)?;
    let marks = Marks::of(&map.grid);
    for panel in &panels {
        panel.draw(&mut figure, &marks)?;
    }
    let cells = map.grid.cells().count();
    let answering = match cells * panels.len() {
        few if few <= MOST_TIPS => panels.len(),
        _ => 1,
    };
    for panel in panels.iter().take(answering) {
        panel.tips(&mut figure);
    }
    let bottom = panels.iter().map(Panel::bottom).fold(top, f64::max);
    sheet::end(figure, source, bottom)
}

/// The first panel over the whole width; the others side by side where they lose nothing by it,
/// else one below the other.
fn placed<'a>(grid: &'a Grid, maps: &'a [Map], top: f64) -> Result<Vec<Panel<'a>>, ChartError> {
    let mut below = Vec::new();
    let mut bottom = top;
    for map in maps {
        let panel = Panel::new(grid, map, (theme::MARGIN, bottom), sheet::ROOM)?;
        bottom = panel.bottom() + BETWEEN;
        below.push(panel);
    }
    let mut beside: Vec<Panel<'a>> = below.first().cloned().into_iter().collect();
    let second = beside.first().map_or(top, |first| first.bottom() + BETWEEN);
    let half = (sheet::ROOM - GAP) / 2.0;
    for (index, map) in maps.iter().skip(1).enumerate() {
        let left = theme::MARGIN + index as f64 * (half + GAP);
        beside.push(Panel::new(grid, map, (left, second), half)?);
    }
    let loses_nothing =
        (beside.iter().zip(&below)).all(|(narrow, wide)| narrow.is_as_good_as(wide));
    Ok(if loses_nothing { beside } else { below })
}
