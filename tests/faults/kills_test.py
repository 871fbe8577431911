"""kill -9 of adapter and service at random points under load: FT1 to FT5.

AUTOPULSE_FAULT_SEED makes another run.
"""

import os
import random
import unittest

import surroundings
import databases
import programs
from repeating_load import DRAIN_SECONDS, Load

KILLS = 200 if programs.LONG else 20
SEED = int(os.environ.get("AUTOPULSE_FAULT_SEED", "11"))
CALLS = range(1, 25)
QUIET = "--log-level=error"


class KillsTest(surroundings.FaultTest):
    """What was answered with 2xx is there, once, in order, and the files are whole."""

    def test_kills_under_load_lose_nothing(self):
        """FT4, FT5, O1, O7: acknowledged is stored, whatever is killed, and whenever."""
        self.start_with_spool(adapter=[QUIET])
        self.create_calls(CALLS)
        rng, killed = random.Random(SEED), {"adapter": 0, "service": 0}
        load = Load(self.adapter.address, CALLS)
        self.addCleanup(load.stop)
        while sum(killed.values()) < KILLS:
            more = load.count() + rng.randrange(1, 150)
            programs.wait_until(lambda more=more: load.count() > more or load.errors, "progress")
            service_runs = self.service.process.poll() is None
            if rng.random() < 0.5:
                self.adapter.kill()
                self.restart_adapter(QUIET)
                killed["adapter"] += 1
            elif service_runs:
                self.service.kill()
                killed["service"] += 1
            if not service_runs:
                self.restart_service()
        if self.service.process.poll() is not None:
            self.restart_service()
        load.stop()
        self.assertEqual(load.errors, [])
        self.wait_until_drained(DRAIN_SECONDS)
        self.assert_kept_once_and_in_order(load.acknowledged)
        print(f"{databases.KIND}: {killed['adapter']} kills of the adapter, {killed['service']} of "
              f"the service, {load.count()} events accepted, answers {load.tally()}: all kept, "
              "once and in order")


if __name__ == "__main__":
    unittest.main(verbosity=2)
