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
}

/// Adds runs by their look, what is not plain in front of another layer, and those beyond the axis,
/// which stand at its end, with symbols for either side.
pub(super) fn add(facet: &mut Facet, runs: Vec<(Datum, Look)>, ends: [Symbol; 2], between: Layer) {
    let side = |datum: &Datum| {
        [datum.x.at, datum.y.at]
            .into_iter()
            .find(|at| at.is_infinite())
    };
    let (beyond, within): (Vec<_>, Vec<_>) = runs
        .into_iter()
        .partition(|(datum, look)| *look != Look::Failed && side(datum).is_some());
    let layer = |look: Look| {
        let (symbol, radius, colour) = look.symbol();
        let data = within
            .iter()
            .filter(|(_, own)| *own == look)
            .map(|(datum, _)| datum.clone());
        Layer::new(Mark::Point(symbol, radius), colour, data)
    };
    facet.add_layer(layer(Look::Plain));
    facet.add_layer(between);
    facet.add_layer(layer(Look::Mild));
    facet.add_layer(layer(Look::Severe));
    facet.add_layer(layer(Look::Failed).lift(7.0));
    for (symbol, end) in ends.into_iter().zip([f64::NEG_INFINITY, f64::INFINITY]) {
        let data = beyond.iter().filter(|(datum, _)| side(datum) == Some(end));
        let data = data.map(|(datum, _)| datum.clone());
        facet.add(Mark::Point(symbol, 3.0), theme::PUBLISHED, data);
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
    if counts.is_empty() {
        String::new()
    } else {
        format!("; {}", counts.join(", "))
    }
}
