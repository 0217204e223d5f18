//! What the cost charts show, by value and as an SVG.

use super::bars::MOST_ROWS;
use super::*;
use crate::chart::grammar::{Chart, Datum, Facet, Mark, Row};
use crate::chart::testing::{assert_texts_keep_apart, records, svg, tooltips, words};
use crate::chart::{Kind, draw};
use crate::model::ExecutorKind;
use crate::record::{Trial, comparison_groups, fixtures};

/// A good run that takes so long and so much memory.
fn run(label: &str, makespan_s: f64, pss_kib: u64) -> Trial {
    Trial {
        peak_pss_kib: Some(pss_kib),
        ..fixtures::trial(label, (makespan_s, 1.0))
    }
}

/// Two on the front, and two that are not.
fn four() -> Vec<Trial> {
    vec![
        run("io-mpmt-2x16", 2.0, 4000),
        run("io-mpmt-8x16", 1.0, 9000),
        run("io-mpmt-4x16", 2.0, 5000),
        run("io-mp-32x1", 4.0, 30_000),
    ]
}

/// Configurations in a cloud whose lower left edge is the front.
fn cloud(count: u32) -> Vec<Trial> {
    let one = |n: u32| {
        let (a, b) = (f64::from(n % 31), f64::from(n * 7 % 37));
        let makespan_s = 0.02 * 1.1_f64.powf(a) * (1.0 + b / 400.0);
        let pss_kib = 4000.0 + 60_000.0 / (1.0 + a) + 900.0 * b;
        let apart = 1.0 + 1e-9 * f64::from(n);
        run(
            &format!("io-mpmt-{n}x16"),
            makespan_s * apart,
            pss_kib as u64,
        )
    };
    (1..=count).map(one).collect()
}

fn hard_cases() -> Vec<Trial> {
    let mut trials = fixtures::repeated(&four(), 6);
    let label = "a-very-long-label-that-nobody-needs-but-somebody-typed-4x16";
    trials.extend(fixtures::repeated(&[run(label, 1.7, 6000)], 3));
    let mut bare = run("io-mt-1x16", 32.0, 3000);
    (bare.cpu_user_s, bare.cpu_system_s) = (None, None);
    (bare.voluntary_switches, bare.involuntary_switches) = (Some(1_234_567), None);
    trials.push(bare);
    trials.push(fixtures::failed("io-mp-1x1", "no worker"));
    trials.push(fixtures::failed("io-mpmt-8x16", "killed"));
    trials
}

/// All configurations of a work.
fn with<T>(trials: &[Trial], tell: impl Fn(&Configurations<'_>) -> T) -> T {
    let works = comparison_groups(trials);
    assert_eq!(works.len(), 1);
    tell(&Configurations::of(&works[0]))
}

fn bars(trials: &[Trial]) -> Chart {
    with(trials, bars::chart).unwrap()
}

fn scatter(trials: &[Trial]) -> Chart {
    with(trials, scatter::chart).unwrap()
}

fn rows(chart: &Chart) -> &[Row] {
    &chart.facets[0].table.as_ref().unwrap().rows
}

/// The marks of a kind in a facet.
fn marks(facet: &Facet, is_kind: impl Fn(Mark) -> bool) -> Vec<&Datum> {
    let layers = facet.layers.iter().filter(|layer| is_kind(layer.mark));
    layers.flat_map(|layer| &layer.data).collect()
}

/// The names of points, fastest first: those on the front, and others.
fn points(chart: &Chart) -> (Vec<String>, Vec<String>) {
    let points = marks(&chart.facets[0], |mark| matches!(mark, Mark::Point(..)));
    let (front, others) = points.into_iter().rev().partition(|point| point.bold);
    let names = |points: Vec<&Datum>| {
        let names = points
            .into_iter()
            .filter_map(|point| point.tooltip.split_once(": "));
        names.map(|(name, _)| name.to_owned()).collect_vec()
    };
    (names(front), names(others))
}

fn reasons(trials: &[Trial]) -> String {
    let drawings = draw(&[Kind::Cost], &records(trials));
    let reasons = drawings.left_out.into_iter().map(|left| left.reason);
    reasons.collect::<Vec<_>>().join("\n")
}

#[test]
fn rows_are_the_costs_of_each_configuration_fastest_first() {
    let chart = bars(&fixtures::repeated(&four(), 3));
    let told = rows(&chart)
        .iter()
        .map(|row| (row.name.as_str(), row.bold, row.values[0].as_str()));
    assert_eq!(
        told.collect_vec(),
        [
            ("io-mpmt-8x16", true, "1.08"),
            ("io-mpmt-2x16", true, "2.16"),
            ("io-mpmt-4x16", false, "2.16"),
            ("io-mp-32x1", false, "4.32")
        ]
    );
    let headings = chart.facets.iter().map(|facet| facet.heading.as_str());
    assert_eq!(
        headings.collect_vec(),
        [
            "CPU time, ms",
            "Voluntary switches",
            "Involuntary switches",
            "Memory (PSS), MiB"
        ]
    );
    let medians = chart
        .facets
        .iter()
        .map(|facet| marks(facet, |mark| mark == Mark::Interval)[0].x.at);
    assert_eq!(medians.collect_vec(), [0.375, 1234.0, 56.0, 9000.0]);
    let parts = chart.facets[0].layers[..2]
        .iter()
        .map(|layer| layer.data[0].x);
    let parts = parts.map(|extent| (extent.low, extent.high));
    assert_eq!(parts.collect_vec(), [(0.0, 0.25), (0.25, 0.375)]);
}

#[test]
fn the_front_is_what_no_other_beats_in_time_and_memory() {
    let (front, others) = points(&scatter(&four()));
    assert_eq!(front, ["io-mpmt-8x16", "io-mpmt-2x16"]);
    assert_eq!(others, ["io-mpmt-4x16", "io-mp-32x1"]);
}

#[test]
fn configurations_of_one_label_are_told_apart() {
    let mut trials = four();
    trials.push(Trial {
        executor: ExecutorKind::Rayon,
        ..trials[0].clone()
    });
    let chart = bars(&trials);
    assert_eq!(rows(&chart).len(), 5);
    assert!(
        rows(&chart)
            .iter()
            .any(|row| row.name == "io-mpmt-2x16 (rayon)")
    );
}

#[test]
fn of_very_many_the_front_and_the_fastest_have_rows_and_it_is_said() {
    let trials = cloud(1666);
    let (bars, scatter) = (bars(&trials), scatter(&trials));
    assert_eq!(rows(&bars).len(), MOST_ROWS);
    let (front, others) = points(&scatter);
    let is_shown = |name: &String| rows(&bars).iter().any(|row| row.name == *name);
    assert!(front.len() < MOST_ROWS && front.iter().all(is_shown));
    assert_eq!(front.len() + others.len(), 1666);
    let said = words(&bars).join(" ");
    assert!(
        said.contains("Shown are 40 of 1666 configurations"),
        "{said}"
    );
    let said = words(&scatter).join(" ");
    assert!(said.contains("without their intervals"), "{said}");
}

#[test]
fn of_a_very_long_front_the_fastest_have_rows() {
    let one = |n: u32| {
        run(
            &format!("io-mpmt-{n}x16"),
            f64::from(n),
            90_000 / u64::from(n),
        )
    };
    let trials: Vec<Trial> = (1..=60).map(one).collect();
    let chart = bars(&trials);
    assert_eq!(rows(&chart).last().unwrap().name, "io-mpmt-40x16");
    insta::assert_snapshot!(chart.notes[3], @"Shown are 40 of 60 configurations: the fastest of those on the Pareto front.");
}

#[test]
fn what_was_not_measured_has_no_column_and_no_picture() {
    let mut trials = four();
    for trial in &mut trials {
        (trial.cpu_user_s, trial.voluntary_switches) = (None, None);
    }
    let headings = |trials: &[Trial]| {
        let facets = bars(trials).facets.into_iter().map(|facet| facet.heading);
        facets.collect_vec()
    };
    assert_eq!(
        headings(&trials),
        ["Involuntary switches", "Memory (PSS), MiB"]
    );
    for trial in &mut trials {
        (trial.peak_pss_kib, trial.peak_rss_kib) = (None, None);
    }
    assert_eq!(headings(&trials), ["Involuntary switches"]);
    insta::assert_snapshot!(reasons(&trials), @"test has no memory in its rows to hold the makespan against (run it again)");
    for trial in &mut trials {
        trial.involuntary_switches = None;
    }
    insta::assert_snapshot!(reasons(&trials), @"test has no CPU times, context switches or memory in its rows (run it again)");
}

#[test]
fn one_configuration_has_nothing_to_be_held_against() {
    insta::assert_snapshot!(reasons(&four()[..1]), @"test has one configuration with a good run, and costs are compared between two or more (sweep over several, like -p 1,2,4)");
    let failed = ["io-mp-1x1", "io-mp-2x1"].map(|label| fixtures::failed(label, "no worker"));
    insta::assert_snapshot!(reasons(&failed), @"test has no configuration with a good run, and costs are compared between two or more (see the column error)");
}

#[test]
fn each_work_has_two_pictures() {
    let mut trials = fixtures::nine();
    let stems = |trials: &[Trial]| {
        let drawings = draw(&[Kind::Cost], &records(trials));
        drawings
            .drawn
            .into_iter()
            .map(|d| d.stem)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        stems(&trials),
        [
            "cost-test-io",
            "cost-test-io-pareto",
            "cost-test-cpu",
            "cost-test-cpu-pareto"
        ]
    );
    trials.truncate(5);
    assert_eq!(stems(&trials), ["cost", "cost-pareto"]);
}

#[test]
fn a_reader_is_told_the_figures_of_every_row_and_dot() {
    let bars = tooltips(&bars(&hard_cases()));
    insta::assert_snapshot!(bars[0], @"io-mpmt-8x16: makespan 1.20 s, 95 % interval 1.03 to 1.37 in 6 runs; CPU time 375 ms in 6 runs; user 250 ms, system 125 ms; voluntary switches 1234 in 6 runs; involuntary switches 56 in 6 runs; memory (PSS) 8.79 MiB in 6 runs; 1 of 7 failed; no other is both faster and smaller");
    let scatter = tooltips(&scatter(&hard_cases()));
    insta::assert_snapshot!(scatter[0], @"io-mpmt-8x16 (1 of 7 failed): makespan 1.20 s, 95 % interval 1.03 to 1.37 in 6 runs; memory (PSS) 8.79 MiB in 6 runs; on the Pareto front");
    assert_eq!((bars.len(), scatter.len()), (4 * 6, 6));
}

#[test]
fn what_has_to_be_known_is_said() {
    let bars = bars(&hard_cases());
    insta::assert_snapshot!(bars.notes.join(" "), @"For io work, 512 commands, waits of 1 s, total 512, the fastest first. CPU time, context switches and peak memory of the server and all its workers together; less is better. Medians with their 95 % intervals; with fewer than six runs, from the smallest to the largest. Bold: the Pareto front, of which no other is both faster and smaller. Failed runs do not count: io-mpmt-8x16 (1 of 7), io-mp-1x1 (1 of 1).");
    let scatter = scatter(&hard_cases());
    insta::assert_snapshot!(scatter.notes.join(" "), @"For io work, 512 commands, waits of 1 s, total 512: less of both is better, towards the lower left. The 4 large points and their line are the Pareto front: nothing is both faster and smaller; names as they have room. Grey: 2 others, each beaten by one on the front in time or memory and better than it in neither. Medians with their 95 % intervals; with fewer than six runs, from the smallest to the largest. Failed runs do not count: io-mpmt-8x16 (1 of 7), io-mp-1x1 (1 of 1).");
}

#[test]
fn texts_keep_apart_and_within_the_figures() {
    let mut odd = four();
    (odd[0].cpu_user_s, odd[0].cpu_system_s) = (Some(f64::NAN), Some(0.0));
    (odd[1].peak_pss_kib, odd[1].voluntary_switches) = (Some(0), Some(0));
    odd[2].makespan_s = Some(f64::INFINITY);
    for (name, trials) in [
        ("two", four()[..2].to_vec()),
        ("four", fixtures::repeated(&four(), 6)),
        (
            "same",
            vec![run("io-mp-1x1", 1.0, 4000), run("io-mp-2x1", 1.0, 4000)],
        ),
        ("odd", odd),
        ("hard", hard_cases()),
        ("cloud", fixtures::repeated(&cloud(90), 6)),
        ("many", cloud(1666)),
    ] {
        let bars = bars(&trials);
        assert_texts_keep_apart(&bars, &format!("cost-{name}"));
        let scatter = scatter(&trials);
        assert_texts_keep_apart(&scatter, &format!("cost-{name}-pareto"));
    }
}

#[test]
fn the_svgs_are_as_they_were() {
    insta::assert_snapshot!("cost.svg", svg(&bars(&hard_cases())));
    insta::assert_snapshot!("cost_pareto.svg", svg(&scatter(&hard_cases())));
}
