//! Lines through a configuration: the trials that differ from it in one thing alone, which scaling
//! is read from.

use super::{Status, Trial};
use crate::model::ExecutorKind;

/// What varies along a line; all else is as in the configuration that it goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Worker processes, N.
    Processes,
    /// Threads in each, M.
    Threads,
    /// All threads, N x M, however they are spread.
    Product,
}

/// The executor of the lines through a configuration: its own, but with one thread that says
/// nothing, for there `sequential` is the default, so then the first other that was measured.
pub fn line_executor<'a>(
    through: &Trial,
    trials: impl IntoIterator<Item = &'a Trial>,
) -> ExecutorKind {
    let sequential = ExecutorKind::Sequential;
    let mut others = trials.into_iter().map(|trial| trial.executor);
    match through.executor {
        found if found != sequential => found,
        _ => others.find(|e| *e != sequential).unwrap_or(sequential),
    }
}

impl Axis {
    /// All of them.
    pub const ALL: [Axis; 3] = [Axis::Processes, Axis::Threads, Axis::Product];

    /// Whether a trial of the same work lies on the line through a configuration, of which the
    /// executor is the [`line_executor`].
    pub fn holds(self, trial: &Trial, through: &Trial) -> bool {
        let same_executor = trial.executor == through.executor
            || (trial.threads == 1 && trial.executor == ExecutorKind::Sequential);
        same_executor
            && is_done_alike(trial, through)
            && match self {
                Axis::Processes => trial.threads == through.threads,
                Axis::Threads => trial.processes == through.processes,
                Axis::Product => true,
            }
    }

    /// How many processes, threads or both a trial has: 1 or more.
    pub fn concurrency(self, trial: &Trial) -> f64 {
        let (processes, threads) = (f64::from(trial.processes), f64::from(trial.threads));
        match self {
            Axis::Processes => processes,
            Axis::Threads => threads,
            Axis::Product => processes * threads,
        }
    }

    /// Concurrency and throughput of a trial that is ok, in commands per second.
    pub fn point(self, trial: &Trial) -> Option<(f64, f64)> {
        let ok = trial.status == Status::Ok;
        let throughput = trial.throughput_per_s.filter(|_| ok)?;
        Some((self.concurrency(trial), throughput))
    }

    /// What stays the same along the line, such as `M = 16`; empty when neither does.
    pub fn fixed(self, through: &Trial) -> String {
        match self {
            Axis::Processes => format!("M = {}", through.threads),
            Axis::Threads => format!("N = {}", through.processes),
            Axis::Product => String::new(),
        }
    }

    /// Its symbol.
    pub fn as_str(self) -> &'static str {
        match self {
            Axis::Processes => "N",
            Axis::Threads => "M",
            Axis::Product => "N×M",
        }
    }
}

/// Whether all but the shape and the executor is the same, for the same work.
fn is_done_alike(a: &Trial, b: &Trial) -> bool {
    a.runtime == b.runtime
        && a.switch_interval_s == b.switch_interval_s
        && (a.batch, a.dispatch, a.spawn) == (b.batch, b.dispatch, b.spawn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Dispatch;
    use crate::record::fixtures;

    fn of(label: &str, executor: ExecutorKind) -> Trial {
        Trial {
            executor,
            ..fixtures::trial(label, (2.0, 1.0))
        }
    }

    #[test]
    fn a_line_holds_what_differs_along_its_axis_alone() {
        let best = of("io-mpmt-8x16", ExecutorKind::Spawn);
        let held = |trial: &Trial| Axis::ALL.map(|axis| axis.holds(trial, &best));
        assert_eq!(
            held(&of("io-mpmt-2x16", best.executor)),
            [true, false, true]
        );
        assert_eq!(held(&of("io-mpmt-8x4", best.executor)), [false, true, true]);
        assert_eq!(held(&of("io-mpmt-8x16", ExecutorKind::Rayon)), [false; 3]);
        let pipelined = Trial {
            dispatch: Dispatch::Pipelined,
            ..best.clone()
        };
        assert_eq!(held(&pipelined), [false; 3]);
    }

    #[test]
    fn one_thread_is_sequential_and_still_on_the_line_of_another_executor() {
        let best = of("io-mpmt-8x16", ExecutorKind::Spawn);
        let one = of("io-mp-8x1", ExecutorKind::Sequential);
        assert!(Axis::Threads.holds(&one, &best));
        assert_eq!(line_executor(&one, [&one, &best]), ExecutorKind::Spawn);
        assert_eq!(line_executor(&one, [&one]), ExecutorKind::Sequential);
    }

    #[test]
    fn points_are_those_of_good_runs() {
        let good = of("io-mpmt-8x16", ExecutorKind::Spawn);
        assert_eq!(Axis::Product.point(&good), Some((128.0, 256.0)));
        assert_eq!(
            Axis::Product.point(&fixtures::failed("io-mp-1x1", "lost")),
            None
        );
    }
}
