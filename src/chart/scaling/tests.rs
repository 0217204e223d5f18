//! What the scaling chart shows, by value and as an SVG.

use super::*;
use crate::chart::testing::{assert_texts_keep_apart, records, svg, tooltips};
use crate::chart::{Kind, draw};
use crate::model::{Dispatch, ExecutorKind};
use crate::record::{Trial, comparison_groups, fixtures};
use crate::stats::Scaling as Law;

/// Runs of a configuration whose throughput is the law's, each a little off it.
fn runs(label: &str, law: Law, (runs, noise): (u32, f64)) -> Vec<Trial> {
    let trial = fixtures::trial(label, (1.0, 1.0));
    let n = f64::from(trial.processes) * f64::from(trial.threads);
    let one = |run: u32| {
        let off = noise * (f64::from((run * 7 + trial.threads * 3) % 11) - 5.0) / 5.0;
        let throughput = law.throughput(n) * off.exp();
        Trial {
            run,
            makespan_s: Some(512.0 / throughput),
            throughput_per_s: Some(throughput),
            ideal_s: Some(512.0 / (law.lambda * n)),
            ..trial.clone()
        }
    };
    (1..=runs).map(one).collect()
}

const BENT: Law = Law {
    lambda: 100.0,
    sigma: 0.02,
    kappa: 0.0004,
};

fn grid(numbers: &[u32], law: Law, repeats: (u32, f64)) -> Vec<Trial> {
    let pairs = numbers
        .iter()
        .flat_map(|p| numbers.iter().map(move |t| (p, t)));
    pairs
        .flat_map(|(p, t)| runs(&format!("io-mpmt-{p}x{t}"), law, repeats))
        .collect()
}

fn prepared(trials: &[Trial]) -> Result<Lines<'_>, String> {
    Lines::of(&comparison_groups(trials)[0])
}

fn charted(trials: &[Trial]) -> Chart {
    let work = &comparison_groups(trials)[0];
    chart(work, Lines::of(work).unwrap())
}

fn has_several(lines: &Lines<'_>) -> bool {
    lines.by_axis().iter().any(|view| view.len() > 1)
}

fn said(lines: Lines<'_>) -> String {
    lines.notes.into_iter().flatten().join("\n")
}

fn in_ways(trials: &[Trial], ways: &[(ExecutorKind, Dispatch)]) -> Vec<Trial> {
    let slower = |number: usize, seconds: f64| seconds * (1.0 + 0.3 * number as f64);
    let of = |(number, &(executor, dispatch)): (usize, &(ExecutorKind, Dispatch))| {
        let trial = move |trial: &Trial| Trial {
            executor,
            dispatch,
            makespan_s: trial.makespan_s.map(|s| slower(number, s)),
            throughput_per_s: trial.throughput_per_s.map(|x| x / slower(number, 1.0)),
            ..trial.clone()
        };
        trials.iter().map(trial).collect::<Vec<Trial>>()
    };
    ways.iter().enumerate().flat_map(of).collect()
}

fn three_ways() -> Vec<Trial> {
    in_ways(
        &grid(&[1, 2, 4, 8, 16], BENT, (6, 0.02)),
        &[
            (ExecutorKind::Spawn, Dispatch::Barrier),
            (ExecutorKind::Crossbeam, Dispatch::Pipelined),
            (ExecutorKind::Rayon, Dispatch::Pipelined),
        ],
    )
}

#[test]
fn a_grid_has_lines_over_processes_threads_and_both_through_its_fastest() {
    let trials = grid(&[1, 2, 4, 8, 16], BENT, (6, 0.01));
    let scaling = prepared(&trials).unwrap();
    let views = scaling.by_axis();
    let told: Vec<(Axis, usize, usize)> = (views.iter())
        .map(|view| (view[0].along.axis, view.len(), view[0].points.len()))
        .collect();
    assert_eq!(
        told,
        [
            (Axis::Processes, 1, 5),
            (Axis::Threads, 1, 5),
            (Axis::Product, 1, 25)
        ]
    );
    let both = &scaling.by_axis()[2][0];
    let curve = both.curve.as_ref().unwrap();
    assert!((curve.fit.scaling.lambda / BENT.lambda - 1.0).abs() < 0.02);
    let (peak, interval) = curve.peak().unwrap();
    assert!(
        interval.contains(BENT.peak().unwrap()),
        "{peak} {interval:?}"
    );
    assert_eq!(both.ideal.at(16.0), Some(1600.0));
    assert_eq!(both.points[1].split, Some((1, 2)));
    assert!(!has_several(&scaling) && said(scaling).is_empty());
}

#[test]
fn the_band_lies_around_the_curve() {
    let trials = grid(&[1, 2, 4, 8, 16], BENT, (6, 0.05));
    for line in prepared(&trials).unwrap().lines {
        let curve = line.curve.as_ref().unwrap();
        for ((n, fitted), (at, low, high)) in curve.line.iter().zip(&curve.band) {
            assert!(n == at && low <= fitted && fitted <= high);
        }
    }
}

#[test]
fn executors_and_dispatches_have_lines_of_their_own_while_they_can_be_told_apart() {
    let trials = three_ways();
    let scaling = prepared(&trials).unwrap();
    let names: Vec<&str> = (scaling.by_axis()[0].iter())
        .map(|line| line.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["spawn, barrier", "crossbeam, pipelined", "rayon, pipelined"]
    );
    let executors = [
        ExecutorKind::Spawn,
        ExecutorKind::Crossbeam,
        ExecutorKind::Rayon,
    ];
    let six: Vec<_> = Dispatch::ALL
        .iter()
        .flat_map(|dispatch| executors.map(|executor| (executor, *dispatch)))
        .collect();
    let many = in_ways(&grid(&[1, 2, 4, 8], BENT, (1, 0.0)), &six);
    let scaling = prepared(&many).unwrap();
    assert!(!has_several(&scaling));
    insta::assert_snapshot!(said(scaling), @"Of 6 combinations of runtime, executor and dispatch only that of the fastest configuration is shown (--only takes others).");
}

#[test]
fn an_interpreter_lock_and_its_switch_intervals_have_lines_beside_native_threads() {
    let native = grid(&[1, 2, 4], BENT, (1, 0.0));
    let locked = |switch_interval_s: f64| {
        let trial = |trial: &Trial| Trial {
            runtime: "gil".parse().unwrap(),
            switch_interval_s: Some(switch_interval_s),
            makespan_s: trial.makespan_s.map(|seconds| 2.0 * seconds),
            throughput_per_s: trial.throughput_per_s.map(|rate| rate / 2.0),
            ..trial.clone()
        };
        native.iter().map(trial).collect::<Vec<Trial>>()
    };
    let trials = [native.clone(), locked(0.005), locked(0.001)].concat();
    let scaling = prepared(&trials).unwrap();
    for view in scaling.by_axis() {
        let names: Vec<&str> = (view.iter()).map(|line| line.name.as_str()).collect();
        assert_eq!(names, ["native", "gil", "gil, switch interval 0.001 s"]);
    }
}

#[test]
fn without_three_values_there_is_no_line_and_the_reason_says_what_to_sweep() {
    let drawings = draw(&[Kind::Scaling], &records(&fixtures::nine()[..2]));
    let reasons: Vec<&str> = drawings
        .left_out
        .iter()
        .map(|l| l.reason.as_str())
        .collect();
    insta::assert_snapshot!(reasons.join("\n"), @"test has fewer than 3 numbers of processes or threads, all else as in its fastest configuration: sweep them, as by -p 1..8:x2 -t 1..8:x2");
    let failed = [fixtures::failed("io-mp-1x1", "no worker")];
    insta::assert_snapshot!(prepared(&failed).err().unwrap(), @"test has no good run: see its errors");
}

#[test]
fn odd_figures_are_passed_over() {
    let mut trials = grid(&[1, 2, 4, 8], BENT, (2, 0.01));
    for (trial, odd) in trials.iter_mut().zip([f64::NAN, 0.0, f64::INFINITY, -1.0]) {
        trial.throughput_per_s = Some(odd);
        trial.makespan_s = Some(odd.abs());
        trial.ideal_s = Some(odd);
    }
    svg(&charted(&trials));
}

#[test]
fn many_splits_share_dots_and_say_so() {
    let numbers: Vec<u32> = (1..=12).collect();
    let trials = grid(&numbers, BENT, (1, 0.0));
    let scaling = prepared(&trials).unwrap();
    let both = &scaling.by_axis()[2][0];
    let all_share = both.points.iter().all(|point| point.split.is_none());
    assert!(both.points.len() < 100 && all_share);
    assert!(said(scaling).contains("share a point"));
}

#[test]
fn no_text_touches_another_or_leaves_the_figure() {
    let flat = Law {
        lambda: 100.0,
        sigma: 1.0,
        kappa: 0.0,
    };
    let numbers: Vec<u32> = (1..=12).collect();
    for (name, trials) in [
        ("grid", grid(&[1, 2, 4, 8, 16, 32], BENT, (6, 0.02))),
        ("one-run", grid(&[1, 2, 4, 8], BENT, (1, 0.1))),
        ("flat", grid(&[1, 2, 4, 8], flat, (6, 0.01))),
        ("noise", grid(&[1, 2, 4, 8], flat, (6, 0.5))),
        ("ways", three_ways()),
        ("many", grid(&numbers, BENT, (2, 0.05))),
        ("few", grid(&[1, 2, 4], BENT, (2, 0.05))),
    ] {
        let chart = charted(&trials);
        assert_texts_keep_apart(&chart, &format!("scaling-{name}"));
    }
}

#[test]
fn a_reader_is_told_the_values_of_a_dot() {
    let chart = charted(&grid(&[1, 2, 4, 8, 16], BENT, (6, 0.02)));
    insta::assert_snapshot!(tooltips(&chart)[1], @"2 processes of 4 threads: 690 commands/s, 95 % interval 677 to 700 in 6 runs; ideal 800, of which 86.2 % are reached; the law gives 689");
}

#[test]
fn the_svg_is_as_it_was() {
    let chart = charted(&grid(&[1, 2, 4, 8, 16], BENT, (6, 0.02)));
    insta::assert_snapshot!("scaling.svg", svg(&chart));
}
