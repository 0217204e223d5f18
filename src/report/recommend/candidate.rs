//! What speaks for and against one configuration.

use crate::record::{Memory, Trial};
use crate::report::Cell;
use crate::stats::{Bootstrap, Interval, Limits, Reason, Sample, Verdict, assess};

/// One configuration that may be recommended.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct Candidate {
    pub(in crate::report) name: String,
    /// One of its trials, for all that it was asked.
    pub(in crate::report) trial: Trial,
    /// The makespans of its good runs, in seconds; `None` when there are none.
    pub(in crate::report) verdict: Option<Verdict>,
    /// Good runs.
    pub(in crate::report) runs: usize,
    /// Runs that are not ok.
    pub(in crate::report) not_ok: usize,
    /// The good runs that could not keep up with their rate.
    pub(in crate::report) overload: Option<Overload>,
    /// The median peak memory of its good runs, in KiB.
    pub(in crate::report) memory_kib: Option<f64>,
}

/// Runs of an open loop in which batches came to wait for each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::report) struct Overload {
    runs: usize,
    /// The least share of the rate that was achieved.
    least: f64,
    /// The rate that was asked for, in batches per second.
    rate_per_s: f64,
}

impl Overload {
    fn of(trials: &[&Trial]) -> Option<Overload> {
        let shares: Vec<f64> = trials.iter().filter_map(|trial| trial.overload()).collect();
        Some(Overload {
            runs: shares.len(),
            least: shares.iter().copied().reduce(f64::min)?,
            rate_per_s: trials.first()?.rate_per_s?,
        })
    }
}

/// The median of a figure of memory over the good runs, in KiB.
fn median_kib(memory: Memory, trials: &[&Trial]) -> Option<f64> {
    let good = (trials.iter()).filter(|trial| trial.usable_makespan_s().is_some());
    let kib = good.filter_map(|trial| memory.kib(trial));
    Some(Sample::new(kib.collect()).ok()?.median())
}

impl Candidate {
    pub(in crate::report) fn of(
        name: String,
        trials: &[&Trial],
        memory: Memory,
        bootstrap: &Bootstrap,
    ) -> Candidate {
        let mut in_order = trials.to_vec();
        in_order.sort_by_key(|trial| trial.order);
        let makespans: Vec<f64> = (in_order.iter())
            .filter_map(|trial| trial.usable_makespan_s())
            .collect();
        Candidate {
            name,
            trial: in_order[0].clone(),
            runs: makespans.len(),
            not_ok: trials.len() - makespans.len(),
            overload: Overload::of(trials),
            memory_kib: median_kib(memory, trials),
            verdict: assess(&makespans, &Limits::default(), bootstrap).ok(),
        }
    }

    /// Whether it has threads that can never run, so that it is another one in disguise.
    pub(in crate::report) fn has_idle_threads(&self) -> bool {
        self.trial.has_idle_threads()
    }

    /// How many of all runs failed.
    pub(in crate::report) fn failed(&self) -> Cell {
        Cell::of(self.not_ok, self.runs + self.not_ok)
    }

    /// A median in words, with the runs beside it that failed, if any.
    pub(in crate::report) fn beside_failed(&self, median: String) -> String {
        match self.not_ok {
            0 => median,
            _ => format!("{median}, {} runs failed", self.failed()),
        }
    }

    /// The median makespan in seconds.
    pub(in crate::report) fn median_s(&self) -> Option<f64> {
        self.verdict.as_ref().map(|verdict| verdict.median)
    }

    /// The interval of the median makespan, in seconds.
    pub(in crate::report) fn interval_s(&self) -> Option<Interval> {
        self.verdict.as_ref()?.interval
    }

    /// Time, memory and processes, all to be small. Without a time it has no place; memory that
    /// nobody measured says nothing.
    pub(in crate::report) fn objectives(&self) -> [f64; 3] {
        [
            self.median_s().unwrap_or(f64::NAN),
            self.memory_kib.unwrap_or(0.0),
            f64::from(self.trial.processes),
        ]
    }

    pub(in crate::report) fn has_too_few_runs(&self) -> bool {
        self.interval_s().is_none()
    }

    /// That it was overloaded, if it was.
    pub(in crate::report) fn overload_warning(&self) -> Option<String> {
        let Overload {
            runs,
            least,
            rate_per_s,
        } = self.overload?;
        Some(format!(
            "{} is overloaded: in {} good runs less than {:.0} % of the {rate_per_s} batches per second \
             were got through, at the least {}, so latencies are those of the queue",
            self.name,
            Cell::of(runs, self.runs),
            100.0 * Trial::OVERLOADED_BELOW,
            Cell::Share(least),
        ))
    }

    /// Why its median may be unstable, but for too few runs.
    pub(in crate::report) fn warning(&self) -> Option<String> {
        let reasons: Vec<String> = (self.verdict.as_ref()?.reasons.iter())
            .filter(|reason| !matches!(reason, Reason::TooFewRuns { .. }))
            .map(Reason::to_string)
            .collect();
        (!reasons.is_empty()).then(|| format!("{} is unstable: {}", self.name, reasons.join("; ")))
    }
}
