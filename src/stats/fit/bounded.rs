//! Linear least squares in up to three coefficients, none of which may be negative.
//!
//! With three coefficients there are only seven sets of those that are not zero. Each set is
//! solved without bounds; among the solutions that turn out non-negative, the best is the answer,
//! because the problem is convex and the optimum is the free solution of its own set. (The active
//! set method of Lawson & Hanson, "Solving Least Squares Problems" (1974), chapter 23, finds the
//! set without trying all; for seven, trying is shorter.)

/// One equation, which counts so often: the three factors and what they should add up to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub factors: [f64; 3],
    pub target: f64,
    pub count: f64,
}

/// The non-negative coefficients with the least squares, using only the first `columns` of them.
pub(super) fn non_negative_least_squares(rows: &[Row], columns: usize) -> Option<[f64; 3]> {
    let normal = Normal::of(rows);
    let solutions = (1..1_usize << columns).filter_map(|set| normal.solve(set));
    let feasible = solutions.filter(|x| x.iter().all(|value| *value >= 0.0));
    let best = feasible.min_by(|a, b| normal.squares(a).total_cmp(&normal.squares(b)))?;
    Some(std::array::from_fn(|i| best[i] / normal.scale[i]))
}

/// The normal equations, each column scaled to length 1: N (N - 1) at 1,000 is a million times
/// the constant, and unscaled that would cost twelve of the sixteen digits.
struct Normal {
    matrix: [[f64; 3]; 3],
    vector: [f64; 3],
    scale: [f64; 3],
}

impl Normal {
    fn of(rows: &[Row]) -> Normal {
        let length = |i: usize| {
            rows.iter()
                .map(|row| row.count * row.factors[i].powi(2))
                .sum::<f64>()
                .sqrt()
        };
        let scale = std::array::from_fn(|i| if length(i) > 0.0 { length(i) } else { 1.0 });
        let mut normal = Normal {
            matrix: [[0.0; 3]; 3],
            vector: [0.0; 3],
            scale,
        };
        for row in rows {
            let scaled: [f64; 3] = std::array::from_fn(|i| row.factors[i] / scale[i]);
            for (i, factor) in scaled.iter().enumerate() {
                normal.vector[i] += row.count * factor * row.target;
                for (entry, other) in normal.matrix[i].iter_mut().zip(scaled) {
                    *entry += row.count * factor * other;
                }
            }
        }
        normal
    }

    /// The squares of a scaled solution, less a constant that all solutions share.
    fn squares(&self, x: &[f64; 3]) -> f64 {
        (0..3)
            .map(|i| {
                let product: f64 = (0..3).map(|j| self.matrix[i][j] * x[j]).sum();
                x[i] * (product - 2.0 * self.vector[i])
            })
            .sum()
    }

    /// The solution with zeros outside the set (a bit mask), by Cholesky's decomposition; `None`
    /// when its columns depend on each other.
    fn solve(&self, set: usize) -> Option<[f64; 3]> {
        let chosen = |i: usize| set >> i & 1 == 1;
        let mut lower = [[0.0; 3]; 3];
        let mut forward = [0.0; 3];
        for i in (0..3).filter(|&i| chosen(i)) {
            for j in (0..=i).filter(|&j| chosen(j)) {
                let known: f64 = (0..j).map(|k| lower[i][k] * lower[j][k]).sum();
                let rest = self.matrix[i][j] - known;
                lower[i][j] = if i == j {
                    rest.max(0.0).sqrt()
                } else {
                    rest / lower[j][j]
                };
            }
            // The columns have length 1: this is the part of one that the others do not explain.
            if lower[i][i] < 1e-7 {
                return None;
            }
            let known: f64 = (0..i).map(|k| lower[i][k] * forward[k]).sum();
            forward[i] = (self.vector[i] - known) / lower[i][i];
        }
        let mut x = [0.0; 3];
        for i in (0..3).rev().filter(|&i| chosen(i)) {
            let known: f64 = (i + 1..3).map(|k| lower[k][i] * x[k]).sum();
            x[i] = (forward[i] - known) / lower[i][i];
        }
        Some(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(coefficients: [f64; 3], noise: f64) -> Vec<Row> {
        (1..=8)
            .map(|n| {
                let factors = super::super::law::parts(f64::from(n));
                let exact: f64 = factors.iter().zip(coefficients).map(|(f, c)| f * c).sum();
                let sign = if n % 2 == 0 { 1.0 } else { -1.0 };
                Row {
                    factors,
                    target: exact + noise * sign,
                    count: 1.0,
                }
            })
            .collect()
    }

    fn squares(rows: &[Row], x: [f64; 3]) -> f64 {
        let error = |row: &Row| {
            row.factors
                .iter()
                .zip(x)
                .map(|(factor, x)| factor * x)
                .sum::<f64>()
                - row.target
        };
        rows.iter().map(|row| error(row).powi(2)).sum()
    }

    #[test]
    fn exact_equations_are_solved_exactly() {
        let found = non_negative_least_squares(&rows([2.0, 0.5, 0.01], 0.0), 3).unwrap();
        for (found, expected) in found.iter().zip([2.0, 0.5, 0.01]) {
            assert!((found - expected).abs() < 1e-9);
        }
    }

    #[test]
    fn what_would_be_negative_is_zero() {
        let found = non_negative_least_squares(&rows([2.0, 0.5, -0.01], 0.0), 3).unwrap();
        assert_eq!(found[2], 0.0);
        assert!(found[0] > 0.0 && found[1] > 0.0);
    }

    proptest! {
        #[test]
        fn no_neighbour_within_the_bounds_is_better(
            coefficients in prop::array::uniform3(-1.0..2.0), noise in 0.0..0.5,
        ) {
            let rows = rows(coefficients, noise);
            if let Some(best) = non_negative_least_squares(&rows, 3) {
                let least = squares(&rows, best);
                for i in 0..3 {
                    for step in [-0.01, 0.01] {
                        let mut other = best;
                        other[i] = (other[i] + step).max(0.0);
                        prop_assert!(squares(&rows, other) >= least - 1e-9);
                    }
                }
            }
        }
    }
}
