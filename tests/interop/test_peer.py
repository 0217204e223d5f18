"""The peer against itself: client and server over ipc and tcp, and how each ends.

    python -m unittest discover tests/interop
"""

import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from socket import socket

PEER = Path(__file__).with_name("peer.py")
DEADLINE_S = 20


def free_tcp_url():
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


class PeerTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="peer-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def ipc_urls(self):
        return [f"ipc://{self.folder}/{name}" for name in ("tasks", "results")]

    def write(self, name, lines):
        path = self.folder / name
        path.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
        return str(path)

    def inputs(self, count=40, wait_s=0):
        commands = [f"10.0.0.{number}:foo" for number in range(count)]
        entries = [f"{command}:{number}:{wait_s}" for number, command in enumerate(commands)]
        return self.write("commands", commands), self.write("table", entries)

    def start(self, *arguments):
        process = subprocess.Popen(
            [sys.executable, str(PEER), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        process.kill()
        process.communicate()

    def run_both(self, commands, table, urls, batch=7, workers=3, options=()):
        tasks, results = urls
        server = self.start("server", table, tasks, results, workers, "--stdin-lifeline", *options)
        timeout = ("--timeout", DEADLINE_S / 2)
        client = self.start("client", commands, batch, results, tasks, *timeout)
        output = client.communicate(timeout=DEADLINE_S)
        return client.returncode, *output, server

    def assert_total(self, total, commands, table, urls, **how):
        status, out, err, _ = self.run_both(commands, table, urls, **how)
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(out.splitlines()[0], f"total: {total}")

    def test_the_total_comes_back_over_ipc(self):
        self.assert_total(sum(range(40)), *self.inputs(), self.ipc_urls())

    def test_the_total_comes_back_over_tcp(self):
        urls = [free_tcp_url(), free_tcp_url()]
        self.assert_total(sum(range(40)), *self.inputs(), urls)

    def test_results_without_ids_are_counted_too(self):
        options = ["--omit-ids"]
        self.assert_total(sum(range(40)), *self.inputs(), self.ipc_urls(), options=options)

    def test_unknown_commands_are_dropped_and_their_batch_is_still_answered(self):
        _, table = self.inputs(count=2)
        commands = self.write("unknown", ["10.0.0.1:foo", "10.9.9.9:foo", "10.9.9.8:bar"])
        self.assert_total(1, commands, table, self.ipc_urls(), batch=1)

    def test_the_waits_of_a_batch_are_slept_at_the_same_time(self):
        commands, table = self.inputs(count=20, wait_s=0.5)
        status, out, _, _ = self.run_both(commands, table, self.ipc_urls(), batch=10, workers=1)
        self.assertEqual(status, 0)
        seconds = float(out.split("time: ")[1].split()[0])
        # Two batches, one worker: 1 s. One command after another would take 10 s.
        self.assertGreaterEqual(seconds, 1.0)
        self.assertLess(seconds, 5.0)

    def test_a_client_without_a_server_says_how_much_is_missing(self):
        commands, _ = self.inputs(count=40)
        tasks, results = self.ipc_urls()
        client = self.start("client", commands, 10, results, tasks, "--timeout", 0.3)
        _, err = client.communicate(timeout=DEADLINE_S)
        self.assertEqual(client.returncode, 1)
        self.assertIn("4 of 4 batches missing", err)

    def test_a_server_ends_when_its_stdin_closes_even_amid_work(self):
        commands, table = self.inputs(count=4, wait_s=3600)
        tasks, results = self.ipc_urls()
        server = self.start("server", table, tasks, results, 2, "--stdin-lifeline")
        client = self.start("client", commands, 2, results, tasks, "--timeout", 1)
        _, err = client.communicate(timeout=DEADLINE_S)
        self.assertIn("2 of 2 batches missing", err)
        started = time.monotonic()
        server.communicate(timeout=DEADLINE_S)
        self.assertEqual(server.returncode, 0)
        self.assertLess(time.monotonic() - started, 5)


if __name__ == "__main__":
    unittest.main()
