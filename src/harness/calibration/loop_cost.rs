//! How fast the work itself is: what ideals are made of.

use std::sync::Arc;
use std::time::Duration;

use super::native::{BUDGET_S, COMMANDS, a_part, measure_loop};
use crate::clock;
use crate::executor::Batch;
use crate::model::{Dispatch, ExecutorKind, Instruction, Interpreter, Job, Runtime, WorkloadKind};
use crate::net::{self, PollEntry};
use crate::worker::python::{Agent, AgentError, Driver, Identity, PATIENCE};

/// What the ideal of CPU work depends on beside the configuration, measured where it is to run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoopCost {
    /// The least CPU time that one command's loops took on one thread, in seconds. 0 when the job
    /// does not compute.
    pub loop_s: f64,
    /// Whether one thread of a process computes at a time.
    pub locked: bool,
    /// What the interpreter says that it is, when there is one.
    pub interpreter: Option<Identity>,
}

impl LoopCost {
    /// Measures a job's loops by the very code that runs them: of a native worker on this thread,
    /// with the lock's checkpoints if it has one; of an interpreter in a process of its own.
    ///
    /// # Errors
    /// When the interpreter can't be used, or has not loaded within its time or `limit`.
    pub fn measure(job: &Job, limit: Option<Duration>) -> Result<LoopCost, AgentError> {
        match job.runtime.interpreter() {
            Some(interpreter) => of_interpreter(interpreter, job, limit),
            None => Ok(LoopCost {
                loop_s: measure_loop(job),
                locked: job.runtime == Runtime::Gil,
                interpreter: None,
            }),
        }
    }

    /// The runtime, with the interpreter's own path where it was asked for by name. What a name on
    /// PATH stands for may be a shim: a script that looks for the interpreter, each time anew, while
    /// a worker is being started.
    pub(in crate::harness) fn resolved(&self, runtime: &Runtime) -> Runtime {
        let own = self.interpreter.as_ref().map(|it| it.executable.parse());
        match (runtime, own) {
            (Runtime::Python(asked), Some(Ok(own))) if !asked.program().contains('/') => {
                Runtime::Python(own)
            }
            _ => runtime.clone(),
        }
    }
}

fn of_interpreter(
    interpreter: &Interpreter,
    job: &Job,
    limit: Option<Duration>,
) -> Result<LoopCost, AgentError> {
    let mut agent = Agent::start(interpreter, job.task())?;
    let identity = agent.greet(limit.map_or(PATIENCE, |limit| limit.min(PATIENCE)))?;
    let loop_s = if job.computes() {
        measure_loop_on(agent, job)?
    } else {
        0.0
    };
    Ok(LoopCost {
        loop_s,
        locked: identity.is_locked(),
        interpreter: Some(identity),
    })
}

/// The least CPU time of commands that only compute, one after another, as the interpreter takes it.
fn measure_loop_on(agent: Agent, job: &Job) -> Result<f64, AgentError> {
    /// Loops that an interpreter takes so long for that more of them would tell nothing else.
    const ENOUGH: u64 = 10_000_000;
    let (part, times_longer) = a_part(job, ENOUGH);
    let job = Job {
        workload: WorkloadKind::Cpu,
        threads: 1,
        executor: ExecutorKind::Sequential,
        own: None,
        dispatch: Dispatch::Barrier,
        ..part
    };
    // No interpreter needs a microsecond for a loop.
    let patience = PATIENCE + Duration::from_micros(job.loops);
    let mut driver = Driver::open(agent, &job, false)?;
    let start = clock::now();
    let in_time = || start.elapsed().as_secs_f64() < BUDGET_S;
    for sequence in 0..COMMANDS as u64 {
        if sequence > 0 && !in_time() {
            break;
        }
        driver.run(vec![one_command(sequence)]);
        if !is_done(&mut driver, patience)? {
            return Err(driver.give_up(patience));
        }
    }
    let fastest = driver.outbox().fastest_loop().get();
    driver.close();
    Ok(times_longer * fastest.unwrap_or_default().as_secs_f64())
}

fn one_command(sequence: u64) -> Batch {
    let instruction = Instruction {
        response: 0,
        wait_ns: 0,
    };
    Batch {
        sequence,
        instructions: Arc::new([instruction]),
        commands: Arc::default(),
        own: 0..1,
    }
}

/// Whether the next command is done within `patience`.
fn is_done(driver: &mut Driver, patience: Duration) -> Result<bool, AgentError> {
    let deadline = clock::now().after(patience);
    loop {
        driver.outbox().take_notification();
        if driver.outbox().pop().is_some() {
            return Ok(true);
        }
        driver.check()?;
        let left = deadline.since(clock::now());
        if left.is_zero() {
            return Ok(false);
        }
        let mut finished = [PollEntry::descriptor(driver.outbox())];
        net::poll(&mut finished, Some(left)).map_err(std::io::Error::other)?;
    }
}
