//! A person's own work, checked before anything is run.

use std::env;
use std::fs;
use std::path::Path;

use clap::Args;
use rustix::fs::{Access, access};

use super::error::UsageError;
use crate::model::{CommandLine, Configuration, Exec, ExecOutput, Job, OwnWork, Task, fnv1a};

/// Work of a person's own, instead of one of the workloads.
#[derive(Args, Clone, Debug)]
pub(super) struct OwnWorkArgs {
    /// Calls a Python function of your own for each command, with a mapping of address, command,
    /// response and wait; it returns the integer that goes into the sum, or None for the response.
    /// Needs --runtime python
    #[arg(long, value_name = "FILE.py:FUNCTION")]
    pub task: Option<Task>,

    /// Runs a program of your own for each command, without a shell: a command line in which
    /// {address}, {command}, {response} and {wait} (in seconds) are filled in. Its exit status must
    /// be 0, and what it prints is thrown away (see --exec-output). With --runtime native or gil
    #[arg(long, value_name = "COMMAND LINE")]
    pub exec: Option<CommandLine>,

    /// With --exec: where the program's standard output goes, nowhere (null) or to the standard
    /// error of mpmt (inherit) [default: null]
    #[arg(
        long,
        value_enum,
        value_name = "null|inherit",
        hide_possible_values = true
    )]
    pub exec_output: Option<ExecOutput>,
}

impl OwnWorkArgs {
    pub(super) fn own_work(&self) -> Result<Option<OwnWork>, UsageError> {
        OwnWork::of(self.task.clone(), self.exec.clone(), self.exec_output).map_err(UsageError::new)
    }
}

/// Whether what a job runs is there.
pub(super) fn check_own_work(job: &Job) -> Result<(), UsageError> {
    match &job.own {
        None => Ok(()),
        Some(OwnWork::Task(task)) => read(task).map(drop),
        Some(OwnWork::Exec(Exec { line, .. })) => {
            if is_program(line.program()) {
                Ok(())
            } else {
                Err(UsageError::new(format!(
                    "there is no program {}; write its path, or a name that is found on PATH",
                    line.program()
                )))
            }
        }
    }
}

/// Whether a program can be started by this path, or this name on PATH.
fn is_program(name: &str) -> bool {
    let is_one = |path: &Path| path.is_file() && access(path, Access::EXEC_OK).is_ok();
    if name.contains('/') {
        return is_one(Path::new(name));
    }
    let folders = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&folders).any(|folder| is_one(&folder.join(name)))
}

/// A digest of an input, and of the files of all tasks that are run with it: a file that has
/// changed makes other trials.
pub(super) fn with_tasks(
    input_digest: u64,
    configurations: &[Configuration],
) -> Result<u64, UsageError> {
    let mut tasks: Vec<&Task> = configurations.iter().filter_map(|c| c.job.task()).collect();
    tasks.sort_unstable();
    tasks.dedup();
    tasks.into_iter().try_fold(input_digest, |digest, task| {
        let mut bytes = digest.to_le_bytes().to_vec();
        bytes.extend(read(task)?);
        Ok(fnv1a(&bytes))
    })
}

fn read(task: &Task) -> Result<Vec<u8>, UsageError> {
    fs::read(task.file()).map_err(|error| {
        UsageError::new(format!(
            "the task's file {} can't be read: {error}; relative paths count from the folder that \
             mpmt is run in",
            task.file().display()
        ))
    })
}

/// Makes the path of a job's task, which counts from `folder`, one that counts from where we are.
pub(super) fn find_task(job: &mut Job, folder: &Path) -> Result<(), UsageError> {
    let Some(OwnWork::Task(task)) = &mut job.own else {
        return Ok(());
    };
    let whole = folder.join(task.file());
    let here = env::current_dir().map_err(UsageError::new)?;
    // What lies below is named from here: records tell nothing of the machine that they need not.
    let file = whole.strip_prefix(&here).unwrap_or(&whole).to_owned();
    *task = task.at(file).map_err(UsageError::new)?;
    Ok(())
}
