//! Which of several things is good enough, by resampling all of them together.
//!
//! The question is that of ranking and selection: not "which differ", but "which may be taken".
//! Source: Nelson, Swann, Goldsman & Song, "Simple procedures for selecting the best simulated
//! system when the number of alternatives is large", Operations Research 49 (2001), whose
//! indifference zone is `within` here; the probability of good selection is estimated by the
//! smoothed bootstrap of [`super::bootstrap`] rather than by normal theory, since makespans are
//! skewed and have outliers.
//!
//! In each resample every contender gets a median, and is good when that is at most
//! `1 + within` times the smallest of all. P(within) is the share of resamples in which it is good.

use std::f64::consts::FRAC_1_SQRT_2;

use super::bootstrap::resampled_median;
use super::normal::{standard_normal, upper_quantile};
use super::{Bootstrap, Fences, Place, Sample};

/// How contenders are held against each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Selection {
    /// By how much longer than the best a good one may take, as a share.
    pub within: f64,
    /// The noise of a run: the standard deviation of the logarithm of what it takes. What is known
    /// of contenders that have too few runs for an interval of their own; see [`Noise`].
    pub noise: f64,
    /// Level, resamples and seed.
    pub bootstrap: Bootstrap,
}

/// What a median of so few normal values scatters by, as a share of what one value does. Exact for
/// 1 and 2; for 3 to 5 from the moments of normal order statistics (Teichroew, "Tables of Expected
/// Values of Order Statistics", Annals of Mathematical Statistics 27 (1956)).
const SCATTER_OF_MEDIAN: [f64; 5] = [1.0, FRAC_1_SQRT_2, 0.6698, 0.5459, 0.5356];

/// From so many runs on the resampled median is not searched among as many uniform variates: it is
/// the quantile at a Beta((n+1)/2, (n+1)/2) variate, which is by then as good as normal.
const MANY: usize = 13;

/// No normal variate among some thousands lies further out.
const FURTHEST: f64 = 4.5;

impl Selection {
    /// P(within) of each contender. A contender without a sample has none, and is 0.
    pub fn p_within(&self, contenders: &[Option<&Sample>]) -> Vec<f64> {
        let mut rng = fastrand::Rng::with_seed(self.bootstrap.seed);
        let winsorized: Vec<Option<Sample>> = (contenders.iter())
            .map(|sample| sample.map(|sample| self.winsorized(sample)))
            .collect();
        let racing = self.may_be_good(&winsorized);
        let mut medians = vec![0.0; racing.len()];
        let mut good = vec![0_usize; racing.len()];
        let mut uniforms = Vec::new();
        let resamples = self.bootstrap.resamples.max(1);
        for _ in 0..resamples {
            for (median, (_, sample)) in medians.iter_mut().zip(&racing) {
                *median = self.draw(sample, &mut rng, &mut uniforms);
            }
            let best = medians.iter().copied().fold(f64::INFINITY, f64::min);
            let limit = best * (1.0 + self.within);
            for (good, median) in good.iter_mut().zip(&medians) {
                *good += usize::from(*median <= limit);
            }
        }
        let mut all = vec![0.0; contenders.len()];
        for ((index, _), good) in racing.iter().zip(good) {
            all[*index] = good as f64 / resamples as f64;
        }
        all
    }

    /// The factor from which on the slower of two medians of so many runs each is surely slower than
    /// the indifference zone allows, when all that is known is the noise of a run: the lower end of
    /// a one-sided interval of the ratio of two log-normal medians.
    pub fn surely_apart(&self, runs: usize) -> f64 {
        let scatter = SCATTER_OF_MEDIAN[runs.clamp(1, SCATTER_OF_MEDIAN.len()) - 1];
        let z = upper_quantile(1.0 - self.bootstrap.level);
        (1.0 + self.within) * (z * 2.0_f64.sqrt() * scatter * self.noise).exp()
    }

    /// Those that are good in any resample at all, with their places: no median of a resample lies
    /// outside its sample, so what begins above the limit of another's end is never good, and never
    /// the best. The answer is the same, and most contenders of a grid are spared.
    fn may_be_good<'a>(&self, contenders: &'a [Option<Sample>]) -> Vec<(usize, &'a Sample)> {
        let there = contenders.iter().enumerate();
        let mut racing: Vec<(usize, &Sample)> = there
            .filter_map(|(index, sample)| Some((index, sample.as_ref()?)))
            .collect();
        let ends = racing.iter().map(|(_, sample)| self.ends(sample).1);
        let limit = ends.fold(f64::INFINITY, f64::min) * (1.0 + self.within);
        racing.retain(|(_, sample)| self.ends(sample).0 <= limit);
        racing
    }

    /// With each outlier drawn in to the nearest value that is none. Between the last two values of
    /// a sample lies 1/(n+1) of the smoothed distribution, and a gap to an outlier takes it all:
    /// one disturbed run of six would move the median in a quarter of the resamples.
    fn winsorized(&self, sample: &Sample) -> Sample {
        let fences = Fences::of(sample);
        let is_inside = |value: &&f64| fences.place(**value) == Place::Inside;
        let mut inside = sample.values().iter().filter(is_inside);
        let ends = inside
            .next()
            .map(|low| (*low, *inside.next_back().unwrap_or(low)));
        let (low, high) = ends.unwrap_or((sample.min(), sample.max()));
        let drawn_in = sample.values().iter().map(|value| value.clamp(low, high));
        Sample::new(drawn_in.collect()).unwrap_or_else(|_| sample.clone())
    }

    fn has_interval(&self, sample: &Sample) -> bool {
        sample.len() >= self.bootstrap.fewest_runs()
    }

    /// Between which values all medians of resamples lie.
    fn ends(&self, sample: &Sample) -> (f64, f64) {
        if self.has_interval(sample) {
            return (sample.min(), sample.max());
        }
        let reach = (FURTHEST * self.scatter(sample)).exp();
        (sample.median() / reach, sample.median() * reach)
    }

    /// Of the logarithm of the median of few runs.
    fn scatter(&self, sample: &Sample) -> f64 {
        self.noise * SCATTER_OF_MEDIAN[sample.len().min(SCATTER_OF_MEDIAN.len()) - 1]
    }

    fn draw(&self, sample: &Sample, rng: &mut fastrand::Rng, uniforms: &mut Vec<f64>) -> f64 {
        if (self.bootstrap.fewest_runs()..MANY).contains(&sample.len()) {
            uniforms.resize(sample.len(), 0.0);
            return resampled_median(sample, rng, uniforms);
        }
        let z = standard_normal(rng).clamp(-FURTHEST, FURTHEST);
        if self.has_interval(sample) {
            let scatter = 0.5 / (sample.len() as f64 + 2.0).sqrt();
            return sample.quantile_type6(0.5 + scatter * z);
        }
        sample.median() * (self.scatter(sample) * z).exp()
    }

    /// About how many more runs of each contender would settle which to take, by resampling: samples
    /// as they may come are drawn from those that are there, and `settles` says whether P(within)
    /// of each would be enough. `None` when not even `most` of them would in half of all cases.
    pub fn runs_to_settle(
        &self,
        contenders: &[&Sample],
        most: usize,
        settles: impl Fn(&[f64]) -> bool,
    ) -> Option<usize> {
        const FUTURES: usize = 31;
        let mut rng = fastrand::Rng::with_seed(self.bootstrap.seed);
        let quick = Selection {
            bootstrap: Bootstrap {
                resamples: 200,
                ..self.bootstrap
            },
            ..*self
        };
        let fewest = contenders.iter().map(|sample| sample.len()).min()?;
        let enough = self.bootstrap.fewest_runs();
        let mut more = enough.saturating_sub(fewest).max(fewest / 2).max(1);
        while more <= most {
            let settled = (0..FUTURES).filter(|_| {
                let future = contenders
                    .iter()
                    .map(|sample| self.future(sample, sample.len() + more, &mut rng));
                let future: Vec<Sample> = future.collect();
                let future: Vec<Option<&Sample>> = future.iter().map(Some).collect();
                settles(&quick.p_within(&future))
            });
            if settled.count() * 2 > FUTURES {
                return Some(more);
            }
            more *= 2;
        }
        None
    }

    /// So many runs as they may come after those of a sample.
    fn future(&self, sample: &Sample, runs: usize, rng: &mut fastrand::Rng) -> Sample {
        let one = |rng: &mut fastrand::Rng| {
            if self.has_interval(sample) {
                sample.quantile_type6(rng.f64())
            } else {
                sample.median() * (self.noise * standard_normal(rng)).exp()
            }
        };
        let mut values = sample.values().to_vec();
        values.extend((sample.len()..runs).map(|_| one(rng)));
        Sample::new(values).unwrap_or_else(|_| sample.clone())
    }
}

/// The noise of a run, from repeated runs of several things: the standard deviation of the
/// logarithm of what it takes.
///
/// Neighbouring runs of the same thing differ by the square root of two times as much, whatever the
/// thing takes. The median of these differences is robust against outliers (Rousseeuw & Croux, "Alternatives to
/// the Median Absolute Deviation", JASA 88 (1993)). Of few differences not much can be known, so
/// the estimate is drawn to what was known before, which counts as some differences.
#[derive(Clone, Debug, PartialEq)]
pub struct Noise {
    before: f64,
    differences: Vec<f64>,
}

impl Noise {
    /// Differences that what was known before counts as.
    const WEIGHT: f64 = 4.0;
    /// 1 / (the third quartile of the standard normal).
    const MEDIAN_TO_SIGMA: f64 = 1.4826;

    /// What is known before any run.
    pub fn known_before(before: f64) -> Noise {
        Noise {
            before,
            differences: Vec::new(),
        }
    }

    /// Takes in the runs of one thing, in the order in which they were measured; what is not above
    /// 0 does not count.
    pub fn learn(&mut self, in_order: &[f64]) {
        let pairs = in_order.windows(2);
        let usable = pairs.filter(|pair| pair.iter().all(|value| *value > 0.0));
        let differences = usable.map(|pair| (pair[1] / pair[0]).ln().abs() / 2.0_f64.sqrt());
        self.differences.extend(differences);
    }

    /// The estimate.
    pub fn sigma(&self) -> f64 {
        let count = self.differences.len() as f64;
        let seen = Sample::new(self.differences.clone())
            .map_or(0.0, |sample| Self::MEDIAN_TO_SIGMA * sample.median());
        let squares = Self::WEIGHT * self.before.powi(2) + count * seen.powi(2);
        (squares / (Self::WEIGHT + count)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn selection() -> Selection {
        Selection {
            within: 0.05,
            noise: 0.05,
            bootstrap: Bootstrap {
                resamples: 400,
                ..Bootstrap::seeded(1)
            },
        }
    }

    fn samples(all: &[&[f64]]) -> Vec<Sample> {
        let of = |values: &&[f64]| Sample::new(values.to_vec()).unwrap();
        all.iter().map(of).collect()
    }

    fn p_within(all: &[&[f64]]) -> Vec<f64> {
        let samples = samples(all);
        let contenders: Vec<Option<&Sample>> = samples.iter().map(Some).collect();
        selection().p_within(&contenders)
    }

    #[test]
    fn a_clear_winner_is_sure_however_wide_its_own_interval_is() {
        let fast = [0.08, 0.09, 0.10, 0.11, 0.12, 0.13];
        let slow = [0.18, 0.19, 0.18, 0.19, 0.18, 0.19];
        assert_eq!(p_within(&[&slow, &fast]), [0.0, 1.0]);
    }

    #[test]
    fn what_overlaps_is_not_sure_and_what_is_alike_is() {
        let wide = [1.0, 1.3, 0.8, 1.1, 0.9, 1.2];
        let shifted: Vec<f64> = wide.iter().map(|s| s * 1.05).collect();
        let p = p_within(&[&wide, &shifted]);
        assert!(p.iter().all(|p| (0.2..0.95).contains(p)), "{p:?}");
        let still = [1.0, 1.001, 0.999, 1.002, 1.0, 1.0];
        assert_eq!(p_within(&[&still, &still]), [1.0, 1.0]);
    }

    #[test]
    fn single_runs_are_apart_from_the_stated_factor_on() {
        let factor = selection().surely_apart(1);
        assert!((1.15..1.25).contains(&factor), "{factor}");
        let p = p_within(&[&[1.0], &[factor]]);
        assert!((0.02..0.08).contains(&p[1]), "{p:?}");
        assert!(selection().surely_apart(5) < factor);
    }

    #[test]
    fn more_runs_settle_what_can_be_settled() {
        let settles = |p: &[f64]| p.iter().any(|p| *p >= 0.95);
        let wide = [1.0, 1.3, 0.8, 1.1, 0.9, 1.2];
        let shifted: Vec<f64> = wide.iter().map(|s| s * 1.2).collect();
        let samples = samples(&[&wide, &shifted]);
        let both: Vec<&Sample> = samples.iter().collect();
        let more = selection().runs_to_settle(&both, 500, settles).unwrap();
        assert!((3..=100).contains(&more), "{more}");
        assert_eq!(selection().runs_to_settle(&both, 2, settles), None);
    }

    #[test]
    fn noise_is_learned_and_outliers_are_not() {
        let mut noise = Noise::known_before(0.05);
        assert!((noise.sigma() - 0.05).abs() < 1e-12);
        let mut rng = fastrand::Rng::with_seed(3);
        for _ in 0..40 {
            let mut one = || (0.01 * standard_normal(&mut rng)).exp();
            let mut runs: Vec<f64> = (0..4).map(|_| one()).collect();
            runs[0] *= if runs[1] > 1.01 { 3.0 } else { 1.0 };
            noise.learn(&runs);
        }
        assert!((0.008..0.016).contains(&noise.sigma()), "{noise:?}");
    }

    proptest! {
        #[test]
        fn the_fastest_is_the_surest_and_scale_changes_nothing(
            values in prop::collection::vec(prop::collection::vec(0.1_f64..10.0, 1..9), 1..6),
            scale in 0.01_f64..100.0,
        ) {
            let p = |factor: f64| {
                let all: Vec<Sample> = values
                    .iter()
                    .map(|runs| Sample::new(runs.iter().map(|v| v * factor).collect()).unwrap())
                    .collect();
                let all: Vec<Option<&Sample>> = all.iter().map(Some).collect();
                selection().p_within(&all)
            };
            let (one, scaled) = (p(1.0), p(scale));
            prop_assert!(one.iter().all(|p| (0.0..=1.0).contains(p)));
            // In every resample somebody is the best.
            prop_assert!(one.iter().sum::<f64>() >= 1.0 - 1e-9);
            for (a, b) in one.iter().zip(&scaled) {
                prop_assert!((a - b).abs() < 0.02);
            }
        }
    }
}
