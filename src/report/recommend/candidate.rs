//! What speaks for and against one configuration.

use crate::record::{Failed, Memory, RunGroup, Trial};
use crate::report::Cell;
use crate::stats::{Bootstrap, Estimate, Interval, Limits, Reason, Verdict, assess};

/// One configuration that may be recommended.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct Candidate<'a> {
    pub(in crate::report) group: RunGroup<'a>,
    /// What the makespans of its good runs say, in seconds; `None` when there are none.
    pub(in crate::report) verdict: Option<Verdict>,
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
    fn of(group: &RunGroup<'_>) -> Option<Overload> {
        let shares: Vec<f64> = group
            .runs()
            .iter()
            .filter_map(|trial| trial.overload())
            .collect();
        Some(Overload {
            runs: shares.len(),
            least: shares.iter().copied().reduce(f64::min)?,
            rate_per_s: group.trial().rate_per_s?,
        })
    }
}

impl<'a> Candidate<'a> {
    pub(super) fn of(group: RunGroup<'a>, memory: Memory, bootstrap: &Bootstrap) -> Self {
        Candidate {
            memory_kib: group.memory_kib(memory),
            verdict: assess(&group.makespans_s(), &Limits::default(), bootstrap).ok(),
            group,
        }
    }

    pub(in crate::report) fn name(&self) -> &str {
        &self.group.name
    }

    /// One of its trials, for all that it was asked.
    pub(in crate::report) fn trial(&self) -> &'a Trial {
        self.group.trial()
    }

    /// How many of all runs failed.
    pub(in crate::report) fn failed(&self) -> Failed {
        self.group.failed()
    }

    /// Whether it has threads that can never run, so that it is another one in disguise.
    pub(in crate::report) fn has_idle_threads(&self) -> bool {
        self.trial().has_idle_threads()
    }

    /// A median in words, with the runs beside it that failed, if any.
    pub(in crate::report) fn beside_failed(&self, median: String) -> String {
        let failed = self.failed();
        if failed.any() {
            format!("{median}, {failed} runs failed")
        } else {
            median
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

    /// The p99 batch latency of its good runs, in seconds.
    pub(in crate::report) fn p99_s(&self) -> Option<Estimate> {
        self.group.estimate(|trial| trial.latency_p99_s)
    }

    /// Time, memory and processes, all to be small. Without a time it has no place; memory that
    /// nobody measured says nothing.
    pub(in crate::report) fn objectives(&self) -> [f64; 3] {
        [
            self.median_s().unwrap_or(f64::NAN),
            self.memory_kib.unwrap_or(0.0),
            f64::from(self.trial().processes),
        ]
    }

    pub(in crate::report) fn has_too_few_runs(&self) -> bool {
        self.interval_s().is_none()
    }

    /// Whether some of its good runs could not keep up with their rate.
    pub(in crate::report) fn is_overloaded(&self) -> bool {
        Overload::of(&self.group).is_some()
    }

    /// That it was overloaded, if it was.
    pub(in crate::report) fn overload_warning(&self) -> Option<String> {
        let Overload {
            runs,
            least,
            rate_per_s,
        } = Overload::of(&self.group)?;
        Some(format!(
            "{} is overloaded: in {runs} of {} good runs less than {:.0} % of the {rate_per_s} batches per second \
             were got through, at the least {}, so latencies are those of the queue",
            self.name(),
            self.failed().good(),
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
        (!reasons.is_empty())
            .then(|| format!("{} is unstable: {}", self.name(), reasons.join("; ")))
    }
}
