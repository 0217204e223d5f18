"""The agent: what a Python interpreter runs for its worker.

Its command line may name a task, a file and a function of it, which is loaded before anything is
said. The worker says which job it is, and then batches; the agent runs their commands on threads of this
interpreter, as the worker's own executors would on native ones, and answers each batch with its
sum. The main thread reads, the others compute. The end of what the worker says is the end of the
agent, whatever still runs.

It needs the standard library alone, of CPython 3.8 or later or PyPy.

Frames, both ways: a length (4 bytes), then a kind (1 byte) and what belongs to it. Numbers are
little-endian. From the worker:

    J   the job, as JSON; it comes first, and once
    B   a batch: its sequence (u64), and for each command its response (i64) and wait in ns (u64); for a
        task then for each command its address (4 bytes) and what is asked of it (u8: 0 foo, 1 bar)
    C   cancel: batches that have not begun are answered with 0, without being run

From the agent:

    H   hello: what the interpreter is, as JSON; it comes first
    L   instead of it: the task can't be loaded, why, as a reason
    N   so many commands (u32) are done, of batches that are not; told when pipelined
    D   a batch is done: its sequence (u64), how many of its commands no N has told of (u32), its sum
        (i64), the least CPU time that the loops of a command took (u64, ns; 0 without loops), and
        when traced for each command its place (u32), its thread (u32), and when it
        began and was done (u64 each, monotonic clock in ns)
    X   a batch is done, and failed: its sequence (u64), how many of its commands no N has told of (u32),
        and what failed, and why, as a reason
    F   the agent can't go on: why, as a reason

A reason is text: a line that says it all, and the traceback behind it, when there is one.
"""

import itertools
import json
import operator
import os
import struct
import sys
import threading
import time
from queue import SimpleQueue

LENGTH = struct.Struct("<I")
INSTRUCTION = struct.Struct("<qQ")
COMMAND = struct.Struct("<4BB")
SEQUENCE = struct.Struct("<Q")
COUNT = struct.Struct("<I")
END = struct.Struct("<QI")
SUM = struct.Struct("<qQ")
SPAN = struct.Struct("<IIQQ")

# Thirty years; time.sleep refuses what its C type can't hold.
LONGEST_SLEEP_S = 1e9

# In letters. Its end says the most.
LONGEST_TRACEBACK = 16_000

# The file, by its absolute path, and the function that commands call, if they do.
TASK = [os.path.abspath(sys.argv[1]), sys.argv[2]] if len(sys.argv) > 2 else None


def fits(number):
    """Whether it is an integer of 64 bits, as responses and sums are."""
    return -(2**63) <= number < 2**63


def burn(loops):
    """The published system's CPU work."""
    for _ in range(loops):
        pass


def timed_burn(loops):
    """The same, with the CPU time that it took this thread, in ns."""
    before = time.thread_time_ns()
    burn(loops)
    return time.thread_time_ns() - before


class Line:
    """The pipes to and from the worker. They are moved away from standard input and output, so
    that nothing that is printed or read here disturbs them."""

    def __init__(self):
        self.source = open(os.dup(0), "rb")
        self.sink = os.dup(1)
        self.lock = threading.Lock()
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        os.dup2(2, 1)

    def hear(self):
        """The next frame, or None at the end."""
        head = self.source.read(LENGTH.size)
        if len(head) < LENGTH.size:
            return None
        (length,) = LENGTH.unpack(head)
        frame = self.source.read(length)
        return frame if len(frame) == length else None

    def say(self, kind, body):
        frame = LENGTH.pack(1 + len(body)) + kind + body
        with self.lock:
            while frame:
                frame = frame[os.write(self.sink, frame) :]


class Batch:
    """A batch whose commands are being run."""

    def __init__(self, frame, has_commands):
        (self.sequence,) = SEQUENCE.unpack_from(frame, 1)
        body = frame[1 + SEQUENCE.size :]
        each = INSTRUCTION.size + (COMMAND.size if has_commands else 0)
        end = len(body) // each * INSTRUCTION.size
        self.instructions = list(INSTRUCTION.iter_unpack(body[:end]))
        self.commands = list(COMMAND.iter_unpack(body[end:]))
        self.left = len(self.instructions)
        self.untold = self.left
        self.sum = 0
        self.failure = None
        self.spans = []
        self.loop_times = []

    def command(self, index):
        """The address and the word of a command."""
        *octets, word = self.commands[index]
        return ".".join(map(str, octets)), ("foo", "bar")[word]


class Runner:
    """Takes batches in order, on a thread of its own, and has an executor start their commands."""

    def __init__(self, line, job, task):
        self.line = line
        self.work = self.own_work if job["task"] else self.instructed_work
        self.task = task
        self.sleeps = job["sleeps"]
        self.loops = job["loops"]
        self.threads = job["threads"]
        self.pipelined = job["pipelined"]
        self.traced = job["traced"]
        self.lock = threading.Lock()
        self.batches = SimpleQueue()
        self.finished = SimpleQueue()
        self.cancelled = False
        self.numbers = itertools.count(1)
        self.local = threading.local()
        self.start = self.executor(job["executor"])
        self.start_thread(self.take_batches)

    def executor(self, name):
        """The method that starts the commands of a batch: the one of that name, and no other, for the
        records say what was asked."""
        if name == "sequential":
            return self.sequential
        if name == "spawn":
            self.places = threading.BoundedSemaphore(self.threads)
            return self.spawn
        if name == "crossbeam":
            self.commands = SimpleQueue()
            for _ in range(self.threads):
                self.start_thread(self.take_commands)
            return self.crossbeam
        raise ValueError("there is no executor '{}' in Python".format(name))

    # Executors: each starts every command of a batch, which has at least one.

    def sequential(self, batch):
        for index in range(len(batch.instructions)):
            self.run(batch, index)

    def spawn(self, batch):
        """A thread for each command, so many at a time, whichever batch it is of: the published
        system's way, where a batch has as many commands as there are threads."""
        for index in range(len(batch.instructions)):
            self.places.acquire()
            self.start_thread(self.run, batch, index, self.places.release)

    def crossbeam(self, batch):
        """Threads that stay, and take commands from one queue."""
        for index in range(len(batch.instructions)):
            self.commands.put((batch, index))

    # Threads.

    def start_thread(self, target, *args):
        thread = threading.Thread(target=self.guarded, args=(target,) + args, daemon=True)
        thread.start()
        return thread

    def guarded(self, target, *args):
        """A thread that dies alone would leave its batch unanswered for ever."""
        try:
            target(*args)
        except BaseException:
            give_up(self.line)

    def take_batches(self):
        while True:
            batch = self.batches.get()
            if self.cancelled or not batch.instructions:
                self.answer(batch)
            else:
                self.start(batch)
            if not self.pipelined:
                self.finished.get()

    def take_commands(self):
        while True:
            self.run(*self.commands.get())

    # Commands.

    def run(self, batch, index, before_told=None):
        response, wait_ns = batch.instructions[index]
        began = time.monotonic_ns() if self.traced else 0
        response = self.work(batch, index, response, wait_ns)
        if self.traced:
            batch.spans.append((index, self.number(), began, time.monotonic_ns()))
        if before_told:
            before_told()
        self.done(batch, response)

    def instructed_work(self, batch, _index, response, wait_ns):
        if self.sleeps:
            time.sleep(min(wait_ns / 1e9, LONGEST_SLEEP_S))
        if self.loops:
            batch.loop_times.append(timed_burn(self.loops))
        return response

    def own_work(self, batch, index, response, wait_ns):
        """Calls the person's function. Once a command of a batch has failed, the others need not be
        run."""
        if batch.failure:
            return 0
        address, word = batch.command(index)
        try:
            own = self.task(
                {"address": address, "command": word, "response": response, "wait": wait_ns / 1e9}
            )
            return response if own is None else integer(own)
        except BaseException:
            if not batch.failure:
                batch.failure = "the command {}:{} failed: {}".format(address, word, reason())
            return 0

    def number(self):
        """This thread's number: they are numbered as they first run a command."""
        if not hasattr(self.local, "number"):
            self.local.number = next(self.numbers)
        return self.local.number

    def done(self, batch, response):
        with self.lock:
            batch.sum += response
            batch.left -= 1
            last = batch.left == 0
            if self.pipelined and not last:
                # Under the lock: of a batch that is done nothing more is told.
                batch.untold -= 1
                self.line.say(b"N", COUNT.pack(1))
        if last:
            self.answer(batch)

    def answer(self, batch):
        if not batch.failure and not fits(batch.sum):
            batch.failure = (
                "the responses of its {} commands add up to {}, beyond the 64 bits of a result; "
                "try smaller batches, or smaller responses"
            ).format(len(batch.instructions), batch.sum)
        fastest = min(batch.loop_times, default=0)
        spans = b"".join(SPAN.pack(*span) for span in batch.spans)
        end = END.pack(batch.sequence, batch.untold)
        if batch.failure:
            self.line.say(b"X", end + batch.failure.encode("utf-8", "replace"))
        else:
            self.line.say(b"D", end + SUM.pack(batch.sum, fastest) + spans)
        if not self.pipelined:
            self.finished.put(None)


def hello():
    implementation = sys.implementation
    names = {"cpython": "CPython", "pypy": "PyPy"}
    version = "{}.{}.{}".format(*implementation.version[:3])
    python = "{}.{}.{}".format(*sys.version_info[:3])
    if version != python:
        version += " (Python {})".format(python)
    gil = getattr(sys, "_is_gil_enabled", None)
    return {
        "executable": sys.executable or "",
        "implementation": names.get(implementation.name, implementation.name),
        "version": version,
        "gil_enabled": gil() if gil else None,
    }


def reason():
    """The exception that is being dealt with: a line, with the place in the person's file where it
    came up, and the traceback from that file on, if it came through it."""
    import traceback  # Here, since hardly any process needs it.

    kind, error, trace = sys.exc_info()
    line = " ".join("".join(traceback.format_exception_only(kind, error)).split())
    frames = traceback.extract_tb(trace)
    theirs = [frame for frame in frames if TASK and frame.filename == TASK[0]]
    if not theirs:
        return line
    line += " ({}, line {})".format(os.path.basename(theirs[-1].filename), theirs[-1].lineno)
    while trace.tb_frame.f_code.co_filename != TASK[0]:
        trace = trace.tb_next
    whole = "".join(traceback.format_exception(kind, error, trace)).rstrip()
    return line + "\n" + whole[-LONGEST_TRACEBACK:]


def integer(own):
    """What a person's function returned, of whatever type of integers."""
    try:
        number = operator.index(own)
    except TypeError:
        kind = type(own).__name__
        raise TypeError("it returned a {} where an integer or None should be".format(kind)) from None
    if fits(number):
        return number
    size = number.bit_length()
    raise OverflowError(
        "it returned an integer of {} bits and a sign, where 63 and a sign fit".format(size)
    )


def load(file, function):
    """The person's function. Its file is a module, found by its path; it is not `__main__`."""
    import importlib.util  # Here, since hardly any process needs it.

    sys.path.insert(0, os.path.dirname(file))
    name = os.path.splitext(os.path.basename(file))[0]
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(name, module)
    spec.loader.exec_module(module)
    task = getattr(module, function)
    if not callable(task):
        raise TypeError("{} is not a function".format(function))
    return task


def load_or_give_up(line):
    if not TASK:
        return None
    try:
        return load(*TASK)
    except BaseException:
        line.say(b"L", reason().encode("utf-8", "replace"))
        os._exit(1)


def give_up(line):
    """Says why, if anybody listens, and ends the process, whatever else runs."""
    try:
        import traceback  # Here, since hardly any process needs it.

        whole = traceback.format_exc().rstrip()
        last = whole.splitlines()[-1].strip()
        line.say(b"F", (last + "\n" + whole).encode("utf-8", "replace"))
    finally:
        os._exit(1)


def serve(line):
    task = load_or_give_up(line)
    line.say(b"H", json.dumps(hello()).encode())
    runner = None
    while True:
        frame = line.hear()
        if frame is None:
            return
        kind = frame[:1]
        if kind == b"B":
            runner.batches.put(Batch(frame, task is not None))
        elif kind == b"J":
            runner = Runner(line, json.loads(frame[1:].decode()), task)
        elif kind == b"C":
            runner.cancelled = True
        else:
            raise ValueError("a frame of an unknown kind: {!r}".format(kind))


def main():
    line = Line()
    try:
        serve(line)
    except BaseException:
        give_up(line)
    os._exit(0)


main()
