"""Work that computes outside of the interpreter: compresses half a megabyte.

    mpmt sweep --runtime python --task examples/zlib_work.py:work -p 1,2 -t 1,2

zlib releases the interpreter lock while it compresses, so threads of one process compress at the same
time.
"""

import zlib

# Neither all alike nor noise: about a third is left of it.
DATA = b"".join(b"%d,%d,%d\n" % (n, n * n % 9973, n * 31 % 257) for n in range(40_000))


def work(_instruction):
    """Is called once for each command. None stands for the response of the table."""
    if not zlib.compress(DATA, 6):
        raise ValueError("nothing is left of the data")
