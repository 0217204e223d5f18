#!/usr/bin/env bash
# Builds mpmt and makes charts and reports again from recorded trials. Nothing is measured.
#
#   scripts/plot.sh [TRIALS.csv ...]
#
# The charts (SVG and PNG) and report.html go beside each CSV. Without an argument it takes every
# trials.csv of a folder under results/. It runs from anywhere. A relative path is taken from the folder
# where you are.
#
# Needs Rust and a C++ compiler. Ends with the exit code of the first mpmt that fails.

set -euo pipefail

if [[ "${1:-}" == "-h" || "${1:-}" == "--help" ]]; then
    # The comment above, without its signs.
    sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
fi

files=()
for file in "$@"; do
    files+=("$(realpath -- "$file")")
done

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
if [[ ${#files[@]} -eq 0 ]]; then
    files=(results/*/trials.csv)
fi
for file in "${files[@]}"; do
    cargo run --quiet --release --locked -- plot "$file"
    cargo run --quiet --release --locked -- report "$file"
done
