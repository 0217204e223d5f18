#!/usr/bin/env python3
"""Holds mpmt's Python runtime against the standard library's own process pool.

    scripts/versus_process_pool.py [ROUNDS]

Both run the published CPU work, 512 commands of 2,000,000 loops, on two processes, in turns, ROUNDS times
(5). Printed are the makespans of each round and the ratio of the medians: mpmt 2x16 over
concurrent.futures.ProcessPoolExecutor(2). Takes about 12 s a round on two cores. Needs `mpmt` built in release mode
(or MPMT naming it); the interpreter of both is the one that runs this script.
"""

import concurrent.futures
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMANDS = 512
BATCH = 16
LOOPS = 2_000_000
ROOT = Path(__file__).resolve().parent.parent
MPMT = os.environ.get("MPMT", str(ROOT / "target" / "release" / "mpmt"))


def command(_number):
    for _ in range(LOOPS):
        pass
    return 1


def pool_s():
    """The makespan of a pool whose processes are there already, as mpmt's are before its clock starts."""
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        list(pool.map(abs, range(4)))
        start = time.perf_counter()
        total = sum(pool.map(command, range(COMMANDS), chunksize=BATCH))
        makespan = time.perf_counter() - start
    assert total == COMMANDS, total
    return makespan


def mpmt_s():
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        arguments = ["run", "-w", "cpu", "-p", "2", "-t", "16", "--spawn", "eager"]
        runtime = ["--runtime", f"python:{sys.executable}"]
        subprocess.run(
            [MPMT, *arguments, *runtime, "-o", str(out)],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with open(out / "trials.csv", encoding="utf-8", newline="") as file:
            (row,) = csv.DictReader(file)
    assert row["status"] == "ok" and row["responses_sum"] == str(COMMANDS), row
    return float(row["makespan_s"])


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    ours, theirs = [], []
    for number in range(rounds):
        # Who goes first changes from round to round.
        order = [(mpmt_s, ours), (pool_s, theirs)]
        for measure, figures in order if number % 2 == 0 else reversed(order):
            figures.append(measure())
        print(f"mpmt {ours[-1]:.3f} s, pool {theirs[-1]:.3f} s", flush=True)
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(
        f"medians: mpmt {statistics.median(ours):.3f} s, pool {statistics.median(theirs):.3f} s, "
        f"ratio {ratio:.3f}"
    )


if __name__ == "__main__":
    main()
