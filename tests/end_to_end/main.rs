//! The program as a whole: the real binary, real processes, real sockets.

#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod addresses;
mod endings;
mod exit_reasons;
mod extremes;
mod ideals;
mod image;
mod input_files;
mod measuring;
mod not_run;
mod open_loop;
mod own_faults;
mod own_work;
mod pages;
mod runtimes;
mod schema;
mod terminals;
mod tune;
mod two_terminals;
mod unheard;
mod where_it_is;
mod words;
