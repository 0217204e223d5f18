//! What a timeline shows, by value and as an SVG.

use super::bars::{Bar, bars, finest};
use super::lanes::{Lane, Run, Timeline};
use super::*;
use crate::chart::Trace;
use crate::chart::testing::{assert_texts_keep_apart, records, svg, tooltips, words};
use crate::chart::{Kind, draw};
use crate::record::TraceRow;

/// A command of 10 ms times its place in its batch, counted from 1.
fn row((worker, thread): (u32, u32), (batch, index): (u64, u64), from_s: f64) -> TraceRow {
    TraceRow {
        batch,
        index,
        worker,
        thread,
        due_s: 0.0,
        sent_s: 0.0,
        taken_s: from_s,
        started_s: from_s,
        finished_s: from_s + 0.01 * (index + 1) as f64,
        received_s: None,
    }
}

fn trace(name: &str, rows: Vec<TraceRow>) -> Trace {
    let name = name.to_owned();
    Trace { name, rows }
}

/// Persistent threads that run batches of 4 commands: under a barrier, or each thread the next
/// command at once.
fn pool(workers: u32, threads: u32, pipelined: bool) -> Trace {
    let mut rows = Vec::new();
    for worker in 1..=workers {
        let mut free = vec![0.005 * f64::from(worker); threads as usize];
        for turn in 0..6 {
            if !pipelined {
                let last = free.iter().copied().fold(0.0, f64::max);
                free.fill(last);
            }
            for index in 0..4 {
                let (thread, from) = (free.iter().enumerate())
                    .min_by(|a, b| a.1.total_cmp(b.1))
                    .map(|(thread, from)| (thread, *from))
                    .unwrap();
                let batch = turn * u64::from(workers) + u64::from(worker) - 1;
                let row = row((worker, thread as u32 + 1), (batch, index), from);
                free[thread] = row.finished_s;
                rows.push(row);
            }
        }
    }
    let dispatch = if pipelined { "pipelined" } else { "barrier" };
    trace(&format!("io-mpmt-{workers}x{threads}, {dispatch}"), rows)
}

/// A thread for each command, `at_once` of them at a time.
fn spawned(commands: u64, at_once: u64) -> Trace {
    let rows = (0..commands).map(|number| {
        let from_s = 0.002 + 0.011 * (number / at_once) as f64;
        let command = (number / 16, 0);
        row(
            (1, number as u32 + 1),
            command,
            from_s + 1e-5 * (number % at_once) as f64,
        )
    });
    trace(&format!("io-mt-1x{at_once}, barrier"), rows.collect())
}

fn prepared(trace: &Trace) -> Timeline {
    Timeline::of(trace).unwrap()
}

fn charted(traces: &[Trace]) -> Chart {
    let timelines: Vec<Timeline> = traces.iter().map(prepared).collect();
    chart(&timelines)
}

#[test]
fn threads_become_lanes_of_their_workers_and_batches_take_turns() {
    let timeline = prepared(&trace(
        "two",
        vec![
            row((2, 1), (1, 0), 0.02),
            row((1, 9), (0, 1), 0.01),
            row((1, 4), (0, 0), 0.01),
            row((1, 4), (2, 0), 0.02),
        ],
    ));
    assert_eq!(timeline.makespan_s, 0.03);
    assert_eq!(timeline.size, (3, 4));
    let shape: Vec<(u32, usize, f64)> = (timeline.workers.iter())
        .map(|worker| (worker.number, worker.lanes.len(), worker.up_s))
        .collect();
    assert_eq!(shape, [(1, 2, 0.01), (2, 1, 0.02)]);
    let Lane(runs) = &timeline.workers[0].lanes[0];
    let turns: Vec<(u64, usize)> = runs.iter().map(|run| (run.batch, run.turn)).collect();
    assert_eq!(turns, [(0, 0), (2, 1)]);
    // 10 ms, 10 ms, 20 ms and 10 ms of three threads' 30 ms.
    assert!((timeline.busy() - 50.0 / 90.0).abs() < 1e-9);
}

#[test]
fn threads_that_live_for_one_command_follow_each_other_in_as_many_lanes_as_there_are_at_once() {
    let timeline = prepared(&spawned(64, 8));
    let worker = &timeline.workers[0];
    assert!(worker.spawns);
    assert_eq!(worker.lanes.len(), 8);
    assert!(worker.lanes.iter().all(|lane| lane.0.len() == 8));
    for pair in worker.lanes.iter().flat_map(|lane| lane.0.windows(2)) {
        assert!(pair[0].to_s <= pair[1].from_s);
    }
}

#[test]
fn rows_with_impossible_times_do_not_count() {
    let mut rows = vec![row((1, 1), (0, 0), 0.01), row((1, 1), (0, 1), f64::NAN)];
    rows.push(TraceRow {
        finished_s: 0.0,
        ..row((1, 1), (0, 2), 0.5)
    });
    assert_eq!(prepared(&trace("odd", rows)).size.1, 1);
    assert_eq!(Timeline::of(&trace("none", Vec::new())), None);
}

fn lane(runs: &[(f64, f64, u64)]) -> Lane {
    let run = |&(from_s, to_s, batch): &(f64, f64, u64)| Run {
        from_s,
        to_s,
        batch,
        turn: batch as usize,
        index: 0,
    };
    Lane(runs.iter().map(run).collect())
}

#[test]
fn what_is_too_short_to_be_seen_joins_its_neighbour() {
    let lane = lane(&[
        (0.0, 5.0, 0),
        (5.1, 9.0, 1),
        (9.1, 9.3, 1),
        (9.4, 9.6, 2),
        (20.0, 20.1, 3),
    ]);
    let told = |bars: Vec<Bar>| -> Vec<(f64, f64, usize, bool)> {
        let told = |bar: &Bar| (bar.first.from_s, bar.to_s, bar.commands, bar.mixed);
        bars.iter().map(told).collect()
    };
    assert_eq!(
        told(bars(&lane, 0.5)),
        [
            (0.0, 5.0, 1, false),
            (5.1, 9.6, 3, true),
            (20.0, 20.1, 1, false)
        ]
    );
    assert_eq!(bars(&lane, 0.01).len(), 5);
}

#[test]
fn more_bars_than_can_be_drawn_are_drawn_more_coarsely() {
    let rows = (0..30_000).map(|n| {
        let mut row = row((1, 1), (n / 16, n % 16), n as f64);
        row.finished_s = row.started_s + 0.5;
        row
    });
    let timelines = [prepared(&trace("noop", rows.collect()))];
    assert_eq!(finest(&timelines, 0.1), 0.8);
    assert!(bars(&timelines[0].workers[0].lanes[0], 0.8).len() <= 6_000);
}

#[test]
fn no_text_touches_another_or_leaves_the_figure() {
    let long = trace(
        "mixed-unequal-waits-and-a-very-long-label-that-does-not-end-4x4 (crossbeam, rayon), barrier",
        pool(4, 4, false).rows,
    );
    let many = (0..900).map(|n| row((1000 + n as u32, 1), (n, 0), 0.01));
    for (name, traces) in [
        ("pair", vec![pool(2, 4, false), pool(2, 4, true)]),
        ("long", vec![long]),
        (
            "workers",
            vec![trace("io-mp-900x1, barrier", many.collect())],
        ),
        ("threads", vec![spawned(2048, 512), spawned(2048, 128)]),
        ("six", vec![pool(2, 4, true); 6]),
        (
            "instant",
            vec![trace("one", vec![row((1, 1), (0, 0), 1e-9)])],
        ),
    ] {
        let chart = charted(&traces);
        assert_texts_keep_apart(&chart, &format!("timeline-{name}"));
        let told = tooltips(&chart).len();
        assert!(told < 2_000, "{name}: {told}");
    }
}

#[test]
fn what_has_no_room_is_told_beside_the_makespan() {
    let told = |traces: &[Trace]| words(&charted(traces)).join("\n");
    assert!(told(&[pool(2, 4, false)]).contains("makespan 250 ms, threads 60 % busy\n"));
    assert!(told(&[spawned(2048, 512)]).contains("first 256 of 512 threads shown"));
    let workers = told(&[pool(80, 4, true)]);
    assert!(
        workers.contains("first 64 of 80 workers shown"),
        "{workers}"
    );
}

#[test]
fn bars_are_told_one_by_one_until_there_are_too_many() {
    let told = tooltips(&charted(&[pool(2, 4, false)]));
    insta::assert_snapshot!(told[1], @"io-mpmt-2x4, barrier: worker 1, thread 1: batch 2, command 0; 10.0 ms from 45.0 ms on");
    let rows = (0..20_000).map(|n| row((1, n as u32 % 4), (n / 16, 0), 0.05 * n as f64));
    let told = tooltips(&charted(&[trace("long", rows.collect())]));
    assert_eq!(told.len(), 4);
    insta::assert_snapshot!(told[1], @"long: worker 1, thread 2: 5000 commands, the first of batch 0; 1000 s from 50.0 ms on");
}

#[test]
fn traces_of_other_work_have_a_chart_of_their_own_and_what_is_missing_is_said() {
    let mut traces = vec![pool(2, 4, true); 7];
    traces.insert(1, spawned(64, 8));
    traces.push(trace("io-mp-1x1, barrier", Vec::new()));
    let records = Records {
        traces: &traces,
        ..records(&[])
    };
    let drawings = draw(&[Kind::Timeline], &records);
    let stems: Vec<&str> = drawings.drawn.iter().map(|d| d.stem.as_str()).collect();
    assert_eq!(stems, ["timeline-1", "timeline-2"]);
    let reasons: Vec<&str> = drawings
        .left_out
        .iter()
        .map(|l| l.reason.as_str())
        .collect();
    insta::assert_snapshot!(reasons.join("\n"), @"
    no command ran in io-mp-1x1, barrier
    7 traces of the same work are more than the 6 that one picture holds; not shown: io-mpmt-2x4, pipelined
    ");
}

#[test]
fn the_svg_is_as_it_was() {
    let chart = charted(&[pool(2, 2, false), pool(2, 2, true)]);
    insta::assert_snapshot!("timeline.svg", svg(&chart));
}
