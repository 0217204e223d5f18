//! One look for all charts: sizes, colours, and what the colours become on dark paper.

use plotters::style::RGBColor;
use plotters::style::colors::colormaps::{ColorMap, ViridisRGB};

/// The width of a picture in logical pixels, where no other is asked for. A PNG has twice as many.
pub const WIDTH: f64 = 700.0;
/// A narrower one has no room for its words.
pub const NARROWEST: f64 = 320.0;
/// The widest one that a PNG is made of.
pub const WIDEST: f64 = 4000.0;
/// Free space around a picture, in logical pixels.
pub const MARGIN: f64 = 16.0;

/// The colours of Okabe and Ito (2008), which people tell apart however they see colours. Marks
/// differ in shape as well, so that a grey print loses nothing.
pub const MEASURED: RGBColor = RGBColor(0x00, 0x72, 0xB2);
/// Vermilion.
pub const PUBLISHED: RGBColor = RGBColor(0xD5, 0x5E, 0x00);
/// Vermilion dark enough to be read as small text.
pub const PUBLISHED_TEXT: RGBColor = RGBColor(0xA8, 0x4A, 0x00);
/// The limit that nothing can pass.
pub const IDEAL: RGBColor = RGBColor(0x22, 0x22, 0x22);

/// Paper.
pub const PAPER: RGBColor = RGBColor(0xFF, 0xFF, 0xFF);
/// Titles and labels.
pub const INK: RGBColor = RGBColor(0x1A, 0x1A, 0x1A);
/// Explanations and axis labels.
pub const QUIET: RGBColor = RGBColor(0x55, 0x55, 0x55);
/// Every other row, so that the eye keeps to its row.
pub const BAND: RGBColor = RGBColor(0xF5, 0xF6, 0xF7);
/// Grid lines.
pub const GRID: RGBColor = RGBColor(0xDC, 0xDF, 0xE3);
/// Lines that close an area, and the line between two marks of a row.
pub const RULE: RGBColor = RGBColor(0xA9, 0xAF, 0xB7);

/// Text sizes: the em, in logical pixels.
pub const TITLE: f64 = 15.0;
/// Row labels and values.
pub const BODY: f64 = 12.0;
/// Explanations, headings and axis labels.
pub const SMALL: f64 = 11.0;
/// The source line.
pub const TINY: f64 = 9.5;

/// Colours of lines that have no order among them, after Okabe and Ito's; each is dark enough to be
/// read as a label of its line, so some are darker than theirs, and a violet stands for their sky
/// blue.
pub const SERIES: [RGBColor; 7] = [
    RGBColor(0x00, 0x72, 0xB2),
    RGBColor(0xA8, 0x4A, 0x00),
    RGBColor(0x00, 0x7A, 0x59),
    RGBColor(0x9A, 0x4F, 0x7A),
    RGBColor(0x8A, 0x62, 0x00),
    RGBColor(0x5B, 0x21, 0xB6),
    RGBColor(0x44, 0x44, 0x44),
];
/// Text on a dark field, whatever the paper.
pub const ON_DARK: RGBColor = RGBColor(0xFE, 0xFE, 0xFE);
/// Text on a light field, whatever the paper.
pub const ON_LIGHT: RGBColor = RGBColor(0x01, 0x01, 0x01);
/// The colour of a share, from the least to the most: 0 is dark, 1 is bright, and in grey
/// it is still in order. Viridis, of van der Walt and Smith (2015).
pub fn shade(share: f64) -> RGBColor {
    ViridisRGB.get_color(share.clamp(0.0, 1.0))
}

/// The colour of text on a field: the one with more contrast.
pub fn text_on(field: RGBColor) -> RGBColor {
    // Both contrasts are equal at sqrt(1.05 * 0.05) - 0.05.
    if luminance(field) < 0.179 {
        ON_DARK
    } else {
        ON_LIGHT
    }
}

/// Relative luminance, 0 to 1: WCAG 2.2.
fn luminance(RGBColor(red, green, blue): RGBColor) -> f64 {
    let [red, green, blue] = [red, green, blue].map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// What the colours of charts become on dark paper. Colours that are not here stay as they are.
pub const DARK: [(RGBColor, RGBColor); 15] = [
    (PAPER, RGBColor(0x16, 0x19, 0x1D)),
    (INK, RGBColor(0xE8, 0xEA, 0xED)),
    (QUIET, RGBColor(0xA9, 0xB0, 0xB9)),
    (BAND, RGBColor(0x1E, 0x22, 0x27)),
    (GRID, RGBColor(0x33, 0x39, 0x41)),
    (RULE, RGBColor(0x5C, 0x65, 0x70)),
    (IDEAL, RGBColor(0xD8, 0xDB, 0xDF)),
    (SERIES[0], RGBColor(0x4F, 0xA9, 0xE0)),
    (SERIES[1], RGBColor(0xF0, 0x90, 0x4A)),
    (SERIES[2], RGBColor(0x2F, 0xBE, 0x96)),
    (SERIES[3], RGBColor(0xDC, 0x92, 0xBC)),
    (SERIES[4], RGBColor(0xE0, 0xAE, 0x3A)),
    (SERIES[5], RGBColor(0x9B, 0x72, 0xFF)),
    (SERIES[6], RGBColor(0xC4, 0xC4, 0xC4)),
    (PUBLISHED, RGBColor(0xFF, 0x8A, 0x2A)),
];

/// The paper of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Theme {
    /// White.
    #[default]
    Light,
    /// Nearly black.
    Dark,
}

impl Theme {
    /// What a colour of the charts becomes.
    pub fn colour(self, colour: RGBColor) -> RGBColor {
        let found = DARK
            .iter()
            .find(|(light, _)| *light == colour && self == Theme::Dark);
        found.map_or(colour, |(_, dark)| *dark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast ratio: WCAG 2.2, section 1.4.3.
    fn contrast(a: RGBColor, b: RGBColor) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn dark(colour: RGBColor) -> RGBColor {
        Theme::Dark.colour(colour)
    }

    #[test]
    fn what_is_read_stands_out_from_the_paper_by_day_and_by_night() {
        for text in [INK, QUIET, IDEAL, MEASURED, PUBLISHED_TEXT]
            .into_iter()
            .chain(SERIES)
        {
            for paper in [PAPER, BAND] {
                assert!(contrast(text, paper) >= 4.5, "{text:?} on {paper:?}");
                assert!(
                    contrast(dark(text), dark(paper)) >= 4.5,
                    "{text:?} at night"
                );
            }
        }
    }

    #[test]
    fn text_on_every_shade_can_be_read() {
        for percent in 0..=100 {
            let field = shade(f64::from(percent) / 100.0);
            assert!(contrast(text_on(field), field) >= 4.5, "{field:?}");
        }
    }
}
