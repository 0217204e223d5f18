//! `mpmt doctor`: what will disturb a measurement here.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;

use super::print::to_stdout;
use super::settle_scratch;
use crate::harness::{
    DEFAULT_COMMANDS, DEFAULT_TABLE, Environment, Finding, Harness, Input, batch_cost_s, examine,
    measure_batch_cost,
};
use crate::model::{Table as Lookup, parse_lines};
use crate::process::{Program, Signals, tell};
use crate::report::{Cell, Column, Format, Report, Table};

const EXAMPLES: &str = "\
Examples:
  What may disturb a measurement here, with the remedies
    mpmt doctor

  Only what is not as it should be
    mpmt doctor --format csv | grep -E ',(warn|bad),'

Exit codes: 0 whenever it ran, whatever it found; 2 wrong usage";

/// Tells what on this machine will disturb a measurement, and what to do about it (about 2 s)
///
/// It looks at the processor, the system and this program, times the clock, sleeps and loops, and
/// runs a short trial of commands that do nothing. Each finding is good, warn or bad; unknown is
/// what the system does not tell.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct DoctorArgs {
    /// How to print the findings
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

pub(super) fn run(args: DoctorArgs) -> anyhow::Result<ExitCode> {
    settle_scratch()?;
    let mut environment = Environment::look();
    environment.calibrate();
    note_batch_cost(&mut environment)?;
    environment.close();
    let findings = examine(&environment);
    to_stdout(&report(&findings, args.format), args.format)?;
    if args.format == Format::Table {
        // That nobody reads it to its end is no error.
        let _ = std::io::stdout().write_all(remedies(&findings).as_bytes());
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs the trial that does nothing. That it fails is a message, and its cost stays unknown.
fn note_batch_cost(environment: &mut Environment) -> anyhow::Result<()> {
    let signals = Signals::install().context("signal handlers can't be installed")?;
    let lines = |parsed: Vec<(usize, _)>| parsed.into_iter().map(|(_, line)| line).collect();
    let entries = Lookup::parse_entries(DEFAULT_TABLE).good;
    let input = Input {
        commands: lines(parse_lines(DEFAULT_COMMANDS, str::parse).good),
        entries: entries.into_iter().map(|(_, entry)| entry).collect(),
    };
    let timeout = Some(Duration::from_secs(30));
    let mut harness = Harness::new(Program::This, input, timeout, signals);
    let trial = measure_batch_cost(&mut harness)?;
    if let Some(error) = &trial.error {
        tell(format_args!(
            "mpmt: the trial that does nothing failed: {error}"
        ));
    }
    if let Some(calibration) = &mut environment.calibration {
        calibration.batch_cost_s = batch_cost_s(&trial);
    }
    Ok(())
}

/// For people on a terminal the remedies stand below the table, where they have room.
fn report(findings: &[Finding], format: Format) -> Report {
    let table = Table {
        columns: ["check", "verdict", "value", "remedy"]
            .map(Column::left)
            .into(),
        rows: findings.iter().map(row).collect(),
    };
    let mut report = Report::from(table);
    if format == Format::Table {
        report.for_people.columns.pop();
        for row in &mut report.for_people.rows {
            row.pop();
        }
    }
    report
}

fn row(finding: &Finding) -> Vec<Cell> {
    let text = |text: &str| match text {
        "" => Cell::Empty,
        _ => Cell::Text(text.to_owned()),
    };
    let remedy = finding.warning.as_ref().map(ToString::to_string);
    vec![
        text(finding.check),
        text(finding.grade.as_str()),
        text(&finding.value),
        Cell::maybe(remedy, Cell::Text),
    ]
}

/// A line for each warning, the worst first; empty when there is none.
fn remedies(findings: &[Finding]) -> String {
    let mut findings: Vec<&Finding> = findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.grade));
    let lines = findings.iter().filter_map(|finding| {
        let warning = finding.warning.as_ref()?;
        Some(format!("\n{}: {}: {warning}", finding.grade, finding.check))
    });
    let lines: String = lines.collect();
    if lines.is_empty() {
        lines
    } else {
        lines + "\n"
    }
}
