use plotters::style::RGBColor;

/// A figure's width in logical pixels. A PNG has twice as many.
pub const WIDTH: f64 = 700.0;
/// Free space around a figure, in logical pixels.
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
