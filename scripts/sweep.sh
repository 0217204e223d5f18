#!/usr/bin/env bash
# Builds mpmt and sweeps experiments.
#
#   scripts/sweep.sh [NAME|FILE.toml ...] [options of mpmt sweep]
#
# Without an argument it sweeps io-grid and cpu-grid (about 4 minutes). It runs from anywhere; relative
# paths are taken from the folder where you are. What is interrupted goes on with
#
#   scripts/sweep.sh --resume DIR
#
# Needs Rust and a C++ compiler. Ends with the exit code of mpmt.

set -euo pipefail

if [[ "${1:-}" == "-h" || "${1:-}" == "--help" ]]; then
    # The comment above, without its signs.
    sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
fi

if [[ $# -eq 0 ]]; then
    set -- io-grid cpu-grid
fi
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
exec cargo run --quiet --release --locked --manifest-path "$root/Cargo.toml" -- sweep "$@"
