//! What the tests of all charts share.

use std::path::PathBuf;

use super::grammar::Chart;
use super::scene::{Primitive, Scene, Text};
use super::theme::Theme;
use super::{Records, compositor, paint, theme};
use crate::record::Trial;

/// The source line of all test charts.
pub const SOURCE: &str = "AMD EPYC, 2 cores · 2025-01-01 · mpmt 0.1.0 (85946193)";

/// The width of a picture for a phone.
const NARROW: f64 = 390.0;

/// Records that consist of trials alone.
pub fn records(trials: &[Trial]) -> Records<'_> {
    Records {
        trials,
        published: &[],
        traces: &[],
        source: SOURCE,
    }
}

/// A chart as it is laid out where nobody asks for another width.
pub fn drawn(chart: &Chart) -> Scene {
    compositor::compose(chart, theme::WIDTH, SOURCE)
}

/// The same as an SVG.
pub fn svg(chart: &Chart) -> String {
    paint::svg(&drawn(chart), Theme::Light).unwrap()
}

/// The lines of text of a scene.
pub fn texts(scene: &Scene) -> Vec<&Text> {
    let mut texts = Vec::new();
    for primitive in &scene.primitives {
        if let Primitive::Text(text) = primitive {
            texts.push(text);
        }
    }
    texts
}

/// What they say.
pub fn words(chart: &Chart) -> Vec<String> {
    let scene = drawn(chart);
    texts(&scene)
        .iter()
        .map(|text| text.words.clone())
        .collect()
}

/// The tooltips of a chart, in their order.
pub fn tooltips(chart: &Chart) -> Vec<String> {
    drawn(chart)
        .tooltips
        .into_iter()
        .map(|tooltip| tooltip.words)
        .collect()
}

/// Panics where a text touches another one or leaves the picture, in the usual width, on a phone,
/// and in the narrowest one. Leaves pictures to be looked at, when `MPMT_CHARTS` names a folder:
/// `MPMT_CHARTS=/tmp/charts cargo test --lib chart::`.
pub fn assert_texts_keep_apart(chart: &Chart, name: &str) {
    for (width, theme, suffix) in [
        (theme::WIDTH, Theme::Light, ""),
        (NARROW, Theme::Dark, "-narrow"),
        (theme::NARROWEST, Theme::Light, "-narrowest"),
    ] {
        let scene = compositor::compose(chart, width, SOURCE);
        if let Some(folder) = std::env::var_os("MPMT_CHARTS").map(PathBuf::from) {
            paint::save(&scene, theme, &folder.join(format!("{name}{suffix}"))).unwrap();
        }
        assert_apart(&scene, &format!("{name}{suffix}"));
    }
}

fn assert_apart(scene: &Scene, name: &str) {
    let texts = texts(scene);
    for (index, text) in texts.iter().enumerate() {
        let (left, right) = text.extent();
        let margin = theme::MARGIN - 8.0;
        assert!(
            left >= margin && right <= scene.width - margin,
            "{name}: leaves the picture: {text:?}"
        );
        assert!(
            text.at.1 - text.em > 0.0 && text.at.1 + 3.0 < scene.height,
            "{name}: leaves the picture: {text:?}"
        );
        for other in &texts[index + 1..] {
            let (other_left, other_right) = other.extent();
            let beside = right + 2.0 < other_left || other_right + 2.0 < left;
            let apart = (text.at.1 - other.at.1).abs() >= text.em.max(other.em);
            assert!(beside || apart, "{name}: {text:?} and {other:?}");
        }
    }
    for tooltip in &scene.tooltips {
        let (from, to) = tooltip.area;
        assert!(!tooltip.words.is_empty());
        assert!(from.0 < to.0 && from.1 < to.1, "{name}: {tooltip:?}");
        let inside = from.0 >= 0.0 && to.0 <= scene.width && from.1 >= 0.0 && to.1 <= scene.height;
        assert!(inside, "{name}: leaves the picture: {tooltip:?}");
    }
}
