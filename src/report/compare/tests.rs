//! What a comparison of two records says, by what they hold.

use super::*;
use crate::record::{Failed, fixtures};
use crate::report::{Format, written};

const CRITERIA: Criteria = Criteria {
    threshold: 0.05,
    alpha: 0.05,
    allow_missing: false,
    seed: 1,
};

/// Runs of a configuration that scatter by less than 2 % around a makespan, in seconds.
fn runs(label: &str, makespan_s: f64, count: u32) -> Vec<Trial> {
    let spread = |i: u32| makespan_s * (1.0 + 0.002 * f64::from(i * 7 % 10));
    (0..count)
        .map(|i| fixtures::trial(label, (spread(i), 1.0)))
        .collect()
}

fn one(old: &[Trial], new: &[Trial]) -> (Finding, usize) {
    let found = changes(old, new, CRITERIA);
    assert_eq!(found.changes.len(), 1);
    (found.changes[0].finding, found.regressions())
}

fn outcome(finding: Finding) -> Outcome {
    match finding {
        Finding::Compared { outcome, .. } => outcome,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_same_runs_twice_show_no_difference() {
    let runs = runs("io-mpmt-8x16", 4.0, 10);
    let (finding, regressions) = one(&runs, &runs);
    assert_eq!(outcome(finding), Outcome::NoDifferenceSeen);
    assert_eq!(regressions, 0);
}

#[test]
fn ten_percent_more_is_a_regression_and_ten_percent_less_is_none() {
    let (old, new) = (runs("io-mpmt-8x16", 4.0, 10), runs("io-mpmt-8x16", 4.4, 10));
    let (finding, regressions) = one(&old, &new);
    assert_eq!((outcome(finding), regressions), (Outcome::Slower, 1));
    assert!((finding.difference().unwrap().ratio - 1.1).abs() < 1e-12);
    let (finding, regressions) = one(&new, &old);
    assert_eq!((outcome(finding), regressions), (Outcome::Faster, 0));
}

#[test]
fn slower_by_less_than_the_threshold_is_told_but_no_regression() {
    let (old, new) = (
        runs("io-mpmt-8x16", 4.0, 10),
        runs("io-mpmt-8x16", 4.16, 10),
    );
    let (finding, regressions) = one(&old, &new);
    assert_eq!((outcome(finding), regressions), (Outcome::Slower, 0));
}

#[test]
fn the_median_beyond_the_threshold_suffices_whatever_the_interval() {
    let (old, new) = (
        runs("io-mpmt-8x16", 4.0, 10),
        runs("io-mpmt-8x16", 4.22, 10),
    );
    let (finding, regressions) = one(&old, &new);
    let interval = finding.interval().unwrap();
    assert!(interval.low < 1.05, "{interval:?}");
    assert_eq!(regressions, 1);
}

#[test]
fn failures_and_warm_ups_are_left_out_and_counted() {
    let mut old = runs("io-mpmt-8x16", 4.0, 8);
    let new = old.clone();
    let mut warmup = fixtures::trial("io-mpmt-8x16", (400.0, 1.0));
    warmup.warmup = true;
    let mut without_makespan = fixtures::trial("io-mpmt-8x16", (4.0, 1.0));
    without_makespan.makespan_s = None;
    let failed = fixtures::failed("io-mpmt-8x16", "worker 3 died");
    old.extend([warmup, without_makespan, failed]);
    let found = changes(&old, &new, CRITERIA);
    let side = &found.changes[0].old;
    assert_eq!(side.failed(), Failed { failed: 2, of: 10 });
    assert_eq!(side.warmups, 1);
    assert_eq!(outcome(found.changes[0].finding), Outcome::NoDifferenceSeen);
    assert!(
        found
            .summary()
            .contains("runs left out: 1 warming up in old, 2 not ok in old")
    );
}

/// Good and failed runs of one configuration.
fn flaky(good: u32, failed: usize) -> Vec<Trial> {
    let mut trials = runs("io-mpmt-8x16", 4.0, good);
    let failure = fixtures::failed("io-mpmt-8x16", "worker 3 died");
    trials.extend(vec![failure; failed]);
    trials
}

#[test]
fn more_failures_are_a_regression_and_fewer_are_none() {
    let failing = |old: &[Trial], new: &[Trial]| {
        let found = changes(old, new, CRITERIA);
        (found.changes[0].failing, found.regressions())
    };
    // The times are the same, so of two tests the smaller p-value is doubled.
    let (found, regressions) = failing(&flaky(5, 0), &flaky(5, 20));
    let found = found.unwrap();
    assert!((found.p - 53_130.0 / 30_045_015.0).abs() < 1e-12);
    assert!((found.adjusted_p - 2.0 * found.p).abs() < 1e-12);
    assert_eq!((found.is_more, regressions), (true, 1));
    let (found, regressions) = failing(&flaky(5, 20), &flaky(20, 0));
    assert_eq!((found.unwrap().is_more, regressions), (false, 0));
    // One of ten can be chance whatever the rest: it takes no part in the family.
    assert_eq!(failing(&flaky(10, 0), &flaky(9, 1)), (None, 0));
    assert_eq!(failing(&flaky(10, 0), &flaky(10, 0)), (None, 0));
}

#[test]
fn what_no_longer_ends_well_is_a_regression_and_what_never_did_is_none() {
    let good = runs("io-mpmt-8x16", 4.0, 8);
    let bad = [fixtures::failed("io-mpmt-8x16", "worker 3 died")];
    assert_eq!(one(&good, &bad), (Finding::Broken, 1));
    assert_eq!(one(&bad, &good), (Finding::NoBaseline, 0));
    assert_eq!(one(&bad, &bad), (Finding::NoBaseline, 0));
}

#[test]
fn what_was_asked_differently_is_another_configuration() {
    let old = runs("io-mpmt-8x16", 4.0, 8);
    let differences: [fn(&mut Trial); 6] = [
        |trial| trial.batch = 8,
        |trial| trial.wait_s = Some(0.02),
        |trial| trial.commands = 64,
        |trial| trial.expected_sum = 7,
        |trial| trial.rate_per_s = Some(10.0),
        |trial| trial.label = "other-8x16".to_owned(),
    ];
    for change in differences {
        let mut new = old.clone();
        new.iter_mut().for_each(change);
        let found = changes(&old, &new, CRITERIA);
        let findings: Vec<Finding> = found.changes.iter().map(|c| c.finding).collect();
        assert_eq!(findings, [Finding::OnlyOld, Finding::OnlyNew]);
        assert_eq!((found.in_both(), found.regressions()), (0, 1));
        let terms = Criteria {
            allow_missing: true,
            ..CRITERIA
        };
        assert_eq!(changes(&old, &new, terms).regressions(), 0);
    }
    let mut renamed = old.clone();
    renamed
        .iter_mut()
        .for_each(|trial| trial.experiment = "later".to_owned());
    assert_eq!(changes(&old, &renamed, CRITERIA).in_both(), 1);
}

#[test]
fn many_that_have_too_few_runs_do_not_hide_the_one_that_has_enough() {
    let mut old = runs("io-mpmt-8x16", 4.0, 6);
    let mut new = runs("io-mpmt-8x16", 8.0, 6);
    for processes in 9..60 {
        let few = runs(&format!("io-mpmt-{processes}x16"), 4.0, 2);
        old.extend(few.clone());
        new.extend(few);
    }
    let found = changes(&old, &new, CRITERIA);
    assert_eq!(outcome(found.changes[0].finding), Outcome::Slower);
    assert_eq!(outcome(found.changes[1].finding), Outcome::TooFewRuns);
}

#[test]
fn the_table_tells_each_outcome() {
    let one_sided = |label| runs(label, 1.0, 6);
    let few = |makespan_s| runs("io-mt-1x16", makespan_s, 3);
    let old = [
        runs("io-mpmt-8x16", 4.0, 10),
        runs("io-mpmt-2x16", 16.0, 10),
        runs("cpu-mp-2x1", 0.13, 10),
        few(32.0),
        one_sided("io-mpmt-3x3"),
        runs("io-mpmt-4x4", 1.0, 6),
    ]
    .concat();
    let new = [
        runs("io-mpmt-8x16", 4.4, 10),
        runs("io-mpmt-2x16", 16.0, 10),
        runs("cpu-mp-2x1", 0.065, 10),
        few(64.0),
        one_sided("io-mpmt-5x5"),
        vec![fixtures::failed("io-mpmt-4x4", "no worker answered")],
    ]
    .concat();
    let found = changes(&old, &new, CRITERIA);
    insta::assert_snapshot!(written(&found.report(), Format::Table), @"
    configuration       old    failed       new    failed   new / old    95 % interval   p (Holm)   outcome
    ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    io-mpmt-8x16    4.036 s   0 of 10   4.440 s   0 of 10       1.100   1.091 to 1.109   < 0.0001   slower: regression
    io-mpmt-2x16    16.14 s   0 of 10   16.14 s   0 of 10       1.000   0.992 to 1.008     1.0000   no difference seen
    cpu-mp-2x1      0.131 s   0 of 10   65.6 ms   0 of 10       0.500   0.496 to 0.504   < 0.0001   faster
    io-mt-1x16      32.26 s    0 of 3   64.51 s    0 of 3       2.000                               too few runs to see any
    io-mpmt-3x3     1.009 s    0 of 6                                                               only in old: regression
    io-mpmt-4x4     1.009 s    0 of 6              1 of 1                                           broken: no run of new is ok
    io-mpmt-5x5                         1.009 s    0 of 6                                           only in new
    ");
    insta::assert_snapshot!(written(&found.report(), Format::Csv), @"
    configuration,experiment,label,workload,runtime,processes,threads,batch,executor,dispatch,spawn,old_runs,old_failed,old_makespan_median_s,old_makespan_low_s,old_makespan_high_s,new_runs,new_failed,new_makespan_median_s,new_makespan_low_s,new_makespan_high_s,old_warmups,new_warmups,ratio,ratio_low,ratio_high,p,p_holm,p_failures,p_failures_holm,outcome,regression
    io-mpmt-8x16,test,io-mpmt-8x16,io,native,8,16,16,spawn,barrier,lazy,10,0,4.036,4.013258589,4.058931117,10,0,4.4396,4.414584447,4.464824228,0,0,1.1,1.090803214,1.108937359,0.000010825,0.000032475,,,slower,true
    io-mpmt-2x16,test,io-mpmt-2x16,io,native,2,16,16,spawn,barrier,lazy,10,0,16.144,16.053034354,16.235724467,10,0,16.144,16.053034354,16.235724467,0,0,1.0,0.991639286,1.008124872,1.0,1.0,,,no difference seen,false
    cpu-mp-2x1,test,cpu-mp-2x1,cpu,native,2,1,16,spawn,barrier,lazy,10,0,0.13117,0.130430904,0.131915261,10,0,0.065585,0.065215452,0.065957631,0,0,0.5,0.495819643,0.504062436,0.000010825,0.000032475,,,faster,false
    io-mt-1x16,test,io-mt-1x16,io,native,1,16,16,spawn,barrier,lazy,3,0,32.256,,,3,0,64.512,,,0,0,2.0,,,0.1,,,,too few runs to see any,false
    io-mpmt-3x3,test,io-mpmt-3x3,io,native,3,3,16,spawn,barrier,lazy,6,0,1.009,1.000660208,1.015211557,0,0,,,,0,0,,,,,,,,only in old,true
    io-mpmt-4x4,test,io-mpmt-4x4,io,native,4,4,16,spawn,barrier,lazy,6,0,1.009,1.000660208,1.015211557,1,1,,,,0,0,,,,,,,,broken: no run of new is ok,true
    io-mpmt-5x5,test,io-mpmt-5x5,io,native,5,5,16,spawn,barrier,lazy,0,0,,,,6,0,1.009,1.000660208,1.015211557,0,0,,,,,,,,only in new,false
    ");
    insta::assert_snapshot!(found.summary(), @"
    7 configurations: 1 slower, 1 no difference seen, 1 faster, 1 too few runs to see any, 1 only in old, 1 broken: no run of new is ok, 1 only in new
    runs left out: 1 not ok in new
    to see a difference, run each side 5 times or more
    3 regressions: 1 slower beyond 5 %, 1 broken, 1 missing in new
    ");
}
