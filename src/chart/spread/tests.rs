//! What the spread shows, by value and as an SVG.

use super::*;
use crate::chart::testing::{assert_texts_keep_apart, records, svg, tooltips, words};
use crate::chart::{Kind, draw};
use crate::record::{Trial, fixtures};

/// So many blocks of configurations 1x1 to nx1: each run is off its configuration's 1 s by a few
/// percent, some of them by more.
fn blocks(blocks: u32, configurations: u32) -> Vec<Trial> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut trials = Vec::new();
    for block in 1..=blocks {
        for number in 1..=configurations {
            let wild = if random.u32(..40) == 0 { 0.12 } else { 0.0 };
            let off = (random.f64() - 0.5) * 0.002 * f64::from(number) + wild;
            let label = format!("io-mp-{number}x1");
            trials.push(Trial {
                run: block,
                block,
                order: trials.len() as u32 + 1,
                ..fixtures::trial(&label, (f64::from(number) * (1.0 + off), 1.0))
            });
        }
    }
    trials
}

fn prepared(trials: &[Trial]) -> Repeats<'_> {
    Repeats::of(&trials.iter().collect_vec())
}

fn charted(trials: &[Trial]) -> Chart {
    chart(&prepared(trials), "")
}

fn hard_cases() -> Vec<Trial> {
    let mut trials = blocks(7, 9);
    trials[11].makespan_s = Some(31.0);
    trials[30].makespan_s = Some(1.0);
    let long = fixtures::trial("mixed-unequal-waits-and-a-very-long-label-16x8", (2.2, 1.7));
    let odd = |makespan_s| Trial {
        makespan_s: Some(makespan_s),
        order: 64,
        block: 8,
        ..long.clone()
    };
    trials.extend([2.2, 2.3, 2.1].map(odd));
    trials.extend([f64::NAN, 0.0].map(odd));
    trials.push(fixtures::trial("io-mp-99x1", (1.0, 1.0)));
    trials.push(fixtures::failed(
        "io-mp-1x1",
        "worker 3 ended with\nsignal 9",
    ));
    trials
}

#[test]
fn runs_are_put_against_the_median_of_their_configuration_in_their_order() {
    let makespans = [1.0, 2.0, 1.1, 2.1, 0.9, 1.9, 1.0];
    let mut trials: Vec<Trial> = (1..)
        .zip(makespans)
        .map(|(order, makespan_s)| Trial {
            order,
            block: order.div_ceil(2),
            ..fixtures::trial(
                ["io-mp-1x1", "io-mp-2x1"][(order as usize + 1) % 2],
                (makespan_s, 1.0),
            )
        })
        .collect();
    trials.reverse();
    trials.push(fixtures::trial("io-mp-3x1", (5.0, 5.0)));
    let repeats = prepared(&trials);
    let told: Vec<(usize, &str, String)> = (repeats.runs.iter())
        .map(|run| (run.place, run.name.as_str(), percent(run.percent.unwrap())))
        .collect();
    insta::assert_debug_snapshot!(told, @r#"
    [
        (
            1,
            "io-mp-1x1",
            "0 %",
        ),
        (
            3,
            "io-mp-2x1",
            "0 %",
        ),
        (
            4,
            "io-mp-1x1",
            "+10.0 %",
        ),
        (
            5,
            "io-mp-2x1",
            "+5.00 %",
        ),
        (
            6,
            "io-mp-1x1",
            "−10.0 %",
        ),
        (
            7,
            "io-mp-2x1",
            "−5.00 %",
        ),
        (
            8,
            "io-mp-1x1",
            "0 %",
        ),
    ]
    "#);
    assert_eq!((repeats.single, repeats.places), (1, 8));
    let names = repeats.rows.iter().map(|row| row.group.name.as_str());
    assert_eq!(
        names.collect_vec(),
        ["io-mp-1x1", "io-mp-2x1"],
        "the widest range first"
    );
}

#[test]
fn a_run_far_beyond_the_others_does_not_squeeze_them() {
    let mut percents: Vec<f64> = (-50..=50).map(|n| f64::from(n) / 50.0).collect();
    let calm = scale(&percents);
    assert!(calm.within(1.0) == 1.0 && calm.within(-1.0) == -1.0);
    percents.push(60.0);
    let wild = scale(&percents);
    assert!(wild.within(60.0).is_infinite() && wild.within(1.0) == 1.0);
    assert!(wild.position(1.0) > 0.7);
    let ticks = words(&charted(&fixtures::repeated(&fixtures::nine(), 6)));
    assert!(
        ["−20 %", "0 %", "+20 %"]
            .iter()
            .all(|tick| ticks.iter().any(|words| words == tick))
    );
    assert!(scale(&[0.0, 0.0]).within(0.4) == 0.4);
}

#[test]
fn the_running_median_follows_a_drift_and_no_single_run() {
    let mut trials = blocks(20, 5);
    for trial in &mut trials {
        let drift = 1.0 + f64::from(trial.order) * 0.001;
        let wild = if trial.order == 50 { 9.0 } else { 1.0 };
        trial.makespan_s = Some(f64::from(trial.processes) * drift * wild);
    }
    let (line, width) = prepared(&trials).running_median();
    assert_eq!((width, line.len()), (11, 90));
    assert_eq!((line[0].0, line[89].0), (6.0, 95.0));
    assert!(line.windows(2).all(|pair| pair[1].1 >= pair[0].1));
    assert!(line[0].1 < -3.0 && line[89].1 > 3.0, "{line:?}");
}

#[test]
fn no_text_touches_another_or_leaves_the_figure() {
    let two = fixtures::repeated(&fixtures::nine()[..1], 2);
    let equal = vec![fixtures::trial("io-mp-1x1", (1.0, 1.0)); 6];
    for (name, trials) in [
        ("blocks", blocks(6, 12)),
        ("hard", hard_cases()),
        ("nine", fixtures::repeated(&fixtures::nine(), 6)),
        ("two", two),
        ("equal", equal),
        ("many", blocks(6, 300)),
    ] {
        let chart = charted(&trials);
        assert_texts_keep_apart(&chart, &format!("spread-{name}"));
        let told = tooltips(&chart).len();
        assert!(told < 2_000, "{name}: {told}");
    }
}

#[test]
fn what_is_not_shown_far_off_or_an_outlier_is_said() {
    let description = |trials: &[Trial]| charted(trials).notes.join(" ");
    insta::assert_snapshot!(description(&hard_cases()), @"Above, all runs in the order of the experiment: where the running median leaves 0 for long, the machine drifted. Below, the same by configuration, the widest range first. Upright lines part the blocks. Medians with their 95 % intervals; with fewer than six runs, from the smallest to the largest. A configuration with a single good run is not shown. Outliers lie beyond Tukey's fences of their configuration, which 6 runs or more have; far ones beyond the outer fences. None is left out. Beyond the axis: 2 of 66 runs, the farthest +933 % of io-mp-3x1.");
    insta::assert_snapshot!(description(&blocks(6, 300)), @"Above, all runs in the order of the experiment: where the running median leaves 0 for long, the machine drifted. Below, the same by configuration, the widest range first. Upright lines part the blocks. Medians with their 95 % intervals. Shown are 40 of 300 configurations as rows: those with the widest range. Outliers lie beyond Tukey's fences of their configuration, which 6 runs or more have; far ones beyond the outer fences. None is left out.");
}

#[test]
fn a_reader_is_told_the_values_of_runs_of_rows_and_of_strips() {
    let told = tooltips(&charted(&hard_cases()));
    let failed = told.iter().find(|words| words.contains("signal"));
    insta::assert_snapshot!(failed.unwrap(), @"trial 3: io-mp-1x1, run 1: failed: worker 3 ended with signal 9");
    insta::assert_snapshot!(told[11], @"trial 13: io-mp-2x1, run 2: 2.00 s, +0.19 % from its median");
    insta::assert_snapshot!(told.last().unwrap(), @"io-mp-2x1: median 2.00 s of 7 runs, from −0.10 % to +0.19 %; 95 % interval of the median from −0.10 % to +0.17 %");
    insta::assert_snapshot!(tooltips(&charted(&blocks(6, 300)))[3], @"trials 55 to 72: median +0.34 % from their medians, from −3.76 % to +7.33 %; 1 outlier");
    assert!(
        words(&charted(&hard_cases()))
            .iter()
            .any(|words| words == "failed")
    );
}

#[test]
fn each_experiment_has_a_chart_unless_nothing_was_repeated() {
    let mut trials = blocks(2, 3);
    trials.extend(fixtures::nine());
    trials.extend(blocks(2, 3).into_iter().map(|trial| Trial {
        experiment: "Another".to_owned(),
        ..trial
    }));
    let once = fixtures::nine().into_iter().map(|trial| Trial {
        experiment: "once".to_owned(),
        ..trial
    });
    trials.extend(once);
    let drawings = draw(&[Kind::Spread], &records(&trials));
    let stems: Vec<&str> = drawings.drawn.iter().map(|d| d.stem.as_str()).collect();
    assert_eq!(stems, ["spread-test", "spread-another"]);
    insta::assert_snapshot!(drawings.left_out[0].reason, @"once has no configuration with two good runs; measure each more often (--runs)");
}

#[test]
fn the_svg_is_as_it_was() {
    insta::assert_snapshot!("spread.svg", svg(&charted(&hard_cases())));
}
