//! The words of the charts: what quantities are called and measured in, and the sentences that
//! several charts say.

use super::estimate::Estimate;
use super::grammar::Axis;
use super::scale::Scale;
use super::unit::Unit;
use crate::record::{Memory, Trial};

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

    /// A median with its ends, in the unit that suits it.
    pub fn estimate(self, estimate: &Estimate) -> String {
        estimate.in_words(self.suited()(estimate.median))
    }

    /// The same with its name.
    pub fn told(self, estimate: &Estimate) -> String {
        format!("{} {}", self.name(), self.estimate(estimate))
    }

    /// Of a trial that is good; `None` where it was not measured.
    pub fn of(self, trial: &Trial) -> Option<f64> {
        let ideal = trial.ideal_s.filter(|ideal| *ideal > 0.0);
        let count = |count: Option<u64>| count.map(|count| count as f64);
        match self {
            Quantity::Makespan => trial.usable_makespan_s(),
            Quantity::Throughput => trial.usable_makespan_s().map(|s| trial.commands as f64 / s),
            // Work that does nothing has an ideal of 0, to which no share can be taken.
            Quantity::Efficiency => ideal.and_then(|_| trial.efficiency()),
            Quantity::Latency => trial.latency_p50_s,
            Quantity::Cpu => Some(trial.cpu_user_s? + trial.cpu_system_s?),
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

/// How many runs failed, where any did.
pub fn failed(failed: usize, runs: usize) -> Option<String> {
    (failed > 0).then(|| format!("{failed} of {runs} failed"))
}

/// The same as the value of a column.
pub fn of_total((failed, runs): (usize, usize)) -> String {
    match failed {
        0 => String::new(),
        failed => format!("{failed} of {runs}"),
    }
}

/// Which runs failed, of things by their names, so many of which are told.
pub fn failures(failures: &[(String, usize, usize)], most: usize) -> Option<String> {
    let told = failures.iter().take(most);
    let told = told.map(|(name, failed, runs)| format!("{name} ({failed} of {runs})"));
    let more = failures.len().saturating_sub(most);
    let more = (more > 0).then(|| format!("{more} more"));
    let all: Vec<String> = told.chain(more).collect();
    (!all.is_empty()).then(|| format!("Failed runs do not count: {}.", all.join(", ")))
}

/// What the lines around medians are, in a sentence; `None` where no figure has more than one run.
pub fn explained<'a>(estimates: impl IntoIterator<Item = &'a Estimate>) -> Option<String> {
    let repeated = estimates.into_iter().filter(|estimate| estimate.runs > 1);
    let (mut intervals, mut ranges) = (false, false);
    for estimate in repeated {
        intervals |= estimate.is_interval;
        ranges |= !estimate.is_interval;
    }
    let words = match (intervals, ranges) {
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

/// A number of processes or threads.
pub fn counted(number: u64, word: &str) -> String {
    match number {
        1 => format!("1 {word}"),
        _ if word.ends_with('s') => format!("{number} {word}es"),
        _ => format!("{number} {word}s"),
    }
}

/// Processes and threads as a short label, which tells 1×2 from 2×1.
pub fn shape((processes, threads): (u32, u32)) -> String {
    format!("{processes}×{threads}")
}

/// Words as a list.
pub fn listed(words: &[String]) -> String {
    match words {
        [init @ .., last] if !init.is_empty() => format!("{} and {last}", init.join(", ")),
        words => words.join(""),
    }
}

/// The work of a group without the experiment's name, which the title has.
pub fn work<'a>(name: &'a str, experiment: &str) -> &'a str {
    name.strip_prefix(&format!("{experiment}: "))
        .unwrap_or(name)
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_lines_are_is_said_once() {
        let [one, few, many] = [1, 3, 8].map(|n| Estimate::of((0..n).map(f64::from)).unwrap());
        assert_eq!(explained([&one]), None);
        assert!(explained([&one, &few]).unwrap().contains("smallest"));
        assert!(!explained([&many]).unwrap().contains("smallest"));
        assert!(explained([&many, &few]).unwrap().contains("fewer"));
    }

    #[test]
    fn one_and_two_are_told_apart() {
        assert_ne!(shape((1, 2)), shape((2, 1)));
        assert_eq!(counted(1, "process"), "1 process");
        assert_eq!(counted(2, "process"), "2 processes");
        assert_eq!(counted(2, "thread"), "2 threads");
        assert_eq!(failed(0, 3), None);
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
