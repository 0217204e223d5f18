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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_always_among_them() {
        assert_eq!(evenly(3, 7), [0, 1, 2]);
        assert_eq!(evenly(36, 7), [0, 6, 12, 18, 23, 29, 35]);
        assert_eq!(evenly(5, 1), [0]);
        assert!(evenly(0, 7).is_empty());
    }
}
