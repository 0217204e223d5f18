#!/usr/bin/env bash
# Builds mpmt and runs the published comparison, end to end: CSV, table and chart.
#
#   scripts/reproduce.sh [options of `mpmt reproduce`]
#
# It runs from anywhere. A relative path among the options is taken from the project's folder. Without
# -o the results go to a fresh dated folder under results/. The whole comparison takes about 75 s; a quick
# look at the I/O part:
#
#   scripts/reproduce.sh --time-scale 0.05 --only io
#
# Needs Rust and a C++ compiler. Ends with the exit code of mpmt.

set -euo pipefail

if [[ "${1:-}" == "-h" || "${1:-}" == "--help" ]]; then
    # The comment above, without its signs.
    sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
fi

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
exec cargo run --quiet --release --locked -- reproduce "$@"
