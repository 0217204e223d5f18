//! `mpmt generate`: commands and table files.

use std::net::Ipv4Addr;
use std::process::ExitCode;

use clap::{ArgGroup, Args};

use super::error::UsageError;
use super::output::Output;
use crate::spec::{Generator, ResponseSpan, WaitSpan};

const EXAMPLES: &str = "\
Examples:
  The commands and the table that come with mpmt (512 commands, 1 s each)
    mpmt generate --commands client_data.txt --table server_data.txt

  10,000 commands with waits of 10 to 500 ms and responses of -5 to 5
    mpmt generate --count 10000 --wait 10ms..500ms --response -5..5 \\
        --seed 7 --commands commands.txt --table table.txt

  A look at the first lines of a table
    mpmt generate --wait 0..1 --table - | head";

/// Write a commands file and the table file that answers it
///
/// Each address from --base upward has the commands foo and bar. The same options give the same
/// files, byte for byte.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
#[command(group(ArgGroup::new("outputs").args(["commands", "table"]).required(true).multiple(true)))]
pub struct GenerateArgs {
    /// Commands to generate, two for each address
    #[arg(long, value_name = "N", default_value_t = 512)]
    count: u64,

    /// First address
    #[arg(long, value_name = "ADDR", default_value_t = Ipv4Addr::new(137, 72, 95, 0))]
    base: Ipv4Addr,

    /// Response of each command: an integer, or a range to draw it from (both ends included)
    #[arg(
        long,
        value_name = "VALUE|LOW..HIGH",
        default_value = "1",
        allow_hyphen_values = true
    )]
    response: ResponseSpan,

    /// Wait of each command: seconds (0.02) or a duration (20ms), or a range to draw it from;
    /// rounded to whole microseconds
    #[arg(
        long,
        value_name = "VALUE|LOW..HIGH",
        default_value = "1",
        allow_hyphen_values = true
    )]
    wait: WaitSpan,

    /// Seed of the draws
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Where to write the commands (`<ip>:<command>` a line); - is stdout
    #[arg(long, value_name = "FILE")]
    commands: Option<Output>,

    /// Where to write the table (`<ip>:<command>:<response>:<wait>` a line); - is stdout
    #[arg(long, value_name = "FILE")]
    table: Option<Output>,

    /// Replace files that exist
    #[arg(long)]
    force: bool,
}

/// Runs `mpmt generate`.
///
/// # Errors
/// A [`UsageError`] when the arguments contradict each other or the files that are there (nothing
/// is written then), and any other error when a file can't be written.
pub fn run(args: GenerateArgs) -> anyhow::Result<ExitCode> {
    let generator = Generator::new(args.count, args.base, args.response, args.wait, args.seed)
        .map_err(UsageError::new)?;
    check_outputs(&args)?;
    if let Some(output) = &args.commands {
        output.write(args.force, |out| {
            generator
                .clone()
                .try_for_each(|entry| writeln!(out, "{}", entry.command))
        })?;
    }
    if let Some(output) = &args.table {
        output.write(args.force, |out| {
            generator
                .clone()
                .try_for_each(|entry| writeln!(out, "{entry}"))
        })?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Both outputs are looked at before the first is written, so that a refusal leaves neither.
fn check_outputs(args: &GenerateArgs) -> Result<(), UsageError> {
    if args.commands.is_some() && args.commands == args.table {
        return Err(UsageError::new(
            "--commands and --table name the same output; give each its own",
        ));
    }
    [&args.commands, &args.table]
        .into_iter()
        .flatten()
        .try_for_each(|output| output.check(args.force))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct TestCli {
        #[command(flatten)]
        args: GenerateArgs,
    }

    fn parse(line: &[&str]) -> Result<GenerateArgs, clap::Error> {
        TestCli::try_parse_from([&["generate"], line].concat()).map(|line| line.args)
    }

    fn generate(folder: &Path, options: &[&str]) -> anyhow::Result<(String, String)> {
        let (commands, table) = (folder.join("commands"), folder.join("table"));
        let files = [
            "--commands",
            commands.to_str().unwrap(),
            "--table",
            table.to_str().unwrap(),
        ];
        run(parse(&[options, &files].concat())?)?;
        Ok((fs::read_to_string(commands)?, fs::read_to_string(table)?))
    }

    #[test]
    fn the_defaults_give_the_committed_files_byte_for_byte() {
        let folder = tempfile::tempdir().unwrap();
        let (commands, table) = generate(folder.path(), &[]).unwrap();
        assert!(commands == include_str!("../../data/client_data.txt"));
        assert!(table == include_str!("../../data/server_data.txt"));
    }

    #[test]
    fn the_table_answers_the_commands_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let options = ["--response", "-5..5", "--wait", "0..20ms", "--count", "101"];
        let (commands, table) = generate(folder.path(), &options).unwrap();
        assert_eq!(commands.lines().count(), 101);
        for (command, entry) in commands.lines().zip(table.lines()) {
            assert!(entry.starts_with(&format!("{command}:")), "{entry}");
        }
    }

    #[test]
    fn a_refusal_leaves_no_file_behind() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("table"), "mine").unwrap();
        assert!(generate(folder.path(), &[]).unwrap_err().is::<UsageError>());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        generate(folder.path(), &["--force"]).unwrap();
    }

    #[test]
    fn one_output_cannot_hold_both_files() {
        for name in ["-", "same"] {
            let args = parse(&["--commands", name, "--table", name]).unwrap();
            assert!(run(args).unwrap_err().is::<UsageError>());
        }
    }

    #[test]
    fn what_cannot_be_generated_is_wrong_usage() {
        for options in [["--count", "0"], ["--base", "255.255.255.255"]] {
            let args = parse(&[&options[..], &["--table", "-"]].concat()).unwrap();
            assert!(run(args).unwrap_err().is::<UsageError>());
        }
    }

    #[test]
    fn a_bad_value_or_no_output_is_refused_with_exit_code_2() {
        for line in [
            &[][..],
            &["--table", "-", "--wait", "2..1"],
            &["--table", "-", "--wait", "-1"],
            &["--table", "-", "--response", "1.5"],
        ] {
            assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line:?}");
        }
    }
}
