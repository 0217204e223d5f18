//! Work that is a person's own, and which workload and runtime it goes with.

use serde::{Deserialize, Serialize};

use super::{Runtime, Task, WorkloadKind};

/// What a person has each command do, instead of what this program could.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnWork {
    /// A Python function is called.
    Task(Task),
}

/// A workload that can't be had as it is asked for, with the remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnWorkError {
    /// A workload lacks what it runs.
    #[error("the task workload lacks its function; add --task FILE.py:function")]
    NoTask,
    /// There is a task, and no Python to run it.
    #[error("a task is a Python function, and needs an interpreter; add --runtime python")]
    NoInterpreter,
    /// There is work of a person's own, and the workload is another.
    #[error("--task goes with the task workload alone; leave out one of the two")]
    OtherWorkload,
}

impl OwnWork {
    /// The workload of which it is the work.
    pub fn workload(&self) -> WorkloadKind {
        match self {
            OwnWork::Task(_) => WorkloadKind::Task,
        }
    }

    /// The function, if it is one.
    pub fn task(&self) -> Option<&Task> {
        match self {
            OwnWork::Task(task) => Some(task),
        }
    }

    /// Whether a workload has the work that it needs, and a runtime that can do it.
    ///
    /// # Errors
    /// When something is missing or too much, with the remedy.
    pub fn check(
        own: Option<&OwnWork>,
        workload: WorkloadKind,
        runtime: &Runtime,
    ) -> Result<(), OwnWorkError> {
        match own {
            None if workload == WorkloadKind::Task => Err(OwnWorkError::NoTask),
            None => Ok(()),
            Some(own) if own.workload() != workload => Err(OwnWorkError::OtherWorkload),
            Some(OwnWork::Task(_)) => match runtime.interpreter() {
                Some(_) => Ok(()),
                None => Err(OwnWorkError::NoInterpreter),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_goes_with_its_workload_and_an_interpreter() {
        let task = OwnWork::Task("x.py:work".parse().unwrap());
        let [native, gil, python] = Runtime::all();
        let check = OwnWork::check;
        let (io, task_kind) = (WorkloadKind::Io, WorkloadKind::Task);
        assert_eq!(check(Some(&task), task_kind, &python), Ok(()));
        assert_eq!(check(None, io, &native), Ok(()));
        for runtime in [&native, &gil] {
            assert_eq!(
                check(Some(&task), task_kind, runtime),
                Err(OwnWorkError::NoInterpreter)
            );
        }
        assert_eq!(
            check(Some(&task), io, &python),
            Err(OwnWorkError::OtherWorkload)
        );
        assert_eq!(check(None, task_kind, &python), Err(OwnWorkError::NoTask));
    }
}
