//! The axes of a grid, as options.

use std::time::Duration;

use clap::Args;

use super::own_work::OwnWorkArgs;
use crate::model::{Dispatch, ExecutorKind, Runtime, Shape, SpawnMode, WorkloadKind};
use crate::spec::{Axes, Axis};

/// Axes on the command line: everywhere a value, a list or a range.
#[derive(Args, Debug)]
#[command(next_help_heading = "Axes")]
pub(super) struct AxesArgs {
    /// What one command does: io, cpu, mixed, noop, task, exec
    #[arg(short, long, value_name = "WORKS")]
    workload: Option<Axis<WorkloadKind>>,

    #[command(flatten)]
    own: OwnWorkArgs,

    /// Worker processes: 8, or 1,2,4, or 1..32:x2, or 1..32:+4
    #[arg(short, long, value_name = "NUMBERS")]
    processes: Option<Axis<u64>>,

    /// Threads in each worker process
    #[arg(short, long, value_name = "NUMBERS")]
    threads: Option<Axis<u64>>,

    /// Processes and threads together, these and no others: 8x16, or 1x1,8x16
    #[arg(short, long, value_name = "SHAPES", conflicts_with_all = ["processes", "threads"])]
    shape: Option<Axis<Shape>>,

    /// Commands per batch
    #[arg(short, long, value_name = "NUMBERS")]
    batch: Option<Axis<u64>>,

    /// How threads run a batch: sequential, spawn, crossbeam, rayon
    #[arg(short, long, value_name = "EXECUTORS")]
    executor: Option<Axis<ExecutorKind>>,

    /// When a worker takes its next batch: barrier, pipelined
    #[arg(long, value_name = "WORDS")]
    dispatch: Option<Axis<Dispatch>>,

    /// When workers are started: lazy, eager
    #[arg(long, value_name = "WORDS")]
    spawn: Option<Axis<SpawnMode>>,

    /// What the commands run on: native, gil, python, python:PATH, or all for the first three
    #[arg(long, value_name = "RUNTIMES")]
    runtime: Option<Axis<Runtime>>,

    /// With the gil runtime: how long a thread waits for the lock before it requests it, like 5ms
    #[arg(long, value_name = "DURATIONS")]
    switch_interval: Option<Axis<Duration>>,

    /// Loops of one command of CPU work
    #[arg(long, value_name = "NUMBERS")]
    loops: Option<Axis<u64>>,

    /// Gives every command this wait, like 20ms, instead of the table's
    #[arg(long, value_name = "DURATIONS")]
    wait: Option<Axis<Duration>>,

    /// Runs the list of commands this many times
    #[arg(long, value_name = "NUMBERS")]
    repeat: Option<Axis<u64>>,

    /// Multiplies every wait
    #[arg(long, value_name = "FACTORS")]
    time_scale: Option<Axis<f64>>,
}

impl AxesArgs {
    /// As an experiment has them.
    pub(super) fn axes(&self) -> Axes {
        Axes {
            label: None,
            task: self.own.task.clone(),
            exec: self.own.exec.clone(),
            exec_output: self.own.exec_output,
            workload: self.workload.clone(),
            runtime: self.runtime.clone(),
            switch_interval: self.switch_interval.clone(),
            processes: self.processes.clone(),
            threads: self.threads.clone(),
            shape: self.shape.clone(),
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
