//! The words for what is asked of a trial: the same in code, on the command line and in records.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A word list. Each word is written once: code, the command line and records all take it from here.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word)] #[value(name = $word)] $variant),+ }

        impl $name {
            /// Every value, in the order of their declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word for it.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words! {
    /// What one command does.
    WorkloadKind {
        /// Sleeps the instruction's wait.
        Io = "io",
        /// Runs a number of loops that the optimiser can't remove.
        Cpu = "cpu",
        /// Sleeps, then runs the loops.
        Mixed = "mixed",
        /// Does nothing: what is left is the cost of the machinery.
        Noop = "noop",
        /// Calls a Python function of a person's own.
        Task = "task",
        /// Runs a program of a person's own.
        Exec = "exec",
    }
}

words! {
    /// How a worker's threads run a batch.
    ExecutorKind {
        /// One command after another, on one thread.
        Sequential = "sequential",
        /// A new thread for each command.
        Spawn = "spawn",
        /// Persistent threads that take commands from one channel.
        Crossbeam = "crossbeam",
        /// A rayon pool: per-thread queues with work stealing.
        Rayon = "rayon",
    }
}

words! {
    /// When a worker takes its next batch.
    Dispatch {
        /// When the last one is wholly done.
        Barrier = "barrier",
        /// As soon as a thread is free.
        Pipelined = "pipelined",
    }
}

words! {
    /// When worker processes are started.
    SpawnMode {
        /// One for each received batch, up to the maximum, as the first system does.
        Lazy = "lazy",
        /// All of them before the first batch.
        Eager = "eager",
    }
}

words! {
    /// Where the standard output of a person's program goes.
    ExecOutput {
        /// Nowhere.
        Null = "null",
        /// To standard error: standard output is for rows.
        Inherit = "inherit",
    }
}

impl ExecutorKind {
    /// What is meant when nobody says: one thread runs commands one after another, more are
    /// started for each, as published.
    pub const fn default_for(threads: u32) -> Self {
        match threads {
            0 | 1 => ExecutorKind::Sequential,
            _ => ExecutorKind::Spawn,
        }
    }

    /// How many commands so many threads run at the same time: `sequential` makes use of one thread
    /// alone.
    pub const fn width(self, threads: u32) -> u32 {
        match self {
            ExecutorKind::Sequential => 1,
            ExecutorKind::Spawn | ExecutorKind::Crossbeam | ExecutorKind::Rayon => threads,
        }
    }
}

impl Dispatch {
    /// Whether some of a worker's threads can never run: under a barrier a worker has one batch at a
    /// time.
    pub fn has_idle_threads(self, threads: u32, batch: u32) -> bool {
        self == Dispatch::Barrier && threads > batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    words! {
        /// Of words that no rule makes of the names of the values.
        Probe {
            /// Two words in one.
            TwoWords = "two_words",
            /// Another word.
            Other = "something-else",
        }
    }

    #[test]
    fn a_word_is_the_same_in_code_on_the_command_line_and_in_records() {
        for &value in Probe::ALL {
            let word = value.to_string();
            let named = clap::ValueEnum::to_possible_value(&value).unwrap();
            assert_eq!(named.get_name(), word);
            assert_eq!(serde_json::to_value(value).unwrap(), word);
            assert_eq!(
                <Probe as clap::ValueEnum>::from_str(&word, false),
                Ok(value)
            );
            assert_eq!(serde_json::from_value::<Probe>(word.into()).unwrap(), value);
        }
    }
}
