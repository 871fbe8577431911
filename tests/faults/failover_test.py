"""The primary of two PostgreSQL servers is killed, and its standby promoted."""

import pathlib
import shutil
import subprocess
import sys
import time
import unittest
import urllib.parse

import surroundings
import api
import databases
import grpc
import postgres_pair
import programs
import webhook
from load import CALLS
from network import Network
from webhook import BEGIN

SECONDS_TO_RECOVER = 15.0


class FailoverTest(surroundings.FaultTest):
    """The service knows both servers, and uses the one that takes writes."""

    def setUp(self):
        super().setUp()
        self.database = postgres_pair.PostgresPair()
        self.addCleanup(self.database.stop)
        self.start_with_spool()
        self.create_calls(range(1, CALLS + 1))

    def records(self):
        try:
            self.api.create_service_record(int(time.monotonic() * 1_000_000))
            return True
        except grpc.RpcError:
            return False

    def test_standby_that_is_promoted_has_all_that_was_acknowledged(self):
        """FT14: kill -9 under load; the service finds the other server by itself."""
        load = self.start_load()
        load.await_progress(500)
        self.database.kill_first()
        load.await_progress(500)  # into the spool
        self.assertFalse(self.records(), "the standby takes no writes yet")
        self.await_readiness(api.NOT_SERVING)
        self.database.promote()
        promoted = time.monotonic()
        programs.wait_until(self.records, "the service records", SECONDS_TO_RECOVER)
        recorded = time.monotonic() - promoted
        load.await_progress(500)
        load.stop()
        self.assertEqual(load.errors, [])
        self.assertLessEqual(set(load.answers), {200, 202})
        self.wait_until_drained(120)
        drained = time.monotonic() - promoted
        self.await_readiness(api.SERVING)
        self.assert_kept_once(load, self.service.address)
        answer = self.sender.post(webhook.status_update(1, "in-progress", BEGIN, "vapi-1"))
        self.assertEqual(answer.http, 200, answer)
        print(f"after the promotion the service recorded again after {recorded:.2f} s, and the "
              f"spool was empty after {drained:.2f} s; answers {load.answers}", file=sys.stderr)


@unittest.skipUnless(programs.LONG, "it takes 20 seconds")
class VanishedServerTest(surroundings.FaultTest):
    """The service reaches PostgreSQL over a network of its own, and on this machine besides."""

    def setUp(self):
        super().setUp()
        self.network = Network()
        self.addCleanup(self.network.remove)
        if shutil.which("nft") is None or not self.network.make():
            self.skipTest("networks may not be made here: it takes root and nftables")

    def url_over_the_network(self):
        """Names the server twice: as one that is reached over the network, and as another."""
        url = urllib.parse.urlsplit(self.database.url)
        folder = urllib.parse.parse_qs(url.query)["host"][0]
        relay = subprocess.Popen(
            [*self.network.enter, sys.executable, pathlib.Path(__file__).parent / "socket_relay.py",
             self.network.there, f"{folder}/.s.PGSQL.5432"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(relay.communicate)
        self.addCleanup(relay.kill)
        port = int(relay.stdout.readline())
        return (f"postgresql://{url.path}?host={self.network.there},{folder}&port={port},5432"
                "&user=postgres&target_session_attrs=read-write&sslmode=disable")

    def test_server_that_vanishes_without_a_word_is_given_up(self):
        """FT14: no end of a connection is heard of, and no answer to a new one."""
        self.service = self.start(programs.start_service(self.url_over_the_network()))
        self.api = self.connect(self.service.address)
        self.api.create_call(1)
        self.adapter = self.start_spooling_adapter(self.service.address)
        sender = self.sender_to(self.adapter)
        self.network.drop()
        vanished = time.monotonic()
        answer = sender.post(webhook.status_update(1, "in-progress", BEGIN, "vapi-1"))
        self.assertEqual(answer.http, 202, answer)
        self.wait_until_drained(90)
        print(f"a server that vanished was given up, and the other one used, after "
              f"{time.monotonic() - vanished:.1f} s", file=sys.stderr)
        self.assertEqual(self.times_of(1), [BEGIN])


if __name__ == "__main__":
    assert databases.KIND == "postgresql"
    unittest.main(verbosity=2)
