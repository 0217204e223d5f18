//! A configuration as the command line that runs it.

use std::time::Duration;

use crate::model::{Defaults, Dispatch, Job, Shape, WorkloadKind};
use crate::record::{PublishedFigure, Trial};

/// The command line that runs a trial's configuration again, as a shell takes it; what is the
/// default goes unsaid.
///
/// A record tells the longest wait alone. Where waits may differ (the ideal is a bound), or are
/// the published ones, they are left to the table.
pub(crate) fn command_line(trial: &Trial) -> String {
    let shape = [
        ("-p", trial.processes.to_string()),
        ("-t", trial.threads.to_string()),
    ];
    quoted(&words("run", shape.to_vec(), trial.dispatch, trial))
}

/// What a sweep is to measure beside a trial's own work.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wanted {
    /// All processes with all threads; the first as they are, or without a barrier.
    Grid {
        processes: Vec<u32>,
        threads: Vec<u32>,
        without_barrier: bool,
    },
    /// These and no others.
    Shapes(Vec<Shape>),
}

/// The command line that measures a trial's work so often with other processes and threads.
pub(super) fn sweep_line(trial: &Trial, wanted: &Wanted, runs: usize) -> String {
    fn list(values: &[impl ToString]) -> String {
        let values: Vec<String> = values.iter().map(ToString::to_string).collect();
        values.join(",")
    }
    let (shape, dispatch) = match wanted {
        Wanted::Grid {
            processes,
            threads,
            without_barrier,
        } => {
            let shape = [("-p", list(processes)), ("-t", list(threads))].to_vec();
            let dispatch = [trial.dispatch, Dispatch::Pipelined][usize::from(*without_barrier)];
            (shape, dispatch)
        }
        Wanted::Shapes(shapes) => ([("--shape", list(shapes))].to_vec(), trial.dispatch),
    };
    let mut words = words("sweep", shape, dispatch, trial);
    words.extend(["-r".to_owned(), runs.to_string()]);
    quoted(&words)
}

/// As a shell takes it. Lists need no quotes, though the crate gives them some.
fn quoted(words: &[String]) -> String {
    let is_list = |word: &str| word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b',');
    let quoted = words.iter().map(|word| match shlex::try_quote(word) {
        // Only what no file holds, a zero byte, can't be quoted.
        Ok(quoted) if !is_list(word) => quoted,
        _ => word.into(),
    });
    quoted.collect::<Vec<_>>().join(" ")
}

fn words(
    subcommand: &str,
    shape: Vec<(&str, String)>,
    dispatch: Dispatch,
    trial: &Trial,
) -> Vec<String> {
    let mut words = vec!["mpmt".to_owned(), subcommand.to_owned()];
    let mut say = |option: &str, value: String| words.extend([option.to_owned(), value]);
    match (&trial.task, &trial.exec) {
        (Some(task), _) => say("--task", task.clone()),
        (_, Some(line)) => say("--exec", line.clone()),
        _ => say("-w", trial.workload.to_string()),
    }
    for (option, value) in shape {
        say(option, value);
    }
    let usual = match (&trial.task, &trial.exec) {
        (Some(_), _) => Defaults::of(WorkloadKind::Task),
        (_, Some(_)) => Defaults::of(WorkloadKind::Exec),
        _ => Defaults::of(trial.workload),
    };
    if trial.batch != usual.batch {
        say("-b", trial.batch.to_string());
    }
    if trial.executor != usual.executor(trial.threads) {
        say("-e", trial.executor.to_string());
    }
    if dispatch != usual.dispatch {
        say("--dispatch", dispatch.to_string());
    }
    if trial.spawn != usual.spawn {
        say("--spawn", trial.spawn.to_string());
    }
    if !trial.runtime.is_native() {
        say("--runtime", trial.runtime.to_string());
    }
    let interval = trial.switch_interval_s.and_then(duration);
    if let Some(interval) = interval.filter(|&it| it != Job::DEFAULT_SWITCH_INTERVAL) {
        say(
            "--switch-interval",
            humantime::format_duration(interval).to_string(),
        );
    }
    if let Some(wait) = wait_before_scaling(trial) {
        if wait != PUBLISHED_WAIT {
            say("--wait", humantime::format_duration(wait).to_string());
        }
        if trial.time_scale != 1.0 {
            say("--time-scale", trial.time_scale.to_string());
        }
    }
    if let Some(loops) = trial.loops.filter(|&loops| loops != PublishedFigure::LOOPS) {
        say("--loops", loops.to_string());
    }
    let repeat = trial.commands / PublishedFigure::COMMANDS;
    if repeat > 1 && trial.commands.is_multiple_of(PublishedFigure::COMMANDS) {
        say("--repeat", repeat.to_string());
    }
    if let Some(rate) = trial.rate_per_s {
        say("--rate", rate.to_string());
    }
    words
}

/// [`PublishedFigure::WAIT_S`].
const PUBLISHED_WAIT: Duration = Duration::from_secs(1);

/// The wait of each command, when all may be taken to have the same.
fn wait_before_scaling(trial: &Trial) -> Option<Duration> {
    let wait = trial.wait_s.filter(|_| !trial.ideal_is_bound)?;
    duration(wait / trial.time_scale)
}

/// To the nanosecond; nothing of what no duration can be, as after a division by zero.
fn duration(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ExecutorKind, Runtime, SpawnMode};
    use crate::record::fixtures;

    #[test]
    fn the_published_work_needs_no_more_than_its_shape() {
        let trial = fixtures::trial("io-mpmt-8x16", (4.0, 4.0));
        assert_eq!(command_line(&trial), "mpmt run -w io -p 8 -t 16");
    }

    #[test]
    fn work_of_a_persons_own_is_named_as_a_shell_takes_it() {
        let mut trial = fixtures::trial("io-mp-2x1", (4.0, 4.0));
        trial.executor = ExecutorKind::Sequential;
        trial.task = Some("examples/json_work.py:work".to_owned());
        trial.runtime = "python".parse().unwrap();
        let line = "mpmt run --task examples/json_work.py:work -p 2 -t 1 -b 16 --dispatch barrier \
                    --spawn lazy --runtime python";
        assert_eq!(command_line(&trial), line, "the defaults are others");
        (trial.batch, trial.dispatch, trial.spawn) = (1, Dispatch::Pipelined, SpawnMode::Eager);
        assert_eq!(
            command_line(&trial),
            "mpmt run --task examples/json_work.py:work -p 2 -t 1 --runtime python"
        );
        (trial.task, trial.runtime) = (None, Runtime::Native);
        trial.exec = Some("host '{address}'".to_owned());
        assert_eq!(
            command_line(&trial),
            r#"mpmt run --exec "host '{address}'" -p 2 -t 1"#
        );
    }

    #[test]
    fn whatever_differs_from_the_default_is_said() {
        let mut trial = fixtures::trial("io-mpmt-8x16", (4.0, 4.0));
        (trial.wait_s, trial.batch) = (Some(0.02), 4);
        (trial.executor, trial.dispatch) = (ExecutorKind::Rayon, Dispatch::Pipelined);
        (trial.spawn, trial.commands) = (SpawnMode::Eager, 5120);
        assert_eq!(
            command_line(&trial),
            "mpmt run -w io -p 8 -t 16 -b 4 -e rayon --dispatch pipelined --spawn eager \
             --wait 20ms --repeat 10"
        );
        trial.ideal_is_bound = true;
        assert!(!command_line(&trial).contains("--wait"));
        trial.runtime = Runtime::Gil;
        trial.switch_interval_s = Some(0.001);
        assert!(command_line(&trial).contains("--runtime gil --switch-interval 1ms"));
    }

    #[test]
    fn scaled_waits_stay_scaled_and_cpu_work_names_its_loops() {
        let mut io = fixtures::trial("io-mpmt-8x16", (4.0, 4.0));
        (io.wait_s, io.time_scale) = (Some(0.05), 0.05);
        let line = "mpmt run -w io -p 8 -t 16 --time-scale 0.05";
        assert_eq!(command_line(&io), line);
        let mut cpu = fixtures::trial("cpu-mp-2x1", (4.0, 4.0));
        (cpu.loops, cpu.executor) = (Some(1000), ExecutorKind::Sequential);
        assert_eq!(command_line(&cpu), "mpmt run -w cpu -p 2 -t 1 --loops 1000");
    }
}
