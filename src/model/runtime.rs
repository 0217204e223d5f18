//! What instructions run on, and the text for it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ExecutorKind;

/// What the instructions run on. As text, everywhere: `native`, `gil`, `python` or
/// `python:INTERPRETER`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Runtime {
    /// Native threads.
    #[default]
    Native,
    /// Native threads, of which one at a time computes in each process: an interpreter lock like
    /// CPython's.
    Gil,
    /// The threads of a real Python interpreter.
    Python(Interpreter),
}

/// The program of a Python interpreter: a path, or a name that is looked for on PATH. Never empty
/// and without a comma, which parts the values of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Interpreter(String);

/// Why a text is no runtime.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuntimeError {
    /// Another word.
    #[error("'{0}' is no runtime; it can be native, gil, python or python:PATH")]
    Unknown(String),
    /// Nothing behind the colon.
    #[error("python: lacks the interpreter; write python:PATH, or python for python3 on PATH")]
    NoInterpreter,
    /// The interpreter's path can't stand in a list.
    #[error("'{0}' has a comma, which parts the values of a list; name a link to it without one")]
    Comma(String),
}

/// A runtime can't run an executor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the python runtime has no work stealing, so it can't run the rayon executor; take sequential, \
     spawn or crossbeam"
)]
pub struct NoWorkStealing;

impl Runtime {
    /// The words for the runtimes; behind `python` an interpreter may follow.
    pub const WORDS: [&'static str; 3] = ["native", "gil", "python"];

    /// Each of them, with the default interpreter.
    pub fn all() -> [Runtime; 3] {
        [
            Runtime::Native,
            Runtime::Gil,
            Runtime::Python(Interpreter::default()),
        ]
    }

    /// Whether it is the one that goes without saying.
    pub fn is_native(&self) -> bool {
        *self == Runtime::Native
    }

    /// The interpreter that it needs, if any.
    pub fn interpreter(&self) -> Option<&Interpreter> {
        match self {
            Runtime::Python(interpreter) => Some(interpreter),
            Runtime::Native | Runtime::Gil => None,
        }
    }

    /// Whether an executor can run on it.
    ///
    /// # Errors
    /// When it can't, with what to take instead.
    pub fn check_executor(&self, executor: ExecutorKind) -> Result<(), NoWorkStealing> {
        match self {
            Runtime::Native | Runtime::Gil => Ok(()),
            // Without a wildcard: a new executor has to be written in `worker/python/agent.py`, too,
            // or refused here.
            Runtime::Python(_) => match executor {
                ExecutorKind::Sequential | ExecutorKind::Spawn | ExecutorKind::Crossbeam => Ok(()),
                ExecutorKind::Rayon => Err(NoWorkStealing),
            },
        }
    }
}

impl Interpreter {
    /// What is meant when nobody says.
    const DEFAULT: &'static str = "python3";

    /// The path, or the name.
    pub fn program(&self) -> &str {
        &self.0
    }
}

impl Default for Interpreter {
    fn default() -> Self {
        Interpreter(Interpreter::DEFAULT.to_owned())
    }
}

impl FromStr for Interpreter {
    type Err = RuntimeError;

    fn from_str(program: &str) -> Result<Self, RuntimeError> {
        match program {
            "" => Err(RuntimeError::NoInterpreter),
            _ if program.contains(',') => Err(RuntimeError::Comma(program.to_owned())),
            _ => Ok(Interpreter(program.to_owned())),
        }
    }
}

impl fmt::Display for Interpreter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Runtime {
    type Err = RuntimeError;

    fn from_str(text: &str) -> Result<Self, RuntimeError> {
        match (text, text.split_once(':')) {
            ("native", _) => Ok(Runtime::Native),
            ("gil", _) => Ok(Runtime::Gil),
            ("python", _) => Ok(Runtime::Python(Interpreter::default())),
            (_, Some(("python", program))) => program.parse().map(Runtime::Python),
            _ => Err(RuntimeError::Unknown(text.to_owned())),
        }
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Runtime::Native => f.pad("native"),
            Runtime::Gil => f.pad("gil"),
            Runtime::Python(program) if *program == Interpreter::default() => f.pad("python"),
            Runtime::Python(program) => f.pad(&format!("python:{program}")),
        }
    }
}

impl TryFrom<String> for Runtime {
    type Error = RuntimeError;

    fn try_from(text: String) -> Result<Self, RuntimeError> {
        text.parse()
    }
}

impl From<Runtime> for String {
    fn from(runtime: Runtime) -> String {
        runtime.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn runtime(text: &str) -> Runtime {
        text.parse().unwrap()
    }

    #[test]
    fn the_default_interpreter_goes_without_saying() {
        assert_eq!(runtime("python:python3"), runtime("python"));
        assert_eq!(runtime("python:python3").to_string(), "python");
        let other = runtime("python:/opt/pypy3/bin/pypy3");
        assert_eq!(
            other.interpreter().unwrap().program(),
            "/opt/pypy3/bin/pypy3"
        );
        assert_eq!(Runtime::all().map(|r| r.to_string()), Runtime::WORDS);
    }

    #[test]
    fn what_is_no_runtime_is_told_with_what_to_write() {
        let refusal = |text: &str| text.parse::<Runtime>().unwrap_err();
        for text in ["", "Native", "gil:5ms", "pythonic", "ruby"] {
            assert_eq!(refusal(text), RuntimeError::Unknown(text.to_owned()));
        }
        assert_eq!(refusal("python:"), RuntimeError::NoInterpreter);
        assert_eq!(refusal("python:a,b"), RuntimeError::Comma("a,b".to_owned()));
    }

    #[test]
    fn python_alone_refuses_an_executor_and_names_those_that_it_takes() {
        for runtime in Runtime::all() {
            let takes = |executor: &&ExecutorKind| runtime.check_executor(**executor).is_ok();
            let taken: Vec<&ExecutorKind> = ExecutorKind::ALL.iter().filter(takes).collect();
            let refused = taken.len() < ExecutorKind::ALL.len();
            assert_eq!(refused, runtime.interpreter().is_some(), "{runtime}");
            if refused {
                let refusal = NoWorkStealing.to_string();
                let (_, instead) = refusal.split_once("take ").unwrap();
                assert!(
                    taken.iter().all(|one| instead.contains(one.as_str())),
                    "{instead}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn a_runtime_goes_round_as_text_and_as_json(program in "[^,]{1,20}") {
            for runtime in Runtime::all().into_iter().chain([runtime(&format!("python:{program}"))]) {
                prop_assert_eq!(runtime.to_string().parse::<Runtime>().unwrap(), runtime.clone());
                let json = serde_json::to_string(&runtime).unwrap();
                prop_assert_eq!(serde_json::from_str::<Runtime>(&json).unwrap(), runtime);
            }
        }
    }
}
