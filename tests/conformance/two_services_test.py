"""Two services, each with an adapter, on one PostgreSQL database: the rows of a quiet run.

AUTOPULSE_CONFORMANCE_SEED and AUTOPULSE_CONFORMANCE_CALLS make other and longer runs.
"""

import os
import pathlib
import random
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "e2e"))

# pylint: disable=wrong-import-position
import databases  # noqa: E402
import generator  # noqa: E402
import swarm  # noqa: E402
import world  # noqa: E402

SEED = int(os.environ.get("AUTOPULSE_CONFORMANCE_SEED", "20250712"))
CALLS = int(os.environ.get("AUTOPULSE_CONFORMANCE_CALLS", "60"))
THREADS = 8
COPIES = 3
ATTEMPTS = 20  # of one body that is answered 503: it lost a race again and again


class TwoServicesTest(unittest.TestCase):
    """O1, O3: whichever service an event of a call reaches, and whatever reaches the other."""

    def setUp(self):
        self.quiet = self.new_world()
        shared = databases.new(None, "postgresql")
        self.busy = [self.new_world(database=shared) for _ in range(2)]
        self.crowd = swarm.Crowd([place.address for place in self.busy], THREADS, ATTEMPTS)

    def new_world(self, database=None):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        made = world.World(folder.name, database=database or databases.new(None, "postgresql"))
        self.addCleanup(made.close)
        return made

    def play(self, waves, rng):
        """Plays waves of calls: in order to the quiet world, all at once to the busy one."""
        for scenarios in waves:
            crowded = []
            for scenario in scenarios:
                bodies = [post.body for post in scenario.posts]
                self.quiet.insert(scenario)
                self.busy[0].insert(scenario)
                for body in bodies:
                    self.assertEqual(self.quiet.post(body), [])
                crowded += bodies * COPIES
            rng.shuffle(crowded)
            self.crowd.start(crowded)
            self.crowd.join()
        self.assertEqual(self.crowd.errors, [])
        self.assertLessEqual(set(self.crowd.answers), {200, 503}, self.crowd.answers)
        for scenario in sum(waves, []):
            with self.subTest(call=scenario.call_id, seed=SEED):
                self.assertEqual(self.rows(self.quiet, scenario), self.rows(self.busy[0], scenario))

    @staticmethod
    def rows(place, scenario):
        return {"call": place.call_row(scenario.call_id),
                "transcript": place.transcript_rows(scenario.call_id),
                "journal": place.journal_rows(scenario.call_id),
                "service record": scenario.service_record
                and place.service_record_status(scenario.service_record)}

    def test_events_of_one_call_reach_both_at_the_same_time(self):
        rng = random.Random(SEED)
        make = generator.Generator(rng, all_timed=True)
        self.play([[make.scenario(call_id)] for call_id in range(1, CALLS + 1)], rng)

    def test_events_of_many_calls_reach_both_at_the_same_time(self):
        """Transactions of several calls each, which lock one another's."""
        rng = random.Random(SEED + 1)
        make = generator.Generator(rng, all_timed=True)
        self.play([[make.scenario(call_id) for call_id in range(1, CALLS + 1)]], rng)


if __name__ == "__main__":
    unittest.main(verbosity=2)
