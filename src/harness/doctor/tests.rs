//! Which warnings a machine gets, by what it is.

use super::*;
use crate::harness::Calibration;

/// A machine that disturbs nothing.
fn calm() -> Environment {
    Environment {
        cpu: Some("A processor".to_owned()),
        cores: 8,
        cores_online: Some(8),
        cores_allowed: Some(8),
        capacity_cores: Some(8.0),
        threads_per_core: Some(1),
        governor: Some("performance".to_owned()),
        turbo: Some(false),
        virtual_machine: Some(false),
        steal_share_since_boot: Some(0.0),
        clock_source: Some("tsc".to_owned()),
        load: Some([0.1, 0.5, 4.0]),
        memory_kib: Some(16 << 20),
        memory_available_kib: Some(12 << 20),
        swap_kib: Some(0),
        swap_used_kib: Some(0),
        open_files: Some(4096),
        tasks_left: Some(20_000),
        tasks_limit: Some("pids.max".to_owned()),
        optimised: true,
        dirty: Some(false),
        revision: Some("0123456789ab".to_owned()),
        ended_at: Some("2026-01-31T12:00:00Z".to_owned()),
        steal_share_during: Some(0.0),
        swapped_pages_during: Some(0),
        calibration: Some(Calibration {
            clock_resolution_s: Some(20e-9),
            clock_read_s: Some(25e-9),
            sleep_overshoot_p50_s: Some(60e-6),
            sleep_overshoot_p90_s: Some(90e-6),
            loops: 2_000_000,
            loop_s: Some(0.5e-3),
            loop_spread: Some(0.01),
            parallel_slowdown: Some(1.01),
            batch_cost_s: Some(15e-6),
        }),
        ..Environment::default()
    }
}

/// What is not good on a machine that is calm but for one change.
fn disturbed(change: impl FnOnce(&mut Environment)) -> Vec<(&'static str, Grade, Warning)> {
    let mut environment = calm();
    change(&mut environment);
    let findings = examine(&environment).into_iter();
    let told = findings.filter_map(|finding| {
        assert_eq!(finding.warning.is_some(), finding.grade > Grade::Unknown);
        Some((finding.check, finding.grade, finding.warning?))
    });
    told.collect()
}

fn recalibrated(change: impl FnOnce(&mut Calibration)) -> Vec<(&'static str, Grade, Warning)> {
    disturbed(|environment| {
        if let Some(calibration) = &mut environment.calibration {
            change(calibration);
        }
    })
}

#[test]
fn a_calm_machine_is_good_in_everything() {
    let findings = examine(&calm());
    assert_eq!(findings.len(), 24);
    for finding in findings {
        assert_eq!(finding.grade, Grade::Good, "{finding:?}");
        assert!(!finding.value.is_empty(), "{finding:?}");
    }
    assert_eq!(warnings(&calm()), Vec::<String>::new());
}

#[test]
fn the_processor_should_run_at_one_speed() {
    use Grade::Warn;
    assert_eq!(
        disturbed(|e| e.governor = Some("powersave".to_owned())),
        [("governor", Warn, Warning::Governor("powersave".to_owned()))]
    );
    assert_eq!(
        disturbed(|e| e.turbo = Some(true)),
        [("turbo", Warn, Warning::Turbo)]
    );
    assert_eq!(
        disturbed(|e| e.threads_per_core = Some(2)),
        [("SMT", Warn, Warning::Smt(2))]
    );
}

#[test]
fn the_cores_should_be_ours() {
    use Grade::{Bad, Warn};
    let quota = |quota| Warning::Quota { quota, cores: 8 };
    assert_eq!(
        disturbed(|e| e.cpu_quota_cores = Some(2.5)),
        [("CPU quota", Warn, quota(2.5))]
    );
    assert_eq!(
        disturbed(|e| e.cpu_quota_cores = Some(0.5)),
        [("CPU quota", Bad, quota(0.5))]
    );
    assert_eq!(disturbed(|e| e.cpu_quota_cores = Some(8.0)), []);
    assert_eq!(
        disturbed(|e| e.virtual_machine = Some(true)),
        [("virtual machine", Warn, Warning::Virtual)]
    );
    assert_eq!(disturbed(|e| e.steal_share_since_boot = Some(0.01)), []);
    assert_eq!(
        disturbed(|e| e.steal_share_since_boot = Some(0.02)),
        [("steal time since boot", Warn, Warning::Steal(0.02))]
    );
    assert_eq!(
        disturbed(|e| e.steal_share_during = Some(0.2)),
        [("steal time during", Bad, Warning::Steal(0.2))]
    );
}

#[test]
fn the_load_counts_per_core_over_the_last_minute() {
    let load = |load| Warning::Load { load, cores: 8 };
    assert_eq!(disturbed(|e| e.load = Some([2.4, 9.0, 9.0])), []);
    assert_eq!(
        disturbed(|e| e.load = Some([2.5, 0.0, 0.0])),
        [("load before", Grade::Warn, load(2.5))]
    );
    assert_eq!(
        disturbed(|e| e.load = Some([8.5, 0.0, 0.0])),
        [("load before", Grade::Bad, load(8.5))]
    );
    let pinned = |load| {
        disturbed(move |e| {
            (e.cores, e.cores_allowed, e.load) = (2, Some(2), Some([load, 0.0, 0.0]));
        })
    };
    assert_eq!(pinned(2.4), [], "it is that of all cores, not of ours");
    assert_eq!(pinned(2.5)[0].2, load(2.5));
}

#[test]
fn there_should_be_memory_and_descriptors() {
    use Grade::{Bad, Warn};
    assert_eq!(
        disturbed(|e| e.memory_available_kib = Some(1 << 20)),
        [("memory available", Warn, Warning::Memory(0.0625))]
    );
    let swapped = |e: &mut Environment| (e.swap_kib, e.swap_used_kib) = (Some(4096), Some(1024));
    assert_eq!(
        disturbed(swapped),
        [("swap used", Warn, Warning::Swap(1024))]
    );
    assert_eq!(
        disturbed(|e| e.swapped_pages_during = Some(1)),
        [("swapping during", Warn, Warning::Swapping(1))]
    );
    let (limit, needed) = (256, 832);
    assert_eq!(
        disturbed(|e| e.open_files = Some(limit)),
        [("open files", Warn, Warning::Descriptors { limit, needed })]
    );
    let limit = 223;
    assert_eq!(
        disturbed(|e| e.open_files = Some(limit)),
        [("open files", Bad, Warning::Descriptors { limit, needed })]
    );
    assert_eq!(disturbed(|e| e.open_files = None), []);
    for (left, grade) in [(2000, Warn), (600, Bad)] {
        let (limit, needed) = ("pids.max".to_owned(), 2576);
        let warning = Warning::Tasks {
            limit,
            left,
            needed,
        };
        assert_eq!(
            disturbed(|e| e.tasks_left = Some(left)),
            [("processes and threads", grade, warning)]
        );
    }
}

#[test]
fn the_clock_should_be_fast_and_sleeps_exact() {
    use Grade::{Bad, Warn};
    assert_eq!(
        disturbed(|e| e.clock_source = Some("hpet".to_owned())),
        [(
            "clock source",
            Warn,
            Warning::ClockSource("hpet".to_owned())
        )]
    );
    assert_eq!(
        recalibrated(|c| c.clock_read_s = Some(2e-6)),
        [("clock reading", Warn, Warning::ClockRead(2e-6))]
    );
    assert_eq!(
        recalibrated(|c| c.sleep_overshoot_p90_s = Some(6e-4)),
        [("sleep overshoot", Warn, Warning::Sleep(6e-4))]
    );
    assert_eq!(
        recalibrated(|c| c.sleep_overshoot_p90_s = Some(6e-3)),
        [("sleep overshoot", Bad, Warning::Sleep(6e-3))]
    );
}

#[test]
fn the_same_loops_should_take_the_same_time() {
    use Grade::{Bad, Warn};
    assert_eq!(
        recalibrated(|c| c.loop_spread = Some(0.05)),
        [("loop time", Warn, Warning::LoopSpread(0.05))]
    );
    assert_eq!(
        recalibrated(|c| c.parallel_slowdown = Some(1.9)),
        [("all cores at once", Bad, Warning::Together(1.9))]
    );
}

#[test]
fn the_program_should_be_what_its_revision_says() {
    assert_eq!(
        disturbed(|e| e.optimised = false),
        [("build", Grade::Bad, Warning::Debug)]
    );
    assert_eq!(
        disturbed(|e| e.dirty = Some(true)),
        [("sources", Grade::Warn, Warning::Dirty)]
    );
}

#[test]
fn what_the_system_does_not_tell_is_unknown_and_no_warning() {
    let environment = Environment {
        optimised: true,
        ..Environment::default()
    };
    let findings = examine(&environment);
    let unknown = findings.iter().filter(|f| f.grade == Grade::Unknown);
    assert_eq!(unknown.count(), 13);
    assert_eq!(warnings(&environment), Vec::<String>::new());
}

#[test]
fn the_worst_is_told_first_and_with_its_remedy() {
    let mut environment = calm();
    environment.turbo = Some(true);
    environment.optimised = false;
    let told = warnings(&environment);
    assert!(told[0].contains("cargo build --release"), "{told:?}");
    assert!(told[1].contains("no_turbo"), "{told:?}");
    assert_eq!(told.len(), 2);
}
