//! What is said with a heat map.

use itertools::{Itertools, MinMaxResult};

use super::grid::Place;
use super::{HeatMap, color_scale, grid};
use crate::chart::unit::Unit;
use crate::chart::vocabulary::{self, Quantity, shape};
use crate::model::{counted, listed};
use crate::record::RunGroup;

/// Cells with failures that are named.
const MOST_NAMES: usize = 4;

/// A place in words.
pub fn place((processes, threads): Place) -> String {
    let processes = counted(processes as usize, "process");
    format!("{processes} × {}", counted(threads as usize, "thread"))
}

/// A share as what is added and taken away.
pub fn plus_minus(share: f64) -> String {
    match 100.0 * share {
        small if small < 9.95 => format!("±{small:.1} %"),
        large => format!("±{large:.0} %"),
    }
}

impl HeatMap<'_> {
    /// The title of its picture.
    pub fn title(&self) -> String {
        let noun = |quantity: Quantity| match quantity {
            Quantity::Memory(_) => "memory".to_owned(),
            other => other.name(),
        };
        let nouns = self.quantities().into_iter().map(noun).collect_vec();
        let by = match self.among.as_str() {
            "" => "by processes and threads".to_owned(),
            among => format!("by processes and threads ({among})"),
        };
        vocabulary::title(&listed(&nouns), self.work.experiment, &by)
    }

    /// What a reader has to know, one sentence each.
    pub fn notes(&self) -> [Option<String>; 7] {
        let variant = self.variant.in_words(self.one_thread_is_sequential);
        let cells = &self.grid.cells;
        let is_crossed = self.makespans.len() < cells.len();
        let failed = cells
            .values()
            .map(|group| (group.name.clone(), group.failed()));
        [
            Some(format!("For {}: {variant}.", vocabulary::work(self.work))),
            self.fastest(),
            Some(self.better()),
            self.precision(),
            (!self.grid.is_full()).then(|| "An empty cell was not measured.".to_owned()),
            is_crossed.then(|| "A crossed cell has no good run.".to_owned()),
            vocabulary::failures(failed, MOST_NAMES),
        ]
    }

    fn ideal_is_bound(&self) -> bool {
        let mut runs = self.grid.cells.values().flat_map(RunGroup::runs);
        runs.any(|trial| trial.ideal_is_bound)
    }

    /// All figures of a cell in words.
    pub fn told(&self, at: Place, group: &RunGroup<'_>) -> String {
        let least = if self.ideal_is_bound() {
            "at least "
        } else {
            ""
        };
        let memory = Quantity::Memory(self.grid.memory);
        let failure = group.first_failure().map(|trial| {
            let (failed, of) = (group.failed().failed, group.failed().of);
            let error = trial.error.as_ref().map(|error| format!(": {error}"));
            format!(
                "{failed} of {of} runs {}{}",
                trial.status,
                error.unwrap_or_default()
            )
        });
        let known = [
            self.makespans
                .get(&at)
                .map(|makespan| Quantity::Makespan.named(makespan)),
            grid::value(group, Quantity::Efficiency)
                .map(|share| format!("efficiency {least}{}", Unit::PERCENT.with_name(share))),
            memory
                .median(group)
                .map(|kib| format!("{} {}", memory.name(), memory.value(kib))),
            failure,
        ];
        vocabulary::about(&place(at), known)
    }

    fn fastest(&self) -> Option<String> {
        let (at, seconds) = self.grid.best()?;
        let unit = Quantity::Makespan.short_unit(&self.grid.values(Quantity::Makespan));
        let others = match self.grid.near_best().len() {
            1 => "no other is within 5 % of it".to_owned(),
            cells => format!("the outline holds the {cells} cells within 5 % of it"),
        };
        let (at, seconds) = (place(at), unit.with_name(seconds));
        Some(format!(
            "The star marks the fastest, {at} in {seconds}; {others}."
        ))
    }

    /// What is better, and how it is coloured.
    fn better(&self) -> String {
        let better = |quantity: Quantity| {
            let better = match quantity {
                Quantity::Makespan => "a shorter makespan",
                Quantity::Efficiency if self.ideal_is_bound() => {
                    "a higher efficiency (ideal / makespan; at least as shown, for the ideal is a lower \
                     bound)"
                }
                Quantity::Efficiency => "a higher efficiency (ideal / makespan)",
                _ => "less memory",
            };
            let is_log = color_scale(quantity, &self.grid.values(quantity)).is_log;
            format!("{better}{}", if is_log { " (logarithmic)" } else { "" })
        };
        let better = self.quantities().into_iter().map(better).collect_vec();
        format!("Brighter is better: {}.", listed(&better))
    }

    /// How far the medians may be believed.
    fn precision(&self) -> Option<String> {
        let estimates = || self.makespans.values();
        let runs = match estimates().map(|estimate| estimate.runs).minmax() {
            MinMaxResult::NoElements => return None,
            MinMaxResult::MinMax(least, most) if least < most => format!("{least} to {most} runs"),
            MinMaxResult::OneElement(runs) | MinMaxResult::MinMax(_, runs) => {
                format!("{runs} runs")
            }
        };
        let widths = self.makespans.iter();
        let widths = widths.filter_map(|(at, estimate)| Some((*at, estimate.half_width()?)));
        let (at, widest) = widths.max_by(|a, b| a.1.total_cmp(&b.1))?;
        let half = match estimates().filter(|estimate| estimate.is_interval).count() {
            0 => "half the range from the fastest to the slowest run",
            all if all == self.makespans.len() => "half the 95 % interval",
            _ => {
                "half the 95 % interval, or half the range from the fastest to the slowest of fewer than \
                 six runs"
            }
        };
        let (widest, at) = (plus_minus(widest), shape(at));
        Some(format!(
            "Medians of {runs}; ± is {half}, at most {widest} ({at})."
        ))
    }
}
