//! The grammar of charts: what a chart is made of, as data. A chart has facets, a facet two axes and
//! layers, a layer one kind of mark and its data. Values are those of the records, without any
//! pixel: where they stand is for the compositor.

use std::collections::BTreeSet;

use itertools::Itertools;
use plotters::style::RGBColor;

use super::color_scale::ColorScale;
use super::palette::Look;
use super::scale::Scale;
use super::scene::Stroke;
use super::symbol::Symbol;
use super::theme;
use crate::model::Runtime;
use crate::stats::Estimate;

/// What a picture shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// In one line.
    pub title: String,
    /// What a reader has to know, one sentence each.
    pub notes: Vec<String>,
    /// One below the other, or side by side.
    pub facets: Vec<Facet>,
}

/// A plot area with its axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facet {
    /// Above it, in bold.
    pub heading: String,
    /// At the right end of the heading.
    pub facts: String,
    /// What the marks mean; only those that are drawn.
    pub legend: Vec<Legend>,
    /// From left to right.
    pub x: Axis,
    /// From the bottom upwards; bands from the top downwards.
    pub y: Axis,
    /// What stands beside the bands of the vertical axis.
    pub table: Option<Table>,
    /// The height of the plot area, or of a band, in logical pixels.
    pub height: f64,
    /// Room at the foot of the plot area, below all values, for layers that are lifted from there.
    pub foot: f64,
    /// From the back to the front.
    pub layers: Vec<Layer>,
    /// The names of series, at their right ends.
    pub labels: Vec<EndLabel>,
    /// Sentences below it.
    pub captions: Vec<String>,
    /// Whether it stands beside the one before it where there is room.
    pub beside: bool,
}

/// A scale, and what is written beside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// Where values stand.
    pub scale: Scale,
    /// What they are, with the unit; may be empty.
    pub title: String,
    /// Which of them are written.
    pub ticks: Ticks,
}

/// The values that are written beside an axis, as far as there is room.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Ticks {
    /// Round ones.
    #[default]
    Round,
    /// Round ones that are whole.
    Whole,
    /// Round percentages with their signs.
    Signed,
    /// These.
    At(Vec<(f64, String)>),
}

/// Marks of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Which kind.
    pub mark: Mark,
    /// The colour of those that have none of their own.
    pub colour: RGBColor,
    /// From 0, transparent, to 1.
    pub opacity: f64,
    /// How far they are lifted from where they stand, in logical pixels.
    pub lift: f64,
    /// Where they stand.
    pub data: Vec<Datum>,
}

/// A kind of mark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mark {
    /// A line from datum to datum of some thickness.
    Line(f64, Stroke),
    /// A line that stays level until the next datum.
    Step(f64),
    /// A symbol and half its width, with its interval where that is longer. Its text is placed
    /// beside it where there is room.
    Point(Symbol, f64),
    /// A rectangle from end to end of both extents. Its text stands right of it.
    Bar,
    /// A rectangle that fills a pair of bands, with its text in it.
    Cell(Fill),
    /// A straight line along the extents, of some thickness.
    Rule(f64, Stroke),
    /// An area between the ends of the vertical extents.
    Band,
    /// A line along the extents, where it is longer than a point.
    Interval,
    /// A line around bands that lie together.
    Outline,
    /// A text over the plot area, from its left end on.
    Text,
}

/// What is in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Its colour.
    Colour,
    /// Nothing: it was not measured.
    Empty,
    /// A cross: it failed.
    Crossed,
}

/// The ends of a value, and the value itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Extent {
    /// The lower end.
    pub low: f64,
    /// The value.
    pub at: f64,
    /// The upper end.
    pub high: f64,
}

/// The whole of an axis.
pub const WHOLE: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

/// One mark.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Datum {
    /// Along the horizontal axis.
    pub x: Extent,
    /// Along the vertical axis.
    pub y: Extent,
    /// What is written at it.
    pub text: String,
    /// What a reader gets who points at it.
    pub tooltip: String,
    /// Its colour, where it is not that of its layer.
    pub colour: Option<RGBColor>,
    /// Its opacity, where it is not that of its layer.
    pub opacity: Option<f64>,
    /// Whether its text is bold.
    pub bold: bool,
}

/// The name of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct EndLabel {
    /// The value at which the series ends.
    pub value: f64,
    /// The name and how its marks look; a line has no key beside its end.
    pub name: Legend,
    /// A colour that can be read as text.
    pub colour: RGBColor,
}

/// What a mark means.
#[derive(Clone, Debug, PartialEq)]
pub struct Legend {
    /// How the mark looks.
    pub key: Key,
    /// What it means.
    pub words: String,
}

/// The look of a mark.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// A point.
    Point(Symbol, f64, RGBColor),
    /// A level line.
    Line(f64, Stroke, RGBColor),
    /// Fields of colour.
    Fields(Vec<RGBColor>),
    /// An interval with its median, as the lower part of the spread has them.
    Interval(RGBColor),
    /// A scale of colours between the words at its ends.
    Colours(ColorScale, String, String),
}

/// What stands beside bands.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The size of the text.
    pub em: f64,
    /// One for each band.
    pub rows: Vec<Row>,
    /// From left to right.
    pub columns: Vec<Column>,
}

/// A band's name and values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Whether the name is bold.
    pub bold: bool,
    /// What a reader gets who points at the row.
    pub tooltip: String,
    /// One for each column.
    pub values: Vec<String>,
    /// The colour of values in columns that have a symbol.
    pub colour: Option<RGBColor>,
}

/// A column of values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Column {
    /// Above it.
    pub head: String,
    /// What marks these values in the plot area.
    pub symbol: Option<(Symbol, f64)>,
    /// The colour of the head, the symbol and the values.
    pub colour: RGBColor,
    /// Whether values are bold.
    pub bold: bool,
    /// Whether it stands between names and plot area, and not behind the plot area.
    pub is_left: bool,
}

impl Chart {
    /// With its title, those of its notes that there are, and its facets.
    pub fn new(
        title: String,
        notes: impl IntoIterator<Item = Option<String>>,
        facets: Vec<Facet>,
    ) -> Self {
        let notes = notes.into_iter().flatten().collect();
        Chart {
            title,
            notes,
            facets,
        }
    }
}

impl Facet {
    /// A facet with two axes and nothing in it.
    pub fn new(x: Axis, y: Axis, height: f64) -> Self {
        Facet {
            x,
            y,
            height,
            ..Facet::default()
        }
    }

    /// Adds marks of one kind in front of the others, if there are any.
    pub fn add(&mut self, mark: Mark, colour: RGBColor, data: impl IntoIterator<Item = Datum>) {
        self.add_layer(Layer::new(mark, colour, data));
    }

    /// Adds a layer in front of the others, unless it has no data.
    pub fn add_layer(&mut self, layer: Layer) {
        if !layer.data.is_empty() {
            self.layers.push(layer);
        }
    }

    /// Adds the points of a series, joined by a line.
    pub fn add_series(&mut self, look: Look, data: Vec<Datum>) {
        let line = data.iter().map(|datum| Datum::new(datum.x.at, datum.y.at));
        self.add(Mark::Line(1.5, Stroke::Solid), look.colour, line);
        self.add(Mark::Point(look.symbol, 3.5), look.colour, data);
    }

    /// Adds a dashed line, and its name where it has one.
    pub fn add_ideal(&mut self, colour: RGBColor, points: &[(f64, f64)], is_named: bool) {
        let data = points.iter().map(|&(x, y)| Datum::new(x, y));
        self.add(Mark::Line(1.5, Stroke::Dashed), colour, data);
        let end = points.last().filter(|_| is_named);
        let label = |end: &(f64, f64)| EndLabel::line(end.1, "ideal", Stroke::Dashed, colour);
        self.labels.extend(end.map(label));
    }
}

/// Measured values that all have a tick: of more, round numbers are read more easily.
const MOST_TICKS: usize = 14;

impl Ticks {
    /// At these values that were measured, unless they are many.
    pub fn measured(ticks: Vec<(f64, String)>) -> Self {
        match ticks.len() {
            0..=MOST_TICKS => Ticks::At(ticks),
            _ => Ticks::Round,
        }
    }
}

impl Axis {
    /// An axis with round ticks.
    pub fn new(scale: Scale, title: impl Into<String>) -> Self {
        Axis::with(scale, title, Ticks::Round)
    }

    /// An axis with these ticks.
    pub fn with(scale: Scale, title: impl Into<String>, ticks: Ticks) -> Self {
        let title = title.into();
        Axis {
            scale,
            title,
            ticks,
        }
    }

    /// Numbered bands with a word for each.
    pub fn bands(words: impl IntoIterator<Item = String>, title: &str) -> Self {
        let ticks = words.into_iter().enumerate();
        let ticks: Vec<(f64, String)> = ticks.map(|(n, word)| (n as f64, word)).collect();
        let scale = Scale::band(ticks.len() as f64);
        Axis::with(scale, title, Ticks::At(ticks))
    }

    /// Numbered bands without words.
    pub fn rows(count: usize) -> Self {
        Axis::new(Scale::band(count as f64), "")
    }
}

impl Layer {
    /// A layer of opaque marks.
    pub fn new(mark: Mark, colour: RGBColor, data: impl IntoIterator<Item = Datum>) -> Self {
        let data = data.into_iter().collect();
        let (opacity, lift) = (1.0, 0.0);
        Layer {
            mark,
            colour,
            opacity,
            lift,
            data,
        }
    }

    /// The same, so opaque.
    pub fn opacity(self, opacity: f64) -> Self {
        Layer { opacity, ..self }
    }

    /// The same, lifted so many pixels.
    pub fn lift(self, lift: f64) -> Self {
        Layer { lift, ..self }
    }
}

impl Datum {
    /// A mark without words.
    pub fn new(x: impl Into<Extent>, y: impl Into<Extent>) -> Self {
        let (x, y) = (x.into(), y.into());
        Datum {
            x,
            y,
            ..Datum::default()
        }
    }

    /// The same with a text.
    pub fn text(self, text: impl Into<String>) -> Self {
        let text = text.into();
        Datum { text, ..self }
    }

    /// The same with a tooltip.
    pub fn tooltip(self, tooltip: impl Into<String>) -> Self {
        let tooltip = tooltip.into();
        Datum { tooltip, ..self }
    }

    /// The same with a bold text.
    pub fn bold(self) -> Self {
        Datum { bold: true, ..self }
    }

    /// The same in a colour of its own.
    pub fn coloured(self, colour: RGBColor) -> Self {
        let colour = Some(colour);
        Datum { colour, ..self }
    }
}

impl Extent {
    /// With its low end, its value and its high end.
    pub fn new(low: f64, at: f64, high: f64) -> Self {
        Extent { low, at, high }
    }
}

impl From<f64> for Extent {
    fn from(at: f64) -> Self {
        Extent::new(at, at, at)
    }
}

impl From<(f64, f64)> for Extent {
    fn from((low, high): (f64, f64)) -> Self {
        let middle = f64::midpoint(low, high);
        // The whole of an axis has no middle, and stands at its low end.
        Extent::new(low, if middle.is_nan() { low } else { middle }, high)
    }
}

impl From<&Estimate> for Extent {
    fn from(estimate: &Estimate) -> Self {
        Extent::new(estimate.low, estimate.median, estimate.high)
    }
}

impl EndLabel {
    /// The name of a line.
    pub fn line(value: f64, words: &str, stroke: Stroke, colour: RGBColor) -> Self {
        let name = Legend::new(Key::Line(1.5, stroke, colour), words);
        EndLabel {
            value,
            name,
            colour,
        }
    }

    /// The name of points.
    pub fn points(value: f64, words: &str, look: Look) -> Self {
        let (name, colour) = (Legend::look(look, 3.5, words), look.colour);
        EndLabel {
            value,
            name,
            colour,
        }
    }
}

impl Table {
    /// Names and values of things: a row for each, and those columns that have any value.
    pub fn new<T, const N: usize>(
        em: f64,
        things: &[T],
        row: impl Fn(&T) -> Row,
        columns: [Column; N],
        values: impl Fn(&T) -> [String; N],
    ) -> Self {
        let values = things.iter().map(values).collect_vec();
        let is_used: [bool; N] =
            std::array::from_fn(|column| values.iter().any(|row| !row[column].is_empty()));
        let rows = things.iter().map(row).zip(values).map(|(mut row, values)| {
            let used = values
                .into_iter()
                .zip(is_used)
                .filter(|(_, is_used)| *is_used);
            row.values = used.map(|(value, _)| value).collect();
            row
        });
        let used = columns
            .into_iter()
            .zip(is_used)
            .filter(|(_, is_used)| *is_used);
        Table {
            em,
            rows: rows.collect(),
            columns: used.map(|(column, _)| column).collect(),
        }
    }
}

impl Row {
    /// A row with a name, without values.
    pub fn new(name: impl Into<String>, tooltip: String) -> Self {
        Row {
            name: name.into(),
            tooltip,
            ..Row::default()
        }
    }
}

impl Column {
    /// A column behind the plot area.
    pub fn new(head: impl Into<String>, colour: RGBColor) -> Self {
        Column {
            head: head.into(),
            colour,
            ..Column::default()
        }
    }

    /// That of how many runs failed.
    pub fn failed() -> Self {
        Column::new("failed", theme::PUBLISHED_TEXT)
    }

    /// The same with bold values.
    pub fn bold(self) -> Self {
        Column { bold: true, ..self }
    }

    /// The same between names and plot area.
    pub fn left(self) -> Self {
        Column {
            is_left: true,
            ..self
        }
    }

    /// The same with what marks its values in the plot area.
    pub fn marked(self, symbol: Symbol, radius: f64) -> Self {
        Column {
            symbol: Some((symbol, radius)),
            ..self
        }
    }
}

impl Legend {
    /// A point and its meaning.
    pub fn point(symbol: Symbol, radius: f64, colour: RGBColor, words: impl Into<String>) -> Self {
        Legend::new(Key::Point(symbol, radius, colour), words)
    }

    /// A series and its meaning.
    pub fn look(Look { symbol, colour }: Look, radius: f64, words: impl Into<String>) -> Self {
        Legend::point(symbol, radius, colour, words)
    }

    /// What the symbols of runtimes mean, where there are several.
    pub fn runtimes<'a>(runtimes: impl IntoIterator<Item = &'a Runtime>, radius: f64) -> Vec<Self> {
        let runtimes: BTreeSet<&Runtime> = runtimes.into_iter().collect();
        let of =
            |one: &&Runtime| Legend::look(Look::of_runtime(one), radius, format!("{one} runtime"));
        let several = runtimes.iter().filter(|_| runtimes.len() > 1);
        several.map(of).collect()
    }

    /// A mark and its meaning.
    pub fn new(key: Key, words: impl Into<String>) -> Self {
        let words = words.into();
        Legend { key, words }
    }
}
