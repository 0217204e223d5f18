//! What theory allows along a line. Must not know what it is of: makespans or throughputs.

/// Ideals that differ by less, as the logarithm of their ratio, do so by the noise of the calibration.
const NOISE: f64 = 0.05;

/// The ideal at some places of a line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ideal {
    /// The places, ascending, and the ideals there, all of them more than 0. None when the work has
    /// no ideal.
    pub points: Vec<(f64, f64)>,
}

impl Ideal {
    /// The ideal at a place.
    pub fn at(&self, place: f64) -> Option<f64> {
        let found = self.points.iter().find(|(at, _)| *at == place);
        found.map(|(_, ideal)| *ideal)
    }

    /// Whether it is that of another line, but for the noise of the calibration.
    pub fn is_that_of(&self, other: &Ideal) -> bool {
        let near = |a: f64, b: f64| (a / b).ln().abs() < NOISE;
        let mut pairs = self.points.iter().zip(&other.points);
        self.points.len() == other.points.len() && pairs.all(|(a, b)| a.0 == b.0 && near(a.1, b.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_share_an_ideal_where_only_noise_is_between_them() {
        let ideal = |points: &[(f64, f64)]| Ideal {
            points: points.to_vec(),
        };
        let one = ideal(&[(1.0, 100.0), (2.0, 200.0)]);
        assert_eq!((one.at(2.0), one.at(3.0)), (Some(200.0), None));
        assert!(one.is_that_of(&ideal(&[(1.0, 103.0), (2.0, 197.0)])));
        assert!(!one.is_that_of(&ideal(&[(1.0, 110.0), (2.0, 200.0)])));
        assert!(!one.is_that_of(&ideal(&[(1.0, 100.0), (4.0, 200.0)])));
        assert!(!one.is_that_of(&ideal(&[(1.0, 100.0)])));
    }
}
