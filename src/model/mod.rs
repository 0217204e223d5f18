//! The words of the project as types: commands, instructions, tables, configurations, ids, and the
//! ideal makespan that a configuration allows.
//!
//! Must not know: files, sockets, processes, threads, the clock. Everything here is a value.

// What comes from people and peers is not to overflow.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod command;
mod command_line;
mod configuration;
mod digest;
mod id;
mod ideal;
mod instruction;
mod job;
mod kinds;
mod lines;
mod own;
mod ranges;
mod reason;
mod runtime;
mod secret;
mod shape;
mod table;
mod task;
mod text;
mod words;

pub use command::{Command, CommandError, Verb};
pub use command_line::{CommandLine, CommandLineError};
pub use configuration::{Configuration, Defaults};
pub use digest::fnv1a;
pub use id::{AssignmentNo, BatchId, SessionKey, SessionNo, WorkerNo};
pub use ideal::{IdealInput, Load, ideal_makespan};
pub use instruction::{Instruction, InstructionError, parse_wait};
pub use job::{BadSwitchInterval, Job};
pub use kinds::{Dispatch, ExecOutput, ExecutorKind, SpawnMode, WorkloadKind};
pub use lines::{BadLine, Parsed, parse_lines};
pub use own::{Exec, OwnWork, OwnWorkError};
pub use ranges::{Ranges, Spans};
pub use reason::{Tracebacks, same_fault, split_reason};
pub use runtime::{Interpreter, NoWorkStealing, Runtime, RuntimeError};
pub use secret::{NoSecret, Secret};
pub use shape::{Shape, ShapeError};
pub use table::{Table, TableEntry};
pub use task::{Task, TaskError};
pub use text::{BYTE_ORDER_MARK, NotText, decode};
pub use words::{counted, first_of, listed, percent, with_commas};
