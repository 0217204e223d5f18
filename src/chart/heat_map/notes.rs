//! What is said with a heat map.

use super::grid::{Cell, Place};
use super::{HeatMap, color_scale};
use crate::chart::estimate::Estimate;
use crate::chart::unit::Unit;
use crate::chart::vocabulary::{self, Quantity, counted, listed, shape};

/// Cells with failures that are named.
const MOST_NAMES: usize = 4;

/// A place in words.
pub fn place((processes, threads): Place) -> String {
    let processes = counted(u64::from(processes), "process");
    format!("{processes} × {}", counted(u64::from(threads), "thread"))
}

/// A share as what is added and taken away.
pub fn plus_minus(share: f64) -> String {
    let percent = 100.0 * share;
    match percent {
        small if small < 9.95 => format!("±{small:.1} %"),
        large => format!("±{large:.0} %"),
    }
}

fn noun(quantity: Quantity) -> String {
    match quantity {
        Quantity::Memory(_) => "memory".to_owned(),
        other => other.name(),
    }
}

impl HeatMap {
    /// The title of its picture.
    pub fn title(&self) -> String {
        let names: Vec<String> = self.quantities().into_iter().map(noun).collect();
        let among = match self.among.as_str() {
            "" => String::new(),
            among => format!(" ({among})"),
        };
        let by = format!("by processes and threads{among}");
        vocabulary::title(&listed(&names), &self.experiment, &by)
    }

    /// What a reader has to know, one sentence each.
    pub fn notes(&self) -> Vec<String> {
        let variant = self.variant.in_words(self.one_thread_is_sequential);
        let mut notes = vec![format!("For {}: {variant}.", self.work)];
        notes.extend(self.fastest());
        notes.push(self.better());
        notes.extend(self.precision());
        if !self.grid.is_full() {
            notes.push("An empty cell was not measured.".to_owned());
        }
        if self.grid.cells().any(|(_, cell)| cell.makespan.is_none()) {
            notes.push("A crossed cell has no good run.".to_owned());
        }
        let failed = self.grid.cells().filter(|(_, cell)| cell.not_ok > 0);
        let failed = failed.map(|(place, cell)| (shape(place), cell.not_ok, cell.runs));
        notes.extend(vocabulary::failures(
            &failed.collect::<Vec<_>>(),
            MOST_NAMES,
        ));
        notes
    }

    /// All figures of a cell in words.
    pub fn told(&self, at: Place, cell: &Cell) -> String {
        let mut words = Vec::new();
        words.extend(
            cell.makespan
                .as_ref()
                .map(|makespan| Quantity::Makespan.told(makespan)),
        );
        if let Some(share) = cell.efficiency {
            let least = if self.grid.ideal_is_bound {
                "at least "
            } else {
                ""
            };
            words.push(format!(
                "efficiency {least}{}",
                Unit::PERCENT.with_name(share)
            ));
        }
        let memory = Quantity::Memory(self.grid.memory);
        words.extend(
            cell.memory
                .map(|kib| format!("{} {}", memory.name(), memory.value(kib))),
        );
        if let Some((status, error)) = &cell.failure {
            let runs = format!("{} of {} runs {status}", cell.not_ok, cell.runs);
            words.push(match error.as_str() {
                "" => runs,
                error => format!("{runs}: {error}"),
            });
        }
        format!("{}: {}", place(at), words.join("; "))
    }

    fn fastest(&self) -> Option<String> {
        let (at, seconds) = self.grid.best()?;
        let values = self.grid.values(Quantity::Makespan);
        let unit = Quantity::Makespan.short_unit(&values);
        let fastest = format!(
            "The star marks the fastest, {} in {}",
            place(at),
            unit.with_name(seconds)
        );
        Some(match self.grid.near_best().len() {
            1 => format!("{fastest}; no other is within 5 % of it."),
            cells => format!("{fastest}; the outline holds the {cells} cells within 5 % of it."),
        })
    }

    /// What is better, and how it is coloured.
    fn better(&self) -> String {
        let better = |quantity: Quantity| {
            let better = match quantity {
                Quantity::Makespan => "a shorter makespan",
                Quantity::Efficiency if self.grid.ideal_is_bound => {
                    "a higher efficiency (ideal / makespan; at least as shown, for the ideal is a lower \
                     bound)"
                }
                Quantity::Efficiency => "a higher efficiency (ideal / makespan)",
                _ => "less memory",
            };
            let values = self.grid.values(quantity);
            if color_scale(quantity, &values).is_log {
                format!("{better} (logarithmic)")
            } else {
                better.to_owned()
            }
        };
        let better: Vec<String> = self.quantities().into_iter().map(better).collect();
        format!("Brighter is better: {}.", listed(&better))
    }

    /// How far the medians may be believed.
    fn precision(&self) -> Option<String> {
        let estimates: Vec<(Place, Estimate)> = self
            .grid
            .cells()
            .filter_map(|(place, cell)| Some((place, cell.makespan?)))
            .collect();
        let runs = estimates.iter().map(|(_, estimate)| estimate.runs);
        let (least, most) = (runs.clone().min()?, runs.max()?);
        let widths = estimates
            .iter()
            .filter_map(|(at, estimate)| Some((*at, estimate.half_width()?)));
        let (at, widest) = widths.max_by(|a, b| a.1.total_cmp(&b.1))?;
        let runs = if least == most {
            format!("{most} runs")
        } else {
            format!("{least} to {most} runs")
        };
        let intervals = estimates
            .iter()
            .filter(|(_, estimate)| estimate.is_interval)
            .count();
        let half = match intervals {
            0 => "half the range from the fastest to the slowest run",
            all if all == estimates.len() => "half the 95 % interval",
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
