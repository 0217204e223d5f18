//! `mpmt worker`: what a gateway starts; nobody types it.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

use crate::model::{Interpreter, Task};
use crate::net::Context;
use crate::process::{Lifeline, tell};
use crate::wire::worker::{ExitReport, Ticket};
use crate::worker;

/// Runs batches for a gateway, which starts it and tells it everything else
#[derive(Args, Debug)]
pub(super) struct WorkerArgs {
    /// File with its ticket: the gateway's address, the number under which the gateway knows it, and
    /// the secret by which; - for a line on standard input
    #[arg(long, value_name = "FILE")]
    ticket: PathBuf,

    /// Have this interpreter ready before saying that it is
    #[arg(long, value_name = "PATH")]
    interpreter: Option<Interpreter>,

    /// Have it load this task by then
    #[arg(long, value_name = "FILE.py:FUNCTION")]
    task: Option<Task>,

    /// Exits when standard input ends
    #[arg(long)]
    lifeline: bool,
}

pub(super) fn run(args: WorkerArgs) -> anyhow::Result<ExitCode> {
    // A thread that panics would leave its batch unanswered for ever. Without the process, the
    // gateway gives the batch to another.
    std::panic::set_hook(Box::new(|panic| {
        tell(format_args!("mpmt worker: {panic}"));
        leave(&fault(panic.to_string().replace('\n', " ")));
        std::process::abort();
    }));
    let lifeline = args
        .lifeline
        .then(Lifeline::hold)
        .transpose()
        .context("no lifeline")?;
    let options = worker::Options {
        ticket: ticket(&args.ticket)?,
        interpreter: args.interpreter,
        task: args.task,
    };
    let context = Context::new();
    let end = worker::run(&context, &options, lifeline.as_ref());
    leave(&match &end {
        Ok(exit_report) => exit_report.clone(),
        Err(error) => fault(error.to_string()),
    });
    end?;
    Ok(ExitCode::SUCCESS)
}

/// Reads a ticket. What is wrong with one is not told with its text, in which a secret is.
fn ticket(file: &Path) -> anyhow::Result<Ticket> {
    let text = if file == Path::new("-") {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|_| line)
    } else {
        fs::read_to_string(file)
    };
    let text = text.with_context(|| format!("can't read the ticket in '{}'", file.display()))?;
    serde_json::from_str(&text)
        .ok()
        .with_context(|| format!("there is no ticket in '{}'", file.display()))
}

fn fault(reason: String) -> ExitReport {
    ExitReport {
        fault: Some(reason),
        ..ExitReport::default()
    }
}

/// Leaves what there is to say at the end on standard output, for the gateway.
fn leave(exit_report: &ExitReport) {
    let line = serde_json::to_string(exit_report).unwrap_or_default();
    // That nobody listens is no reason to fail.
    let _ = writeln!(io::stdout(), "{line}");
}
