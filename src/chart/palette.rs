//! Which colour and symbol a series has: a runtime and a workload have the same ones in all charts.

use plotters::style::RGBColor;

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

fn runtime_slot(runtime: &Runtime) -> usize {
    match runtime {
        Runtime::Native => 0,
        Runtime::Gil => 5,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use itertools::Itertools;

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

    /// CIE L*a*b* of a colour, as eyes see it that take in red, green and blue by these shares.
    fn lab(RGBColor(red, green, blue): RGBColor, eye: [[f64; 3]; 3]) -> [f64; 3] {
        let linear = [red, green, blue].map(|part| match f64::from(part) / 255.0 {
            dark if dark <= 0.04045 => dark / 12.92,
            part => ((part + 0.055) / 1.055).powf(2.4),
        });
        let times = |rows: [[f64; 3]; 3], by: [f64; 3]| {
            rows.map(|row| (0..3).map(|at| row[at] * by[at]).sum::<f64>().max(0.0))
        };
        // To XYZ, over the white of D65.
        let xyz = [
            [0.4339, 0.3763, 0.1899],
            [0.2126, 0.7152, 0.0722],
            [0.0177, 0.1095, 0.8727],
        ];
        let [x, y, z] = times(xyz, times(eye, linear)).map(|share| match share {
            tiny if tiny <= 0.008856 => 7.787 * tiny + 16.0 / 116.0,
            share => share.cbrt(),
        });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    /// Eyes that take in all colours, those without the receptors of red, and of green: Machado,
    /// Oliveira and Fernandes (2009).
    const EYES: [[[f64; 3]; 3]; 3] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ];

    #[test]
    fn any_eye_tells_runtimes_published_figures_and_ideals_apart_by_day_and_by_night() {
        let runtimes = ["native", "gil", "python"].map(|name| name.parse::<Runtime>().unwrap());
        let looks = runtimes.iter().map(Look::of_runtime).collect_vec();
        assert!(looks.iter().all(|look| look.symbol != Symbol::Ring));
        let runtimes = looks.iter().map(|look| look.colour);
        let runtimes = runtimes.chain([theme::IDEAL]).collect_vec();
        for theme in [theme::Theme::Light, theme::Theme::Dark] {
            for eye in EYES {
                let distance = |a: &RGBColor, b: &RGBColor| {
                    let [a, b] = [a, b].map(|colour| lab(theme.colour(*colour), eye));
                    (0..3).map(|at| (a[at] - b[at]).powi(2)).sum::<f64>().sqrt()
                };
                for published in [theme::PUBLISHED, theme::PUBLISHED_TEXT] {
                    let nearest = runtimes.iter().map(|one| distance(one, &published));
                    let nearest = nearest.fold(f64::INFINITY, f64::min);
                    assert!(nearest > 20.0, "{theme:?}: {nearest} from {published:?}");
                }
                for [a, b] in runtimes.iter().array_combinations() {
                    let apart = distance(a, b);
                    assert!(apart > 20.0, "{theme:?}: {a:?} and {b:?} are {apart} apart");
                }
            }
        }
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
