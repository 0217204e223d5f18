//! `mpmt worker`: what a gateway starts; nobody types it.

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

use crate::model::{Interpreter, Task, WorkerNo};
use crate::net::Context;
use crate::process::Lifeline;
use crate::wire::fleet::Farewell;
use crate::worker::{self, WorkerError};

/// Runs batches for a gateway, which starts it and tells it everything else
#[derive(Args, Debug)]
pub(super) struct WorkerArgs {
    /// The gateway's address for workers
    gateway: String,

    /// The number under which the gateway knows it
    #[arg(long, value_name = "N")]
    number: WorkerNo,

    /// Have this interpreter ready before saying that it is
    #[arg(long, value_name = "PATH")]
    interpreter: Option<Interpreter>,

    /// Have it load this task by then
    #[arg(long, value_name = "FILE.py:FUNCTION")]
    task: Option<Task>,

    /// Leave when standard input comes to its end
    #[arg(long)]
    lifeline: bool,
}

pub(super) fn run(args: WorkerArgs) -> anyhow::Result<ExitCode> {
    // A thread that panics would leave its batch unanswered for ever. Without the process, the
    // gateway gives the batch to another.
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("mpmt worker: {panic}");
        std::process::abort();
    }));
    let lifeline = args
        .lifeline
        .then(Lifeline::hold)
        .transpose()
        .context("no lifeline")?;
    let options = worker::Options {
        number: args.number,
        gateway: args.gateway,
        interpreter: args.interpreter,
        task: args.task,
    };
    let context = Context::new();
    let end = match &lifeline {
        Some(lifeline) => worker::run(&context, &options, Some(lifeline)),
        None => worker::run(&context, &options, None::<&Lifeline>),
    };
    say(&end);
    end?;
    Ok(ExitCode::SUCCESS)
}

/// Leaves what there is to say at the end on standard output, for the gateway.
fn say(end: &Result<Farewell, WorkerError>) {
    let farewell = match end {
        Ok(farewell) => farewell.clone(),
        Err(error) => Farewell {
            fault: Some(error.to_string()),
            ..Farewell::default()
        },
    };
    let line = serde_json::to_string(&farewell).unwrap_or_default();
    // That nobody listens is no reason to fail.
    let _ = writeln!(io::stdout(), "{line}");
}
