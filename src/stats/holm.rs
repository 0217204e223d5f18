//! Holm's correction: many comparisons, one risk of a false alarm.

/// Adjusts p-values so that, judged against one level, the chance of *any* false alarm among them
/// stays below that level, however they depend on each other.
///
/// The smallest of k is multiplied by k, the next by k - 1, and so on; none may end up below one
/// that was smaller. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian
/// Journal of Statistics 6 (1979). Never worse than Bonferroni, and as free of assumptions.
///
/// A NaN counts as 1: no evidence.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let evidence: Vec<f64> = p_values
        .iter()
        .map(|p| if p.is_nan() { 1.0 } else { *p })
        .collect();
    let mut order: Vec<usize> = (0..evidence.len()).collect();
    order.sort_by(|&a, &b| evidence[a].total_cmp(&evidence[b]));
    let mut adjusted = vec![1.0; evidence.len()];
    let mut at_least: f64 = 0.0;
    for (place, &index) in order.iter().enumerate() {
        let remaining = (order.len() - place) as f64;
        at_least = at_least.max((evidence[index] * remaining).min(1.0));
        adjusted[index] = at_least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_adjusted_values_are_those_of_r() {
        // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
        let found = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (found, expected) in found.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((found - expected).abs() < 1e-12);
        }
        assert!(holm(&[]).is_empty());
        assert_eq!(holm(&[f64::NAN, 0.01]), vec![1.0, 0.02]);
    }

    proptest! {
        #[test]
        fn order_is_kept_and_nothing_shrinks(p in prop::collection::vec(0.0..=1.0, 1..40)) {
            let adjusted = holm(&p);
            for i in 0..p.len() {
                prop_assert!(p[i] <= adjusted[i] && adjusted[i] <= 1.0);
                for j in 0..p.len() {
                    prop_assert!(p[i] > p[j] || adjusted[i] <= adjusted[j]);
                }
            }
        }
    }
}
