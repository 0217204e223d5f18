//! What is recommended, by what the records hold.

use super::*;
use crate::record::fixtures;
use crate::report::{Format, Style, written, written_on};

/// Runs of a configuration around a makespan in seconds, `spread` of it apart in all, with a peak
/// memory in KiB.
fn runs(label: &str, makespan_s: f64, spread: f64, kib: u64, count: u32) -> Vec<Trial> {
    let one = |i: u32| {
        let seconds = makespan_s * (1.0 + spread * (f64::from(i * 7 % 10) / 9.0 - 0.5));
        let mut trial = fixtures::trial(label, (seconds, 1.0));
        (trial.order, trial.peak_pss_kib) = (i, Some(kib));
        trial.batch = 128;
        trial
    };
    (0..count).map(one).collect()
}

fn only(trials: &[Trial]) -> Question<'_> {
    let mut questions = questions(trials, Terms::default());
    assert_eq!(questions.len(), 1);
    questions.remove(0)
}

fn picked<'a>(question: &'a Question<'a>) -> Option<&'a str> {
    let pick = question.answer.pick()?;
    Some(question.candidates[pick].name())
}

/// 1 s with 32 processes, a little more with 16, four times that with 8.
fn grid() -> Vec<Trial> {
    [
        runs("io-mpmt-32x16", 1.0, 0.02, 90_000, 10),
        runs("io-mpmt-16x32", 1.02, 0.02, 50_000, 10),
        runs("io-mpmt-16x16", 2.0, 0.02, 48_000, 10),
        runs("io-mpmt-8x16", 4.0, 0.02, 26_000, 10),
        runs("io-mpmt-30x16", 2.5, 0.02, 95_000, 10),
    ]
    .concat()
}

#[test]
fn the_cheapest_within_five_percent_of_the_best_is_taken() {
    let trials = grid();
    let question = only(&trials);
    assert_eq!(picked(&question), Some("io-mpmt-16x32"));
    assert_eq!(question.answer.best(), Some(0));
    assert_eq!(question.front, [0, 1, 2, 3]);
}

#[test]
fn threads_that_can_never_run_are_never_recommended() {
    let in_batches_of_16 = |label, makespan_s, kib| {
        let mut trials = runs(label, makespan_s, 0.02, kib, 10);
        trials.iter_mut().for_each(|trial| trial.batch = 16);
        trials
    };
    let fast = in_batches_of_16("io-mpmt-16x32", 1.0, 50_000);
    let full = in_batches_of_16("io-mpmt-16x16", 1.01, 60_000);
    let slow = in_batches_of_16("io-mpmt-8x16", 4.0, 20_000);
    let trials = [fast.clone(), full, slow].concat();
    let question = only(&trials);
    assert_eq!(picked(&question), Some("io-mpmt-16x16"));
    assert_eq!(
        question.answer.best(),
        Some(1),
        "the other is it in disguise"
    );
    let pipelined = |mut trial: Trial| {
        trial.dispatch = crate::model::Dispatch::Pipelined;
        trial
    };
    let others = in_batches_of_16("io-mpmt-8x32", 2.0, 60_000);
    let free = [fast.clone(), others.clone()].concat();
    let free: Vec<Trial> = free.into_iter().map(pipelined).collect();
    assert_eq!(picked(&only(&free)), Some("io-mpmt-16x32"));
    let trials = [fast, others].concat();
    let none = only(&trials);
    assert_eq!(none.answer, Answer::Nothing(Nothing::WithoutIdleThreads));
}

#[test]
fn what_may_be_good_enough_and_is_not_surely_so_stays_open() {
    let mut trials = grid();
    trials.extend(runs("io-mpmt-4x128", 1.04, 0.1, 20_000, 10));
    let question = only(&trials);
    assert_eq!(picked(&question), Some("io-mpmt-16x32"));
    assert_eq!(question.answer.unsettled(), [5]);
    let sure = question.answer_text().sure;
    assert!(
        sure.contains("perhaps good enough too: io-mpmt-4x128"),
        "{sure}"
    );
}

#[test]
fn where_memory_is_the_same_fewer_processes_are_cheaper() {
    let trials = [
        runs("io-mpmt-32x16", 1.0, 0.01, 50_000, 10),
        runs("io-mpmt-16x32", 1.01, 0.01, 51_000, 10),
    ]
    .concat();
    assert_eq!(picked(&only(&trials)), Some("io-mpmt-16x32"));
}

/// So many failed runs of a configuration.
fn failures(label: &str, count: usize) -> Vec<Trial> {
    let mut trial = fixtures::failed(label, "worker 3 died");
    trial.batch = 128;
    vec![trial; count]
}

#[test]
fn what_fails_is_not_taken_while_something_does_not() {
    let mut trials = grid();
    trials.extend(failures("io-mpmt-16x32", 1));
    let question = only(&trials);
    assert_eq!(picked(&question), Some("io-mpmt-32x16"));
    assert_eq!(
        question.passed_over().unwrap(),
        "Passed over, for runs of theirs failed: io-mpmt-16x32 (1.020 s, 1.014 s to 1.026 s, 1 of \
         11 runs failed)."
    );
    // The fastest is then the fastest of the others, and they are cheapest within 5 % of that.
    trials.extend(failures("io-mpmt-32x16", 1));
    assert_eq!(picked(&only(&trials)), Some("io-mpmt-16x16"));
    for label in ["io-mpmt-16x16", "io-mpmt-8x16", "io-mpmt-30x16"] {
        trials.extend(failures(label, 1));
    }
    let question = only(&trials);
    assert_eq!(picked(&question), Some("io-mpmt-16x32"));
    assert!(
        question
            .answer_text()
            .answer
            .contains("1 of 11 runs failed")
    );
    assert_eq!(question.passed_over(), None);
}

/// Two configurations: the first takes 1 s and more memory, the other so much longer.
fn two(longer: f64, spread: f64, count: u32) -> Vec<Trial> {
    let slower = runs("io-mpmt-16x32", longer, spread, 5_000, count);
    [runs("io-mpmt-32x16", 1.0, spread, 9_000, count), slower].concat()
}

#[test]
fn one_run_each_decides_what_the_noise_can_not_have_done() {
    let trials = two(1.5, 0.0, 1);
    let question = only(&trials);
    assert_eq!(picked(&question), Some("io-mpmt-32x16"));
    let text = question.answer_text();
    assert!(
        text.sure.starts_with("That is on one run each, too few"),
        "{}",
        text.sure
    );
    assert!(
        text.sure.contains("differs by 1.18 times or more"),
        "{}",
        text.sure
    );
    let command = "mpmt sweep -w io --shape 16x32,32x16 -b 128 -r 6";
    assert_eq!(text.measure_on.as_deref(), Some(command));
    let near = two(1.04, 0.0, 1);
    assert_eq!(picked(&only(&near)), None);
}

#[test]
fn when_none_is_sure_the_candidates_and_what_would_settle_it_are_named() {
    let trials = two(1.02, 0.5, 10);
    let question = only(&trials);
    let Answer::OneOf {
        among, more_runs, ..
    } = &question.answer
    else {
        panic!("{:?}", question.answer);
    };
    assert_eq!(among, &[1, 0], "cheapest first");
    assert!(more_runs.is_none_or(|more| more >= 5));
    let text = question.answer_text();
    assert!(
        text.answer
            .starts_with("The choice lies among 2 configurations"),
        "{text:?}"
    );
    assert!(
        text.measure_on
            .unwrap()
            .starts_with("mpmt sweep -w io --shape 16x32,32x16 -b 128 -r ")
    );
}

#[test]
fn the_only_one_is_taken_and_said_to_be_the_only_one() {
    let trials = runs("io-mpmt-32x16", 1.0, 0.01, 9, 10);
    let question = only(&trials);
    assert_eq!(picked(&question), Some("io-mpmt-32x16"));
    assert!(
        question
            .answer_text()
            .sure
            .contains("the only configuration")
    );
}

#[test]
fn without_a_good_run_nothing_is_recommended() {
    let failed = [fixtures::failed("io-mpmt-8x16", "worker 3 died")];
    let question = only(&failed);
    assert_eq!(question.answer, Answer::Nothing(Nothing::Measured));
    let answer = question.answer_text().answer;
    assert_eq!(
        answer,
        "No configuration can be recommended: no run ended well."
    );
}

#[test]
fn bounds_and_what_is_paid_for_change_what_is_taken() {
    let trials = grid();
    let picked_by = |terms: Terms| {
        let questions = questions(&trials, terms);
        picked(&questions[0]).map(str::to_owned)
    };
    let most = |kib| Terms {
        max_memory_kib: Some(kib),
        ..Terms::default()
    };
    assert_eq!(picked_by(most(49_000)).as_deref(), Some("io-mpmt-16x16"));
    assert_eq!(picked_by(most(1)), None);
    let few = Terms {
        max_processes: Some(8),
        ..Terms::default()
    };
    assert_eq!(picked_by(few).as_deref(), Some("io-mpmt-8x16"));
    let narrow = Terms {
        max_threads: Some(16),
        cost: CostKind::Processes,
        ..Terms::default()
    };
    assert_eq!(picked_by(narrow).as_deref(), Some("io-mpmt-32x16"));
}

#[test]
fn a_bound_of_latency_takes_the_cheapest_that_holds_it() {
    let mut trials = grid();
    for trial in &mut trials {
        trial.latency_p99_s = trial.makespan_s.map(|makespan| makespan / 10.0);
    }
    let terms = |p99_s| Terms {
        p99_s: Some(p99_s),
        ..Terms::default()
    };
    let found = questions(&trials, terms(0.25));
    assert_eq!(picked(&found[0]), Some("io-mpmt-16x16"));
    let none = questions(&trials, terms(0.01));
    assert_eq!(none[0].answer, Answer::Nothing(Nothing::HoldsTheBound));
}

#[test]
fn the_edge_says_what_more_would_gain() {
    let by = |shapes: &[(&str, f64)], batch: u32| -> Vec<Trial> {
        let all = shapes.iter().map(|(label, seconds)| {
            let mut trials = runs(label, *seconds, 0.01, 9_000, 6);
            trials.iter_mut().for_each(|trial| trial.batch = batch);
            trials
        });
        all.collect::<Vec<Vec<Trial>>>().concat()
    };
    let falling = by(
        &[
            ("io-mpmt-4x8", 4.0),
            ("io-mpmt-8x8", 2.0),
            ("io-mpmt-4x16", 2.0),
            ("io-mpmt-8x16", 1.0),
        ],
        16,
    );
    let text = only(&falling).answer_text();
    assert_eq!(
        text.edge.as_deref(),
        Some(
            "It lies at the edge of what was measured: time still fell up to 8 processes and up to \
             16 threads (all that a batch of 16 keeps busy under a barrier)."
        )
    );
    let command = "mpmt sweep -w io -p 8,16,32 -t 16,32,64 --dispatch pipelined -r 6";
    assert_eq!(text.measure_on.as_deref(), Some(command));
    let flat = by(
        &[
            ("io-mpmt-4x16", 2.0),
            ("io-mpmt-8x16", 1.0),
            ("io-mpmt-16x16", 1.0),
        ],
        16,
    );
    let text = only(&flat).answer_text();
    assert_eq!(
        text.edge.as_deref(),
        Some("More than 8 processes gain nothing.")
    );
    assert_eq!(text.measure_on, None);
}

#[test]
fn what_is_faster_but_not_allowed_is_not_said_to_gain_nothing() {
    let trials = [
        runs("io-mpmt-4x16", 2.0, 0.01, 9_000, 6),
        runs("io-mpmt-8x16", 1.0, 0.01, 9_000, 6),
    ]
    .concat();
    let terms = Terms {
        max_processes: Some(4),
        ..Terms::default()
    };
    let found = questions(&trials, terms);
    assert_eq!(picked(&found[0]), Some("io-mpmt-4x16"));
    assert_eq!(found[0].answer_text().edge, None);
}

#[test]
fn an_interval_below_a_bound_is_not_said_to_be_every_run() {
    let mut trials = grid();
    for (place, trial) in trials.iter_mut().enumerate() {
        trial.latency_p99_s = Some(if place % 10 == 0 { 0.3 } else { 0.1 });
    }
    let terms = Terms {
        p99_s: Some(0.2),
        ..Terms::default()
    };
    let sure = questions(&trials, terms)[0].answer_text().sure;
    assert!(sure.starts_with("The 95 % interval of its p99"), "{sure}");
    assert!(!sure.contains("All"), "{sure}");
}

#[test]
fn the_rule_of_thumb_is_compared_where_it_was_measured() {
    let mut trials = grid();
    trials.extend(runs("io-mp-5x1", 100.0, 0.01, 9_000, 6));
    trials
        .iter_mut()
        .for_each(|trial| trial.capacity_cores = Some(2.0));
    let said = only(&trials).answer_text().rule_of_thumb.unwrap();
    assert!(
        said.starts_with("The rule of thumb, 5 processes of one thread"),
        "{said}"
    );
    assert!(said.contains("takes 98.0× as long"), "{said}");
}

#[test]
fn other_work_is_another_question() {
    let mut trials = grid();
    trials.extend(runs("cpu-mp-2x1", 0.1, 0.02, 5_000, 10));
    let mut shorter = runs("io-mpmt-8x16", 0.1, 0.02, 5_000, 10);
    shorter
        .iter_mut()
        .for_each(|trial| trial.wait_s = Some(0.02));
    trials.extend(shorter);
    for task in ["own.py:work", "own.py:play"] {
        let mut own = runs("io-mpmt-8x16", 0.1, 0.02, 5_000, 10);
        own.iter_mut()
            .for_each(|trial| trial.task = Some(task.to_owned()));
        trials.extend(own);
    }
    let found = questions(&trials, Terms::default());
    assert_eq!(found.len(), 5);
    assert_eq!(picked(&found[0]), Some("io-mpmt-16x32"));
}

#[test]
fn memory_of_different_kinds_is_not_compared() {
    let mut trials = grid();
    trials
        .iter_mut()
        .filter(|trial| trial.processes == 32)
        .for_each(|trial| trial.peak_pss_kib = None);
    assert_eq!(only(&trials).memory, Memory::Rss);
    trials
        .iter_mut()
        .for_each(|trial| trial.peak_rss_kib = None);
    assert_eq!(only(&trials).memory, Memory::Unknown);
}

#[test]
fn warm_ups_are_left_out_and_unstable_medians_are_warned_of() {
    let mut trials = grid();
    let mut warmup = fixtures::trial("io-mpmt-1x1", (0.001, 0.001));
    warmup.warmup = true;
    trials.push(warmup);
    trials.extend(runs("io-mpmt-2x16", 9.0, 0.5, 9_000, 10));
    trials.extend(runs("io-mpmt-3x16", 9.0, 0.5, 9_000, 2));
    let question = only(&trials);
    assert_eq!(question.candidates.len(), 7);
    let warnings = question.warnings();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].starts_with("io-mpmt-2x16 is unstable: the interval"));
    assert!(warnings[1].contains("1 of 7 configurations have fewer than 6 good runs"));
}

#[test]
fn it_is_said_in_a_sentence_with_its_reason_and_command_line() {
    let trials = grid();
    let document = recommendations(&questions(&trials, Terms::default()));
    insta::assert_snapshot!(written(&document, Format::Table), @"
    test: io work, 512 commands, waits of 1 s, total 512, native runtime

    Take 16 processes of 32 threads (io-mpmt-16x32, 1.020 s): the cheapest within 5 % of the fastest, io-mpmt-32x16 (1.000 s).
    It is within 5 % of the fastest in more than 99.9 % of the resamples of all runs; its 95 % interval is 1.014 s to 1.026 s.
    It is ahead of io-mpmt-16x16 (2.000 s, 1.96×) and of 2 more, to io-mpmt-8x16 (3.92×).
    It takes 48.8 MiB and 16 processes.
    It lies at the edge of what was measured: time still fell up to 32 threads.

    To run it:

      mpmt run -w io -p 16 -t 32 -b 128

    To know more:

      mpmt sweep -w io -p 16 -t 32,64,128 -b 128 -r 6

    4 of 5 configurations are beaten by no other in time, memory (PSS) and processes:

    configuration   makespan    failed        95 % interval     memory   processes   note
    ────────────────────────────────────────────────────────────────────────────────────────────
    io-mpmt-32x16    1.000 s   0 of 10   0.994 s to 1.006 s   87.9 MiB          32   fastest
    io-mpmt-16x32    1.020 s   0 of 10   1.014 s to 1.026 s   48.8 MiB          16   recommended
    io-mpmt-16x16    2.000 s   0 of 10   1.987 s to 2.013 s   46.9 MiB          16
    io-mpmt-8x16     4.000 s   0 of 10   3.975 s to 4.025 s   25.4 MiB           8

    Scaling laws fitted to the throughput, all but what varies as in the fastest, 95 % intervals in brackets:

    over         law      trials          one does, per s              contention   coherency   peak at      R²   verdict
    ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    N (M = 16)   Amdahl       40     17.97 [14.08, 25.40]   0.017 [0.0013, 0.041]                         0.476   not supported: the law does not describe the points (R² 0.48, residual error 34 %): do not read its parameters
    N (M = 16)   USL          40                                                                                  not supported: the Universal Scalability Law needs 5 different concurrencies and has 4: measure more of them
    M (N = 32)   Amdahl       10                                                                                  not supported: Amdahl's law needs 4 different concurrencies and has 1: measure more of them
    M (N = 32)   USL          10                                                                                  not supported: the Universal Scalability Law needs 5 different concurrencies and has 1: measure more of them
    N×M          Amdahl       50   0.9285 [0.8530, 1.231]    0.00023 [0, 0.00098]                         0.572   not supported: the law does not describe the points (R² 0.57, residual error 34 %): do not read its parameters
    N×M          USL          50                                                                                  not supported: the Universal Scalability Law needs 5 different concurrencies and has 4: measure more of them
    ");
    insta::assert_snapshot!(written(&document, Format::Csv), @r#"
    configuration,experiment,label,workload,runtime,processes,threads,batch,executor,dispatch,spawn,runs,failed,makespan_median_s,makespan_low_s,makespan_high_s,question,memory_median_kib,memory_is,on_front,fastest,recommended,command
    io-mpmt-32x16,test,io-mpmt-32x16,io,native,32,16,128,spawn,barrier,lazy,10,0,1.0,0.993682941,1.006369755,"test: io work, 512 commands, waits of 1 s, total 512, native runtime",90000,PSS,true,true,false,mpmt run -w io -p 32 -t 16 -b 128
    io-mpmt-16x32,test,io-mpmt-16x32,io,native,16,32,128,spawn,barrier,lazy,10,0,1.02,1.0135566,1.02649715,"test: io work, 512 commands, waits of 1 s, total 512, native runtime",50000,PSS,true,false,true,mpmt run -w io -p 16 -t 32 -b 128
    io-mpmt-16x16,test,io-mpmt-16x16,io,native,16,16,128,spawn,barrier,lazy,10,0,2.0,1.987365883,2.012739509,"test: io work, 512 commands, waits of 1 s, total 512, native runtime",48000,PSS,true,false,false,mpmt run -w io -p 16 -t 16 -b 128
    io-mpmt-8x16,test,io-mpmt-8x16,io,native,8,16,128,spawn,barrier,lazy,10,0,4.0,3.974731765,4.025479019,"test: io work, 512 commands, waits of 1 s, total 512, native runtime",26000,PSS,true,false,false,mpmt run -w io -p 8 -t 16 -b 128
    io-mpmt-30x16,test,io-mpmt-30x16,io,native,30,16,128,spawn,barrier,lazy,10,0,2.5,2.484207353,2.515924387,"test: io work, 512 commands, waits of 1 s, total 512, native runtime",95000,PSS,false,false,false,mpmt run -w io -p 30 -t 16 -b 128
    "#);
}

/// Throughput as Amdahl's law with contention 0.1 has it, over processes.
fn amdahl() -> Vec<Trial> {
    let one = |processes: u32| {
        let n = f64::from(processes);
        let seconds = 10.0 * (1.0 + 0.1 * (n - 1.0)) / n;
        runs(&format!("cpu-mp-{processes}x1"), seconds, 0.01, 9, 6)
    };
    [1, 2, 4, 8, 16].map(one).concat()
}

#[test]
fn scaling_laws_are_fitted_along_the_lines_through_the_fastest() {
    let document = fits(&questions(&amdahl(), Terms::default()));
    insta::assert_snapshot!(written(&document, Format::Markdown), @"
    **test: cpu work, 512 commands, 2000000 loops, total 512, native runtime**

    Scaling laws fitted to the throughput, all but what varies as in the fastest, 95 % intervals in brackets:

    | over | law | trials | one does, per s | contention | coherency | peak at | R² | verdict |
    | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |
    | N (M = 1) | Amdahl | 30 | 51.22 [51.05, 51.39] | 0.100 [0.099, 0.10] |  |  | 1.000 | supported |
    | N (M = 1) | USL | 30 | 51.22 [51.01, 51.32] | 0.100 [0.098, 0.10] | 0 [0, 0.00011] |  | 1.000 | supported |
    | M (N = 16) | Amdahl | 6 |  |  |  |  |  | not supported: Amdahl's law needs 4 different concurrencies and has 1: measure more of them |
    | M (N = 16) | USL | 6 |  |  |  |  |  | not supported: the Universal Scalability Law needs 5 different concurrencies and has 1: measure more of them |
    | N×M | Amdahl | 30 | 51.22 [51.05, 51.39] | 0.100 [0.099, 0.10] |  |  | 1.000 | supported |
    | N×M | USL | 30 | 51.22 [51.01, 51.32] | 0.100 [0.098, 0.10] | 0 [0, 0.00011] |  | 1.000 | supported |
    ");
}

#[test]
fn a_terminal_gets_a_map_between_the_table_and_the_laws() {
    let trials: Vec<Trial> = [
        runs("io-mpmt-1x16", 4.0, 0.02, 20_000, 6),
        runs("io-mpmt-1x32", 2.0, 0.02, 21_000, 6),
        runs("io-mpmt-2x16", 2.1, 0.02, 40_000, 6),
        runs("io-mpmt-2x32", 1.0, 0.02, 41_000, 6),
    ]
    .concat();
    let questions = questions(&trials, Terms::default());
    let document = recommendations(&questions);
    let style = Style {
        width: Some(80),
        colour: false,
    };
    let pipe = written(&document, Format::Table);
    assert!(!pipe.contains("* fastest"), "{pipe}");
    let terminal = written_on(&document, Format::Table, style);
    let (_, map) = terminal.split_once("\nMakespan in s").unwrap();
    let (map, _) = map.split_once("\nScaling laws").unwrap();
    let map = format!("Makespan in s{map}");
    insta::assert_snapshot!(map, @"
    Makespan in s (native, spawn, barrier, batches of 128)
    * fastest
    processes  threads
                 16    32
            1  4.00  2.00
            2  2.10  1.00*
    ");
}
