//! Known laws are found again, and what the data can't tell is said.

use super::*;
use proptest::prelude::*;

const CONCURRENCIES: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

fn quick() -> Bootstrap {
    Bootstrap {
        resamples: 200,
        ..Bootstrap::seeded(1)
    }
}

/// Points on a law, each off by `noise` to one side or the other (a fixed pattern).
fn points(scaling: Scaling, noise: f64) -> Vec<(f64, f64)> {
    let pattern = [1.0, -1.0, -0.5, 1.0, 0.5, -1.0, 0.2];
    let off = |i: usize| (noise * pattern[i]).exp();
    let on_curve = CONCURRENCIES.iter().enumerate();
    on_curve
        .map(|(i, &n)| (n, scaling.throughput(n) * off(i)))
        .collect()
}

/// Each point once more, as a repeat that gave the same.
fn twice(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    [points.clone(), points].concat()
}

fn law(lambda: f64, sigma: f64, kappa: f64) -> Scaling {
    Scaling {
        lambda,
        sigma,
        kappa,
    }
}

fn near(found: f64, expected: f64, tolerance: f64) -> bool {
    (found - expected).abs() <= tolerance
}

#[test]
fn exact_points_of_the_usl_give_its_parameters_and_peak() {
    let points = twice(points(law(100.0, 0.05, 0.001), 0.0));
    let fit = fit(Law::Usl, &points, &quick()).unwrap();
    assert!(near(fit.scaling.lambda, 100.0, 1e-4));
    assert!(near(fit.scaling.sigma, 0.05, 1e-6));
    assert!(near(fit.scaling.kappa, 0.001, 1e-7));
    assert!(near(fit.peak.unwrap().0, (0.95_f64 / 0.001).sqrt(), 1e-2));
    assert!(
        fit.r_squared > 0.999_999 && fit.is_supported(),
        "{:?}",
        fit.doubts
    );
}

#[test]
fn noisy_points_give_intervals_that_hold_the_truth() {
    let truth = law(100.0, 0.05, 0.001);
    let fit = fit(Law::Usl, &twice(points(truth, 0.01)), &quick()).unwrap();
    assert!(fit.lambda.contains(truth.lambda) && fit.sigma.contains(truth.sigma));
    assert!(fit.kappa.contains(truth.kappa) && fit.kappa.low > 0.0);
    assert!(fit.peak.unwrap().1.contains(truth.peak().unwrap()));
    assert!(
        fit.residual_error < 0.05 && fit.is_supported(),
        "{:?}",
        fit.doubts
    );
}

#[test]
fn amdahls_law_has_no_peak_and_a_limit() {
    let fit = fit(Law::Amdahl, &points(law(10.0, 0.1, 0.0), 0.01), &quick()).unwrap();
    assert!(near(fit.scaling.sigma, 0.1, 0.02));
    assert_eq!((fit.scaling.kappa, fit.peak), (0.0, None));
    assert!(near(fit.scaling.largest_throughput().unwrap(), 100.0, 10.0));
}

#[test]
fn the_usl_of_points_on_amdahls_law_has_a_kappa_that_may_be_zero() {
    let fit = fit(Law::Usl, &points(law(10.0, 0.1, 0.0), 0.02), &quick()).unwrap();
    assert!(fit.kappa.low < 1e-4, "{:?}", fit.kappa);
    let beyond = |doubt: &Doubt| matches!(doubt, Doubt::PeakNotMeasured { .. });
    assert!(fit.peak.is_none() || fit.doubts.iter().any(beyond));
}

#[test]
fn perfect_scaling_and_none_at_all_lie_on_the_bounds() {
    let perfect = fit(Law::Usl, &points(law(5.0, 0.0, 0.0), 0.01), &quick()).unwrap();
    assert!(perfect.scaling.sigma < 0.01 && perfect.scaling.sigma >= 0.0);
    let flat = twice(points(law(5.0, 1.0, 0.0), 0.01));
    let flat = fit(Law::Amdahl, &flat, &quick()).unwrap();
    assert!(near(flat.scaling.sigma, 1.0, 0.02));
    assert!(
        flat.is_supported(),
        "a flat line is a good fit: {:?}",
        flat.doubts
    );
}

/// The benchmark SPEC SDM91 on a Sun SPARCcenter 2000: throughput over virtual users. Data and
/// parameters as in Gunther, "Guerrilla Capacity Planning" (2007), and the R package `usl`.
const SPEC_SDM91: [(f64, f64); 7] = [
    (1.0, 64.9),
    (18.0, 995.9),
    (36.0, 1652.4),
    (72.0, 1853.2),
    (108.0, 1828.9),
    (144.0, 1775.0),
    (216.0, 1702.2),
];

#[test]
fn the_published_spec_sdm91_comes_out_as_in_the_literature() {
    let fit = fit(Law::Usl, &SPEC_SDM91, &quick()).unwrap();
    let Scaling { sigma, kappa, .. } = fit.scaling;
    assert!(near(sigma, 0.0277, 0.00005), "{sigma}");
    assert!(near(kappa, 0.000104, 0.0000005), "{kappa}");
    let (peak, _) = fit.peak.unwrap();
    assert!(near(peak, 96.5, 0.05), "{peak}");
    // The fastest that was measured is 72, once like all others.
    assert_eq!((fit.fastest, fit.measured_peak()), (72.0, None));
    assert!(fit.doubts.contains(&Doubt::NotRepeated { once: 7, of: 7 }));
}

#[test]
fn a_few_points_of_one_run_each_support_no_law() {
    let truth = law(50.0, 0.02, 0.0024);
    let on = |counts: &[f64]| -> Vec<(f64, f64)> {
        counts.iter().map(|&n| (n, truth.throughput(n))).collect()
    };
    let four = fit(Law::Usl, &on(&[1.0, 8.0, 16.0, 32.0]), &quick());
    assert!(matches!(four, Err(NoFit::TooFewPoints { needed: 5, .. })));
    let five = on(&[1.0, 4.0, 8.0, 16.0, 32.0]);
    assert!(!fit(Law::Usl, &five, &quick()).unwrap().is_supported());
    let repeated = fit(Law::Usl, &twice(five), &quick()).unwrap();
    assert!(repeated.is_supported(), "{:?}", repeated.doubts);
    let (peak, _) = repeated.peak.unwrap();
    assert!(near(peak, 20.2, 0.1), "{peak}");
    assert_eq!(
        repeated.measured_peak(),
        None,
        "16 was the fastest measured"
    );
}

#[test]
fn throughput_without_any_law_is_a_poor_fit() {
    let chaos: Vec<(f64, f64)> = CONCURRENCIES
        .iter()
        .zip([9.0, 1.0, 30.0, 2.0, 8.0, 50.0, 1.0])
        .map(|(&n, x)| (n, x))
        .collect();
    let fit = fit(Law::Usl, &chaos, &quick()).unwrap();
    assert!(
        fit.doubts
            .iter()
            .any(|doubt| matches!(doubt, Doubt::PoorFit { .. }))
    );
    assert!(
        fit.doubts[0]
            .to_string()
            .contains("do not read its parameters")
    );
}

#[test]
fn a_peak_beyond_the_data_is_called_an_extrapolation() {
    let rising = points(law(100.0, 0.02, 0.0001), 0.0);
    let fit = fit(Law::Usl, &rising[..5], &quick()).unwrap();
    let text = fit.doubts.last().unwrap().to_string();
    assert!(text.contains("beyond the 16"), "{text}");
}

#[test]
fn the_band_holds_the_curve_and_is_as_wide_as_the_parameter_at_one() {
    let truth = law(100.0, 0.05, 0.001);
    let measured = points(truth, 0.02);
    let (fit, band) = fit_with_band(Law::Usl, &measured, &[1.0, 20.0, 64.0], &quick()).unwrap();
    for (n, interval) in [1.0, 20.0, 64.0].into_iter().zip(&band) {
        assert!(interval.contains(fit.scaling.throughput(n)), "at {n}");
        assert!(interval.contains(truth.throughput(n)), "at {n}");
    }
    // At one, the throughput is lambda.
    assert!(near(band[0].low, fit.lambda.low, 1e-9) && near(band[0].high, fit.lambda.high, 1e-9));
    assert_eq!(super::fit(Law::Usl, &measured, &quick()), Ok(fit));
}

#[test]
fn repeats_narrow_the_band() {
    let noisy = points(law(100.0, 0.05, 0.001), 0.05);
    let width = |points: &[(f64, f64)]| {
        let (_, band) = fit_with_band(Law::Usl, points, &[16.0], &quick()).unwrap();
        band[0].width()
    };
    assert!(width(&noisy.repeat(20)) < 0.5 * width(&noisy));
}

#[test]
fn points_of_one_concurrency_may_be_fitted_as_one() {
    let mut noisy = points(law(100.0, 0.05, 0.001), 0.05);
    noisy.extend(points(law(120.0, 0.1, 0.002), 0.1).into_iter().take(4));
    let all = doubt::checked(Law::Usl, &noisy).unwrap();
    let one_by_one = fit_from(Law::Usl, &all, None).unwrap();
    let as_one = fit_from(Law::Usl, &Groups::of(&all).means, None).unwrap();
    assert!(near(as_one.lambda, one_by_one.lambda, 1e-4));
    assert!(near(as_one.sigma, one_by_one.sigma, 1e-6));
    assert!(near(as_one.kappa, one_by_one.kappa, 1e-8));
}

#[test]
fn too_few_too_close_and_impossible_points_are_refused() {
    let few = [(1.0, 1.0), (2.0, 2.0), (4.0, 3.0), (4.0, 3.1)];
    let error = fit(Law::Usl, &few, &quick()).unwrap_err();
    assert_eq!(
        error,
        NoFit::TooFewPoints {
            law: Law::Usl,
            found: 3,
            needed: 5
        }
    );
    assert!(fit(Law::Amdahl, &few, &quick()).is_err());
    let more = [few.to_vec(), vec![(8.0, 4.0)]].concat();
    assert!(fit(Law::Amdahl, &more, &quick()).is_ok());
    let close = [10.0, 11.0, 12.0, 12.5, 13.0].map(|n| (n, n / 10.0));
    let error = fit(Law::Usl, &close, &quick()).unwrap_err();
    assert!(error.to_string().contains("10 to 13"), "{error}");
    for bad in [
        (0.0, 1.0),
        (1.0, 0.0),
        (f64::NAN, 1.0),
        (2.0, f64::INFINITY),
    ] {
        assert!(matches!(
            fit(Law::Usl, &[bad], &quick()),
            Err(NoFit::NotAPoint { index: 0, .. })
        ));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn known_parameters_are_recovered(
        lambda in 0.01..1e5, sigma in 0.0..0.9, kappa in 0.0..0.01,
    ) {
        let truth = law(lambda, sigma, kappa);
        let once = Bootstrap { resamples: 1, ..Bootstrap::seeded(1) };
        let found = fit(Law::Usl, &points(truth, 0.0), &once).unwrap().scaling;
        prop_assert!(near(found.lambda / lambda, 1.0, 1e-4));
        prop_assert!(near(found.sigma, sigma, 1e-4));
        prop_assert!(near(found.kappa, kappa, 1e-5));
    }

    #[test]
    fn parameters_stay_within_their_bounds_whatever_the_points(
        throughputs in prop::array::uniform7(0.1..1e3),
    ) {
        let measured: Vec<(f64, f64)> = CONCURRENCIES.into_iter().zip(throughputs).collect();
        let few = Bootstrap { resamples: 20, ..Bootstrap::seeded(1) };
        for law in [Law::Amdahl, Law::Usl] {
            if let Ok(fit) = fit(law, &measured, &few) {
                let Scaling { lambda, sigma, kappa } = fit.scaling;
                prop_assert!(lambda > 0.0 && (0.0..=1.0 + 1e-9).contains(&sigma) && kappa >= 0.0);
                prop_assert!(fit.residual_error.is_finite() && fit.r_squared <= 1.0);
            }
        }
    }
}
