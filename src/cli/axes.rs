//! The axes of a grid, as options.

use std::time::Duration;

use clap::Args;

use crate::model::{
    CommandLine, Dispatch, ExecOutput, ExecutorKind, Runtime, SpawnMode, Task, WorkloadKind,
};
use crate::spec::{Axes, Axis};

/// Axes on the command line: everywhere a value, a list or a range.
#[derive(Args, Debug)]
pub(super) struct AxesArgs {
    /// What one command does: io, cpu, mixed, noop, task, exec
    #[arg(short, long, value_name = "WORKS", help_heading = "Axes")]
    workload: Option<Axis<WorkloadKind>>,

    /// Calls a Python function of your own for each command, with a mapping of address, command,
    /// response and wait; it returns the integer that goes into the sum, or None for the response.
    /// Needs --runtime python
    #[arg(long, value_name = "FILE.py:FUNCTION", help_heading = "Axes")]
    task: Option<Task>,

    /// Runs a program of your own for each command, without a shell: a command line in which
    /// {address}, {command}, {response} and {wait} (in seconds) are filled in. Its exit status must
    /// be 0, and what it prints is thrown away (see --exec-output). With --runtime native or gil
    #[arg(long, value_name = "COMMAND LINE", help_heading = "Axes")]
    exec: Option<CommandLine>,

    /// With --exec: where the program's standard output goes, nowhere (null) or to the standard
    /// error of mpmt (inherit) [default: null]
    #[arg(
        long,
        value_enum,
        value_name = "null|inherit",
        hide_possible_values = true,
        help_heading = "Axes"
    )]
    exec_output: Option<ExecOutput>,

    /// Worker processes: 8, or 1,2,4, or 1..32:x2, or 1..32:+4
    #[arg(short, long, value_name = "NUMBERS", help_heading = "Axes")]
    processes: Option<Axis<u64>>,

    /// Threads in each worker process
    #[arg(short, long, value_name = "NUMBERS", help_heading = "Axes")]
    threads: Option<Axis<u64>>,

    /// Commands per batch
    #[arg(short, long, value_name = "NUMBERS", help_heading = "Axes")]
    batch: Option<Axis<u64>>,

    /// How threads run a batch: sequential, spawn, crossbeam, rayon
    #[arg(short, long, value_name = "EXECUTORS", help_heading = "Axes")]
    executor: Option<Axis<ExecutorKind>>,

    /// When a worker takes its next batch: barrier, pipelined
    #[arg(long, value_name = "WORDS", help_heading = "Axes")]
    dispatch: Option<Axis<Dispatch>>,

    /// When workers are started: lazy, eager
    #[arg(long, value_name = "WORDS", help_heading = "Axes")]
    spawn: Option<Axis<SpawnMode>>,

    /// What the commands run on: native, gil, python, python:PATH, or all for the first three
    #[arg(long, value_name = "RUNTIMES", help_heading = "Axes")]
    runtime: Option<Axis<Runtime>>,

    /// With the gil runtime: how long a thread waits for the lock before it asks for it, like 5ms
    #[arg(long, value_name = "DURATIONS", help_heading = "Axes")]
    switch_interval: Option<Axis<Duration>>,

    /// Loops of one command of CPU work
    #[arg(long, value_name = "NUMBERS", help_heading = "Axes")]
    loops: Option<Axis<u64>>,

    /// Gives every command this wait, like 20ms, instead of the table's
    #[arg(long, value_name = "DURATIONS", help_heading = "Axes")]
    wait: Option<Axis<Duration>>,

    /// Goes through the commands so many times
    #[arg(long, value_name = "NUMBERS", help_heading = "Axes")]
    repeat: Option<Axis<u64>>,

    /// Multiplies every wait
    #[arg(long, value_name = "FACTORS", help_heading = "Axes")]
    time_scale: Option<Axis<f64>>,
}

impl AxesArgs {
    /// As an experiment has them.
    pub(super) fn axes(&self) -> Axes {
        Axes {
            label: None,
            task: self.task.clone(),
            exec: self.exec.clone(),
            exec_output: self.exec_output,
            workload: self.workload.clone(),
            runtime: self.runtime.clone(),
            switch_interval: self.switch_interval.clone(),
            processes: self.processes.clone(),
            threads: self.threads.clone(),
            batch: self.batch.clone(),
            executor: self.executor.clone(),
            dispatch: self.dispatch.clone(),
            spawn: self.spawn.clone(),
            loops: self.loops.clone(),
            wait: self.wait.clone(),
            repeat: self.repeat.clone(),
            time_scale: self.time_scale.clone(),
        }
    }
}
