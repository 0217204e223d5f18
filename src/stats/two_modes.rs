//! Whether runs seem to fall into two groups.

use std::fmt;

use super::Sample;

/// Two groups of runs, apart from each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoModes {
    /// How many runs the lower group has.
    pub lower_runs: usize,
    /// Their mean.
    pub lower: f64,
    /// How many runs the upper group has.
    pub upper_runs: usize,
    /// Their mean.
    pub upper: f64,
}

/// Fewer runs split into two groups by chance.
const FEWEST_RUNS: usize = 8;
/// A smaller group is a few outliers, which Tukey's fences tell.
const SMALLEST_SHARE: f64 = 0.2;
/// How much of the variance the split must explain. The best split of a long normal sample
/// explains 2/pi = 64 %, of a uniform one 75 %; small samples scatter around that, and at this
/// limit about 1 % of normal samples of eight and 0.3 % of ten are suspected (simulated).
const LEAST_EXPLAINED: f64 = 0.93;

/// The split of the sorted values that leaves the least variance within the groups, when that is
/// little enough to suspect two modes. The split is that of one-dimensional 2-means, found by
/// trying all: Fisher, "On Grouping for Maximum Homogeneity", JASA 53 (1958); Otsu's threshold.
/// A suspicion, not a test.
pub(super) fn two_modes(sample: &Sample) -> Option<TwoModes> {
    let values = sample.values();
    let n = values.len();
    if n < FEWEST_RUNS {
        return None;
    }
    let mean = sample.mean();
    let total: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let fewest = (SMALLEST_SHARE * n as f64).ceil() as usize;
    let splits = (fewest..=n - fewest).map(|at| split(values, at));
    let best = splits.max_by(|a, b| a.between().total_cmp(&b.between()))?;
    (total > 0.0 && best.between() >= LEAST_EXPLAINED * total).then_some(best)
}

fn split(values: &[f64], at: usize) -> TwoModes {
    let mean = |group: &[f64]| group.iter().sum::<f64>() / group.len() as f64;
    TwoModes {
        lower_runs: at,
        lower: mean(&values[..at]),
        upper_runs: values.len() - at,
        upper: mean(&values[at..]),
    }
}

impl TwoModes {
    /// The sum of squares between the groups.
    fn between(&self) -> f64 {
        let (lower, upper) = (self.lower_runs as f64, self.upper_runs as f64);
        lower * upper / (lower + upper) * (self.upper - self.lower).powi(2)
    }
}

impl fmt::Display for TwoModes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the runs fall into two groups ({} around {:.4}, {} around {:.4})",
            self.lower_runs, self.lower, self.upper_runs, self.upper
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(values: &[f64]) -> Option<TwoModes> {
        two_modes(&Sample::new(values.to_vec()).unwrap())
    }

    #[test]
    fn two_groups_are_found_with_their_sizes_and_means() {
        let modes = found(&[1.0, 1.1, 0.9, 1.0, 2.0, 2.1, 1.9, 2.0, 1.0, 1.0]).unwrap();
        assert_eq!((modes.lower_runs, modes.upper_runs), (6, 4));
        assert!((modes.lower - 1.0).abs() < 1e-9 && (modes.upper - 2.0).abs() < 1e-9);
    }

    #[test]
    fn evenly_spread_equal_and_few_values_are_one_group() {
        let even: Vec<f64> = (0..20).map(f64::from).collect();
        assert_eq!(found(&even), None);
        assert_eq!(found(&[1.0; 10]), None);
        assert_eq!(found(&[1.0, 1.0, 2.0, 2.0]), None);
    }

    #[test]
    fn one_wild_run_is_an_outlier_not_a_mode() {
        let mut values = [1.0; 12];
        values[5] = 9.0;
        assert_eq!(found(&values), None);
    }
}
