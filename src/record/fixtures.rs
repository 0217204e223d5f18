//! Trials for the tests of the rooms that read records.

use super::{Status, Trial};
use crate::model::{Dispatch, ExecutorKind, Job, Runtime, SpawnMode, WorkloadKind};

/// A good run of the published work: 512 commands in batches of 16, 1 s or 2 million loops each.
pub fn trial(label: &str, (makespan_s, ideal_s): (f64, f64)) -> Trial {
    let (processes, threads) = shape(label);
    let workload = if label.starts_with("cpu") {
        WorkloadKind::Cpu
    } else {
        WorkloadKind::Io
    };
    Trial {
        experiment: "test".to_owned(),
        label: label.to_owned(),
        workload,
        runtime: Runtime::Native,
        processes,
        threads,
        batch: 16,
        executor: ExecutorKind::Spawn,
        dispatch: Dispatch::Barrier,
        spawn: SpawnMode::Lazy,
        commands: 512,
        wait_s: (workload == WorkloadKind::Io).then_some(1.0),
        loops: (workload == WorkloadKind::Cpu).then_some(Job::DEFAULT_LOOPS),
        switch_interval_s: None,
        time_scale: 1.0,
        expected_sum: 512,
        rate_per_s: None,
        key: String::new(),
        warmup: false,
        run: 1,
        block: 1,
        order: 1,
        started_at: "2025-01-01T00:00:00Z".to_owned(),
        status: Status::Ok,
        error: None,
        makespan_s: Some(makespan_s),
        ideal_s: Some(ideal_s),
        ideal_is_bound: false,
        loop_s: None,
        capacity_cores: None,
        startup_s: Some(0.0123),
        first_result_s: Some(1.0056),
        latency_p50_s: None,
        latency_p90_s: None,
        latency_p99_s: None,
        latency_p999_s: None,
        latency_max_s: None,
        throughput_per_s: Some(512.0 / makespan_s),
        achieved_rate_per_s: None,
        responses_sum: Some(512),
        results: Some(32),
        retried: Some(0),
        duplicates: Some(0),
        lost: Some(0),
        unknown_commands: Some(0),
        cpu_user_s: Some(0.25),
        cpu_system_s: Some(0.125),
        voluntary_switches: Some(1234),
        involuntary_switches: Some(56),
        peak_rss_kib: Some(3277),
        peak_pss_kib: None,
        peak_threads: None,
        lock_switches: None,
        interpreter: None,
        gil_enabled: None,
        task: None,
        exec: None,
    }
}

/// The same configuration, failed before its end.
pub fn failed(label: &str, error: &str) -> Trial {
    Trial {
        status: Status::Failed,
        error: Some(error.to_owned()),
        makespan_s: None,
        throughput_per_s: None,
        first_result_s: None,
        ..trial(label, (1.0, 1.0))
    }
}

/// The nine published configurations as a good machine runs them.
pub fn nine() -> Vec<Trial> {
    [
        ("io-mp-32x1", 16.03, 16.0),
        ("io-mpmt-32x16", 1.0521, 1.0),
        ("io-mpmt-8x16", 4.04, 4.0),
        ("io-mpmt-2x16", 16.05, 16.0),
        ("io-mt-1x16", 32.08, 32.0),
        ("cpu-mp-2x1", 0.1312, 0.1211),
        ("cpu-mpmt-2x16", 0.1327, 0.1212),
        ("cpu-mp-4x1", 0.1402, 0.1209),
        ("cpu-mpmt-8x16", 0.1503, 0.1214),
    ]
    .map(|(label, makespan_s, ideal_s)| trial(label, (makespan_s, ideal_s)))
    .to_vec()
}

/// Several runs of each trial: each one a little slower than the one before it.
pub fn repeated(trials: &[Trial], runs: u32) -> Vec<Trial> {
    let slower = |trial: &Trial, run: u32| {
        let seconds = |s: f64| s * (1.0 + 0.08 * f64::from(run - 1));
        let makespan_s = trial.makespan_s.map(seconds);
        Trial {
            run,
            makespan_s,
            throughput_per_s: makespan_s.map(|s| 512.0 / s),
            ..trial.clone()
        }
    };
    let runs_of = |trial| (1..=runs).map(move |run| slower(trial, run));
    trials.iter().flat_map(runs_of).collect()
}

/// Processes and threads of a label such as `io-mpmt-32x16`.
fn shape(label: &str) -> (u32, u32) {
    let numbers = label.rsplit('-').next().and_then(|end| end.split_once('x'));
    let (processes, threads) = numbers.expect("a label ends in <processes>x<threads>");
    (processes.parse().unwrap(), threads.parse().unwrap())
}
