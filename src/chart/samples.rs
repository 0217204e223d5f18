//! What the tests of all charts share.

use std::path::PathBuf;

use super::figure::{Figure, Shape, Text};
use super::{Records, paint, theme};
use crate::record::Trial;

/// The source line of all test charts.
pub const SOURCE: &str = "AMD EPYC, 2 cores · 2025-01-01 · mpmt 0.1.0 (85946193)";

/// Records that consist of trials alone.
pub fn records(trials: &[Trial]) -> Records<'_> {
    Records {
        trials,
        published: &[],
        traces: &[],
        source: SOURCE,
    }
}

/// The lines of text of a figure.
pub fn texts(figure: &Figure) -> Vec<&Text> {
    let mut texts = Vec::new();
    for shape in &figure.shapes {
        if let Shape::Text(text) = shape {
            texts.push(text);
        }
    }
    texts
}

/// What they say.
pub fn words(figure: &Figure) -> Vec<&str> {
    texts(figure).iter().map(|t| t.words.as_str()).collect()
}

/// Panics where a text touches another one or leaves the figure.
pub fn assert_texts_keep_apart(figure: &Figure) {
    let texts = texts(figure);
    for (index, text) in texts.iter().enumerate() {
        let (left, right) = text.extent().unwrap();
        let margin = theme::MARGIN - 8.0;
        assert!(
            left >= margin && right <= theme::WIDTH - margin,
            "leaves the figure: {text:?}"
        );
        assert!(
            text.at.1 - text.em > 0.0 && text.at.1 + 3.0 < figure.height,
            "leaves the figure: {text:?}"
        );
        for other in &texts[index + 1..] {
            let (other_left, other_right) = other.extent().unwrap();
            let beside = right + 2.0 < other_left || other_right + 2.0 < left;
            let apart = (text.at.1 - other.at.1).abs() >= text.em.max(other.em);
            assert!(beside || apart, "{text:?} and {other:?}");
        }
    }
    for tip in &figure.tips {
        assert!(!tip.words.is_empty());
        assert!(tip.from.0 < tip.to.0 && tip.from.1 < tip.to.1, "{tip:?}");
    }
}

/// Leaves a figure to be looked at, when `MPMT_CHARTS` names a folder:
/// `MPMT_CHARTS=/tmp/charts cargo test --lib chart::`.
pub fn keep(figure: &Figure, name: &str) {
    if let Some(folder) = std::env::var_os("MPMT_CHARTS").map(PathBuf::from) {
        paint::save(figure, &folder.join(name)).unwrap();
    }
}
