//! What is said about curves: title, notes and tooltips.

use super::lines::Curve;
use super::{Curves, is_wide};
use crate::chart::estimate::Estimate;
use crate::chart::unit::short;
use crate::chart::vocabulary::{self, Quantity};

/// Gaps that are named one by one.
const MOST_GAPS: usize = 4;

impl Curves {
    pub(super) fn title(&self) -> String {
        let over = format!("over {}", self.over.noun());
        vocabulary::title(&self.quantities[0].name(), &self.experiment, &over)
    }

    pub(super) fn notes(&self) -> Vec<String> {
        let what = match self.quantities[0] {
            Quantity::Throughput => vocabulary::THROUGHPUT,
            _ => vocabulary::MAKESPAN,
        };
        let mut notes = vec![format!("For {}.", self.common), what.to_owned()];
        let points = self.curves.iter().flat_map(Curve::main);
        notes.extend(vocabulary::explained(points.map(|(_, estimate)| estimate)));
        if self
            .curves
            .iter()
            .any(|curve| !curve.ideal.points.is_empty())
        {
            notes.push(vocabulary::ideal(
                self.curves.iter().any(|curve| curve.ideal_is_bound),
            ));
        }
        let rule = "the fastest, the slowest, and evenly by rank between";
        let things = "combinations of the other settings";
        notes.extend(vocabulary::shown(
            self.curves.len(),
            self.combinations,
            things,
            rule,
        ));
        let rule = if is_wide(&self.values) {
            "evenly by ratio"
        } else {
            "evenly by rank"
        };
        notes.extend(vocabulary::shown(
            self.values.len(),
            self.measured,
            "values",
            rule,
        ));
        notes.extend(self.without());
        notes
    }

    fn without(&self) -> Option<String> {
        let named = &self.gaps[..self.gaps.len().min(MOST_GAPS)];
        let more = match self.gaps.len() - named.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        (!named.is_empty()).then(|| format!("Without a good run: {}{more}.", named.join("; ")))
    }

    /// A median in words; makespan or throughput with the ideal.
    pub(super) fn tooltip(
        &self,
        curve: &Curve,
        (value, quantity, estimate): (f64, Quantity, &Estimate),
        failed: Option<String>,
    ) -> String {
        let place = format!("{} {}", short_exact(value), self.over.title());
        let of = match curve.name.as_str() {
            "" => place,
            name => format!("{name}, {place}"),
        };
        let ideal = curve
            .ideal
            .at(value)
            .filter(|_| quantity == self.quantities[0]);
        let words = [
            Some(quantity.estimate(estimate)),
            ideal.map(|ideal| format!("ideal {}", quantity.value(ideal))),
            failed,
        ];
        let words: Vec<String> = words.into_iter().flatten().collect();
        format!("{of}: {}", words.join("; "))
    }
}

/// A setting's value as it was given, without the noise of its unit.
pub(super) fn short_exact(value: f64) -> String {
    let rounded: f64 = short(value).parse().unwrap_or(value);
    if (value - value.round()).abs() < 1e-9 {
        format!("{value:.0}")
    } else {
        rounded.to_string()
    }
}
