//! One function for each thing that is looked at. Thresholds are constants here, and nowhere else.

use super::{Finding, Grade, Warning};
use crate::harness::{Calibration, Environment};
use crate::server::descriptors_needed;

/// Clock sources that are read without a system call (vdso(7)), or by one instruction.
const FAST_CLOCKS: &[&str] = &[
    "tsc",
    "kvm-clock",
    "hyperv_clocksource_tsc_page",
    "arch_sys_counter",
    "timebase",
    "tod",
];
const STEAL: [f64; 2] = [0.01, 0.1];
/// Per core.
const LOAD: [f64; 2] = [0.3, 1.0];
const MEMORY_TAKEN: [f64; 2] = [0.9, 0.98];
const CLOCK_READ_S: [f64; 2] = [1e-6, 10e-6];
const SLEEP_OVERSHOOT_S: [f64; 2] = [0.5e-3, 5e-3];
const LOOP_SPREAD: [f64; 2] = [0.03, 0.1];
const TOGETHER: [f64; 2] = [1.1, 1.5];
/// Worker processes that the descriptors should last for; and those of the published comparison,
/// which can't be run with fewer.
const MANY_WORKERS: u32 = 128;
const PUBLISHED_WORKERS: u32 = 32;
/// Processes and threads that 128 workers of 16 threads need; and those of the published comparison.
const MANY_TASKS: u64 = 16 + 128 * 20;
const PUBLISHED_TASKS: u64 = 16 + 32 * 20;

impl Finding {
    fn good(check: &'static str, value: impl ToString) -> Self {
        Finding {
            check,
            grade: Grade::Good,
            value: value.to_string(),
            warning: None,
        }
    }

    fn unknown(check: &'static str) -> Self {
        Finding {
            grade: Grade::Unknown,
            ..Finding::good(check, "")
        }
    }

    /// Good, unless there is something to warn of.
    fn unless(check: &'static str, value: impl ToString, warning: Option<Warning>) -> Self {
        Finding {
            grade: match warning {
                Some(_) => Grade::Warn,
                None => Grade::Good,
            },
            warning,
            ..Finding::good(check, value)
        }
    }

    /// Good up to the first limit, bad beyond the second.
    fn graded(
        check: &'static str,
        value: impl ToString,
        size: f64,
        limits: [f64; 2],
        warning: Warning,
    ) -> Self {
        let mut finding = Finding::unless(check, value, (size > limits[0]).then_some(warning));
        if size > limits[1] {
            finding.grade = Grade::Bad;
        }
        finding
    }
}

/// The finding of a value, if the system tells it.
fn known<T>(check: &'static str, value: Option<T>, finding: impl FnOnce(T) -> Finding) -> Finding {
    value.map_or_else(|| Finding::unknown(check), finding)
}

pub(super) fn of_machine(environment: &Environment) -> Vec<Finding> {
    vec![
        known("processor", environment.cpu.as_ref(), |cpu| {
            Finding::good("processor", cpu)
        }),
        cores(environment),
        capacity(environment),
        smt(environment),
        governor(environment),
        turbo(environment),
        quota(environment),
        virtual_machine(environment),
        steal("steal time since boot", environment.steal_share_since_boot),
        clock_source(environment),
        load(environment),
        memory(environment),
        swap(environment),
        descriptors(environment),
        tasks(environment),
    ]
}

/// What is known when the measurement is over.
pub(super) fn of_measurement(environment: &Environment) -> Vec<Finding> {
    vec![
        steal("steal time during", environment.steal_share_during),
        known(
            "swapping during",
            environment.swapped_pages_during,
            |pages| {
                let warning = Warning::Swapping(pages);
                let limits = [0.0, 1000.0];
                let value = format!("{pages} pages");
                Finding::graded("swapping during", value, pages as f64, limits, warning)
            },
        ),
    ]
}

pub(super) fn of_calibration(calibration: &Calibration) -> Vec<Finding> {
    vec![
        clock(calibration),
        sleep(calibration),
        loops(calibration),
        known(
            "all cores at once",
            calibration.parallel_slowdown,
            |times| {
                let value = format!("{times:.2} times one core's time");
                let warning = Warning::Together(times);
                Finding::graded("all cores at once", value, times, TOGETHER, warning)
            },
        ),
        known("cost of a batch", calibration.batch_cost_s, |cost| {
            Finding::good("cost of a batch", micros(cost))
        }),
    ]
}

pub(super) fn of_program(environment: &Environment) -> Vec<Finding> {
    let build = if environment.optimised {
        Finding::good("build", "optimised")
    } else {
        Finding {
            grade: Grade::Bad,
            ..Finding::unless("build", "not optimised", Some(Warning::Debug))
        }
    };
    vec![build, sources(environment)]
}

fn cores(environment: &Environment) -> Finding {
    let online = environment.cores_online;
    let online = online.map_or_else(String::new, |online| format!(" of {online}"));
    Finding::good("cores", format!("{}{online}", environment.cores))
}

fn smt(environment: &Environment) -> Finding {
    known("SMT", environment.threads_per_core, |threads| {
        // A hypervisor may show its guest the threads of a core as cores.
        let guest = environment.virtual_machine == Some(true);
        let told = if guest {
            ", as the hypervisor tells"
        } else {
            ""
        };
        let value = format!("{threads} per physical core{told}");
        let warning = (threads > 1).then_some(Warning::Smt(threads));
        Finding::unless("SMT", value, warning)
    })
}

fn governor(environment: &Environment) -> Finding {
    known("governor", environment.governor.as_ref(), |governor| {
        let steady = governor == "performance";
        let warning = (!steady).then(|| Warning::Governor(governor.clone()));
        Finding::unless("governor", governor, warning)
    })
}

fn turbo(environment: &Environment) -> Finding {
    known("turbo", environment.turbo, |on| {
        let value = if on { "on" } else { "off" };
        Finding::unless("turbo", value, on.then_some(Warning::Turbo))
    })
}

fn capacity(environment: &Environment) -> Finding {
    known("capacity", environment.capacity_cores, |capacity| {
        Finding::good("capacity", format!("{capacity} cores"))
    })
}

/// No quota is good: the cores are known.
fn quota(environment: &Environment) -> Finding {
    let Some(quota) = environment.cpu_quota_cores else {
        return Finding::good("CPU quota", "none");
    };
    let seen = environment.cores_allowed.or(environment.cores_online);
    let cores = seen.unwrap_or(environment.cores);
    let warning = (quota < f64::from(cores)).then_some(Warning::Quota { quota, cores });
    let mut finding = Finding::unless("CPU quota", format!("{quota} cores"), warning);
    if quota < 1.0 {
        finding.grade = Grade::Bad;
    }
    finding
}

fn virtual_machine(environment: &Environment) -> Finding {
    known("virtual machine", environment.virtual_machine, |is| {
        let word = if is { "yes" } else { "no" };
        let product = environment.product.as_ref();
        let value = product.map_or(word.to_owned(), |product| format!("{word} ({product})"));
        Finding::unless("virtual machine", value, is.then_some(Warning::Virtual))
    })
}

fn steal(check: &'static str, share: Option<f64>) -> Finding {
    known(check, share, |share| {
        Finding::graded(check, percent(share), share, STEAL, Warning::Steal(share))
    })
}

fn clock_source(environment: &Environment) -> Finding {
    let source = environment.clock_source.as_ref();
    known("clock source", source, |source| {
        let slow = !FAST_CLOCKS.contains(&source.as_str());
        let warning = slow.then(|| Warning::ClockSource(source.clone()));
        Finding::unless("clock source", source, warning)
    })
}

fn load(environment: &Environment) -> Finding {
    // The load is that of the whole system, whatever of it is ours.
    let cores = environment.cores_online.unwrap_or(environment.cores);
    known("load before", environment.load, |[load, ..]| {
        let warning = Warning::Load { load, cores };
        let size = load / f64::from(cores.max(1));
        Finding::graded("load before", load, size, LOAD, warning)
    })
}

fn memory(environment: &Environment) -> Finding {
    let all = environment.memory_kib.filter(|&kib| kib > 0);
    let amounts = environment.memory_available_kib.zip(all);
    known("memory available", amounts, |(available, all)| {
        let share = available as f64 / all as f64;
        let (available, all) = (available / 1024, all / 1024);
        let value = format!("{available} of {all} MiB");
        let (taken, warning) = (1.0 - share, Warning::Memory(share));
        Finding::graded("memory available", value, taken, MEMORY_TAKEN, warning)
    })
}

fn swap(environment: &Environment) -> Finding {
    let amounts = environment.swap_used_kib.zip(environment.swap_kib);
    known("swap used", amounts, |(used, all)| {
        let value = format!("{} of {} MiB", used / 1024, all / 1024);
        // A little lies there on any machine that has been up for long.
        let much = used > all / 10;
        Finding::unless("swap used", value, much.then_some(Warning::Swap(used)))
    })
}

/// No limit is good.
fn descriptors(environment: &Environment) -> Finding {
    let Some(limit) = environment.open_files else {
        return Finding::good("open files", "no limit");
    };
    let needed = descriptors_needed(MANY_WORKERS);
    let warning = (limit < needed).then_some(Warning::Descriptors { limit, needed });
    let mut finding = Finding::unless("open files", limit, warning);
    if limit < descriptors_needed(PUBLISHED_WORKERS) {
        finding.grade = Grade::Bad;
    }
    finding
}

fn tasks(environment: &Environment) -> Finding {
    const CHECK: &str = "processes and threads";
    let room = environment.tasks_left.zip(environment.tasks_limit.as_ref());
    known(CHECK, room, |(left, limit)| {
        let warning = (left < MANY_TASKS).then(|| Warning::Tasks {
            limit: limit.clone(),
            left,
            needed: MANY_TASKS,
        });
        let mut finding = Finding::unless(CHECK, format!("{left} more"), warning);
        if left < PUBLISHED_TASKS {
            finding.grade = Grade::Bad;
        }
        finding
    })
}

fn clock(calibration: &Calibration) -> Finding {
    known("clock reading", calibration.clock_read_s, |read| {
        let step = calibration.clock_resolution_s;
        let step = step.map_or_else(String::new, |step| {
            format!(", steps of {:.0} ns", step * 1e9)
        });
        let value = format!("{:.0} ns{step}", read * 1e9);
        let warning = Warning::ClockRead(read);
        Finding::graded("clock reading", value, read, CLOCK_READ_S, warning)
    })
}

fn sleep(calibration: &Calibration) -> Finding {
    let overshoot = calibration
        .sleep_overshoot_p50_s
        .zip(calibration.sleep_overshoot_p90_s);
    known("sleep overshoot", overshoot, |(p50, p90)| {
        let value = format!("median {}, p90 {}", micros(p50), micros(p90));
        // A batch waits for the last of its sleeps, so the slow ones count.
        let warning = Warning::Sleep(p90);
        Finding::graded("sleep overshoot", value, p90, SLEEP_OVERSHOOT_S, warning)
    })
}

fn loops(calibration: &Calibration) -> Finding {
    let times = calibration.loop_s.zip(calibration.loop_spread);
    known("loop time", times, |(loop_s, spread)| {
        let (time, count) = (micros(loop_s), calibration.loops);
        let value = format!("{time} ± {} for {count} loops", percent(spread / 2.0));
        let warning = Warning::LoopSpread(spread);
        Finding::graded("loop time", value, spread, LOOP_SPREAD, warning)
    })
}

fn sources(environment: &Environment) -> Finding {
    known("sources", environment.dirty, |dirty| {
        let revision = environment.revision.as_deref().unwrap_or("no revision");
        let more = if dirty { " with changes" } else { "" };
        let value = format!("{revision}{more}");
        Finding::unless("sources", value, dirty.then_some(Warning::Dirty))
    })
}

fn micros(seconds: f64) -> String {
    format!("{:.0} µs", seconds * 1e6)
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
