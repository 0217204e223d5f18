//! A makespan for each number of processes and threads, as a table whose cells are shaded.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::Style;
use crate::report::cell::decimals;

/// Makespans over processes and threads.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    /// Of what: the experiment and the work, in words.
    pub(super) name: String,
    /// What is the same in all cells, in words.
    pub(super) fixed: String,
    /// The rows' numbers of processes, in ascending order.
    pub(super) processes: Vec<u32>,
    /// The columns' numbers of threads, in ascending order.
    pub(super) threads: Vec<u32>,
    /// A row for each number of processes.
    pub(super) spots: Vec<Vec<Spot>>,
    /// How much longer than the fastest is as good, as a share.
    pub(super) within: f64,
}

/// A cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Spot {
    /// There is no run.
    NotMeasured,
    /// No run ended well.
    Failed,
    /// The median makespan.
    Seconds(f64),
    /// The same, of the runs that did not fail as others did.
    SomeFailed(f64),
}

/// The head of the rows.
const PROCESSES: &str = "processes";

/// Backgrounds from the slowest to the fastest, dark to bright: those of xterm's 256 colours that
/// are nearest to viridis, each with the text that is read on it, white or black.
const SHADES: [(u8, u8); 6] = [
    (54, 231),
    (60, 231),
    (30, 16),
    (36, 16),
    (77, 16),
    (220, 16),
];

impl HeatMap {
    /// Whether there is a terminal, and it is wide enough.
    pub(in crate::report) fn fits(&self, style: Style) -> bool {
        let widest = self.lines(false).iter().map(|line| line.width()).max();
        (style.width).is_some_and(|columns| widest.unwrap_or(0) <= usize::from(columns))
    }

    /// Writes it.
    ///
    /// # Errors
    /// When `out` refuses it.
    pub(in crate::report) fn write(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let mut lines = self.lines(style.colour).into_iter();
        lines.try_for_each(|line| writeln!(out, "{line}"))
    }

    fn lines(&self, colour: bool) -> Vec<String> {
        let unit = Unit::of(self.fastest_s());
        let text = |spot: &Spot| self.text(*spot, &unit);
        let texts: Vec<Vec<String>> = (self.spots.iter())
            .map(|row| row.iter().map(text).collect())
            .collect();
        let heads: Vec<String> = self.threads.iter().map(|m| format!("{m} ")).collect();
        let widest = texts
            .iter()
            .flatten()
            .chain(&heads)
            .map(|text| text.width());
        // A free column on the left.
        let width = widest.max().unwrap_or(0) + 1;

        let mut lines = vec![self.heading(&unit), self.legend(colour)];
        lines.push(format!("{PROCESSES}  threads"));
        let heads = heads.iter().map(|head| format!("{head:>width$}"));
        lines.push(line("", heads));
        for ((processes, spots), texts) in self.processes.iter().zip(&self.spots).zip(&texts) {
            let cells = spots.iter().zip(texts).map(|(spot, text)| {
                let cell = format!("{text:>width$}");
                if colour {
                    self.shaded(*spot, &cell)
                } else {
                    cell
                }
            });
            lines.push(line(&processes.to_string(), cells));
        }
        lines
    }

    fn heading(&self, unit: &Unit) -> String {
        format!("Makespan in {} ({})", unit.name, self.fixed)
    }

    /// What the signs mean, of those that there are.
    fn legend(&self, colour: bool) -> String {
        let mut words = vec!["* fastest".to_owned()];
        let all = || self.spots.iter().flatten();
        if all().any(|spot| self.mark(*spot) == '~') {
            let percent = (1e4 * self.within).round() / 100.0;
            words.push(format!("~ up to {percent} % slower"));
        }
        if all().any(|spot| self.mark(*spot) == '!') {
            words.push("! some runs failed".to_owned());
        }
        if all().any(|spot| *spot == Spot::NotMeasured) {
            words.push("· not measured".to_owned());
        }
        if colour {
            words.push("brighter is faster".to_owned());
        }
        words.join(", ")
    }

    fn text(&self, spot: Spot, unit: &Unit) -> String {
        let words = match spot {
            Spot::NotMeasured => "·".to_owned(),
            Spot::Failed => "failed".to_owned(),
            Spot::Seconds(seconds) | Spot::SomeFailed(seconds) => {
                let value = seconds * unit.per_second;
                format!("{value:.*}", decimals(value, 3))
            }
        };
        format!("{words}{}", self.mark(spot))
    }

    fn mark(&self, spot: Spot) -> char {
        let fastest_s = self.fastest_s();
        match spot {
            Spot::Seconds(seconds) if seconds <= fastest_s => '*',
            Spot::Seconds(seconds) if seconds <= fastest_s * (1.0 + self.within) => '~',
            Spot::SomeFailed(_) => '!',
            _ => ' ',
        }
    }

    /// A cell with its background; the fastest is bold as well.
    fn shaded(&self, spot: Spot, cell: &str) -> String {
        let Some(seconds) = spot.seconds() else {
            return cell.to_owned();
        };
        let (background, text) = SHADES[self.shade(seconds)];
        let bold = if self.mark(spot) == '*' { "1;" } else { "" };
        format!("\x1b[{bold}38;5;{text};48;5;{background}m{cell}\x1b[0m")
    }

    /// Equal ratios are equal steps.
    fn shade(&self, seconds: f64) -> usize {
        let slowest_s = self.seconds().fold(seconds, f64::max);
        let fastest_s = self.seconds().fold(seconds, f64::min);
        let whole = (slowest_s / fastest_s).ln();
        let share = if whole > 0.0 {
            (slowest_s / seconds).ln() / whole
        } else {
            1.0
        };
        (share * (SHADES.len() - 1) as f64).round() as usize
    }

    /// Of those of which no run failed, if there are any.
    fn fastest_s(&self) -> f64 {
        let all = self.spots.iter().flatten();
        let clean = all.filter(|spot| matches!(spot, Spot::Seconds(_)));
        let clean = clean.filter_map(|spot| spot.seconds()).reduce(f64::min);
        clean.unwrap_or_else(|| self.seconds().fold(f64::INFINITY, f64::min))
    }

    fn seconds(&self) -> impl Iterator<Item = f64> {
        self.spots
            .iter()
            .flatten()
            .filter_map(|spot| spot.seconds())
    }
}

impl Spot {
    fn seconds(self) -> Option<f64> {
        match self {
            Spot::Seconds(seconds) | Spot::SomeFailed(seconds) => Some(seconds),
            Spot::NotMeasured | Spot::Failed => None,
        }
    }
}

/// A row: its head, and its cells.
fn line(head: &str, cells: impl Iterator<Item = String>) -> String {
    let (width, cells) = (PROCESSES.len(), cells.collect::<String>());
    format!("{head:>width$} {cells}").trim_end().to_owned()
}

/// One unit for all cells, in which the smallest value has a digit before its point.
struct Unit {
    per_second: f64,
    name: &'static str,
}

impl Unit {
    fn of(smallest_s: f64) -> Unit {
        let (per_second, name) = match smallest_s {
            size if size >= 1.0 => (1.0, "s"),
            size if size >= 1e-3 => (1e3, "ms"),
            _ => (1e6, "µs"),
        };
        Unit { per_second, name }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ExecutorKind;
    use crate::record::{Trial, comparison_groups, fixtures};

    const WIDE: Style = Style {
        width: Some(80),
        colour: false,
    };

    /// 1 to 4 processes of 1 to 16 threads, the fastest of which take 32 ms.
    fn grid() -> Vec<Trial> {
        let mut trials = Vec::new();
        for processes in [1, 2, 4] {
            for threads in [1, 4, 16] {
                let label = format!("io-mpmt-{processes}x{threads}");
                let makespan_s = 2.048 / f64::from(processes * threads);
                let mut trial = fixtures::trial(&label, (makespan_s, makespan_s));
                if threads == 1 {
                    trial.executor = ExecutorKind::Sequential;
                }
                trials.push(trial);
            }
        }
        trials
    }

    fn map(trials: &[Trial]) -> Option<HeatMap> {
        HeatMap::through_fastest(comparison_groups(trials).first()?, 0.05)
    }

    fn written(trials: &[Trial], style: Style) -> String {
        let mut out = Vec::new();
        map(trials).unwrap().write(style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_fastest_and_what_is_as_good_are_marked() {
        let mut trials = grid();
        trials[7].makespan_s = Some(0.0335);
        insta::assert_snapshot!(written(&trials, WIDE), @"
        Makespan in ms (native, spawn, barrier, batches of 16)
        * fastest, ~ up to 5 % slower
        processes  threads
                      1     4    16
                1  2048   512   128
                2  1024   256  64.0
                4   512  33.5~ 32.0*
        ");
    }

    #[test]
    fn what_is_fast_when_it_does_not_fail_is_not_the_fastest() {
        let mut trials = grid();
        trials.push(fixtures::failed("io-mpmt-4x16", "worker 1 died"));
        insta::assert_snapshot!(written(&trials, WIDE), @"
        Makespan in ms (native, spawn, barrier, batches of 16)
        * fastest, ! some runs failed
        processes  threads
                      1     4    16
                1  2048   512   128
                2  1024   256  64.0*
                4   512   128  32.0!
        ");
    }

    #[test]
    fn cells_that_failed_or_are_not_there_say_so() {
        let mut trials = grid();
        trials[0] = fixtures::failed("io-mpmt-1x1", "worker 1 died");
        trials.remove(4);
        insta::assert_snapshot!(written(&trials, WIDE), @"
        Makespan in ms (native, spawn, barrier, batches of 16)
        * fastest, · not measured
        processes  threads
                        1       4      16
                1  failed     512     128
                2    1024       ·    64.0
                4     512     128    32.0*
        ");
    }

    #[test]
    fn colours_shade_the_cells_and_change_no_width() {
        let style = Style {
            colour: true,
            ..WIDE
        };
        let shaded = written(&grid(), style);
        insta::assert_snapshot!(shaded.replace('\x1b', "␛"), @"
        Makespan in ms (native, spawn, barrier, batches of 16)
        * fastest, brighter is faster
        processes  threads
                      1     4    16
                1 ␛[38;5;231;48;5;54m 2048 ␛[0m␛[38;5;16;48;5;30m  512 ␛[0m␛[38;5;16;48;5;36m  128 ␛[0m
                2 ␛[38;5;231;48;5;60m 1024 ␛[0m␛[38;5;16;48;5;36m  256 ␛[0m␛[38;5;16;48;5;77m 64.0 ␛[0m
                4 ␛[38;5;16;48;5;30m  512 ␛[0m␛[38;5;16;48;5;36m  128 ␛[0m␛[1;38;5;16;48;5;220m 32.0*␛[0m
        ");
        let plain = written(&grid(), WIDE);
        for (shaded, plain) in shaded.lines().zip(plain.lines()).skip(2) {
            let without: Vec<&str> = shaded.split('\x1b').collect();
            let without = without.into_iter().map(|part| match part.split_once('m') {
                Some((codes, rest)) if codes.starts_with('[') => rest,
                _ => part,
            });
            assert_eq!(without.collect::<String>().trim_end(), plain);
        }
    }

    #[test]
    fn a_map_goes_where_a_terminal_is_as_wide_as_its_widest_line() {
        let map = map(&grid()).unwrap();
        let fits = |width| map.fits(Style { width, ..WIDE });
        let widest = map.lines(false).iter().map(|line| line.width()).max();
        let widest = widest.unwrap() as u16;
        assert!(fits(Some(widest)) && !fits(Some(widest - 1)) && !fits(None));
    }

    #[test]
    fn what_is_no_grid_or_another_way_to_work_has_no_map() {
        let grid = grid();
        assert_eq!(map(&grid[..3]), None, "one row");
        let corner: Vec<Trial> = [&grid[..3], &grid[3..4], &grid[6..7]].concat();
        assert_eq!(map(&corner), None, "two thirds are missing");
        let mut trials = grid.clone();
        trials.extend(grid.iter().map(|trial| Trial {
            batch: 1,
            makespan_s: Some(9.0),
            ..trial.clone()
        }));
        assert_eq!(map(&trials), map(&grid), "slower batches of 1 are left out");
    }
}
