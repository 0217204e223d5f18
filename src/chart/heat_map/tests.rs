//! What a heat map shows, by value and as an SVG.

use super::*;
use crate::chart::testing::{assert_texts_keep_apart, records, svg, tooltips, words};
use crate::chart::{Kind, draw};
use crate::model::{Dispatch, ExecutorKind};
use crate::record::{Memory, Trial, comparison_groups, fixtures};

/// A good run with waits of 20 ms; with one thread it is of the sequential executor.
fn run((processes, threads): (u32, u32)) -> Trial {
    let ideal = 5.12 / f64::from(processes * threads);
    let overhead = 0.005 + 0.0001 * f64::from(processes * threads);
    let mut trial = fixtures::trial(
        &format!("io-mpmt-{processes}x{threads}"),
        (ideal + overhead, ideal),
    );
    trial.peak_pss_kib = Some(5000 + 900 * u64::from(processes) + 10 * u64::from(threads));
    if threads == 1 {
        trial.executor = ExecutorKind::Sequential;
    }
    trial
}

fn grid(processes: &[u32], threads: &[u32]) -> Vec<Trial> {
    let pairs = (processes.iter()).flat_map(|&p| threads.iter().map(move |&t| (p, t)));
    pairs.map(run).collect()
}

fn powers(count: u32) -> Vec<u32> {
    (0..count).map(|power| 1 << power).collect()
}

/// Repeats, gaps, failures, and an ideal that is a bound.
fn hard_cases() -> Vec<Trial> {
    let mut trials = fixtures::repeated(&grid(&[1, 2, 16], &powers(5)), 3);
    trials.retain(|trial| (trial.processes, trial.threads) != (1, 4));
    for trial in &mut trials {
        trial.ideal_is_bound = true;
        match (trial.processes, trial.threads) {
            (16, 16) => *trial = fixtures::failed("io-mpmt-16x16", "no worker"),
            (2, 8) if trial.run == 2 => *trial = fixtures::failed("io-mpmt-2x8", "killed"),
            _ => {}
        }
    }
    trials
}

/// What is told of the only work's pictures, and what is left out.
fn all<T>(trials: &[Trial], tell: impl Fn(&HeatMap<'_>) -> T) -> (Vec<T>, Option<String>) {
    let works = comparison_groups(trials);
    assert_eq!(works.len(), 1);
    let (maps, left_out) = maps(&works[0]);
    let left_out = left_out.map(|reason| format!("{} {reason}", works[0].slug));
    (maps.iter().map(tell).collect(), left_out)
}

fn only<T>(trials: &[Trial], tell: impl Fn(&HeatMap<'_>) -> T) -> T {
    let (mut maps, _) = all(trials, tell);
    assert_eq!(maps.len(), 1);
    maps.remove(0)
}

fn charted(trials: &[Trial]) -> Chart {
    only(trials, |one| one.chart())
}

fn reason(trials: &[Trial]) -> String {
    let (maps, left_out) = all(trials, |_| ());
    assert!(maps.is_empty());
    left_out.unwrap()
}

#[test]
fn one_thread_of_the_sequential_executor_is_part_of_the_grid() {
    only(&grid(&[1, 2], &[1, 4]), |map| {
        assert_eq!(map.variant.means.executor, ExecutorKind::Spawn);
        assert!(map.one_thread_is_sequential && map.among.is_empty());
        assert_eq!(
            (&map.grid.processes[..], &map.grid.threads[..]),
            (&[1, 2][..], &[1, 4][..])
        );
        let cell = &map.grid.cells[&(2, 1)];
        assert_eq!(map.makespans[&(2, 1)].median, 2.56 + 0.0052);
        let efficiency = grid::value(cell, Quantity::Efficiency);
        assert_eq!(efficiency, Some(2.56 / (2.56 + 0.0052)));
        let memory = Quantity::Memory(Memory::Pss).median(cell);
        assert_eq!((memory, cell.runs().len()), (Some(6810.0), 1));
        assert!(!cell.failed().any());
        assert_eq!(map.grid.memory, Memory::Pss);
    });
}

#[test]
fn an_executor_keeps_its_own_runs_with_one_thread() {
    let mut trials = grid(&[1, 2], &[1, 4]);
    let mut own = run((2, 1));
    (own.executor, own.makespan_s) = (ExecutorKind::Spawn, Some(3.0));
    trials.push(own);
    let makespans = only(&trials, |map| map.makespans.clone());
    let makespan = |place| makespans[&place];
    assert_eq!((makespan((2, 1)).median, makespan((2, 1)).runs), (3.0, 1));
    assert_eq!(makespan((1, 1)).median, 5.12 + 0.0051);
}

#[test]
fn each_way_to_run_the_work_has_a_picture() {
    let mut trials = grid(&[1, 2], &[1, 2, 4]);
    for trial in grid(&[1, 2], &[2, 4]) {
        let dispatch = Dispatch::Pipelined;
        trials.push(Trial {
            executor: ExecutorKind::Rayon,
            ..trial.clone()
        });
        trials.push(Trial { dispatch, ..trial });
    }
    let (told, _) = all(&trials, |map| {
        (map.among.clone(), map.one_thread_is_sequential)
    });
    assert_eq!(
        told,
        [
            ("spawn, barrier".to_owned(), true),
            ("rayon, barrier".to_owned(), true),
            ("spawn, pipelined".to_owned(), false)
        ]
    );
    let drawings = draw(&[Kind::HeatMap], &records(&trials));
    let stems: Vec<&str> = drawings.drawn.iter().map(|d| d.stem.as_str()).collect();
    assert_eq!(
        stems,
        [
            "heat-map-spawn-barrier",
            "heat-map-rayon-barrier",
            "heat-map-spawn-pipelined"
        ]
    );
}

#[test]
fn of_very_many_ways_the_fastest_are_drawn_and_it_is_said() {
    let ways = (1..=12).flat_map(|batch| {
        let slower = f64::from(batch);
        grid(&[1, 2], &[2, 4]).into_iter().map(move |trial| Trial {
            batch,
            makespan_s: trial.makespan_s.map(|s| s * slower),
            ..trial
        })
    });
    let (batches, left_out) = all(&ways.collect::<Vec<_>>(), |map| map.variant.batch);
    assert_eq!(batches.len(), MOST_PICTURES);
    assert!(batches.iter().all(|batch| *batch <= 8));
    insta::assert_snapshot!(left_out.unwrap(), @"test is run in 12 ways that each make a grid; drawn are the 8 with the fastest run (--only takes others)");
}

#[test]
fn the_best_and_what_is_as_good_are_found_by_their_medians() {
    let mut trials = grid(&[1, 2], &[2, 4]);
    for (trial, makespan_s) in trials.iter_mut().zip([1.04, 1.06, 1.0, f64::NAN]) {
        trial.makespan_s = Some(makespan_s);
    }
    only(&trials, |map| {
        assert_eq!(map.grid.best(), Some(((2, 2), 1.0)));
        assert_eq!(Vec::from_iter(map.grid.near_best()), [(1, 2), (2, 2)]);
    });
}

#[test]
fn figures_that_were_not_measured_have_no_panel() {
    let mut trials = grid(&[1, 2], &[2, 4]);
    for trial in &mut trials {
        trial.ideal_s = Some(0.0);
    }
    let shown = |trials: &[Trial]| -> Vec<String> {
        let quantities = only(trials, |one| one.quantities());
        quantities.into_iter().map(Quantity::heading).collect()
    };
    assert_eq!(shown(&trials), ["Makespan", "Memory (PSS)"]);
    trials[0].peak_pss_kib = None;
    assert_eq!(shown(&trials), ["Makespan", "Memory (RSS)"]);
    trials[0].peak_rss_kib = None;
    assert_eq!(shown(&trials), ["Makespan"]);
    let title = charted(&trials).title;
    assert_eq!(title, "Makespan of test by processes and threads");
}

#[test]
fn what_is_no_grid_is_left_out_with_a_reason() {
    insta::assert_snapshot!(reason(&grid(&[4], &[1, 2, 4])), @"test is no grid: for one executor, dispatch, batch, start and runtime it has 1 × 3 numbers of processes and threads, and a heat map needs 2 × 2 (-p 1,4 -t 1,4)");
    let diagonal: Vec<Trial> = [(1, 16), (2, 8), (4, 4), (8, 2)].map(run).to_vec();
    insta::assert_snapshot!(reason(&diagonal), @"test has 4 of the 16 pairs of its processes and threads, and a heat map needs half of them and at least four");
    let numbers: Vec<u32> = (2..=47).collect();
    insta::assert_snapshot!(reason(&grid(&numbers, &numbers)), @"test has a grid of 46 × 46 processes and threads, and more than 64 of one or 2000 cells can't be read (--only takes some of them)");
    let failed = ["io-mpmt-1x2", "io-mpmt-1x4", "io-mpmt-2x2", "io-mpmt-2x4"];
    insta::assert_snapshot!(reason(&failed.map(|label| fixtures::failed(label, "no"))), @"test has no good run, only failures (see the column error)");
}

#[test]
fn what_has_to_be_known_is_said() {
    let notes = charted(&hard_cases()).notes;
    insta::assert_snapshot!(notes.join("\n"), @"
    For io work, 512 commands, waits of 1 s, total 512: executor spawn (one thread: sequential), barrier dispatch, batches of 16, lazy start, native runtime.
    The star marks the fastest, 16 processes × 8 threads in 62.4 ms; no other is within 5 % of it.
    Brighter is better: a shorter makespan (logarithmic), a higher efficiency (ideal / makespan; at least as shown, for the ideal is a lower bound) and less memory.
    Medians of 2 to 3 runs; ± is half the range from the fastest to the slowest run, at most ±7.4 % (1×1).
    An empty cell was not measured.
    A crossed cell has no good run.
    Failed runs do not count: 2×8 (1 of 3), 16×16 (3 of 3).
    ");
    let all = fixtures::repeated(&grid(&powers(6), &powers(6)), 6);
    insta::assert_snapshot!(charted(&all).notes.join("\n"), @"
    For io work, 512 commands, waits of 1 s, total 512: executor spawn (one thread: sequential), barrier dispatch, batches of 16, lazy start, native runtime.
    The star marks the fastest, 8 processes × 32 threads in 60.7 ms; the outline holds the 3 cells within 5 % of it.
    Brighter is better: a shorter makespan (logarithmic), a higher efficiency (ideal / makespan) and less memory.
    Medians of 6 runs; ± is half the 95 % interval, at most ±14 % (32×2).
    ");
}

#[test]
fn a_reader_is_told_the_figures_of_every_cell() {
    let all = tooltips(&charted(&hard_cases()));
    let told = |start: &str| {
        let told = all.iter().filter(|words| words.starts_with(start)).cloned();
        told.collect::<Vec<String>>().join("\n")
    };
    insta::assert_snapshot!(told("2 processes × 8 threads"), @"
    2 processes × 8 threads: makespan 353 ms, from 327 to 379 in 2 runs; efficiency at least 91.2 %; memory (PSS) 6.72 MiB; 1 of 3 runs failed: killed
    2 processes × 8 threads: Efficiency 91.2 %
    2 processes × 8 threads: Memory (PSS) 6.72 MiB
    ");
    insta::assert_snapshot!(told("16 processes × 16 threads"), @"16 processes × 16 threads: 3 of 3 runs failed: no worker");
    assert_eq!(all.len(), 14 + 13 + 13);
}

#[test]
fn texts_keep_apart_and_within_the_figure() {
    for (name, trials) in [
        ("least", grid(&[1, 2], &[2, 4])),
        ("six", fixtures::repeated(&grid(&powers(6), &powers(6)), 6)),
        ("hard", hard_cases()),
        (
            "twelve",
            fixtures::repeated(&grid(&powers(12), &powers(12)), 2),
        ),
        ("tall", grid(&(1..=64).collect::<Vec<_>>(), &[2, 4])),
        ("wide", grid(&[1, 2], &(1..=64).collect::<Vec<_>>())),
        (
            "large",
            grid(&(1..=41).collect::<Vec<_>>(), &(1..=41).collect::<Vec<_>>()),
        ),
    ] {
        let chart = charted(&trials);
        assert_texts_keep_apart(&chart, &format!("heat-map-{name}"));
        assert!(tooltips(&chart).len() <= 2000 + 2);
    }
}

#[test]
fn values_are_written_where_they_have_room() {
    let shown =
        |trials: &[Trial], value: &str| words(&charted(trials)).iter().any(|words| words == value);
    let value = "646"; // milliseconds of 2 processes of 4 threads
    assert!(shown(&grid(&[1, 2], &[2, 4]), value));
    let many: Vec<u32> = (1..=41).collect();
    assert!(!shown(&grid(&many, &many), value));
}

#[test]
fn an_odd_measure_breaks_nothing() {
    let mut trials = grid(&[1, 2], &[2, 4]);
    trials[0].makespan_s = Some(0.0);
    trials[1].ideal_s = Some(f64::INFINITY);
    trials[2].peak_pss_kib = Some(0);
    let makespans = only(&trials, |map| map.makespans.clone());
    assert!(!makespans.contains_key(&(1, 2)));
    assert_texts_keep_apart(&charted(&trials), "heat-map-odd");
}

#[test]
fn the_svg_is_as_it_was() {
    insta::assert_snapshot!("heat_map.svg", svg(&charted(&hard_cases())));
}
