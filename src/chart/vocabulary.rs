//! The words of the charts: what quantities are called and measured in, and the sentences that
//! several charts say.

use std::collections::BTreeSet;

use itertools::Itertools;

use super::grammar::Axis;
use super::scale::{Scale, is_positive};
use super::unit::Unit;
use crate::model::first_of;
use crate::record::{ComparisonGroup, Failed, Memory, RunGroup, Status, Trial};
use crate::stats::Estimate;

/// What a chart shows values of. Values are as the records have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Seconds from the first send to the last result.
    Makespan,
    /// Commands per second of the makespan.
    Throughput,
    /// Ideal over makespan, as a share.
    Efficiency,
    /// Seconds from a batch to its result.
    Latency,
    /// Seconds in user mode and in the kernel together.
    Cpu,
    /// Seconds in user mode.
    User,
    /// Seconds in the kernel.
    System,
    /// Context switches because a thread waited.
    Voluntary,
    /// Context switches because a thread was pre-empted.
    Involuntary,
    /// Peak memory in KiB, by one figure or another.
    Memory(Memory),
}

impl Quantity {
    /// Its name.
    pub fn name(self) -> String {
        match self {
            Quantity::Makespan => "makespan",
            Quantity::Throughput => "throughput",
            Quantity::Efficiency => "efficiency",
            Quantity::Latency => "batch latency",
            Quantity::Cpu => "CPU time",
            Quantity::User => "user CPU time",
            Quantity::System => "system CPU time",
            Quantity::Voluntary => "voluntary switches",
            Quantity::Involuntary => "involuntary switches",
            Quantity::Memory(memory) => return format!("memory ({})", memory.as_str()),
        }
        .to_owned()
    }

    /// Its name at the beginning of a line.
    pub fn heading(self) -> String {
        capital(&self.name())
    }

    /// An axis of it, with its name and unit.
    pub fn axis(self, scale: Scale) -> Axis {
        let name = match (self, scale.unit.name) {
            (Quantity::Throughput, _) => "commands per second".to_owned(),
            (Quantity::Efficiency, _) => "% of the ideal".to_owned(),
            (_, "") => self.name(),
            (_, unit) => format!("{}, {unit}", self.name()),
        };
        let kind = if scale.is_log() {
            ", logarithmic scale"
        } else {
            ""
        };
        Axis::new(scale, format!("{name}{kind}"))
    }

    /// The unit in which the largest of some values is read best.
    pub fn unit(self, values: &[f64]) -> Unit {
        self.suited()(values.iter().copied().fold(0.0, f64::max))
    }

    /// The unit in which the numbers of all of some values are short.
    pub fn short_unit(self, values: &[f64]) -> Unit {
        Unit::shortest(values, self.suited())
    }

    fn suited(self) -> fn(f64) -> Unit {
        match self {
            Quantity::Throughput => |_| Unit::COMMANDS_PER_SECOND,
            Quantity::Efficiency => |_| Unit::PERCENT,
            Quantity::Voluntary | Quantity::Involuntary => Unit::of_count,
            Quantity::Memory(_) => Unit::of_kibibytes,
            _ => Unit::of_seconds,
        }
    }

    /// A value with its unit.
    pub fn value(self, value: f64) -> String {
        self.suited()(value).with_name(value)
    }

    /// A median in words: `1.05 s, 95 % interval 1.04 to 1.07 in 6 runs`. Ends that are written alike
    /// are left out.
    pub fn told(self, estimate: &Estimate) -> String {
        let unit = self.suited()(estimate.median);
        let (median, runs) = (unit.with_name(estimate.median), estimate.runs);
        let (low, high) = (unit.written(estimate.low), unit.written(estimate.high));
        match runs {
            1 => format!("{median} in one run"),
            _ if low == high => format!("{median} in {runs} runs"),
            _ if estimate.is_interval => {
                format!("{median}, 95 % interval {low} to {high} in {runs} runs")
            }
            _ => format!("{median}, from {low} to {high} in {runs} runs"),
        }
    }

    /// The same with its name.
    pub fn named(self, estimate: &Estimate) -> String {
        format!("{} {}", self.name(), self.told(estimate))
    }

    /// Its median over the good runs of a configuration, and how far that is known.
    pub fn estimate(self, group: &RunGroup<'_>) -> Option<Estimate> {
        group.estimate(|trial| self.of(trial))
    }

    /// Its median alone.
    pub fn median(self, group: &RunGroup<'_>) -> Option<f64> {
        group.median(|trial| self.of(trial))
    }

    /// What theory allows of it, as the makespan's ideal does; work that does nothing has none.
    pub fn ideal(self, trial: &Trial) -> Option<f64> {
        let seconds = trial.ideal_s.filter(|seconds| is_positive(*seconds))?;
        Some(match self {
            Quantity::Throughput => trial.commands as f64 / seconds,
            _ => seconds,
        })
    }

    /// Of a trial that is good; `None` where it was not measured.
    pub fn of(self, trial: &Trial) -> Option<f64> {
        let count = |count: Option<u64>| count.map(|count| count as f64);
        match self {
            Quantity::Makespan => trial.usable_makespan_s(),
            Quantity::Throughput => trial.usable_makespan_s().map(|s| trial.commands as f64 / s),
            Quantity::Efficiency => self.ideal(trial).and_then(|_| trial.efficiency()),
            Quantity::Latency => trial.latency_p50_s,
            Quantity::Cpu => trial.cpu_s(),
            Quantity::User => trial.cpu_user_s,
            Quantity::System => trial.cpu_system_s,
            Quantity::Voluntary => count(trial.voluntary_switches),
            Quantity::Involuntary => count(trial.involuntary_switches),
            Quantity::Memory(memory) => memory.kib(trial),
        }
        .filter(|value| value.is_finite())
    }
}

/// The title of a chart: quantities, of what, and by or over what.
pub fn title(quantities: &str, experiment: &str, by: &str) -> String {
    let of = if experiment.is_empty() {
        String::new()
    } else {
        format!(" of {experiment}")
    };
    format!("{}{of} {by}", capital(quantities))
}

/// What a makespan is.
pub const MAKESPAN: &str =
    "Makespan: from the client's first send to its last result; less is better.";
/// What a throughput is.
pub const THROUGHPUT: &str = "Commands per second of the makespan; more is better.";
/// What makes a name bold.
pub const FRONT: &str = "no other is both faster and smaller";

/// What the dashed lines are.
pub fn ideal(is_bound: bool) -> String {
    let bound = if is_bound {
        ", a bound that may be out of reach"
    } else {
        ""
    };
    format!("Dashed: the ideal{bound}.")
}

/// Which of many things are shown; `None` where all are.
pub fn shown(shown: usize, all: usize, things: &str, rule: &str) -> Option<String> {
    (all > shown).then(|| format!("Shown are {shown} of {all} {things}: {rule}."))
}

/// How many runs failed, where any did: `1 of 3 failed`.
pub fn failed(failed: Failed) -> Option<String> {
    failed.any().then(|| format!("{} failed", of_total(failed)))
}

/// The same as the value of a column: `1 of 3`, or nothing.
pub fn of_total(Failed { failed, of }: Failed) -> String {
    match failed {
        0 => String::new(),
        failed => format!("{failed} of {of}"),
    }
}

/// How a run ended that measured nothing: `failed: no worker`.
pub fn ended(status: Status, error: Option<&str>) -> String {
    let reason = error
        .unwrap_or("no reason recorded")
        .split_whitespace()
        .join(" ");
    format!("{status}: {reason}")
}

/// A configuration's name, and how many of its runs failed.
pub fn with_failed(group: &RunGroup<'_>) -> String {
    let failed = failed(group.failed()).map(|failed| format!(" ({failed})"));
    format!("{}{}", group.name, failed.unwrap_or_default())
}

/// Which runs failed, of things by their names, so many of which are told.
pub fn failures(runs: impl IntoIterator<Item = (String, Failed)>, most: usize) -> Option<String> {
    let failures = runs.into_iter().filter(|(_, failed)| failed.any());
    let told = failures.map(|(name, failed)| format!("{name} ({})", of_total(failed)));
    let told = first_of(&told.collect_vec(), most);
    (!told.is_empty()).then(|| format!("Failed runs do not count: {told}."))
}

/// What is told of a thing, as far as it is known: `io-mp-2x1: makespan 1.05 s; ideal 1.00 s`.
pub fn about(thing: &str, known: impl IntoIterator<Item = Option<String>>) -> String {
    format!("{thing}: {}", known.into_iter().flatten().join("; "))
}

/// A place on a line, which may have a name.
pub fn on_line(line: &str, place: &str) -> String {
    [line, place]
        .iter()
        .filter(|words| !words.is_empty())
        .join(", ")
}

/// What the lines around medians are, in a sentence; `None` where no figure has more than one run.
pub fn explained<'a>(estimates: impl IntoIterator<Item = &'a Estimate>) -> Option<String> {
    let repeated = estimates.into_iter().filter(|estimate| estimate.runs > 1);
    let kinds: BTreeSet<bool> = repeated.map(|estimate| estimate.is_interval).collect();
    let words = match (kinds.contains(&true), kinds.contains(&false)) {
        (true, false) => "Medians with their 95 % intervals.",
        (false, true) => "Medians of all runs, with a line from the smallest to the largest.",
        (true, true) => {
            "Medians with their 95 % intervals; with fewer than six runs, from the smallest to the \
             largest."
        }
        (false, false) => return None,
    };
    Some(words.to_owned())
}

/// Processes and threads as a short label, which tells 1×2 from 2×1.
pub fn shape((processes, threads): (u32, u32)) -> String {
    format!("{processes}×{threads}")
}

/// The work of a group without the experiment's name, which the title has.
pub fn work<'a>(group: &'a ComparisonGroup<'_>) -> &'a str {
    let name = group.name.strip_prefix(group.experiment);
    name.and_then(|name| name.strip_prefix(": "))
        .unwrap_or(&group.name)
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Bootstrap, Sample};

    fn estimate(values: &[f64]) -> Estimate {
        let sample = Sample::new(values.to_vec()).unwrap();
        Estimate::of(&sample, &Bootstrap::seeded(1))
    }

    #[test]
    fn an_estimate_tells_what_its_ends_are() {
        let told = |values: &[f64]| Quantity::Makespan.told(&estimate(values));
        assert_eq!(told(&[1.0]), "1.00 s in one run");
        assert_eq!(told(&[1.0, 3.0]), "2.00 s, from 1.00 to 3.00 in 2 runs");
        let six = "2.00 s, 95 % interval 1.00 to 3.00 in 6 runs";
        assert_eq!(told(&[1.0, 1.0, 2.0, 2.0, 3.0, 3.0]), six);
        assert_eq!(told(&[1.0; 6]), "1.00 s in 6 runs");
    }

    #[test]
    fn what_the_lines_are_is_said_once() {
        let [one, few, many] = [1, 3, 8].map(|n| estimate(&(0..n).map(f64::from).collect_vec()));
        assert_eq!(explained([&one]), None);
        assert!(explained([&one, &few]).unwrap().contains("smallest"));
        assert!(!explained([&many]).unwrap().contains("smallest"));
        assert!(explained([&many, &few]).unwrap().contains("fewer"));
    }

    #[test]
    fn one_and_two_are_told_apart() {
        assert_ne!(shape((1, 2)), shape((2, 1)));
        assert_eq!(failed(Failed { failed: 0, of: 3 }), None);
    }

    #[test]
    fn titles_and_axes_have_one_form() {
        assert_eq!(
            title("makespan", "io", "over batch size"),
            "Makespan of io over batch size"
        );
        assert_eq!(
            title("makespan", "", "by configuration"),
            "Makespan by configuration"
        );
        let axis = |quantity: Quantity, values: &[f64]| {
            quantity
                .axis(Scale::suited(values, quantity.unit(values)))
                .title
        };
        assert_eq!(axis(Quantity::Makespan, &[0.01]), "makespan, ms");
        assert_eq!(
            axis(Quantity::Makespan, &[0.01, 7.0]),
            "makespan, s, logarithmic scale"
        );
        assert_eq!(
            axis(Quantity::Memory(Memory::Pss), &[1.0]),
            "memory (PSS), KiB"
        );
    }
}
