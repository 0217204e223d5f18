#!/usr/bin/env bash
# Builds mpmt and measures what results/ holds, each into a fresh dated folder: records, charts, report.
#
#   scripts/results.sh [NAME ...]
#
#   published   the published comparison
#   io-grid, cpu-grid, stragglers, batch-size
#               experiments that come with mpmt
#   runtimes    the published comparison on native threads, under an emulated lock, and in Python
#   pipelined   I/O work on one process of 512 threads without the barrier, on all three
#   lock        CPU work on one and two processes of one and two threads, on all three
#   json, zlib, http
#               work of examples/ in Python; http starts the example's own server
#
# Without an argument it takes all of them, one after another (about 20 minutes). Leave the machine alone
# meanwhile. Folders that are there already are never overwritten. The tables of docs/findings.md and
# examples/README.md are replaced by those of the last six. It runs from anywhere. What is committed is described in
# results/README.md; its charts and reports are made again, without measuring, by scripts/plot.sh.
#
# Needs Rust, a C++ compiler and python3. Ends with the exit code of the first mpmt that fails.

set -euo pipefail

if [[ "${1:-}" == "-h" || "${1:-}" == "--help" ]]; then
    # The comment above, without its signs.
    sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
fi

if [[ $# -eq 0 ]]; then
    set -- published io-grid cpu-grid stragglers batch-size runtimes pipelined lock json zlib http
fi
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
cargo build --quiet --release --locked
mpmt=target/release/mpmt

# Commands of a number that suits what each of them takes.
inputs=$(mktemp -d)
trap 'rm -r "$inputs"' EXIT
task() {
    local name=$1 count=$2 threads=$3
    "$mpmt" generate --count "$count" --wait 0 --commands "$inputs/$name.txt" --table "$inputs/$name-table.txt"
    "$mpmt" sweep --runtime python --task "examples/${name}_work.py:work" -p 1,2 -t "$threads" --batch 16 \
        --dispatch barrier --spawn eager --runs 6 --commands "$inputs/$name.txt" --table "$inputs/$name-table.txt" \
        -o "$folder" --splice "examples/README.md#$name"
}

# The example's server prints its address and serves until it is told to end.
with_http_server() {
    local pid
    coproc SERVER { exec python3 examples/http_work.py; }
    pid=$SERVER_PID
    read -r MPMT_EXAMPLE_URL <&"${SERVER[0]}"
    export MPMT_EXAMPLE_URL
    "$@" || { kill "$pid"; return 1; }
    kill "$pid"
}

for name in "$@"; do
    folder="results/$(date +%F)-$name"
    findings="docs/findings.md#$name"
    case "$name" in
        published) "$mpmt" reproduce -o "$folder" ;;
        runtimes) "$mpmt" reproduce --runtime all -o "$folder" --splice "$findings" ;;
        pipelined)
            "$mpmt" sweep -w io -p 1 -t 512 --dispatch pipelined --spawn eager --runtime all \
                --runs 6 -o "$folder" --splice "$findings"
            ;;
        lock)
            "$mpmt" sweep -w cpu -p 1,2 -t 1,2 --executor crossbeam --spawn eager --runtime all \
                --runs 6 -o "$folder" --splice "$findings"
            ;;
        # What the search finds, beside the grid that it spares.
        tune-*)
            work=${name#tune-}
            case "$work" in
                io) asked=(-w io --wait 20ms) threads=1..16:x2 ;;
                cpu) asked=(-w cpu) threads=1..16:x2 ;;
                json) asked=(--runtime python --task examples/json_work.py:work) threads=1..16:x2 ;;
            esac
            "$mpmt" tune "${asked[@]}" --max-processes 16 --max-threads 16 -o "$folder"
            "$mpmt" sweep "${asked[@]}" -p 1..16:x2 -t "$threads" --runs 6 -o "$folder-grid"
            ;;
        json) task json 128 1,2 ;;
        zlib) task zlib 64 1,2 ;;
        http) with_http_server task http 256 1,4,16 ;;
        *) "$mpmt" sweep "$name" -o "$folder" ;;
    esac
done
