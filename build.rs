//! Tells the binary which compiler and which revision it was made from, for the records.

#![allow(
    clippy::disallowed_macros,
    reason = "cargo is spoken to on standard output"
)]

use std::process::Command;

fn main() {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    set("MPMT_RUSTC", said(&rustc, &["--version"]));
    set(
        "MPMT_REVISION",
        said("git", &["rev-parse", "--short=12", "HEAD"]),
    );
    let status = said(
        "git",
        &[
            "status",
            "--porcelain",
            "--untracked-files=no",
            "src",
            "Cargo.lock",
        ],
    );
    set(
        "MPMT_DIRTY",
        status.map(|changes| (!changes.is_empty()).to_string()),
    );
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.lock");
    if let Some(head) = said("git", &["rev-parse", "--git-path", "logs/HEAD"])
        && std::path::Path::new(&head).exists()
    {
        println!("cargo::rerun-if-changed={head}");
    }
}

fn set(name: &str, value: Option<String>) {
    println!("cargo::rustc-env={name}={}", value.unwrap_or_default());
}

/// What a program said, if it is there and has not failed.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
