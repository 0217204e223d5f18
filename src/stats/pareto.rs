//! The Pareto front: what no other choice beats in everything.

/// The indices of the points that no other point dominates, in ascending order; every objective is
/// to be small.
///
/// One point dominates another when it is nowhere larger and somewhere smaller. Equal points do
/// not dominate each other, so both stay. A point with a NaN has no place in any order and is left
/// out. Compares all pairs: a sweep has hundreds of points, not millions. The notion is that of
/// Pareto (1896); for the algorithm see Kung, Luccio & Preparata, JACM 22 (1975).
pub fn pareto_front<const K: usize>(points: &[[f64; K]]) -> Vec<usize> {
    let comparable = |point: &[f64; K]| !point.iter().any(|value| value.is_nan());
    let dominated = |point| {
        points
            .iter()
            .any(|other| comparable(other) && dominates(other, point))
    };
    (0..points.len())
        .filter(|&index| comparable(&points[index]) && !dominated(&points[index]))
        .collect()
}

fn dominates<const K: usize>(a: &[f64; K], b: &[f64; K]) -> bool {
    let pairs = || a.iter().zip(b);
    pairs().all(|(a, b)| a <= b) && pairs().any(|(a, b)| a < b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_slower_and_larger_than_another_is_not_on_the_front() {
        let time_and_memory = [[1.0, 9.0], [2.0, 4.0], [3.0, 5.0], [4.0, 1.0], [2.0, 4.0]];
        assert_eq!(pareto_front(&time_and_memory), [0, 1, 3, 4]);
    }

    #[test]
    fn nan_is_left_out_and_nothing_gives_nothing() {
        assert_eq!(pareto_front(&[[f64::NAN, 0.0], [5.0, 5.0]]), [1]);
        assert!(pareto_front::<3>(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn nothing_on_the_front_is_dominated_and_everything_off_it_is(
            points in prop::collection::vec(prop::array::uniform3(0..6_i32), 1..40),
        ) {
            let points: Vec<[f64; 3]> = points.iter().map(|p| p.map(f64::from)).collect();
            let front = pareto_front(&points);
            prop_assert!(!front.is_empty());
            for (index, point) in points.iter().enumerate() {
                let beaten = front.iter().any(|&best| dominates(&points[best], point));
                prop_assert_eq!(front.contains(&index), !beaten);
            }
        }
    }
}
