//! How a run looks: a point, or a shape of its own.

use plotters::style::RGBColor;

use super::repeats::{Deviation, Outcome, Run};
use crate::chart::grammar::{Datum, Facet, Layer, Legend, Mark};
use crate::chart::symbol::Symbol;
use crate::chart::theme;
use crate::stats::Place;

/// What a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Like the others.
    Plain,
    /// Beyond an inner fence.
    Mild,
    /// Beyond an outer fence.
    Severe,
    /// It failed.
    Failed,
}

impl Look {
    /// All of them.
    pub const ALL: [Look; 4] = [Look::Plain, Look::Mild, Look::Severe, Look::Failed];

    /// Of a good run.
    pub fn of(deviation: &Deviation) -> Look {
        match deviation.place {
            Place::Inside => Look::Plain,
            Place::LowMild | Place::HighMild => Look::Mild,
            Place::LowSevere | Place::HighSevere => Look::Severe,
        }
    }

    /// Of any run.
    pub fn of_run(run: &Run) -> Look {
        match &run.outcome {
            Outcome::Good(deviation) => Look::of(deviation),
            Outcome::Bad(_) => Look::Failed,
        }
    }

    /// What it says.
    pub fn words(self) -> &'static str {
        match self {
            Look::Plain => "a run",
            Look::Mild => "outlier",
            Look::Severe => "far outlier",
            Look::Failed => "failed",
        }
    }

    fn symbol(self) -> (Symbol, f64, RGBColor) {
        match self {
            Look::Plain => (Symbol::Disc, 2.0, theme::QUIET),
            Look::Mild => (Symbol::Ring, 2.75, theme::PUBLISHED),
            Look::Severe => (Symbol::Diamond, 3.5, theme::PUBLISHED),
            Look::Failed => (Symbol::Cross, 3.5, theme::INK),
        }
    }

    /// In the legend.
    pub fn legend(self) -> Legend {
        let (symbol, radius, colour) = self.symbol();
        Legend::point(symbol, radius, colour, self.words())
    }

    /// A layer of such runs.
    pub fn layer(self, data: Vec<Datum>) -> Layer {
        let (symbol, radius, colour) = self.symbol();
        Layer::new(Mark::Point(symbol, radius), colour, data)
    }
}

/// Adds runs that stand at an end of an axis, because they lie beyond it, and all others by their
/// look, what is not plain in front; between them goes another layer.
pub(super) fn add(
    facet: &mut Facet,
    runs: Vec<(Datum, Look)>,
    [low, high]: [Symbol; 2],
    between: Layer,
) {
    let end = |datum: &Datum| {
        [datum.x.at, datum.y.at]
            .into_iter()
            .find(|at| at.is_infinite())
    };
    let is_good = |look: Look| look != Look::Failed;
    let within = |wanted: Look| -> Vec<Datum> {
        let of_look = runs.iter().filter(|(_, look)| *look == wanted);
        let within = of_look.filter(|(datum, look)| !is_good(*look) || end(datum).is_none());
        within.map(|(datum, _)| datum.clone()).collect()
    };
    facet.add(Look::Plain.layer(within(Look::Plain)));
    facet.add(between);
    for look in [Look::Mild, Look::Severe] {
        facet.add(look.layer(within(look)));
    }
    facet.add(Look::Failed.layer(within(Look::Failed)).lift(7.0));
    for (symbol, side) in [(low, f64::NEG_INFINITY), (high, f64::INFINITY)] {
        let beyond = runs
            .iter()
            .filter(|(datum, look)| is_good(*look) && end(datum) == Some(side));
        let beyond = beyond.map(|(datum, _)| datum.clone());
        facet.add(Layer::new(
            Mark::Point(symbol, 3.0),
            theme::PUBLISHED,
            beyond,
        ));
    }
}

/// How many of them are not plain, as the end of a sentence: `; 2 outliers, 1 failed`.
pub(super) fn counted(looks: impl Iterator<Item = Look> + Clone) -> String {
    let counts = [Look::Mild, Look::Severe, Look::Failed].map(|what| {
        let count = looks.clone().filter(|look| *look == what).count();
        let plural = if count > 1 && what != Look::Failed {
            "s"
        } else {
            ""
        };
        (count > 0).then(|| format!("{count} {}{plural}", what.words()))
    });
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    match counts.is_empty() {
        true => String::new(),
        false => format!("; {}", counts.join(", ")),
    }
}
