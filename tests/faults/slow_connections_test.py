"""Senders that are slow, silent or many: the others do not notice, memory stays small."""

import http.client
import os
import pathlib
import resource
import sys
import time
import unittest

import crowd

sys.path.append(str(pathlib.Path(__file__).parents[1] / "e2e"))
# pylint: disable=wrong-import-position
import programs
from fixture import EndToEndTest

# The test's own connections come on top, within 10,000 files.
COUNT = 9_900 if programs.LONG else 1_000
DEADLINE_SECONDS = 20 if programs.LONG else 5
MAX_P99_MS = 50.0
MAX_RESIDENT_KB = 64 * 1024
BODY = b'{"message":{"type":"speech-update"}}'
HEAD = (b"POST /webhooks/vapi HTTP/1.1\r\nHost: test\r\nX-Vapi-Secret: "
        + programs.SECRET.encode() + b"\r\n")


class SlowConnectionsTest(EndToEndTest):
    """An adapter whose service is away: nothing here needs one."""

    def setUp(self):
        super().setUp()
        if crowd.allow_many_files() < COUNT + 200:
            self.skipTest("too few file descriptors are permitted")

    def start_with(self, *arguments):
        self.adapter = self.start_adapter("127.0.0.1:1", "--log-level=error",
                                          f"--request-deadline={DEADLINE_SECONDS}s", *arguments)

    def start_crowd(self, opening, drip=b"", count=COUNT):
        members = crowd.CrowdProcess(self.adapter.port, count, opening, drip)
        self.addCleanup(members.close)
        members.wait_until_connected()
        return members

    def cpu_seconds(self):
        with open(f"/proc/{self.adapter.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def post(self, connection):
        connection.request("POST", "/webhooks/vapi", BODY, {"X-Vapi-Secret": programs.SECRET})
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def assert_honest_are_served(self, while_true):
        """Posts over a connection of its own, and new ones now and then, as long as `while_true`."""
        times = []
        kept = http.client.HTTPConnection("127.0.0.1", self.adapter.port, timeout=30)
        while while_true() or len(times) < 200:
            is_new = len(times) % 10 == 0
            begin = time.monotonic()
            connection = kept
            if is_new:
                connection = http.client.HTTPConnection("127.0.0.1", self.adapter.port, timeout=30)
            self.assertEqual(self.post(connection), 200)
            times.append(time.monotonic() - begin)
            if is_new:
                connection.close()
        kept.close()
        times.sort()
        p99_ms = times[len(times) * 99 // 100] * 1000
        print(f"{len(times)} honest requests: p50 {times[len(times) // 2] * 1000:.1f} ms, p99 "
              f"{p99_ms:.1f} ms, adapter {self.adapter.status('VmHWM') // 1024} MiB", file=sys.stderr)
        self.assertLess(p99_ms, MAX_P99_MS)

    def assert_slow_ones_are_given_up(self, opening, drip):
        members = self.start_crowd(opening, drip)
        self.assert_honest_are_served(lambda: not members.is_done())
        self.assertEqual(members.answers(), {"408": COUNT})
        self.assertLess(self.adapter.status("VmHWM"), MAX_RESIDENT_KB)

    def test_slow_heads_cost_the_others_nothing(self):
        """FT21."""
        self.start_with()
        self.assert_slow_ones_are_given_up(HEAD + b"X-Slow: ", b"x")

    def test_slow_bodies_cost_the_others_nothing(self):
        """FT22."""
        self.start_with()
        self.assert_slow_ones_are_given_up(HEAD + b"Content-Length: 1000\r\n\r\n", b" ")

    def test_a_storm_of_connections_is_served(self):
        """FT23: all at once, each with a request."""
        self.start_with()
        begin = time.monotonic()
        members = self.start_crowd(HEAD + b"Connection: close\r\nContent-Length: "
                                   + str(len(BODY)).encode() + b"\r\n\r\n" + BODY)
        self.assertEqual(members.answers(), {"200": COUNT})
        print(f"{COUNT} connections at once: {time.monotonic() - begin:.1f} s", file=sys.stderr)

    def test_without_file_descriptors_others_are_refused_and_it_recovers(self):
        """FT23: the limit is reached; nothing spins, nobody hangs."""
        self.start_with()
        few = 128
        resource.prlimit(self.adapter.process.pid, resource.RLIMIT_NOFILE, (few, few))
        members = self.start_crowd(HEAD, count=1000)
        begin, cpu_begin = time.monotonic(), self.cpu_seconds()
        answers = members.answers()
        self.assertLess(self.cpu_seconds() - cpu_begin, 0.5 * (time.monotonic() - begin))
        self.assertGreater(answers["closed"], 1000 - few)
        self.assertLess(answers["408"], few)
        self.assertEqual(sum(answers.values()), 1000)
        connection = http.client.HTTPConnection("127.0.0.1", self.adapter.port, timeout=30)
        self.assertEqual(self.post(connection), 200)
        connection.close()


if __name__ == "__main__":
    unittest.main()
