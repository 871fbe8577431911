"""The network between adapter and service fails: it is cut, loses packets, forgets a connection.

The service has a network of its own (`network.py`).
"""

import shutil
import subprocess
import sys
import threading
import time
import unittest

import surroundings
import api
import grpc
import network
import programs
import slow_link
import webhook
from webhook import BEGIN

SENDERS = 64
EVENTS = 2_000 if programs.LONG else 200
DEADLINE_SECONDS = 1.0
LONG_DEADLINE_SECONDS = 5.0  # far longer than what is to happen before it
DELAY_SECONDS = 0.3


class NetworkTest(surroundings.FaultTest):
    """The adapter is here, the service in the other network."""

    def setUp(self):
        super().setUp()
        if shutil.which("ip") is None or shutil.which("nft") is None:
            self.skipTest("iproute2 and nftables are not installed")
        self.network = network.Network()
        self.addCleanup(self.network.remove)
        if not self.network.make():
            self.skipTest("networks may not be made here: it takes root")
        self.start_with_spool("--insecure", listen=f"{self.network.there}:0",
                              wrapper=self.network.enter,
                              adapter=[f"--service-deadline={DEADLINE_SECONDS}s"])
        self.create_calls(range(1, SENDERS + 1))

    def post_from_all(self, count, first=0):
        """`count` events, each sender's of a call of its own; the answers and their seconds."""
        answers, lock = [], threading.Lock()

        def post(index):
            sender = webhook.Sender(self.adapter.address)
            for number in range(first, first + count // SENDERS):
                begin = time.monotonic()
                answer = sender.post(webhook.status_update(
                    index + 1, "in-progress", BEGIN + number, f"vapi-{index}"))
                with lock:
                    answers.append((answer.http, time.monotonic() - begin))
            sender.close()

        threads = [threading.Thread(target=post, args=(index,)) for index in range(SENDERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def ask_in_vain(self, seconds):
        """A request to the service that ends after so long: whoever waits for an answer from there
        as long ends after it."""
        return self.api.stub.GetCall.future(api.service.GetCallRequest(name="calls/1"),
                                            timeout=seconds)

    def assert_stored_once(self, count):
        self.wait_until_drained(120)
        expected = [BEGIN + number for number in range(count)]
        for call_id in range(1, SENDERS + 1):
            self.assertEqual(self.times_of(call_id), expected)

    def test_cut_network_costs_one_deadline_and_then_nothing(self):
        """FT18: the spool takes all; after a few failures nobody waits; threads do not pile up."""
        self.adapter.stop()
        self.restart_adapter(f"--service-deadline={LONG_DEADLINE_SECONDS}s")
        self.post_from_all(SENDERS)
        threads = self.adapter.status("Threads")
        self.network.drop()
        two_deadlines = self.ask_in_vain(2 * LONG_DEADLINE_SECONDS)
        first = self.post_from_all(2 * SENDERS, first=1)
        self.assertFalse(two_deadlines.done())
        one_deadline = self.ask_in_vain(LONG_DEADLINE_SECONDS)
        begin = time.monotonic()
        then = self.post_from_all(10 * SENDERS, first=3)
        took = time.monotonic() - begin
        self.assertFalse(one_deadline.done())
        self.assertEqual({http for http, _ in first + then}, {202})
        for asked in two_deadlines, one_deadline:
            self.assertEqual(asked.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
        print(f"cut: first answers within {max(s for _, s in first):.2f} s, then "
              f"{len(then)} in {took:.2f} s", file=sys.stderr)
        self.assertLess(self.adapter.status("Threads"), threads + 16)
        self.network.heal()
        self.assert_stored_once(13)

    def test_connection_that_one_side_has_forgotten_is_given_up(self):
        """FT20: the service restarts while the network is cut, so that no end of the connection
        is heard of."""
        self.assertEqual({http for http, _ in self.post_from_all(SENDERS)}, {200})
        port = self.service.port
        self.network.drop()
        self.service.kill()
        self.assertEqual(self.sender.post(
            webhook.status_update(1, "in-progress", BEGIN + 1, "vapi-0")).http, 202)
        self.service = self.start_service("--insecure", listen=f"{self.network.there}:{port}",
                                          wrapper=self.network.enter)
        self.network.heal()
        self.wait_until_drained(60)
        self.api = self.connect(self.service.address)
        self.assertEqual(self.times_of(1), [BEGIN, BEGIN + 1])

    @unittest.skipUnless(programs.LONG, "it takes 20 seconds")
    def test_connection_whose_packets_vanish_is_replaced(self):
        """FT20: nothing comes back on the old one, a new one would work."""
        self.post_from_all(SENDERS)
        ports = self.client_ports()
        self.assertGreater(len(ports), 0)
        for port in ports:
            self.network.drop(f"tcp sport {port}")
            self.network.drop(f"tcp dport {port}")
        begin = time.monotonic()
        self.assertEqual(self.sender.post(
            webhook.status_update(1, "in-progress", BEGIN + 1, "vapi-0")).http, 202)
        self.wait_until_drained(120)
        print(f"replaced after {time.monotonic() - begin:.1f} s", file=sys.stderr)
        self.network.heal()
        self.assertEqual(self.times_of(1), [BEGIN, BEGIN + 1])

    def client_ports(self):
        """Those of the adapter's connections to the service."""
        listed = subprocess.run(["ss", "-tnpH", "dst", self.network.there], capture_output=True,
                                text=True, check=True).stdout
        return [line.split()[3].rsplit(":", 1)[1] for line in listed.splitlines()
                if f"pid={self.adapter.process.pid}," in line]

    def test_slow_network_that_loses_packets_repeats_nothing(self):
        """FT19: 5 % of the packets are lost each way, and all are 300 ms late."""
        link = slow_link.SlowLink(self.service.address, DELAY_SECONDS)
        self.addCleanup(link.close)
        self.adapter.stop()
        self.adapter = self.start_spooling_adapter(link.address)
        self.network.drop("numgen random mod 100 < 5")
        answers = self.post_from_all(EVENTS // SENDERS * SENDERS)
        times = sorted(seconds for _, seconds in answers)
        print(f"5 % lost, {DELAY_SECONDS} s late: {len(times)} events, p50 "
              f"{times[len(times) // 2]:.2f} s, p99 {times[len(times) * 99 // 100]:.2f} s",
              file=sys.stderr)
        self.assertLessEqual({http for http, _ in answers}, {200, 202})
        self.network.heal()
        self.assert_stored_once(EVENTS // SENDERS)


if __name__ == "__main__":
    unittest.main(verbosity=2)
