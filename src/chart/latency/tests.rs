//! What the latency chart shows, by value and as an SVG.

use itertools::Itertools;

use super::*;
use crate::chart::grammar::{Datum, Mark, Ticks};
use crate::chart::testing::{assert_texts_keep_apart, records, svg, words};
use crate::chart::{Kind, Trace, draw};
use crate::record::{TraceRow, Trial, fixtures};

/// Runs of a configuration whose median latency is so many seconds.
fn runs(label: &str, seconds: f64, (runs, batches): (u32, u64)) -> Vec<Trial> {
    let one = |run: u32| {
        let base = seconds * (1.0 + 0.02 * f64::from(run));
        Trial {
            run,
            results: Some(batches),
            latency_p50_s: Some(base),
            latency_p90_s: Some(1.5 * base),
            latency_p99_s: Some(2.5 * base),
            latency_p999_s: Some(6.0 * base),
            latency_max_s: Some(9.0 * base),
            ..fixtures::trial(label, (10.0 * base, base))
        }
    };
    (1..=runs).map(one).collect()
}

fn several(configurations: u32, repeats: (u32, u64)) -> Vec<Trial> {
    (1..=configurations)
        .flat_map(|n| runs(&format!("io-mpmt-{n}x16"), 0.4 / f64::from(n), repeats))
        .collect()
}

fn traced(name: &str, latencies: &[f64]) -> Trace {
    let row = |(batch, seconds): (usize, &f64)| TraceRow {
        batch: batch as u64,
        index: 0,
        worker: 0,
        thread: 0,
        due_s: batch as f64,
        sent_s: batch as f64,
        taken_s: batch as f64,
        started_s: batch as f64,
        finished_s: batch as f64,
        received_s: seconds.is_finite().then(|| batch as f64 + seconds),
    };
    // Two commands in each batch: they have one latency.
    let rows = latencies.iter().enumerate().flat_map(|of| {
        let first = row(of);
        let second = TraceRow {
            index: 1,
            ..first.clone()
        };
        [first, second]
    });
    Trace {
        name: name.to_owned(),
        rows: rows.collect(),
    }
}

fn tails(trials: &[Trial]) -> (Facet, String) {
    let (facet, notes) = tails::facet(&comparison_groups(trials)[0]).unwrap();
    (facet, notes.into_iter().flatten().join(" "))
}

fn charted(trials: &[Trial], traces: &[Trace]) -> Chart {
    let tails = tails::facet(&comparison_groups(trials)[0]).unwrap();
    chart("test", Some(tails), distribution::facet(traces))
}

/// The points of series, that of the fastest last.
fn points(facet: &Facet) -> Vec<&[Datum]> {
    let points = facet
        .layers
        .iter()
        .filter(|layer| matches!(layer.mark, Mark::Point(..)));
    points.map(|layer| &layer.data[..]).collect()
}

fn places(facet: &Facet) -> Vec<(f64, &str)> {
    let Ticks::At(ticks) = &facet.x.ticks else {
        panic!("{:?}", facet.x.ticks);
    };
    ticks
        .iter()
        .map(|(at, name)| (*at, name.as_str()))
        .collect()
}

#[test]
fn percentiles_stand_by_the_share_beyond_them_and_the_longest_after_them() {
    let (facet, said) = tails(&several(2, (6, 5000)));
    assert_eq!(
        places(&facet),
        [
            (2.0, "50 %"),
            (10.0, "90 %"),
            (100.0, "99 %"),
            (1e3, "99.9 %"),
            (1e4, "longest")
        ]
    );
    let fastest = points(&facet)[1];
    assert_eq!(fastest.len(), 5);
    let median = &fastest[0];
    assert!(median.x.at == 2.0 && (median.y.at - 0.2 * 1.07).abs() < 1e-9);
    insta::assert_snapshot!(median.tooltip, @"io-mpmt-2x16, 50 %: 214 ms, 95 % interval 205 to 222 in 6 runs");
    assert!(
        !said.contains("enough batches") && said.contains("From the sending"),
        "{said}"
    );
}

#[test]
fn a_run_of_few_batches_has_no_high_percentiles() {
    let mut trials = several(1, (2, 32));
    trials.extend(runs("io-mpmt-9x16", 0.1, (2, 200)));
    let (facet, said) = tails(&trials);
    let at = |line: usize| {
        points(&facet)[line]
            .iter()
            .map(|datum| datum.x.at)
            .collect_vec()
    };
    assert_eq!(at(1), [2.0, 10.0, 100.0, 1000.0]);
    assert_eq!(at(0), [2.0, 10.0, 1000.0]);
    assert_eq!(places(&facet)[3], (1000.0, "longest"));
    assert!(said.contains("enough batches"), "{said}");
}

#[test]
fn of_many_configurations_the_ends_and_some_between_are_shown() {
    let (facet, said) = tails(&several(30, (1, 500)));
    let points = points(&facet);
    let starts = |line: usize, name: &str| points[line][0].tooltip.starts_with(name);
    assert_eq!(points.len(), 7);
    assert!(starts(6, "io-mpmt-30x16,") && starts(0, "io-mpmt-1x16,"));
    assert!(said.contains("7 of 30 configurations"), "{said}");
}

#[test]
fn each_answered_batch_of_a_trace_counts_once() {
    let trace = traced("a", &[0.3, 0.1, f64::NAN, 0.2, 0.4]);
    let (facet, note) = distribution::facet(&[trace, traced("none", &[])]).unwrap();
    assert_eq!((facet.labels.len(), note), (1, None));
    let [steps, marks] = &facet.layers[..] else {
        panic!("{:?}", facet.layers);
    };
    let shares = steps.data.iter().map(|step| step.y.at).collect_vec();
    assert_eq!(shares, [0.0, 0.25, 0.5, 0.75, 1.0]);
    assert!((marks.data[1].x.at - 0.2).abs() < 1e-9);
    assert!(marks.data[1].tooltip.contains("50 % of 4 batches"));
}

#[test]
fn traces_go_with_the_only_work_and_else_have_their_own_picture() {
    let traces = [traced("a", &[0.1, 0.2])];
    let stems = |trials: &[Trial]| {
        let records = Records {
            traces: &traces,
            ..records(trials)
        };
        let drawings = draw(&[Kind::Latency], &records);
        let stems = drawings.drawn.into_iter().map(|drawing| drawing.stem);
        stems.collect::<Vec<String>>()
    };
    let mut trials = several(1, (1, 32));
    assert_eq!(stems(&trials), ["latency"]);
    trials.extend(runs("cpu-mp-2x1", 0.1, (1, 32)));
    assert_eq!(
        stems(&trials),
        ["latency-test-io", "latency-test-cpu", "latency-traces"]
    );
    assert_eq!(stems(&[]), ["latency-traces"]);
}

#[test]
fn without_latencies_nothing_is_drawn_and_without_a_trace_the_picture_says_so() {
    let drawings = draw(&[Kind::Latency], &records(&fixtures::nine()));
    let reasons: Vec<&str> = drawings
        .left_out
        .iter()
        .map(|l| l.reason.as_str())
        .collect();
    insta::assert_snapshot!(reasons.join("\n"), @r"
    test-io has no good run with batch latencies
    test-cpu has no good run with batch latencies
    ");
    let chart = charted(&several(1, (1, 32)), &[]);
    assert!(words(&chart).join(" ").contains("mpmt run --trace"));
}

#[test]
fn odd_figures_are_passed_over() {
    let mut trials = several(3, (2, 32));
    trials[0].latency_p50_s = Some(f64::NAN);
    trials[1].latency_p50_s = Some(0.0);
    trials[2].latency_max_s = None;
    trials[3].makespan_s = None;
    trials[4].results = None;
    svg(&charted(&trials, &[]));
}

#[test]
fn no_text_touches_another_or_leaves_the_figure() {
    let spread: Vec<f64> = (1..=900).map(|n| 0.01 * f64::from(n % 37 + 1)).collect();
    let long = "io-mpmt-8x16, pipelined, with a name as long as a person may give to it";
    let traces = [
        traced("io-mpmt-8x16, barrier", &spread),
        traced(long, &spread[..40]),
    ];
    let mut same = several(1, (2, 2000));
    for (index, trial) in several(1, (14, 2000)).into_iter().enumerate() {
        let label = format!("io-mpmt-{}x16-{}", index + 2, &long[..40 + index]);
        same.push(Trial { label, ..trial });
    }
    for (name, trials, traces) in [
        ("one", several(1, (1, 32)), &traces[..0]),
        ("several", several(5, (6, 5000)), &traces[..1]),
        ("many", several(30, (6, 500)), &traces[..]),
        ("same", same, &traces[..]),
    ] {
        let chart = charted(&trials, traces);
        assert_texts_keep_apart(&chart, &format!("latency-{name}"));
    }
}

#[test]
fn the_svg_is_as_it_was() {
    let traces = [traced("io-mpmt-2x16, barrier", &[0.3, 0.1, 0.2, 0.4, 0.25])];
    let chart = charted(&several(3, (6, 500)), &traces);
    insta::assert_snapshot!("latency.svg", svg(&chart));
}
