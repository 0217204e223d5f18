#!/usr/bin/env python3
"""An independent peer of mpmt's wire, in Python with pyzmq.

It behaves as the first system does: the same argument order, the same frames with the same spacing,
the same pause between sends. It shares no code with mpmt, so that the two can only agree by keeping
to the wire.

    peer.py client COMMANDS BATCH BIND_URL REMOTE_URL [--timeout SECONDS]
    peer.py server TABLE BIND_URL RESULTS_URL MAX_WORKERS [--omit-ids] [--stdin-lifeline]

Every message is one JSON array in one frame. Its first element is the kind, its last the payload:

    batch   [1, "<uuid>", ["<ip>:<command>", ...]]      client to server
    result  [2, "<uuid>", <sum>]  or  [2, <sum>]        worker to client
"""

import argparse
import json
import queue
import sys
import threading
import time
import uuid

import zmq

BATCH, RESULT = 1, 2
POLL_BETWEEN_SENDS_MS = 10
POLL_MS = 100
LINGER_MS = 1000


# --- client ---------------------------------------------------------------------------------------


def read_batches(path, size):
    with open(path, encoding="ascii") as file:
        commands = [line.strip() for line in file if line.strip()]
    return [commands[start : start + size] for start in range(0, len(commands), size)]


class Ledger:
    """Which batches are out, and what those that came back add up to.

    A result with an id counts once. One without an id cannot be told from a repeat, so it counts
    whenever a batch is still out.
    """

    def __init__(self):
        self.out = set()
        self.without_id = 0
        self.total = 0

    def sent(self, batch_id):
        self.out.add(batch_id)

    def received(self, frame):
        message = json.loads(frame)
        if message[0] != RESULT:
            return
        _, *batch_id, payload = message
        if not batch_id:
            if self.missing() > 0:
                self.without_id += 1
                self.total += payload
        elif batch_id[0] in self.out:
            self.out.remove(batch_id[0])
            self.total += payload

    def missing(self):
        return len(self.out) - self.without_id


def run_client(args):
    batches = read_batches(args.commands, args.batch)
    deadline = None if args.timeout is None else time.monotonic() + args.timeout
    context = zmq.Context()
    results, remote = context.socket(zmq.PULL), context.socket(zmq.PUSH)
    remote.linger = LINGER_MS
    try:
        results.bind(args.bind_url)
        remote.connect(args.remote_url)
        return exchange(batches, results, remote, deadline)
    finally:
        context.destroy()


def exchange(batches, results, remote, deadline):
    ledger = Ledger()
    started = time.monotonic()
    for number, batch in enumerate(batches):
        if not send_before(deadline, remote, ledger, batch):
            unsent = len(batches) - number
            return report_missing(ledger.missing() + unsent, len(batches), ledger.total)
        if results.poll(POLL_BETWEEN_SENDS_MS):
            ledger.received(results.recv())
    while ledger.missing() > 0:
        if is_past(deadline):
            return report_missing(ledger.missing(), len(batches), ledger.total)
        if results.poll(POLL_MS):
            ledger.received(results.recv())
    print(f"total: {ledger.total}")
    print(f"time: {time.monotonic() - started:.3f} s", flush=True)
    return 0


def send_before(deadline, remote, ledger, batch):
    """Sends a batch once the queue has room for it. False when the deadline came first."""
    while not remote.poll(POLL_MS, zmq.POLLOUT):
        if is_past(deadline):
            return False
    batch_id = str(uuid.uuid4())
    ledger.sent(batch_id)
    # json.dumps puts a space after each comma: that is what a Python peer sends.
    remote.send_string(json.dumps([BATCH, batch_id, batch]))
    return True


def is_past(deadline):
    return deadline is not None and time.monotonic() > deadline


def report_missing(missing, batches, total):
    print(f"{missing} of {batches} batches missing; total so far: {total}", file=sys.stderr)
    return 1


# --- server ---------------------------------------------------------------------------------------


def read_table(path):
    table = {}
    with open(path, encoding="ascii") as file:
        for line in filter(None, map(str.strip, file)):
            address, command, response, wait = line.split(":")
            table[f"{address}:{command}"] = (int(response), float(wait))
    return table


def run_server(args):
    table = read_table(args.table)
    stop = threading.Event()
    if args.stdin_lifeline:
        threading.Thread(target=stop_at_end_of_stdin, args=[stop], daemon=True).start()
    context = zmq.Context()
    # All workers share one queue: first free, first served.
    tasks = queue.SimpleQueue()
    workers = []
    tasks_in = context.socket(zmq.PULL)
    try:
        tasks_in.bind(args.bind_url)
        while not stop.is_set():
            if not tasks_in.poll(POLL_MS):
                continue
            task = to_task(table, tasks_in.recv())
            if task is None:
                continue
            tasks.put(task)
            # Workers come on demand, one for each batch, up to the maximum.
            if len(workers) < args.max_workers:
                workers.append(start_worker(context, args, tasks))
    except KeyboardInterrupt:
        pass
    finally:
        # Daemon threads own the other sockets; the process's end closes those.
        tasks_in.close(linger=0)
    return 0


def stop_at_end_of_stdin(stop):
    # Not sys.stdin: its lock would still be held when the interpreter ends.
    with open(0, "rb", buffering=0, closefd=False) as stdin:
        while stdin.read(1024):
            pass
    stop.set()


def to_task(table, frame):
    """A batch's id and its known commands' instructions; None for any other message."""
    message = json.loads(frame)
    if message[0] != BATCH:
        return None
    _, batch_id, payload = message
    return batch_id, [table[command] for command in payload if command in table]


def start_worker(context, args, tasks):
    worker = threading.Thread(target=work, args=[context, args, tasks], daemon=True)
    worker.start()
    return worker


def work(context, args, tasks):
    results = context.socket(zmq.PUSH)
    results.connect(args.results_url)
    while True:
        batch_id, instructions = tasks.get()
        total = run_batch(instructions)
        message = [RESULT, total] if args.omit_ids else [RESULT, batch_id, total]
        results.send_string(json.dumps(message))


def run_batch(instructions):
    """The sum of a batch's responses, one thread a command."""
    responses = []

    def run(response, wait_s):
        time.sleep(wait_s)
        responses.append(response)

    # Plain daemon threads: an executor would hold up the process's end until they are done.
    threads = [threading.Thread(target=run, args=one, daemon=True) for one in instructions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(responses)


# --- command line ---------------------------------------------------------------------------------


def at_least_one(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)

    client = commands.add_parser("client", help="send a commands file, print the total")
    client.add_argument("commands")
    client.add_argument("batch", type=at_least_one, help="commands per batch")
    client.add_argument("bind_url", help="where results are pulled")
    client.add_argument("remote_url", help="where batches are pushed")
    client.add_argument("--timeout", type=float, metavar="SECONDS", help="then exit 1")
    client.set_defaults(run=run_client)

    server = commands.add_parser("server", help="answer batches from a table file")
    server.add_argument("table")
    server.add_argument("bind_url", help="where batches are pulled")
    server.add_argument("results_url", help="where workers push results")
    server.add_argument("max_workers", type=at_least_one)
    server.add_argument("--omit-ids", action="store_true", help="results as [2, <sum>]")
    server.add_argument("--stdin-lifeline", action="store_true", help="end when stdin closes")
    server.set_defaults(run=run_server)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    ARGUMENTS = parse_arguments(sys.argv[1:])
    sys.exit(ARGUMENTS.run(ARGUMENTS))
