//! `mpmt`: how many processes and how many threads, answered with measurements.

use std::process::ExitCode;

fn main() -> ExitCode {
    mpmt::cli::main()
}
