//! Whether two samples come from one distribution: the Mann-Whitney (Wilcoxon rank-sum) test.
//!
//! Mann & Whitney, "On a Test of Whether one of Two Random Variables is Stochastically Larger than
//! the Other", Annals of Mathematical Statistics 18 (1947). Under the hypothesis every split of the
//! pooled ranks into two groups is equally likely, so the p-value is a count of splits: exact at
//! any size, with ties too, and true whatever the distribution. A test on the means assumes
//! normality, which run times seldom have.

use super::Sample;
use super::normal::two_sided_p;

/// Up to this many pooled values the splits are counted, which takes at most a million additions;
/// beyond, the normal approximation is right to half a percentage point.
const COUNTED_UP_TO: usize = 40;

/// The two-sided p-value of "both samples come from the same distribution".
pub(super) fn mann_whitney(a: &Sample, b: &Sample) -> f64 {
    let (small, large) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let ranks = doubled_ranks(small, large);
    if ranks.all.len() <= COUNTED_UP_TO {
        counted_p(&ranks)
    } else {
        approximate_p(&ranks)
    }
}

/// The smallest p-value that samples of these sizes can give without ties: all of one below all of
/// the other, 2 splits of (n + m choose n). (Ties can make one side's extreme unreachable, and p
/// half of that.)
pub(super) fn smallest_p(n: usize, m: usize) -> f64 {
    let splits: f64 = (1..=n).map(|i| (m + i) as f64 / i as f64).product();
    (2.0 / splits).min(1.0)
}

struct Ranks {
    /// Twice the mid-rank of every pooled value: whole numbers, ties or not.
    all: Vec<usize>,
    /// How many values the smaller sample has.
    small: usize,
    /// The sum of its doubled ranks.
    small_sum: usize,
}

impl Ranks {
    /// How far the smaller sample's sum is from its mean, times n + m to stay whole. Every subset
    /// of that size has the same mean: `small / (n + m)` of the total.
    fn distance(&self, sum: usize) -> usize {
        let total: usize = self.all.iter().sum();
        (sum * self.all.len()).abs_diff(self.small * total)
    }
}

fn doubled_ranks(small: &Sample, large: &Sample) -> Ranks {
    let mut pooled: Vec<(f64, bool)> = Vec::with_capacity(small.len() + large.len());
    pooled.extend(small.values().iter().map(|&value| (value, true)));
    pooled.extend(large.values().iter().map(|&value| (value, false)));
    pooled.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut ranks = Ranks {
        all: Vec::with_capacity(pooled.len()),
        small: small.len(),
        small_sum: 0,
    };
    for tied in pooled.chunk_by(|a, b| a.0 == b.0) {
        let before = ranks.all.len();
        let doubled_mid_rank = 2 * before + tied.len() + 1;
        ranks.all.resize(before + tied.len(), doubled_mid_rank);
        ranks.small_sum += doubled_mid_rank * tied.iter().filter(|(_, small)| *small).count();
    }
    ranks
}

/// The share of all splits whose rank sum is at least as far from the mean as the one seen.
fn counted_p(ranks: &Ranks) -> f64 {
    let splits = splits_by_sum(ranks);
    let seen = ranks.distance(ranks.small_sum);
    let total: f64 = splits.iter().sum();
    let far: f64 = (0..splits.len())
        .filter(|&sum| ranks.distance(sum) >= seen)
        .map(|sum| splits[sum])
        .sum();
    far / total
}

/// How many subsets of the smaller sample's size have each rank sum: the count of subsets of
/// `size` that add up to `sum`, built one value at a time.
fn splits_by_sum(ranks: &Ranks) -> Vec<f64> {
    let largest: usize = ranks.all.iter().rev().take(ranks.small).sum();
    let mut counts = vec![vec![0.0; largest + 1]; ranks.small + 1];
    counts[0][0] = 1.0;
    for &rank in &ranks.all {
        for size in (1..=ranks.small).rev() {
            let (smaller, same) = counts.split_at_mut(size);
            let added = &smaller[size - 1][..(largest + 1).saturating_sub(rank)];
            for (count, more) in same[0].iter_mut().skip(rank).zip(added) {
                *count += more;
            }
        }
    }
    counts.swap_remove(ranks.small)
}

/// Normal approximation with corrections for continuity and ties: Lehmann, "Nonparametrics"
/// (1975), section 1.4. In units of doubled ranks the variance is four times the usual.
fn approximate_p(ranks: &Ranks) -> f64 {
    let total = ranks.all.len() as f64;
    let (n, m) = (ranks.small as f64, total - ranks.small as f64);
    let ties: f64 = ranks
        .all
        .chunk_by(|a, b| a == b)
        .map(|tied| (tied.len() as f64).powi(3) - tied.len() as f64)
        .sum();
    let variance = n * m / 3.0 * ((total + 1.0) - ties / (total * (total - 1.0)));
    let distance = ranks.distance(ranks.small_sum) as f64 / total;
    two_sided_p(distance, 1.0, variance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::new(values.to_vec()).unwrap()
    }

    #[test]
    fn exact_p_values_are_those_counted_by_hand() {
        // Of the 20 splits of 6 ranks into 3 and 3, these two are the furthest apart.
        let low = sample(&[1.0, 2.0, 3.0]);
        let high = sample(&[4.0, 5.0, 6.0]);
        assert!((mann_whitney(&low, &high) - 0.1).abs() < 1e-12);
        assert!((smallest_p(3, 3) - 0.1).abs() < 1e-12);
        // R: wilcox.test(c(1, 2, 3, 5), c(4, 6, 7, 8, 9), exact = TRUE): W = 1, p = 4/126.
        let p = mann_whitney(
            &sample(&[1.0, 2.0, 3.0, 5.0]),
            &sample(&[4.0, 6.0, 7.0, 8.0, 9.0]),
        );
        assert!((p - 4.0 / 126.0).abs() < 1e-12);
    }

    #[test]
    fn ties_are_counted_exactly_too() {
        // Doubled ranks 3, 3, 6, 8: {1, 1} is one of 6 splits, its mirror {2, 3} another.
        let p = mann_whitney(&sample(&[1.0, 1.0]), &sample(&[2.0, 3.0]));
        assert!((p - 2.0 / 6.0).abs() < 1e-12);
        assert_eq!(mann_whitney(&sample(&[1.0; 8]), &sample(&[1.0; 5])), 1.0);
    }

    #[test]
    fn the_approximation_agrees_with_the_count() {
        for shift in [0.0, 3.0, 8.0, 12.0] {
            let a = sample(&(0..30).map(f64::from).collect::<Vec<_>>());
            let b = sample(
                &(0..25)
                    .map(|i| f64::from(i) * 1.2 + shift)
                    .collect::<Vec<_>>(),
            );
            let ranks = doubled_ranks(&b, &a);
            let (exact, near) = (counted_p(&ranks), approximate_p(&ranks));
            assert!((exact - near).abs() < 0.005, "{exact} {near}");
        }
    }

    #[test]
    fn all_equal_values_are_no_evidence_in_large_samples_either() {
        assert_eq!(
            mann_whitney(&sample(&[1.0; 100]), &sample(&[1.0; 100])),
            1.0
        );
    }

    proptest! {
        #[test]
        fn p_is_a_probability_the_same_both_ways_and_never_below_the_smallest(
            a in prop::collection::vec(0..20_i32, 1..12),
            b in prop::collection::vec(0..20_i32, 1..12),
        ) {
            let [a, b] = [a, b].map(|v| Sample::new(v.into_iter().map(f64::from).collect()).unwrap());
            let p = mann_whitney(&a, &b);
            prop_assert!((p - mann_whitney(&b, &a)).abs() < 1e-9);
            prop_assert!(p <= 1.0 + 1e-12);
            prop_assert!(p + 1e-12 >= smallest_p(a.len(), b.len()) / 2.0);
        }
    }
}
