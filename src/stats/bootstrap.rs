//! Intervals by a seeded bootstrap that holds its level at ten runs.
//!
//! The plain percentile bootstrap of a median draws only values that were measured. At n = 10 its
//! nominal 95 % interval covers 92 to 93 %, at n = 7 87 %. So resamples are drawn from a smoothed
//! distribution instead: between two neighbouring values lies 1/(n+1) of the probability, spread
//! evenly, and beyond each extreme another 1/(n+1), kept at the extreme itself. Source: Banks,
//! "Histospline smoothing the Bayesian bootstrap", Biometrika 75 (1988). No bandwidth has to be
//! chosen, so two far modes are not smeared into one, which breaks the Gaussian kernel: it fell to
//! 87 % at n = 30 on a 0.7/0.3 mixture.
//!
//! For odd n the resampled median is the type 6 quantile at a Beta((n+1)/2, (n+1)/2) variate, so
//! the interval is, but for the noise of resampling, the one from fractional order statistics of
//! Hutson, "Calculating nonparametric confidence intervals for quantiles using fractional order
//! statistics", Journal of Applied Statistics 26 (1999): nonparametric, near its level for any
//! continuous distribution. Compared by simulation with the percentile bootstrap, a Gaussian-kernel
//! bootstrap and the interpolated order statistics of Hettmansperger & Sheather (1986), it alone
//! stayed within 93 to 97 % at every n from 6 to 50 on nine distributions.

use super::Sample;

/// What a bootstrap needs to know: how sure, how many resamples, and the seed that makes it
/// repeatable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bootstrap {
    /// The level of its intervals, between 0 and 1.
    pub level: f64,
    /// How many resamples are drawn.
    pub resamples: usize,
    /// Same seed and same data: same interval.
    pub seed: u64,
}

/// A confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end; infinite where the data sets no upper bound.
    pub high: f64,
    /// The nominal level: 0.95 for a 95 % interval.
    pub level: f64,
}

impl Interval {
    /// High minus low.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// Whether the value lies inside, ends included.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

impl Bootstrap {
    /// 95 % intervals from 2,000 resamples: enough that another seed moves an end by a few percent
    /// of the width.
    pub fn seeded(seed: u64) -> Bootstrap {
        Bootstrap {
            level: 0.95,
            resamples: 2_000,
            seed,
        }
    }

    /// The interval of the median; `None` when the sample is too small for the level.
    ///
    /// No interval that a sample can give without assuming a distribution is surer than
    /// minimum-to-maximum, which misses the median when all values fall on one side of it: with
    /// probability 2^(1-n). So 95 % needs 6 values, 99 % needs 8.
    pub fn median_interval(&self, sample: &Sample) -> Option<Interval> {
        if sample.len() < self.fewest_runs() {
            return None;
        }
        let mut uniforms = vec![0.0; sample.len()];
        Some(self.interval_of(|rng| resampled_median(sample, rng, &mut uniforms)))
    }

    /// How many runs an interval of the median needs at this level.
    pub fn fewest_runs(&self) -> usize {
        (1.0 - (1.0 - self.level).log2()).ceil().max(1.0) as usize
    }

    /// The percentile interval of a statistic that `draw` computes from one resample.
    pub(super) fn interval_of(&self, mut draw: impl FnMut(&mut fastrand::Rng) -> f64) -> Interval {
        let mut rng = fastrand::Rng::with_seed(self.seed);
        let mut draws: Vec<f64> = (0..self.resamples.max(1)).map(|_| draw(&mut rng)).collect();
        self.percentile_interval(&mut draws)
    }

    /// The middle `level` of the draws. These may be infinite, so no interpolation: the ends are
    /// draws themselves.
    pub(super) fn percentile_interval(&self, draws: &mut [f64]) -> Interval {
        draws.sort_unstable_by(f64::total_cmp);
        let last = draws.len() - 1;
        let cut = ((1.0 - self.level) / 2.0 * last as f64).round() as usize;
        Interval {
            low: draws[cut],
            high: draws[last - cut],
            level: self.level,
        }
    }
}

/// The median of one smoothed resample. The type 6 quantile function rises, so the middle values
/// of the resample are the quantiles at the middle uniforms: only these are looked up.
pub(super) fn resampled_median(
    sample: &Sample,
    rng: &mut fastrand::Rng,
    uniforms: &mut [f64],
) -> f64 {
    uniforms.fill_with(|| rng.f64());
    let half = uniforms.len() / 2;
    let odd = uniforms.len() % 2 == 1;
    let (below, &mut middle, _) = uniforms.select_nth_unstable_by(half, f64::total_cmp);
    let upper = sample.quantile_type6(middle);
    if odd {
        return upper;
    }
    let lower = sample.quantile_type6(below.iter().copied().fold(0.0, f64::max));
    lower / 2.0 + upper / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::new(values.to_vec()).unwrap()
    }

    #[test]
    fn the_same_seed_gives_the_same_interval_and_another_nearly_the_same() {
        let ten = sample(&[9.7, 9.9, 10.0, 10.0, 10.1, 10.1, 10.2, 10.4, 10.5, 11.0]);
        let first = Bootstrap::seeded(1).median_interval(&ten).unwrap();
        assert_eq!(Bootstrap::seeded(1).median_interval(&ten), Some(first));
        let other = Bootstrap::seeded(2).median_interval(&ten).unwrap();
        assert!((first.low - other.low).abs() < 0.1 * first.width());
        assert!((first.high - other.high).abs() < 0.1 * first.width());
    }

    #[test]
    fn five_runs_are_too_few_for_95_percent_and_six_are_enough() {
        let bootstrap = Bootstrap::seeded(1);
        assert_eq!(bootstrap.fewest_runs(), 6);
        assert_eq!(bootstrap.median_interval(&sample(&[1.0; 5])), None);
        assert!(bootstrap.median_interval(&sample(&[1.0; 6])).is_some());
        let surer = Bootstrap {
            level: 0.99,
            ..bootstrap
        };
        assert_eq!(surer.fewest_runs(), 8);
    }

    #[test]
    fn equal_runs_give_an_interval_without_width() {
        let interval = Bootstrap::seeded(3)
            .median_interval(&sample(&[2.5; 10]))
            .unwrap();
        assert_eq!((interval.low, interval.high), (2.5, 2.5));
    }

    #[test]
    fn a_higher_level_gives_a_wider_interval() {
        let ten = sample(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]);
        let width = |level| {
            let bootstrap = Bootstrap {
                level,
                ..Bootstrap::seeded(4)
            };
            bootstrap.median_interval(&ten).unwrap().width()
        };
        assert!(width(0.5) < width(0.9) && width(0.9) < width(0.99));
    }

    #[test]
    fn unbounded_draws_give_an_unbounded_interval_not_nan() {
        let mut draws = vec![f64::INFINITY; 100];
        draws[..50].fill(1.0);
        let interval = Bootstrap::seeded(5).percentile_interval(&mut draws);
        assert_eq!((interval.low, interval.high), (1.0, f64::INFINITY));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_interval_holds_the_sample_median_and_stays_within_the_extremes(
            values in prop::collection::vec(-1e6..1e6, 6..40), seed: u64,
        ) {
            let sample = Sample::new(values).unwrap();
            let bootstrap = Bootstrap { resamples: 200, ..Bootstrap::seeded(seed) };
            let interval = bootstrap.median_interval(&sample).unwrap();
            prop_assert!(interval.contains(sample.median()));
            prop_assert!(sample.min() <= interval.low && interval.high <= sample.max());
        }

        #[test]
        fn the_interval_scales_with_the_unit(
            values in prop::collection::vec(-1e6..1e6, 6..40), seed: u64,
        ) {
            let bootstrap = Bootstrap { resamples: 50, ..Bootstrap::seeded(seed) };
            let interval = |values: Vec<f64>| {
                bootstrap.median_interval(&Sample::new(values).unwrap()).unwrap()
            };
            let scaled = interval(values.iter().map(|value| value * 1024.0).collect());
            let plain = interval(values);
            prop_assert_eq!(scaled.low, 1024.0 * plain.low);
            prop_assert_eq!(scaled.high, 1024.0 * plain.high);
        }
    }
}
