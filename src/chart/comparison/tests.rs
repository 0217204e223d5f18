//! What a comparison shows, by value and as an SVG.

use super::*;
use crate::chart::testing::{assert_texts_keep_apart, records, svg, tooltips};
use crate::chart::{Kind, draw};
use crate::record::{fixtures, published};

fn charted(trials: &[Trial]) -> Chart {
    let trials = by_axes(trials);
    let rows = against_published(trials.iter().copied(), &published());
    chart(&rows, &trials, "")
}

fn table(chart: &Chart) -> &Table {
    chart.facets[0].table.as_ref().unwrap()
}

fn hard_cases() -> Vec<Trial> {
    let mut trials = fixtures::repeated(&fixtures::nine(), 3);
    let mut bound = fixtures::trial("mixed-unequal-waits-and-a-very-long-label-16x8", (2.2, 1.7));
    bound.ideal_is_bound = true;
    trials.push(bound);
    trials.push(fixtures::failed(
        "io-mpmt-4x4",
        "worker 3 (pid 4711) ended with signal 9 and\nits batch could not be run again in time",
    ));
    trials.push(fixtures::failed("io-mp-32x1", "no worker"));
    trials
}

fn scaled() -> Vec<Trial> {
    let mut trials = fixtures::nine();
    for trial in trials.iter_mut().filter(|trial| trial.wait_s.is_some()) {
        trial.time_scale = 0.02;
        for seconds in [&mut trial.wait_s, &mut trial.makespan_s, &mut trial.ideal_s] {
            *seconds = seconds.map(|s| s * 0.02);
        }
    }
    trials
}

#[test]
fn the_nine_published_configurations_are_prepared_with_all_three_figures() {
    let chart = charted(&fixtures::nine());
    let table = table(&chart);
    assert_eq!(table.rows.len(), 9);
    assert_eq!(chart.notes, [vocabulary::MAKESPAN]);
    let heads = table.columns.iter().map(|column| column.head.as_str());
    assert_eq!(heads.collect_vec(), ["published", "ideal", "measured"]);
    let last = &table.rows[8];
    assert_eq!(last.name, "cpu-mpmt-8x16");
    assert_eq!(last.values, ["13.84", "0.12", "0.15"]);
    insta::assert_snapshot!(last.tooltip, @"cpu-mpmt-8x16: measured 0.1503 s; ideal 0.1214 s; efficiency 80.8 %; published 13.84 s");
}

#[test]
fn scaled_waits_drop_published_marks_of_sleeping_work_and_say_so() {
    let chart = charted(&scaled());
    let published = table(&chart)
        .rows
        .iter()
        .filter(|row| !row.values[0].is_empty());
    assert_eq!(published.count(), 4);
    insta::assert_snapshot!(chart.notes[1..].join("\n"), @"Waits are multiplied by 0.02; published seconds are for whole waits and not shown with them.");
}

#[test]
fn failures_bounds_and_other_work_are_told() {
    let mut trials = hard_cases();
    trials[0].commands = 64;
    insta::assert_snapshot!(charted(&trials).notes[2..].join("\n"), @r"
    Not the published work (512 commands, 1 s or 2 million loops each), so without its seconds: io-mp-32x1 (64 commands).
    ≥ marks an ideal that is only a lower bound.
    Failed runs do not count: io-mpmt-4x4 (1 of 1), io-mp-32x1 (512 commands) (1 of 3).
    ");
}

#[test]
fn no_text_touches_another_or_leaves_the_figure() {
    let repeated = fixtures::repeated(&fixtures::nine(), 6);
    for (name, trials) in [
        ("nine", fixtures::nine()),
        ("repeated", repeated),
        ("hard", hard_cases()),
        ("scaled", scaled()),
    ] {
        let chart = charted(&trials);
        assert_texts_keep_apart(&chart, &format!("comparison-{name}"));
    }
}

#[test]
fn each_experiment_has_a_chart_unless_it_has_too_many_rows() {
    let mut trials = fixtures::nine();
    let many = (1..=50).map(|n| fixtures::trial(&format!("io-mp-{n}x1"), (1.0, 1.0)));
    trials.extend(many.map(|trial| Trial {
        experiment: "many".to_owned(),
        ..trial
    }));
    let drawings = draw(&[Kind::Comparison], &records(&trials));
    assert_eq!(drawings.drawn.len(), 1);
    assert_eq!(drawings.drawn[0].stem, "comparison-test");
    insta::assert_snapshot!(drawings.left_out[0].reason, @"many has 50 configurations, and more than 40 rows can't be compared by eye (--only takes some of them)");
}

#[test]
fn a_reader_is_told_the_values_of_a_row() {
    let told = tooltips(&charted(&hard_cases()));
    let row = told.iter().find(|words| words.starts_with("io-mpmt-32x16"));
    insta::assert_snapshot!(row.unwrap(), @"io-mpmt-32x16: measured 1.1363 s, from 1.0521 to 1.2204 in 3 runs; ideal 1.0000 s; efficiency 88.0 %; published 1.35 s");
}

#[test]
fn the_svg_is_as_it_was() {
    insta::assert_snapshot!("comparison.svg", svg(&charted(&hard_cases())));
}
