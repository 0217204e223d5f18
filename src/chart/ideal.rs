//! What theory allows along a line. Must not know what it is of: makespans or throughputs.

use itertools::Itertools;
use plotters::style::RGBColor;

use super::grammar::Facet;
use super::theme;

/// Ideals that differ by less, as the logarithm of their ratio, do so by the noise of the calibration.
const NOISE: f64 = 0.05;

/// Places of a line, ascending, and the ideals there, all of them more than 0. None when the work has
/// no ideal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ideal(pub Vec<(f64, f64)>);

impl Ideal {
    /// The ideal at a place.
    pub fn at(&self, place: f64) -> Option<f64> {
        let found = self.0.iter().find(|(at, _)| *at == place);
        found.map(|(_, ideal)| *ideal)
    }

    /// Whether it is that of another line, but for the noise of the calibration.
    pub fn is_that_of(&self, other: &Ideal) -> bool {
        let near = |a: f64, b: f64| (a / b).ln().abs() < NOISE;
        let mut pairs = self.0.iter().zip(&other.0);
        self.0.len() == other.0.len() && pairs.all(|(a, b)| a.0 == b.0 && near(a.1, b.1))
    }
}

/// Adds the ideals of lines of these colours: one for all where they agree.
pub fn add<'a>(facet: &mut Facet, lines: impl Iterator<Item = (&'a Ideal, RGBColor)>) {
    let lines = lines.collect_vec();
    let (first, _) = lines[0];
    if lines.iter().all(|(ideal, _)| ideal.is_that_of(first)) {
        facet.add_ideal(theme::IDEAL, &first.0, true);
    } else {
        for (ideal, colour) in lines {
            facet.add_ideal(colour, &ideal.0, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_share_an_ideal_where_only_noise_is_between_them() {
        let ideal = |points: &[(f64, f64)]| Ideal(points.to_vec());
        let one = ideal(&[(1.0, 100.0), (2.0, 200.0)]);
        assert_eq!((one.at(2.0), one.at(3.0)), (Some(200.0), None));
        assert!(one.is_that_of(&ideal(&[(1.0, 103.0), (2.0, 197.0)])));
        assert!(!one.is_that_of(&ideal(&[(1.0, 110.0), (2.0, 200.0)])));
        assert!(!one.is_that_of(&ideal(&[(1.0, 100.0), (4.0, 200.0)])));
        assert!(!one.is_that_of(&ideal(&[(1.0, 100.0)])));
    }
}
