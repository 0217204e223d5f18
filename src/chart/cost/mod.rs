//! What each configuration costs, and what is gained for it: `bars` has a row for each with its costs,
//! `scatter` a point for each, makespan against memory.

mod bars;
mod scatter;
#[cfg(test)]
mod tests;

use itertools::Itertools;

use super::vocabulary;
use super::{Records, Sheet};
use crate::record::{ComparisonGroup, Memory, RunGroup, run_groups};
use crate::stats::pareto_front;

/// Failed configurations that are named.
const MOST_NAMES: usize = 4;

/// Two pictures for each work: rows of bars, and makespan against memory.
pub(super) fn draw(records: &Records<'_>, sheet: &mut Sheet<'_>) {
    for (work, of) in &sheet.comparison_groups(records.trials) {
        if let Err(reason) = draw_work(work, of, sheet) {
            sheet.leave_out(format!("{} has {reason}", work.slug));
        }
    }
}

fn draw_work(work: &ComparisonGroup<'_>, of: &str, sheet: &mut Sheet<'_>) -> Result<(), String> {
    let all = Configurations::of(work);
    let (count, remedy) = match all.fastest_first.len() {
        0 => ("no configuration", "see the column error"),
        1 => ("one configuration", "sweep over several, like -p 1,2,4"),
        _ => ("", ""),
    };
    if !count.is_empty() {
        return Err(format!(
            "{count} with a good run, and costs are compared between two or more ({remedy})"
        ));
    }
    let bars = bars::chart(&all)
        .ok_or("no CPU times, context switches or memory in its rows (run it again)")?;
    sheet.push(of, bars);
    let scatter = scatter::chart(&all)
        .ok_or("no memory in its rows to hold the makespan against (run it again)")?;
    sheet.push(
        &[of, "pareto"]
            .iter()
            .filter(|part| !part.is_empty())
            .join("-"),
        scatter,
    );
    Ok(())
}

/// The configurations of a work that have a good run.
struct Configurations<'a> {
    experiment: &'a str,
    /// The work, in words.
    work: String,
    /// Which figure of memory all of them have.
    memory: Memory,
    fastest_first: Vec<Configuration<'a>>,
    /// What has to be said of runs that failed, if any.
    failures: Option<String>,
}

/// One of them.
struct Configuration<'a> {
    group: RunGroup<'a>,
    /// Whether no other is faster without taking more memory, or smaller without taking longer.
    is_on_front: bool,
}

impl<'a> Configurations<'a> {
    fn of(work: &ComparisonGroup<'a>) -> Self {
        let groups = run_groups(work.trials.iter().copied());
        let memory = Memory::known_of(groups.iter().map(|group| group.good()));
        let failed = groups
            .iter()
            .map(|group| (group.name.clone(), group.failed()));
        let failures = vocabulary::failures(failed, MOST_NAMES);
        let timed = groups
            .into_iter()
            .filter_map(|group| Some((group.makespan_s()?, group)));
        let ranked = timed
            .sorted_by(|(a, _), (b, _)| a.total_cmp(b))
            .collect_vec();
        let memory_kib = |group: &RunGroup<'_>| group.memory_kib(memory).unwrap_or(f64::NAN);
        let points = ranked
            .iter()
            .map(|(makespan_s, group)| [*makespan_s, memory_kib(group)]);
        let front = pareto_front(&points.collect_vec());
        let ranked = ranked.into_iter().enumerate();
        Configurations {
            experiment: work.experiment,
            work: vocabulary::work(work).to_owned(),
            memory,
            fastest_first: ranked
                .map(|(rank, (_, group))| Configuration {
                    group,
                    is_on_front: front.contains(&rank),
                })
                .collect(),
            failures,
        }
    }

    /// At most so many of them, fastest first: those on the front come before others.
    fn at_most(&self, most: usize) -> impl Iterator<Item = &Configuration<'a>> {
        let front = self
            .fastest_first
            .iter()
            .filter(|one| one.is_on_front)
            .count();
        let (mut on, mut off) = (most, most.saturating_sub(front));
        self.fastest_first.iter().filter(move |one| {
            let left = if one.is_on_front { &mut on } else { &mut off };
            let takes = *left > 0;
            *left = left.saturating_sub(1);
            takes
        })
    }

    /// Which of them [`Self::at_most`] takes, unless it takes all.
    fn rule(&self, most: usize) -> Option<String> {
        let front = self.fastest_first.iter().filter(|one| one.is_on_front);
        let rule = match front.count() {
            front if front > most => "the fastest of those on the Pareto front",
            _ => "those on the Pareto front, and the fastest",
        };
        vocabulary::shown(most, self.fastest_first.len(), "configurations", rule)
    }
}
