//! What the curves show, by value and as an SVG.

use super::*;
use crate::chart::testing::{assert_texts_keep_apart, records, svg, tooltips, words as said};
use crate::chart::{Kind, draw};
use crate::model::{Dispatch, ExecutorKind, SpawnMode};
use crate::record::{fixtures, run_groups};

/// Runs that differ from a sample in what is changed.
fn runs(label: &str, seconds: (f64, f64), repeats: u32, change: impl Fn(&mut Trial)) -> Vec<Trial> {
    let mut trial = fixtures::trial(label, seconds);
    change(&mut trial);
    let one = |run: u32| Trial {
        run,
        makespan_s: Some(seconds.0 * (1.0 + 0.03 * f64::from(run % 5))),
        involuntary_switches: Some(u64::from(run + 10 * trial.threads * trial.processes)),
        ..trial.clone()
    };
    (1..=repeats).map(one).collect()
}

/// Batch sizes with and without the barrier.
fn batches(repeats: u32) -> Vec<Trial> {
    let mut trials = Vec::new();
    for batch in [1, 4, 16, 64, 256] {
        for dispatch in [Dispatch::Barrier, Dispatch::Pipelined] {
            let ideal = match dispatch {
                Dispatch::Barrier => 4.0 / f64::from(batch.min(16)),
                Dispatch::Pipelined => 0.25,
            };
            trials.extend(runs(
                "io-mpmt-4x16",
                (1.2 * ideal, ideal),
                repeats,
                |trial| {
                    (trial.batch, trial.dispatch) = (batch, dispatch);
                },
            ));
        }
    }
    trials
}

fn threads(executors: &[ExecutorKind]) -> Vec<Trial> {
    let one = runs("cpu-mp-2x1", (0.15, 0.12), 6, |trial| {
        trial.executor = ExecutorKind::Sequential;
    });
    let more = [4, 16, 64, 256].into_iter().flat_map(|threads| {
        let label = format!("cpu-mpmt-2x{threads}");
        let of = move |&executor: &ExecutorKind| {
            runs(&label, (0.14, 0.12), 6, |trial| trial.executor = executor)
        };
        executors.iter().flat_map(of).collect::<Vec<Trial>>()
    });
    one.into_iter().chain(more).collect()
}

/// The curves over a setting, if there are any.
fn over<T>(trials: &[Trial], over: XVariable, tell: impl Fn(&Curves<'_>) -> T) -> Option<T> {
    Curves::of(&experiments(trials)[0], over).as_ref().map(tell)
}

fn over_batch<T>(trials: &[Trial], tell: impl Fn(&Curves<'_>) -> T) -> T {
    over(trials, XVariable::Batch, tell).unwrap()
}

fn charted(trials: &[Trial]) -> Chart {
    over_batch(trials, |one| one.chart())
}

#[test]
fn what_differs_in_one_setting_alone_is_a_line() {
    over_batch(&batches(6), |curves| {
        let names = curves.curves.iter().map(|c| c.name.as_str());
        assert_eq!(names.collect_vec(), ["barrier", "pipelined"]);
        assert_eq!(curves.values, [1.0, 4.0, 16.0, 64.0, 256.0]);
        insta::assert_snapshot!(curves.common(), @"io work, 4 processes, 16 threads, spawn, native, lazy start, wait 1 s, 512 commands, total 512");
        let [barrier, pipelined] = [0, 1].map(|of| curves.curves[of].ideal(Quantity::Makespan));
        assert_eq!(barrier.at(4.0), Some(1.0));
        let points = curves.curves[0].points(Quantity::Makespan);
        assert!(points.iter().all(|(_, estimate, _)| estimate.is_interval));
        assert!(!barrier.is_that_of(&pipelined) && curves.quantities[0] == Quantity::Makespan);
    });
    for other in XVariable::ALL
        .into_iter()
        .filter(|over| *over != XVariable::Batch)
    {
        assert!(over(&batches(1), other, |_| ()).is_none(), "{other:?}");
    }
}

#[test]
fn what_are_two_configurations_are_never_one_line() {
    let changes: [fn(&mut Trial); 15] = [
        |trial| trial.switch_interval_s = Some(0.001),
        |trial| trial.runtime = "python".parse().unwrap(),
        |trial| trial.processes = 5,
        |trial| trial.threads = 5,
        |trial| trial.executor = ExecutorKind::Rayon,
        |trial| trial.dispatch = Dispatch::Pipelined,
        |trial| trial.spawn = SpawnMode::Eager,
        |trial| trial.commands = 7,
        |trial| trial.wait_s = Some(7.0),
        |trial| trial.loops = Some(7),
        |trial| trial.rate_per_s = Some(7.0),
        |trial| trial.time_scale = 0.5,
        |trial| trial.expected_sum = 7,
        |trial| trial.task = Some("own.py:work".to_owned()),
        |trial| trial.exec = Some("own {address}".to_owned()),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut both: Vec<Trial> = [1, 4, 16]
            .into_iter()
            .flat_map(|batch| runs("io-mpmt-4x16", (1.0, 0.5), 1, |trial| trial.batch = batch))
            .collect();
        for trial in &mut both {
            trial.runtime = "gil".parse().unwrap();
        }
        both.extend(both.clone());
        both[3..].iter_mut().for_each(change);
        assert_eq!(run_groups(&both).len(), 6, "change {number}");
        let curves = over_batch(&both, |curves| curves.curves.len());
        assert_eq!(curves, 2, "change {number}");
    }
}

#[test]
fn one_thread_is_the_beginning_of_the_line_of_every_executor() {
    let executors = [ExecutorKind::Spawn, ExecutorKind::Rayon];
    let points = |curves: &Curves<'_>| {
        let points = curves
            .curves
            .iter()
            .map(|curve| curve.points(curves.quantities[0]).len());
        points.collect_vec()
    };
    let points = over(&threads(&executors), XVariable::Threads, points);
    assert_eq!(points.unwrap(), [5, 5]);
}

#[test]
fn a_grid_of_processes_and_threads_is_left_to_other_charts() {
    let trials: Vec<Trial> = ["1x1", "2x1", "4x1", "1x2", "1x4"]
        .iter()
        .flat_map(|shape| runs(&format!("io-mpmt-{shape}"), (1.0, 1.0), 1, |_| {}))
        .collect();
    let drawings = draw(&[Kind::Curves], &records(&trials));
    insta::assert_snapshot!(drawings.left_out[0].reason, @"test, io work, varies processes and threads alone, which the heat map and scaling show");
    let drawings = draw(&[Kind::Curves], &records(&trials[..1]));
    insta::assert_snapshot!(drawings.left_out[0].reason, @"test, io work, has no setting with 3 values: sweep one, as by -b 1..64:x4");
}

#[test]
fn where_the_number_of_commands_differs_throughput_is_shown() {
    let trials: Vec<Trial> = [100, 1000, 10_000]
        .into_iter()
        .flat_map(|commands| {
            runs("io-mpmt-4x16", (1.0, 0.5), 1, |trial| {
                trial.commands = commands
            })
        })
        .collect();
    over(&trials, XVariable::Commands, |curves| {
        assert_eq!(curves.quantities[0], Quantity::Throughput);
        let ideal = curves.curves[0].ideal(Quantity::Throughput);
        assert_eq!(ideal.at(1000.0), Some(2000.0));
    })
    .unwrap();
}

#[test]
fn waits_rates_and_loops_are_settings_too_and_each_has_its_picture() {
    let mut trials = batches(1);
    for value in [1u32, 2, 3] {
        trials.extend(runs("io-mpmt-4x16", (1.0, 0.5), 1, |trial| {
            trial.wait_s = Some(0.001 * f64::from(value));
        }));
        trials.extend(runs("io-mpmt-4x16", (1.0, 0.5), 1, |trial| {
            trial.rate_per_s = Some(f64::from(value));
        }));
        trials.extend(runs("cpu-mp-4x1", (1.0, 0.5), 1, |trial| {
            trial.loops = Some(u64::from(value) * 1000);
        }));
    }
    let drawings = draw(&[Kind::Curves], &records(&trials));
    let stems: Vec<&str> = drawings.drawn.iter().map(|d| d.stem.as_str()).collect();
    assert_eq!(
        stems,
        [
            "curves-test-io-1-batch",
            "curves-test-io-1-wait",
            "curves-test-io-1-rate",
            "curves-test-cpu-2-loops"
        ]
    );
}

#[test]
fn many_combinations_and_many_values_are_thinned_and_said() {
    let many = (1..=12).flat_map(|processes| {
        let label = format!("io-mp-{processes}x1");
        (1..=80).flat_map(move |batch| runs(&label, (1.0, 0.5), 1, |trial| trial.batch = batch))
    });
    over_batch(&many.collect_vec(), |curves| {
        let shown = curves.values.len();
        assert!(curves.curves.len() == 7 && shown > MOST_VALUES / 2 && shown <= MOST_VALUES);
        assert!(curves.values.starts_with(&[1.0, 2.0, 3.0]));
        let said = said(&curves.chart()).join(" ");
        let values = format!("{shown} of 80 values: evenly by ratio");
        assert!(
            said.contains("7 of 12 combinations") && said.contains(&values),
            "{said}"
        );
    });
}

#[test]
fn failures_leave_gaps_that_are_named() {
    let mut trials = batches(1);
    for trial in &mut trials[..2] {
        let failed = fixtures::failed(&trial.label, "no worker");
        let (batch, dispatch) = (trial.batch, trial.dispatch);
        *trial = Trial {
            batch,
            dispatch,
            ..failed
        };
    }
    trials[3].makespan_s = Some(f64::NAN);
    trials[4].makespan_s = Some(0.0);
    insta::assert_snapshot!(over_batch(&trials, |one| one.gaps()).join("\n"), @r"
    1 commands per batch (barrier)
    16 commands per batch (barrier)
    1 commands per batch (pipelined)
    4 commands per batch (pipelined)
    ");
    svg(&charted(&trials));
}

#[test]
fn work_without_an_ideal_has_no_efficiency() {
    let trials: Vec<Trial> = (batches(1).into_iter())
        .map(|trial| Trial {
            ideal_s: Some(0.0),
            ..trial
        })
        .collect();
    assert!(
        !said(&charted(&trials))
            .iter()
            .any(|words| *words == "Efficiency" || *words == "ideal")
    );
}

#[test]
fn no_text_touches_another_or_leaves_the_figure() {
    let all = [
        ExecutorKind::Spawn,
        ExecutorKind::Crossbeam,
        ExecutorKind::Rayon,
    ];
    let mut named = Vec::new();
    for batch in [1, 1000, 100_000, 3] {
        for executor in all {
            for dispatch in [Dispatch::Barrier, Dispatch::Pipelined] {
                named.extend(runs("io-mpmt-4x16", (1.0, 1.0), 2, |trial| {
                    (trial.batch, trial.executor, trial.dispatch) = (batch, executor, dispatch);
                    trial.rate_per_s = Some(f64::from(batch).min(12_345.678));
                }));
                named.extend(runs("io-mpmt-4x16", (1.0, 1.0), 2, |trial| {
                    (trial.batch, trial.executor, trial.dispatch) = (batch, executor, dispatch);
                }));
            }
        }
    }
    for (name, trials, variable) in [
        ("batch", batches(6), XVariable::Batch),
        ("one-run", batches(1), XVariable::Batch),
        ("threads", threads(&all), XVariable::Threads),
        ("named", named, XVariable::Batch),
    ] {
        let chart = over(&trials, variable, |one| one.chart()).unwrap();
        assert_texts_keep_apart(&chart, &format!("curves-{name}"));
    }
}

#[test]
fn a_reader_is_told_the_values_of_a_dot() {
    let chart = charted(&batches(6));
    insta::assert_snapshot!(tooltips(&chart)[1], @"barrier, 4 commands per batch: 1.25 s, 95 % interval 1.21 to 1.33 in 6 runs; ideal 1.00 s");
}

#[test]
fn the_svg_is_as_it_was() {
    let chart = charted(&batches(6));
    insta::assert_snapshot!("curves.svg", svg(&chart));
}
