//! Which colour and symbol a series has: a runtime and a workload have the same ones in all charts.

use std::collections::BTreeSet;

use plotters::style::RGBColor;

use super::grammar::Legend;
use super::symbol::Symbol;
use super::theme;
use crate::model::{Runtime, WorkloadKind};

/// The most series that a facet shows: there are as many colours and symbols.
pub const MOST_SERIES: usize = theme::SERIES.len();

/// The look of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Its colour, one that can be read as text.
    pub colour: RGBColor,
    /// Its symbol.
    pub symbol: Symbol,
}

impl Look {
    fn of(slot: usize) -> Look {
        let slot = slot % MOST_SERIES;
        Look {
            colour: theme::SERIES[slot],
            symbol: Symbol::SERIES[slot],
        }
    }

    /// That of a runtime, whatever its interpreter.
    pub fn of_runtime(runtime: &Runtime) -> Look {
        Look::of(runtime_slot(runtime))
    }

    /// That of a workload.
    pub fn of_workload(workload: WorkloadKind) -> Look {
        Look::of(match workload {
            WorkloadKind::Io => 0,
            WorkloadKind::Cpu => 4,
            WorkloadKind::Mixed => 3,
            WorkloadKind::Noop => 6,
            WorkloadKind::Task => 5,
            WorkloadKind::Exec => 2,
        })
    }

    /// What its points mean.
    pub fn legend(self, radius: f64, words: impl Into<String>) -> Legend {
        Legend::point(self.symbol, radius, self.colour, words)
    }

    /// Those of so many series of which nothing else is known.
    pub fn plain(series: usize) -> Vec<Look> {
        (0..series).map(Look::of).collect()
    }

    /// Those of series that run on these runtimes: the runtime's own where they differ in it or are
    /// all of them; the others take what is left, in their order.
    pub fn series(runtimes: &[&Runtime]) -> Vec<Look> {
        let differ = runtimes.len() == 1 || runtimes.iter().any(|runtime| *runtime != runtimes[0]);
        let mut taken: Vec<usize> = Vec::new();
        let wanted = runtimes
            .iter()
            .map(|runtime| differ.then(|| runtime_slot(runtime)));
        let first: Vec<Option<usize>> = wanted
            .map(|slot| {
                let free = slot.filter(|slot| !taken.contains(slot));
                taken.extend(free);
                free
            })
            .collect();
        let slot = |slot: Option<usize>| {
            let free = slot.or_else(|| (0..MOST_SERIES).find(|slot| !taken.contains(slot)));
            taken.extend(free);
            Look::of(free.unwrap_or(0))
        };
        first.into_iter().map(slot).collect()
    }
}

/// What the symbols mean, where things run on several runtimes.
pub fn runtime_legend<'a>(
    runtimes: impl IntoIterator<Item = &'a Runtime>,
    radius: f64,
) -> Vec<Legend> {
    let runtimes: BTreeSet<&Runtime> = runtimes.into_iter().collect();
    let legend = |one: &&Runtime| Look::of_runtime(one).legend(radius, format!("{one} runtime"));
    let several = runtimes.iter().filter(|_| runtimes.len() > 1);
    several.map(legend).collect()
}

fn runtime_slot(runtime: &Runtime) -> usize {
    match runtime {
        Runtime::Native => 0,
        Runtime::Gil => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_has_its_colour_whatever_stands_beside_it() {
        let [native, gil, python] =
            ["native", "gil", "python"].map(|name| name.parse::<Runtime>().unwrap());
        let own = Look::of_runtime;
        assert_eq!(Look::series(&[&python, &gil]), [own(&python), own(&gil)]);
        assert_eq!(Look::series(&[&gil]), [own(&gil)]);
        let twice = Look::series(&[&gil, &gil, &native]);
        assert_eq!((twice[0], twice[2]), (own(&gil), own(&native)));
        assert!(!twice[..1].contains(&twice[1]) && twice[1] != twice[2]);
        // What does not differ tells nothing apart.
        assert_eq!(Look::series(&[&gil, &gil])[0], own(&native));
    }

    #[test]
    fn series_never_share_a_look_while_there_are_enough() {
        let runtimes = vec![Runtime::Native; MOST_SERIES];
        let looks = Look::series(&runtimes.iter().collect::<Vec<_>>());
        for (index, look) in looks.iter().enumerate() {
            assert!(!looks[..index].contains(look));
        }
    }
}
