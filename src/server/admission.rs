//! Who is admitted, and what is granted: pure decisions about what a client asks for.

use std::time::Duration;

use super::Options;
use super::load::Waits;
use super::quota::{Budget, Quota};
use super::session::Backlog;
use super::terms::Terms;
use crate::model::{ExecutorKind, Instruction, Job, OwnWork, Runtime, Secret, WorkloadKind};
use crate::wire::PROTOCOL_VERSION;
use crate::wire::control::{Grant, Hello, JobRequest};

/// Why a batch is not taken.
pub(super) enum Refusal {
    /// It asks for too much.
    Batch(String),
    /// Its client does not keep to what it was granted.
    Session(String),
}

/// What may be granted, and how much of it is not yet.
#[derive(Debug)]
pub(super) struct Admission {
    /// Where batches are to be sent.
    batches: String,
    /// What is meant when a client does not say.
    job: Job,
    max_workers: u32,
    terms: Terms,
    budget: Budget,
    draining: bool,
}

impl Admission {
    pub(super) fn new(options: &Options, batches: String) -> Self {
        Admission {
            batches,
            job: options.job.clone(),
            max_workers: options.limits.max_workers,
            terms: options.terms.clone(),
            budget: Budget::new(options.terms.max_commands),
            draining: false,
        }
    }

    /// Worker processes, at the most.
    pub(super) fn max_workers(&self) -> u32 {
        self.max_workers
    }

    pub(super) fn terms(&self) -> &Terms {
        &self.terms
    }

    /// From now on nobody is admitted.
    pub(super) fn drain(&mut self) {
        self.draining = true;
    }

    /// What a client is granted beside so many others, or why it is not. Where results may go is
    /// looked at by whoever can see.
    pub(super) fn grant(
        &self,
        hello: &Hello,
        secret: Secret,
        others: usize,
    ) -> Result<(Grant, Quota), String> {
        if hello.version != PROTOCOL_VERSION {
            return Err(format!(
                "you speak version {} of the protocol, this server version {PROTOCOL_VERSION}; \
                 use the same release of mpmt on both sides",
                hello.version
            ));
        }
        if self.draining {
            return Err("this server is leaving; start another, and try again".to_owned());
        }
        if others >= self.terms.max_clients {
            return Err(format!(
                "{} clients are being served already",
                self.terms.max_clients
            ));
        }
        let request = &hello.job_request;
        let is_narrower =
            |(executor, threads): (ExecutorKind, u32)| executor.width(threads) < threads;
        if request
            .executor
            .zip(request.threads)
            .is_some_and(is_narrower)
        {
            return Err(
                "the sequential executor has one thread; ask for one, or for another".to_owned(),
            );
        }
        let job = self.granted_job(request);
        if job.loops > self.terms.max_loops {
            return Err(format!(
                "you ask for {} loops of a command; this server grants up to {} (--max-loops)",
                job.loops, self.terms.max_loops
            ));
        }
        self.check_runtime(&job)?;
        let quota = self.budget.quota(hello, &self.terms)?;
        let processes = request.processes.unwrap_or(self.max_workers);
        let grant = Grant {
            batches: self.batches.clone(),
            processes: processes.clamp(1, self.max_workers),
            job,
            window: quota.window,
            secret,
        };
        Ok((grant, quota))
    }

    /// A session begins.
    pub(super) fn promise(&mut self, quota: &Quota) {
        self.budget.promise(quota);
    }

    /// A session is over.
    pub(super) fn give_back(&mut self, quota: &Quota) {
        self.budget.give_back(quota);
    }

    /// Whether a session that was granted this, and holds so much, may send a batch of these.
    pub(super) fn check_batch(
        &self,
        (grant, quota): (&Grant, &Quota),
        backlog: Backlog,
        instructions: &[Instruction],
    ) -> Result<(), Refusal> {
        let (batches, commands) = (
            backlog.batches + 1,
            backlog.commands + instructions.len() as u64,
        );
        if quota.is_exceeded(batches, commands) {
            return Err(Refusal::Session(format!(
                "you have {batches} batches of {commands} commands unsettled, more than your window \
                 of {} batches and the commands that you announced",
                quota.window
            )));
        }
        let (wait, most) = (
            Waits::of(instructions, &grant.job).batch,
            self.terms.max_batch_wait,
        );
        if wait > most {
            let format = humantime::format_duration;
            return Err(Refusal::Batch(format!(
                "its waits take up to {} on {} threads; this server takes batches of up to {} \
                 (--max-batch-wait)",
                format(Duration::from_secs(wait.as_secs())),
                grant.job.width(),
                format(most)
            )));
        }
        Ok(())
    }

    fn granted_job(&self, request: &JobRequest) -> Job {
        let threads = request
            .threads
            .unwrap_or(self.job.threads)
            .clamp(1, self.terms.max_threads);
        let workload = request.workload.unwrap_or(self.job.workload);
        let own = self.job.own.clone();
        Job {
            workload,
            loops: request.loops.unwrap_or(self.job.loops),
            threads,
            executor: request
                .executor
                .unwrap_or_else(|| self.default_executor(threads)),
            dispatch: request.dispatch.unwrap_or(self.job.dispatch),
            runtime: request
                .runtime
                .as_ref()
                .unwrap_or(&self.job.runtime)
                .clone(),
            switch_interval: request.switch_interval.unwrap_or(self.job.switch_interval),
            own: own.filter(|own| own.workload() == workload),
        }
    }

    /// Whether this server can run a job's runtime. Which programs this user's processes start is not for a
    /// client to say, so the only interpreter, and the only work of a person's own, is that which the
    /// server was started with.
    fn check_runtime(&self, job: &Job) -> Result<(), String> {
        let own = &self.job.runtime;
        if job.runtime.interpreter().is_some() && job.runtime != *own {
            return Err(format!(
                "this server has no {0} runtime; start it with --runtime {0}",
                job.runtime
            ));
        }
        let is_own = matches!(job.workload, WorkloadKind::Task | WorkloadKind::Exec);
        if is_own && job.own.is_none() {
            return Err(format!(
                "this server has no {0} to run; start it with --{0}",
                job.workload
            ));
        }
        OwnWork::check(job.own.as_ref(), job.workload, &job.runtime).map_err(|e| e.to_string())?;
        if job.runtime == Runtime::Gil {
            Job::check_switch_interval(job.switch_interval).map_err(|e| e.to_string())?;
        }
        let executor = job.runtime.check_executor(job.executor);
        executor.map_err(|error| error.to_string())
    }

    /// The server's own executor, unless that has one thread and the client asks for more.
    fn default_executor(&self, threads: u32) -> ExecutorKind {
        match self.job.executor {
            ExecutorKind::Sequential => ExecutorKind::default_for(threads),
            own => own,
        }
    }
}
