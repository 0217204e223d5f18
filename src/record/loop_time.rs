//! One loop time for all trials of the same work: the fastest that any of them saw.
//!
//! A row keeps what it saw itself, and the ideal that follows from that; it is never written again.
//! What is read from a file, or has just been measured, goes through [`with_fastest_loops`], so that
//! tables, charts and pages have the ideals of the whole folder, and the first row no other than the
//! last.

use std::collections::HashMap;

use super::Trial;
use crate::model::{Load, Runtime};

/// A share of an ideal that is arithmetic, not time.
const ARITHMETIC: f64 = 1e-9;

/// The trials with the ideals that follow from the fastest loop time of their work.
pub fn with_fastest_loops(mut trials: Vec<Trial>) -> Vec<Trial> {
    let mut fastest: HashMap<Loops, f64> = HashMap::new();
    for trial in &trials {
        if let (Some(loops), Some(seen_s)) = (Loops::of(trial), trial.loop_s) {
            let least_s = fastest.entry(loops).or_insert(seen_s);
            *least_s = least_s.min(seen_s);
        }
    }
    for trial in &mut trials {
        let fastest_s = Loops::of(trial).and_then(|loops| fastest.get(&loops));
        trial.ideal_s = trial.ideal_with(fastest_s.copied());
    }
    trials
}

/// What the time of a command's loops depends on.
#[derive(PartialEq, Eq, Hash)]
struct Loops {
    loops: u64,
    runtime: Runtime,
    /// What the runtime was found to be, where it is a program.
    interpreter: Option<String>,
}

impl Loops {
    fn of(trial: &Trial) -> Option<Loops> {
        Some(Loops {
            loops: trial.loops?,
            runtime: trial.runtime.clone(),
            interpreter: trial.interpreter.clone(),
        })
    }
}

impl Trial {
    /// The ideal makespan when the loops of a command take so long: never longer than the trial's
    /// own. Where another part of the ideal is longer than all the loops are, nothing changes.
    fn ideal_with(&self, loop_s: Option<f64>) -> Option<f64> {
        let (Some(ideal_s), Some(own_s), Some(loop_s)) = (self.ideal_s, self.loop_s, loop_s) else {
            return self.ideal_s;
        };
        let Some(load) = self.load() else {
            return self.ideal_s;
        };
        let is_of_loops = ideal_s <= load.computing_s(own_s) * (1.0 + ARITHMETIC);
        Some(if is_of_loops {
            load.computing_s(loop_s).min(ideal_s)
        } else {
            ideal_s
        })
    }

    /// What there was to compute, and what there was to do it, where that was written down.
    fn load(&self) -> Option<Load> {
        Some(Load {
            commands: self.commands,
            unknown: self.unknown_commands.unwrap_or(0),
            batch: self.batch,
            processes: self.processes,
            threads: self.width(),
            locked: self.is_locked(),
            capacity: self.capacity_cores?,
            rate_per_s: self.rate_per_s,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fixtures;

    /// A trial of 512 commands on two cores that saw its loops take so long.
    fn trial(label: &str, makespan_s: f64, loop_s: f64) -> Trial {
        let mut trial = fixtures::trial(label, (makespan_s, 0.0));
        (trial.loop_s, trial.capacity_cores) = (Some(loop_s), Some(2.0));
        trial.ideal_s = trial.load().map(|load| load.computing_s(loop_s));
        trial
    }

    fn ideals(trials: &[Trial]) -> Vec<f64> {
        let settled = with_fastest_loops(trials.to_vec());
        settled.iter().map(|trial| trial.ideal_s.unwrap()).collect()
    }

    #[test]
    fn the_first_row_has_the_ideal_of_the_last() {
        let trials = [
            trial("cpu-mp-2x1", 0.32, 0.00125),
            trial("cpu-mp-1x1", 0.60, 0.001),
            trial("cpu-mp-4x1", 0.27, 0.0011),
        ];
        assert_eq!(trials[0].ideal_s, Some(512.0 * 0.00125 / 2.0));
        assert_eq!(ideals(&trials), [0.256, 0.512, 0.256]);
        let kept = with_fastest_loops(trials.to_vec());
        assert_eq!(kept[0].loop_s, Some(0.00125), "it keeps what it saw itself");
        assert_eq!(ideals(&kept), ideals(&trials), "twice is as once");
    }

    #[test]
    fn other_loops_and_other_runtimes_have_times_of_their_own() {
        let slow = trial("cpu-mp-1x1", 6.0, 0.01);
        let mut locked = trial("cpu-mp-1x1", 6.0, 0.002);
        locked.runtime = Runtime::Gil;
        let mut fewer = trial("cpu-mp-1x1", 6.0, 0.001);
        fewer.loops = Some(1000);
        assert_eq!(ideals(&[slow, locked, fewer]), [5.12, 1.024, 0.512]);
    }

    #[test]
    fn under_a_lock_or_a_quota_there_is_less_to_compute_with() {
        let mut locked = trial("cpu-mpmt-1x16", 1.0, 0.002);
        locked.runtime = Runtime::Gil;
        let quick = Trial {
            loop_s: Some(0.001),
            ..locked.clone()
        };
        assert_eq!(ideals(&[locked, quick])[0], 0.512);
        let mut half = trial("cpu-mp-2x1", 2.0, 0.002);
        half.capacity_cores = Some(0.5);
        half.ideal_s = Some(512.0 * 0.002 / 0.5);
        assert_eq!(ideals(&[half, trial("cpu-mp-2x1", 0.3, 0.001)])[0], 1.024);
    }

    #[test]
    fn what_waits_or_a_schedule_take_stays() {
        let mut mixed = trial("cpu-mp-2x1", 9.0, 0.002);
        mixed.ideal_s = Some(8.0);
        let mut paced = trial("cpu-mp-2x1", 9.0, 0.002);
        paced.rate_per_s = Some(31.0);
        paced.ideal_s = paced.load().map(|load| load.computing_s(0.002));
        let quick = trial("cpu-mp-2x1", 0.3, 0.001);
        let found = ideals(&[mixed, paced, quick]);
        assert_eq!(found[0], 8.0);
        assert!((found[1] - (1.0 + 0.016)).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn rows_that_do_not_say_what_they_saw_stay_as_they_are() {
        let mut old = fixtures::trial("cpu-mp-2x1", (1.0, 0.9));
        assert_eq!(
            ideals(&[old.clone(), trial("cpu-mp-2x1", 0.3, 0.001)])[0],
            0.9
        );
        old.ideal_s = None;
        assert_eq!(with_fastest_loops(vec![old])[0].ideal_s, None);
    }
}
