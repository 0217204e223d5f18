//! What a sweep would run, without running it.

use std::process::ExitCode;

use super::measure::Campaign;
use super::print::PrintArgs;
use super::progress::{advice_on, rounded};
use crate::harness::{Planned, expected_s};
use crate::process::tell;
use crate::record::Trial;
use crate::report::{Cell, Column, Report, Table};

/// Prints what would be run.
pub(super) fn list(
    campaign: &Campaign,
    rows: &[Trial],
    print: &PrintArgs,
) -> anyhow::Result<ExitCode> {
    let mut planned: Vec<Planned> = Vec::new();
    for prepared in &campaign.experiments {
        planned.extend(prepared.experiment.missing(rows));
    }
    print.print("sweep", &Report::from(listing(&planned)))?;
    for prepared in &campaign.experiments {
        for line in advice_on(&prepared.experiment, campaign.capacity()) {
            tell(format_args!("{line}"));
        }
    }
    let work_s: f64 = planned.iter().map(|planned| planned.predicted_s).sum();
    let all_s: f64 = planned.iter().map(expected_s).sum();
    let mut prepared = campaign.experiments.iter();
    let open = if prepared.any(|prepared| prepared.experiment.precision.is_some()) {
        ", and then more until the precision is reached"
    } else {
        ""
    };
    tell(format_args!(
        "{} trials, about {} ({} of it the ideal makespans){open}; nothing was run",
        planned.len(),
        rounded(all_s),
        rounded(work_s)
    ));
    Ok(ExitCode::SUCCESS)
}

fn listing(planned: &[Planned]) -> Table {
    let words = [
        "experiment",
        "configuration",
        "runtime",
        "executor",
        "dispatch",
        "spawn",
    ];
    let figures = ["order", "block", "run", "batch", "predicted_s"];
    let row = |planned: &Planned| {
        let configuration = &planned.configuration;
        let job = &configuration.job;
        let count = |count: u32| Cell::Count(u64::from(count));
        let predicted = if planned.predicted_s > 0.0 {
            Cell::Seconds(planned.predicted_s)
        } else {
            Cell::Empty
        };
        vec![
            Cell::Text(planned.experiment.clone()),
            Cell::Text(configuration.label.clone()),
            Cell::Text(job.runtime.to_string()),
            Cell::Text(job.executor.to_string()),
            Cell::Text(job.dispatch.to_string()),
            Cell::Text(configuration.spawn.to_string()),
            count(planned.order),
            count(planned.block),
            count(planned.run),
            count(configuration.batch),
            predicted,
            Cell::Text(if planned.warmup { "warm-up" } else { "" }.to_owned()),
            Cell::Text(planned.key.clone()),
        ]
    };
    let columns = words.into_iter().map(Column::left);
    let columns = columns.chain(figures.into_iter().map(Column::right));
    Table {
        columns: columns.chain(["warmup", "key"].map(Column::left)).collect(),
        rows: planned.iter().map(row).collect(),
    }
}
