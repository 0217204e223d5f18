//! The tail of the normal distribution, which the standard library does not have.

/// The probability that a standard normal variate lies further from 0 than `z`, either side.
///
/// By the Chebyshev fit of the complementary error function in Press et al., "Numerical Recipes",
/// 2nd edition (1992), section 6.2 (`erfcc`): relative error below 1.2e-7 everywhere, so small
/// probabilities keep their digits.
pub(super) fn two_sided_tail(z: f64) -> f64 {
    const COEFFICIENTS: [f64; 10] = [
        -1.26551223,
        1.00002368,
        0.37409196,
        0.09678418,
        -0.18628806,
        0.27886807,
        -1.13520398,
        1.48851587,
        -0.82215223,
        0.17087277,
    ];
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * x);
    let polynomial = COEFFICIENTS.iter().rev().fold(0.0, |sum, c| sum * t + c);
    (t * (polynomial - x * x).exp()).min(1.0)
}

/// The two-sided p-value of a statistic that takes whole steps around its mean: the distance is
/// shortened by half a step (continuity correction), and no variance means no evidence.
pub(super) fn two_sided_p(distance: f64, half_step: f64, variance: f64) -> f64 {
    if variance <= 0.0 {
        return 1.0;
    }
    two_sided_tail((distance.abs() - half_step).max(0.0) / variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_agrees_with_printed_tables() {
        for (z, expected) in [
            (0.0, 1.0),
            (0.674_489_75, 0.5),
            (1.959_963_98, 0.05),
            (2.575_829_3, 0.01),
            (6.0, 1.973_175_3e-9),
        ] {
            let found = two_sided_tail(z);
            assert!((found / expected - 1.0).abs() < 1e-6, "at {z}: {found}");
            assert_eq!(two_sided_tail(-z), found);
        }
    }
}
