//! A verdict for each published claim on each runtime. Only rows that did the published work count, and
//! what is near a bound by its own interval is not decided.

use std::fmt;

use indexmap::IndexSet;

use crate::model::{Dispatch, Runtime};
use crate::record::{
    Against, Claim, Published, PublishedFigure, Ratio, RunGroup, Trial, claims, published,
    run_groups,
};
use crate::stats::{Bootstrap, Estimate, Interval, Sample, compare};

/// What a record says of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::report) enum Verdict {
    /// What counts as reproduced was measured.
    Reproduced,
    /// Something else was measured.
    NotReproduced,
    /// The opposite was measured.
    Contradicted,
    /// What was measured does not decide it, or the rows are not there.
    CantTell,
}

/// A claim with its verdicts.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct Claimed {
    pub(in crate::report) claim: Claim,
    /// On each runtime that it can be told of; at least one.
    pub(in crate::report) on: Vec<OnRuntime>,
}

/// What a record says of a claim on one runtime.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct OnRuntime {
    /// Which; none when the record has no rows on any that the claim is about.
    pub(in crate::report) runtime: Option<Runtime>,
    pub(in crate::report) verdict: Verdict,
    /// Of each ratio of the claim that bears on it.
    pub(in crate::report) findings: Vec<Finding>,
}

/// A ratio as measured, or why it is not known.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct Finding {
    pub(in crate::report) ratio: Ratio,
    pub(in crate::report) measured: Result<Measured, String>,
}

/// A measured ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::report) struct Measured {
    /// Of the medians.
    pub(in crate::report) ratio: f64,
    /// Of the bootstrap; few runs have none.
    pub(in crate::report) interval: Option<Interval>,
    /// The least and the most that the runs give, where there is no interval.
    extremes: (f64, f64),
    /// Runs of the configuration that has the fewest.
    pub(in crate::report) fewest_runs: usize,
    /// Whether both have one run.
    pub(in crate::report) is_one_run_each: bool,
}

/// The name of the experiment that the claims are about.
const EXPERIMENT: &str = "published";

/// Of the intervals: the same records give the same table.
const SEED: u64 = 1;

/// All claims, judged; none when the record has no row that one of them is about.
pub(in crate::report) fn claimed(trials: &[Trial]) -> Vec<Claimed> {
    let claims = claims();
    let rows = Rows::of(trials, &claims);
    if rows.runtimes.is_empty() {
        return Vec::new();
    }
    let judge = |claim: Claim| Claimed {
        on: rows.judge(&claim),
        claim,
    };
    claims.into_iter().map(judge).collect()
}

/// What of a record the claims can be about.
struct Rows<'a> {
    groups: Vec<RunGroup<'a>>,
    /// Of the rows that a claim names.
    runtimes: IndexSet<&'a Runtime>,
    /// Those of them that have an interpreter lock.
    locked: IndexSet<&'a Runtime>,
    published: Vec<Published>,
}

impl<'a> Rows<'a> {
    fn of(trials: &'a [Trial], claims: &[Claim]) -> Rows<'a> {
        let groups = run_groups(trials.iter().filter(|trial| trial.experiment == EXPERIMENT));
        let ratios = || claims.iter().flat_map(|claim| &claim.ratio);
        let is_named = |label: &str| {
            ratios().any(|ratio| {
                ratio.of == label || matches!(&ratio.to, Against::Row(to) if to == label)
            })
        };
        let named = || {
            let trials = groups.iter().map(RunGroup::trial);
            trials.filter(|trial| is_named(&trial.label))
        };
        Rows {
            runtimes: named().map(|trial| &trial.runtime).collect(),
            locked: (named().filter(|trial| trial.is_locked()))
                .map(|trial| &trial.runtime)
                .collect(),
            groups,
            published: published(),
        }
    }

    fn judge(&self, claim: &Claim) -> Vec<OnRuntime> {
        let of_the_lock = |ratio: &Ratio| matches!(ratio.to, Against::NoLock | Against::NoBarrier);
        let runtimes = if claim.ratio.iter().all(of_the_lock) {
            &self.locked
        } else {
            &self.runtimes
        };
        if runtimes.is_empty() {
            let nothing = claim.ratio.iter().take(1).map(|ratio| Finding {
                ratio: ratio.clone(),
                measured: Err(missing(claim)),
            });
            return vec![OnRuntime {
                runtime: None,
                verdict: Verdict::CantTell,
                findings: nothing.collect(),
            }];
        }
        let on = |&runtime: &&'a Runtime| {
            let findings = claim.ratio.iter().map(|ratio| Finding {
                ratio: ratio.clone(),
                measured: self.measure(claim, ratio, runtime),
            });
            let mut findings: Vec<Finding> = findings.collect();
            if claim.any_will_do {
                if findings.iter().any(|finding| finding.measured.is_ok()) {
                    findings.retain(|finding| finding.measured.is_ok());
                } else {
                    findings.truncate(1);
                }
            }
            OnRuntime {
                runtime: Some(runtime.clone()),
                verdict: together(&findings, claim.any_will_do),
                findings,
            }
        };
        runtimes.iter().map(on).collect()
    }

    fn measure(&self, claim: &Claim, ratio: &Ratio, runtime: &Runtime) -> Result<Measured, String> {
        let of = self.row(&ratio.of, runtime)?;
        if let Some(cores) = claim.cores {
            check_cores(of.trial(), cores)?;
        }
        match &ratio.to {
            Against::Row(label) => Measured::of(of, self.row(label, runtime)?),
            Against::Wait => Measured::in_waits(of),
            Against::NoLock => {
                let without = self.row(&ratio.of, &Runtime::Native);
                Measured::of(of, without.map_err(|_| missing(claim))?)
            }
            Against::NoBarrier => {
                let without = self.fastest_without_barrier(of.trial());
                Measured::of(of, without.ok_or_else(|| missing(claim))?)
            }
        }
    }

    /// The runs of a published row as the first system dispatched it, when all did its work.
    fn row(&self, label: &str, runtime: &Runtime) -> Result<&RunGroup<'a>, String> {
        let is_it = |group: &&RunGroup<'a>| {
            let trial = group.trial();
            (trial.label.as_str(), &trial.runtime, trial.dispatch)
                == (label, runtime, Dispatch::Barrier)
        };
        let mut all = self.groups.iter().filter(is_it);
        let (group, more) = (all.next(), all.next());
        let group = group.ok_or_else(|| format!("{label} was not measured"))?;
        if more.is_some() {
            return Err(format!("{label} was measured in more than one way"));
        }
        match PublishedFigure::of(group.trial(), &self.published) {
            PublishedFigure::Seconds(_) => {}
            PublishedFigure::ScaledWaits(scale) => {
                return Err(format!("the waits were multiplied by {scale}"));
            }
            PublishedFigure::OtherWork | PublishedFigure::None => {
                return Err(format!("{label} did other work than the published one"));
            }
        }
        // A median of those that happened to end is not what was published.
        let failed = group.failed();
        if failed.any() {
            return Err(format!("{failed} runs of {label} failed"));
        }
        Ok(group)
    }

    /// The fastest configuration of one process that did the same work on the same runtime, pipelined.
    fn fastest_without_barrier(&self, of: &Trial) -> Option<&RunGroup<'a>> {
        let work = |trial: &Trial| {
            let waits = (trial.wait_s.map(f64::to_bits), trial.time_scale.to_bits());
            (trial.workload, trial.commands, waits)
        };
        let fits = |group: &&RunGroup<'a>| {
            let trial = group.trial();
            let is_free = trial.dispatch == Dispatch::Pipelined && trial.processes == 1;
            let same = trial.runtime == of.runtime && work(trial) == work(of);
            is_free && same && !group.failed().any()
        };
        let medians = self.groups.iter().filter(fits);
        let medians = medians.filter_map(|group| Some((group.makespan_s()?, group)));
        let fastest = medians.min_by(|(a, _), (b, _)| a.total_cmp(b));
        fastest.map(|(_, group)| group)
    }
}

fn missing(claim: &Claim) -> String {
    claim.missing.clone().unwrap_or_default()
}

/// Whether the machine had as few cores as the claim speaks of.
fn check_cores(trial: &Trial, most: f64) -> Result<(), String> {
    match trial.capacity_cores {
        None => Err("how many cores the machine gave is not recorded".to_owned()),
        Some(cores) if cores > most => {
            let cores = (cores * 100.0).round() / 100.0;
            Err(format!(
                "it is about a machine of {most} cores, and this one gave {cores}"
            ))
        }
        Some(_) => Ok(()),
    }
}

impl Measured {
    fn of(of: &RunGroup<'_>, to: &RunGroup<'_>) -> Result<Measured, String> {
        let (of, to) = (makespans(of)?, makespans(to)?);
        let difference =
            compare(&to, &of, &Bootstrap::seeded(SEED)).map_err(|error| error.to_string())?;
        Ok(Measured {
            ratio: difference.ratio,
            interval: difference.interval,
            extremes: (of.min() / to.max(), of.max() / to.min()),
            fewest_runs: of.len().min(to.len()),
            is_one_run_each: of.len().max(to.len()) == 1,
        })
    }

    fn in_waits(of: &RunGroup<'_>) -> Result<Measured, String> {
        let waits = of.sample(|trial| Some(trial.usable_makespan_s()? / trial.wait_s?));
        let waits = waits.ok_or_else(|| nothing_measured(of))?;
        let bootstrap = Bootstrap::seeded(SEED);
        Ok(Measured {
            ratio: Estimate::of(&waits, &bootstrap).median,
            interval: bootstrap.median_interval(&waits),
            extremes: (waits.min(), waits.max()),
            fewest_runs: waits.len(),
            is_one_run_each: waits.len() == 1,
        })
    }

    /// What the ratio may be: its interval, or what its runs give.
    fn range(&self) -> (f64, f64) {
        self.interval
            .map_or(self.extremes, |interval| (interval.low, interval.high))
    }
}

fn makespans(group: &RunGroup<'_>) -> Result<Sample, String> {
    let sample = group.makespans();
    sample.ok_or_else(|| nothing_measured(group))
}

fn nothing_measured(group: &RunGroup<'_>) -> String {
    format!("{} has no makespan", group.trial().label)
}

impl Finding {
    /// By this ratio alone.
    fn verdict(&self) -> Verdict {
        let Ok(measured) = &self.measured else {
            return Verdict::CantTell;
        };
        let (low, high) = measured.range();
        let (reproduced, contradicted) = (self.ratio.reproduced, self.ratio.contradicted);
        if reproduced.is_some_and(|bounds| bounds.hold_all(low, high)) {
            Verdict::Reproduced
        } else if contradicted.hold_all(low, high) {
            Verdict::Contradicted
        } else if reproduced.is_some_and(|bounds| !bounds.hold_any(low, high)) {
            Verdict::NotReproduced
        } else {
            Verdict::CantTell
        }
    }

    /// Why it does not decide, when it does not.
    pub(in crate::report) fn reason(&self) -> Option<&str> {
        match &self.measured {
            Err(reason) => Some(reason),
            Ok(_) if self.verdict() == Verdict::CantTell => {
                Some("what was measured reaches across a bound, and more runs may tell")
            }
            Ok(_) => None,
        }
    }
}

/// Of all ratios of a claim: what speaks against it comes first. Where one is enough, those that decide
/// nothing do not count.
fn together(findings: &[Finding], any_will_do: bool) -> Verdict {
    use Verdict::{CantTell, Contradicted, NotReproduced, Reproduced};
    let order = if any_will_do {
        [Contradicted, NotReproduced, Reproduced, CantTell]
    } else {
        [Contradicted, NotReproduced, CantTell, Reproduced]
    };
    let is_there = |verdict: &Verdict| findings.iter().any(|one| one.verdict() == *verdict);
    order.into_iter().find(is_there).unwrap_or(CantTell)
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Reproduced => "reproduced",
            Verdict::NotReproduced => "not reproduced",
            Verdict::Contradicted => "contradicted",
            Verdict::CantTell => "can't tell",
        })
    }
}

#[cfg(test)]
pub(in crate::report) mod fixtures {
    use crate::model::Runtime;
    use crate::record::{Trial, fixtures};

    /// The nine on a runtime of a machine of two cores, as `mpmt reproduce` leaves them: what sleeps
    /// once, and what computes six times.
    pub(in crate::report) fn nine_on(runtime: &Runtime) -> Vec<Trial> {
        let runs_of = |trial: Trial| {
            let runs = if trial.label.starts_with("cpu") { 6 } else { 1 };
            (1..=runs).map(move |run: u32| Trial {
                experiment: "published".to_owned(),
                runtime: runtime.clone(),
                capacity_cores: Some(2.0),
                run,
                order: run,
                makespan_s: trial
                    .makespan_s
                    .map(|s| s * (1.0 + 0.002 * f64::from(run * 7 % 6))),
                ..trial.clone()
            })
        };
        fixtures::nine().into_iter().flat_map(runs_of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::fixtures::nine_on;
    use super::*;
    use proptest::prelude::*;

    fn native() -> Vec<Trial> {
        nine_on(&Runtime::Native)
    }

    /// The verdicts on a claim, by runtime.
    fn on(trials: &[Trial], number: u32) -> Vec<OnRuntime> {
        let mut all = claimed(trials).into_iter();
        all.find(|one| one.claim.number == number).unwrap().on
    }

    fn verdicts(trials: &[Trial], number: u32) -> Vec<Verdict> {
        on(trials, number).iter().map(|one| one.verdict).collect()
    }

    fn why(trials: &[Trial], number: u32) -> String {
        let of = &on(trials, number)[0].findings[0];
        of.reason().unwrap_or_default().to_owned()
    }

    /// The runs of a label take so many times as long.
    fn stretched(mut trials: Vec<Trial>, label: &str, times: f64) -> Vec<Trial> {
        for trial in trials.iter_mut().filter(|trial| trial.label == label) {
            trial.makespan_s = trial.makespan_s.map(|s| s * times);
        }
        trials
    }

    #[test]
    fn a_good_machine_has_these_verdicts_natively() {
        use Verdict::{CantTell, NotReproduced, Reproduced};
        let trials = native();
        let all: Vec<Verdict> = (1..=7)
            .flat_map(|number| verdicts(&trials, number))
            .collect();
        assert_eq!(
            all,
            [
                NotReproduced,
                Reproduced,
                Reproduced,
                Reproduced,
                CantTell,
                Reproduced,
                Reproduced
            ]
        );
    }

    #[test]
    fn one_run_each_has_no_interval_and_six_have_one() {
        let of = |number| {
            on(&native(), number)[0].findings[0]
                .measured
                .clone()
                .unwrap()
        };
        let io = of(1);
        assert!((io.ratio - 16.03 / 1.0521).abs() < 1e-9);
        assert_eq!((io.interval, io.is_one_run_each), (None, true));
        let cpu = of(6);
        assert!(cpu.interval.unwrap().contains(cpu.ratio) && cpu.fewest_runs == 6);
    }

    #[test]
    fn the_opposite_contradicts() {
        let slow = stretched(native(), "io-mpmt-32x16", 20.0);
        assert_eq!(verdicts(&slow, 1), [Verdict::Contradicted]);
        let waves = stretched(native(), "io-mt-1x16", 0.25);
        assert_eq!(verdicts(&waves, 3), [Verdict::Contradicted]);
        let gain = stretched(native(), "cpu-mp-4x1", 0.5);
        assert_eq!(verdicts(&gain, 7), [Verdict::Contradicted]);
        let saved = stretched(native(), "cpu-mp-4x1", 0.75);
        assert_eq!(verdicts(&saved, 7), [Verdict::NotReproduced]);
    }

    #[test]
    fn an_interval_across_a_bound_decides_nothing() {
        // Medians eight percent apart, which is within the bound, in runs that spread over more.
        let mut trials = stretched(native(), "cpu-mpmt-2x16", 1.07);
        for trial in trials
            .iter_mut()
            .filter(|trial| trial.label.starts_with("cpu"))
        {
            let spread = 1.0 + 0.03 * f64::from(trial.run);
            trial.makespan_s = trial.makespan_s.map(|s| s * spread);
        }
        assert_eq!(verdicts(&trials, 6), [Verdict::CantTell]);
        assert!(why(&trials, 6).contains("across a bound"));
    }

    #[test]
    fn what_the_rows_can_not_tell_is_not_told() {
        let mut scaled = native();
        let mut failed = native();
        let mut large = native();
        for trial in &mut scaled {
            (trial.time_scale, trial.wait_s) = (0.05, trial.wait_s.map(|wait| wait * 0.05));
        }
        failed[0] = Trial {
            experiment: "published".to_owned(),
            ..crate::record::fixtures::failed("io-mp-32x1", "lost")
        };
        large
            .iter_mut()
            .for_each(|trial| trial.capacity_cores = Some(8.0));
        let only_cpu: Vec<Trial> = native().split_off(5);
        for (trials, number, reason) in [
            (&scaled, 1, "the waits were multiplied by 0.05"),
            (&failed, 2, "1 of 1 runs of io-mp-32x1 failed"),
            (
                &large,
                7,
                "it is about a machine of 2 cores, and this one gave 8",
            ),
            (&only_cpu, 4, "io-mt-1x16 was not measured"),
        ] {
            assert_eq!(verdicts(trials, number), [Verdict::CantTell], "{reason}");
            assert_eq!(why(trials, number), reason);
        }
        assert_eq!(verdicts(&scaled, 6), [Verdict::Reproduced], "nothing slept");
    }

    #[test]
    fn the_lock_is_told_by_native_rows_beside_those_under_it() {
        assert!(on(&native(), 5)[0].runtime.is_none());
        assert!(why(&native(), 5).contains("mpmt reproduce --runtime all"));
        let gil = nine_on(&Runtime::Gil);
        assert_eq!(verdicts(&gil, 5), [Verdict::CantTell]);
        let beside = |of: Vec<Trial>| [native(), of].concat();
        assert_eq!(verdicts(&beside(gil.clone()), 5), [Verdict::Contradicted]);
        let slow = stretched(gil.clone(), "io-mt-1x16", 3.0);
        assert_eq!(verdicts(&beside(slow), 5), [Verdict::Reproduced]);
        let slower = stretched(gil, "io-mt-1x16", 1.5);
        assert_eq!(verdicts(&beside(slower), 5), [Verdict::NotReproduced]);
    }

    #[test]
    fn the_lock_is_told_by_pipelined_rows_under_it() {
        let mut gil = nine_on(&Runtime::Gil);
        let without = |threads, makespan_s| Trial {
            experiment: "published".to_owned(),
            runtime: Runtime::Gil,
            dispatch: Dispatch::Pipelined,
            ..crate::record::fixtures::trial(&format!("io-mt-1x{threads}"), (makespan_s, 1.0))
        };
        gil.push(without(16, 32.0));
        assert_eq!(
            verdicts(&gil, 5),
            [Verdict::CantTell],
            "16 threads can't do more"
        );
        gil.push(without(512, 1.02));
        assert_eq!(verdicts(&gil, 5), [Verdict::Contradicted]);
    }

    #[test]
    fn another_experiment_has_no_claims() {
        assert_eq!(claimed(&crate::record::fixtures::nine()), []);
        let mut other = native();
        other
            .iter_mut()
            .for_each(|trial| trial.label.push_str("-x"));
        assert_eq!(claimed(&other), []);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn a_unit_of_time_changes_no_verdict_on_cpu_work(
            times in prop::collection::vec(0.2..3.0, 4), unit in prop::sample::select(vec![0.5, 8.0]),
        ) {
            let labels = ["cpu-mp-2x1", "cpu-mpmt-2x16", "cpu-mp-4x1", "cpu-mpmt-8x16"];
            let with = |unit: f64| {
                labels.iter().zip(&times).fold(native(), |trials, (label, times)| {
                    stretched(trials, label, times * unit)
                })
            };
            for number in [6, 7] {
                prop_assert_eq!(verdicts(&with(1.0), number), verdicts(&with(unit), number));
            }
        }

        #[test]
        fn one_run_is_judged_by_its_ratio_alone(ratio in 0.1..40.0) {
            let trials = native();
            let now = 16.03 / 1.0521;
            let trials = stretched(trials, "io-mp-32x1", ratio / now);
            let verdict = verdicts(&trials, 1)[0];
            let expected = if (16.15..=17.85).contains(&ratio) {
                Verdict::Reproduced
            } else if ratio <= 1.0 {
                Verdict::Contradicted
            } else {
                Verdict::NotReproduced
            };
            prop_assert_eq!(verdict, expected);
        }
    }
}
