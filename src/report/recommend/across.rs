//! The best of each runtime, dispatch and start against each other, for the same work.
//!
//! Each value of such an axis is stood for by its fastest configuration, among the processes, threads and
//! other settings that were measured under all of them: so nothing wins by having been tried in
//! more ways. The ratio is that of two medians, with the interval of [`crate::stats::compare`].

use indexmap::IndexMap;

use super::candidate::Candidate;
use super::words::on_runs;
use super::{Question, Terms};
use crate::model::{Dispatch, Runtime, SpawnMode, counted, percent};
use crate::record::{Trial, in_words};
use crate::report::Cell;
use crate::report::programs::Contrast;
use crate::stats::{Bootstrap, Interval, Sample, compare};

/// A setting that is no number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Setting {
    Runtime,
    Dispatch,
    Spawn,
}

impl Setting {
    const ALL: [Setting; 3] = [Setting::Runtime, Setting::Dispatch, Setting::Spawn];

    fn name(self) -> &'static str {
        match self {
            Setting::Runtime => "runtime",
            Setting::Dispatch => "dispatch",
            Setting::Spawn => "spawn",
        }
    }

    fn of(self, trial: &Trial) -> String {
        match self {
            Setting::Runtime => trial.runtime.to_string(),
            Setting::Dispatch => trial.dispatch.to_string(),
            Setting::Spawn => trial.spawn.to_string(),
        }
    }

    /// What has the value, in the plural.
    fn in_words(self, trial: &Trial) -> String {
        let words = match self {
            Setting::Runtime => match &trial.runtime {
                Runtime::Native => "native threads",
                Runtime::Gil => "threads under the emulated interpreter lock",
                Runtime::Python(_) => {
                    let name = trial.interpreter.clone();
                    return format!(
                        "threads of {}",
                        name.unwrap_or_else(|| trial.runtime.to_string())
                    );
                }
            },
            Setting::Dispatch => match trial.dispatch {
                Dispatch::Barrier => "batches behind a barrier",
                Dispatch::Pipelined => "pipelined batches",
            },
            Setting::Spawn => match trial.spawn {
                SpawnMode::Lazy => "workers started on demand",
                SpawnMode::Eager => "workers started ahead",
            },
        };
        words.to_owned()
    }

    /// What must be the same on both sides.
    fn others(self, trial: &Trial) -> (u32, u32, u32, Vec<String>) {
        let others = Setting::ALL.into_iter().filter(|other| *other != self);
        let others = others.map(|other| other.of(trial)).collect();
        (trial.processes, trial.threads, trial.batch, others)
    }
}

/// One for each value of a runtime, dispatch or start beside the fastest one. Runtimes are compared
/// over all questions of one work, the other two within each question.
pub fn contrasts<'q, 'a: 'q>(
    questions: impl IntoIterator<Item = &'q Question<'a>>,
) -> Vec<Contrast> {
    let questions: Vec<&Question<'_>> = questions.into_iter().collect();
    let mut works: IndexMap<String, Vec<&Question<'_>>> = IndexMap::new();
    for question in questions {
        if let Some(first) = question.candidates.first() {
            let work = in_words(first.trial());
            works.entry(work).or_default().push(question);
        }
    }
    let mut contrasts = Vec::new();
    for (work, questions) in works {
        let all = questions.iter().flat_map(|question| &question.candidates);
        let of = |name: String, setting, candidates: &[&Candidate<'_>]| {
            let side = Sides {
                work: name,
                setting,
                terms: &questions[0].terms,
            };
            side.contrasts(candidates)
        };
        contrasts.extend(of(work, Setting::Runtime, &all.collect::<Vec<_>>()));
        for question in &questions {
            let own: Vec<&Candidate<'_>> = question.candidates.iter().collect();
            for setting in [Setting::Dispatch, Setting::Spawn] {
                contrasts.extend(of(question.name.clone(), setting, &own));
            }
        }
    }
    contrasts
}

struct Sides<'a> {
    work: String,
    setting: Setting,
    terms: &'a Terms,
}

impl Sides<'_> {
    fn contrasts(&self, candidates: &[&Candidate<'_>]) -> Vec<Contrast> {
        let measured = |one: &&&Candidate<'_>| one.median_s().is_some() && !one.has_idle_threads();
        let mut sides: IndexMap<String, Vec<&Candidate<'_>>> = IndexMap::new();
        for one in candidates.iter().filter(measured) {
            let value = self.setting.of(one.trial());
            sides.entry(value).or_default().push(one);
        }
        if sides.len() < 2 {
            return Vec::new();
        }
        let others = |one: &Candidate<'_>| self.setting.others(one.trial());
        let has = |side: &Vec<&Candidate<'_>>, wanted: &Candidate<'_>| {
            side.iter().any(|one| others(one) == others(wanted))
        };
        let mut best: Vec<&Candidate<'_>> = (sides.values())
            .filter_map(|side| {
                let fair = side
                    .iter()
                    .filter(|one| sides.values().all(|s| has(s, one)));
                fair.copied().min_by(|a, b| rank(a, b))
            })
            .collect();
        best.sort_by(|a, b| rank(a, b));
        let Some((fastest, rest)) = best.split_first() else {
            return Vec::new();
        };
        rest.iter()
            .filter_map(|slower| self.contrast(fastest, slower, candidates))
            .collect()
    }

    fn contrast(
        &self,
        faster: &Candidate<'_>,
        slower: &Candidate<'_>,
        candidates: &[&Candidate<'_>],
    ) -> Option<Contrast> {
        let (ratio, interval) = ratio(faster, slower, self.terms)?;
        Some(Contrast {
            work: self.work.clone(),
            axis: self.setting.name(),
            faster: self.setting.of(faster.trial()),
            faster_configuration: faster.name().to_owned(),
            slower: self.setting.of(slower.trial()),
            slower_configuration: slower.name().to_owned(),
            ratio,
            ratio_low: interval.map(|interval| interval.low),
            ratio_high: interval.map(|interval| interval.high),
            sentence: self.sentence(faster, slower, ratio, interval),
            lock: match self.setting {
                Setting::Runtime => lock(faster.trial(), slower.trial(), candidates, self.terms),
                Setting::Dispatch | Setting::Spawn => None,
            },
        })
    }

    fn sentence(
        &self,
        faster: &Candidate<'_>,
        slower: &Candidate<'_>,
        ratio: f64,
        interval: Option<Interval>,
    ) -> String {
        let [fast, slow] = [faster, slower].map(|one| self.setting.in_words(one.trial()));
        let fast = capitalised(&fast);
        let [this, that] = [faster, slower].map(|one| {
            let seconds = Cell::maybe(one.median_s(), Cell::Seconds).to_string();
            format!("{}, {}", one.trial().shape(), one.beside_failed(seconds))
        });
        let both = format!("the best of each: {this}, and {that}");
        let times = times(ratio);
        let runs = faster.failed().good().min(slower.failed().good());
        match interval {
            Some(interval) if interval.low > 1.0 => format!(
                "{fast} are {times} times as fast as {slow} ({both}; 95 % interval {}).",
                range(interval)
            ),
            Some(interval) => format!(
                "Between {} and {slow} these runs show no difference ({both}; ratio {times}, 95 % \
                 interval {}).",
                self.setting.in_words(faster.trial()),
                range(interval)
            ),
            None => {
                let apart = self.terms.selection([]).surely_apart(runs);
                let on = on_runs(runs);
                if ratio >= apart {
                    format!("{fast} are {times} times as fast as {slow} ({both}; {on}).")
                } else {
                    format!(
                        "Between {} and {slow} too few runs show no difference ({both}; {on}).",
                        self.setting.in_words(faster.trial())
                    )
                }
            }
        }
    }
}

/// Those without failures come first, then the faster ones.
fn rank(a: &Candidate<'_>, b: &Candidate<'_>) -> std::cmp::Ordering {
    let median = |one: &Candidate<'_>| one.median_s().unwrap_or(f64::INFINITY);
    let failed = |one: &Candidate<'_>| one.failed().any();
    failed(a)
        .cmp(&failed(b))
        .then(median(a).total_cmp(&median(b)))
}

/// How many times as long `slower` takes, with its interval.
fn ratio(
    faster: &Candidate<'_>,
    slower: &Candidate<'_>,
    terms: &Terms,
) -> Option<(f64, Option<Interval>)> {
    let sample = |one: &Candidate<'_>| Sample::new(one.group.makespans_s()).ok();
    let bootstrap = Bootstrap::seeded(terms.seed);
    let found = compare(&sample(faster)?, &sample(slower)?, &bootstrap).ok()?;
    Some((found.ratio, found.interval))
}

/// What more threads give with and without an interpreter lock, where both were measured with one
/// thread and with several, and without a lock these gain anything.
fn lock(
    faster: &Trial,
    slower: &Trial,
    candidates: &[&Candidate<'_>],
    terms: &Terms,
) -> Option<String> {
    let (free, locked) = match (faster.is_locked(), slower.is_locked()) {
        (false, true) => (&faster.runtime, &slower.runtime),
        (true, false) => (&slower.runtime, &faster.runtime),
        _ => return None,
    };
    let find = |runtime: &Runtime, like: &Trial, threads: u32| {
        let is_it = |one: &&&Candidate<'_>| {
            let trial = one.trial();
            trial.runtime == *runtime
                && (trial.processes, trial.threads) == (like.processes, threads)
                && (trial.batch, trial.dispatch, trial.spawn)
                    == (like.batch, like.dispatch, like.spawn)
        };
        candidates.iter().find(is_it).copied()
    };
    let gain = |runtime: &Runtime, like: &Trial| {
        ratio(
            find(runtime, like, like.threads)?,
            find(runtime, like, 1)?,
            terms,
        )
    };
    let is_wide = |one: &&&Candidate<'_>| one.trial().threads > 1 && one.trial().runtime == *free;
    let gains = candidates.iter().filter(is_wide).filter_map(|one| {
        let trial = one.trial();
        Some((trial, gain(free, trial)?, gain(locked, trial)?))
    });
    // The fewest processes, where threads matter most, and of these what gains most.
    let (trial, (without, _), (with, interval)) =
        gains.min_by(|(a, (x, _), _), (b, (y, _), _)| {
            a.processes.cmp(&b.processes).then(y.total_cmp(x))
        })?;
    if without <= 1.0 + terms.within {
        return None;
    }
    let taken = ((without - with) / (without - 1.0)).clamp(0.0, 1.0);
    let takes = if with <= 1.0 + terms.within {
        "all that".to_owned()
    } else if with * (1.0 + terms.within) >= without {
        "nothing of what".to_owned()
    } else {
        format!("{} % of what", percent((100.0 * taken).round() / 100.0))
    };
    let second = match trial.threads {
        2 => "a second thread gives",
        _ => "more threads give",
    };
    let interval = interval.map(|it| format!(" (95 % interval {})", range(it)));
    Some(format!(
        "The lock takes {takes} {second}: with {}, {} instead of one are {} times as fast without it, and \
         {} times under it{}.",
        counted(trial.processes as usize, "process"),
        counted(trial.threads as usize, "thread"),
        times(without),
        times(with),
        interval.unwrap_or_default()
    ))
}

fn times(ratio: f64) -> String {
    match ratio {
        small if small < 1.2 => format!("{small:.2}"),
        some if some < 10.0 => format!("{some:.1}"),
        many => format!("{many:.0}"),
    }
}

fn range(interval: Interval) -> String {
    format!("{} to {}", times(interval.low), times(interval.high))
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase());
    first.into_iter().flatten().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::super::questions;
    use super::*;
    use crate::record::fixtures;

    /// Six runs of a configuration, each a little slower.
    fn runs(label: &str, runtime: Runtime, makespan_s: f64) -> Vec<Trial> {
        let mut trial = fixtures::trial(label, (makespan_s, makespan_s));
        trial.runtime = runtime;
        let run = |run: u32| Trial {
            run,
            order: run,
            makespan_s: Some(makespan_s * (1.0 + 0.002 * f64::from(run))),
            ..trial.clone()
        };
        (0..6).map(run).collect()
    }

    fn said(trials: &[Trial]) -> Vec<String> {
        let questions = questions(trials, Terms::default());
        let contrasts = contrasts(&questions);
        let lines = contrasts.iter().flat_map(Contrast::lines);
        lines.map(str::to_owned).collect()
    }

    /// CPU work on two cores, where threads help only without a lock.
    fn locked_cpu() -> Vec<Trial> {
        [
            runs("cpu-mp-1x1", Runtime::Native, 1.9),
            runs("cpu-mt-1x2", Runtime::Native, 1.0),
            runs("cpu-mp-1x1", Runtime::Gil, 1.92),
            runs("cpu-mt-1x2", Runtime::Gil, 1.9),
        ]
        .concat()
    }

    #[test]
    fn the_best_of_each_runtime_are_compared_and_the_lock_takes_all() {
        insta::assert_snapshot!(said(&locked_cpu()).join("\n"), @"
        Native threads are 1.9 times as fast as threads under the emulated interpreter lock (the best of each: 1x2, 1.005 s, and 1x2, 1.909 s; 95 % interval 1.9 to 1.9).
        The lock takes all that a second thread gives: with 1 process, 2 threads instead of one are 1.9 times as fast without it, and 1.01 times under it (95 % interval 1.00 to 1.02).
        ");
    }

    #[test]
    fn where_threads_wait_the_lock_takes_nothing() {
        let trials = [
            runs("io-mp-1x1", Runtime::Native, 16.0),
            runs("io-mt-1x16", Runtime::Native, 1.0),
            runs("io-mp-1x1", Runtime::Gil, 16.0),
            runs("io-mt-1x16", Runtime::Gil, 1.0),
        ]
        .concat();
        insta::assert_snapshot!(said(&trials).join("\n"), @"
        Between native threads and threads under the emulated interpreter lock these runs show no difference (the best of each: 1x16, 1.005 s, and 1x16, 1.005 s; ratio 1.00, 95 % interval 0.99 to 1.01).
        The lock takes nothing of what more threads give: with 1 process, 16 threads instead of one are 16 times as fast without it, and 16 times under it (95 % interval 16 to 16).
        ");
    }

    #[test]
    fn only_what_was_measured_under_both_is_compared() {
        let mut trials = locked_cpu();
        trials.extend(runs("cpu-mp-4x1", Runtime::Native, 0.5));
        assert_eq!(said(&trials), said(&locked_cpu()));
        let apart = [
            runs("cpu-mp-1x1", Runtime::Native, 1.9),
            runs("cpu-mt-1x2", Runtime::Gil, 1.9),
        ];
        assert!(said(&apart.concat()).is_empty());
    }

    #[test]
    fn dispatch_and_start_are_compared_within_a_runtime() {
        let mut trials = runs("io-mpmt-2x16", Runtime::Native, 1.5);
        let mut pipelined = runs("io-mpmt-2x16", Runtime::Native, 1.0);
        for trial in &mut pipelined {
            trial.dispatch = Dispatch::Pipelined;
        }
        trials.extend(pipelined);
        insta::assert_snapshot!(said(&trials).join("\n"), @"Pipelined batches are 1.5 times as fast as batches behind a barrier (the best of each: 2x16, 1.005 s, and 2x16, 1.507 s; 95 % interval 1.5 to 1.5).");
        for trial in &mut trials {
            if trial.dispatch == Dispatch::Pipelined {
                (trial.dispatch, trial.spawn) = (Dispatch::Barrier, SpawnMode::Eager);
            }
        }
        assert!(said(&trials)[0].starts_with("Workers started ahead are 1.5 times as fast"));
    }

    #[test]
    fn single_runs_decide_only_what_is_beyond_the_noise() {
        let one = |trials: Vec<Trial>| trials.into_iter().step_by(6).collect::<Vec<Trial>>();
        let far = said(&one(locked_cpu()));
        assert!(far[0].contains("1.9 times as fast"), "{far:?}");
        assert!(far[0].ends_with("on one run each)."), "{far:?}");
        let near = one([
            runs("cpu-mp-1x1", Runtime::Native, 1.0),
            runs("cpu-mp-1x1", Runtime::Gil, 1.05),
        ]
        .concat());
        assert!(said(&near)[0].contains("too few runs show no difference"));
    }
}
