//! What tells a trial from all others, so that a sweep can go on.

use std::fmt::Write as _;

use crate::model::{Command, Configuration, OwnWork, Runtime, TableEntry, fnv1a};

/// A hash of the commands and the table that trials are run with.
pub fn input_digest(commands: &[Command], entries: &[TableEntry]) -> u64 {
    let mut text = String::new();
    // Writing to a String can't fail.
    for command in commands {
        let _ = writeln!(text, "{command}");
    }
    for entry in entries {
        let _ = writeln!(text, "{entry}");
    }
    fnv1a(text.as_bytes())
}

/// Which repetition of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repetition {
    /// The run, from 1; warm-ups are counted for themselves.
    pub run: u32,
    /// Whether it only warms up.
    pub warmup: bool,
}

/// What tells a trial from all others of its folder: a hash of all that was asked, and which
/// repetition it is. 16 hexadecimal digits, the same on every machine and in every run. The label
/// is a name and asks nothing, but two names for the same work are two things to measure.
pub fn trial_key(
    experiment: &str,
    configuration: &Configuration,
    input_digest: u64,
    repetition: Repetition,
) -> String {
    let Configuration {
        label,
        processes,
        batch,
        job,
        spawn,
        rate_per_s,
        repeat,
        wait,
        time_scale,
    } = configuration;
    let Repetition { run, warmup } = repetition;
    let wait_ns = wait.map_or("table".to_owned(), |wait| wait.as_nanos().to_string());
    // Said only when there is one: keys of trials without are what they were before there was any.
    let rate = rate_per_s.map_or(String::new(), |rate| format!(" rate={rate}"));
    let switch_interval = match job.runtime {
        Runtime::Gil => format!(" switch_interval_ns={}", job.switch_interval.as_nanos()),
        Runtime::Native | Runtime::Python(_) => String::new(),
    };
    let own = match &job.own {
        None => String::new(),
        Some(OwnWork::Task(task)) => format!(" task={:?}", task.to_string()),
        Some(OwnWork::Exec(exec)) => format!(" exec={:?}", exec.line.to_string()),
    };
    let text = format!(
        "experiment={experiment:?} label={label:?} input={input_digest:016x} \
         workload={} runtime={} processes={processes} threads={} batch={batch} \
         executor={} dispatch={} spawn={spawn} loops={} wait_ns={wait_ns} \
         repeat={repeat} time_scale={time_scale} warmup={warmup} run={run}{rate}{switch_interval}{own}",
        job.workload, job.runtime, job.threads, job.executor, job.dispatch, job.loops,
    );
    format!("{:016x}", fnv1a(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Axes;
    use std::collections::HashSet;

    const FIRST: Repetition = Repetition {
        run: 1,
        warmup: false,
    };

    fn configurations(text: &str) -> Vec<Configuration> {
        toml::from_str::<Axes>(text)
            .unwrap()
            .configurations()
            .unwrap()
    }

    /// Pins the key itself: a folder from an earlier version must be resumed, not run again.
    #[test]
    fn a_key_is_the_same_in_every_version() {
        let plain = &configurations("")[0];
        insta::assert_snapshot!(trial_key("x", plain, 1, FIRST));
    }

    #[test]
    fn whatever_is_asked_makes_another_key() {
        let all = configurations(
            "workload = \"mixed,io\"\nprocesses = \"1,2\"\nthreads = \"2,3\"\nbatch = \"1,2\"\n\
             executor = \"spawn,rayon\"\ndispatch = \"barrier,pipelined\"\nspawn = \"lazy,eager\"\n\
             loops = \"1,2\"\nwait = \"1ms,2ms\"\nrepeat = \"1,2\"\ntime_scale = \"1,2\"",
        );
        let keys: HashSet<String> = all.iter().map(|c| trial_key("x", c, 1, FIRST)).collect();
        assert_eq!(keys.len(), all.len());
        let runtimes = configurations(
            "runtime = \"all,python:/usr/bin/python3\"\nswitch_interval = \"1ms,5ms\"",
        );
        let of_runtimes: HashSet<String> = runtimes
            .iter()
            .map(|c| trial_key("x", c, 1, FIRST))
            .collect();
        assert_eq!(of_runtimes.len(), 5);
        let second = Repetition { run: 2, ..FIRST };
        let warmup = Repetition {
            warmup: true,
            ..FIRST
        };
        let others = [
            trial_key("x", &all[0], 1, second),
            trial_key("x", &all[0], 1, warmup),
            trial_key("x", &all[0], 2, FIRST),
            trial_key("y", &all[0], 1, FIRST),
        ];
        assert!(
            others
                .iter()
                .all(|key| !keys.contains(key) && key.len() == 16)
        );
    }
}
