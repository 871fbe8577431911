"""Three services and two adapters on one PostgreSQL database, with everything killed in turn.

Webhooks of many calls, repeated and shuffled, end in the rows of a quiet run, and whoever watches
sees each event once. AUTOPULSE_LONG_TESTS=1 makes it 50,000 webhooks of 2,000 calls.
"""

import itertools
import os
import pathlib
import random
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "e2e"))

# pylint: disable=wrong-import-position
import api  # noqa: E402
import databases  # noqa: E402
import generator  # noqa: E402
import oracle  # noqa: E402
import programs  # noqa: E402
import swarm  # noqa: E402
import watcher  # noqa: E402
import webhook  # noqa: E402
import world  # noqa: E402

SEED = int(os.environ.get("AUTOPULSE_CONFORMANCE_SEED", "20250713"))
WEBHOOKS, CALLS = (50_000, 2_000) if programs.LONG else (3_000, 120)
# A third and two thirds of the way the database's, else a service's.
MISHAPS = 30 if programs.LONG else 9
THREADS = 12
WATCHERS = 4
MARK_CALL = CALLS + 1  # has one event, before all others, that the watchers begin behind
CONTENTS = {
    "calls": f"SELECT id, {', '.join(oracle.COLUMNS)}, outcome FROM call ORDER BY id",
    "service records": "SELECT id, status FROM service_record ORDER BY id",
    "transcripts": "SELECT call_id, role, content, timestamp, seconds_from_start, duration,"
                   " end_time FROM transcript ORDER BY call_id, id",
    "journal": "SELECT call_id, event_id, kind, event_time, status, ended_reason, cost,"
               " has_transcript FROM call_event ORDER BY call_id, event_id"}


class ManyServicesTest(unittest.TestCase):
    """O1, O3 and WatchCalls, while services and the database go away and come back."""

    def new_swarm(self, scenarios, **counts):
        """Programs on a database of their own in which the calls are registered."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        database = databases.new(None, "postgresql")
        self.addCleanup(database.close)
        made = swarm.Swarm(database, pathlib.Path(folder.name), **counts)
        self.addCleanup(made.close)
        mark = generator.Scenario(MARK_CALL, None, {"status": "Ready"}, [])
        for scenario in [*scenarios, mark]:
            world.insert_rows(database, scenario)
        return made

    def quiet_run(self, scenarios):
        """The tables that one service makes of the calls, one event after the other."""
        quiet = self.new_swarm(scenarios, services=1, adapters=1)
        self.first_token(quiet)
        crowd = swarm.Crowd(quiet.adapter_addresses, 1)
        crowd.start([post.body for scenario in scenarios for post in scenario.posts])
        crowd.join()
        self.assertEqual(crowd.errors, [])
        self.assertEqual(set(crowd.answers), {200})
        return self.contents(quiet.database)

    @staticmethod
    def contents(database):
        return {name: database.rows(query) for name, query in CONTENTS.items()}

    @staticmethod
    def shuffled(scenarios, rng):
        """Each body once, and any of them again, in any order."""
        bodies = [post.body for scenario in scenarios for post in scenario.posts]
        bodies += rng.choices(bodies, k=WEBHOOKS - len(bodies))
        rng.shuffle(bodies)
        return bodies

    def first_token(self, busy):
        """The token of the mark's event."""
        with api.Api(busy.addresses[0]) as connection:
            stream = connection.watch()
            stream.initial_metadata()
            sender = webhook.Sender(busy.adapter_addresses[0])
            self.assertEqual(sender.post(webhook.status_update(MARK_CALL, "ringing", 1)).http, 200)
            sender.close()
            token = next(stream).resume_token
            stream.cancel()
            return token

    def have_mishaps(self, busy, crowd):
        """Spread over the run by how far it has come."""
        for number in range(1, MISHAPS + 1):
            wanted = WEBHOOKS * number // (MISHAPS + 1)
            programs.wait_until(lambda wanted=wanted: crowd.progress >= wanted or crowd.errors,
                                f"{wanted} answers", seconds=120)
            if crowd.errors:
                return
            if number in (MISHAPS // 3, 2 * MISHAPS // 3):
                busy.restart_database()
            else:
                busy.kill_service()

    def test_all_is_recorded_once_and_seen_once(self):
        rng = random.Random(SEED)
        make = generator.Generator(rng, all_timed=True)
        scenarios = [make.scenario(call_id) for call_id in range(1, CALLS + 1)]
        wanted = self.quiet_run(scenarios)

        busy = self.new_swarm(scenarios)
        token = self.first_token(busy)
        mark = busy.database.rows("SELECT max(id) FROM call_event")[0][0]
        watchers = [watcher.Watcher(busy.addresses, token, number) for number in range(WATCHERS)]
        for follower in watchers:
            self.addCleanup(follower.stop)

        began = time.monotonic()
        crowd = swarm.Crowd(busy.adapter_addresses, THREADS)
        crowd.start(self.shuffled(scenarios, rng))
        self.have_mishaps(busy, crowd)
        crowd.join()
        self.assertEqual(crowd.errors, [])
        posted = time.monotonic() - began
        programs.wait_until(lambda: busy.pending() == 0, "empty spools", seconds=120)
        recorded = [(sequence, f"calls/{call_id}/events/{event_id}") for sequence, call_id, event_id
                    in busy.database.rows("SELECT id, call_id, event_id FROM call_event WHERE id > ?"
                                          " ORDER BY id", mark)]
        programs.wait_until(lambda: all(len(w.seen) >= len(recorded) for w in watchers),
                            "the watchers caught up", seconds=60)
        for follower in watchers:
            follower.stop()
        print(f"{crowd.progress} webhooks of {CALLS} calls in {posted:.1f} s, answers"
              f" {crowd.answers}; {len(recorded)} events; {busy.kills} services killed,"
              f" {busy.restarts} restarts of the database; {WATCHERS} watchers, broken"
              f" {sum(follower.breaks for follower in watchers)} times; seed {SEED}")
        self.assert_same(wanted, self.contents(busy.database))
        for follower in watchers:
            self.assertEqual(follower.seen, recorded)
        self.assertGreater(min(follower.breaks for follower in watchers), 0)
        self.assertEqual(busy.restarts, 2)

    def assert_same(self, wanted, got):
        """Names the first rows that differ; thousands of them are no message."""
        for name, rows in wanted.items():
            differing = [pair for pair in itertools.zip_longest(rows, got[name])
                         if pair[0] != pair[1]]
            self.assertEqual(differing[:3], [], f"{len(differing)} rows of {name}, seed {SEED}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
