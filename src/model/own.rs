//! Work that is a person's own, and which workload and runtime it goes with.

use serde::{Deserialize, Serialize};

use super::{CommandLine, ExecOutput, Runtime, Task, WorkloadKind};

/// What a person has each command do, instead of what this program could.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnWork {
    /// A Python function is called.
    Task(Task),
    /// A program is run.
    Exec(Exec),
}

/// A program that is run from its start to its end for each command.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Exec {
    /// The program and its arguments.
    pub line: CommandLine,
    /// Where its standard output goes.
    pub output: ExecOutput,
}

/// A workload that lacks something, or does not go with the rest, with the remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnWorkError {
    /// A workload lacks what it runs.
    #[error("the task workload lacks its function; add --task FILE.py:function")]
    NoTask,
    /// The same of the other kind.
    #[error("the exec workload lacks its program; add --exec 'PROGRAM ARGUMENTS'")]
    NoProgram,
    /// There are both kinds.
    #[error("a command calls a function or runs a program; leave out --task or --exec")]
    Both,
    /// There is no program whose output it could be.
    #[error(
        "only a program has a standard output to send somewhere; add --exec, or leave --exec-output out"
    )]
    NoOutput,
    /// A program needs no interpreter.
    #[error(
        "a program is run by native threads; leave out --runtime python, or start the program from \
         a --task"
    )]
    Interpreter,
    /// There is a task, and no Python to run it.
    #[error("a task is a Python function, and needs an interpreter; add --runtime python")]
    NoInterpreter,
    /// There is work of a person's own, and the workload is another.
    #[error("--{0} goes with the {0} workload alone; leave out one of the two")]
    OtherWorkload(WorkloadKind),
}

impl OwnWork {
    /// The one that there is, if any.
    ///
    /// # Errors
    /// When there are both.
    pub fn of(
        task: Option<Task>,
        line: Option<CommandLine>,
        output: Option<ExecOutput>,
    ) -> Result<Option<OwnWork>, OwnWorkError> {
        match (task, line, output) {
            (Some(_), Some(_), _) => Err(OwnWorkError::Both),
            (_, None, Some(_)) => Err(OwnWorkError::NoOutput),
            (task, None, None) => Ok(task.map(OwnWork::Task)),
            (None, Some(line), output) => Ok(Some(OwnWork::Exec(Exec {
                line,
                output: output.unwrap_or(ExecOutput::Null),
            }))),
        }
    }

    /// The workload of which it is the work.
    pub fn workload(&self) -> WorkloadKind {
        match self {
            OwnWork::Task(_) => WorkloadKind::Task,
            OwnWork::Exec(_) => WorkloadKind::Exec,
        }
    }

    /// The function, if it is one.
    pub fn task(&self) -> Option<&Task> {
        match self {
            OwnWork::Task(task) => Some(task),
            OwnWork::Exec(_) => None,
        }
    }

    /// The program, if it is one.
    pub fn exec(&self) -> Option<&Exec> {
        match self {
            OwnWork::Exec(exec) => Some(exec),
            OwnWork::Task(_) => None,
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
            None if workload == WorkloadKind::Exec => Err(OwnWorkError::NoProgram),
            None => Ok(()),
            Some(own) if own.workload() != workload => {
                Err(OwnWorkError::OtherWorkload(own.workload()))
            }
            Some(own) => match (own, runtime.interpreter()) {
                (OwnWork::Task(_), None) => Err(OwnWorkError::NoInterpreter),
                (OwnWork::Exec(_), Some(_)) => Err(OwnWorkError::Interpreter),
                _ => Ok(()),
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
            Err(OwnWorkError::OtherWorkload(task_kind))
        );
        assert_eq!(check(None, task_kind, &python), Err(OwnWorkError::NoTask));
    }

    #[test]
    fn a_program_goes_with_its_workload_and_native_threads() {
        let line: CommandLine = "true {address}".parse().unwrap();
        let of = |output| {
            OwnWork::of(None, Some(line.clone()), output)
                .unwrap()
                .unwrap()
        };
        let program = of(None);
        assert_eq!(program.exec().unwrap().output, ExecOutput::Null);
        let inherit = Some(ExecOutput::Inherit);
        assert_eq!(of(inherit).exec().unwrap().output, ExecOutput::Inherit);
        assert_eq!(
            OwnWork::of(None, None, inherit),
            Err(OwnWorkError::NoOutput)
        );
        let [native, gil, python] = Runtime::all();
        let exec = WorkloadKind::Exec;
        for runtime in [&native, &gil] {
            assert_eq!(OwnWork::check(Some(&program), exec, runtime), Ok(()));
        }
        let on_python = OwnWork::check(Some(&program), exec, &python);
        assert_eq!(on_python, Err(OwnWorkError::Interpreter));
        let without = OwnWork::check(None, exec, &native);
        assert_eq!(without, Err(OwnWorkError::NoProgram));
        let task = "x.py:work".parse().ok();
        assert_eq!(OwnWork::of(task, Some(line), None), Err(OwnWorkError::Both));
    }
}
