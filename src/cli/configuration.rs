//! The options that make a configuration, for every subcommand that runs one.

use std::time::Duration;

use clap::Args;

use super::error::UsageError;
use super::own_work::{OwnWorkArgs, check_own_work};
use super::quantity::{MOST_REPEATS, duration, number_within};
use crate::harness::Input;
use crate::model::{
    Configuration, Defaults, Dispatch, ExecutorKind, Instruction, Job, OwnWork, Runtime, Shape,
    SpawnMode, WorkloadKind,
};

/// What a worker runs.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Work")]
pub(super) struct JobArgs {
    /// What one command does [default: io, task with --task, exec with --exec]
    #[arg(short, long, value_enum)]
    workload: Option<WorkloadKind>,

    #[command(flatten)]
    own: OwnWorkArgs,

    /// Loops of one command of CPU work
    #[arg(long, value_name = "N", default_value_t = Job::DEFAULT_LOOPS, value_parser = clap::value_parser!(u64).range(1..=Job::MAX_LOOPS))]
    loops: u64,

    /// Threads in each worker process [default: 1]
    #[arg(short, long, value_name = "M", value_parser = clap::value_parser!(u32).range(1..=65_536))]
    threads: Option<u32>,

    /// How a worker's threads run a batch [default: sequential for one thread, else spawn; crossbeam
    /// for --task and --exec]
    #[arg(short, long, value_enum)]
    executor: Option<ExecutorKind>,

    /// When a worker takes its next batch [default: barrier; pipelined for --task and --exec]
    #[arg(long, value_enum)]
    dispatch: Option<Dispatch>,

    /// What the commands run on: native threads; gil, native threads under an interpreter lock;
    /// python, the threads of a real interpreter (python3, or python:PATH)
    #[arg(
        long,
        value_name = "native|gil|python[:PATH]",
        default_value = "native"
    )]
    runtime: Runtime,

    /// With --runtime gil: how long a thread waits for the lock before it requests it [default: 5ms]
    #[arg(long, value_name = "DURATION", value_parser = switch_interval)]
    switch_interval: Option<Duration>,
}

impl JobArgs {
    /// The job, of one thread unless more are asked for.
    pub(super) fn job(&self) -> Result<Job, UsageError> {
        self.job_of(self.threads.unwrap_or(1))
    }

    fn job_of(&self, threads: u32) -> Result<Job, UsageError> {
        let own = self.own.own_work()?;
        let workload = self.workload(own.as_ref());
        let usual = Defaults::of(workload);
        let executor = self.executor.unwrap_or(usual.executor(threads));
        if executor.width(threads) < threads {
            return Err(UsageError::new(format!(
                "the sequential executor has one thread, and --threads {threads} asks for more; \
                 leave one of the two out"
            )));
        }
        (self.runtime.check_executor(executor)).map_err(UsageError::new)?;
        if self.switch_interval.is_some() && self.runtime != Runtime::Gil {
            return Err(UsageError::new(
                "only --runtime gil has a switch interval; leave --switch-interval out",
            ));
        }
        OwnWork::check(own.as_ref(), workload, &self.runtime).map_err(UsageError::new)?;
        let job = Job {
            workload,
            loops: self.loops,
            threads,
            executor,
            dispatch: self.dispatch.unwrap_or(usual.dispatch),
            runtime: self.runtime.clone(),
            switch_interval: self.switch_interval.unwrap_or(Job::DEFAULT_SWITCH_INTERVAL),
            own,
        };
        check_own_work(&job)?;
        Ok(job)
    }

    fn workload(&self, own: Option<&OwnWork>) -> WorkloadKind {
        let usual = own.map_or(WorkloadKind::Io, OwnWork::workload);
        self.workload.unwrap_or(usual)
    }
}

/// One configuration of the whole system.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Work")]
pub(super) struct ConfigurationArgs {
    /// Worker processes [default: 1; io work with neither -p nor -t gets the published 32 of 16 threads,
    /// since one thread alone would sleep through 512 waits of 1 s]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4096))]
    processes: Option<u32>,

    #[command(flatten)]
    job: JobArgs,

    /// Commands per batch [default: 16; 1 for --task and --exec]
    #[arg(short, long, value_name = "B", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    batch: Option<u32>,

    /// When workers are started: one for each batch that comes, or all before the first [default: lazy;
    /// eager for --task and --exec]
    #[arg(long, value_enum)]
    spawn: Option<SpawnMode>,

    /// Gives every command this wait, like 20ms or 1s, instead of the table's
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    wait: Option<Duration>,

    /// Multiplies every wait
    #[arg(long, value_name = "F", default_value = "1", value_parser = time_scale)]
    time_scale: f64,

    /// Runs the list of commands this many times
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=MOST_REPEATS))]
    repeat: u64,

    /// Sends this many batches per second, each when it is due, however long results take (an open
    /// loop); the latency of a batch counts from when it is due
    #[arg(long, value_name = "R", value_parser = rate)]
    rate: Option<f64>,
}

impl ConfigurationArgs {
    pub(super) fn configuration(&self) -> Result<Configuration, UsageError> {
        let Shape { processes, threads } = self.shape()?;
        let job = self.job.job_of(threads)?;
        let usual = Defaults::of(job.workload);
        Ok(Configuration {
            label: Configuration::default_label(&job, processes),
            processes,
            batch: self.batch.unwrap_or(usual.batch),
            job,
            spawn: self.spawn.unwrap_or(usual.spawn),
            rate_per_s: self.rate,
            repeat: self.repeat,
            wait: self.wait,
            time_scale: self.time_scale,
        })
    }

    /// What was asked for. Waits of which nobody says how many at a time have the published shape that
    /// ends first.
    fn shape(&self) -> Result<Shape, UsageError> {
        let JobArgs {
            threads, executor, ..
        } = self.job;
        let workload = self.job.workload(self.job.own.own_work()?.as_ref());
        let is_open = self.processes.is_none() && threads.is_none();
        let usual = match (is_open && workload == WorkloadKind::Io, executor) {
            (true, Some(ExecutorKind::Sequential)) => Shape::new(32, 1),
            (true, _) => Shape::new(32, 16),
            (false, _) => Shape::new(1, 1),
        };
        Ok(Shape {
            processes: self.processes.unwrap_or(usual.processes),
            threads: threads.unwrap_or(usual.threads),
        })
    }
}

/// That no wait is longer than one can be, once it is scaled.
pub(super) fn check_waits(configuration: &Configuration, input: &Input) -> Result<(), UsageError> {
    let longest = input.entries.iter().map(|entry| entry.instruction.wait_ns);
    let of_table = || Duration::from_nanos(longest.max().unwrap_or(0));
    let wait_s = configuration.wait.unwrap_or_else(of_table).as_secs_f64();
    if wait_s * configuration.time_scale <= Instruction::MAX_WAIT_S {
        Ok(())
    } else {
        Err(UsageError::new(format!(
            "a wait of {wait_s} s times the time scale of {} is longer than {} s; make one of them \
         smaller",
            configuration.time_scale,
            Instruction::MAX_WAIT_S
        )))
    }
}

/// A factor for waits, from the command line.
pub(super) fn time_scale(text: &str) -> Result<f64, String> {
    number_within(text, 0.0..=1e6, "a number from 0 to 1000000, like 0.1")
}

/// Batches per second, from the command line.
pub(super) fn rate(text: &str) -> Result<f64, String> {
    let meant = "a number of batches per second from 0.001 to 10000000";
    number_within(text, 1e-3..=1e7, meant)
}

/// A switch interval, from the command line.
pub(super) fn switch_interval(text: &str) -> Result<Duration, String> {
    let interval = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    Job::check_switch_interval(interval).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CommandLine;
    use crate::record::{Trial, fixtures};
    use crate::report::recommend::command_line;
    use clap::Parser;
    use proptest::prelude::*;

    #[derive(Parser)]
    struct TestCli {
        #[command(flatten)]
        args: ConfigurationArgs,
    }

    /// A line as a shell takes it: `mpmt run …`.
    fn parse(line: &str) -> Result<ConfigurationArgs, String> {
        let words = shlex::split(line).ok_or("it ends inside quotes")?;
        let line = TestCli::try_parse_from(&words[1..]).map_err(|error| error.to_string())?;
        Ok(line.args)
    }

    fn work() -> impl Strategy<Value = Trial> {
        let program = "[a-z]{1,4}( ['\"$`*&;|<>#~!{}()a-z \\\\]{0,8})?";
        let own = prop_oneof![Just(None), program.prop_map(Some)];
        let runtime = prop_oneof![
            Just("native".to_owned()),
            Just("gil".to_owned()),
            "python:/[a-z '$;&]{1,9}/py",
        ];
        let wait_ns = prop_oneof![
            1_u64..3_000,
            1_u64..3_000_000_000,
            1_u64..3_000_000_000_000_000_000
        ];
        let scale = prop_oneof![Just(1.0), 1e-6..1e6_f64];
        let rest = (1_u32..5000, 1_u64..5, prop::option::of(1e-3..1e7_f64));
        (own, runtime, wait_ns, scale, rest).prop_map(|(own, runtime, wait_ns, scale, rest)| {
            let mut trial = fixtures::trial("io-mpmt-3x5", (1.0, 1.0));
            trial.exec = own.filter(|line| line.parse::<CommandLine>().is_ok());
            if let Ok(runtime) = runtime.parse() {
                trial.runtime = runtime;
            }
            trial.switch_interval_s = (trial.runtime == Runtime::Gil).then_some(0.0015);
            let wait_s = wait_ns as f64 / 1e9;
            (trial.wait_s, trial.time_scale) = (Some(wait_s * scale), scale);
            (trial.batch, trial.rate_per_s) = (rest.0, rest.2);
            trial.commands = 512 * rest.1;
            trial
        })
    }

    #[test]
    fn waits_have_the_published_shape_that_ends_first_unless_one_is_asked_for() {
        let shape = |line: &str| {
            let configuration = parse(line).unwrap().configuration().unwrap();
            (configuration.processes, configuration.job.threads)
        };
        assert_eq!(shape("mpmt run"), (32, 16));
        assert_eq!(shape("mpmt run --wait 20ms"), (32, 16));
        assert_eq!(shape("mpmt run -e sequential"), (32, 1));
        assert_eq!(shape("mpmt run -p 2"), (2, 1));
        assert_eq!(shape("mpmt run -t 4"), (1, 4));
        assert_eq!(shape("mpmt run -w cpu"), (1, 1));
        assert_eq!(shape("mpmt run --exec true"), (1, 1));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn a_recommended_command_line_is_taken_as_it_is_printed(trial in work()) {
            let line = command_line(&trial);
            let args = parse(&line);
            prop_assert!(args.is_ok(), "{line}\n{}", args.unwrap_err());
            let args = args.unwrap();
            let job = &args.job;
            prop_assert_eq!((args.processes, job.threads), (Some(3), Some(5)));
            let own = trial.exec.as_ref().map_or(WorkloadKind::Io, |_| WorkloadKind::Exec);
            let usual = Defaults::of(own);
            prop_assert_eq!(args.batch.unwrap_or(usual.batch), trial.batch);
            prop_assert_eq!(job.dispatch.unwrap_or(usual.dispatch), trial.dispatch);
            prop_assert_eq!(args.spawn.unwrap_or(usual.spawn), trial.spawn);
            prop_assert_eq!(job.own.exec.as_ref().map(ToString::to_string), trial.exec);
            prop_assert_eq!(&job.runtime, &trial.runtime);
            let interval_s = job.switch_interval.map(|interval| interval.as_secs_f64());
            prop_assert_eq!(interval_s, trial.switch_interval_s);
            let wait_s = args.wait.map_or(1.0, |wait| wait.as_secs_f64()) * args.time_scale;
            let wanted_s = trial.wait_s.unwrap();
            // Nanoseconds are the smallest waits, before they are scaled.
            prop_assert!((wait_s - wanted_s).abs() <= 1e-9 * wanted_s + 1e-9 * args.time_scale, "{line}");
            prop_assert_eq!(args.rate, trial.rate_per_s);
            prop_assert_eq!(args.repeat * 512, trial.commands);
        }
    }
}
