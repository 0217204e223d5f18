//! Fisher's exact test: does the new side fail more often than the old one?

/// Failures among the runs of two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// Failed runs of old.
    pub old: usize,
    /// All runs of old.
    pub old_runs: usize,
    /// Failed runs of new.
    pub new: usize,
    /// All runs of new.
    pub new_runs: usize,
}

impl Failures {
    /// The probability that at least so many of the failures fall on new when both sides fail alike:
    /// one-sided, given how many runs and failures there are in all.
    ///
    /// Fisher, "The Logic of Inductive Inference", Journal of the Royal Statistical Society 98
    /// (1935).
    pub fn p(&self) -> f64 {
        self.tail(self.new)
    }

    /// The smallest p-value that so many runs and failures can give, however the failures fall.
    /// What can't fall below the level has no answer, and takes no part in a family: Tarone, "A
    /// Modified Bonferroni Method for Discrete Data", Biometrics 46 (1990).
    pub fn smallest_p(&self) -> f64 {
        self.tail(self.all().min(self.new_runs))
    }

    fn all(&self) -> usize {
        self.old + self.new
    }

    /// The upper tail of the hypergeometric distribution.
    fn tail(&self, at_least: usize) -> f64 {
        let (failures, runs) = (self.all(), self.old_runs + self.new_runs);
        let all_ways = ln_choose(runs, self.new_runs);
        let of_new = at_least..=failures.min(self.new_runs);
        let chance = |new: usize| {
            let good = ln_choose(runs - failures, self.new_runs - new);
            (ln_choose(failures, new) + good - all_ways).exp()
        };
        let fits = |new: &usize| self.new_runs - new <= runs - failures;
        of_new.filter(fits).map(chance).sum::<f64>().min(1.0)
    }
}

/// The logarithm of the number of ways to choose some of all.
fn ln_choose(all: usize, some: usize) -> f64 {
    let factors = (1..=some).map(|k| ((all - some + k) as f64 / k as f64).ln());
    factors.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn p(old: (usize, usize), new: (usize, usize)) -> f64 {
        let failures = Failures {
            old: old.0,
            old_runs: old.1,
            new: new.0,
            new_runs: new.1,
        };
        failures.p()
    }

    #[test]
    fn the_p_values_are_those_of_r() {
        // Both from the examples of ?fisher.test: TeaTasting (alternative = "greater"), Convictions
        // (alternative = "less", which is "greater" with the sides changed).
        assert!((p((1, 4), (3, 4)) - 0.2429).abs() < 5e-5);
        assert!((p((2, 17), (10, 13)) - 0.000_465_2).abs() < 5e-8);
        // By hand: 25! 25! / (20! 5! 30!) ... = C(25, 20) / C(30, 20).
        assert!((p((0, 5), (20, 25)) - 53_130.0 / 30_045_015.0).abs() < 1e-12);
    }

    #[test]
    fn without_failures_or_with_nothing_else_there_is_no_evidence() {
        assert_eq!(p((0, 10), (0, 10)), 1.0);
        assert!((p((10, 10), (10, 10)) - 1.0).abs() < 1e-12);
        assert_eq!(p((0, 0), (3, 3)), 1.0);
    }

    proptest! {
        #[test]
        fn it_is_a_probability_that_falls_with_the_failures_of_new(
            old_runs in 0_usize..40, new_runs in 1_usize..40, failures in 0_usize..80,
        ) {
            let failures = failures.min(old_runs + new_runs);
            let fewest = failures.saturating_sub(old_runs);
            let mut last = 1.0 + 1e-9;
            for new in fewest..=failures.min(new_runs) {
                let all = Failures { old: failures - new, old_runs, new, new_runs };
                prop_assert!((0.0..=last).contains(&all.p()), "{all:?} {}", all.p());
                prop_assert!(all.smallest_p() <= all.p());
                last = all.p();
            }
            let least = Failures { old: failures - fewest, old_runs, new: fewest, new_runs };
            prop_assert!((least.p() - 1.0).abs() < 1e-9);
        }
    }
}
