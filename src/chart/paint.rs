//! Paints a scene as SVG or PNG.

use std::path::{Path, PathBuf};

use itertools::Itertools;
use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::{
    BitMapBackend, Circle, DrawingArea, DrawingBackend, FontDesc, FontFamily, FontStyle,
    IntoDrawingArea, PathElement, Polygon, Rectangle, SVGBackend,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor, TextStyle};

use super::scene::{Anchor, Primitive, Scene, Stroke, Text, Tooltip};
use super::theme::{self, Theme};
use super::{ChartError, font};
use crate::record::write_whole;

/// Device pixels for each logical one. plotters places everything on whole pixels, so the SVG is
/// painted as finely as the PNG and then shown at half size.
const SCALE: f64 = 2.0;

/// Writes `<path>.svg` and `<path>.png`.
pub fn save(scene: &Scene, theme: Theme, path: &Path) -> Result<Vec<PathBuf>, ChartError> {
    let text = svg(scene, theme)?;
    let svg_path = write(path, ".svg", text.as_bytes())?;
    // plotters makes a PNG in a file alone.
    let drawn = tempfile::Builder::new().suffix(".png").tempfile();
    let drawn = drawn.map_err(failed)?;
    png(scene, theme, drawn.path())?;
    let bytes = std::fs::read(drawn.path()).map_err(failed)?;
    Ok(vec![svg_path, write(path, ".png", &bytes)?])
}

/// Writes a file, whole or not at all. The suffix is appended, because a path such as `run-0.5` has an
/// extension in the eyes of the library.
fn write(path: &Path, suffix: &str, bytes: &[u8]) -> Result<PathBuf, ChartError> {
    let mut whole = path.as_os_str().to_owned();
    whole.push(suffix);
    let path = PathBuf::from(whole);
    match write_whole(&path, |out| out.write_all(bytes)) {
        Ok(()) => Ok(path),
        Err(source) => Err(ChartError::File { path, source }),
    }
}

/// The text of an SVG with real text in it.
pub fn svg(scene: &Scene, theme: Theme) -> Result<String, ChartError> {
    let mut text = String::new();
    let (width, height) = device_size(scene);
    let area = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
    paint((scene, theme), &area, write_text)?;
    drop(area);
    let painted = format!(r#"<svg width="{width}" height="{height}""#);
    let (title, width, height) = (escape(&scene.title), scene.width, scene.height);
    let shown =
        format!(r#"<svg role="img" aria-label="{title}" width="{width}" height="{height}""#);
    let text = text.replacen(&painted, &shown, 1);
    let (start, end) = text.split_at(text.rfind("</svg>").unwrap_or(text.len()));
    Ok(format!("{start}{}{end}", tooltips(scene)))
}

/// Places that answer the pointer. They come last, so that nothing lies over them.
fn tooltips(scene: &Scene) -> String {
    let place = |tooltip: &Tooltip| {
        let ((left, top), (right, bottom)) = (device(tooltip.area.0), device(tooltip.area.1));
        let (width, height) = ((right - left).max(1), (bottom - top).max(1));
        let words = escape(&tooltip.words);
        format!(
            r#"<rect class="tip" x="{left}" y="{top}" width="{width}" height="{height}" fill="none" pointer-events="all"><title>{words}</title></rect>"#
        )
    };
    match scene.tooltips.iter().map(place).join("\n") {
        none if none.is_empty() => none,
        places => format!("<g class=\"tips\">\n{places}\n</g>\n"),
    }
}

/// Draws into a PNG file, whose name must end in `.png`.
fn png(scene: &Scene, theme: Theme, path: &Path) -> Result<(), ChartError> {
    let area = BitMapBackend::new(path, device_size(scene)).into_drawing_area();
    paint((scene, theme), &area, draw_text)
}

fn paint<B: DrawingBackend>(
    (scene, theme): (&Scene, Theme),
    area: &DrawingArea<B, Shift>,
    draw_text: impl Fn(&Text, RGBColor, &DrawingArea<B, Shift>) -> Result<(), ChartError>,
) -> Result<(), ChartError> {
    let ink = |colour: RGBColor| theme.colour(colour);
    area.fill(&ink(theme::PAPER)).map_err(failed)?;
    for primitive in &scene.primitives {
        match primitive {
            Primitive::Rectangle((from, to), colour) => {
                let corners = [device(*from), device(*to)];
                let rectangle = Rectangle::new(corners, ink(*colour).filled());
                area.draw(&rectangle).map_err(failed)?;
            }
            Primitive::Disc(centre, radius, colour) => {
                let radius = (radius * SCALE).round() as u32;
                let disc = Circle::new(device(*centre), radius, ink(*colour).filled());
                area.draw(&disc).map_err(failed)?;
            }
            Primitive::Line(points, thick, stroke, colour) => {
                let style = ink(*colour).stroke_width((thick * SCALE).round() as u32);
                let points: Vec<_> = points.iter().copied().map(device).collect();
                let dashed = |dash, gap| {
                    DashedPathElement::new(points.clone(), dash * SCALE, gap * SCALE, style)
                };
                match stroke {
                    Stroke::Solid => area.draw(&PathElement::new(points, style)),
                    Stroke::Dashed => area.draw(&dashed(6.0, 4.0)),
                    Stroke::Dotted => area.draw(&dashed(2.0, 3.0)),
                }
                .map_err(failed)?;
            }
            Primitive::Area(corners, colour, opacity) => {
                let corners: Vec<_> = corners.iter().copied().map(device).collect();
                let polygon = Polygon::new(corners, ink(*colour).mix(*opacity).filled());
                area.draw(&polygon).map_err(failed)?;
            }
            Primitive::Text(text) => draw_text(text, ink(text.colour), area)?,
        }
    }
    area.present().map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> ChartError {
    ChartError::Drawing(error.to_string())
}

/// Real text, for backends that have it.
fn write_text<B: DrawingBackend>(
    text: &Text,
    colour: RGBColor,
    area: &DrawingArea<B, Shift>,
) -> Result<(), ChartError> {
    // plotters-svg divides sizes by 1.24, and puts the baseline 0.76 em below an upper anchor.
    const SIZE_PER_EM: f64 = 1.24;
    const BASELINE_EM: f64 = 0.76;
    let end = match text.anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    let weight = if text.bold {
        FontStyle::Bold
    } else {
        FontStyle::Normal
    };
    let size = text.em * SCALE * SIZE_PER_EM;
    let font = FontDesc::new(FontFamily::Name(font::FAMILY), size, weight);
    let style = TextStyle::from(font)
        .color(&colour)
        .pos(Pos::new(end, VPos::Top));
    let (x, baseline) = text.at;
    let upper = device((x, baseline - text.em * BASELINE_EM));
    area.draw_text(&text.words, &style, upper).map_err(failed)
}

/// Text as the pixels that its outlines cover.
fn draw_text<B: DrawingBackend>(
    text: &Text,
    colour: RGBColor,
    area: &DrawingArea<B, Shift>,
) -> Result<(), ChartError> {
    let (left, _) = text.extent();
    let (left, baseline) = device((left, text.at.1));
    let mut outcome = Ok(());
    for glyph in font::outlines(&text.words, text.em * SCALE, text.bold) {
        let corner = glyph.px_bounds().min;
        let (x0, y0) = (left + corner.x as i32, baseline + corner.y as i32);
        glyph.draw(|x, y, covered| {
            let colour = colour.mix(f64::from(covered.min(1.0)));
            let drawn = area.draw_pixel((x0 + x as i32, y0 + y as i32), &colour);
            if outcome.is_ok() {
                outcome = drawn.map_err(failed);
            }
        });
    }
    outcome
}

fn device((x, y): (f64, f64)) -> (i32, i32) {
    ((x * SCALE).round() as i32, (y * SCALE).round() as i32)
}

fn device_size(scene: &Scene) -> (u32, u32) {
    let (width, height) = device((scene.width, scene.height));
    (width.unsigned_abs(), height.unsigned_abs())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
