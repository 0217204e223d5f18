#!/usr/bin/env bash
# Builds mpmt and measures what results/ holds, each into a fresh dated folder: records, charts, report.
#
#   scripts/results.sh [published|io-grid|cpu-grid|stragglers|batch-size ...]
#
# Without an argument it takes all of them, one after another (about 8 minutes). Leave the machine alone
# meanwhile. Folders that are there already are never overwritten. It runs from anywhere. What is
# committed is described in results/README.md; its charts and reports are made again, without measuring,
# by scripts/plot.sh.
#
# Needs Rust and a C++ compiler. Ends with the exit code of the first mpmt that fails.

set -euo pipefail

if [[ "${1:-}" == "-h" || "${1:-}" == "--help" ]]; then
    # The comment above, without its signs.
    sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
fi

if [[ $# -eq 0 ]]; then
    set -- published io-grid cpu-grid stragglers batch-size
fi
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
cargo build --quiet --release --locked
for name in "$@"; do
    folder="results/$(date +%F)-$name"
    case "$name" in
        published) cargo run --quiet --release --locked -- reproduce -o "$folder" ;;
        *) cargo run --quiet --release --locked -- sweep "$name" -o "$folder" ;;
    esac
done
