//! What a person should know before anything is measured: judges configurations, and looks at
//! nothing.

use super::Capacity;
use crate::model::{Configuration, Defaults, Job, WorkloadKind};

/// Work that takes no more of a quota's periods than this can be done faster than the quota allows
/// by more than a few per cent: it has the rest of one period, and the whole next one.
const FEW_PERIODS: f64 = 20.0;

/// What will be misleading about these configurations, a sentence each. The makespans that are
/// predicted for them, in seconds, may be fewer.
pub fn advice(
    configurations: &[Configuration],
    predicted_s: &[f64],
    capacity: Capacity,
) -> Vec<String> {
    let threads = idle_threads(configurations);
    let bursts = bursts(configurations, predicted_s, capacity);
    let shell = (configurations.iter()).find_map(|one| shell_syntax_advice(&one.job));
    let model = configurations.first().and_then(own_model);
    (model.into_iter().chain(threads).chain(bursts))
        .chain(shell)
        .collect()
}

/// How work of a person's own is run where nobody said it, since the work that comes with the program
/// is run otherwise.
fn own_model(configuration: &Configuration) -> Option<String> {
    let Configuration {
        job, batch, spawn, ..
    } = configuration;
    let (usual, published) = (Defaults::of(job.workload), Defaults::of(WorkloadKind::Io));
    let is_usual = (*batch, job.dispatch, *spawn) == (usual.batch, usual.dispatch, usual.spawn);
    (is_usual && usual != published).then(|| {
        format!(
            "{} runs as in web servers and task queues: {} dispatch, batches of {batch}, {spawn} workers \
             with threads that stay; the published system's way is --dispatch {} -b {} --spawn {} -e {}",
            job.stem(),
            job.dispatch,
            published.dispatch,
            published.batch,
            published.spawn,
            published.executor(2),
        )
    })
}

/// That a program is given what was meant for a shell.
pub fn shell_syntax_advice(job: &Job) -> Option<String> {
    let line = &job.exec()?.line;
    let syntax = line.shell_syntax().join(" ");
    (!syntax.is_empty()).then(|| format!(
        "--exec runs its program without a shell, so {} is given these as they stand: {syntax}; if a \
         shell is to read them, write --exec \"sh -c '...'\"",
        line.program()
    ))
}

/// That some have threads which can never run.
fn idle_threads(configurations: &[Configuration]) -> Option<String> {
    let idle: Vec<&Configuration> = (configurations.iter())
        .filter(|configuration| configuration.has_idle_threads())
        .collect();
    let first = idle.first()?;
    let more = match idle.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    Some(format!(
        "{}{more} has threads that can never run: under a barrier a worker's threads share one batch \
         at a time, here of {}; take larger batches (-b), fewer threads, or --dispatch pipelined",
        first.name(),
        first.batch
    ))
}

/// That some are over before a quota begins to bind.
fn bursts(
    configurations: &[Configuration],
    predicted_s: &[f64],
    capacity: Capacity,
) -> Option<String> {
    let period_s = capacity.quota_period_s?;
    let predicted = configurations.iter().zip(predicted_s);
    let short = predicted.filter(|(configuration, seconds)| {
        configuration.job.computes() && **seconds < FEW_PERIODS * period_s
    });
    let (shortest, seconds) = short.min_by(|(_, a), (_, b)| a.total_cmp(b))?;
    Some(format!(
        "{} computes for {:.0} ms, and the CPU quota of {} cores is counted in periods of {:.0} ms: work \
         that is done in a few of them bursts past the quota, and past its ideal; take more of it \
         (--repeat)",
        shortest.name(),
        seconds * 1e3,
        capacity.cores,
        period_s * 1e3
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Dispatch, OwnWork, WorkloadKind};
    use crate::spec::{Definition, named};

    fn configuration(threads: u32, batch: u32, dispatch: Dispatch) -> Configuration {
        let text = named("published").unwrap().text;
        let definition = Definition::parse("published", text).unwrap();
        let mut published = definition.configurations("published").unwrap();
        let mut one = published.remove(1);
        one.job.threads = threads;
        one.job.dispatch = dispatch;
        one.batch = batch;
        one
    }

    const FREE: Capacity = Capacity {
        cores: 2.0,
        quota_period_s: None,
    };

    #[test]
    fn threads_that_can_never_run_are_told_at_the_start() {
        let told = |threads, batch, dispatch| {
            let asked = [configuration(threads, batch, dispatch)];
            advice(&asked, &[1.0], FREE).concat()
        };
        assert!(told(32, 16, Dispatch::Barrier).contains("threads that can never run"));
        assert_eq!(told(16, 16, Dispatch::Barrier), "");
        assert_eq!(told(32, 16, Dispatch::Pipelined), "");
        assert_eq!(told(32, 32, Dispatch::Barrier), "");
    }

    #[test]
    fn what_was_meant_for_a_shell_is_told_at_the_start() {
        let told = |line: &str| {
            let mut exec = configuration(1, 16, Dispatch::Barrier);
            exec.job.workload = WorkloadKind::Exec;
            exec.job.own = OwnWork::of(None, line.parse().ok(), None).unwrap();
            advice(&[exec], &[1.0], FREE).concat()
        };
        let piped = told("gzip -c x | wc -c");
        assert!(
            piped.contains("gzip is given these as they stand: |;"),
            "{piped}"
        );
        assert!(piped.contains("sh -c"), "{piped}");
        assert_eq!(told("sh -c 'gzip -c x | wc -c'"), "");
    }

    #[test]
    fn work_shorter_than_a_few_periods_of_a_quota_can_burst_past_it() {
        let quota = Capacity {
            cores: 1.5,
            quota_period_s: Some(0.1),
        };
        let mut cpu = configuration(1, 16, Dispatch::Barrier);
        cpu.job.workload = WorkloadKind::Cpu;
        let told = |seconds, capacity| advice(&[cpu.clone()], &[seconds], capacity).concat();
        assert!(told(0.05, quota).contains("50 ms"), "{}", told(0.05, quota));
        assert!(told(1.9, quota).contains("bursts past the quota"));
        assert_eq!(told(2.1, quota), "");
        assert_eq!(told(0.05, FREE), "");
    }
}
