//! Widths and outlines of text, from fonts that are part of the binary.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, GlyphId, OutlinedGlyph, PxScale, ScaleFont, point};

/// The font's name in an SVG: a list that a browser without DejaVu can fall back along. The
/// others are narrower, so what fits in DejaVu fits.
pub const FAMILY: &str = "DejaVu Sans, Helvetica, Arial, sans-serif";

/// A test holds that both can be read.
type Face = LazyLock<Option<FontRef<'static>>>;

static REGULAR: Face =
    LazyLock::new(|| FontRef::try_from_slice(include_bytes!("fonts/DejaVuSans.subset.ttf")).ok());
static BOLD: Face = LazyLock::new(|| {
    FontRef::try_from_slice(include_bytes!("fonts/DejaVuSans-Bold.subset.ttf")).ok()
});

/// A text whose em is `em` pixels, as the outlines of those of its letters that are not blank, from
/// the point where its baseline begins.
///
/// plotters can do it too, but leaves out the letters' side bearings and rounds them to whole
/// pixels, so that words fall apart.
pub fn outlines(text: &str, em: f64, bold: bool) -> Vec<OutlinedGlyph> {
    let Some(font) = face(bold) else {
        return Vec::new();
    };
    let outline = |(id, scale, x): (GlyphId, PxScale, f32)| {
        font.outline_glyph(id.with_scale_and_position(scale, point(x, 0.0)))
    };
    set(font, text, em)
        .0
        .into_iter()
        .filter_map(outline)
        .collect()
}

/// The width of a text whose em is `em` pixels, in pixels.
pub fn width(text: &str, em: f64, bold: bool) -> f64 {
    face(bold).map_or(0.0, |font| set(font, text, em).1)
}

fn face(bold: bool) -> Option<&'static FontRef<'static>> {
    if bold {
        BOLD.as_ref()
    } else {
        REGULAR.as_ref()
    }
}

/// Where each letter stands, and the width of them all.
fn set(font: &FontRef<'_>, text: &str, em: f64) -> (Vec<(GlyphId, PxScale, f32)>, f64) {
    // ab_glyph's scale is the height of a line, not the em.
    let lines_per_em = font.height_unscaled() / font.units_per_em().unwrap_or(1.0);
    let scale = PxScale::from(em as f32 * lines_per_em);
    let scaled = font.as_scaled(scale);
    let (mut places, mut x) = (Vec::new(), 0.0);
    let mut previous = None;
    for letter in text.chars() {
        let id = font.glyph_id(letter);
        x += previous.map_or(0.0, |previous| scaled.kern(previous, id));
        places.push((id, scale, x));
        x += scaled.h_advance(id);
        previous = Some(id);
    }
    (places, f64::from(x))
}

/// The text, with its middle left out where it is wider than `room` pixels. Both ends of a label
/// tell it from its neighbours.
pub fn fit(text: &str, room: f64, em: f64, bold: bool) -> String {
    if width(text, em, bold) <= room {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    for kept in (0..letters.len()).rev() {
        let (head, tail) = (kept - kept / 2, kept / 2);
        let start = letters[..head].iter().collect::<String>();
        let end = letters[letters.len() - tail..].iter().collect::<String>();
        let shorter = format!("{}…{}", start.trim_end(), end.trim_start());
        if width(&shorter, em, bold) <= room {
            return shorter;
        }
    }
    String::new()
}

/// The text, with its end left out where it is wider than `room` pixels.
pub fn cut(text: &str, room: f64, em: f64) -> String {
    let mut shorter = text.to_owned();
    let mut shown = shorter.clone();
    while !shorter.is_empty() && width(&shown, em, false) > room {
        shorter.pop();
        shown = format!("{}…", shorter.trim_end());
    }
    shown
}

/// The text as lines of at most `room` pixels, broken between words.
pub fn wrap(text: &str, room: f64, em: f64, bold: bool) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let longer = match lines.last() {
            Some(line) => format!("{line} {word}"),
            None => word.to_owned(),
        };
        match lines.last_mut() {
            Some(line) if width(&longer, em, bold) <= room => *line = longer,
            _ => lines.push(fit(word, room, em, bold)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fonts_can_be_read() {
        for bold in [false, true] {
            assert!(face(bold).is_some() && width("words", 12.0, bold) > 30.0);
        }
    }

    #[test]
    fn a_long_label_loses_its_middle_and_keeps_both_ends() {
        let fitted = fit("io-mpmt-32x16 (crossbeam, pipelined)", 120.0, 12.0, false);
        insta::assert_snapshot!(fitted, @"io-mpmt-…pelined)");
        assert_eq!(fit("short", 120.0, 12.0, false), "short");
    }

    #[test]
    fn lines_break_between_words() {
        let lines = wrap("one two three four", 55.0, 12.0, false);
        assert_eq!(lines, ["one two", "three", "four"]);
    }
}
