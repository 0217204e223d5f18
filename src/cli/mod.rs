//! The command line: each subcommand's arguments become calls into the rooms below, and what comes
//! back becomes text and an exit code.
//!
//! Must not know: how anything is done. One file per subcommand.

mod axes;
mod client;
mod compare;
mod configuration;
mod doctor;
pub mod error;
mod experiment_request;
pub mod generate;
mod input;
mod listing;
mod measure;
mod output;
mod own_work;
mod plot;
mod print;
mod progress;
mod quantity;
mod recommend;
mod records;
mod report;
mod reproduce;
mod request;
mod results;
mod run;
mod server;
mod splice;
mod sweep;
mod terminal;
mod terms;
mod tune;
mod worker;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::harness::HarnessError;
use crate::process::{Messages, Scratch, bear_name_of_program, tell};
use error::UsageError;

/// Exit codes: 0 done, 1 it ran and something failed, 2 wrong usage or input, 130 interrupted.
const FAILED: u8 = 1;
const USAGE: u8 = 2;
const INTERRUPTED: u8 = 130;

const EXAMPLES: &str = "\
Examples:
  The published comparison, end to end (about 75 s)
    mpmt reproduce

  One configuration: 8 processes of 16 threads on I/O work
    mpmt run -w io -p 8 -t 16

  A grid, shuffled, six times
    mpmt sweep -p 1..8:x2 -t 1,16 --wait 20ms --runs 6

Exit codes: 0 done, 1 it ran and something failed, 2 wrong usage or input, 130 interrupted";

/// For this work, on this machine, how many processes and how many threads?
///
/// mpmt launches a real client, gateway server and worker processes that talk ZeroMQ, runs I/O and
/// CPU work through them, and records what each configuration cost.
#[derive(Parser, Debug)]
#[command(name = "mpmt", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Reproduce(reproduce::ReproduceArgs),
    Run(run::RunArgs),
    Sweep(Box<sweep::SweepArgs>),
    Tune(Box<tune::TuneArgs>),
    Plot(plot::PlotArgs),
    Report(report::ReportArgs),
    Compare(compare::CompareArgs),
    Recommend(recommend::RecommendArgs),
    Server(server::ServerArgs),
    Client(client::ClientArgs),
    Generate(generate::GenerateArgs),
    Doctor(doctor::DoctorArgs),
    #[command(hide = true)]
    Worker(worker::WorkerArgs),
}

/// Runs the program: everything but the process itself.
pub fn main() -> ExitCode {
    bear_name_of_program();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return told_by_clap(&error),
    };
    set_up_messages();
    let result = match cli.command {
        Command::Reproduce(args) => reproduce::run(args),
        Command::Run(args) => run::run(args),
        Command::Sweep(args) => sweep::run(*args),
        Command::Tune(args) => tune::run(*args),
        Command::Plot(args) => plot::run(args),
        Command::Report(args) => report::run(args),
        Command::Compare(args) => compare::run(args),
        Command::Recommend(args) => recommend::run(args),
        Command::Server(args) => server::run(args),
        Command::Client(args) => client::run(args),
        Command::Generate(args) => generate::run(args),
        Command::Doctor(args) => doctor::run(args),
        Command::Worker(args) => worker::run(args),
    };
    result.unwrap_or_else(|error| {
        tell(format_args!("mpmt: {error:#}"));
        ExitCode::from(code_of(&error))
    })
}

/// Help and version go to stdout with 0, errors to stderr with 2.
fn told_by_clap(error: &clap::Error) -> ExitCode {
    // A broken pipe is no reason to say more.
    let _ = error.print();
    if error.use_stderr() {
        ExitCode::from(USAGE)
    } else {
        ExitCode::SUCCESS
    }
}

/// Settles where folders for sockets lie, before anything is run, and tells when that is not where
/// the environment says.
fn settle_scratch() -> Result<(), UsageError> {
    if let Some(instead) = Scratch::settle().map_err(UsageError::new)? {
        tracing::warn!("{instead}");
    }
    Ok(())
}

fn code_of(error: &anyhow::Error) -> u8 {
    if error.is::<UsageError>() {
        USAGE
    } else if matches!(error.downcast_ref(), Some(HarnessError::Interrupted)) {
        INTERRUPTED
    } else {
        FAILED
    }
}

/// Messages go to stderr: warnings and errors, or what MPMT_LOG asks for.
fn set_up_messages() {
    let filter = EnvFilter::try_from_env("MPMT_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| Messages)
        .with_target(false)
        .without_time()
        .with_ansi(terminal::has_colours(&std::io::stderr()))
        .init();
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    /// A heading is for all options that follow it, so groups come last in what holds them.
    #[test]
    fn options_stand_under_the_heading_of_their_own_group() {
        let cli = Cli::command();
        let heading = |command: &str, option: &str| {
            let command = cli.find_subcommand(command).unwrap();
            let option = command.get_arguments().find(|one| one.get_id() == option);
            option.unwrap().get_help_heading().map(str::to_owned)
        };
        for (command, option) in [
            ("run", "runs"),
            ("sweep", "seed"),
            ("server", "spawn"),
            ("reproduce", "out"),
            ("client", "window"),
        ] {
            assert_eq!(heading(command, option), None, "{command} --{option}");
        }
        for (command, option, expected) in [
            ("run", "exec", "Work"),
            ("run", "batch", "Work"),
            ("sweep", "exec", "Axes"),
            ("sweep", "strict", "Input"),
            ("sweep", "budget", "Repetition"),
        ] {
            assert_eq!(heading(command, option).as_deref(), Some(expected));
        }
    }
}
