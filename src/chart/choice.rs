//! Which of many things a picture shows when it can't show all.

/// At most `most` of the ranks 0 to `count - 1`: all when they fit, else the first, the last, and
/// evenly between.
pub fn evenly(count: usize, most: usize) -> Vec<usize> {
    if count <= most {
        return (0..count).collect();
    }
    let step = (count - 1) as f64 / most.saturating_sub(1).max(1) as f64;
    (0..most)
        .map(|index| (index as f64 * step).round() as usize)
        .collect()
}

/// At most `most` of some values, which ascend: all when they fit, else the first, the last, and
/// those nearest to equal ratios between. For axes on which ratios are lengths: evenly by rank they
/// would crowd at the upper end. Values of 0 or less, which have no ratio, make it by rank.
pub fn by_ratio(values: &[f64], most: usize) -> Vec<usize> {
    let ends = values.first().zip(values.last());
    let Some((&low, &high)) = ends.filter(|(low, _)| values.len() > most && **low > 0.0) else {
        return evenly(values.len(), most);
    };
    let steps = most.saturating_sub(1).max(1) as f64;
    let wanted = (0..most).map(|step| low * (high / low).powf(step as f64 / steps));
    let mut ranks: Vec<usize> = wanted.map(|value| nearest(values, value)).collect();
    ranks.dedup();
    ranks
}

/// The rank of the value that has the smallest ratio to the wanted one.
fn nearest(values: &[f64], wanted: f64) -> usize {
    let above = values.partition_point(|value| *value < wanted);
    let above = above.min(values.len() - 1);
    let below = above.saturating_sub(1);
    if values[above] / wanted < wanted / values[below] {
        above
    } else {
        below
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_ends_are_always_among_them() {
        assert_eq!(evenly(3, 7), [0, 1, 2]);
        assert_eq!(evenly(36, 7), [0, 6, 12, 18, 23, 29, 35]);
        assert_eq!(evenly(5, 1), [0]);
        assert!(evenly(0, 7).is_empty());
    }

    #[test]
    fn ratios_are_even_where_ratios_matter() {
        let all: Vec<f64> = (1..=1000).map(f64::from).collect();
        let kept = |most| -> Vec<f64> {
            let ranks = by_ratio(&all, most).into_iter();
            ranks.map(|rank| all[rank]).collect()
        };
        assert_eq!(kept(4), [1.0, 10.0, 100.0, 1000.0]);
        // Between the first few there is nothing more to show.
        assert_eq!(kept(40)[..4], [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(by_ratio(&[0.0, 1.0, 2.0, 3.0], 2), [0, 3]);
        assert_eq!(by_ratio(&[1.0, 3.0], 7), [0, 1]);
    }

    proptest! {
        #[test]
        fn both_ends_stay_and_ranks_ascend(
            mut values in proptest::collection::vec(0.001..1e9f64, 1..60), most in 2usize..30
        ) {
            values.sort_by(f64::total_cmp);
            values.dedup();
            let ranks = by_ratio(&values, most);
            prop_assert!(ranks.len() <= most && ranks.is_sorted_by(|a, b| a < b));
            prop_assert_eq!((ranks.first(), ranks.last()), (Some(&0), Some(&(values.len() - 1))));
        }
    }
}
