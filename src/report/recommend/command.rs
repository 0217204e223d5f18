//! A configuration as the command line that runs it.

use std::borrow::Cow;

use crate::model::{Dispatch, ExecutorKind, Job, SpawnMode};
use crate::record::{PublishedFigure, Trial};

/// The command line that runs a trial's configuration again; what is the default goes unsaid.
///
/// A record tells the longest wait alone. Where waits may differ (the ideal is a bound), or are
/// the published ones, they are left to the table.
pub(in crate::report) fn command_line(trial: &Trial) -> String {
    let work = match (&trial.task, &trial.exec) {
        (Some(task), _) => format!("mpmt run --task {}", quoted(task)),
        (_, Some(line)) => format!("mpmt run --exec {}", quoted(line)),
        _ => format!("mpmt run -w {}", trial.workload),
    };
    let mut words = vec![work, format!("-p {} -t {}", trial.processes, trial.threads)];
    let mut say = |is_default: bool, word: String| {
        if !is_default {
            words.push(word);
        }
    };
    let executor = match trial.threads {
        1 => ExecutorKind::Sequential,
        _ => ExecutorKind::Spawn,
    };
    say(trial.batch == 16, format!("-b {}", trial.batch));
    say(trial.executor == executor, format!("-e {}", trial.executor));
    say(
        trial.dispatch == Dispatch::Barrier,
        format!("--dispatch {}", trial.dispatch),
    );
    say(
        trial.spawn == SpawnMode::Lazy,
        format!("--spawn {}", trial.spawn),
    );
    say(
        trial.runtime.is_native(),
        format!("--runtime {}", trial.runtime),
    );
    if let Some(interval_s) = trial.switch_interval_s {
        let interval = seconds(interval_s);
        say(
            interval == Job::DEFAULT_SWITCH_INTERVAL,
            format!("--switch-interval {}", humantime::format_duration(interval)),
        );
    }
    if let Some(wait) = wait_before_scaling(trial) {
        say(
            (wait - PublishedFigure::WAIT_S).abs() < 1e-6,
            format!("--wait {}", humantime::format_duration(seconds(wait))),
        );
        let scale = trial.time_scale;
        say(scale == 1.0, format!("--time-scale {scale}"));
    }
    if let Some(loops) = trial.loops {
        say(loops == PublishedFigure::LOOPS, format!("--loops {loops}"));
    }
    let repeat = trial.commands / PublishedFigure::COMMANDS;
    let is_repeated = repeat > 1 && trial.commands.is_multiple_of(PublishedFigure::COMMANDS);
    say(!is_repeated, format!("--repeat {repeat}"));
    if let Some(rate) = trial.rate_per_s {
        say(false, format!("--rate {rate}"));
    }
    words.join(" ")
}

/// As one word of a shell's.
fn quoted(word: &str) -> Cow<'_, str> {
    // Only what no file holds, a zero byte, can't be quoted.
    shlex::try_quote(word).unwrap_or(Cow::Borrowed(word))
}

/// The wait of each command, in seconds, when all may be taken to have the same.
fn wait_before_scaling(trial: &Trial) -> Option<f64> {
    let wait = trial.wait_s.filter(|_| !trial.ideal_is_bound)?;
    (trial.time_scale > 0.0).then(|| wait / trial.time_scale)
}

/// To the microsecond: what is beyond comes from the division.
fn seconds(seconds: f64) -> std::time::Duration {
    std::time::Duration::from_micros((seconds * 1e6).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Runtime;
    use crate::record::samples;

    #[test]
    fn the_published_work_needs_no_more_than_its_shape() {
        let trial = samples::trial("io-mpmt-8x16", (4.0, 4.0));
        assert_eq!(command_line(&trial), "mpmt run -w io -p 8 -t 16");
    }

    #[test]
    fn work_of_a_persons_own_is_named_as_a_shell_takes_it() {
        let mut trial = samples::trial("io-mp-2x1", (4.0, 4.0));
        trial.executor = ExecutorKind::Sequential;
        trial.task = Some("examples/json_work.py:work".to_owned());
        trial.runtime = "python".parse().unwrap();
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
        let mut trial = samples::trial("io-mpmt-8x16", (4.0, 4.0));
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
        let mut io = samples::trial("io-mpmt-8x16", (4.0, 4.0));
        (io.wait_s, io.time_scale) = (Some(0.05), 0.05);
        let line = "mpmt run -w io -p 8 -t 16 --time-scale 0.05";
        assert_eq!(command_line(&io), line);
        let mut cpu = samples::trial("cpu-mp-2x1", (4.0, 4.0));
        (cpu.loops, cpu.executor) = (Some(1000), ExecutorKind::Sequential);
        assert_eq!(command_line(&cpu), "mpmt run -w cpu -p 2 -t 1 --loops 1000");
    }
}
