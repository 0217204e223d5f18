//! A person's own Python function, as it is named: `FILE.py:function`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A function of a Python file. As text, everywhere: `FILE.py:function`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Task {
    file: String,
    function: String,
}

/// Why a text names no task.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaskError {
    /// There is nothing before or behind a colon.
    #[error("'{0}' is no task; write FILE.py:function, like examples/json_work.py:work")]
    Form(String),
    /// The file is no Python file.
    #[error("the task's file '{0}' does not end in .py; write FILE.py:function")]
    File(String),
    /// The function's name can't be one.
    #[error("'{0}' is no name of a Python function; write FILE.py:function")]
    Function(String),
}

impl Task {
    /// The path of the file, as it was given.
    pub fn file(&self) -> &Path {
        Path::new(&self.file)
    }

    /// The function's name.
    pub fn function(&self) -> &str {
        &self.function
    }

    /// The file's name without `.py`: what labels begin with.
    pub fn stem(&self) -> String {
        let stem = self.file().file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    }

    /// The same function of a file elsewhere.
    ///
    /// # Errors
    /// When the path is no text.
    pub fn at(&self, file: PathBuf) -> Result<Task, TaskError> {
        let whole = file.into_os_string().into_string();
        let file = whole.map_err(|path| TaskError::File(path.to_string_lossy().into_owned()))?;
        format!("{file}:{}", self.function).parse()
    }
}

impl FromStr for Task {
    type Err = TaskError;

    fn from_str(text: &str) -> Result<Self, TaskError> {
        let (file, function) = match text.rsplit_once(':') {
            Some((file, function)) if !file.is_empty() && !function.is_empty() => (file, function),
            _ => return Err(TaskError::Form(text.to_owned())),
        };
        if Path::new(file).extension().is_none_or(|end| end != "py") {
            return Err(TaskError::File(file.to_owned()));
        }
        if !is_a_name(function) {
            return Err(TaskError::Function(function.to_owned()));
        }
        Ok(Task {
            file: file.to_owned(),
            function: function.to_owned(),
        })
    }
}

/// Whether Python takes a word for a name. (Its keywords have no value that could be called.)
fn is_a_name(word: &str) -> bool {
    let starts = |letter: char| letter.is_alphabetic() || letter == '_';
    word.starts_with(starts)
        && word
            .chars()
            .all(|letter| letter.is_alphanumeric() || letter == '_')
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}:{}", self.file, self.function))
    }
}

impl TryFrom<String> for Task {
    type Error = TaskError;

    fn try_from(text: String) -> Result<Self, TaskError> {
        text.parse()
    }
}

impl From<Task> for String {
    fn from(task: Task) -> String {
        task.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_task_is_a_file_and_a_function() {
        let task: Task = "a:b/json_work.py:work".parse().unwrap();
        assert_eq!(task.file(), Path::new("a:b/json_work.py"));
        assert_eq!((task.function(), &*task.stem()), ("work", "json_work"));
        let elsewhere = task.at(PathBuf::from("/x/y.py")).unwrap();
        assert_eq!(elsewhere.to_string(), "/x/y.py:work");
    }

    #[test]
    fn what_names_no_task_is_told_with_what_to_write() {
        let refusal = |text: &str| text.parse::<Task>().unwrap_err();
        for text in ["", "x.py", "x.py:", ":work"] {
            assert_eq!(refusal(text), TaskError::Form(text.to_owned()));
        }
        assert_eq!(refusal("x.txt:work"), TaskError::File("x.txt".to_owned()));
        for name in ["1st", "a-b", "a.b", "work()"] {
            let text = format!("x.py:{name}");
            assert_eq!(refusal(&text), TaskError::Function(name.to_owned()));
        }
    }

    proptest! {
        #[test]
        fn a_task_goes_round_as_text_and_as_json(file in "[^\0]{1,20}", function in "[a-z_][a-z0-9_]{0,9}") {
            let text = format!("{file}x.py:{function}");
            let task: Task = text.parse().unwrap();
            prop_assert_eq!(task.to_string(), text);
            let json = serde_json::to_string(&task).unwrap();
            prop_assert_eq!(serde_json::from_str::<Task>(&json).unwrap(), task);
        }
    }
}
